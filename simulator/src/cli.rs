//! What the simulator can be asked, and how it answers.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;

use crate::plan::Plan;
use crate::run::{self, Failure, Report};
use crate::shrink::shrink;
use crate::story::tell;

mod planted;

/// The most violations that are told in full; of the others only the seed.
const TOLD_MAX: usize = 1;

/// Tries to oversell, seed after seed, and says how it fails.
#[derive(Debug, Parser)]
#[command(name = "simulate", version, about)]
pub struct Cli {
    /// How many seeds
    #[arg(long, default_value_t = 1_000)]
    seeds: u64,

    /// Where to begin
    #[arg(long, default_value_t = 0)]
    from: u64,

    /// One seed alone
    #[arg(long)]
    seed: Option<u64>,

    /// On how many threads; one for each core unless told otherwise
    #[arg(long)]
    threads: Option<usize>,

    /// Tell the whole run, also if nothing is wrong with it; only with --seed
    #[arg(long, requires = "seed")]
    tell: bool,

    /// Keep the shortest plan that fails in this file, for simulator/tests/kept
    #[arg(long)]
    keep: Option<PathBuf>,

    /// Run a plan that was kept
    #[arg(long, conflicts_with_all = ["seed", "keep"])]
    kept: Option<PathBuf>,

    /// Put each planted fault to work, and demand that it is caught; in a build with the feature planted-faults
    #[arg(long)]
    planted: bool,

    /// Put this planted fault to work
    #[arg(long)]
    fault: Option<String>,
}

/// Does what was asked.
pub fn run(cli: &Cli) -> ExitCode {
    let threads = cli.threads.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, usize::from));
    if let Some(fault) = &cli.fault
        && let Err(why) = planted::plant(Some(fault))
    {
        return complain(&why);
    }
    if cli.planted {
        return planted::all(cli.from..cli.from + cli.seeds, threads);
    }
    if let Some(file) = &cli.kept {
        return match read(file) {
            Ok(plan) => tell_one(&plan, true),
            Err(why) => complain(&why),
        };
    }
    if let (Some(seed), true) = (cli.seed, cli.tell) {
        return tell_one(&Plan::of(seed), true);
    }
    let seeds = cli.seed.map_or(cli.from..cli.from + cli.seeds, |seed| seed..seed + 1);
    let report = run::many(seeds, threads, false);
    tell_all(&report);
    for failure in report.failures.iter().take(TOLD_MAX) {
        tell_failure(failure, cli);
    }
    if report.failures.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn complain(why: &str) -> ExitCode {
    eprintln!("simulate: {why}");
    ExitCode::FAILURE
}

fn read(file: &PathBuf) -> Result<Plan, String> {
    let text = std::fs::read(file).map_err(|error| format!("{} cannot be read: {error}", file.display()))?;
    serde_json::from_slice(&text).map_err(|error| format!("{} is not a plan: {error}", file.display()))
}

fn tell_one(plan: &Plan, in_full: bool) -> ExitCode {
    let outcome = run::one(plan);
    if in_full {
        say(&tell(plan, &outcome.history));
    }
    say(&outcome.tally.to_string());
    match outcome.violation {
        None => ExitCode::SUCCESS,
        Some(violation) => complain(&violation.to_string()),
    }
}

fn tell_all(report: &Report) {
    say(&report.tally.to_string());
    let (seconds, threads, rate) = (report.elapsed.as_secs_f64(), report.threads, report.rate());
    say(&format!("  {seconds:.1} s on {threads} threads: {rate:.0} commands/s on each, checked"));
    for Failure { seed, violation } in &report.failures {
        say(&format!("seed {seed} fails: {violation}"));
    }
}

fn tell_failure(failure: &Failure, cli: &Cli) {
    let plan = shrink(&Plan::of(failure.seed), failure.violation.demand);
    let outcome = run::one(&plan);
    say(&format!("\nthe shortest history found for seed {}:", failure.seed));
    say(&tell(&plan, &outcome.history));
    let violation = outcome.violation.as_ref().unwrap_or(&failure.violation);
    let fault = cli.fault.as_ref().map_or_else(String::new, |fault| format!(" --fault {fault}"));
    say(&format!("violated: {violation}\nagain: simulate --seed {}{fault}", failure.seed));
    let Some(file) = &cli.keep else { return };
    let written = serde_json::to_vec(&plan).map_err(|error| error.to_string());
    let written = written.and_then(|json| std::fs::write(file, json).map_err(|error| error.to_string()));
    if let Err(why) = written {
        complain(&format!("{} was not written: {why}", file.display()));
    }
}

#[expect(clippy::print_stdout, reason = "this is the one place that talks to the terminal")]
fn say(words: &str) {
    println!("{words}");
}

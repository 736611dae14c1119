//! `cargo run --release -p bench`: how fast Evently is on this machine, as ratios to what is possible
//! here. This process is the load generator; server and Postgres are processes of their own.

mod api;
mod baseline;
mod cli;
mod cpu;
mod judge;
mod lifeline;
mod load;
mod noop;
mod people;
mod place;
mod plan;
mod row;
mod rows;
mod server;
mod table;

use std::process::ExitCode;

use clap::Parser as _;

/// As in the `evently` binary: this program is also the server it measures.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let cli = cli::Cli::parse();
    match cli.command {
        Some(cli::Command::Server { args }) => {
            lifeline::follow();
            evently::run(std::iter::once("evently".into()).chain(args))
        }
        Some(cli::Command::Noop { data_dir, listen }) => {
            lifeline::follow();
            ended(noop::serve(&data_dir, listen).map(|()| ExitCode::SUCCESS))
        }
        None => ended(measure(&cli)),
    }
}

#[tokio::main]
async fn measure(cli: &cli::Cli) -> anyhow::Result<ExitCode> {
    let rows = rows::all(cli.quick);
    let report = tokio::select! {
        report = tokio::time::timeout(plan::RUN_MAX, rows) => report??,
        () = lifeline::interrupted() => anyhow::bail!("interrupted"),
    };
    table::print(&report, cli.json);
    Ok(if report.trouble.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn ended(outcome: anyhow::Result<ExitCode>) -> ExitCode {
    outcome.unwrap_or_else(|error| {
        eprintln!("bench: {error:#}");
        ExitCode::FAILURE
    })
}

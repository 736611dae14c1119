//! The one binary: the whole platform in one process, or one role of it, and the operator's tools.
//!
//! `cli.rs` lists commands and settings, `platform.rs` puts the parts together.

pub mod cli;
pub mod platform;

mod audit;
pub mod database;
mod health;
mod replay;
mod revocations;
mod seal_key;
mod seed;
mod serve;
mod status;
pub mod verify;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::Parser as _;

use cli::{Cli, Command};

/// Runs the command line `args` (program name first) to its end.
pub fn run(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    let Cli { command, settings } = Cli::parse_from(args);
    let settings = settings.without_blanks();
    // With two providers in the program rustls would panic at the first use; an error here means
    // that one is chosen already.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    serve::start_logging(settings.json_logs);
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return failed(&error.into()),
    };
    let outcome = runtime.block_on(async {
        match command.unwrap_or_default() {
            Command::Serve => serve::serve(&settings).await,
            Command::Migrate => serve::migrate(&settings).await,
            Command::Seed => seed::seed(&settings).await,
            Command::Status => status::status(&settings).await,
            Command::Replay { projection, to_position } => replay::replay(&settings, &projection, to_position).await,
            Command::Verify => verify::verify(&settings).await,
            Command::Audit(audit) => audit::audit(&settings, &audit).await,
        }
    });
    outcome.unwrap_or_else(|error| failed(&error))
}

/// Says in one line what went wrong.
fn failed(error: &anyhow::Error) -> ExitCode {
    eprintln!("evently: {error:#}");
    ExitCode::FAILURE
}

/// Prints a line for the person at the terminal. Logs go elsewhere (standard error).
#[expect(clippy::print_stdout, reason = "this is the one place that talks to the terminal")]
fn say(line: &str) {
    println!("{line}");
}

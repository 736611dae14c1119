//! What the bench can be asked. The hidden commands are how it starts its own servers.

use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Parser, Subcommand};

/// Measures Evently on this machine, starting what it needs; about eight minutes.
#[derive(Debug, Parser)]
#[command(name = "bench", version, about)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Option<Command>,

    /// Print one JSON object instead of a table
    #[arg(long)]
    pub(crate) json: bool,

    /// Phases of a second and a small log: to see that everything works, not how fast
    #[arg(long)]
    pub(crate) quick: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Evently itself
    #[command(hide = true)]
    Server {
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        args: Vec<OsString>,
    },
    /// An endpoint that checks the token and does nothing
    #[command(hide = true)]
    Noop { data_dir: PathBuf, listen: SocketAddr },
}

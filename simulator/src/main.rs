//! `cargo run --release -p simulator --bin simulate -- --seeds 10000`: tries to oversell, and prints the shortest
//! history it finds of each way in which that worked.

use std::process::ExitCode;

use clap::Parser as _;
use simulator::cli::{Cli, run};

/// As in the `evently` binary.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    run(&Cli::parse())
}

//! The `evently` binary once more, under a name that the fault tests can start and kill.

fn main() -> std::process::ExitCode {
    evently::run(std::env::args_os())
}

//! The operator's commands, as they are typed, one after the other on one data folder, and beside a
//! platform that runs on it.

#![allow(clippy::unwrap_used, reason = "what a test cannot do fails it")]

use std::fs::{self, Permissions};
use std::io::{BufRead as _, BufReader};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

/// The program on a data folder, untouched by the settings of whoever runs the test.
fn evently(data_dir: &Path, command: &str) -> Command {
    let mut program = Command::new(env!("CARGO_BIN_EXE_evently"));
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy();
        if name == "DATABASE_URL" || (name.starts_with("EVENTLY_") && name != "EVENTLY_POSTGRES_BIN_DIR") {
            program.env_remove(&*name);
        }
    }
    program.arg(command).arg("--data-dir").arg(data_dir).args(["--listen", "127.0.0.1:0"]);
    program
}

fn said(output: &Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn run(data_dir: &Path, command: &str) -> String {
    said(&evently(data_dir, command).output().unwrap())
}

#[test]
fn seed_status_and_verify_work_alone_and_beside_a_platform() {
    let folder = tempfile::tempdir().unwrap();
    fs::set_permissions(folder.path(), Permissions::from_mode(0o755)).unwrap();
    let data_dir = folder.path().join("data");

    let first = run(&data_dir, "seed");
    assert!(first.starts_with("Put in 6 people, 12 events, 400 bookings, 30 of them given back."), "{first}");
    let second = run(&data_dir, "seed");
    assert!(second.starts_with("All there already: 6 people, 12 events, 400 bookings;"), "{second}");
    let before = run(&data_dir, "status");
    assert!(before.starts_with("Log head 462, last event recorded at "), "{before}");
    assert_eq!(
        before.lines().filter(|line| line.ends_with(" 1          462            0       0")).count(),
        6,
        "{before}"
    );
    assert!(run(&data_dir, "verify").starts_with("All right: 462 events, 12 shows, 400 bookings;"));

    let mut platform = evently(&data_dir, "serve").stdout(Stdio::piped()).spawn().unwrap();
    let ready = BufReader::new(platform.stdout.take().unwrap()).lines().map_while(Result::ok);
    assert!(ready.into_iter().any(|line| line.starts_with("Press Ctrl-C")), "the platform did not start");
    // The platform added its administrator, and nobody anything else.
    assert!(run(&data_dir, "seed").starts_with("All there already"));
    assert!(run(&data_dir, "status").starts_with("Log head 463,"));
    assert!(run(&data_dir, "verify").starts_with("All right: 463 events"));
    platform.kill().unwrap();
    platform.wait().unwrap();

    assert!(run(&data_dir, "verify").starts_with("All right: 463 events"), "after the platform was killed");
}

#[test]
fn a_database_out_of_reach_is_one_sentence_and_exit_code_1() {
    let folder = tempfile::tempdir().unwrap();
    for command in ["status", "verify", "seed"] {
        let mut program = evently(folder.path(), command);
        let output = program.args(["--database-url", "postgres://nobody@127.0.0.1:1/none"]).output().unwrap();
        assert_eq!(output.status.code(), Some(1));
        let told = String::from_utf8_lossy(&output.stderr);
        assert!(told.starts_with("evently: the database cannot be reached: ") && told.lines().count() == 1, "{told}");
    }
}

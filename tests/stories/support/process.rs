//! The real server as a process of its own, to be killed.

use std::process::{ExitStatus, Stdio};

use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, ChildStdout, Command};

use super::person::Line;
use super::world::{ADMIN_EMAIL, ADMIN_PASSWORD, LOG_ORIGIN, PAYMENT_SECRET, SEAL_KEY, SIGNING_KEY, line};

/// A running `evently`.
pub(crate) struct Server {
    child: Child,
    /// Kept open: a server that prints into a closed pipe would hear of it.
    _lines: BufReader<ChildStdout>,
    address: String,
}

impl Server {
    /// Starts a server on a free port and waits until it says where it listens.
    pub(crate) async fn start(database_url: &str, role: &str) -> Self {
        let mut child = command(database_url)
            .args(["--listen", "127.0.0.1:0", "--role", role])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap());
        let mut said = String::new();
        let address = loop {
            let mut line = String::new();
            assert_ne!(lines.read_line(&mut line).await.unwrap(), 0, "the server ended after saying: {said}");
            if let Some((_, rest)) = line.split_once("listens on http://") {
                break rest.split_whitespace().next().unwrap().to_owned();
            }
            said.push_str(&line);
        };
        Self { child, _lines: lines, address }
    }

    /// A fresh line to it.
    pub(crate) fn line(&self) -> Line {
        line(&format!("http://{}", self.address))
    }

    /// `kill -9`: it gets no chance to say anything.
    pub(crate) async fn kill(mut self) {
        self.child.kill().await.unwrap();
    }

    /// What Ctrl-C does: it finishes what it has begun.
    pub(crate) async fn interrupt(mut self) -> ExitStatus {
        signal("-INT", self.child.id().unwrap()).await;
        self.child.wait().await.unwrap()
    }
}

/// Runs an operator's command to its end: whether it was content, and what it said.
pub(crate) async fn evently(database_url: &str, arguments: &[&str]) -> (bool, String) {
    let output = command(database_url).args(arguments).output().await.unwrap();
    let said = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8_lossy(&said).into_owned())
}

/// Sends a signal to one process of ours.
pub(crate) async fn signal(name: &str, pid: u32) {
    // It may be gone already, which is what was wanted.
    Command::new("kill").args([name, &pid.to_string()]).stderr(Stdio::null()).status().await.unwrap();
}

fn command(database_url: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_evently-under-test"));
    command
        .env("DATABASE_URL", database_url)
        .env("EVENTLY_SIGNING_KEY", SIGNING_KEY.as_str())
        .env("EVENTLY_PAYMENT_SECRET", PAYMENT_SECRET)
        .env("EVENTLY_SEAL_KEY", SEAL_KEY.as_str())
        .env("EVENTLY_LOG_ORIGIN", LOG_ORIGIN)
        .env("EVENTLY_ADMIN_EMAIL", ADMIN_EMAIL)
        .env("EVENTLY_ADMIN_PASSWORD", ADMIN_PASSWORD)
        .env("EVENTLY_RATE_LIMITS", "off")
        .env("RUST_LOG", "warn")
        .current_dir(std::env::temp_dir())
        .stdin(Stdio::null())
        .kill_on_drop(true);
    command
}

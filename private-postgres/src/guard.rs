//! Runs a command that cannot outlive this process: a shell between the two ends it when a pipe closes.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};

use anyhow::Context;

use crate::account::Account;

const SCRIPT: &str = include_str!("guard.sh");

/// A running command. Dropping the lifeline ends it, and so does the end of this process.
#[derive(Debug)]
pub(crate) struct Guarded {
    shell: Child,
    /// Process id of the command itself.
    pub(crate) pid: u32,
}

impl Guarded {
    /// Starts `program` as `account`; what it says goes to the end of `log`. The second part is the
    /// lifeline.
    pub(crate) fn start(
        account: &Account,
        program: &std::path::Path,
        arguments: &[String],
        log: File,
    ) -> anyhow::Result<(Self, ChildStdin)> {
        let mut command: Command = account.command("/bin/sh");
        command.arg("-c").arg(SCRIPT).arg("evently-postgres").arg(program).args(arguments);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(log);
        // Ctrl-C in a terminal reaches its whole process group; the server has to outlast the platform.
        command.process_group(0);
        let mut shell = command.spawn().context("/bin/sh could not be started")?;

        let lifeline = shell.stdin.take().context("the shell has no input")?;
        let output = shell.stdout.take().context("the shell has no output")?;
        let mut line = String::new();
        BufReader::new(output).read_line(&mut line).context("the shell did not answer")?;
        let pid = line.trim().parse().with_context(|| format!("the shell answered {line:?}"))?;
        Ok((Self { shell, pid }, lifeline))
    }

    /// Waits for the end of the command.
    pub(crate) fn wait(mut self) -> std::io::Result<ExitStatus> {
        self.shell.wait()
    }
}

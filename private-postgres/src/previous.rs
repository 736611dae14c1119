//! Deals with what a killed platform left: a server that is still running or a pid file without one.
//! The caller holds the lock on the folder, so nobody else is using that server.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;
use std::process::Command;
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};

/// A fast shutdown writes a checkpoint first; past this it has to do without.
const FAST_SHUTDOWN: Duration = Duration::from_secs(30);
/// How long a server may take to end at once.
const IMMEDIATE_SHUTDOWN: Duration = Duration::from_secs(10);
const POLL: Duration = Duration::from_millis(20);
/// A process id that no system gives away.
const NOBODY: &str = "999999999";

/// Ends the server that runs on `cluster`, if there is one, and lets its pid file stop nobody.
pub(crate) fn retire(cluster: &Path) -> anyhow::Result<()> {
    let pid_file = cluster.join("postmaster.pid");
    let text = match fs::read_to_string(&pid_file) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error).with_context(|| format!("{} could not be read", pid_file.display())),
    };
    let Some((first, rest)) = text.split_once('\n') else {
        // Cut short by a loss of power: Postgres would refuse it.
        return fs::remove_file(&pid_file).with_context(|| format!("{} could not be removed", pid_file.display()));
    };
    let Some(pid) = first.trim().parse::<u32>().ok() else { return Ok(()) };
    let Some(command) = command_line(pid) else { return Ok(()) };
    if runs_on(&command, cluster) {
        return end(pid, cluster);
    }
    // The number belongs to some other program now. The rest of the file stays: with it the new server
    // recognises shared memory that lost processes of the old one still use.
    fs::write(&pid_file, format!("{NOBODY}\n{rest}"))
        .with_context(|| format!("{} could not be written", pid_file.display()))
}

/// Sends a signal to a process by its id.
pub(crate) fn signal(pid: u32, name: &str) {
    // A failure means that the process is gone, which is what a signal is for here.
    let _ = Command::new("/bin/sh").arg("-c").arg(format!("kill -s {name} {pid} 2>/dev/null")).status();
}

fn end(pid: u32, cluster: &Path) -> anyhow::Result<()> {
    tracing::info!(pid, "waiting for the previous PostgreSQL on {} to end", cluster.display());
    for (name, patience) in [("INT", FAST_SHUTDOWN), ("QUIT", IMMEDIATE_SHUTDOWN)] {
        signal(pid, name);
        let asked = Instant::now();
        while asked.elapsed() < patience {
            if command_line(pid).is_none_or(|command| !runs_on(&command, cluster)) {
                return Ok(());
            }
            sleep(POLL);
        }
    }
    bail!("the previous PostgreSQL (process {pid}) on {} does not end: kill it", cluster.display())
}

/// How a process was started; `None` if there is no such process.
fn command_line(pid: u32) -> Option<String> {
    if Path::new("/proc/self").exists() {
        let bytes = fs::read(format!("/proc/{pid}/cmdline")).ok()?;
        return Some(String::from_utf8_lossy(&bytes).replace('\0', " "));
    }
    let output = Command::new("ps").args(["-o", "command=", "-p", &pid.to_string()]).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Whether that is a server started by us on this very folder.
fn runs_on(command: &str, cluster: &Path) -> bool {
    command.contains(&format!("-D {} ", cluster.display()))
}

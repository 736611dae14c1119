//! Removes the files of a throw-away server once it has ended, even when this process was killed: a
//! shell waits for the end of both. Never given anything but the folder of that one server.

use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use anyhow::Context;

use crate::place::Place;

const SCRIPT: &str = include_str!("sweeper.sh");

/// The waiting shell. Dropping it starts the sweeping.
#[derive(Debug)]
pub(crate) struct Sweeper {
    shell: Child,
}

impl Sweeper {
    /// Starts to wait for the end of this process and of the server in `place`.
    pub(crate) fn start(place: &Place, socket_dir: &Path) -> anyhow::Result<Self> {
        let mut command = Command::new("/bin/sh");
        command.arg("-c").arg(SCRIPT).arg("evently-sweeper");
        command.arg(place.cluster().join("postmaster.pid")).args(&place.removable).arg(socket_dir);
        command.current_dir("/").process_group(0);
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        Ok(Self { shell: command.spawn().context("/bin/sh could not be started")? })
    }

    /// Sweeps now, and waits for it.
    pub(crate) fn finish(mut self) -> anyhow::Result<()> {
        drop(self.shell.stdin.take());
        self.shell.wait().context("the files of the throw-away PostgreSQL could not be removed")?;
        Ok(())
    }
}

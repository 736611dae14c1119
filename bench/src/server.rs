//! The servers: this same program in other processes, started, awaited, stopped, and never left behind.

use std::ffi::OsString;
use std::fs::{self, File};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use tokio::process::{Child, ChildStdin, Command};
use tokio::time::{sleep, timeout};

use crate::api;
use crate::cpu::{self, Processes};
use crate::place::Place;

/// How long a server may take to be ready, a download of Postgres included.
const READY: Duration = Duration::from_mins(2);
/// How long it may take to stop.
const STOP: Duration = Duration::from_mins(1);
/// How long the recount may take.
const VERIFY: Duration = Duration::from_mins(4);
const POLL: Duration = Duration::from_millis(10);
/// How much of the servers' log is shown.
const LOG_LINES_MAX: usize = 20;
/// A setting that says where programs are, not what is measured.
const KEPT_VARIABLE: &str = private_postgres::BIN_DIR_VARIABLE;

/// A running server. Dropping it kills it.
pub(crate) struct Server {
    child: Child,
    /// See `lifeline.rs`. Kept apart from the child, which would drop it when waited for.
    _lifeline: Option<ChildStdin>,
    pub(crate) address: SocketAddr,
    pub(crate) processes: Processes,
}

impl Server {
    /// Evently with its own Postgres and the projector, as `evently serve` is, rate limits off.
    /// `more`: settings beside those.
    pub(crate) async fn evently(place: &Place, more: &[&str]) -> anyhow::Result<Self> {
        let address = free_address()?;
        let listen = ["server".into(), "--listen".into(), address.to_string().into()];
        let arguments = listen.into_iter().chain(more.iter().map(OsString::from));
        let mut server = Self::start(command(place, arguments)?, address)?;
        server.answers("/readyz", place).await?;
        server.processes.postmaster = cpu::postmaster(&place.postgres());
        Ok(server)
    }

    /// The endpoint that does nothing.
    pub(crate) async fn noop(place: &Place) -> anyhow::Result<Self> {
        let address = free_address()?;
        let arguments = ["noop".into(), place.data_dir().into(), address.to_string().into()];
        let mut server = Self::start(command(place, arguments)?, address)?;
        server.answers(crate::noop::PATH, place).await?;
        Ok(server)
    }

    fn start(mut command: Command, address: SocketAddr) -> anyhow::Result<Self> {
        let mut child = command.spawn().context("the server cannot be started")?;
        let lifeline = child.stdin.take();
        let processes = Processes { server: child.id(), postmaster: None };
        Ok(Self { child, _lifeline: lifeline, address, processes })
    }

    /// Waits for any answer at all but "not ready".
    async fn answers(&mut self, path: &str, place: &Place) -> anyhow::Result<()> {
        let started = Instant::now();
        while started.elapsed() < READY {
            if let Some(status) = self.child.try_wait()? {
                bail!("the server ended at once ({status}):\n{}", last_lines(place));
            }
            if api::get(self.address, path).await.is_ok_and(|(status, _)| !status.is_server_error()) {
                return Ok(());
            }
            sleep(POLL).await;
        }
        bail!("the server was not ready within {} s:\n{}", READY.as_secs(), last_lines(place))
    }

    /// Asks it to stop, as an operator would, and waits for its end.
    pub(crate) async fn stop(mut self) -> anyhow::Result<()> {
        let pid = self.child.id().context("the server has ended by itself")?;
        let kill = Command::new("/bin/sh").arg("-c").arg(format!("kill -s TERM {pid}")).status().await?;
        anyhow::ensure!(kill.success(), "the server cannot be signalled");
        let status = timeout(STOP, self.child.wait()).await.context("the server does not stop")??;
        anyhow::ensure!(status.success(), "the server stopped with {status}");
        Ok(())
    }

    /// Ends it at once; for servers that keep nothing.
    pub(crate) async fn kill(mut self) -> anyhow::Result<()> {
        Ok(self.child.kill().await?)
    }
}

/// Runs `evently verify`: whether it passed, and what it said.
pub(crate) async fn verify(place: &Place) -> anyhow::Result<(bool, String)> {
    let mut command = command(place, ["server".into(), "verify".into()])?;
    command.stdout(Stdio::piped());
    let mut child = command.spawn()?;
    let _lifeline = child.stdin.take();
    let output = child.wait_with_output();
    let output = timeout(VERIFY, output).await.context("`evently verify` takes too long")??;
    let said = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    Ok((output.status.success(), if output.status.success() { said } else { format!("{said}\n{}", last_lines(place)) }))
}

fn command(place: &Place, arguments: impl IntoIterator<Item = OsString>) -> anyhow::Result<Command> {
    let log = File::options().create(true).append(true).open(place.log())?;
    let mut command = Command::new(std::env::current_exe()?);
    for (name, _) in std::env::vars_os() {
        let ours = name.to_str().is_some_and(|name| name.starts_with("EVENTLY_") && name != KEPT_VARIABLE);
        if ours || name == "DATABASE_URL" {
            command.env_remove(name);
        }
    }
    command
        .args(arguments)
        .env("EVENTLY_DATA_DIR", place.data_dir())
        .env("EVENTLY_ADMIN_PASSWORD", "a password for the bench")
        .env("EVENTLY_RATE_LIMITS", "off")
        .env("RUST_LOG", "warn")
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(log)
        // Ctrl-C in the terminal is the bench's to handle.
        .process_group(0)
        .kill_on_drop(true);
    Ok(command)
}

fn free_address() -> anyhow::Result<SocketAddr> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?)
}

/// The end of what the servers said.
pub(crate) fn last_lines(place: &Place) -> String {
    let text = fs::read_to_string(place.log()).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(LOG_LINES_MAX)..].join("\n")
}

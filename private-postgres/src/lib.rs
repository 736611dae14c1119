//! A Postgres of Evently's own, with nothing set up by anybody: found or downloaded, initialised,
//! started, watched and stopped. It listens on a Unix socket alone and never outlives this process.

mod account;
mod attach;
mod binaries;
mod cluster;
mod download;
mod guard;
mod place;
mod previous;
mod supervisor;
mod sweeper;

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use anyhow::{Context, bail};
use sqlx::postgres::{PgConnectOptions, PgSslMode};
use sqlx::{ConnectOptions, Connection};
use tokio::task::spawn_blocking;
use tokio::time::{sleep, timeout};

pub use attach::attach;

use crate::binaries::Binaries;
use crate::place::Place;
use crate::supervisor::Supervisor;
use crate::sweeper::Sweeper;

/// Folder with `initdb` and `postgres` to use instead of looking for one.
pub const BIN_DIR_VARIABLE: &str = "EVENTLY_POSTGRES_BIN_DIR";
/// How long a server may take to accept connections, recovery after a crash included.
const READY: Duration = Duration::from_mins(1);
/// How often it is asked.
const READY_POLL: Duration = Duration::from_millis(20);
/// How long one answer may take.
const ANSWER: Duration = Duration::from_secs(5);
/// Starts that may fail before the reason is taken for a lasting one.
const START_FAILURES_MAX: u32 = 3;
/// How long [`PrivatePostgres::stop`] waits; the server goes on ending after that.
const STOP: Duration = Duration::from_secs(30);

/// What to start, and where.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The folder of its files; made if it is not there.
    pub data_dir: PathBuf,
    /// Whether the files go when the server stops.
    pub throwaway: bool,
    /// Whether a commit waits for the disk. Only a throw-away server may say no.
    pub fsync: bool,
    /// Memory for cached pages.
    pub shared_buffers_mib: u32,
    /// The only folder to look for `initdb` and `postgres` in; at first that of [`BIN_DIR_VARIABLE`].
    pub bin_dir: Option<PathBuf>,
    /// Whether to download programs that this machine does not have.
    pub download: bool,
    /// Where to keep downloaded programs; beside the data if not given.
    pub downloads_dir: Option<PathBuf>,
}

impl Settings {
    /// A server whose data is kept between runs.
    pub fn kept(data_dir: impl Into<PathBuf>) -> Self {
        Self {
            data_dir: data_dir.into(),
            throwaway: false,
            fsync: true,
            shared_buffers_mib: 256,
            bin_dir: std::env::var_os(BIN_DIR_VARIABLE).map(PathBuf::from),
            download: true,
            downloads_dir: None,
        }
    }

    /// A small server for a test, in a temporary folder of its own. It is as durable as a kept one
    /// until it is stopped.
    pub fn throwaway() -> Self {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let name = format!("evently-throwaway-{}-{}", std::process::id(), now.as_nanos());
        let cache = std::env::home_dir().map(|home| home.join(".cache"));
        Self {
            throwaway: true,
            shared_buffers_mib: 64,
            downloads_dir: cache.map(|cache| cache.join("evently-postgres-binaries")),
            ..Self::kept(std::env::temp_dir().join(name))
        }
    }
}

/// A running private Postgres. It ends when this is stopped or dropped, and when the process ends,
/// however that happens.
#[derive(Debug)]
pub struct PrivatePostgres {
    supervisor: Supervisor,
    place: Arc<Place>,
    socket_dir: PathBuf,
    sweeper: Option<Sweeper>,
}

/// Starts a private Postgres and waits until it accepts connections. An error is one sentence that
/// says what to do.
pub async fn start(settings: Settings) -> anyhow::Result<PrivatePostgres> {
    // With two providers in the program a download would panic; an error means that one is chosen.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();

    let data_dir = settings.data_dir.clone();
    let place = spawn_blocking(move || Place::claim(&data_dir)).await??;
    let place = Arc::new(place);
    let socket_dir = place.socket_dir()?;
    let sweeper = if settings.throwaway { Some(Sweeper::start(&place, &socket_dir)?) } else { None };
    let binaries = Binaries::choose(&settings, &place).await?;

    let arguments = cluster::arguments(&place.cluster(), &socket_dir, &settings);
    let program = binaries.dir.join("postgres");
    let to_make = Arc::clone(&place);
    spawn_blocking(move || cluster::make(&to_make, &binaries, &settings)).await??;

    let supervisor = Supervisor::start(Arc::clone(&place), program, arguments)?;
    let postgres = PrivatePostgres { supervisor, place, socket_dir, sweeper };
    postgres.ready().await?;
    Ok(postgres)
}

impl PrivatePostgres {
    /// How to connect: over the socket, as superuser, to the database `postgres`.
    pub fn options(&self) -> PgConnectOptions {
        PgConnectOptions::new_without_pgpass()
            .socket(&self.socket_dir)
            .port(cluster::PORT)
            .username("postgres")
            .database("postgres")
            .ssl_mode(PgSslMode::Disable)
    }

    /// The same as a URL, for `DATABASE_URL` or `psql`.
    pub fn url(&self) -> String {
        let socket_dir = percent_encoded(&self.socket_dir);
        format!("postgres://postgres@{socket_dir}:{}/postgres?sslmode=disable", cluster::PORT)
    }

    /// Process id of the server's first process, while there is one.
    pub fn postmaster_pid(&self) -> Option<u32> {
        self.supervisor.pid()
    }

    /// Stops the server, every commit on disk; a throw-away one's files are gone afterwards.
    pub async fn stop(mut self) -> anyhow::Result<()> {
        self.supervisor.stop();
        if timeout(STOP, self.supervisor.ended()).await.is_err() {
            bail!("PostgreSQL did not stop within {} s; it goes on stopping by itself", STOP.as_secs());
        }
        if let Some(sweeper) = self.sweeper.take() {
            spawn_blocking(move || sweeper.finish()).await??;
        }
        Ok(())
    }

    /// Waits for the first connection.
    async fn ready(&self) -> anyhow::Result<()> {
        let started = Instant::now();
        let mut reason = String::from("nothing to connect to");
        while started.elapsed() < READY {
            // Before there is a process of ours, an answer could only come from a previous server.
            if self.postmaster_pid().is_some() {
                match timeout(ANSWER, self.options().connect()).await {
                    Ok(Ok(connection)) => return connection.close().await.context("PostgreSQL hung up"),
                    Ok(Err(error)) => reason = error.to_string(),
                    Err(_) => "it did not answer".clone_into(&mut reason),
                }
            }
            let failures = self.supervisor.failures();
            if failures.count >= START_FAILURES_MAX && !passes(&failures.last_reason) {
                bail!("PostgreSQL does not start: {}", failures.last_reason);
            }
            sleep(READY_POLL).await;
        }
        let failures = self.supervisor.failures();
        if failures.count > 0 {
            reason = failures.last_reason;
        }
        bail!("PostgreSQL was not ready within {} s: {reason}", READY.as_secs())
    }
}

impl Drop for PrivatePostgres {
    fn drop(&mut self) {
        self.supervisor.stop();
        self.place.release();
    }
}

/// Whether the reason of a failed start is a previous server that is still on its way out.
fn passes(reason: &str) -> bool {
    reason.contains("postmaster.pid") || reason.contains("shared memory")
}

/// The path as the host of a URL, where a slash would end it.
fn percent_encoded(path: &Path) -> String {
    let bytes = path.as_os_str().as_encoded_bytes();
    bytes.iter().fold(String::new(), |mut text, byte| {
        if byte.is_ascii_alphanumeric() {
            text.push(char::from(*byte));
        } else {
            let _ = write!(text, "%{byte:02X}"); // A string takes everything.
        }
        text
    })
}

//! Finds a private Postgres that another process of ours already runs, so that the operator's tools work
//! beside a serving platform. It starts nothing and changes nothing.

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use sqlx::postgres::{PgConnectOptions, PgSslMode};
use sqlx::{ConnectOptions, Connection};
use tokio::time::{sleep, timeout};

use crate::place;

/// How long a server that another process is just starting may take to answer.
const ATTACH_MAX: Duration = Duration::from_secs(10);
/// How often it is asked.
const ATTACH_POLL: Duration = Duration::from_millis(50);
/// How long one answer may take.
const ANSWER_MAX: Duration = Duration::from_secs(2);

/// How to connect to the private Postgres that another process runs on `data_dir`: as superuser, to the
/// database `postgres`. `None` if no process runs one there, or if it does not answer in time.
pub async fn attach(data_dir: &Path) -> Option<PgConnectOptions> {
    let home = home_of(data_dir)?;
    let started = Instant::now();
    // Without the lock a server that still answers is one that lost its platform and is about to end.
    while is_run(&home) && started.elapsed() < ATTACH_MAX {
        if let Some(options) = whereabouts(&home)
            && answers(&options).await
        {
            return Some(options);
        }
        sleep(ATTACH_POLL).await;
    }
    None
}

/// The folder itself, with the links of [`place`] resolved, if there is one.
fn home_of(data_dir: &Path) -> Option<PathBuf> {
    fs::canonicalize(data_dir).ok()
}

/// Whether a process of ours holds the lock on the folder.
fn is_run(home: &Path) -> bool {
    let Ok(lock) = File::open(place::lock_path(home)) else { return false };
    // Shared, so that two who ask at once do not take each other for the owner; gone with the file.
    matches!(lock.try_lock_shared(), Err(TryLockError::WouldBlock))
}

/// What the server says of itself: its port in the fourth line, the folder of its socket in the fifth.
fn whereabouts(home: &Path) -> Option<PgConnectOptions> {
    let text = fs::read_to_string(home.join("data/postmaster.pid")).ok()?;
    let mut lines = text.lines().skip(3);
    let port = lines.next()?.trim().parse().ok()?;
    let socket_dir = lines.next().map(str::trim).filter(|folder| !folder.is_empty())?;
    let options = PgConnectOptions::new_without_pgpass()
        .socket(socket_dir)
        .port(port)
        .username("postgres")
        .database("postgres")
        .ssl_mode(PgSslMode::Disable);
    Some(options)
}

async fn answers(options: &PgConnectOptions) -> bool {
    match timeout(ANSWER_MAX, options.connect()).await {
        // It answered; how it takes the goodbye does not matter.
        Ok(Ok(connection)) => connection.close().await.is_ok(),
        _ => false,
    }
}

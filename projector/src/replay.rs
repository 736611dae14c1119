//! Replays: read models made anew beside those that serve, and put in their place in one short transaction.
//!
//! What admins ask for stands in the table `replays`; [`Replays`] does it, in whatever process it runs. The new
//! tables have the names of the old ones in a schema of their own, so the folds do not know the difference.
//! Reading order: `replay/build.rs` (from the first event to the swap), `shadow.rs` (the tables), `feed.rs` (the
//! log, read ahead), `exchange.rs` (the swap, and back), `request.rs` (the table).

mod build;
mod exchange;
mod feed;
mod job;
mod pace;
mod progress;
mod request;
mod shadow;
mod verify;

use std::convert::Infallible;
use std::sync::Arc;
use std::time::{Duration, Instant};

use event_log::EventLog;
use sqlx::PgPool;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::error::FoldError;
use crate::parking::retry;
use crate::projection::{Projection, all};
use job::Job;
use progress::Progress;

pub use request::{ALL, Refused, ReplayStatus, find, open, request};

/// How often it looks for what is to be done, in milliseconds.
const POLL_MS: u64 = 250;
/// How often a worker says that it lives and how far it is, in milliseconds.
const BEAT_MS: u64 = 500;
/// After how long a silence, in seconds, another worker may take over.
pub const SILENCE_S: i32 = 3;
/// How long tables are tried to be exchanged before it is said that somebody has them in use for too long, in seconds.
/// An export may take 600 s (query-api's `EXPORT_MAX_S`).
const EXCHANGE_S_MAX: u64 = 900;
/// How often it looks for rows of older versions that nobody makes anew, in seconds.
const UPGRADES_S: u64 = 30;
/// The pause after an error that may pass by itself, in milliseconds.
const RETRY_MS: u64 = 1_000;

/// The worker of replays, and of parked streams that are tried again.
pub struct Replays {
    log: Arc<dyn EventLog>,
    pool: PgPool,
    worker: Uuid,
    patience: Patience,
}

/// How long a worker waits before it does again what did not succeed.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// How long tables are tried to be exchanged until the replay is begun again where it stands, with a warning.
    pub exchange: Duration,
    /// After how long rows of an older version are asked to be made anew again, if no replay of them is open.
    pub upgrades: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self { exchange: Duration::from_secs(EXCHANGE_S_MAX), upgrades: Duration::from_secs(UPGRADES_S) }
    }
}

/// Why the work on a replay ended before it was done.
#[derive(Debug)]
enum End {
    /// Somebody asked for it.
    Cancelled,
    /// Another worker has it now.
    Lost,
    /// It can never succeed, for this reason.
    Failed(String),
    /// It may succeed if tried again.
    Broken(FoldError),
}

impl From<FoldError> for End {
    fn from(error: FoldError) -> Self {
        if let FoldError::Store(sqlx::Error::Database(answer)) = &error
            && !answer.code().is_some_and(|code| PASSING_CLASSES.iter().any(|class| code.starts_with(class)))
        {
            return Self::Failed(error.to_string());
        }
        if error.blames_an_event() { Self::Failed(error.to_string()) } else { Self::Broken(error) }
    }
}

impl From<sqlx::Error> for End {
    fn from(error: sqlx::Error) -> Self {
        FoldError::from(error).into()
    }
}

/// SQLSTATE classes of errors that pass by themselves: connections, conflicts, resources, locks, operators.
const PASSING_CLASSES: [&str; 5] = ["08", "40", "53", "55", "57"];

impl Replays {
    /// A worker that reads `log` and makes tables behind `pool`, whose migrations have run. The pool acts as
    /// the owner of the tables, has at least three connections, and is nobody else's; so should the log's be.
    pub fn new(log: Arc<dyn EventLog>, pool: PgPool) -> Self {
        Self { log, pool, worker: Uuid::new_v4(), patience: Patience::default() }
    }

    /// The same with another patience.
    #[must_use]
    pub fn with_patience(self, patience: Patience) -> Self {
        Self { patience, ..self }
    }

    /// Works until `stop`. What is not finished then goes on at the next start, or elsewhere.
    pub async fn run(self, stop: CancellationToken) {
        let work = Box::pin(async { tokio::join!(self.replay_for_ever(), self.retry_for_ever()) });
        stop.run_until_cancelled(work).await;
        if let Err(error) = job::release(&self.pool, self.worker).await {
            tracing::debug!(%error, "a replay was not released; it goes on elsewhere a little later");
        }
    }

    async fn replay_for_ever(&self) -> Infallible {
        let mut asked = None;
        loop {
            match self.replay_next(&mut asked).await {
                Ok(true) => {}
                Ok(false) => tokio::time::sleep(Duration::from_millis(POLL_MS)).await,
                Err(error) => {
                    tracing::debug!(%error, "replays cannot be looked at; trying again");
                    tokio::time::sleep(Duration::from_millis(RETRY_MS)).await;
                }
            }
        }
    }

    async fn retry_for_ever(&self) -> Infallible {
        loop {
            if let Err(error) = retry::all_requested(&self.log, &self.pool).await {
                tracing::debug!(%error, "parked streams cannot be tried again; trying later");
            }
            tokio::time::sleep(Duration::from_millis(POLL_MS)).await;
        }
    }

    /// Works on the next replay, if there is one.
    async fn replay_next(&self, asked: &mut Option<Instant>) -> Result<bool, FoldError> {
        // Again and again: a replay may be refused because another one is open, be cancelled, or fail.
        if asked.is_none_or(|asked| asked.elapsed() >= self.patience.upgrades) {
            self.request_upgrades().await?;
            *asked = Some(Instant::now());
        }
        let Some(job) = job::claim(&self.pool, self.worker).await? else { return Ok(false) };
        let progress = Progress::of(&job);
        let outcome = tokio::select! {
            outcome = self.perform(&job, &progress) => outcome,
            end = self.beat(&job, &progress) => Err(end),
        };
        let Err(end) = outcome else { return Ok(true) };
        let replay_id = job.replay_id;
        match end {
            End::Cancelled => {
                tracing::info!(%replay_id, "a replay is cancelled");
                self.clear_away(&job, "cancelled", None).await?;
            }
            End::Failed(error) => {
                tracing::error!(%replay_id, error, "a replay has failed");
                self.clear_away(&job, "failed", Some(&error)).await?;
            }
            End::Lost => tracing::warn!(%replay_id, "another worker has taken a replay over"),
            End::Broken(error) => {
                tracing::warn!(%replay_id, %error, "a replay was interrupted; it goes on in a moment");
                tokio::time::sleep(Duration::from_millis(RETRY_MS)).await;
            }
        }
        Ok(true)
    }

    async fn perform(&self, job: &Job, progress: &Progress) -> Result<(), End> {
        if job.cancel_requested {
            return Err(End::Cancelled);
        }
        let members = self.members(job).await?;
        if job.phase == "rolling_back" {
            build::roll_back(self, job, &members, progress).await
        } else {
            tracing::info!(replay_id = %job.replay_id, projection = job.projection, "a replay begins or goes on");
            build::build(self, job, &members, progress).await
        }
    }

    /// The projections that a replay is about, as far as this program knows them.
    async fn members(&self, job: &Job) -> Result<Vec<&'static dyn Projection>, End> {
        let names = job::members(&self.pool, job.replay_id).await?;
        let members: Vec<_> = all().filter(|known| names.iter().any(|name| name == known.name())).collect();
        let newer = crate::checkpoint::load(&self.pool, &members).await?;
        let newer = members.iter().zip(newer).find(|(known, mark)| mark.version > known.version());
        match newer {
            Some((known, mark)) if job.phase != "rolling_back" => {
                let (name, version) = (known.name(), mark.version);
                Err(End::Failed(format!(
                    "the rows of {name} are of version {version}, which this program is too old for"
                )))
            }
            _ if members.is_empty() => Err(End::Failed("this program knows no such projection".into())),
            _ => Ok(members),
        }
    }

    /// Says again and again that this worker lives. Ends when it must stop.
    async fn beat(&self, job: &Job, progress: &Progress) -> End {
        loop {
            match job::beat(&self.pool, job, self.worker, progress).await {
                Ok(Some(true)) if job.phase != "rolling_back" => return End::Cancelled,
                Ok(Some(_)) => {}
                Ok(None) => {
                    // Or the work is done this very moment, and its commit not yet heard of.
                    tokio::time::sleep(Duration::from_millis(BEAT_MS)).await;
                    return End::Lost;
                }
                Err(error) => tracing::debug!(%error, "a replay's progress cannot be written"),
            }
            tokio::time::sleep(Duration::from_millis(BEAT_MS)).await;
        }
    }

    /// Drops what was built and closes the row; whoever serves was never touched.
    async fn clear_away(&self, job: &Job, phase: &'static str, error: Option<&str>) -> Result<(), FoldError> {
        let (replay_id, worker) = (job.replay_id, self.worker);
        if job.phase == "rolling_back" {
            // The tables that serve go on serving, and those before them are kept.
            job::end(&self.pool, replay_id, worker, "swapped", error).await?;
            return Ok(());
        }
        let mut transaction = self.pool.begin().await?;
        if job::end(&mut *transaction, replay_id, worker, phase, error).await? {
            shadow::drop_schema(&mut transaction, &job.shadow_schema()).await?;
        }
        transaction.commit().await?;
        Ok(())
    }

    /// Asks for a replay of every projection whose rows an older version of its fold made, if none is open.
    async fn request_upgrades(&self) -> Result<(), FoldError> {
        let known: Vec<_> = all().collect();
        for (projection, mark) in known.iter().zip(crate::checkpoint::load(&self.pool, &known).await?) {
            let (name, version) = (projection.name(), projection.version());
            if mark.version < version {
                let from = mark.version;
                match request(&self.pool, Uuid::new_v4(), name, None, None).await? {
                    Ok(()) => tracing::info!(projection = name, from, to = version, "its rows are made anew"),
                    Err(refused) => tracing::debug!(projection = name, from, to = version, %refused, "not yet"),
                }
            }
        }
        Ok(())
    }
}

//! A replay in the hands of a worker: taken, kept by saying so, closed. Every statement names the worker, so
//! that one who was silent for too long changes nothing any more.

use event_log::Position;
use sqlx::{FromRow, PgExecutor, PgPool};
use uuid::Uuid;

use super::SILENCE_S;
use super::progress::Progress;
use super::request::ALL;
use crate::projection::{signed, unsigned};

/// What a worker must know of its replay.
#[derive(Clone, Debug, FromRow)]
pub(super) struct Job {
    pub(super) replay_id: Uuid,
    /// The name of a projection, or [`ALL`].
    pub(super) projection: String,
    to_position: Option<i64>,
    pub(super) phase: String,
    pub(super) cancel_requested: bool,
    position: i64,
    head: i64,
}

impl Job {
    /// Up to where to build, if not to the head of the log.
    pub(super) fn to_position(&self) -> Option<Position> {
        self.to_position.map(unsigned)
    }

    pub(super) fn position(&self) -> Position {
        unsigned(self.position)
    }

    pub(super) fn head(&self) -> Position {
        unsigned(self.head)
    }

    /// Where its tables are built. There is at most one open replay of each name.
    pub(super) fn shadow_schema(&self) -> String {
        format!("replay_{}", self.projection)
    }

    /// Where the tables go that served before.
    pub(super) fn previous_schema(&self) -> String {
        format!("previous_{}", self.projection)
    }

    /// The schemas that this replay's swap makes useless: whatever holds older tables of its projections.
    pub(super) fn superseded_schemas<'a>(&self, every_projection: impl Iterator<Item = &'a str>) -> Vec<String> {
        let names = every_projection.filter(|name| self.projection == ALL || *name == self.projection);
        names.chain([ALL]).map(|name| format!("previous_{name}")).collect()
    }
}

/// One that waits, or whose worker has fallen silent, or that this worker already has.
const CLAIM: &str = "\
UPDATE replays SET worker = $1, updated_at = now(), started_at = coalesce(started_at, now())
WHERE replay_id = (
    SELECT replay_id FROM replays
    WHERE ended_at IS NULL AND (phase <> 'built' OR cancel_requested)
      AND (worker IS NULL OR worker = $1 OR updated_at < now() - make_interval(secs => $2))
    ORDER BY requested_at LIMIT 1 FOR UPDATE SKIP LOCKED
)
RETURNING replay_id, projection, to_position, phase, cancel_requested, position, head";

/// Takes the next replay in hand.
pub(super) async fn claim(pool: &PgPool, worker: Uuid) -> Result<Option<Job>, sqlx::Error> {
    sqlx::query_as(CLAIM).bind(worker).bind(f64::from(SILENCE_S)).fetch_optional(pool).await
}

/// Lets go of whatever this worker has in hand, so that another need not wait.
pub(super) async fn release(pool: &PgPool, worker: Uuid) -> Result<(), sqlx::Error> {
    sqlx::query("UPDATE replays SET worker = NULL WHERE worker = $1 AND ended_at IS NULL")
        .bind(worker)
        .execute(pool)
        .await?;
    Ok(())
}

/// The names of the projections that a replay is about.
pub(super) async fn members(pool: &PgPool, replay_id: Uuid) -> Result<Vec<String>, sqlx::Error> {
    sqlx::query_scalar("SELECT projection FROM replayed_projections WHERE replay_id = $1")
        .bind(replay_id)
        .fetch_all(pool)
        .await
}

/// Writes down how far it is. Tells whether it is to be cancelled; nothing if it is another worker's.
pub(super) async fn beat(
    pool: &PgPool,
    job: &Job,
    worker: Uuid,
    progress: &Progress,
) -> Result<Option<bool>, sqlx::Error> {
    let told = progress.told();
    sqlx::query_scalar(
        "UPDATE replays SET updated_at = now(), phase = $3, position = $4, head = $5, events_per_s = $6
         WHERE replay_id = $1 AND worker = $2 AND ended_at IS NULL RETURNING cancel_requested",
    )
    .bind(job.replay_id)
    .bind(worker)
    .bind(told.phase)
    .bind(signed(told.position))
    .bind(signed(told.head))
    .bind(signed(told.events_per_s))
    .fetch_optional(pool)
    .await
}

/// Closes a replay, for this reason, and lets others be asked for. `false`: it is not this worker's any more.
pub(super) async fn end(
    executor: impl PgExecutor<'_>,
    replay_id: Uuid,
    worker: Uuid,
    phase: &'static str,
    error: Option<&str>,
) -> Result<bool, sqlx::Error> {
    let written = sqlx::query(
        "WITH ended AS (
             UPDATE replays SET phase = $3, error = $4, ended_at = now(), updated_at = now(), worker = NULL
             WHERE replay_id = $1 AND worker = $2 AND ended_at IS NULL RETURNING replay_id
         )
         DELETE FROM replayed_projections member USING ended WHERE member.replay_id = ended.replay_id",
    )
    .bind(replay_id)
    .bind(worker)
    .bind(phase)
    .bind(error.map(|error| error.replace('\0', "\u{fffd}")))
    .execute(executor)
    .await?;
    Ok(written.rows_affected() > 0)
}

/// Writes down that new tables serve, or the ones before them again. `false`: this worker has lost it, or it
/// was cancelled at the last moment; then nothing may be exchanged.
pub(super) async fn exchanged(
    executor: impl PgExecutor<'_>,
    job: &Job,
    worker: Uuid,
    phase: &'static str,
    position: Position,
) -> Result<bool, sqlx::Error> {
    let written = sqlx::query(
        "WITH ended AS (
             UPDATE replays SET phase = $3, position = $4, head = $4, ended_at = now(), updated_at = now(),
                                swapped_at = CASE $3 WHEN 'swapped' THEN now() ELSE swapped_at END, worker = NULL
             WHERE replay_id = $1 AND worker = $2 AND ended_at IS NULL AND NOT cancel_requested RETURNING replay_id
         )
         DELETE FROM replayed_projections member USING ended WHERE member.replay_id = ended.replay_id",
    )
    .bind(job.replay_id)
    .bind(worker)
    .bind(phase)
    .bind(signed(position))
    .execute(executor)
    .await?;
    Ok(written.rows_affected() > 0)
}

/// Leaves a replay with its tables beside those that serve, until somebody has seen enough of them.
pub(super) async fn built(pool: &PgPool, job: &Job, worker: Uuid, position: Position) -> Result<(), sqlx::Error> {
    sqlx::query(
        "UPDATE replays SET phase = 'built', position = $3, head = $3, updated_at = now(), worker = NULL
         WHERE replay_id = $1 AND worker = $2",
    )
    .bind(job.replay_id)
    .bind(worker)
    .bind(signed(position))
    .execute(pool)
    .await?;
    Ok(())
}

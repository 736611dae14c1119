//! What is asked of replays, and what there is to tell about them: the table `replays` as others see it.

use event_log::Position;
use sqlx::{FromRow, PgPool};
use uuid::Uuid;

use super::SILENCE_S;
use crate::projection::{signed, unsigned};

/// The name that stands for every projection.
pub const ALL: &str = "all";

/// Why a replay was not even begun.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// One of the projections is being replayed already, or a replay of it stands unfinished.
    #[error("a replay of it is running already")]
    Running,
    /// No projection has this name.
    #[error("there is no projection of that name")]
    UnknownProjection,
    /// The log does not go so far.
    #[error("the log does not go so far")]
    BeyondHead,
}

/// A replay, as its row tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReplayStatus {
    /// Its id.
    pub replay_id: Uuid,
    /// The name of a projection, or [`ALL`].
    pub projection: String,
    /// Up to where to build, if not to the head of the log.
    pub to_position: Option<Position>,
    /// What it is doing, or what became of it.
    pub phase: String,
    /// Up to where the new tables have taken the log in.
    pub position: Position,
    /// Up to where they must.
    pub head: Position,
    /// How fast it went of late.
    pub events_per_s: u64,
    /// Whether some process has it in hand and has said so of late.
    pub taken: bool,
    /// Whether nobody will work on it any more.
    pub ended: bool,
    /// Why it failed.
    pub error: Option<String>,
}

#[derive(FromRow)]
struct Row {
    replay_id: Uuid,
    projection: String,
    to_position: Option<i64>,
    phase: String,
    position: i64,
    head: i64,
    events_per_s: i64,
    taken: bool,
    ended: bool,
    error: Option<String>,
}

impl From<Row> for ReplayStatus {
    fn from(row: Row) -> Self {
        Self {
            replay_id: row.replay_id,
            projection: row.projection,
            to_position: row.to_position.map(unsigned),
            phase: row.phase,
            position: unsigned(row.position),
            head: unsigned(row.head),
            events_per_s: unsigned(row.events_per_s),
            taken: row.taken,
            ended: row.ended,
            error: row.error,
        }
    }
}

/// Writes down that a replay is wanted; the next worker that looks will do it. The same statement is in
/// command-api, which knows nothing of this crate: they meet in the table.
const REQUEST: &str = "\
WITH asked AS (
    INSERT INTO replays (replay_id, projection, to_position, requested_by)
    SELECT $1, $2, $3, $4 WHERE $2 = 'all' OR EXISTS (SELECT FROM projection_checkpoints WHERE name = $2)
    RETURNING replay_id
)
INSERT INTO replayed_projections (projection, replay_id)
SELECT name, replay_id FROM projection_checkpoints, asked WHERE $2 IN (name, 'all')";

/// Asks for a replay of a projection or of [`ALL`], to the head of the log or as of a position.
pub async fn request(
    pool: &PgPool,
    replay_id: Uuid,
    projection: &str,
    to_position: Option<Position>,
    by: Option<Uuid>,
) -> Result<Result<(), Refused>, sqlx::Error> {
    if let Some(to_position) = to_position {
        let head: i64 = sqlx::query_scalar("SELECT position FROM log_head").fetch_one(pool).await?;
        if to_position > unsigned(head) {
            return Ok(Err(Refused::BeyondHead));
        }
    }
    let written = sqlx::query(REQUEST)
        .bind(replay_id)
        .bind(projection)
        .bind(to_position.map(signed))
        .bind(by)
        .execute(pool)
        .await;
    match written {
        Ok(written) if written.rows_affected() == 0 => Ok(Err(Refused::UnknownProjection)),
        Ok(_) => Ok(Ok(())),
        Err(sqlx::Error::Database(error)) if error.is_unique_violation() => Ok(Err(Refused::Running)),
        Err(error) => Err(error),
    }
}

/// A replay, if there is one of this id.
pub async fn find(pool: &PgPool, replay_id: Uuid) -> Result<Option<ReplayStatus>, sqlx::Error> {
    let row: Option<Row> = sqlx::query_as(
        "SELECT replay_id, projection, to_position, phase, position, head, events_per_s,
                worker IS NOT NULL AND updated_at >= now() - make_interval(secs => $2) AS taken,
                ended_at IS NOT NULL AS ended, error
         FROM replays WHERE replay_id = $1",
    )
    .bind(replay_id)
    .bind(f64::from(SILENCE_S))
    .fetch_optional(pool)
    .await?;
    Ok(row.map(ReplayStatus::from))
}

/// The replays that are not ended, the first one asked for first.
pub async fn open(pool: &PgPool) -> Result<Vec<ReplayStatus>, sqlx::Error> {
    let rows: Vec<Row> = sqlx::query_as(
        "SELECT replay_id, projection, to_position, phase, position, head, events_per_s,
                worker IS NOT NULL AND updated_at >= now() - make_interval(secs => $1) AS taken,
                ended_at IS NOT NULL AS ended, error
         FROM replays WHERE ended_at IS NULL ORDER BY requested_at, replay_id",
    )
    .bind(f64::from(SILENCE_S))
    .fetch_all(pool)
    .await?;
    Ok(rows.into_iter().map(ReplayStatus::from).collect())
}

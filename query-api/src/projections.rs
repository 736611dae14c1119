//! Where the projections stand, what they go on without, and the statements that tell.

use chrono::{DateTime, Utc};
use edge::problem::Problem;
use sqlx::{FromRow, PgPool};
use uuid::Uuid;

use crate::store;

/// The most parked streams that are shown, over all projections; the first ones.
pub(crate) const PARKED_MAX: i64 = 1_000;

/// Where one projection stands.
#[derive(Debug, FromRow)]
pub(crate) struct FoundProjection {
    pub(crate) name: String,
    pub(crate) version: i32,
    pub(crate) in_core: bool,
    pub(crate) position: i64,
    pub(crate) head: i64,
    /// How old the first event is that it has not taken in, in seconds; NULL if there is none.
    pub(crate) lag_seconds: Option<f64>,
    pub(crate) parked: i64,
    pub(crate) replay_id: Option<Uuid>,
}

/// A stream that one projection goes on without.
#[derive(Debug, FromRow)]
pub(crate) struct FoundParked {
    pub(crate) projection: String,
    pub(crate) stream: String,
    pub(crate) position: i64,
    pub(crate) error: String,
    pub(crate) parked_at: DateTime<Utc>,
    pub(crate) retried_at: Option<DateTime<Utc>>,
}

/// Every projection, by name. The age of an event is all that is read of the log.
pub(crate) async fn list(pool: &PgPool) -> Result<Vec<FoundProjection>, Problem> {
    sqlx::query_as(
        "SELECT name, version, in_core, checkpoint.position, head.position AS head,
                (SELECT extract(epoch FROM now() - recorded_at)::float8 FROM events
                 WHERE events.position > checkpoint.position ORDER BY events.position LIMIT 1) AS lag_seconds,
                (SELECT count(*) FROM parked_streams WHERE projection = name) AS parked,
                (SELECT replay_id FROM replayed_projections WHERE projection = name) AS replay_id
         FROM projection_checkpoints checkpoint, log_head head ORDER BY name",
    )
    .fetch_all(pool)
    .await
    .map_err(store::problem)
}

/// What is parked, projection by projection, in the log's order.
pub(crate) async fn parked(pool: &PgPool) -> Result<Vec<FoundParked>, Problem> {
    sqlx::query_as(
        "SELECT projection, stream, position, error, parked_at, retried_at FROM parked_streams
         ORDER BY projection, position, stream LIMIT $1",
    )
    .bind(PARKED_MAX)
    .fetch_all(pool)
    .await
    .map_err(store::problem)
}

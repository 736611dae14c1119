//! Replays as the table tells of them, and the statements that find them.

use chrono::{DateTime, Utc};
use edge::problem::Problem;
use sqlx::{FromRow, PgPool};
use uuid::Uuid;

use crate::store;

/// A replay, running or not.
#[derive(Debug, FromRow)]
pub(crate) struct FoundReplay {
    pub(crate) replay_id: Uuid,
    pub(crate) projection: String,
    pub(crate) to_position: Option<i64>,
    pub(crate) phase: String,
    pub(crate) cancel_requested: bool,
    pub(crate) position: i64,
    pub(crate) head: i64,
    pub(crate) events_per_s: i64,
    pub(crate) requested_by: Option<Uuid>,
    pub(crate) requested_at: DateTime<Utc>,
    pub(crate) started_at: Option<DateTime<Utc>>,
    pub(crate) updated_at: DateTime<Utc>,
    pub(crate) ended_at: Option<DateTime<Utc>>,
    pub(crate) error: Option<String>,
}

macro_rules! columns {
    () => {
        "SELECT replay_id, projection, to_position, phase, cancel_requested, position, head, events_per_s, requested_by,
                requested_at, started_at, updated_at, ended_at, error FROM replays "
    };
}

/// One replay, if there is one of this id.
pub(crate) async fn find(pool: &PgPool, replay_id: Uuid) -> Result<Option<FoundReplay>, Problem> {
    sqlx::query_as(concat!(columns!(), "WHERE replay_id = $1"))
        .bind(replay_id)
        .fetch_optional(pool)
        .await
        .map_err(store::problem)
}

/// The replays asked for before a place in the list, the last one first; one more than `limit` if there are more.
pub(crate) async fn list(
    pool: &PgPool,
    before: Option<(DateTime<Utc>, Uuid)>,
    limit: u32,
) -> Result<Vec<FoundReplay>, Problem> {
    let (requested_at, replay_id) = before.unzip();
    sqlx::query_as(concat!(
        columns!(),
        "WHERE $1::timestamptz IS NULL OR (requested_at, replay_id) < ($1, $2)
         ORDER BY requested_at DESC, replay_id DESC LIMIT $3"
    ))
    .bind(requested_at)
    .bind(replay_id)
    .bind(i64::from(limit) + 1)
    .fetch_all(pool)
    .await
    .map_err(store::problem)
}

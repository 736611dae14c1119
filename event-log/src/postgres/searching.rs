//! Looking for events: always by an index, and never at more of them than one look may see.

use sqlx::PgPool;

use super::{recorded, signed, unsigned};
use crate::search::part;
use crate::{Among, Found, Position, Search, StreamId, Unavailable, Version};

/// A statement whose `$1` and `$2` are the bounds of the look, `$3` the limit, `$4` and `$5` what else must
/// fit, `$6` the stream, `$7` the positions.
macro_rules! look {
    ($bounds:literal, $order:literal) => {
        concat!(
            "SELECT * FROM events WHERE ",
            $bounds,
            " AND ($4::uuid IS NULL OR actor = $4) AND ($5::text IS NULL OR type = $5) ORDER BY ",
            $order,
            " LIMIT $3"
        )
    };
}

/// Each oldest first and newest first. All take the same parameters, whether or not they look at them.
const IN_LOG: [&str; 2] = [
    look!("position > $1 AND position < $2 AND ($6::text IS NULL OR stream = $6) AND $7::bigint[] IS NULL", "position"),
    look!(
        "position > $1 AND position < $2 AND ($6::text IS NULL OR stream = $6) AND $7::bigint[] IS NULL",
        "position DESC"
    ),
];
const IN_STREAM: [&str; 2] = [
    look!("stream = $6 AND version > $1 AND version < $2 AND $7::bigint[] IS NULL", "version"),
    look!("stream = $6 AND version > $1 AND version < $2 AND $7::bigint[] IS NULL", "version DESC"),
];
const AT_POSITIONS: [&str; 2] = [
    look!("position = ANY($7) AND $1::bigint < $2::bigint AND ($6::text IS NULL OR stream = $6)", "position"),
    look!("position = ANY($7) AND $1::bigint < $2::bigint AND ($6::text IS NULL OR stream = $6)", "position DESC"),
];

/// The last version of a stream at a position or before lies between `low` and `high`; 0 is before the first.
/// Versions have no holes and grow with positions, so it is found by halving.
const VERSION_AT: &str = "\
WITH RECURSIVE search (low, high) AS (
    SELECT 0::bigint, coalesce(max(version), 0) FROM events WHERE stream = $1
  UNION ALL
    SELECT CASE WHEN looked.reached THEN looked.middle ELSE looked.low END,
           CASE WHEN looked.reached THEN looked.high ELSE looked.middle - 1 END
    FROM (SELECT low, high, middle,
                 (SELECT position <= $2 FROM events WHERE stream = $1 AND version = middle) AS reached
          FROM (SELECT low, high, (low + high + 1) / 2 AS middle FROM search WHERE low < high) AS halved) AS looked
)
SELECT low FROM search WHERE low = high";

pub(super) async fn search(pool: &PgPool, search: &Search) -> Result<Found, Unavailable> {
    match &search.among {
        Among::Log => {
            let head: i64 = sqlx::query_scalar("SELECT position FROM log_head").fetch_one(pool).await?;
            let end = search.before.min(unsigned(head) + 1);
            let (after, end, looked_to) = part(search.after, end, search.newest_first);
            let look = Look { statement: IN_LOG, after, end, stream: search.stream, positions: None };
            look.find(pool, search, looked_to).await
        }
        Among::Stream(stream) if search.stream.is_some_and(|other| other != *stream) => Ok(Found::default()),
        Among::Stream(stream) => in_stream(pool, *stream, search).await,
        Among::These(positions) => at(pool, positions, search).await,
        Among::Key(key) => {
            let carrier: Option<i64> =
                sqlx::query_scalar("SELECT position FROM events WHERE key = $1").bind(key).fetch_optional(pool).await?;
            at(pool, &carrier.map(unsigned).into_iter().collect::<Vec<_>>(), search).await
        }
    }
}

async fn at(pool: &PgPool, positions: &[Position], search: &Search) -> Result<Found, Unavailable> {
    let (seen, looked_to) = search.window(positions);
    let positions = Some(seen.into_iter().map(signed).collect());
    let look = Look { statement: AT_POSITIONS, after: 0, end: 1, stream: search.stream, positions };
    look.find(pool, search, looked_to).await
}

async fn in_stream(pool: &PgPool, stream: StreamId, search: &Search) -> Result<Found, Unavailable> {
    let after = if search.after == 0 { 0 } else { version_at(pool, stream, search.after).await? };
    let end = version_at(pool, stream, search.before.saturating_sub(1)).await? + 1;
    let (after, end, looked_to) = part(after, end, search.newest_first);
    let looked_to = match looked_to {
        Some(version) => {
            let position: i64 = sqlx::query_scalar("SELECT position FROM events WHERE stream = $1 AND version = $2")
                .bind(stream.to_string())
                .bind(signed(version))
                .fetch_one(pool)
                .await?;
            Some(unsigned(position))
        }
        None => None,
    };
    let look = Look { statement: IN_STREAM, after, end, stream: Some(stream), positions: None };
    look.find(pool, search, looked_to).await
}

async fn version_at(pool: &PgPool, stream: StreamId, position: Position) -> Result<Version, Unavailable> {
    let version: i64 =
        sqlx::query_scalar(VERSION_AT).bind(stream.to_string()).bind(signed(position)).fetch_one(pool).await?;
    Ok(unsigned(version))
}

/// One statement and its bounds.
struct Look {
    statement: [&'static str; 2],
    after: u64,
    end: u64,
    stream: Option<StreamId>,
    positions: Option<Vec<i64>>,
}

impl Look {
    async fn find(self, pool: &PgPool, search: &Search, looked_to: Option<Position>) -> Result<Found, Unavailable> {
        let rows = sqlx::query(self.statement[usize::from(search.newest_first)])
            .bind(signed(self.after))
            .bind(signed(self.end))
            .bind(signed(search.limit as u64))
            .bind(search.actor)
            .bind(search.event_type.as_deref())
            .bind(self.stream.map(|stream| stream.to_string()))
            .bind(self.positions)
            .fetch_all(pool)
            .await?;
        Ok(Found { events: rows.iter().map(recorded).collect::<Result<_, _>>()?, looked_to })
    }
}

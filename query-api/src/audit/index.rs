//! The statements that read the audit index.

use domain::audit::KeyKind;
use event_log::SEARCH_EVENTS_MAX;
use sqlx::PgPool;
use uuid::Uuid;

use crate::store::unsigned;

/// A part of the log, and from which end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Range {
    /// Only events after this position.
    pub(crate) after: u64,
    /// Only events before this position.
    pub(crate) before: u64,
    pub(crate) newest_first: bool,
}

impl Range {
    /// The same, ending at a position at the latest.
    pub(crate) fn up_to(self, position: u64) -> Self {
        Self { before: self.before.min(position.saturating_add(1)), ..self }
    }
}

/// Postgres counts with signed numbers; a position beyond them is beyond every event.
fn signed(position: u64) -> i64 {
    i64::try_from(position).unwrap_or(i64::MAX)
}

/// How far the index has taken the log in.
pub(super) async fn position(pool: &PgPool) -> Result<u64, sqlx::Error> {
    let position: Option<i64> =
        sqlx::query_scalar("SELECT position FROM projection_checkpoints WHERE name = 'audit_index'")
            .fetch_optional(pool)
            .await?;
    Ok(unsigned(position.unwrap_or(0)))
}

/// Where events stand that are found under a key. The event that began a booking is found under it as well.
macro_rules! positions {
    ($order:literal) => {
        concat!(
            "SELECT position FROM audit_index WHERE kind = $1 AND key = $2 AND position > $3 AND position < $4 ",
            "ORDER BY position ",
            $order,
            " LIMIT $5"
        )
    };
}

/// At most `most` of them, in the order of the range.
pub(super) async fn positions(
    pool: &PgPool,
    kind: KeyKind,
    key: Uuid,
    range: Range,
    most: usize,
) -> Result<Vec<u64>, sqlx::Error> {
    let statement = if range.newest_first { positions!("DESC") } else { positions!("") };
    let found: Vec<i64> = sqlx::query_scalar(statement)
        .bind(kind.number())
        .bind(key)
        .bind(signed(range.after))
        .bind(signed(range.before))
        .bind(signed(most as u64))
        .fetch_all(pool)
        .await?;
    let mut found: Vec<u64> = found.into_iter().map(unsigned).collect();
    if kind == KeyKind::Booking
        && let Some(beginning) = beginning(pool, key).await?
        && range.after < beginning
        && beginning < range.before
    {
        found.push(beginning);
        found.sort_unstable();
        if range.newest_first {
            found.reverse();
        }
        found.truncate(most);
    }
    Ok(found)
}

async fn beginning(pool: &PgPool, booking_id: Uuid) -> Result<Option<u64>, sqlx::Error> {
    let position: Option<i64> = sqlx::query_scalar("SELECT position FROM bookings WHERE booking_id = $1")
        .bind(booking_id)
        .fetch_optional(pool)
        .await?;
    Ok(position.map(unsigned))
}

/// How many events are found under a key, as far as one look goes.
pub(super) async fn count(pool: &PgPool, kind: KeyKind, key: Uuid, range: Range) -> Result<usize, sqlx::Error> {
    let count: i64 = sqlx::query_scalar(
        "SELECT count(*) FROM (SELECT FROM audit_index
         WHERE kind = $1 AND key = $2 AND position > $3 AND position < $4 LIMIT $5) AS found",
    )
    .bind(kind.number())
    .bind(key)
    .bind(signed(range.after))
    .bind(signed(range.before))
    .bind(signed(SEARCH_EVENTS_MAX as u64 + 1))
    .fetch_one(pool)
    .await?;
    Ok(unsigned(count) as usize)
}

const STORY: &str = "\
SELECT $3::bigint AS position WHERE $3 > $4
UNION ALL
SELECT position FROM audit_index WHERE kind = $6 AND key = $1 AND position > $4
UNION ALL
SELECT position FROM audit_index WHERE kind = $7 AND key = $2 AND position > greatest($3, $4)
ORDER BY position LIMIT $5";

/// Where the story of a booking stands: what names it, and what came upon every booking of its show after it
/// was made at `begun`. The first ones after a position, at most `most`; and the position that this tells of.
pub(crate) async fn story_of_booking(
    pool: &PgPool,
    (booking_id, show_id, begun): (Uuid, Uuid, i64),
    after: u64,
    most: usize,
) -> Result<(Vec<u64>, u64), sqlx::Error> {
    let as_of = position(pool).await?;
    let found: Vec<i64> = sqlx::query_scalar(STORY)
        .bind(booking_id)
        .bind(show_id)
        .bind(begun)
        .bind(signed(after))
        .bind(signed(most as u64))
        .bind(KeyKind::Booking.number())
        .bind(KeyKind::EveryBookingOf.number())
        .fetch_all(pool)
        .await?;
    Ok((found.into_iter().map(unsigned).collect(), as_of))
}

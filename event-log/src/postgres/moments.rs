//! Which event was the last at some time: found by halving, since recorded time never goes backwards.

use chrono::{DateTime, Datelike, Utc};
use sqlx::PgPool;

use super::{signed, unsigned};
use crate::{Position, Unavailable};

/// The last event recorded at `$1` or before lies between `low` and `high`; 0 is before the first.
///
/// Every step looks at the one event in the middle, by the primary key, so that a log of a billion events
/// takes thirty looks and `recorded_at` needs no index. Positions have no holes, so the middle is there.
const POSITION_AT: &str = "\
WITH RECURSIVE search (low, high) AS (
    SELECT 0::bigint, position FROM log_head
  UNION ALL
    SELECT CASE WHEN looked.reached THEN looked.middle ELSE looked.low END,
           CASE WHEN looked.reached THEN looked.high ELSE looked.middle - 1 END
    FROM (SELECT low, high, middle, (SELECT recorded_at <= $1 FROM events WHERE position = middle) AS reached
          FROM (SELECT low, high, (low + high + 1) / 2 AS middle FROM search WHERE low < high) AS halved) AS looked
)
SELECT position, recorded_at FROM events WHERE position = (SELECT low FROM search WHERE low = high)";

/// The last event recorded at `at` or before.
pub(super) async fn position_at(
    pool: &PgPool,
    at: DateTime<Utc>,
) -> Result<Option<(Position, DateTime<Utc>)>, Unavailable> {
    let found: Option<(i64, DateTime<Utc>)> =
        sqlx::query_as(POSITION_AT).bind(within_reach(at)).fetch_optional(pool).await?;
    Ok(found.map(|(position, recorded_at)| (unsigned(position), recorded_at)))
}

/// When the event at `position` was recorded.
pub(super) async fn recorded_at(pool: &PgPool, position: Position) -> Result<Option<DateTime<Utc>>, Unavailable> {
    let found = sqlx::query_scalar("SELECT recorded_at FROM events WHERE position = $1");
    Ok(found.bind(signed(position)).fetch_optional(pool).await?)
}

/// Years that Postgres does not know come before or after every event all the same.
fn within_reach(at: DateTime<Utc>) -> DateTime<Utc> {
    match at.year() {
        ..1970 => DateTime::UNIX_EPOCH,
        1970..=9999 => at,
        _ => at.with_year(9999).unwrap_or(DateTime::UNIX_EPOCH),
    }
}

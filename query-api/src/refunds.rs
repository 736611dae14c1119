//! Refunds as the read model knows them, and the statement that finds them.

use chrono::{DateTime, Utc};
use edge::problem::Problem;
use sqlx::{FromRow, PgPool};
use uuid::Uuid;

use crate::store::{self, Snapshot, as_of, snapshot};

/// Money that must go back, or went.
#[derive(Debug, FromRow)]
pub(crate) struct FoundRefund {
    pub(crate) booking_id: Uuid,
    pub(crate) refund: i32,
    pub(crate) customer_id: Uuid,
    pub(crate) amount: i64,
    pub(crate) currency: String,
    pub(crate) reason: String,
    pub(crate) state: String,
    pub(crate) failure: Option<String>,
    pub(crate) due_at: DateTime<Utc>,
    pub(crate) settled_at: Option<DateTime<Utc>>,
    pub(crate) position: i64,
}

/// How many refunds of a show there are in each state.
#[derive(Debug, Default, FromRow)]
pub(crate) struct Totals {
    pub(crate) due: i64,
    pub(crate) succeeded: i64,
    pub(crate) failed: i64,
}

/// The refund after which a list goes on: cancelling a show makes many at one position.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) position: i64,
    pub(crate) booking_id: Uuid,
    pub(crate) refund: i32,
}

/// The totals come with every row, and alone if there are none.
const LIST: &str = as_of!(
    "SELECT totals.*, page.*
     FROM (SELECT count(*) FILTER (WHERE state = 'due') AS due, count(*) FILTER (WHERE state = 'failed') AS failed,
                  count(*) FILTER (WHERE state = 'succeeded') AS succeeded
           FROM refunds WHERE show_id = $1) totals
     LEFT JOIN LATERAL (
         SELECT booking_id, refund, customer_id, amount, currency, reason, state, failure, due_at, settled_at, position
         FROM refunds WHERE show_id = $1 AND (position, booking_id, refund) > ($2, $3, $4)
         ORDER BY position, booking_id, refund LIMIT $5
     ) page ON true"
);

/// The refunds of a show after a place, the first one first; one more than `limit` if there are more.
pub(crate) async fn list(
    pool: &PgPool,
    show_id: Uuid,
    after: Place,
    limit: u32,
) -> Result<(Snapshot<FoundRefund>, Totals), Problem> {
    let rows = sqlx::query(LIST)
        .bind(show_id)
        .bind(after.position)
        .bind(after.booking_id)
        .bind(after.refund)
        .bind(i64::from(limit) + 1)
        .fetch_all(pool)
        .await
        .map_err(store::problem)?;
    let totals = rows.first().map(Totals::from_row).transpose().map_err(store::problem)?;
    Ok((snapshot(&rows, "booking_id").map_err(store::problem)?, totals.unwrap_or_default()))
}

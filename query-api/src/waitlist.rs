//! Places on waitlists as the read model knows them, and the statements that find them.

use chrono::{DateTime, Utc};
use edge::problem::Problem;
use sqlx::{FromRow, PgPool};
use uuid::Uuid;

use crate::bookings::Items;
use crate::store::{self, Snapshot, as_of, snapshot};

/// A place on a waitlist.
#[derive(Debug, FromRow)]
pub(crate) struct FoundEntry {
    pub(crate) entry_id: Uuid,
    pub(crate) show_id: Uuid,
    pub(crate) ticket_type_id: Uuid,
    pub(crate) customer_id: Uuid,
    pub(crate) quantity: i32,
    pub(crate) state: String,
    pub(crate) joined_at: DateTime<Utc>,
    pub(crate) position: i64,
    pub(crate) offer_expires_at: Option<DateTime<Utc>>,
    /// What is offered; the table keeps it as JSON.
    #[sqlx(try_from = "String")]
    pub(crate) items: Items,
    pub(crate) booking_id: Option<Uuid>,
    /// Counts those who wait for this ticket type, from 1; nothing for those who wait no longer.
    pub(crate) place: Option<i64>,
}

macro_rules! entries_where {
    ($rest:literal) => {
        as_of!(
            "SELECT e.entry_id, e.show_id, e.ticket_type_id, e.customer_id, e.quantity, e.state, e.joined_at,
                    e.position, e.offer_expires_at, coalesce(e.items, '[]') AS items, e.booking_id,
                    CASE e.state WHEN 'waiting' THEN (
                        SELECT count(*) FROM waitlist_entries before
                        WHERE before.show_id = e.show_id AND before.ticket_type_id = e.ticket_type_id
                          AND before.position <= e.position AND before.state = 'waiting'
                    ) END AS place
             FROM waitlist_entries e ",
            $rest
        )
    };
}

const FIND: &str = entries_where!("WHERE e.entry_id = $1");

const LIST: &str = entries_where!(
    "WHERE e.customer_id = $1 AND ($2::uuid IS NULL OR e.show_id = $2) AND e.position < $3
     ORDER BY e.position DESC LIMIT $4"
);

/// One place, whosever it is.
pub(crate) async fn find(pool: &PgPool, entry_id: Uuid) -> Result<Snapshot<FoundEntry>, Problem> {
    let rows = sqlx::query(FIND).bind(entry_id).fetch_all(pool).await.map_err(store::problem)?;
    snapshot(&rows, "entry_id").map_err(store::problem)
}

/// A customer's places (of one show, if it is named) before a position, the last one first; at most `most`.
pub(crate) async fn list(
    pool: &PgPool,
    customer_id: Uuid,
    show_id: Option<Uuid>,
    before: Option<i64>,
    most: u32,
) -> Result<Snapshot<FoundEntry>, Problem> {
    let rows = sqlx::query(LIST)
        .bind(customer_id)
        .bind(show_id)
        .bind(before.unwrap_or(i64::MAX))
        .bind(i64::from(most))
        .fetch_all(pool)
        .await
        .map_err(store::problem)?;
    snapshot(&rows, "entry_id").map_err(store::problem)
}

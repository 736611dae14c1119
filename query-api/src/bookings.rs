//! Bookings as the read model knows them, and the statements that find them.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use domain::show::BookedItem;
use edge::problem::Problem;
use serde::Deserialize;
use sqlx::{FromRow, PgConnection, PgPool};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::shows::Venue;
use crate::store::{self, Snapshot, as_of, snapshot};

/// Which bookings of a history.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum When {
    /// Of events that are not over.
    Upcoming,
    /// Of events that are over.
    Past,
    /// All of them.
    #[default]
    All,
}

impl When {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Upcoming => "upcoming",
            Self::Past => "past",
            Self::All => "all",
        }
    }
}

/// A booking and its show.
#[derive(Debug, FromRow)]
pub(crate) struct FoundBooking {
    pub(crate) booking_id: Uuid,
    pub(crate) show_id: Uuid,
    pub(crate) customer_id: Uuid,
    #[sqlx(try_from = "String")]
    pub(crate) items: Items,
    pub(crate) total_amount: i64,
    pub(crate) currency: String,
    pub(crate) status: String,
    pub(crate) booked_at: DateTime<Utc>,
    pub(crate) cancelled_at: Option<DateTime<Utc>>,
    pub(crate) position: i64,
    pub(crate) expires_at: Option<DateTime<Utc>>,
    pub(crate) promo_code: Option<String>,
    pub(crate) paid_amount: i64,
    pub(crate) refunded_amount: i64,
    pub(crate) title: String,
    pub(crate) starts_at: DateTime<Utc>,
    pub(crate) ends_at: DateTime<Utc>,
    pub(crate) time_zone: String,
    #[sqlx(flatten)]
    pub(crate) venue: Venue,
    pub(crate) show_status: String,
    pub(crate) show_cancelled_at: Option<DateTime<Utc>>,
}

/// What was booked; the table keeps it as JSON.
#[derive(Debug)]
pub(crate) struct Items(Vec<BookedItem>);

impl Items {
    pub(crate) fn iter(&self) -> std::slice::Iter<'_, BookedItem> {
        self.0.iter()
    }
}

impl From<Vec<BookedItem>> for Items {
    fn from(items: Vec<BookedItem>) -> Self {
        Self(items)
    }
}

impl TryFrom<String> for Items {
    type Error = serde_json::Error;

    fn try_from(json: String) -> Result<Self, Self::Error> {
        serde_json::from_str(&json).map(Self)
    }
}

/// Names of ticket types by id. They never change.
pub(crate) type TicketNames = HashMap<Uuid, String>;

/// A booking and its show; the statement goes on with a condition.
macro_rules! bookings_where {
    ($($rest:literal),+) => {
        concat!(
            "SELECT b.booking_id, b.show_id, b.customer_id, b.items, b.total_amount, b.currency, b.status, b.booked_at,
                    b.cancelled_at, b.position, b.expires_at, b.promo_code, b.paid_amount, b.refunded_amount, s.title,
                    s.starts_at, s.ends_at, s.time_zone, s.venue_name, s.venue_city, s.venue_country, s.status AS show_status, s.cancelled_at AS show_cancelled_at
             FROM bookings b JOIN shows s USING (show_id) ",
            $($rest),+
        )
    };
}

const FIND: &str = as_of!(bookings_where!("WHERE b.booking_id = $1"));

const LIST: &str = as_of!(bookings_where!(
    "WHERE b.customer_id = $1 AND b.position < $2
       AND CASE $3 WHEN 'upcoming' THEN s.ends_at > now() WHEN 'past' THEN s.ends_at <= now() ELSE true END
     ORDER BY b.position DESC LIMIT $4"
));

/// The bookings of a show after a place, in the order in which they were made.
macro_rules! of_show {
    () => {
        bookings_where!("WHERE b.show_id = $1 AND b.position > $2 ORDER BY b.position LIMIT $3")
    };
}

const LIST_OF_SHOW: &str = as_of!(of_show!());
const PAGE_OF_SHOW: &str = of_show!();

/// One booking, whosever it is.
pub(crate) async fn find(pool: &PgPool, booking_id: Uuid) -> Result<Snapshot<FoundBooking>, Problem> {
    let rows = sqlx::query(FIND).bind(booking_id).fetch_all(pool).await.map_err(store::problem)?;
    snapshot(&rows, "booking_id").map_err(store::problem)
}

/// A customer's bookings before a position, the last one first; one more than `limit` if there are more.
pub(crate) async fn list(
    pool: &PgPool,
    customer_id: Uuid,
    when: When,
    before: Option<i64>,
    limit: u32,
) -> Result<Snapshot<FoundBooking>, Problem> {
    let rows = sqlx::query(LIST)
        .bind(customer_id)
        .bind(before.unwrap_or(i64::MAX))
        .bind(when.as_str())
        .bind(i64::from(limit) + 1)
        .fetch_all(pool)
        .await
        .map_err(store::problem)?;
    snapshot(&rows, "booking_id").map_err(store::problem)
}

/// The bookings of a show after a position, the first one first; one more than `limit` if there are more.
pub(crate) async fn list_of_show(
    pool: &PgPool,
    show_id: Uuid,
    after: Option<i64>,
    limit: u32,
) -> Result<Snapshot<FoundBooking>, Problem> {
    let rows = sqlx::query(LIST_OF_SHOW)
        .bind(show_id)
        .bind(after.unwrap_or(0))
        .bind(i64::from(limit) + 1)
        .fetch_all(pool)
        .await
        .map_err(store::problem)?;
    snapshot(&rows, "booking_id").map_err(store::problem)
}

/// At most `limit` bookings of a show after a position, the first one first, as `connection` sees them.
pub(crate) async fn page_of_show(
    connection: &mut PgConnection,
    show_id: Uuid,
    after: i64,
    limit: u32,
) -> Result<Vec<FoundBooking>, sqlx::Error> {
    sqlx::query_as(PAGE_OF_SHOW).bind(show_id).bind(after).bind(i64::from(limit)).fetch_all(connection).await
}

/// The names of all ticket types of a show.
pub(crate) async fn ticket_names_of_show(
    connection: &mut PgConnection,
    show_id: Uuid,
) -> Result<TicketNames, sqlx::Error> {
    let names: Vec<(Uuid, String)> = sqlx::query_as("SELECT ticket_type_id, name FROM ticket_types WHERE show_id = $1")
        .bind(show_id)
        .fetch_all(connection)
        .await?;
    Ok(names.into_iter().collect())
}

/// The names of all ticket types in these bookings.
pub(crate) async fn ticket_names(pool: &PgPool, bookings: &[FoundBooking]) -> Result<TicketNames, Problem> {
    let items = bookings.iter().flat_map(|booking| booking.items.iter());
    names_of(pool, items.map(|item| item.ticket_type_id.0).collect()).await
}

/// The names of these ticket types.
pub(crate) async fn names_of(pool: &PgPool, mut ids: Vec<Uuid>) -> Result<TicketNames, Problem> {
    if ids.is_empty() {
        return Ok(TicketNames::new());
    }
    ids.sort_unstable();
    ids.dedup();
    let names: Vec<(Uuid, String)> =
        sqlx::query_as("SELECT ticket_type_id, name FROM ticket_types WHERE ticket_type_id = ANY($1)")
            .bind(ids)
            .fetch_all(pool)
            .await
            .map_err(store::problem)?;
    Ok(names.into_iter().collect())
}

//! Shows as the read model knows them, and the statements that find them.

use chrono::{DateTime, Utc};
use domain::access::Access;
use edge::problem::Problem;
use serde::Serialize;
use sqlx::{FromRow, PgPool};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::store::{self, Snapshot, as_of, snapshot};

mod filter;
mod seating;
mod types;

pub(crate) use filter::{EventFilter, EventParameters, Place, Sort};
pub(crate) use seating::{SeatedShow, SectionSeats, find_seated};
pub(crate) use types::{FoundType, FoundTypes, Viewer};

/// A place.
#[derive(Debug, Clone, FromRow, Serialize, ToSchema)]
pub(crate) struct Venue {
    #[sqlx(rename = "venue_name")]
    #[schema(example = "Gewandhaus")]
    pub(crate) name: String,
    #[sqlx(rename = "venue_city")]
    #[schema(example = "Leipzig")]
    pub(crate) city: String,
    /// ISO 3166-1 alpha-2.
    #[sqlx(rename = "venue_country")]
    #[schema(example = "DE")]
    pub(crate) country: String,
}

/// An event in a list.
#[derive(Debug, FromRow, Serialize, ToSchema)]
pub(crate) struct EventSummary {
    #[sqlx(rename = "show_id")]
    pub(crate) event_id: Uuid,
    #[schema(example = "An Evening with Clara")]
    pub(crate) title: String,
    #[sqlx(flatten)]
    pub(crate) venue: Venue,
    /// IANA name, for showing the times.
    #[schema(example = "Europe/Berlin")]
    pub(crate) time_zone: String,
    pub(crate) starts_at: DateTime<Utc>,
    pub(crate) ends_at: DateTime<Utc>,
    /// Not sold before this.
    pub(crate) sale_opens_at: Option<DateTime<Utc>>,
    /// Not sold from this on.
    pub(crate) sale_closes_at: Option<DateTime<Utc>>,
    /// `draft`, `on_sale`, `paused`, `closed` or `cancelled`.
    #[schema(example = "on_sale")]
    pub(crate) status: String,
    pub(crate) organizer_id: Uuid,
    /// What the list is sorted by; part of the next cursor.
    #[serde(skip)]
    pub(crate) title_key: String,
}

/// A show and what is offered for it.
#[derive(Debug, FromRow)]
pub(crate) struct FoundShow {
    #[sqlx(flatten)]
    pub(crate) summary: EventSummary,
    pub(crate) description: Option<String>,
    pub(crate) max_per_customer: Option<i32>,
    pub(crate) published: bool,
    pub(crate) cancel_reason: Option<String>,
    pub(crate) revision: i64,
    pub(crate) hold_seconds: i32,
    pub(crate) offer_seconds: i32,
    pub(crate) payment: String,
    /// JSON as in the events.
    pub(crate) refund_policy: Option<String>,
    pub(crate) seat_map_version: Option<i32>,
    pub(crate) refund_until: Option<DateTime<Utc>>,
    /// What whoever asks was trusted with here, in the words of the table.
    pub(crate) access: Option<String>,
    #[sqlx(try_from = "String")]
    pub(crate) types: FoundTypes,
}

impl FoundShow {
    /// What whoever asks was trusted with here.
    pub(crate) fn access(&self) -> Option<Access> {
        let word = self.access.as_deref()?;
        Access::ALL.into_iter().find(|access| access.as_str() == word)
    }
}

/// `$2` is the account of whoever asks.
const FIND: &str = as_of!(
    "SELECT s.*, lower(s.title) AS title_key,
            (SELECT access FROM show_colleagues c WHERE c.show_id = $1 AND c.account_id = $2) AS access,
            coalesce((SELECT json_agg(t ORDER BY t.ordinal) FROM ticket_types t WHERE t.show_id = $1)::text, '[]')
                AS types
     FROM shows s WHERE s.show_id = $1"
);

/// One show with its ticket types, and what `caller` was trusted with there.
pub(crate) async fn find(pool: &PgPool, show_id: Uuid, caller: Option<Uuid>) -> Result<Snapshot<FoundShow>, Problem> {
    let rows = sqlx::query(FIND).bind(show_id).bind(caller).fetch_all(pool).await.map_err(store::problem)?;
    snapshot(&rows, "show_id").map_err(store::problem)
}

/// The list in one order. `$7` and `$8` are the place after which it goes on.
macro_rules! list_by {
    ($key:literal, $place:literal, $after:literal, $direction:literal) => {
        as_of!(
            "SELECT show_id, organizer_id, title, lower(title) AS title_key, venue_name, venue_city, venue_country,
                    time_zone, starts_at, ends_at, sale_opens_at, sale_closes_at, status
             FROM shows
             WHERE (CASE WHEN $1::text = 'draft' THEN status = 'draft' ELSE published AND ($1 IS NULL OR status = $1) END)
               AND ($2::uuid IS NULL OR organizer_id = $2
                    OR EXISTS (SELECT FROM show_colleagues c WHERE c.show_id = shows.show_id AND c.account_id = $2))
               AND ($3::text IS NULL OR lower(venue_city) = lower($3))
               AND ($4::text IS NULL OR strpos(lower(title), lower($4)) > 0
                    OR strpos(lower(venue_name), lower($4)) > 0 OR strpos(lower(description), lower($4)) > 0)
               AND ($5::timestamptz IS NULL OR starts_at >= $5)
               AND ($6::timestamptz IS NULL OR starts_at < $6)
               AND ($7::uuid IS NULL OR (",
            $key,
            ", show_id) ",
            $after,
            " (",
            $place,
            ", $7))
             ORDER BY ",
            $key,
            $direction,
            ", show_id",
            $direction,
            " LIMIT $9"
        )
    };
}

const BY_START: &str = list_by!("starts_at", "$8::text::timestamptz", ">", " ASC");
const BY_START_DOWN: &str = list_by!("starts_at", "$8::text::timestamptz", "<", " DESC");
const BY_TITLE: &str = list_by!("lower(title) COLLATE \"C\"", "$8::text COLLATE \"C\"", ">", " ASC");
const BY_TITLE_DOWN: &str = list_by!("lower(title) COLLATE \"C\"", "$8::text COLLATE \"C\"", "<", " DESC");

/// The shows that pass a filter, one more than `limit` if there are more.
pub(crate) async fn list(
    pool: &PgPool,
    filter: &EventFilter,
    after: Option<Place>,
    limit: u32,
) -> Result<Snapshot<EventSummary>, Problem> {
    let sql = match filter.sort {
        Sort::StartsAt => BY_START,
        Sort::StartsAtDown => BY_START_DOWN,
        Sort::Title => BY_TITLE,
        Sort::TitleDown => BY_TITLE_DOWN,
    };
    let (after_id, after_key) = after.map(|place| (place.show_id, place.key)).unzip();
    let rows = sqlx::query(sql)
        .bind(filter.status.map(domain::show::Status::as_str))
        .bind(filter.organizer)
        .bind(&filter.city)
        .bind(&filter.q)
        .bind(filter.starts_after)
        .bind(filter.starts_before)
        .bind(after_id)
        .bind(after_key)
        .bind(i64::from(limit) + 1)
        .fetch_all(pool)
        .await
        .map_err(store::problem)?;
    snapshot(&rows, "show_id").map_err(store::problem)
}

//! The waitlist: one's own places, and where they stand.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use chrono::{DateTime, Utc};
use domain::access::{Action, may};
use domain::ids::AccountId;
use domain::show::Rejection;
use edge::bearer::Caller;
use edge::extract::{MinPosition, Path, Query};
use edge::problem::Problem;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::app::App;
use crate::cursor::Scope;
use crate::http::access::visible_show;
use crate::http::bookings::position_in;
use crate::http::{NoParameters, bytes_of, json};
use crate::list::{List, PAGE_ENTRIES_MAX, PageParameters, checked_limit};
use crate::waitlist::{self, FoundEntry};

/// A place on a waitlist.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct WaitlistEntry {
    #[serde(rename = "entry_id")]
    id: Uuid,
    event_id: Uuid,
    ticket_type_id: Uuid,
    #[schema(example = 2)]
    quantity: i32,
    /// `waiting`, `offered`, `accepted`, `declined`, `lapsed` or `left`.
    #[schema(example = "waiting")]
    state: String,
    /// Among those who wait for this ticket type; 1 is next. `null` unless `waiting`.
    #[schema(example = 7)]
    place: Option<i64>,
    joined_at: DateTime<Utc>,
    /// While it is offered: until then the offer can be accepted.
    #[serde(skip_serializing_if = "Option::is_none")]
    offer_expires_at: Option<DateTime<Utc>>,
    /// The seats that are offered; absent for general admission.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false, example = json!(["A-11", "A-12"]))]
    seats: Vec<String>,
    /// What an accepted offer has become.
    #[serde(skip_serializing_if = "Option::is_none")]
    booking_id: Option<Uuid>,
    /// Its place in the list; part of the next cursor.
    #[serde(skip)]
    position: i64,
}

/// One place, and what it rests on.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct WaitlistEntryDetails {
    #[serde(flatten)]
    entry: WaitlistEntry,
    /// The position of the log that this answer tells of.
    #[schema(example = 48_213)]
    as_of_position: u64,
}

/// Your places on the waitlist of one event.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct WaitlistOfEvent {
    data: Vec<WaitlistEntry>,
    /// The position of the log that this answer tells of.
    #[schema(example = 48_213)]
    as_of_position: u64,
}

impl From<FoundEntry> for WaitlistEntry {
    fn from(found: FoundEntry) -> Self {
        let offered = found.state == "offered";
        let seats = found.items.iter().filter(|_| offered).flat_map(|item| &item.seats);
        Self {
            id: found.entry_id,
            event_id: found.show_id,
            ticket_type_id: found.ticket_type_id,
            quantity: found.quantity,
            place: found.place,
            joined_at: found.joined_at,
            offer_expires_at: found.offer_expires_at.filter(|_| offered),
            seats: seats.map(|seat| seat.as_str().into()).collect(),
            booking_id: found.booking_id,
            state: found.state,
            position: found.position,
        }
    }
}

/// Shows where you stand on an event's waitlist
///
/// Your last places, at most 200; the last one first.
#[utoipa::path(
    get, path = "/api/v1/events/{event_id}/waitlist", tag = "waitlist",
    params(
        ("event_id" = Uuid, Path, description = "Which event", example = "0197c2b4-5d2a-7c10-8f3e-2b9a6d4c1e77"),
        ("Evently-Min-Position" = Option<u64>, Header, description = "Wait until the answer tells of this position")
    ),
    responses(
        (status = 200, body = WaitlistOfEvent, description = "Your places"),
        (status = 400, body = Problem, description = "`malformed-id`, `malformed-query`, `malformed-position`"),
        (status = 401, body = Problem, description = "`missing-token`, `invalid-token`, `token-expired`, `token-revoked`"),
        (status = 404, body = Problem, description = "`not-found`"),
        (status = 503, body = Problem, description = "`read-model-behind`, `unavailable`"),
    ),
    security(("bearer" = []))
)]
pub(crate) async fn list_entries_of_event(
    State(app): State<App>,
    Caller(caller): Caller,
    min_position: MinPosition,
    Path(event_id): Path<Uuid>,
    Query(NoParameters {}): Query<NoParameters>,
) -> Result<Response, Problem> {
    app.freshness.reach(min_position).await?;
    visible_show(&app, event_id, Some(caller)).await?;
    let found = waitlist::list(&app.pool, caller.account_id.0, Some(event_id), None, PAGE_ENTRIES_MAX).await?;
    let data = found.rows.into_iter().map(WaitlistEntry::from).collect();
    Ok(json(bytes_of(&WaitlistOfEvent { data, as_of_position: found.as_of })?))
}

/// Lists your places on all waitlists
///
/// The last one first.
#[utoipa::path(
    get, path = "/api/v1/users/waitlist", tag = "waitlist",
    params(
        PageParameters,
        ("Evently-Min-Position" = Option<u64>, Header, description = "Wait until the answer tells of this position")
    ),
    responses(
        (status = 200, body = List<WaitlistEntry>, description = "A page of places"),
        (status = 400, body = Problem, description = "`malformed-query`, `invalid-cursor`, `malformed-position`"),
        (status = 401, body = Problem, description = "`missing-token`, `invalid-token`, `token-expired`, `token-revoked`"),
        (status = 422, body = Problem, description = "`invalid`: the limit is out of range"),
        (status = 503, body = Problem, description = "`read-model-behind`, `unavailable`"),
    ),
    security(("bearer" = []))
)]
pub(crate) async fn list_entries(
    State(app): State<App>,
    Caller(caller): Caller,
    min_position: MinPosition,
    Query(parameters): Query<PageParameters>,
) -> Result<Response, Problem> {
    let limit = checked_limit(parameters.limit)?;
    let customer_id = caller.account_id.0;
    let scope = Scope::of(&["waitlist", &customer_id.to_string()]);
    let before = parameters.cursor.as_deref().map(|cursor| position_in(scope, cursor)).transpose()?;
    app.freshness.reach(min_position).await?;
    let found = waitlist::list(&app.pool, customer_id, None, before, limit + 1).await?;
    let rows = found.rows.into_iter().map(WaitlistEntry::from).collect();
    let list = List::new(rows, limit, found.as_of, |last: &WaitlistEntry| scope.seal(&last.position.to_be_bytes()));
    Ok(json(bytes_of(&list)?))
}

/// Shows one place on a waitlist
///
/// Your own; an admin sees any.
#[utoipa::path(
    get, path = "/api/v1/waitlist/{entry_id}", tag = "waitlist",
    params(
        ("entry_id" = Uuid, Path, description = "Which place", example = "0197c2b4-6f0e-7d51-9a43-5f1b8c7e2d90"),
        ("Evently-Min-Position" = Option<u64>, Header, description = "Wait until the answer tells of this position")
    ),
    responses(
        (status = 200, body = WaitlistEntryDetails, description = "The place"),
        (status = 400, body = Problem, description = "`malformed-id`, `malformed-query`, `malformed-position`"),
        (status = 401, body = Problem, description = "`missing-token`, `invalid-token`, `token-expired`, `token-revoked`"),
        (status = 404, body = Problem, description = "`no-such-entry`: there is none, or it is somebody else's"),
        (status = 503, body = Problem, description = "`read-model-behind`, `unavailable`"),
    ),
    security(("bearer" = []))
)]
pub(crate) async fn find_entry(
    State(app): State<App>,
    Caller(caller): Caller,
    min_position: MinPosition,
    Path(entry_id): Path<Uuid>,
    Query(NoParameters {}): Query<NoParameters>,
) -> Result<Response, Problem> {
    app.freshness.reach(min_position).await?;
    let found = waitlist::find(&app.pool, entry_id).await?;
    let own = |found: &FoundEntry| may(&caller, Action::KeepBooking { customer: AccountId(found.customer_id) });
    let entry = found.rows.into_iter().next().filter(own);
    let refusal = || Problem::new(StatusCode::NOT_FOUND, "no-such-entry", Rejection::NoSuchEntry.to_string());
    let entry = entry.map(WaitlistEntry::from).ok_or_else(refusal)?;
    Ok(json(bytes_of(&WaitlistEntryDetails { entry, as_of_position: found.as_of })?))
}

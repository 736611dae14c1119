//! The history of one booking, as its customer is told it: what happened, when, and by whom, without anybody
//! else's name or id.

mod words;

use std::collections::BTreeSet;

use axum::extract::State;
use axum::response::Response;
use chrono::{DateTime, Utc};
use domain::access::{Action, may};
use domain::event::DomainEvent as _;
use domain::ids::AccountId;
use domain::show::{BookedItem, Event};
use edge::bearer::Caller;
use edge::extract::{MinPosition, Path, Query};
use edge::problem::Problem;
use event_log::{Among, RecordedEvent, Search};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::app::App;
use crate::as_of::unreadable;
use crate::audit;
use crate::bookings::{self, FoundBooking, TicketNames};
use crate::cursor::Scope;
use crate::http::bookings::position_in;
use crate::http::{Money, bytes_of, json};
use crate::list::{List, Page, PageParameters, checked_limit};
use crate::shows;
use crate::store;
use words::{Told, Who};

/// Something that happened to a booking.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct HistoryEntry {
    #[schema(example = 48_213)]
    position: u64,
    at: DateTime<Utc>,
    /// `booked`, `held`, `extended`, `confirmed`, `released`, `lapsed`, `reduced`, `cancelled`, `payment_started`,
    /// `payment_succeeded`, `payment_failed`, `refund_due`, `refund_succeeded`, `refund_failed`, `refund_retried`,
    /// `event_rescheduled` or `event_cancelled`.
    #[schema(example = "booked")]
    what: &'static str,
    /// `you` (`the customer` to an admin), `the organizer`, `the platform` or `the payment provider`.
    #[schema(example = "you")]
    by: &'static str,
    /// The tickets that this is about.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    items: Vec<HistoryItem>,
    /// What they cost together, or the money that moves.
    #[serde(skip_serializing_if = "Option::is_none")]
    money: Option<Money>,
    /// The deadline from then on.
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<DateTime<Utc>>,
    /// Which refund of the booking, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    refund: Option<u32>,
    /// Why, in the words of whoever did it; of a refund `given_back`, `not_needed`, `event_cancelled` or `goodwill`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "Rain")]
    reason: Option<String>,
    /// When the event takes place from then on.
    #[serde(skip_serializing_if = "Option::is_none")]
    starts_at: Option<DateTime<Utc>>,
    /// Until when everything comes back for tickets that are given back.
    #[serde(skip_serializing_if = "Option::is_none")]
    refund_until: Option<DateTime<Utc>>,
}

/// Some tickets of one type.
#[derive(Debug, Serialize, ToSchema)]
struct HistoryItem {
    ticket_type_id: Uuid,
    #[schema(example = "Stalls")]
    name: Option<String>,
    #[schema(example = 2)]
    quantity: u32,
    /// Minor units.
    #[schema(example = 4250)]
    unit_price: i64,
    /// Absent for general admission.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false, example = json!(["A-11", "A-12"]))]
    seats: Vec<String>,
}

/// Tells the history of a booking
///
/// Your own, the oldest first; an admin sees any. That the event was put off or called off belongs to it.
#[utoipa::path(
    get, path = "/api/v1/bookings/{booking_id}/history", tag = "bookings",
    params(
        ("booking_id" = Uuid, Path, description = "Which booking", example = "0197c2b4-6f0e-7d51-9a43-5f1b8c7e2d90"),
        PageParameters,
        ("Evently-Min-Position" = Option<u64>, Header, description = "Wait until the answer tells of this position")
    ),
    responses(
        (status = 200, body = List<HistoryEntry>, description = "What happened to it"),
        (status = 400, body = Problem,
         description = "`malformed-id`, `malformed-query`, `invalid-cursor`, `malformed-position`"),
        (status = 401, body = Problem, description = "`missing-token`, `invalid-token`, `token-expired`, `token-revoked`"),
        (status = 404, body = Problem, description = "`not-found`: there is none, or it is somebody else's"),
        (status = 422, body = Problem, description = "`invalid`: the limit is out of range"),
        (status = 503, body = Problem, description = "`read-model-behind`, `unavailable`"),
    ),
    security(("bearer" = []))
)]
pub(crate) async fn tell_booking(
    State(app): State<App>,
    Caller(caller): Caller,
    min_position: MinPosition,
    Path(booking_id): Path<Uuid>,
    Query(parameters): Query<PageParameters>,
) -> Result<Response, Problem> {
    let limit = checked_limit(parameters.limit)?;
    let scope = Scope::of(&["history", &booking_id.to_string()]);
    let after = parameters.cursor.as_deref().map(|cursor| position_in(scope, cursor)).transpose()?;
    app.freshness.reach(min_position).await?;
    app.reports.reach(min_position).await?;
    let found = bookings::find(&app.pool, booking_id).await?.rows.into_iter().next();
    let own = |found: &FoundBooking| may(&caller, Action::KeepBooking { customer: AccountId(found.customer_id) });
    let booking = found.filter(own).ok_or_else(|| Problem::not_found("There is no such booking."))?;
    let who = who(&app, &booking, caller.account_id.0).await?;
    let after = u64::try_from(after.unwrap_or(0)).unwrap_or(0);
    let list = entries(&app, &booking, &who, after, limit, scope).await?;
    Ok(json(bytes_of(&list)?))
}

/// Who can have done something to a booking, and who asks.
async fn who(app: &App, booking: &FoundBooking, asks: Uuid) -> Result<Who, Problem> {
    let show = shows::find(&app.pool, booking.show_id, None).await?.rows.into_iter().next();
    let organizer = show.map(|show| show.summary.organizer_id);
    Ok(Who { customer: booking.customer_id, organizer, asks })
}

async fn entries(
    app: &App,
    booking: &FoundBooking,
    who: &Who,
    after: u64,
    limit: u32,
    scope: Scope,
) -> Result<List<HistoryEntry>, Problem> {
    let of = (booking.booking_id, booking.show_id, booking.position);
    let limit = limit as usize;
    let story = audit::story_of_booking(&app.pool, of, after, limit + 1).await;
    let (mut positions, as_of_position) = story.map_err(store::problem)?;
    let has_more = positions.len() > limit;
    positions.truncate(limit);
    let last = positions.last().copied().filter(|_| has_more);
    let search = Search { among: Among::These(positions), limit, ..Search::all() };
    let found = app.log.search(&search).await.map_err(unreadable)?;
    let events: Vec<_> = found.events.iter().filter_map(|event| Some((event, decoded(event)?))).collect();
    let told: Vec<_> = events.iter().map(|(event, fact)| (event, Told::of(fact, booking.booking_id))).collect();
    let types: BTreeSet<Uuid> =
        told.iter().flat_map(|(_, told)| told.items).map(|item| item.ticket_type_id.0).collect();
    let names = bookings::names_of(&app.pool, types.into_iter().collect()).await?;
    let data = told.iter().map(|(event, told)| entry(event, told, who, booking, &names)).collect();
    let cursor = |last: u64| scope.seal(&i64::try_from(last).unwrap_or(i64::MAX).to_be_bytes());
    Ok(List { data, page: Page { next: last.map(cursor), has_more }, as_of_position })
}

/// What an event says; nothing if a newer Evently wrote it, or it is damaged.
fn decoded(event: &RecordedEvent) -> Option<Event> {
    let fact = Event::decode(&event.event_type, event.schema_version, &event.payload);
    fact.inspect_err(|error| tracing::warn!(%error, event.position, "an event is left out of a history")).ok()
}

fn entry(
    event: &RecordedEvent,
    told: &Told<'_>,
    who: &Who,
    booking: &FoundBooking,
    names: &TicketNames,
) -> HistoryEntry {
    HistoryEntry {
        position: event.position,
        at: event.recorded_at,
        what: told.what,
        by: who.did(event.metadata.actor, told.side),
        items: told.items.iter().map(|item| HistoryItem::new(item, names)).collect(),
        money: told.amount.map(|amount| Money { amount, currency: booking.currency.clone() }),
        expires_at: told.expires_at,
        refund: told.refund,
        reason: told.reason.map(str::to_owned),
        starts_at: told.starts_at,
        refund_until: told.refund_until,
    }
}

impl HistoryItem {
    fn new(item: &BookedItem, names: &TicketNames) -> Self {
        Self {
            ticket_type_id: item.ticket_type_id.0,
            name: names.get(&item.ticket_type_id.0).cloned(),
            quantity: item.quantity,
            unit_price: item.unit_price,
            seats: item.seats.iter().map(|seat| seat.as_str().to_owned()).collect(),
        }
    }
}

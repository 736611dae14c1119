//! Waiting for tickets, and taking or declining what is offered.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use chrono::{DateTime, Utc};
use domain::access::Actor;
use domain::ids::{BookingId, EntryId, ShowId, TicketTypeId};
use domain::show::{BOOKING_TICKETS_MAX, Command, EntryState, JoinWaitlist, SeatLabel, Show};
use edge::bearer::Caller;
use edge::extract::{CorrelationId, IdempotencyKey, Json, Path};
use edge::problem::Problem;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::answer::obeyed;
use super::bookings::view::BookingAnswer;
use super::keys::{id_for, refuse_spent_key, show_of_entry};
use super::problem::{show_refused, unavailable};
use super::validate::Faults;
use crate::app::App;
use crate::lane::Committed;

/// What to wait for.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct JoinWaitlistBody {
    ticket_type_id: Uuid,
    #[schema(minimum = 1, maximum = 1000, example = 2)]
    quantity: u32,
    /// Opens a hidden ticket type.
    #[schema(max_length = 64)]
    access_code: Option<String>,
}

impl JoinWaitlistBody {
    fn into_domain(self, actor: &Actor, key: Option<&str>) -> Result<JoinWaitlist, Problem> {
        let mut faults = Faults::default();
        faults.range("/quantity", Some(self.quantity), 1..=BOOKING_TICKETS_MAX);
        let access_code = self.access_code.and_then(|code| faults.code("/access_code", &code));
        let entry_id = EntryId(id_for(actor, "waitlist-entry", key));
        let (customer_id, ticket_type_id) = (actor.account_id, TicketTypeId(self.ticket_type_id));
        let quantity = self.quantity;
        faults.finish(Some(JoinWaitlist { entry_id, customer_id, ticket_type_id, quantity, access_code }))
    }
}

/// A place on a waitlist.
#[derive(Serialize, ToSchema)]
pub(super) struct EntryAnswer {
    entry_id: Uuid,
    event_id: Uuid,
    ticket_type_id: Uuid,
    #[schema(example = 2)]
    quantity: u32,
    /// `waiting`, `offered`, `accepted`, `declined`, `lapsed` or `left`.
    #[schema(example = "waiting")]
    state: &'static str,
    joined_at: DateTime<Utc>,
    /// Until then the offer can be accepted.
    #[serde(skip_serializing_if = "Option::is_none")]
    offer_expires_at: Option<DateTime<Utc>>,
    /// The seats that are offered; absent for general admission.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<String>, required = false, example = json!(["A-11", "A-12"]))]
    seats: Vec<SeatLabel>,
    /// What an accepted offer has become.
    #[serde(skip_serializing_if = "Option::is_none")]
    booking_id: Option<Uuid>,
}

impl EntryAnswer {
    /// As it was when it was made, whatever has become of it since: the first answer.
    fn first(show: &Show, show_id: ShowId, entry_id: EntryId) -> Option<Self> {
        Self::of(show, show_id, entry_id, &EntryState::Waiting)
    }

    /// As it is now.
    fn now(show: &Show, show_id: ShowId, entry_id: EntryId) -> Option<Self> {
        Self::of(show, show_id, entry_id, &show.entry(entry_id)?.state)
    }

    fn of(show: &Show, show_id: ShowId, entry_id: EntryId, state: &EntryState) -> Option<Self> {
        let entry = show.entry(entry_id)?;
        let (offer_expires_at, seats) = match state {
            EntryState::Offered { items, expires_at } => {
                (Some(*expires_at), items.iter().flat_map(|item| item.seats.iter().cloned()).collect())
            }
            _ => (None, Vec::new()),
        };
        let booking_id = match state {
            EntryState::Accepted { booking_id } => Some(booking_id.0),
            _ => None,
        };
        Some(Self {
            entry_id: entry_id.0,
            event_id: show_id.0,
            ticket_type_id: entry.ticket_type_id.0,
            quantity: entry.quantity,
            state: state.as_str(),
            joined_at: entry.joined_at,
            offer_expires_at,
            seats,
            booking_id,
        })
    }
}

/// Join the waitlist
///
/// For tickets that cannot be had now. First in, first out: as soon as enough come free, they are set
/// aside and offered to you. With an `Idempotency-Key` the request can be repeated safely.
#[utoipa::path(
    post, path = "/api/v1/events/{event_id}/waitlist", tag = "waitlist", request_body = JoinWaitlistBody,
    params(
        ("event_id" = Uuid, Path),
        ("Idempotency-Key" = Option<String>, Header, description = "Makes the request safe to repeat"),
    ),
    responses(
        (status = 201, description = "You wait", body = EntryAnswer),
        (status = 404, description = "`not-found`: no such event"),
        (status = 409, description = "`tickets-available`: book them; `already-waiting`, `waitlist-full`, \
            `unknown-ticket-type`, `quantity-per-booking`, `limit-per-customer`, `not-on-sale`, `sale-not-open`, \
            `sale-closed` or `event-cancelled`"),
        (status = 422, description = "`invalid`, `code-too-long` or `idempotency-key-reused`"),
    ),
    security(("bearer" = []))
)]
pub(super) async fn join_waitlist(
    State(app): State<App>,
    Caller(actor): Caller,
    CorrelationId(correlation_id): CorrelationId,
    IdempotencyKey(key): IdempotencyKey,
    Path(event_id): Path<Uuid>,
    Json(body): Json<JoinWaitlistBody>,
) -> Result<Response, Problem> {
    let join = body.into_domain(&actor, key.as_deref())?;
    let (show_id, entry_id) = (ShowId(event_id), join.entry_id);
    if key.is_some() && app.shows.is_wary_of_keys() {
        refuse_spent_key(&app, show_id, entry_id.0).await?;
    }
    let view = move |show: &_| EntryAnswer::first(show, show_id, entry_id);
    let command = Command::JoinWaitlist(join);
    let done = app.shows.execute(show_id.0, command, actor, correlation_id, view).await;
    let done = done.map_err(show_refused)?;
    let answer = done.view.ok_or_else(unavailable)?;
    Ok(obeyed(StatusCode::CREATED, &answer, done.committed))
}

/// Leave the waitlist
///
/// An offer is declined with it. Leaving again gives the same answer.
#[utoipa::path(
    delete, path = "/api/v1/waitlist/{entry_id}", tag = "waitlist",
    params(("entry_id" = Uuid, Path)),
    responses(
        (status = 200, description = "You wait no longer", body = EntryAnswer),
        (status = 404, description = "`no-such-entry`: no such place of yours"),
        (status = 409, description = "`offer-accepted`: cancel the booking instead"),
    ),
    security(("bearer" = []))
)]
pub(super) async fn leave_waitlist(
    State(app): State<App>,
    Caller(actor): Caller,
    CorrelationId(correlation_id): CorrelationId,
    Path(entry_id): Path<Uuid>,
) -> Result<Response, Problem> {
    let entry_id = EntryId(entry_id);
    give_up(&app, entry_id, Command::LeaveWaitlist { entry_id }, actor, correlation_id).await
}

/// Decline an offer
///
/// Its tickets go to the next one who waits.
#[utoipa::path(
    post, path = "/api/v1/waitlist/{entry_id}/decline", tag = "waitlist",
    params(("entry_id" = Uuid, Path)),
    responses(
        (status = 200, description = "Declined, now or before", body = EntryAnswer),
        (status = 404, description = "`no-such-entry`: no such place of yours"),
        (status = 409, description = "`not-offered`, `offer-lapsed`, `offer-declined`, `offer-accepted` or \
            `event-cancelled`"),
    ),
    security(("bearer" = []))
)]
pub(super) async fn decline_offer(
    State(app): State<App>,
    Caller(actor): Caller,
    CorrelationId(correlation_id): CorrelationId,
    Path(entry_id): Path<Uuid>,
) -> Result<Response, Problem> {
    let entry_id = EntryId(entry_id);
    give_up(&app, entry_id, Command::DeclineOffer { entry_id }, actor, correlation_id).await
}

/// Accept an offer
///
/// It becomes a booking; where tickets are paid here, a hold that is to be paid. Accepting again gives
/// the same answer.
#[utoipa::path(
    post, path = "/api/v1/waitlist/{entry_id}/accept", tag = "waitlist",
    params(("entry_id" = Uuid, Path)),
    responses(
        (status = 201, description = "Booked, or held", body = BookingAnswer),
        (status = 404, description = "`no-such-entry`: no such place of yours"),
        (status = 409, description = "`not-offered`, `offer-lapsed`, `offer-declined`, `limit-per-customer` or \
            `event-cancelled`"),
    ),
    security(("bearer" = []))
)]
pub(super) async fn accept_offer(
    State(app): State<App>,
    Caller(actor): Caller,
    CorrelationId(correlation_id): CorrelationId,
    Path(entry_id): Path<Uuid>,
) -> Result<Response, Problem> {
    let entry_id = EntryId(entry_id);
    // An offer becomes one booking, so the booking's id follows from the place's.
    let booking_id = BookingId(Uuid::new_v5(&entry_id.0, b"booking"));
    let show_id = show_of_entry(&app, entry_id).await?;
    let view = move |show: &_| BookingAnswer::first(show, show_id, booking_id);
    let command = Command::AcceptOffer { entry_id, booking_id };
    let done = app.shows.execute(show_id.0, command, actor, correlation_id, view).await;
    let done = done.map_err(show_refused)?;
    let answer = done.view.ok_or_else(unavailable)?;
    Ok(obeyed(StatusCode::CREATED, &answer, done.committed))
}

/// Leaves or declines, and answers with the place as it is then.
async fn give_up(
    app: &App,
    entry_id: EntryId,
    command: Command,
    actor: Actor,
    correlation_id: Uuid,
) -> Result<Response, Problem> {
    let show_id = show_of_entry(app, entry_id).await?;
    let view = move |show: &_| EntryAnswer::now(show, show_id, entry_id);
    let done = app.shows.execute(show_id.0, command, actor, correlation_id, view).await;
    let done = done.map_err(show_refused)?;
    let answer = done.view.ok_or_else(unavailable)?;
    Ok(obeyed(StatusCode::OK, &answer, Committed { repeated: false, ..done.committed }))
}

//! Booking tickets and giving them back.

use std::collections::HashSet;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use domain::access::Actor;
use domain::aggregate::Aggregate as _;
use domain::ids::{BookingId, ShowId, TicketTypeId};
use domain::show::{BOOKING_TICKETS_MAX, BookTickets, CancelBooking, Command, Item, Show, TICKET_TYPES_MAX};
use edge::bearer::Caller;
use edge::extract::{CorrelationId, IdempotencyKey, Json, Path};
use edge::problem::Problem;
use event_log::StreamId;
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::answer::{BookingAnswer, obeyed};
use super::problem::{show_refused, unavailable};
use super::validate::Faults;
use crate::app::App;
use crate::lane::Refused;

/// Which tickets to buy.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct BookTicketsBody {
    event_id: Uuid,
    /// One entry per ticket type.
    #[schema(min_items = 1, max_items = 100)]
    items: Vec<ItemBody>,
}

/// Some tickets of one type.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ItemBody {
    ticket_type_id: Uuid,
    #[schema(minimum = 1, maximum = 1000, example = 2)]
    quantity: u32,
}

/// Book tickets
///
/// Prices come from the event. With an `Idempotency-Key` the request can be repeated safely: the
/// repeat gets the first answer and `Idempotent-Replayed: true`.
#[utoipa::path(
    post, path = "/api/v1/bookings", tag = "bookings", request_body = BookTicketsBody,
    params(("Idempotency-Key" = Option<String>, Header, description = "Makes the request safe to repeat")),
    responses(
        (status = 201, description = "Booked", body = BookingAnswer),
        (status = 404, description = "`not-found`: no such event"),
        (status = 409, description = "`sold-out`, `not-on-sale`, `sale-not-open`, `sale-closed`, `event-cancelled`, \
            `limit-per-customer` or `unknown-ticket-type`"),
        (status = 422, description = "`invalid` or `idempotency-key-reused`"),
    ),
    security(("bearer" = []))
)]
pub(super) async fn book_tickets(
    State(app): State<App>,
    Caller(actor): Caller,
    CorrelationId(correlation_id): CorrelationId,
    IdempotencyKey(key): IdempotencyKey,
    Json(body): Json<BookTicketsBody>,
) -> Result<Response, Problem> {
    let book = command(&actor, key.as_deref(), &body)?;
    let (show_id, booking_id) = (book.show_id, book.booking_id);
    if key.is_some() && app.shows.is_wary_of_keys() {
        refuse_spent_key(&app, show_id, booking_id).await?;
    }
    let view = move |show: &_| BookingAnswer::of(show, show_id, booking_id, "confirmed");
    let command = Command::BookTickets(book);
    let done = app.shows.execute(show_id.0, command, actor, correlation_id, view).await;
    let done = done.map_err(show_refused);
    let outcome = match &done {
        Ok(done) if done.committed.repeated => "repeated",
        Ok(_) => "confirmed",
        Err(problem) => problem.code(),
    };
    metrics::counter!("evently_bookings_total", "outcome" => outcome).increment(1);
    let done = done?;
    let answer = done.view.ok_or_else(unavailable)?;
    Ok(obeyed(StatusCode::CREATED, &answer, done.committed))
}

/// Refuses a key that another event has spent, before it costs a lane its batch. Two requests that
/// race past this still meet in the log, which lets one of them through.
async fn refuse_spent_key(app: &App, show_id: ShowId, booking_id: BookingId) -> Result<(), Problem> {
    match stream_of(app, booking_id).await? {
        Some(stream) if stream.id() != show_id.0 => Err(show_refused(Refused::Rejected(Show::key_spent()))),
        _ => Ok(()),
    }
}

/// Where a booking stands in the log.
async fn stream_of(app: &App, booking_id: BookingId) -> Result<Option<StreamId>, Problem> {
    app.log.find_key(booking_id.0).await.map_err(|error| {
        tracing::warn!(%error, "a booking cannot be looked up");
        unavailable()
    })
}

fn command(actor: &Actor, key: Option<&str>, body: &BookTicketsBody) -> Result<BookTickets, Problem> {
    let mut faults = Faults::default();
    if body.items.is_empty() || body.items.len() > TICKET_TYPES_MAX {
        faults.add("/items", "out-of-range", format!("must have 1 to {TICKET_TYPES_MAX} entries"));
    }
    let mut seen = HashSet::new();
    for (index, item) in body.items.iter().enumerate().take(TICKET_TYPES_MAX) {
        if !(1..=BOOKING_TICKETS_MAX).contains(&item.quantity) {
            let detail = format!("must be 1 to {BOOKING_TICKETS_MAX}");
            faults.add(format!("/items/{index}/quantity"), "out-of-range", detail);
        }
        if body.items.len() > 1 && !seen.insert(item.ticket_type_id) {
            let detail = "each ticket type once; add up the quantities";
            faults.add(format!("/items/{index}/ticket_type_id"), "repeated", detail);
        }
    }
    let tickets: u64 = body.items.iter().map(|item| u64::from(item.quantity)).sum();
    if tickets > u64::from(BOOKING_TICKETS_MAX) {
        faults.add("/items", "out-of-range", format!("at most {BOOKING_TICKETS_MAX} tickets in one booking"));
    }
    let item = |item: &ItemBody| Item { ticket_type_id: TicketTypeId(item.ticket_type_id), quantity: item.quantity };
    let items = body.items.iter().map(item).collect();
    let (show_id, booking_id) = (ShowId(body.event_id), BookingId(id_for(actor, "booking", key)));
    faults.finish(Some(BookTickets { show_id, booking_id, customer_id: actor.account_id, items }))
}

/// The id of what a request creates: chosen by the person's key if there is one, so that a repeat
/// has the same id, and nobody can guess or spend the id of somebody else's request.
pub(super) fn id_for(actor: &Actor, kind: &str, key: Option<&str>) -> Uuid {
    match key {
        Some(key) => Uuid::new_v5(&actor.account_id.0, format!("{kind}:{key}").as_bytes()),
        None => Uuid::now_v7(),
    }
}

/// Cancel a booking
///
/// Its tickets are free at once. Cancelling again gives the same answer.
#[utoipa::path(
    delete, path = "/api/v1/bookings/{booking_id}", tag = "bookings",
    params(("booking_id" = Uuid, Path)),
    responses(
        (status = 200, description = "Cancelled, now or before", body = BookingAnswer),
        (status = 404, description = "`not-found`: no such booking of yours"),
        (status = 409, description = "`event-over`"),
    ),
    security(("bearer" = []))
)]
pub(super) async fn cancel_booking(
    State(app): State<App>,
    Caller(actor): Caller,
    CorrelationId(correlation_id): CorrelationId,
    Path(booking_id): Path<Uuid>,
) -> Result<Response, Problem> {
    let booking_id = BookingId(booking_id);
    let Some(stream) = stream_of(&app, booking_id).await? else {
        return Err(Problem::not_found("there is no such booking"));
    };
    let show_id = ShowId(stream.id());
    let view = move |show: &_| BookingAnswer::of(show, show_id, booking_id, "cancelled");
    let command = Command::CancelBooking(CancelBooking { booking_id });
    let done = app.shows.execute(show_id.0, command, actor, correlation_id, view).await;
    let done = done.map_err(show_refused)?;
    let answer = done.view.ok_or_else(unavailable)?;
    // Cancelling twice is not a replay of a keyed request: the answer is simply the same.
    Ok(obeyed(StatusCode::OK, &answer, crate::lane::Committed { repeated: false, ..done.committed }))
}

//! Booking tickets, at once or as a hold. What becomes of a booking stands in the files beside.

mod body;
mod cancelling;
mod holds;
pub(super) mod view;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use domain::show::Command;
use edge::bearer::Caller;
use edge::extract::{CorrelationId, IdempotencyKey, Json};
use edge::problem::Problem;

use super::answer::obeyed;
use super::keys::refuse_spent_key;
use super::problem::{show_refused, unavailable};
use crate::app::App;
use body::BookTicketsBody;
use view::BookingAnswer;

pub(super) use cancelling::{
    __path_cancel_booking, __path_cancel_part_of_booking, cancel_booking, cancel_part_of_booking,
};
pub(super) use holds::{__path_confirm_booking, __path_extend_hold, confirm_booking, extend_hold};

/// Book tickets
///
/// At once, or with `hold` until `expires_at`. Prices come from the event. Of a ticket type with
/// numbered seats, name the seats or ask for the best available. With an `Idempotency-Key` the request
/// can be repeated safely: the repeat gets the first answer and `Idempotent-Replayed: true`.
#[utoipa::path(
    post, path = "/api/v1/bookings", tag = "bookings", request_body = BookTicketsBody,
    params(("Idempotency-Key" = Option<String>, Header, description = "Makes the request safe to repeat")),
    responses(
        (status = 201, description = "Booked, or held", body = BookingAnswer),
        (status = 404, description = "`not-found`: no such event"),
        (status = 409, description = "`sold-out`, `not-on-sale`, `sale-not-open`, `sale-closed`, `event-cancelled`, \
            `limit-per-customer`, `unknown-ticket-type`, `quantity-per-booking`, `seats-required`, `not-reserved`, \
            `unknown-seat`, `seats-taken`, `not-together`, `no-accessible-seats`, `promo-code-invalid`, \
            `promo-code-used-up` or `hold-required`"),
        (status = 422, description = "`invalid`, `seat-listed-twice`, `code-too-long` or `idempotency-key-reused`"),
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
    let book = body.into_domain(&actor, key.as_deref())?;
    let (show_id, booking_id) = (book.show_id, book.booking_id);
    if key.is_some() && app.shows.is_wary_of_keys() {
        refuse_spent_key(&app, show_id, booking_id.0).await?;
    }
    let view = move |show: &_| BookingAnswer::first(show, show_id, booking_id);
    let command = Command::BookTickets(book);
    let done = app.shows.execute(show_id.0, command, actor, correlation_id, view).await;
    let done = done.map_err(show_refused).and_then(|done| Ok((done.view.ok_or_else(unavailable)?, done.committed)));
    let outcome = match &done {
        Ok((_, committed)) if committed.repeated => "repeated",
        Ok((answer, _)) => answer.status,
        Err(problem) => problem.code(),
    };
    metrics::counter!("evently_bookings_total", "outcome" => outcome).increment(1);
    let (answer, committed) = done?;
    Ok(obeyed(StatusCode::CREATED, &answer, committed))
}

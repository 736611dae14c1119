//! What becomes of a hold: it is extended, or it is bought.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use domain::ids::BookingId;
use domain::show::{Command, ConfirmBooking};
use edge::bearer::Caller;
use edge::extract::{CorrelationId, IdempotencyKey, Json, Path};
use edge::problem::Problem;
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::view::BookingAnswer;
use crate::app::App;
use crate::http::answer::obeyed;
use crate::http::keys::{request_for, show_of_booking};
use crate::http::problem::{show_refused, unavailable};
use crate::http::validate::Faults;
use crate::lane::Committed;

/// Extend a hold
///
/// As if it were made now, up to three times as long as a hold lasts.
#[utoipa::path(
    post, path = "/api/v1/bookings/{booking_id}/extend", tag = "bookings",
    params(("booking_id" = Uuid, Path)),
    responses(
        (status = 200, description = "Held until the new `expires_at`", body = BookingAnswer),
        (status = 404, description = "`not-found`: no such booking of yours"),
        (status = 409, description = "`hold-not-extendable`, `hold-lapsed`, `payment-pending`, `already-confirmed`, \
            `already-cancelled` or `event-cancelled`"),
    ),
    security(("bearer" = []))
)]
pub(in crate::http) async fn extend_hold(
    State(app): State<App>,
    Caller(actor): Caller,
    CorrelationId(correlation_id): CorrelationId,
    Path(booking_id): Path<Uuid>,
) -> Result<Response, Problem> {
    let booking_id = BookingId(booking_id);
    let show_id = show_of_booking(&app, booking_id).await?;
    let view = move |show: &_| BookingAnswer::now(show, show_id, booking_id);
    let command = Command::ExtendHold { booking_id };
    let done = app.shows.execute(show_id.0, command, actor, correlation_id, view).await;
    let done = done.map_err(show_refused)?;
    let answer = done.view.ok_or_else(unavailable)?;
    Ok(obeyed(StatusCode::OK, &answer, Committed { repeated: false, ..done.committed }))
}

/// How a hold was paid.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct ConfirmBookingBody {
    /// In your words, or the id of a payment made here.
    #[schema(max_length = 200, example = "invoice 2030-117")]
    payment_reference: Option<String>,
}

/// Confirm a hold
///
/// Buys what is held. Late, it still does if the same tickets are free. The body may be left out.
#[utoipa::path(
    post, path = "/api/v1/bookings/{booking_id}/confirm", tag = "bookings",
    request_body = Option<ConfirmBookingBody>,
    params(
        ("booking_id" = Uuid, Path),
        ("Idempotency-Key" = Option<String>, Header, description = "Makes the request safe to repeat"),
    ),
    responses(
        (status = 200, description = "Confirmed", body = BookingAnswer),
        (status = 404, description = "`not-found`: no such booking of yours"),
        (status = 409, description = "`hold-lapsed`, `payment-required`, `payment-pending`, `already-confirmed`, \
            `already-cancelled` or `event-cancelled`"),
        (status = 422, description = "`invalid`"),
    ),
    security(("bearer" = []))
)]
pub(in crate::http) async fn confirm_booking(
    State(app): State<App>,
    Caller(actor): Caller,
    CorrelationId(correlation_id): CorrelationId,
    IdempotencyKey(key): IdempotencyKey,
    Path(booking_id): Path<Uuid>,
    body: Option<Json<ConfirmBookingBody>>,
) -> Result<Response, Problem> {
    let mut faults = Faults::default();
    let reference = body.and_then(|Json(body)| body.payment_reference);
    let payment_reference = reference.and_then(|text| faults.line("/payment_reference", &text));
    let (booking_id, request) = (BookingId(booking_id), request_for(&actor, "confirm", key.as_deref()));
    let confirm = faults.finish(Some(ConfirmBooking { booking_id, payment_reference, request }))?;
    let show_id = show_of_booking(&app, booking_id).await?;
    let view = move |show: &_| BookingAnswer::confirmed(show, show_id, booking_id);
    let command = Command::ConfirmBooking(confirm);
    let done = app.shows.execute(show_id.0, command, actor, correlation_id, view).await;
    let done = done.map_err(show_refused)?;
    let answer = done.view.ok_or_else(unavailable)?;
    Ok(obeyed(StatusCode::OK, &answer, done.committed))
}

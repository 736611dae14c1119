//! Giving tickets back, wholly or in part, or asking what would come back for them.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use chrono::{DateTime, Utc};
use domain::access::Actor;
use domain::ids::{BookingId, ShowId};
use domain::show::{CancelBooking, Command, Item, Rejection, Show};
use edge::bearer::Caller;
use edge::extract::{CorrelationId, IdempotencyKey, Json, Path, Query};
use edge::problem::Problem;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::body::CancelBookingBody;
use super::view::{BookedItemAnswer, BookingAnswer, booked_items};
use crate::app::App;
use crate::http::answer::{Amount, obeyed};
use crate::http::keys::{request_for, show_of_booking};
use crate::http::problem::{show_refused, unavailable};
use crate::lane::{Committed, Refused};

/// Whether it is meant.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::http) struct PreviewParameters {
    /// Only say what would come back.
    #[serde(default)]
    #[param(default = false)]
    preview: bool,
}

/// What was given back, or would be.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
enum CancelAnswer {
    Cancelled(CancelledAnswer),
    Preview(PreviewAnswer),
}

/// A booking, now that something of it was given back.
#[derive(Serialize, ToSchema)]
struct CancelledAnswer {
    #[serde(flatten)]
    booking: BookingAnswer,
    /// What comes back for this; absent if nothing does.
    #[serde(skip_serializing_if = "Option::is_none")]
    refund: Option<Amount>,
}

/// What giving back would do.
#[derive(Serialize, ToSchema)]
struct PreviewAnswer {
    booking_id: Uuid,
    /// The tickets that would be given back.
    items: Vec<BookedItemAnswer>,
    /// What would come back for them.
    refund: Amount,
    /// Always `true`: nothing was done.
    preview: bool,
}

/// Cancel a booking
///
/// Gives a booking back, or releases a hold; its tickets are free at once. What comes back follows the
/// refund policy of when it was booked. Cancelling again gives the same answer.
#[utoipa::path(
    delete, path = "/api/v1/bookings/{booking_id}", tag = "bookings",
    params(("booking_id" = Uuid, Path), PreviewParameters),
    responses(
        (status = 200, description = "Cancelled or released, now or before; or what that would do", body = CancelAnswer),
        (status = 404, description = "`not-found`: no such booking of yours"),
        (status = 409, description = "`event-over`"),
    ),
    security(("bearer" = []))
)]
pub(in crate::http) async fn cancel_booking(
    State(app): State<App>,
    Caller(actor): Caller,
    CorrelationId(correlation_id): CorrelationId,
    Path(booking_id): Path<Uuid>,
    Query(PreviewParameters { preview }): Query<PreviewParameters>,
) -> Result<Response, Problem> {
    let cancel = whole(BookingId(booking_id), preview);
    let (answer, committed) = execute(&app, cancel, actor, correlation_id).await?;
    // Cancelling twice is not a replay of a keyed request: the answer is simply the same.
    Ok(obeyed(StatusCode::OK, &answer, Committed { repeated: false, ..committed }))
}

/// Cancel part of a booking
///
/// Quantities, or seats. Without `items`, all of it. With an `Idempotency-Key` the request can be
/// repeated safely.
#[utoipa::path(
    post, path = "/api/v1/bookings/{booking_id}/cancel", tag = "bookings",
    request_body = Option<CancelBookingBody>,
    params(
        ("booking_id" = Uuid, Path),
        PreviewParameters,
        ("Idempotency-Key" = Option<String>, Header, description = "Makes the request safe to repeat"),
    ),
    responses(
        (status = 200, description = "Given back; or what that would do", body = CancelAnswer),
        (status = 404, description = "`not-found`: no such booking of yours"),
        (status = 409, description = "`not-in-booking`, `seats-required`, `payment-pending` or `event-over`"),
        (status = 422, description = "`invalid` or `seat-listed-twice`"),
    ),
    security(("bearer" = []))
)]
pub(in crate::http) async fn cancel_part_of_booking(
    State(app): State<App>,
    Caller(actor): Caller,
    CorrelationId(correlation_id): CorrelationId,
    IdempotencyKey(key): IdempotencyKey,
    Path(booking_id): Path<Uuid>,
    Query(PreviewParameters { preview }): Query<PreviewParameters>,
    body: Option<Json<CancelBookingBody>>,
) -> Result<Response, Problem> {
    let items = body.map_or_else(|| Ok(Vec::new()), |Json(body)| body.into_domain())?;
    let cancel = match key.as_deref() {
        _ if items.is_empty() => whole(BookingId(booking_id), preview),
        key => part(BookingId(booking_id), items, preview, request_for(&actor, "cancel", key)),
    };
    let (answer, committed) = execute(&app, cancel, actor, correlation_id).await?;
    let repeated = committed.repeated && key.is_some() && !preview;
    Ok(obeyed(StatusCode::OK, &answer, Committed { repeated, ..committed }))
}

/// All of a booking ends only once, so the booking itself names the request: its repeat finds what came back.
fn whole(booking_id: BookingId, preview: bool) -> CancelBooking {
    let request = Some(Uuid::new_v5(&booking_id.0, b"cancel"));
    CancelBooking { booking_id, items: Vec::new(), preview, request }
}

/// Without a key the request gets a name too, by which its answer finds what comes back.
fn part(booking_id: BookingId, items: Vec<Item>, preview: bool, request: Option<Uuid>) -> CancelBooking {
    CancelBooking { booking_id, items, preview, request: request.or_else(|| Some(Uuid::now_v7())) }
}

async fn execute(
    app: &App,
    cancel: CancelBooking,
    actor: Actor,
    correlation_id: Uuid,
) -> Result<(CancelAnswer, Committed), Problem> {
    let show_id = show_of_booking(app, cancel.booking_id).await?;
    let asked = cancel.clone();
    let clock = app.clock.clone();
    let view = move |show: &Show| {
        if asked.preview { preview(show, &asked, clock()) } else { Ok(cancelled(show, show_id, &asked)) }
    };
    let done = app.shows.execute(show_id.0, Command::CancelBooking(cancel), actor, correlation_id, view).await;
    let done = done.map_err(show_refused)?;
    let answer = done.view.map_err(|rejection| show_refused(Refused::Rejected(rejection)))?;
    Ok((answer.ok_or_else(unavailable)?, done.committed))
}

fn cancelled(show: &Show, show_id: ShowId, cancel: &CancelBooking) -> Option<CancelAnswer> {
    let booking = show.booking(cancel.booking_id)?;
    let refund = cancel.request.and_then(|request| booking.refund_for(request));
    let refund = refund.and_then(|(_, amount)| Amount::unless_zero(amount, show.currency()?));
    let booking = BookingAnswer::now(show, show_id, cancel.booking_id)?;
    Some(CancelAnswer::Cancelled(CancelledAnswer { booking, refund }))
}

fn preview(show: &Show, cancel: &CancelBooking, at: DateTime<Utc>) -> Result<Option<CancelAnswer>, Rejection> {
    let Some(currency) = show.currency() else { return Ok(None) };
    let would = show.cancellation(cancel, at)?;
    Ok(Some(CancelAnswer::Preview(PreviewAnswer {
        booking_id: cancel.booking_id.0,
        items: booked_items(&would.items, currency),
        refund: Amount::new(would.refund, currency),
        preview: true,
    })))
}

//! Giving money back because the organizer wants to, and trying again what failed.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use domain::aggregate::Aggregate as _;
use domain::ids::{BookingId, ShowId};
use domain::money::Money;
use domain::show::{Command, RefundBooking, RefundReason, Show};
use edge::bearer::Caller;
use edge::extract::{CorrelationId, IdempotencyKey, Json, Path};
use edge::problem::Problem;
use event_log::{PAGE_EVENTS_MAX, Position, StreamId, Unavailable};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::answer::{Amount, obeyed};
use super::keys::{id_for, show_of_booking};
use super::problem::{show_refused, unavailable};
use crate::app::App;
use crate::lane::Committed;
use crate::payments::RefundId;

/// How much to give back.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RefundBookingBody {
    /// Minor units of the event's currency; more than nothing.
    #[schema(minimum = 1, example = 4250)]
    amount: i64,
}

/// Money that goes back.
#[derive(Serialize, ToSchema)]
pub(super) struct RefundAnswer {
    /// The booking's id and the number of the refund.
    #[schema(example = "0192d3d0-7c1e-7000-8000-000000000000.1")]
    refund_id: String,
    booking_id: Uuid,
    money: Amount,
    /// Always `due`: what becomes of it shows in the event's refunds.
    #[schema(example = "due")]
    state: &'static str,
    #[schema(example = "goodwill")]
    reason: &'static str,
}

/// Refund a booking
///
/// Gives money back and takes no tickets back. Never more goes back than was paid, whoever asks at the
/// same time.
#[utoipa::path(
    post, path = "/api/v1/admin/bookings/{booking_id}/refunds", tag = "payments", request_body = RefundBookingBody,
    params(
        ("booking_id" = Uuid, Path),
        ("Idempotency-Key" = Option<String>, Header, description = "Makes the request safe to repeat"),
    ),
    responses(
        (status = 201, description = "Due", body = RefundAnswer),
        (status = 403, description = "`not-your-event` or `forbidden`"),
        (status = 404, description = "`not-found`: no such booking"),
        (status = 409, description = "`refund-exceeds-paid`"),
        (status = 422, description = "`invalid-amount`: nothing, or less; `invalid` or `idempotency-key-reused`"),
    ),
    security(("bearer" = []))
)]
pub(super) async fn refund_booking(
    State(app): State<App>,
    Caller(actor): Caller,
    CorrelationId(correlation_id): CorrelationId,
    IdempotencyKey(key): IdempotencyKey,
    Path(booking_id): Path<Uuid>,
    Json(RefundBookingBody { amount }): Json<RefundBookingBody>,
) -> Result<Response, Problem> {
    if amount <= 0 {
        let detail = "a refund is of at least one minor unit";
        return Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid-amount", detail).with("requested", amount));
    }
    let booking_id = BookingId(booking_id);
    let show_id = show_of_booking(&app, booking_id).await?;
    let request = id_for(&actor, "refund", key.as_deref());
    let view = move |show: &Show| {
        let (refund, amount) = show.booking(booking_id)?.refund_for(request)?;
        let money = Money { amount, currency: show.currency()? };
        Some(RefundAnswer {
            refund_id: RefundId { booking_id, refund }.to_string(),
            booking_id: booking_id.0,
            money: money.into(),
            state: "due",
            reason: RefundReason::Goodwill.as_str(),
        })
    };
    let command = Command::RefundBooking(RefundBooking { booking_id, amount, request });
    let done = app.shows.execute(show_id.0, command, actor, correlation_id, view).await;
    let done = done.map_err(show_refused)?;
    let answer = done.view.ok_or_else(unavailable)?;
    Ok(obeyed(StatusCode::CREATED, &answer, done.committed))
}

/// How many refunds are tried again.
#[derive(Serialize, ToSchema)]
pub(super) struct RetriedAnswer {
    #[schema(example = 3)]
    retried: usize,
}

/// Retry failed refunds
///
/// Of an event, at most a thousand at a time; repeat it until it says 0.
#[utoipa::path(
    post, path = "/api/v1/admin/events/{event_id}/refunds/retry", tag = "payments",
    params(("event_id" = Uuid, Path)),
    responses(
        (status = 200, description = "Due again", body = RetriedAnswer),
        (status = 403, description = "`not-your-event` or `forbidden`"),
        (status = 404, description = "`not-found`"),
    ),
    security(("bearer" = []))
)]
pub(super) async fn retry_refunds(
    State(app): State<App>,
    Caller(actor): Caller,
    CorrelationId(correlation_id): CorrelationId,
    Path(event_id): Path<Uuid>,
) -> Result<Response, Problem> {
    let show_id = ShowId(event_id);
    let before = app.log.head().await.map_err(|error| cannot_count(&error))?;
    let done = app.shows.execute(show_id.0, Command::RetryRefunds, actor, correlation_id, |_| ()).await;
    let committed = done.map_err(show_refused)?.committed;
    app.reminders.forget_refunds(show_id);
    let retried = if committed.repeated {
        0
    } else {
        let range = (before, committed.position);
        retried(&app, show_id, correlation_id, range).await.map_err(|error| cannot_count(&error))?
    };
    Ok(obeyed(StatusCode::OK, &RetriedAnswer { retried }, Committed { repeated: false, ..committed }))
}

/// How many refunds a request made due again. The show remembers what is due, not why; the log does.
async fn retried(
    app: &App,
    show_id: ShowId,
    correlation_id: Uuid,
    (mut after, up_to): (Position, Position),
) -> Result<usize, Unavailable> {
    let stream = StreamId::new(Show::CATEGORY, show_id.0);
    let mut retried = 0;
    while after < up_to {
        let page = app.log.read_all(after, up_to, PAGE_EVENTS_MAX).await?;
        let Some(last) = page.last() else { break };
        after = last.position;
        let ours = page.iter().filter(|event| event.stream == stream && event.event_type == "RefundRetried");
        retried += ours.filter(|event| event.metadata.correlation_id == correlation_id).count();
    }
    Ok(retried)
}

fn cannot_count(error: &Unavailable) -> Problem {
    tracing::warn!(%error, "retried refunds cannot be counted");
    unavailable()
}

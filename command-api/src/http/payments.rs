//! Paying for what is held, and hearing what became of payments and refunds.

use axum::extract::{Request, State};
use axum::http::header::WWW_AUTHENTICATE;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::Response;
use chrono::{DateTime, Utc};
use domain::access::Actor;
use domain::ids::{BookingId, PaymentId};
use domain::money::Money;
use domain::show::{Command, Show, StartPayment};
use domain::text::Text;
use edge::bearer::Caller;
use edge::extract::{CorrelationId, IdempotencyKey, Json, JsonBytes, Path};
use edge::problem::Problem;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::answer::{Amount, obeyed};
use super::keys::{id_for, refuse_spent_key, show_of_booking};
use super::problem::{show_refused, unavailable};
use super::validate::Faults;
use crate::app::App;
use crate::lane::Committed;
use crate::payments::{self, ChargeRequest, EVENTLY_SIGNATURE, METHODS, NotSigned, TOLERANCE_S};

mod report;

use report::{Heard, ReportBody};

/// The largest report that is taken, in bytes. Providers send about a thousand.
const REPORT_BYTES_MAX: usize = 16 * 1024;

/// How to pay.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PayBody {
    /// `sandbox:succeed` (the default), `sandbox:fail`, `sandbox:slow`, `sandbox:twice`, `sandbox:late` or
    /// `sandbox:succeed-refund-fails`: what the sandbox provider is to do.
    #[schema(example = "sandbox:succeed")]
    method: Option<String>,
}

impl PayBody {
    fn into_domain(self) -> Result<Text<64>, Problem> {
        let mut faults = Faults::default();
        let method = self.method.unwrap_or_else(|| payments::METHOD.into());
        if !METHODS.contains(&method.as_str()) {
            faults.add("/method", "unknown-method", format!("must be one of {}", METHODS.join(", ")));
        }
        faults.finish(Text::line(&method).ok())
    }
}

/// A payment that has begun.
#[derive(Serialize, ToSchema)]
pub(super) struct PaymentAnswer {
    payment_id: Uuid,
    booking_id: Uuid,
    /// Always `started`: what becomes of it shows in the booking.
    #[schema(example = "started")]
    status: &'static str,
    money: Amount,
    /// The hold lasts until then.
    expires_at: DateTime<Utc>,
}

/// Pay for a hold
///
/// Asks the payment provider for what is to be paid. While it is at work the booking is `paying`, and the
/// hold does not lapse for up to 15 more minutes. Money that comes confirms the booking; money that comes
/// too late goes back.
#[utoipa::path(
    post, path = "/api/v1/bookings/{booking_id}/pay", tag = "payments", request_body = PayBody,
    params(
        ("booking_id" = Uuid, Path),
        ("Idempotency-Key" = Option<String>, Header, description = "Makes the request safe to repeat"),
    ),
    responses(
        (status = 201, description = "Started", body = PaymentAnswer),
        (status = 404, description = "`not-found`: no such booking of yours"),
        (status = 409, description = "`nothing-to-pay`, `payment-pending`, `hold-lapsed`, `already-confirmed`, \
            `already-cancelled` or `event-cancelled`"),
        (status = 422, description = "`invalid` or `idempotency-key-reused`"),
    ),
    security(("bearer" = []))
)]
pub(super) async fn pay(
    State(app): State<App>,
    Caller(actor): Caller,
    CorrelationId(correlation_id): CorrelationId,
    IdempotencyKey(key): IdempotencyKey,
    Path(booking_id): Path<Uuid>,
    Json(body): Json<PayBody>,
) -> Result<Response, Problem> {
    let method = body.into_domain()?;
    let booking_id = BookingId(booking_id);
    let payment_id = PaymentId(id_for(&actor, "payment", key.as_deref()));
    let show_id = show_of_booking(&app, booking_id).await?;
    if key.is_some() && app.shows.is_wary_of_keys() {
        refuse_spent_key(&app, show_id, payment_id.0).await?;
    }
    let view = move |show: &Show| {
        let (amount, expires_at) = show.booking(booking_id)?.payment(payment_id)?;
        Some((Money { amount, currency: show.currency()? }, expires_at))
    };
    let command = Command::StartPayment(StartPayment { booking_id, payment_id, method: method.clone() });
    let done = app.shows.execute(show_id.0, command, actor, correlation_id, view).await;
    let done = done.map_err(show_refused)?;
    let (money, expires_at) = done.view.ok_or_else(unavailable)?;
    // On a repeat as well: the provider may not have heard the first time.
    let method = method.as_str().to_owned();
    let charge = ChargeRequest { payment_id, booking_id, money, method, expires_at };
    if !app.payments.ask(payments::Request::Charge(charge)) {
        tracing::warn!(%payment_id, "the payment provider has no room; it is asked again later");
    }
    let (payment_id, booking_id) = (payment_id.0, booking_id.0);
    let answer = PaymentAnswer { payment_id, booking_id, status: "started", money: money.into(), expires_at };
    Ok(obeyed(StatusCode::CREATED, &answer, done.committed))
}

/// That a report was taken.
#[derive(Serialize, ToSchema)]
pub(super) struct ReceivedAnswer {
    /// Always `true`.
    received: bool,
}

/// Report a payment or a refund
///
/// For the payment provider. The signature is HMAC-SHA256, with the secret that both share, over
/// `<t>.<body>`; `t` must be within five minutes of now. Reports may come twice and in any order. Types
/// that are not listed, and fields that are not known, are taken and ignored.
#[utoipa::path(
    post, path = "/api/v1/payments/webhook", tag = "payments", request_body = ReportBody,
    params(
        ("Evently-Signature" = String, Header, description = "`t=<seconds since 1970>,v1=<hex>`",
            example = "t=1767225600,v1=4b8132745b0a9968b14319447f799c6a3e210b4d3b6ddec10bacd3b93d64b8f8"),
    ),
    responses(
        (status = 200, description = "Taken, now or before", body = ReceivedAnswer),
        (status = 401, description = "`bad-signature` or `stale-signature`"),
        (status = 404, description = "`unknown-payment` or `unknown-refund`"),
        (status = 422, description = "`payment-differs`: the amount is not the one that was asked for; or `invalid`"),
    ),
    security(())
)]
pub(super) async fn hear(
    State(app): State<App>,
    CorrelationId(correlation_id): CorrelationId,
    headers: HeaderMap,
    request: Request,
) -> Result<Response, Problem> {
    let body = JsonBytes::of(request).await?;
    if body.len() > REPORT_BYTES_MAX {
        let detail = format!("a report has at most {REPORT_BYTES_MAX} bytes");
        let problem = Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "body-too-large", detail);
        return Err(problem.with("limit", REPORT_BYTES_MAX));
    }
    let signature = headers.get(EVENTLY_SIGNATURE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let now_s = (app.clock)().timestamp();
    app.payment_secret.verify(signature, body.as_bytes(), now_s).map_err(not_signed)?;
    let received = ReceivedAnswer { received: true };
    let Some(Heard { show_id, command, cause }) = body.parse::<ReportBody>()?.into_command(&app).await? else {
        return Ok(super::answer::plain(StatusCode::OK, &received));
    };
    let done = app.shows.execute_after(cause, show_id.0, command, Actor::PLATFORM, correlation_id, |_| ()).await;
    let done = done.map_err(show_refused)?;
    // Hearing the same twice is not a replay of a keyed request: the answer is simply the same.
    Ok(obeyed(StatusCode::OK, &received, Committed { repeated: false, ..done.committed }))
}

fn not_signed(why: NotSigned) -> Problem {
    let code = match why {
        NotSigned::Bad => "bad-signature",
        NotSigned::Stale => "stale-signature",
    };
    let problem = Problem::new(StatusCode::UNAUTHORIZED, code, why.to_string());
    let problem = problem.header(WWW_AUTHENTICATE, HeaderValue::from_static("Evently-Signature"));
    if why == NotSigned::Stale { problem.with("tolerance_s", TOLERANCE_S) } else { problem }
}

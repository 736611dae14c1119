//! Everything that is held about the one who asks, as one document.

use axum::extract::State;
use axum::http::HeaderValue;
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION};
use axum::response::Response;
use chrono::{DateTime, Utc};
use edge::bearer::Caller;
use edge::extract::{MinPosition, Query};
use edge::problem::Problem;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::User;
use super::details::AccountFact;
use crate::app::App;
use crate::bookings::{self, When};
use crate::http::bookings::Booking;
use crate::http::waitlist::WaitlistEntry;
use crate::http::{Money, NoParameters, bytes_of, json};
use crate::own_data::{
    self, EXPORT_ROWS_MAX, FoundAccess, FoundOwnRefusal, FoundOwnReplay, FoundOwnShow, FoundPayment, FoundRefund,
    FoundSignIn,
};
use crate::{people, waitlist};

/// Everything that is held about you.
#[derive(Debug, Serialize, ToSchema)]
struct Export {
    account: User,
    /// What happened to your account, oldest first.
    history: Vec<AccountFact>,
    sign_ins: Vec<SignIn>,
    /// Holds among them; the last one first, as everything that follows.
    bookings: Vec<Booking>,
    waitlist_entries: Vec<WaitlistEntry>,
    payments: Vec<OwnPayment>,
    refunds: Vec<OwnRefund>,
    /// The events that you run, drafts among them.
    events: Vec<OwnEvent>,
    /// The events of others that you may run or see.
    accesses: Vec<OwnAccess>,
    /// Commands of yours that were refused, and sign-ins with your e-mail address that failed, as far as they are
    /// kept.
    refusals: Vec<OwnRefusal>,
    /// What you had made anew.
    replays: Vec<OwnReplay>,
    /// Whether this is all: false if there are more than 10000 of a kind.
    complete: bool,
    /// The position of the log that this answer tells of.
    #[schema(example = 48_213)]
    as_of_position: u64,
}

/// A refresh token that was given to you.
#[derive(Debug, Serialize, ToSchema)]
struct SignIn {
    /// All tokens of one sign-in have the same.
    #[serde(rename = "sign_in_id")]
    id: Uuid,
    expires_at: DateTime<Utc>,
    /// When it was exchanged for the next one.
    used_at: Option<DateTime<Utc>>,
}

/// Money that you paid, or were about to.
#[derive(Debug, Serialize, ToSchema)]
struct OwnPayment {
    payment_id: Uuid,
    booking_id: Uuid,
    event_id: Uuid,
    money: Money,
    #[schema(example = "sandbox:succeed")]
    method: String,
    /// `started`, `succeeded` or `failed`.
    #[schema(example = "succeeded")]
    state: String,
    started_at: DateTime<Utc>,
    settled_at: Option<DateTime<Utc>>,
}

/// Money that goes back to you, or went.
#[derive(Debug, Serialize, ToSchema)]
struct OwnRefund {
    #[schema(example = "0197c2b4-6f0e-7d51-9a43-5f1b8c7e2d90.1")]
    refund_id: String,
    booking_id: Uuid,
    event_id: Uuid,
    money: Money,
    /// `given_back`, `not_needed`, `event_cancelled` or `goodwill`.
    #[schema(example = "event_cancelled")]
    reason: String,
    /// `due`, `succeeded` or `failed`.
    #[schema(example = "due")]
    state: String,
    due_at: DateTime<Utc>,
    settled_at: Option<DateTime<Utc>>,
}

/// An event that you run.
#[derive(Debug, Serialize, ToSchema)]
struct OwnEvent {
    event_id: Uuid,
    #[schema(example = "An evening of chamber music")]
    title: String,
}

/// An event of somebody else's that you work on.
#[derive(Debug, Serialize, ToSchema)]
struct OwnAccess {
    event_id: Uuid,
    /// `manager` or `door`.
    #[schema(example = "door")]
    access: String,
    since: DateTime<Utc>,
}

/// Something that was refused to you.
#[derive(Debug, Serialize, ToSchema)]
struct OwnRefusal {
    at: DateTime<Utc>,
    /// `command` or `sign_in`.
    #[schema(example = "command")]
    kind: String,
    /// Method and route.
    #[schema(example = "POST /api/v1/admin/events/{event_id}/cancel")]
    endpoint: String,
    /// Of the problem that was the answer.
    #[schema(example = "not-your-event")]
    code: String,
}

/// A replay that you asked for.
#[derive(Debug, Serialize, ToSchema)]
struct OwnReplay {
    replay_id: Uuid,
    /// The name of a projection, or `all`.
    #[schema(example = "bookings")]
    projection: String,
    requested_at: DateTime<Utc>,
}

impl From<FoundOwnShow> for OwnEvent {
    fn from(FoundOwnShow { show_id, title }: FoundOwnShow) -> Self {
        Self { event_id: show_id, title }
    }
}

impl From<FoundAccess> for OwnAccess {
    fn from(FoundAccess { show_id, access, since }: FoundAccess) -> Self {
        Self { event_id: show_id, access, since }
    }
}

impl From<FoundOwnRefusal> for OwnRefusal {
    fn from(FoundOwnRefusal { at, kind, endpoint, code }: FoundOwnRefusal) -> Self {
        Self { at, kind, endpoint, code }
    }
}

impl From<FoundOwnReplay> for OwnReplay {
    fn from(FoundOwnReplay { replay_id, projection, requested_at }: FoundOwnReplay) -> Self {
        Self { replay_id, projection, requested_at }
    }
}

impl From<FoundSignIn> for SignIn {
    fn from(FoundSignIn { family, expires_at, used_at }: FoundSignIn) -> Self {
        Self { id: family, expires_at, used_at }
    }
}

impl From<FoundPayment> for OwnPayment {
    fn from(found: FoundPayment) -> Self {
        Self {
            payment_id: found.payment_id,
            booking_id: found.booking_id,
            event_id: found.show_id,
            money: Money { amount: found.amount, currency: found.currency },
            method: found.method,
            state: found.state,
            started_at: found.started_at,
            settled_at: found.settled_at,
        }
    }
}

impl From<FoundRefund> for OwnRefund {
    fn from(found: FoundRefund) -> Self {
        Self {
            refund_id: format!("{}.{}", found.booking_id, found.refund),
            booking_id: found.booking_id,
            event_id: found.show_id,
            money: Money { amount: found.amount, currency: found.currency },
            reason: found.reason,
            state: found.state,
            due_at: found.due_at,
            settled_at: found.settled_at,
        }
    }
}

/// Gives you everything that is held about you
///
/// As one JSON document: your account and what happened to it, sign-ins, bookings and holds, places on
/// waitlists, payments and refunds, the events that you run or work on, what was refused to you, and replays that
/// you asked for.
#[utoipa::path(
    get, path = "/api/v1/users/me/export", tag = "accounts",
    params(
        ("Evently-Min-Position" = Option<u64>, Header, description = "Wait until the answer tells of this position")
    ),
    responses(
        (status = 200, body = Export, description = "Everything"),
        (status = 400, body = Problem, description = "`malformed-query`, `malformed-position`"),
        (status = 401, body = Problem, description = "`missing-token`, `invalid-token`, `token-expired`, `token-revoked`"),
        (status = 404, body = Problem, description = "`not-found`: nothing is known of this account"),
        (status = 503, body = Problem, description = "`read-model-behind`, `unavailable`"),
    ),
    security(("bearer" = []))
)]
pub(crate) async fn export_me(
    State(app): State<App>,
    Caller(caller): Caller,
    min_position: MinPosition,
    Query(NoParameters {}): Query<NoParameters>,
) -> Result<Response, Problem> {
    app.freshness.reach(min_position).await?;
    let export = gather(&app, caller.account_id.0).await?;
    let mut response = json(bytes_of(&export)?);
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(CONTENT_DISPOSITION, HeaderValue::from_static("attachment; filename=\"evently-export.json\""));
    Ok(response)
}

async fn gather(app: &App, me: Uuid) -> Result<Export, Problem> {
    let found = people::find(&app.pool, me).await?;
    let account = found.rows.into_iter().next();
    let account = account.ok_or_else(|| Problem::not_found("Nothing is known of this account."))?;
    let history = people::history(&app.log, me, EXPORT_ROWS_MAX.into()).await?;
    let booked = bookings::list(&app.pool, me, When::All, None, EXPORT_ROWS_MAX).await?;
    let names = bookings::ticket_names(&app.pool, &booked.rows).await?;
    let entries = waitlist::list(&app.pool, me, None, None, EXPORT_ROWS_MAX + 1).await?;
    let mut complete = history.first().is_none_or(|oldest| oldest.version == 1);
    Ok(Export {
        account: account.into(),
        history: history.iter().map(|recorded| AccountFact::new(recorded, |actor| actor == me)).collect(),
        sign_ins: all(own_data::sign_ins(&app.pool, me).await?, SignIn::from, &mut complete),
        bookings: all(booked.rows, |booking| Booking::new(booking, &names), &mut complete),
        waitlist_entries: all(entries.rows, WaitlistEntry::from, &mut complete),
        payments: all(own_data::payments(&app.pool, me).await?, OwnPayment::from, &mut complete),
        refunds: all(own_data::refunds(&app.pool, me).await?, OwnRefund::from, &mut complete),
        events: all(own_data::shows(&app.pool, me).await?, OwnEvent::from, &mut complete),
        accesses: all(own_data::accesses(&app.pool, me).await?, OwnAccess::from, &mut complete),
        refusals: all(own_data::refusals(&app.pool, me).await?, OwnRefusal::from, &mut complete),
        replays: all(own_data::replays(&app.pool, me).await?, OwnReplay::from, &mut complete),
        complete,
        as_of_position: found.as_of,
    })
}

/// Rows as they are shown, no more than may be; notes it if there are more.
fn all<R, T>(mut rows: Vec<R>, shown: impl Fn(R) -> T, complete: &mut bool) -> Vec<T> {
    let most = EXPORT_ROWS_MAX as usize;
    *complete &= rows.len() <= most;
    rows.truncate(most);
    rows.into_iter().map(shown).collect()
}

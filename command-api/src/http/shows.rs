//! Running an event: putting it on the programme, correcting it, selling it, calling it off.

mod body;
mod sold;
mod terms;
mod view;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use domain::access::{Action, Actor, may};
use domain::ids::ShowId;
use domain::show::{CancelShow, Command, CreateShow, ReviseShow, Show, Step};
use edge::bearer::Caller;
use edge::extract::{CorrelationId, IdempotencyKey, IfMatch, Json, Path};
use edge::problem::Problem;
use uuid::Uuid;

use super::answer::{obeyed, with_revision};
use super::keys::id_for;
use super::problem::{show_refused, unavailable};
use super::validate::Faults;
use crate::app::App;
use crate::lane::{Committed, Refused};
use body::{CancelEventBody, CreateEventBody, RescheduleEventBody, ReviseEventBody};
use terms::{Revision, TermsNow};
pub(super) use view::EventAnswer;

/// Create an event
///
/// As a draft that only you see; publish it to sell it.
#[utoipa::path(
    post, path = "/api/v1/admin/events", tag = "running events", request_body = CreateEventBody,
    params(("Idempotency-Key" = Option<String>, Header, description = "Makes the request safe to repeat")),
    responses(
        (status = 201, description = "Created as a draft; `ETag` is its revision", body = EventAnswer),
        (status = 403, description = "`forbidden`: organizers and administrators create events"),
        (status = 422, description = "`invalid`, `contradictory-times`, `mixed-currencies`, \
            `overlapping-policy-steps`, `code-too-long` or `idempotency-key-reused`"),
    ),
    security(("bearer" = []))
)]
pub(super) async fn create_event(
    State(app): State<App>,
    Caller(actor): Caller,
    CorrelationId(correlation_id): CorrelationId,
    IdempotencyKey(key): IdempotencyKey,
    Json(body): Json<CreateEventBody>,
) -> Result<Response, Problem> {
    if !may(&actor, Action::CreateShow) {
        return Err(Problem::forbidden("only organizers and administrators create events"));
    }
    let show_id = ShowId(id_for(&actor, "event", key.as_deref()));
    let show = body.into_domain(show_id, actor.account_id)?;
    let command = Command::CreateShow(Box::new(CreateShow { show }));
    // A repeat gets the first answer, whatever has become of the event since.
    let view = |show: &Show| EventAnswer::as_created(show);
    let done = app.shows.execute(show_id.0, command, actor, correlation_id, view).await;
    let done = done.map_err(show_refused)?;
    let answer = done.view.ok_or_else(unavailable)?;
    Ok(with_revision(obeyed(StatusCode::CREATED, &answer, done.committed), answer.revision))
}

/// Revise an event
///
/// Details, times, the limit per customer, terms, new ticket types, larger or smaller capacities.
/// Absent fields stay as they are, `null` clears those that may be absent.
#[utoipa::path(
    patch, path = "/api/v1/admin/events/{event_id}", tag = "running events", request_body = ReviseEventBody,
    params(
        ("event_id" = Uuid, Path),
        ("If-Match" = String, Header, description = "The `ETag` of the event you are changing", example = "\"1\""),
    ),
    responses(
        (status = 200, description = "Revised; `ETag` is its new revision", body = EventAnswer),
        (status = 404, description = "`not-found`"),
        (status = 409, description = "`capacity-below-taken`, `capacity-from-seat-map`, `unknown-ticket-type` or \
            `event-cancelled`"),
        (status = 412, description = "`precondition-failed`: somebody else was first; read it again"),
        (status = 422, description = "`invalid`, `contradictory-times`, `mixed-currencies`, `too-many-ticket-types`, \
            `overlapping-policy-steps` or `code-too-long`"),
        (status = 428, description = "`precondition-required`: send `If-Match`"),
    ),
    security(("bearer" = []))
)]
pub(super) async fn revise_event(
    State(app): State<App>,
    Caller(actor): Caller,
    CorrelationId(correlation_id): CorrelationId,
    Path(event_id): Path<Uuid>,
    IfMatch(expected_revision): IfMatch,
    Json(body): Json<ReviseEventBody>,
) -> Result<Response, Problem> {
    let revision = body.into_domain(expected_revision)?;
    let revise = if revision.is_about_terms() {
        complete(&app, event_id, revision, correlation_id).await?
    } else {
        revision.revise
    };
    run(&app, event_id, Command::ReviseShow(Box::new(revise)), actor, correlation_id).await
}

/// Puts changes of terms on the terms as they are. That is safe although the show is asked twice: terms
/// change only with the revision, and the command names the one that they were read at.
async fn complete(app: &App, event_id: Uuid, revision: Revision, correlation_id: Uuid) -> Result<ReviseShow, Problem> {
    let settle = app.shows.execute(event_id, Command::Settle, Actor::PLATFORM, correlation_id, TermsNow::of).await;
    match settle {
        Ok(now) if now.view.revision == revision.revise.expected_revision => Ok(revision.onto(now.view)),
        // There is no such show, or not at that revision: the show itself will say so.
        Ok(_) | Err(Refused::Rejected(_)) => Ok(revision.revise),
        Err(refused) => Err(show_refused(refused)),
    }
}

macro_rules! steps {
    ($( $(#[$doc:meta])* $handler:ident, $path:literal, $step:expr, $refusals:literal; )+) => { $(
        $(#[$doc])*
        #[utoipa::path(
            post, path = $path, tag = "running events",
            params(("event_id" = Uuid, Path)),
            responses(
                (status = 200, description = "Done, now or before", body = EventAnswer),
                (status = 404, description = "`not-found`"),
                (status = 409, description = $refusals),
            ),
            security(("bearer" = []))
        )]
        pub(super) async fn $handler(
            State(app): State<App>,
            Caller(actor): Caller,
            CorrelationId(correlation_id): CorrelationId,
            Path(event_id): Path<Uuid>,
        ) -> Result<Response, Problem> {
            run(&app, event_id, Command::Step($step), actor, correlation_id).await
        }
    )+ };
}

steps! {
    /// Publish an event
    ///
    /// Everybody sees it, and it sells within its sale window.
    publish_event, "/api/v1/admin/events/{event_id}/publish", Step::Publish,
        "`sale-closed`, `sale-paused`, `event-over` or `event-cancelled`";
    /// Pause the sale
    pause_event, "/api/v1/admin/events/{event_id}/pause", Step::Pause,
        "`not-on-sale`, `sale-closed` or `event-cancelled`";
    /// Resume the sale
    resume_event, "/api/v1/admin/events/{event_id}/resume", Step::Resume,
        "`not-on-sale`, `sale-closed` or `event-cancelled`";
    /// Close the sale for good
    close_event, "/api/v1/admin/events/{event_id}/close", Step::Close,
        "`not-on-sale` or `event-cancelled`";
}

/// Cancel an event
///
/// Every booking of it is cancelled by this one fact.
#[utoipa::path(
    post, path = "/api/v1/admin/events/{event_id}/cancel", tag = "running events", request_body = CancelEventBody,
    params(("event_id" = Uuid, Path)),
    responses(
        (status = 200, description = "Cancelled, now or before", body = EventAnswer),
        (status = 404, description = "`not-found`"),
        (status = 422, description = "`invalid`"),
    ),
    security(("bearer" = []))
)]
pub(super) async fn cancel_event(
    State(app): State<App>,
    Caller(actor): Caller,
    CorrelationId(correlation_id): CorrelationId,
    Path(event_id): Path<Uuid>,
    Json(body): Json<CancelEventBody>,
) -> Result<Response, Problem> {
    let mut faults = Faults::default();
    let reason = faults.page("/reason", &body.reason);
    let reason = faults.finish(reason)?;
    run(&app, event_id, Command::CancelShow(CancelShow { reason }), actor, correlation_id).await
}

/// Put an event off
///
/// Bookings stay. Until `refund_until`, whoever has booked by now gets everything back for tickets given
/// back.
#[utoipa::path(
    post, path = "/api/v1/admin/events/{event_id}/reschedule", tag = "running events",
    request_body = RescheduleEventBody,
    params(("event_id" = Uuid, Path)),
    responses(
        (status = 200, description = "Put off, now or before", body = EventAnswer),
        (status = 404, description = "`not-found`"),
        (status = 409, description = "`event-cancelled`"),
        (status = 422, description = "`invalid`, `contradictory-times` or `refund-date-past`"),
    ),
    security(("bearer" = []))
)]
pub(super) async fn reschedule_event(
    State(app): State<App>,
    Caller(actor): Caller,
    CorrelationId(correlation_id): CorrelationId,
    Path(event_id): Path<Uuid>,
    Json(body): Json<RescheduleEventBody>,
) -> Result<Response, Problem> {
    run(&app, event_id, Command::RescheduleShow(body.into_domain()?), actor, correlation_id).await
}

/// Sends a command to a show that exists and answers with the show.
pub(super) async fn run(
    app: &App,
    event_id: Uuid,
    command: Command,
    actor: Actor,
    correlation_id: Uuid,
) -> Result<Response, Problem> {
    let done = app.shows.execute(event_id, command, actor, correlation_id, EventAnswer::of).await;
    let done = done.map_err(show_refused)?;
    let answer = done.view.ok_or_else(unavailable)?;
    let committed = Committed { repeated: false, ..done.committed };
    Ok(with_revision(obeyed(StatusCode::OK, &answer, committed), answer.revision))
}

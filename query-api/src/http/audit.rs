//! The audit trail: what happened, who did it, in which request, and what it followed from. An *event* here is a
//! recorded fact, as in the log.

mod parameters;

use axum::extract::State;
use axum::response::Response;
use chrono::{DateTime, Utc};
use domain::access::{Action, Actor, may};
use edge::bearer::Caller;
use edge::extract::{MinPosition, Path, Query};
use edge::problem::Problem;
use event_log::{RecordedEvent, StreamId};
use serde::Serialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::app::App;
use crate::as_of::unreadable;
use crate::audit::{self, Filter, Found, Range};
use crate::cursor::Scope;
use crate::http::bookings::position_in;
use crate::http::{bytes_of, json};
use crate::list::{List, Page, PageParameters, checked_limit};
use parameters::{AuditParameters, stream_named};

/// An event as it stands in the log.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AuditEntry {
    /// Its place in the whole log.
    #[schema(example = 48_213)]
    position: u64,
    /// Its own id.
    event_id: Uuid,
    /// The aggregate it happened to.
    #[schema(example = "show-0197c2b4-5d2a-7c10-8f3e-2b9a6d4c1e77")]
    stream: String,
    /// Its place in the stream.
    #[schema(example = 12)]
    version: u64,
    #[schema(example = "BookingConfirmed")]
    r#type: String,
    /// Of the payload's shape.
    #[schema(example = 2)]
    schema_version: u16,
    recorded_at: DateTime<Utc>,
    /// The account that asked; all zeros: the platform itself.
    actor: Uuid,
    /// The command that was obeyed.
    command_id: Uuid,
    /// The request it came with: `X-Request-Id`, as a UUID.
    correlation_id: Uuid,
    /// The event it follows from, if nobody asked for it and it does.
    causation_id: Option<Uuid>,
    /// Always `false`: what was refused stands under `/admin/audit/refusals`.
    refused: bool,
    /// As it was stored.
    #[schema(value_type = Object)]
    payload: Option<Box<RawValue>>,
}

impl AuditEntry {
    fn new(event: &RecordedEvent) -> Self {
        let payload = serde_json::from_slice(&event.payload);
        if let Err(error) = &payload {
            tracing::error!(%error, position = event.position, "an event in the log is not JSON");
        }
        Self {
            position: event.position,
            event_id: event.event_id,
            stream: event.stream.to_string(),
            version: event.version,
            r#type: event.event_type.to_string(),
            schema_version: event.schema_version,
            recorded_at: event.recorded_at,
            actor: event.metadata.actor,
            command_id: event.metadata.command_id,
            correlation_id: event.metadata.correlation_id,
            causation_id: event.metadata.causation_id,
            refused: false,
            payload: payload.ok(),
        }
    }
}

/// Searches the audit trail
///
/// For admins. What is asked for must all fit. Who did something and what a booking went through is told as far as
/// the index of the log has come (`as_of_position`); streams and the log itself to their end. One request looks at
/// 1,000 events at most: a page may hold fewer entries than `limit`, or none, and still have a next one.
#[utoipa::path(
    get, path = "/api/v1/admin/audit", tag = "audit",
    params(
        AuditParameters,
        ("Evently-Min-Position" = Option<u64>, Header, description = "Wait until the answer tells of this position")
    ),
    responses(
        (status = 200, body = List<AuditEntry>, description = "A page of events"),
        (status = 400, body = Problem,
         description = "`malformed-query`, `malformed-stream`, `invalid-cursor`, `malformed-position`"),
        (status = 401, body = Problem, description = "`missing-token`, `invalid-token`, `token-expired`, `token-revoked`"),
        (status = 403, body = Problem, description = "`forbidden`"),
        (status = 422, body = Problem, description = "`unknown-event-type`, or `invalid`: the limit is out of range"),
        (status = 503, body = Problem, description = "`read-model-behind`, `unavailable`"),
    ),
    security(("bearer" = []))
)]
pub(crate) async fn search_audit(
    State(app): State<App>,
    Caller(caller): Caller,
    min_position: MinPosition,
    Query(parameters): Query<AuditParameters>,
) -> Result<Response, Problem> {
    demand_auditor(&caller)?;
    let limit = checked_limit(parameters.limit)?;
    let scope = parameters.scope();
    let place = parameters.cursor.as_deref().map(|cursor| position_in(scope, cursor)).transpose()?;
    app.reports.reach(min_position).await?;
    let filter = parameters.filter(&app, place).await?;
    let found = audit::search(&app, &filter, limit).await?;
    Ok(json(bytes_of(&page(&found, scope))?))
}

/// Tells the story of one aggregate
///
/// For admins: every event of a stream, the oldest first.
#[utoipa::path(
    get, path = "/api/v1/admin/audit/streams/{stream}", tag = "audit",
    params(
        ("stream" = String, Path, description = "A category and an id",
         example = "show-0197c2b4-5d2a-7c10-8f3e-2b9a6d4c1e77"),
        PageParameters,
        ("Evently-Min-Position" = Option<u64>, Header, description = "Wait until the answer tells of this position")
    ),
    responses(
        (status = 200, body = List<AuditEntry>, description = "A page of events"),
        (status = 400, body = Problem,
         description = "`malformed-query`, `malformed-stream`, `invalid-cursor`, `malformed-position`"),
        (status = 401, body = Problem, description = "`missing-token`, `invalid-token`, `token-expired`, `token-revoked`"),
        (status = 403, body = Problem, description = "`forbidden`"),
        (status = 404, body = Problem, description = "`not-found`: nothing ever happened there"),
        (status = 422, body = Problem, description = "`invalid`: the limit is out of range"),
        (status = 503, body = Problem, description = "`read-model-behind`, `unavailable`"),
    ),
    security(("bearer" = []))
)]
pub(crate) async fn tell_stream(
    State(app): State<App>,
    Caller(caller): Caller,
    min_position: MinPosition,
    Path(stream): Path<String>,
    Query(parameters): Query<PageParameters>,
) -> Result<Response, Problem> {
    demand_auditor(&caller)?;
    let stream = stream_named(&stream)?;
    let limit = checked_limit(parameters.limit)?;
    let scope = Scope::of(&["audit-stream", &stream.to_string()]);
    let after = parameters.cursor.as_deref().map(|cursor| position_in(scope, cursor)).transpose()?;
    app.freshness.reach(min_position).await?;
    demand_story(&app, stream).await?;
    let range = Range { after: place(after.unwrap_or(0)), before: u64::MAX, newest_first: false };
    let filter = Filter { stream: Some(stream), actor: None, event_type: None, booking: None, range };
    let found = audit::search(&app, &filter, limit).await?;
    Ok(json(bytes_of(&page(&found, scope))?))
}

/// Refuses whoever may not look into the audit trail.
pub(super) fn demand_auditor(caller: &Actor) -> Result<(), Problem> {
    if may(caller, Action::Audit) {
        Ok(())
    } else {
        Err(Problem::forbidden("only administrators look into the audit trail"))
    }
}

async fn demand_story(app: &App, stream: StreamId) -> Result<(), Problem> {
    match app.log.versions(&[stream]).await.map_err(unreadable)?.first() {
        Some(version) if *version > 0 => Ok(()),
        _ => Err(Problem::not_found("Nothing ever happened there.")),
    }
}

/// A cursor's place as the log counts; its checksum is ours, so it was never negative.
fn place(position: i64) -> u64 {
    u64::try_from(position).unwrap_or(0)
}

fn page(found: &Found, scope: Scope) -> List<AuditEntry> {
    let cursor = |next: u64| scope.seal(&i64::try_from(next).unwrap_or(i64::MAX).to_be_bytes());
    List {
        data: found.events.iter().map(|event| AuditEntry::new(event)).collect(),
        page: Page { next: found.next.map(cursor), has_more: found.next.is_some() },
        as_of_position: found.as_of,
    }
}

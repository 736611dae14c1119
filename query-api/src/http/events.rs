//! Events: the list that everybody scrolls through, and one of them in full.

use axum::extract::{FromRequestParts, Request, State};
use axum::http::header::ETAG;
use axum::http::{HeaderValue, Uri};
use axum::response::Response;
use chrono::{DateTime, Utc};
use edge::bearer::MaybeCaller;
use edge::extract::{MinPosition, Path, Query};
use edge::problem::Problem;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::app::App;
use crate::cache::Built;
use crate::http::access::{AccessParameters, account_of, no_such_event, viewer};
use crate::http::{Money, bytes_of, json};
use crate::list::{List, checked_limit};
use crate::shows::{self, EventFilter, EventParameters, EventSummary, FoundShow, FoundType, Viewer};

/// An event in full.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EventDetails {
    #[serde(flatten)]
    summary: EventSummary,
    #[schema(example = "Songs and stories.")]
    description: Option<String>,
    /// What ticket holders are told, once it is cancelled.
    cancel_reason: Option<String>,
    /// The most tickets one customer may hold.
    #[schema(example = 4)]
    max_per_customer: Option<i32>,
    /// The `ETag`: how often the organizer has changed it.
    #[schema(example = 2)]
    revision: i64,
    terms: Terms,
    /// The version of its seat map, if it has one.
    #[schema(example = 1)]
    seat_map_version: Option<i32>,
    /// It was put off: until then, whoever had booked before gets everything back for tickets given back.
    refund_until: Option<DateTime<Utc>>,
    ticket_types: Vec<TicketType>,
    /// The position of the log that this answer tells of.
    #[schema(example = 48_213)]
    as_of_position: u64,
}

/// How tickets are held, paid and given back.
#[derive(Debug, Serialize, ToSchema)]
struct Terms {
    /// How long a hold lasts.
    #[schema(example = 600)]
    hold_seconds: i32,
    /// How long an offer to the waitlist lasts.
    #[schema(example = 900)]
    offer_seconds: i32,
    /// `none`, or `required`: tickets are held first, and confirmed when they are paid.
    #[schema(example = "none")]
    payment: String,
    /// What comes back for tickets that are given back; `null`: everything, until the event ends.
    refund_policy: Option<RefundPolicy>,
}

/// What comes back for a ticket that is given back. After the last step, nothing does.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
struct RefundPolicy {
    steps: Vec<RefundStep>,
    /// What is kept of each ticket, in minor units.
    #[schema(example = 200)]
    fee: i64,
}

/// A share that comes back until some time before the event.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
struct RefundStep {
    #[schema(example = 168)]
    hours_before: u32,
    #[schema(example = 100)]
    percent: u8,
}

/// Something that is sold.
#[derive(Debug, Serialize, ToSchema)]
struct TicketType {
    #[serde(rename = "ticket_type_id")]
    id: Uuid,
    #[schema(example = "Stalls")]
    name: String,
    price: Money,
    /// How many there are in all.
    #[schema(example = 500)]
    capacity: i64,
    /// `general`, or `reserved`: each ticket is a seat of the seat map.
    #[schema(example = "general")]
    seating: &'static str,
    /// Not sold before this.
    sale_opens_at: Option<DateTime<Utc>>,
    /// Not sold from this on.
    sale_closes_at: Option<DateTime<Utc>>,
    /// The fewest in one booking.
    min_per_booking: Option<i32>,
    /// The most in one booking.
    max_per_booking: Option<i32>,
    /// Whoever does not know it does not see this ticket type.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "CREW")]
    access_code: Option<String>,
}

impl From<FoundType> for TicketType {
    fn from(found: FoundType) -> Self {
        Self {
            id: found.ticket_type_id,
            name: found.name,
            price: Money { amount: found.price_amount, currency: found.currency },
            capacity: found.capacity,
            seating: if found.reserved { "reserved" } else { "general" },
            sale_opens_at: found.sale_opens_at,
            sale_closes_at: found.sale_closes_at,
            min_per_booking: found.min_per_booking,
            max_per_booking: found.max_per_booking,
            access_code: found.access_code,
        }
    }
}

impl EventDetails {
    fn new(show: FoundShow, viewer: &Viewer, as_of_position: u64) -> Result<Self, serde_json::Error> {
        Ok(Self {
            summary: show.summary,
            description: show.description,
            cancel_reason: show.cancel_reason,
            max_per_customer: show.max_per_customer,
            revision: show.revision,
            terms: Terms {
                hold_seconds: show.hold_seconds,
                offer_seconds: show.offer_seconds,
                payment: show.payment,
                refund_policy: show.refund_policy.as_deref().map(serde_json::from_str).transpose()?,
            },
            seat_map_version: show.seat_map_version,
            refund_until: show.refund_until,
            ticket_types: show.types.seen_by(viewer).map(TicketType::from).collect(),
            as_of_position,
        })
    }
}

/// Lists events
///
/// Everything that is published, first to start first.
#[utoipa::path(
    get, path = "/api/v1/events", tag = "events",
    params(
        EventParameters,
        ("Evently-Min-Position" = Option<u64>, Header, description = "Wait until the answer tells of this position")
    ),
    responses(
        (status = 200, body = List<EventSummary>, description = "A page of events"),
        (status = 400, body = Problem, description = "`malformed-query`, `invalid-cursor`, `malformed-position`"),
        (status = 401, body = Problem, description = "`missing-token` (drafts only), `invalid-token`, `token-expired`, `token-revoked`"),
        (status = 422, body = Problem, description = "`invalid`: the limit is out of range, a text too long"),
        (status = 503, body = Problem, description = "`read-model-behind`, `unavailable`"),
    ),
    security((), ("bearer" = []))
)]
pub(crate) async fn list_events(
    State(app): State<App>,
    MaybeCaller(caller): MaybeCaller,
    min_position: MinPosition,
    request: Request,
) -> Result<Response, Problem> {
    let reached = app.freshness.reach(min_position).await?;
    let key = key_of(request.uri());
    if let Some(body) = app.cache.fresh(key, reached) {
        return Ok(json(body));
    }
    // Only a miss reads the parameters: a query that was answered before is known to be good.
    let Query(parameters) = Box::pin(parameters(request.uri(), &app)).await?;
    let filter = EventFilter::new(&parameters, caller)?;
    if !filter.is_public() {
        return Box::pin(build_list(&app, filter, &parameters)).await.map(|built| json(built.body));
    }
    app.cache.build(key, reached, build_list(&app, filter, &parameters)).await.map(json)
}

/// What the cache knows a request by.
pub(super) fn key_of(uri: &Uri) -> &str {
    uri.path_and_query().map_or("/", |path| path.as_str())
}

async fn parameters(uri: &Uri, app: &App) -> Result<Query<EventParameters>, Problem> {
    let mut parts = Request::new(()).into_parts().0;
    parts.uri = uri.clone();
    Query::from_request_parts(&mut parts, app).await
}

async fn build_list(app: &App, filter: EventFilter, parameters: &EventParameters) -> Result<Built, Problem> {
    let limit = checked_limit(parameters.limit)?;
    let after = parameters.cursor.as_deref().map(|cursor| filter.place(cursor)).transpose()?;
    let found = shows::list(&app.pool, &filter, after, limit).await?;
    let list = List::new(found.rows, limit, found.as_of, |last| filter.cursor_after(last));
    Ok(Built { body: bytes_of(&list)?, public: filter.is_public() })
}

/// Shows one event
///
/// A draft is there for its organizer, their colleagues and admins alone, and so are ticket types with an access
/// code, unless you know it.
#[utoipa::path(
    get, path = "/api/v1/events/{event_id}", tag = "events",
    params(
        ("event_id" = Uuid, Path, description = "Which event", example = "0197c2b4-5d2a-7c10-8f3e-2b9a6d4c1e77"),
        AccessParameters,
        ("Evently-Min-Position" = Option<u64>, Header, description = "Wait until the answer tells of this position")
    ),
    responses(
        (status = 200, body = EventDetails, description = "The event",
         headers(("ETag" = String, description = "Its revision, for `If-Match`"))),
        (status = 400, body = Problem, description = "`malformed-id`, `malformed-query`, `malformed-position`"),
        (status = 401, body = Problem, description = "`invalid-token`, `token-expired`, `token-revoked`"),
        (status = 404, body = Problem, description = "`not-found`"),
        (status = 422, body = Problem, description = "`code-too-long`"),
        (status = 503, body = Problem, description = "`read-model-behind`, `unavailable`"),
    ),
    security((), ("bearer" = []))
)]
pub(crate) async fn find_event(
    State(app): State<App>,
    MaybeCaller(caller): MaybeCaller,
    min_position: MinPosition,
    Path(event_id): Path<Uuid>,
    Query(parameters): Query<AccessParameters>,
) -> Result<Response, Problem> {
    let access_code = parameters.code()?;
    app.freshness.reach(min_position).await?;
    let found = shows::find(&app.pool, event_id, account_of(caller)).await?;
    let show = found.rows.into_iter().next().ok_or_else(no_such_event)?;
    let viewer = viewer(&show, caller, access_code).ok_or_else(no_such_event)?;
    let etag = HeaderValue::try_from(format!("\"{}\"", show.revision)).map_err(|_| Problem::internal())?;
    let details = EventDetails::new(show, &viewer, found.as_of).map_err(|error| {
        tracing::error!(%error, "the refund policy of an event is not as it should be");
        Problem::internal()
    })?;
    let mut response = json(bytes_of(&details)?);
    response.headers_mut().insert(ETAG, etag);
    Ok(response)
}

//! Events: the list that everybody scrolls through, and one of them in full.

use axum::extract::{FromRequestParts, Request, State};
use axum::http::header::ETAG;
use axum::http::{HeaderValue, Uri};
use axum::response::Response;
use domain::access::{Action, Actor, may};
use domain::ids::AccountId;
use edge::bearer::MaybeCaller;
use edge::extract::{MinPosition, Path, Query};
use edge::problem::Problem;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::app::App;
use crate::cache::Built;
use crate::http::{Money, NoParameters, bytes_of, json};
use crate::list::{List, checked_limit};
use crate::shows::{self, EventFilter, EventParameters, EventSummary, FoundShow};

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
    ticket_types: Vec<TicketType>,
    /// The position of the log that this answer tells of.
    #[schema(example = 48_213)]
    as_of_position: u64,
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
        (status = 401, body = Problem, description = "`missing-token` (drafts only), `invalid-token`, `token-expired`"),
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
/// A draft is there for its organizer and admins alone.
#[utoipa::path(
    get, path = "/api/v1/events/{event_id}", tag = "events",
    params(
        ("event_id" = Uuid, Path, description = "Which event", example = "0197c2b4-5d2a-7c10-8f3e-2b9a6d4c1e77"),
        ("Evently-Min-Position" = Option<u64>, Header, description = "Wait until the answer tells of this position")
    ),
    responses(
        (status = 200, body = EventDetails, description = "The event",
         headers(("ETag" = String, description = "Its revision, for `If-Match`"))),
        (status = 400, body = Problem, description = "`malformed-id`, `malformed-query`, `malformed-position`"),
        (status = 401, body = Problem, description = "`invalid-token`, `token-expired`"),
        (status = 404, body = Problem, description = "`not-found`"),
        (status = 503, body = Problem, description = "`read-model-behind`, `unavailable`"),
    ),
    security((), ("bearer" = []))
)]
pub(crate) async fn find_event(
    State(app): State<App>,
    MaybeCaller(caller): MaybeCaller,
    min_position: MinPosition,
    Path(event_id): Path<Uuid>,
    Query(NoParameters {}): Query<NoParameters>,
) -> Result<Response, Problem> {
    app.freshness.reach(min_position).await?;
    let (mut show, as_of_position) = visible_show(&app, event_id, caller).await?;
    let etag = HeaderValue::try_from(format!("\"{}\"", show.revision)).map_err(|_| Problem::internal())?;
    let ticket_types = show.take_types().into_iter().map(|found| TicketType {
        id: found.id,
        name: found.name,
        price: Money { amount: found.price, currency: found.currency },
        capacity: found.capacity,
    });
    let details = EventDetails {
        ticket_types: ticket_types.collect(),
        summary: show.summary,
        description: show.description,
        cancel_reason: show.cancel_reason,
        max_per_customer: show.max_per_customer,
        revision: show.revision,
        as_of_position,
    };
    let mut response = json(bytes_of(&details)?);
    response.headers_mut().insert(ETAG, etag);
    Ok(response)
}

/// A show that `caller` may see, and the position that this tells of.
pub(super) async fn visible_show(app: &App, show_id: Uuid, caller: Option<Actor>) -> Result<(FoundShow, u64), Problem> {
    let found = shows::find(&app.pool, show_id).await?;
    let show = found.rows.into_iter().next();
    let show = show.filter(|show| {
        let organizer = AccountId(show.summary.organizer_id);
        is_public(show) || caller.is_some_and(|caller| may(&caller, Action::RunShow { organizer }))
    });
    let show = show.ok_or_else(|| Problem::not_found("There is no such event."))?;
    Ok((show, found.as_of))
}

/// Whether everybody may see it.
pub(super) fn is_public(show: &FoundShow) -> bool {
    show.published
}

//! Seating an event: its map, and seats that are not sold for some time.

mod map;

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use domain::access::{Action, Actor, may};
use domain::show::{BlockSeats, Command, SeatMap, SetSeatMap, Show};
use edge::bearer::Caller;
use edge::extract::{CorrelationId, IfMatch, Json, JsonBytes, Path};
use edge::limits::LargeBody;
use edge::problem::Problem;
use serde::{Deserialize, Serialize};
use tokio::sync::Semaphore;
use utoipa::ToSchema;
use uuid::Uuid;

use super::answer::{obeyed, with_revision};
use super::problem::show_refused;
use super::shows::{EventAnswer, run};
use super::validate::Faults;
use crate::app::App;
use crate::lane::Committed;
use map::SeatMapBody;

/// Routes of the writing side whose bodies may be larger than all others.
pub const LARGE_BODIES: &[LargeBody] =
    &[LargeBody { route: "/api/v1/admin/events/{event_id}/seat-map", bytes_max: SEAT_MAP_BYTES_MAX }];
/// The largest seat map, in bytes of JSON.
const SEAT_MAP_BYTES_MAX: usize = 32 * 1024 * 1024;
/// How many seat maps are read at once; more wait. They are large, and come rarely.
const SEAT_MAPS_AT_ONCE_MAX: usize = 2;

static SEAT_MAPS: Semaphore = Semaphore::const_new(SEAT_MAPS_AT_ONCE_MAX);

/// A seat map that is in force.
#[derive(Serialize, ToSchema)]
struct SeatMapAnswer {
    event_id: Uuid,
    /// Counts the event's maps, from 1.
    #[schema(example = 1)]
    version: u32,
    /// How many seats there are.
    #[schema(example = 20_000)]
    seats: usize,
    /// The event's, the same number as in `ETag`.
    #[schema(example = 2)]
    revision: u64,
}

/// Set the seat map
///
/// All seats of all reserved ticket types, at most 100,000. Seats that are held, sold or blocked must
/// stay. Takes bodies of up to 32 MiB.
#[utoipa::path(
    put, path = "/api/v1/admin/events/{event_id}/seat-map", tag = "running events", request_body = SeatMapBody,
    params(
        ("event_id" = Uuid, Path),
        ("If-Match" = String, Header, description = "The `ETag` of the event you are changing", example = "\"1\""),
    ),
    responses(
        (status = 200, description = "In force; `ETag` is the event's new revision", body = SeatMapAnswer),
        (status = 403, description = "`forbidden`, `not-your-event`"),
        (status = 404, description = "`not-found`"),
        (status = 409, description = "`seats-in-use`, `unknown-ticket-type`, `not-reserved` or `event-cancelled`"),
        (status = 412, description = "`precondition-failed`: somebody else was first; read it again"),
        (status = 413, description = "`body-too-large`"),
        (status = 422, description = "`invalid`, `too-many-seats` or `duplicate-seat-label`"),
        (status = 428, description = "`precondition-required`: send `If-Match`"),
    ),
    security(("bearer" = []))
)]
pub(super) async fn set_seat_map(
    State(app): State<App>,
    Caller(actor): Caller,
    CorrelationId(correlation_id): CorrelationId,
    Path(event_id): Path<Uuid>,
    IfMatch(expected_revision): IfMatch,
    request: Request,
) -> Result<Response, Problem> {
    if !may(&actor, Action::CreateShow) {
        return Err(Problem::forbidden("only organizers and administrators seat events"));
    }
    // Held until the map is in force: so many of them are in memory at once.
    let _turn = SEAT_MAPS.acquire().await.map_err(|_| Problem::internal())?;
    let map = read(JsonBytes::of(request).await?).await?;
    let seats = map.seats().count();
    let command = Command::SetSeatMap(Box::new(SetSeatMap { expected_revision, map }));
    let view = |show: &Show| (show.seating().version(), show.revision());
    let done = app.shows.execute(event_id, command, actor, correlation_id, view).await;
    let done = done.map_err(show_refused)?;
    let (version, revision) = done.view;
    let answer = SeatMapAnswer { event_id, version, seats, revision };
    let committed = Committed { repeated: false, ..done.committed };
    Ok(with_revision(obeyed(StatusCode::OK, &answer, committed), revision))
}

/// Reads a map beside the tasks that answer requests: it may take a tenth of a second.
async fn read(body: JsonBytes) -> Result<SeatMap, Problem> {
    let read = tokio::task::spawn_blocking(move || SeatMapBody::read(&body)).await;
    read.unwrap_or_else(|error| {
        tracing::error!(%error, "a seat map could not be read");
        Err(Problem::internal())
    })
}

/// Which seats, and why.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct BlockSeatsBody {
    /// By their names, each once.
    #[schema(min_items = 1, example = json!(["A-11", "A-12"]))]
    seats: Vec<String>,
    #[schema(max_length = 200, example = "The camera stands there.")]
    reason: String,
}

/// Block seats
///
/// They are not sold until they are unblocked. Those that are blocked already stay so.
#[utoipa::path(
    post, path = "/api/v1/admin/events/{event_id}/seats/block", tag = "running events",
    request_body = BlockSeatsBody,
    params(("event_id" = Uuid, Path)),
    responses(
        (status = 200, description = "Blocked, now or before", body = EventAnswer),
        (status = 404, description = "`not-found`"),
        (status = 409, description = "`seats-taken`, `unknown-seat` or `event-cancelled`"),
        (status = 422, description = "`invalid` or `seat-listed-twice`"),
    ),
    security(("bearer" = []))
)]
pub(super) async fn block_seats(
    State(app): State<App>,
    Caller(actor): Caller,
    CorrelationId(correlation_id): CorrelationId,
    Path(event_id): Path<Uuid>,
    Json(body): Json<BlockSeatsBody>,
) -> Result<Response, Problem> {
    block(&app, event_id, body, true, actor, correlation_id).await
}

/// Unblock seats
///
/// They are sold again. Those that are not blocked stay as they are.
#[utoipa::path(
    post, path = "/api/v1/admin/events/{event_id}/seats/unblock", tag = "running events",
    request_body = BlockSeatsBody,
    params(("event_id" = Uuid, Path)),
    responses(
        (status = 200, description = "Not blocked, now or before", body = EventAnswer),
        (status = 404, description = "`not-found`"),
        (status = 409, description = "`unknown-seat` or `event-cancelled`"),
        (status = 422, description = "`invalid` or `seat-listed-twice`"),
    ),
    security(("bearer" = []))
)]
pub(super) async fn unblock_seats(
    State(app): State<App>,
    Caller(actor): Caller,
    CorrelationId(correlation_id): CorrelationId,
    Path(event_id): Path<Uuid>,
    Json(body): Json<BlockSeatsBody>,
) -> Result<Response, Problem> {
    block(&app, event_id, body, false, actor, correlation_id).await
}

async fn block(
    app: &App,
    event_id: Uuid,
    body: BlockSeatsBody,
    block: bool,
    actor: Actor,
    correlation_id: Uuid,
) -> Result<Response, Problem> {
    let mut faults = Faults::default();
    let seats = faults.seats("/seats", &body.seats, SeatMap::SEATS_MAX);
    faults.seats_once(seats.as_deref().unwrap_or_default(), &mut std::collections::BTreeSet::new());
    let reason = faults.line("/reason", &body.reason);
    let command = faults.finish(seats.zip(reason).map(|(seats, reason)| BlockSeats { seats, block, reason }))?;
    run(app, event_id, Command::BlockSeats(command), actor, correlation_id).await
}

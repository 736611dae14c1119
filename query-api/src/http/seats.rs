//! What is left of an event: the question that everybody asks when a sale opens.

use axum::extract::{FromRequestParts, Request, State};
use axum::response::Response;
use domain::access::{Action, Actor, may};
use edge::bearer::MaybeCaller;
use edge::extract::{MinPosition, Path, Query};
use edge::problem::Problem;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::app::App;
use crate::cache::Built;
use crate::http::access::{AccessParameters, no_such_event, viewer};
use crate::http::events::key_of;
use crate::http::{Money, bytes_of, json};
use crate::shows::{self, FoundType, SeatedShow, SectionSeats};

/// What is sold and what is left.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Seats {
    event_id: Uuid,
    /// `draft`, `on_sale`, `paused`, `closed` or `cancelled`.
    #[schema(example = "on_sale")]
    status: String,
    ticket_types: Vec<SeatsOfType>,
    /// The state of every seat, section by section; absent without a seat map.
    #[serde(skip_serializing_if = "Option::is_none")]
    sections: Option<Vec<SectionSeats>>,
    /// The version of the seat map that gives the order of the seats.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = 1)]
    seat_map_version: Option<i32>,
    /// The position of the log that this answer tells of.
    #[schema(example = 48_213)]
    as_of_position: u64,
}

/// What is sold and what is left of one ticket type.
#[derive(Debug, Serialize, ToSchema)]
struct SeatsOfType {
    ticket_type_id: Uuid,
    #[schema(example = "Stalls")]
    name: String,
    price: Money,
    /// How many there are in all.
    #[schema(example = 500)]
    capacity: i64,
    /// Tickets in live bookings.
    #[schema(example = 380)]
    sold: i64,
    /// Tickets set aside: in holds, and offered to the waitlist.
    #[schema(example = 0)]
    held: i64,
    /// Seats that are not for sale.
    #[schema(example = 0)]
    blocked: i64,
    /// Tickets that are left.
    #[schema(example = 120)]
    available: i64,
}

/// Shows what is left of an event
///
/// At most a tenth of a second old. Whether a ticket is yours, only the booking says.
#[utoipa::path(
    get, path = "/api/v1/events/{event_id}/seats", tag = "events",
    params(
        ("event_id" = Uuid, Path, description = "Which event", example = "0197c2b4-5d2a-7c10-8f3e-2b9a6d4c1e77"),
        AccessParameters,
        ("Evently-Min-Position" = Option<u64>, Header, description = "Wait until the answer tells of this position")
    ),
    responses(
        (status = 200, body = Seats, description = "Seats by ticket type, and one by one"),
        (status = 400, body = Problem, description = "`malformed-id`, `malformed-query`, `malformed-position`"),
        (status = 401, body = Problem, description = "`invalid-token`, `token-expired`"),
        (status = 404, body = Problem, description = "`not-found`"),
        (status = 422, body = Problem, description = "`code-too-long`"),
        (status = 503, body = Problem, description = "`read-model-behind`, `unavailable`"),
    ),
    security((), ("bearer" = []))
)]
pub(crate) async fn find_seats(
    State(app): State<App>,
    MaybeCaller(caller): MaybeCaller,
    min_position: MinPosition,
    request: Request,
) -> Result<Response, Problem> {
    let reached = app.freshness.reach(min_position).await?;
    // Organizers see what is hidden from others, so nothing is kept of what they see, or for them.
    let keeps = !caller.is_some_and(|caller| may(&caller, Action::CreateShow));
    if keeps && let Some(body) = app.cache.fresh(key_of(request.uri()), reached) {
        return Ok(json(body));
    }
    Box::pin(look(&app, request, reached, caller, keeps)).await
}

/// Only a miss reads the path: one that was answered before is known to be good.
async fn look(
    app: &App,
    request: Request,
    reached: u64,
    caller: Option<Actor>,
    keeps: bool,
) -> Result<Response, Problem> {
    let mut parts = request.into_parts().0;
    let Path(event_id) = Path::<Uuid>::from_request_parts(&mut parts, app).await?;
    let Query(parameters) = Query::<AccessParameters>::from_request_parts(&mut parts, app).await?;
    let build = build_seats(app, event_id, caller, parameters.code()?);
    if keeps {
        app.cache.build(key_of(&parts.uri), reached, build).await.map(json)
    } else {
        build.await.map(|built| json(built.body))
    }
}

async fn build_seats(
    app: &App,
    event_id: Uuid,
    caller: Option<Actor>,
    access_code: Option<String>,
) -> Result<Built, Problem> {
    let found = shows::find_seated(&app.pool, event_id, access_code.as_deref()).await?;
    let mut seated = found.rows.into_iter().next().ok_or_else(no_such_event)?;
    let viewer = viewer(&seated.show, caller, access_code).ok_or_else(no_such_event)?;
    let sections = seated.sections(&viewer);
    let SeatedShow { show, map_version, .. } = seated;
    // Nothing of a cancelled event is sold any more, and nothing can be had either.
    let can_be_had = show.summary.status != "cancelled";
    let seats = Seats {
        event_id,
        ticket_types: show.types.seen_by(&viewer).map(|found| SeatsOfType::new(found, can_be_had)).collect(),
        status: show.summary.status,
        sections,
        seat_map_version: map_version,
        as_of_position: found.as_of,
    };
    Ok(Built { body: bytes_of(&seats)?, public: show.published })
}

impl SeatsOfType {
    fn new(found: FoundType, can_be_had: bool) -> Self {
        let left = (found.capacity - found.sold - found.held - found.blocked).max(0);
        Self {
            ticket_type_id: found.ticket_type_id,
            name: found.name,
            price: Money { amount: found.price_amount, currency: found.currency },
            capacity: found.capacity,
            sold: found.sold,
            held: found.held,
            blocked: found.blocked,
            available: if can_be_had { left } else { 0 },
        }
    }
}

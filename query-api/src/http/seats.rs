//! What is left of an event: the question that everybody asks when a sale opens.

use axum::extract::{FromRequestParts, Request, State};
use axum::response::Response;
use domain::access::Actor;
use edge::bearer::MaybeCaller;
use edge::extract::{MinPosition, Path, Query};
use edge::problem::Problem;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::app::App;
use crate::cache::Built;
use crate::http::events::{is_public, key_of, visible_show};
use crate::http::{Money, NoParameters, bytes_of, json};

/// What is sold and what is left.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Seats {
    event_id: Uuid,
    /// `draft`, `on_sale`, `paused`, `closed` or `cancelled`.
    #[schema(example = "on_sale")]
    status: String,
    ticket_types: Vec<SeatsOfType>,
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
    /// Tickets that nobody has booked.
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
        ("Evently-Min-Position" = Option<u64>, Header, description = "Wait until the answer tells of this position")
    ),
    responses(
        (status = 200, body = Seats, description = "Seats by ticket type"),
        (status = 400, body = Problem, description = "`malformed-id`, `malformed-query`, `malformed-position`"),
        (status = 401, body = Problem, description = "`invalid-token`, `token-expired`"),
        (status = 404, body = Problem, description = "`not-found`"),
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
    if let Some(body) = app.cache.fresh(key_of(request.uri()), reached) {
        return Ok(json(body));
    }
    Box::pin(look(&app, request, reached, caller)).await
}

/// Only a miss reads the path: one that was answered before is known to be good.
async fn look(app: &App, request: Request, reached: u64, caller: Option<Actor>) -> Result<Response, Problem> {
    let mut parts = request.into_parts().0;
    let Path(event_id) = Path::<Uuid>::from_request_parts(&mut parts, app).await?;
    let Query(NoParameters {}) = Query::from_request_parts(&mut parts, app).await?;
    app.cache.build(key_of(&parts.uri), reached, build_seats(app, event_id, caller)).await.map(json)
}

async fn build_seats(app: &App, event_id: Uuid, caller: Option<Actor>) -> Result<Built, Problem> {
    let (mut show, as_of_position) = visible_show(app, event_id, caller).await?;
    let public = is_public(&show);
    // Nothing of a cancelled event is sold any more, and nothing can be had either.
    let can_be_had = show.summary.status != "cancelled";
    let ticket_types = show.take_types().into_iter().map(|found| SeatsOfType {
        ticket_type_id: found.id,
        name: found.name,
        price: Money { amount: found.price, currency: found.currency },
        capacity: found.capacity,
        sold: found.sold,
        available: if can_be_had { (found.capacity - found.sold).max(0) } else { 0 },
    });
    let ticket_types = ticket_types.collect();
    let seats = Seats { event_id, status: show.summary.status, ticket_types, as_of_position };
    Ok(Built { body: bytes_of(&seats)?, public })
}

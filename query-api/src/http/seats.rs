//! What is left of an event: the question that everybody asks when a sale opens.

use axum::extract::{FromRequestParts, Request, State};
use axum::response::Response;
use chrono::{DateTime, Utc};
use domain::access::{Action, Actor, may};
use domain::show::Status;
use edge::bearer::MaybeCaller;
use edge::extract::{MinPosition, Path, Query};
use edge::problem::Problem;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::app::App;
use crate::as_of::{self, AsOfParameters};
use crate::cache::Built;
use crate::http::access::{AccessParameters, account_of, no_such_event, viewer_of_seats};
use crate::http::events::key_of;
use crate::http::{Money, bytes_of, json};
use crate::past::{self, PastShow};
use crate::shows::{self, FoundType, SeatedShow, SectionSeats};

/// The query parameters of what is left of an event.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct SeatsParameters {
    /// Shows the ticket types that are hidden behind this code, too.
    #[param(max_length = 64, example = "CREW")]
    access_code: Option<String>,
    /// As it was after everything that was recorded at this time or before (RFC 3339).
    #[param(example = "2027-01-01T00:00:00Z")]
    as_of: Option<DateTime<Utc>>,
    /// As it was after the event at this position of the log.
    #[param(minimum = 1, example = 48_213)]
    as_of_position: Option<u64>,
}

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
/// At most a tenth of a second old. Whether a ticket is yours, only the booking says. Asked as of a past
/// moment, it is what could be seen then; the same question about the same position has the same answer for
/// ever.
#[utoipa::path(
    get, path = "/api/v1/events/{event_id}/seats", tag = "events",
    params(
        ("event_id" = Uuid, Path, description = "Which event", example = "0197c2b4-5d2a-7c10-8f3e-2b9a6d4c1e77"),
        SeatsParameters,
        ("Evently-Min-Position" = Option<u64>, Header, description = "Wait until the answer tells of this position")
    ),
    responses(
        (status = 200, body = Seats, description = "Seats by ticket type, and one by one"),
        (status = 400, body = Problem, description = "`malformed-id`, `malformed-query`, `malformed-position`"),
        (status = 401, body = Problem, description = "`invalid-token`, `token-expired`, `token-revoked`"),
        (status = 404, body = Problem, description = "`not-found`"),
        (status = 422, body = Problem, description = "`code-too-long`, `as-of-twice`, `as-of-in-the-future`, \
            `as-of-before-the-first-event`, `position-beyond-head`, `as-of-too-long-a-story`"),
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
    let Query(asked) = Query::<SeatsParameters>::from_request_parts(&mut parts, app).await?;
    let moment = AsOfParameters { as_of: asked.as_of, as_of_position: asked.as_of_position };
    let code = AccessParameters::of(asked.access_code).code()?;
    let build = async {
        if moment.is_asked() {
            build_past_seats(app, event_id, caller, code, moment).await
        } else {
            build_seats(app, event_id, caller, code).await
        }
    };
    if keeps {
        app.cache.build(key_of(&parts.uri), reached, build).await.map(json)
    } else {
        build.await.map(|built| json(built.body))
    }
}

/// Who may look is said by now; what there was to see, by then.
async fn build_past_seats(
    app: &App,
    event_id: Uuid,
    caller: Option<Actor>,
    access_code: Option<String>,
    moment: AsOfParameters,
) -> Result<Built, Problem> {
    let moment = as_of::resolve(app, moment).await?;
    // Whoever names a position that the read model has yet to reach may mean a show that it has yet to learn of.
    app.freshness.reach(MinPosition(Some(moment.position))).await?;
    let now = shows::find(&app.pool, event_id, account_of(caller)).await?.rows.into_iter().next();
    let now = now.ok_or_else(no_such_event)?;
    let past = past::show(app, event_id, moment.position).await?.ok_or_else(no_such_event)?;
    let viewer = viewer_of_seats(&now, past.published, caller, access_code).ok_or_else(no_such_event)?;
    let can_be_had = past.status() != Status::Cancelled;
    let PastShow { published, .. } = past;
    let seats = Seats {
        event_id,
        status: past.status().as_str().into(),
        sections: past.sections(&viewer),
        seat_map_version: past.map_version(),
        ticket_types: past.types().seen_by(&viewer).map(|found| SeatsOfType::new(found, can_be_had)).collect(),
        as_of_position: moment.position,
    };
    Ok(Built { body: bytes_of(&seats)?, public: published })
}

async fn build_seats(
    app: &App,
    event_id: Uuid,
    caller: Option<Actor>,
    access_code: Option<String>,
) -> Result<Built, Problem> {
    let found = shows::find_seated(&app.pool, event_id, access_code.as_deref(), account_of(caller)).await?;
    let mut seated = found.rows.into_iter().next().ok_or_else(no_such_event)?;
    let viewer = viewer_of_seats(&seated.show, seated.show.published, caller, access_code).ok_or_else(no_such_event)?;
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

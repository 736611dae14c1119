//! Where people sit: the map of an event's seats.

use axum::extract::State;
use axum::response::Response;
use edge::bearer::MaybeCaller;
use edge::extract::{MinPosition, Path, Query};
use edge::problem::Problem;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::app::App;
use crate::http::access::visible_show;
use crate::http::{NoParameters, json};
use crate::seat_maps::{Drawn, Section};

/// A seat map. It describes the answer, which is put together from a part that is finished.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SeatMap {
    event_id: Uuid,
    /// Counts the maps of the event, from 1.
    #[schema(example = 1)]
    version: i32,
    sections: Vec<Section>,
    /// The position of the log that this answer tells of.
    #[schema(example = 48_213)]
    as_of_position: u64,
}

/// Shows the seat map of an event
///
/// What has become of each seat is told by `/seats`, in the order of this map.
#[utoipa::path(
    get, path = "/api/v1/events/{event_id}/seat-map", tag = "events",
    params(
        ("event_id" = Uuid, Path, description = "Which event", example = "0197c2b4-5d2a-7c10-8f3e-2b9a6d4c1e77"),
        ("Evently-Min-Position" = Option<u64>, Header, description = "Wait until the answer tells of this position")
    ),
    responses(
        (status = 200, body = SeatMap, description = "The map"),
        (status = 400, body = Problem, description = "`malformed-id`, `malformed-query`, `malformed-position`"),
        (status = 401, body = Problem, description = "`invalid-token`, `token-expired`, `token-revoked`"),
        (status = 404, body = Problem, description = "`not-found`: no such event, or it has no seat map"),
        (status = 503, body = Problem, description = "`read-model-behind`, `unavailable`"),
    ),
    security((), ("bearer" = []))
)]
pub(crate) async fn find_seat_map(
    State(app): State<App>,
    MaybeCaller(caller): MaybeCaller,
    min_position: MinPosition,
    Path(event_id): Path<Uuid>,
    Query(NoParameters {}): Query<NoParameters>,
) -> Result<Response, Problem> {
    app.freshness.reach(min_position).await?;
    let (show, as_of_position) = visible_show(&app, event_id, caller).await?;
    let drawn = match show.seat_map_version {
        Some(version) => app.seat_maps.find(&app.pool, event_id, version).await?,
        None => None,
    };
    let drawn = drawn.ok_or_else(|| Problem::not_found("This event has no seat map."))?;
    Ok(json(answer(event_id, &drawn, as_of_position).into()))
}

fn answer(event_id: Uuid, drawn: &Drawn, as_of_position: u64) -> Vec<u8> {
    let version = drawn.version;
    let mut body = format!(r#"{{"event_id":"{event_id}","version":{version},"sections":"#).into_bytes();
    body.extend_from_slice(&drawn.sections);
    body.extend_from_slice(format!(r#","as_of_position":{as_of_position}}}"#).as_bytes());
    body
}

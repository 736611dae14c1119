//! Where the read models stand and what they go on without, for admins.

use axum::extract::State;
use axum::response::Response;
use chrono::{DateTime, Utc};
use edge::bearer::Caller;
use edge::extract::Query;
use edge::problem::Problem;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::NoParameters;
use crate::app::App;
use crate::http::access::demand_operator;
use crate::http::{bytes_of, json};
use crate::projections::{self, FoundParked, FoundProjection};

/// Every projection.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Projections {
    data: Vec<ProjectionDetails>,
    /// The position of the last event of the log.
    #[schema(example = 48_213)]
    head: i64,
}

/// A read model, and how far it has come.
#[derive(Debug, Serialize, ToSchema)]
struct ProjectionDetails {
    #[schema(example = "bookings")]
    name: String,
    /// The version of the fold that made its rows.
    #[schema(example = 1)]
    version: i32,
    /// `core`: what the sale needs; `reports`: what may lag behind a little.
    #[schema(example = "core")]
    group: &'static str,
    /// The last position it has taken in.
    #[schema(example = 48_213)]
    checkpoint: i64,
    /// How many events it has not taken in.
    #[schema(example = 0)]
    lag_events: i64,
    /// How old the first of these is.
    #[schema(example = 0.0)]
    lag_seconds: f64,
    /// How many streams it goes on without.
    #[schema(example = 0)]
    parked_streams: i64,
    /// Which ones, and why; the first thousand over all projections.
    parked: Vec<Parked>,
    /// The replay that makes it anew, or has built it as of a position.
    #[serde(skip_serializing_if = "Option::is_none")]
    replay_id: Option<Uuid>,
}

/// A stream that a projection could not fold.
#[derive(Debug, Serialize, ToSchema)]
struct Parked {
    #[schema(example = "show-0197c2b4-5d2a-7c10-8f3e-2b9a6d4c1e77")]
    stream: String,
    /// Of the event that could not be folded.
    #[schema(example = 48_001)]
    position: i64,
    error: String,
    #[serde(rename = "parked_at")]
    since: DateTime<Utc>,
    /// When it was last tried again, in vain.
    #[serde(skip_serializing_if = "Option::is_none")]
    retried_at: Option<DateTime<Utc>>,
}

impl ProjectionDetails {
    fn new(found: FoundProjection, parked: &[FoundParked]) -> Self {
        let parked = parked.iter().filter(|parked| parked.projection == found.name).map(|parked| Parked {
            stream: parked.stream.clone(),
            position: parked.position,
            error: parked.error.clone(),
            since: parked.parked_at,
            retried_at: parked.retried_at,
        });
        Self {
            parked: parked.collect(),
            version: found.version,
            group: if found.in_core { "core" } else { "reports" },
            checkpoint: found.position,
            lag_events: (found.head - found.position).max(0),
            lag_seconds: found.lag_seconds.unwrap_or(0.0).max(0.0),
            parked_streams: found.parked,
            replay_id: found.replay_id,
            name: found.name,
        }
    }
}

/// Lists the read models
///
/// How far each has come, and which streams it goes on without because one of their events could not be folded.
#[utoipa::path(
    get, path = "/api/v1/admin/projections", tag = "administration",
    responses(
        (status = 200, body = Projections, description = "Every projection, by name"),
        (status = 400, body = Problem, description = "`malformed-query`"),
        (status = 401, body = Problem, description = "`missing-token`, `invalid-token`, `token-expired`, `token-revoked`"),
        (status = 403, body = Problem, description = "`forbidden`: only administrators"),
        (status = 503, body = Problem, description = "`unavailable`"),
    ),
    security(("bearer" = []))
)]
pub(crate) async fn list_projections(
    State(app): State<App>,
    Caller(caller): Caller,
    Query(NoParameters {}): Query<NoParameters>,
) -> Result<Response, Problem> {
    demand_operator(&caller)?;
    let found = projections::list(&app.pool).await?;
    let parked = projections::parked(&app.pool).await?;
    let head = found.first().map_or(0, |found| found.head);
    let data = found.into_iter().map(|found| ProjectionDetails::new(found, &parked)).collect();
    Ok(json(bytes_of(&Projections { data, head })?))
}

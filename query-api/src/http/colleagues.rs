//! The colleagues of an event, for those who run it.

use axum::extract::State;
use axum::response::Response;
use chrono::{DateTime, Utc};
use edge::bearer::Caller;
use edge::extract::{MinPosition, Path, Query};
use edge::problem::Problem;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::app::App;
use crate::colleagues::{self, FoundColleague};
use crate::http::access::demand_organizer;
use crate::http::{NoParameters, bytes_of, json};

/// The colleagues of an event.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Colleagues {
    data: Vec<Colleague>,
    /// The position of the log that this answer tells of.
    #[schema(example = 48_213)]
    as_of_position: u64,
}

/// Somebody who may run or see an event with its organizer.
#[derive(Debug, Serialize, ToSchema)]
struct Colleague {
    account_id: Uuid,
    /// `manager` or `door`.
    #[schema(example = "door")]
    access: String,
    /// Since when they have this access.
    since: DateTime<Utc>,
}

impl From<FoundColleague> for Colleague {
    fn from(found: FoundColleague) -> Self {
        Self { account_id: found.account_id, access: found.access, since: found.since }
    }
}

/// Lists the colleagues of an event
///
/// All of them, at most 100, for its organizer, its managers and admins.
#[utoipa::path(
    get, path = "/api/v1/admin/events/{event_id}/colleagues", tag = "admin",
    params(
        ("event_id" = Uuid, Path, description = "Which event", example = "0197c2b4-5d2a-7c10-8f3e-2b9a6d4c1e77"),
        ("Evently-Min-Position" = Option<u64>, Header, description = "Wait until the answer tells of this position")
    ),
    responses(
        (status = 200, body = Colleagues, description = "The colleagues"),
        (status = 400, body = Problem, description = "`malformed-id`, `malformed-query`, `malformed-position`"),
        (status = 401, body = Problem, description = "`missing-token`, `invalid-token`, `token-expired`, `token-revoked`"),
        (status = 403, body = Problem, description = "`forbidden`, `not-your-event`"),
        (status = 404, body = Problem, description = "`not-found`"),
        (status = 503, body = Problem, description = "`read-model-behind`, `unavailable`"),
    ),
    security(("bearer" = []))
)]
pub(crate) async fn list_colleagues(
    State(app): State<App>,
    Caller(caller): Caller,
    min_position: MinPosition,
    Path(event_id): Path<Uuid>,
    Query(NoParameters {}): Query<NoParameters>,
) -> Result<Response, Problem> {
    app.freshness.reach(min_position).await?;
    demand_organizer(&app, event_id, caller).await?;
    let found = colleagues::list(&app.pool, event_id).await?;
    let data = found.rows.into_iter().map(Colleague::from).collect();
    Ok(json(bytes_of(&Colleagues { data, as_of_position: found.as_of })?))
}

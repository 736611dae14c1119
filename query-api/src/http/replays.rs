//! How far replays are, for admins.

use axum::extract::State;
use axum::response::Response;
use chrono::{DateTime, TimeDelta, Utc};
use edge::bearer::Caller;
use edge::extract::{Path, Query};
use edge::problem::Problem;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::NoParameters;
use crate::app::App;
use crate::cursor::{self, Scope};
use crate::http::access::demand_operator;
use crate::http::{bytes_of, json};
use crate::list::{List, Page, PageParameters, checked_limit};
use crate::replays::{self, FoundReplay};

/// A page of replays, the one asked for last first.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Replays {
    data: Vec<Replay>,
    page: Page,
}

/// A read model that is made anew, or was.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Replay {
    #[serde(rename = "replay_id")]
    id: Uuid,
    /// The name of a projection, or `all`.
    #[schema(example = "bookings")]
    projection: String,
    /// It is built as of this position and never serves.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = 48_213)]
    to_position: Option<i64>,
    /// `waiting`, `building`, `catching_up`, `verifying`, then `swapped` (it serves), `built` (with `to_position`),
    /// `cancelled` or `failed`; `swapped` may become `rolling_back` and `rolled_back`.
    #[schema(example = "building")]
    phase: String,
    /// Whether somebody has asked for its end.
    cancel_requested: bool,
    /// Up to where the new tables have taken the log in.
    #[schema(example = 1_250_000)]
    position: i64,
    /// Up to where they must.
    #[schema(example = 2_000_000)]
    head: i64,
    #[schema(example = 95_000)]
    events_per_s: i64,
    /// How long it will take at this speed; only while it runs.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = 8)]
    eta_seconds: Option<i64>,
    /// Who asked for it; nobody if a new version of the program did.
    #[serde(skip_serializing_if = "Option::is_none")]
    requested_by: Option<Uuid>,
    requested_at: DateTime<Utc>,
    #[serde(skip_serializing_if = "Option::is_none")]
    started_at: Option<DateTime<Utc>>,
    /// When it was last heard of.
    updated_at: DateTime<Utc>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ended_at: Option<DateTime<Utc>>,
    /// Why it failed, or was not rolled back.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

impl From<FoundReplay> for Replay {
    fn from(found: FoundReplay) -> Self {
        Self {
            eta_seconds: eta_seconds(&found),
            id: found.replay_id,
            projection: found.projection,
            to_position: found.to_position,
            phase: found.phase,
            cancel_requested: found.cancel_requested,
            position: found.position,
            head: found.head,
            events_per_s: found.events_per_s,
            requested_by: found.requested_by,
            requested_at: found.requested_at,
            started_at: found.started_at,
            updated_at: found.updated_at,
            ended_at: found.ended_at,
            error: found.error,
        }
    }
}

/// Rounded up, so that it is 0 only when nothing is left.
fn eta_seconds(found: &FoundReplay) -> Option<i64> {
    let runs = found.ended_at.is_none() && found.phase != "built" && found.events_per_s > 0;
    let left = (found.head - found.position).max(0);
    runs.then(|| left.saturating_add(found.events_per_s - 1) / found.events_per_s)
}

/// Lists replays
///
/// The one asked for last first.
#[utoipa::path(
    get, path = "/api/v1/admin/replays", tag = "administration",
    params(PageParameters),
    responses(
        (status = 200, body = Replays, description = "A page of replays"),
        (status = 400, body = Problem, description = "`malformed-query`, `invalid-cursor`"),
        (status = 401, body = Problem, description = "`missing-token`, `invalid-token`, `token-expired`, `token-revoked`"),
        (status = 403, body = Problem, description = "`forbidden`: only administrators"),
        (status = 422, body = Problem, description = "`invalid`: the limit is out of range"),
        (status = 503, body = Problem, description = "`unavailable`"),
    ),
    security(("bearer" = []))
)]
pub(crate) async fn list_replays(
    State(app): State<App>,
    Caller(caller): Caller,
    Query(parameters): Query<PageParameters>,
) -> Result<Response, Problem> {
    demand_operator(&caller)?;
    let limit = checked_limit(parameters.limit)?;
    let scope = Scope::of(&["replays"]);
    let before = parameters.cursor.as_deref().map(|cursor| place_in(scope, cursor)).transpose()?;
    let rows = replays::list(&app.pool, before, limit).await?.into_iter().map(Replay::from).collect();
    let list = List::new(rows, limit, 0, |last: &Replay| cursor_after(scope, last.requested_at, last.id));
    Ok(json(bytes_of(&Replays { data: list.data, page: list.page })?))
}

/// Shows one replay
#[utoipa::path(
    get, path = "/api/v1/admin/replays/{replay_id}", tag = "administration",
    params(("replay_id" = Uuid, Path, description = "Which replay", example = "0197c2b4-5d2a-7c10-8f3e-2b9a6d4c1e77")),
    responses(
        (status = 200, body = Replay, description = "How far it is"),
        (status = 400, body = Problem, description = "`malformed-id`, `malformed-query`"),
        (status = 401, body = Problem, description = "`missing-token`, `invalid-token`, `token-expired`, `token-revoked`"),
        (status = 403, body = Problem, description = "`forbidden`: only administrators"),
        (status = 404, body = Problem, description = "`not-found`"),
        (status = 503, body = Problem, description = "`unavailable`"),
    ),
    security(("bearer" = []))
)]
pub(crate) async fn find_replay(
    State(app): State<App>,
    Caller(caller): Caller,
    Path(replay_id): Path<Uuid>,
    Query(NoParameters {}): Query<NoParameters>,
) -> Result<Response, Problem> {
    demand_operator(&caller)?;
    let found = replays::find(&app.pool, replay_id).await?;
    let found = found.ok_or_else(|| Problem::not_found("There is no such replay."))?;
    Ok(json(bytes_of(&Replay::from(found))?))
}

fn cursor_after(scope: Scope, requested_at: DateTime<Utc>, replay_id: Uuid) -> String {
    let mut bytes = requested_at.timestamp_micros().to_be_bytes().to_vec();
    bytes.extend(replay_id.as_bytes());
    scope.seal(&bytes)
}

fn place_in(scope: Scope, cursor: &str) -> Result<(DateTime<Utc>, Uuid), Problem> {
    let read = |bytes: &[u8]| {
        let (micros, replay_id) = bytes.split_first_chunk()?;
        let since = TimeDelta::microseconds(i64::from_be_bytes(*micros));
        Some((DateTime::UNIX_EPOCH.checked_add_signed(since)?, Uuid::from_slice(replay_id).ok()?))
    };
    read(&scope.open(cursor)?).ok_or_else(cursor::invalid)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_gives_back_the_place() {
        let scope = Scope::of(&["replays"]);
        let place = (DateTime::UNIX_EPOCH + TimeDelta::microseconds(1_700_000_000_123_456), Uuid::from_u128(7));
        assert_eq!(place_in(scope, &cursor_after(scope, place.0, place.1)).unwrap(), place);
        assert_eq!(place_in(scope, &scope.seal(b"short")).unwrap_err().code(), "invalid-cursor");
    }
}

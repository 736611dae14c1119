//! Read models made anew while they serve, and parked streams tried again: what admins ask of the projector.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use domain::access::{Action, Actor, may};
use edge::bearer::Caller;
use edge::extract::{IdempotencyKey, Json, Path};
use edge::problem::{FieldError, Problem};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::answer::{plain, replayed};
use super::keys::id_for;
use super::problem::replay_refused;
use crate::app::App;
use crate::replays::{self, AskedReplay, Retried};

/// What to make anew.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct StartReplayBody {
    /// The name of a projection, or `all`.
    #[schema(example = "bookings")]
    projection: String,
    /// Build what was true at this position, and leave it beside the tables that serve. Without it the new
    /// tables follow the log to its head and serve.
    #[schema(minimum = 1, example = 48_213)]
    to_position: Option<u64>,
}

/// A replay, as it was asked for.
#[derive(Serialize, ToSchema)]
pub(super) struct ReplayAnswer {
    replay_id: Uuid,
    #[schema(example = "bookings")]
    projection: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = 48_213)]
    to_position: Option<i64>,
    /// Where it stands; `GET /api/v1/admin/replays/{replay_id}` tells more.
    #[schema(example = "waiting")]
    phase: String,
}

impl From<AskedReplay> for ReplayAnswer {
    fn from(replay: AskedReplay) -> Self {
        let AskedReplay { replay_id, projection, to_position, phase } = replay;
        Self { replay_id, projection, to_position, phase }
    }
}

fn demand_operator(actor: &Actor) -> Result<(), Problem> {
    if may(actor, Action::Operate) { Ok(()) } else { Err(Problem::forbidden("only administrators replay read models")) }
}

/// Start a replay
///
/// Makes a read model anew from the whole log, beside the one that serves, and puts it in its place. Reads never
/// stop. With `to_position` it is only built, in the schema `replay_<projection>`, until it is cancelled. With an
/// `Idempotency-Key` the request can be repeated safely.
#[utoipa::path(
    post, path = "/api/v1/admin/replays", tag = "administration", request_body = StartReplayBody,
    params(("Idempotency-Key" = Option<String>, Header, description = "Makes the request safe to repeat")),
    responses(
        (status = 202, description = "Asked for; a projector begins at once", body = ReplayAnswer),
        (status = 403, description = "`forbidden`: only administrators"),
        (status = 409, description = "`replay-running`: `replay_id` is the one in the way"),
        (status = 422, description = "`unknown-projection`, `position-beyond-head`, `invalid` or \
            `idempotency-key-reused`"),
    ),
    security(("bearer" = []))
)]
pub(super) async fn start_replay(
    State(app): State<App>,
    Caller(actor): Caller,
    IdempotencyKey(key): IdempotencyKey,
    Json(body): Json<StartReplayBody>,
) -> Result<Response, Problem> {
    demand_operator(&actor)?;
    let to_position = body.to_position.map(position).transpose()?;
    let replay_id = id_for(&actor, "replay", key.as_deref());
    let asked = replays::request(&app.pool, replay_id, &body.projection, to_position, actor.account_id.0).await;
    let (replay, repeated) = asked.map_err(replay_refused)?;
    let answer = plain(StatusCode::ACCEPTED, &ReplayAnswer::from(replay));
    Ok(if repeated { replayed(answer) } else { answer })
}

/// A position of the log, which begins at 1. One that cannot be is beyond the head for sure.
fn position(wanted: u64) -> Result<i64, Problem> {
    if wanted == 0 {
        let detail = "must be at least 1".into();
        return Err(Problem::invalid(vec![FieldError {
            pointer: "/to_position".into(),
            code: "out-of-range",
            detail,
        }]));
    }
    Ok(i64::try_from(wanted).unwrap_or(i64::MAX))
}

/// Cancel a replay
///
/// What it has built is dropped; the tables that serve were never touched. It may be repeated.
#[utoipa::path(
    delete, path = "/api/v1/admin/replays/{replay_id}", tag = "administration",
    params(("replay_id" = Uuid, Path)),
    responses(
        (status = 202, description = "Asked for; it ends within a second", body = ReplayAnswer),
        (status = 403, description = "`forbidden`: only administrators"),
        (status = 404, description = "`not-found`: no such replay"),
        (status = 409, description = "`replay-ended`: `phase` tells how"),
    ),
    security(("bearer" = []))
)]
pub(super) async fn cancel_replay(
    State(app): State<App>,
    Caller(actor): Caller,
    Path(replay_id): Path<Uuid>,
) -> Result<Response, Problem> {
    demand_operator(&actor)?;
    let replay = replays::cancel(&app.pool, replay_id).await.map_err(replay_refused)?;
    Ok(plain(StatusCode::ACCEPTED, &ReplayAnswer::from(replay)))
}

/// Roll a replay back
///
/// The tables that served before it serve again, brought up to date first. Only the last replay of a projection
/// can be rolled back, and only once. It may be repeated.
#[utoipa::path(
    post, path = "/api/v1/admin/replays/{replay_id}/rollback", tag = "administration",
    params(("replay_id" = Uuid, Path)),
    responses(
        (status = 202, description = "Asked for; a projector begins at once", body = ReplayAnswer),
        (status = 403, description = "`forbidden`: only administrators"),
        (status = 404, description = "`not-found`: no such replay"),
        (status = 409, description = "`nothing-to-roll-back` or `replay-running`"),
    ),
    security(("bearer" = []))
)]
pub(super) async fn roll_back_replay(
    State(app): State<App>,
    Caller(actor): Caller,
    Path(replay_id): Path<Uuid>,
) -> Result<Response, Problem> {
    demand_operator(&actor)?;
    let replay = replays::roll_back(&app.pool, replay_id).await.map_err(replay_refused)?;
    Ok(plain(StatusCode::ACCEPTED, &ReplayAnswer::from(replay)))
}

/// A stream that was parked.
#[derive(Serialize, ToSchema)]
pub(super) struct RetryAnswer {
    #[schema(example = "bookings")]
    projection: String,
    #[schema(example = "show-0197c2b4-5d2a-7c10-8f3e-2b9a6d4c1e77")]
    stream: String,
    /// `folded`, or `asked` if no projector has come to it yet.
    #[schema(example = "folded")]
    state: &'static str,
}

/// Retry a parked stream
///
/// After a fix: the events that were passed over are folded in order, all or none.
#[utoipa::path(
    post, path = "/api/v1/admin/projections/{projection}/parked/{stream}/retry", tag = "administration",
    params(
        ("projection" = String, Path, description = "Which projection", example = "bookings"),
        ("stream" = String, Path, description = "Which stream"),
    ),
    responses(
        (status = 200, description = "It is shown again", body = RetryAnswer),
        (status = 202, description = "Asked for; no projector has come to it yet", body = RetryAnswer),
        (status = 403, description = "`forbidden`: only administrators"),
        (status = 404, description = "`not-found`: no such stream is parked"),
        (status = 409, description = "`still-parked`: `error` tells why"),
        (status = 422, description = "`unknown-projection`"),
    ),
    security(("bearer" = []))
)]
pub(super) async fn retry_parked_stream(
    State(app): State<App>,
    Caller(actor): Caller,
    Path((projection, stream)): Path<(String, String)>,
) -> Result<Response, Problem> {
    demand_operator(&actor)?;
    let retried = replays::retry_parked(&app.pool, &projection, &stream).await.map_err(replay_refused)?;
    let (status, state) = match retried {
        Retried::Folded => (StatusCode::OK, "folded"),
        Retried::Asked => (StatusCode::ACCEPTED, "asked"),
    };
    Ok(plain(status, &RetryAnswer { projection, stream, state }))
}

//! Whether an account can be used: suspending, reinstating, ending its sessions.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use domain::access::{Action, Actor, may};
use domain::account::SuspensionReason;
use domain::ids::AccountId;
use edge::bearer::Caller;
use edge::extract::{CorrelationId, Json, Path};
use edge::problem::Problem;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::app::App;
use crate::http::answer::obeyed;
use crate::http::problem::not_done;
use crate::lane::Committed;
use crate::people::Wish;

/// Why an account is suspended.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct SuspendBody {
    /// `fraud`, `abuse`, `payment_dispute`, `account_compromised`, `own_request` or `other`. Never free words:
    /// what is said about a person here is never forgotten.
    #[schema(value_type = String, example = "payment_dispute")]
    reason: SuspensionReason,
}

/// Whether an account can be used.
#[derive(Serialize, ToSchema)]
pub(super) struct StandingAnswer {
    account_id: Uuid,
    /// `active`, `suspended` or `erased`.
    #[schema(example = "suspended")]
    status: &'static str,
}

/// Suspend an account
///
/// Its access tokens are void within 5 seconds at every endpoint, its sessions end, and nobody signs in with it
/// until it is reinstated. Its bookings stay. Suspending twice changes nothing, not even the reason.
#[utoipa::path(
    post, path = "/api/v1/admin/users/{account_id}/suspend", tag = "administration", request_body = SuspendBody,
    params(("account_id" = Uuid, Path)),
    responses(
        (status = 200, description = "Suspended, now or before", body = StandingAnswer),
        (status = 403, description = "`forbidden`: only administrators suspend"),
        (status = 404, description = "`not-found`: no such account"),
        (status = 409, description = "`account-erased`, `last-admin`"),
        (status = 422, description = "`invalid`: not a reason of the list"),
    ),
    security(("bearer" = []))
)]
pub(in crate::http) async fn suspend_user(
    State(app): State<App>,
    Caller(actor): Caller,
    CorrelationId(correlation_id): CorrelationId,
    Path(account_id): Path<Uuid>,
    Json(body): Json<SuspendBody>,
) -> Result<Response, Problem> {
    demand_keeper(&actor)?;
    kept(&app, account_id, Wish::Suspend(body.reason), actor, correlation_id).await
}

/// Reinstate an account
///
/// It can sign in again. Reinstating one that is not suspended changes nothing.
#[utoipa::path(
    post, path = "/api/v1/admin/users/{account_id}/reinstate", tag = "administration",
    params(("account_id" = Uuid, Path)),
    responses(
        (status = 200, description = "Active, now or before", body = StandingAnswer),
        (status = 403, description = "`forbidden`: only administrators reinstate"),
        (status = 404, description = "`not-found`: no such account"),
        (status = 409, description = "`account-erased`"),
    ),
    security(("bearer" = []))
)]
pub(in crate::http) async fn reinstate_user(
    State(app): State<App>,
    Caller(actor): Caller,
    CorrelationId(correlation_id): CorrelationId,
    Path(account_id): Path<Uuid>,
) -> Result<Response, Problem> {
    demand_keeper(&actor)?;
    kept(&app, account_id, Wish::Reinstate, actor, correlation_id).await
}

/// End all sessions of an account
///
/// Everybody who is signed in with it has to sign in again, within 5 seconds. People may do it to themselves.
#[utoipa::path(
    post, path = "/api/v1/admin/users/{account_id}/end-sessions", tag = "administration",
    params(("account_id" = Uuid, Path)),
    responses(
        (status = 200, description = "Ended", body = StandingAnswer),
        (status = 403, description = "`forbidden`: only administrators end other people's sessions"),
        (status = 404, description = "`not-found`: no such account"),
        (status = 409, description = "`account-erased`"),
    ),
    security(("bearer" = []))
)]
pub(in crate::http) async fn end_sessions(
    State(app): State<App>,
    Caller(actor): Caller,
    CorrelationId(correlation_id): CorrelationId,
    Path(account_id): Path<Uuid>,
) -> Result<Response, Problem> {
    // One's own are one's own business.
    if !may(&actor, Action::KeepAccount { account: AccountId(account_id) }) {
        demand_keeper(&actor)?;
    }
    kept(&app, account_id, Wish::EndSessions, actor, correlation_id).await
}

/// Sign out everywhere
///
/// Ends all of your sessions, this one too: sign in again.
#[utoipa::path(
    post, path = "/api/v1/users/me/end-sessions", tag = "accounts",
    responses(
        (status = 200, description = "Ended", body = StandingAnswer),
        (status = 409, description = "`account-erased`"),
    ),
    security(("bearer" = []))
)]
pub(in crate::http) async fn end_my_sessions(
    State(app): State<App>,
    Caller(actor): Caller,
    CorrelationId(correlation_id): CorrelationId,
) -> Result<Response, Problem> {
    kept(&app, actor.account_id.0, Wish::EndSessions, actor, correlation_id).await
}

/// Refuses whoever does not keep other people's accounts.
pub(super) fn demand_keeper(actor: &Actor) -> Result<(), Problem> {
    let allowed = may(actor, Action::KeepPeople);
    if allowed { Ok(()) } else { Err(Problem::forbidden("only administrators keep other people's accounts")) }
}

pub(super) async fn kept(
    app: &App,
    account_id: Uuid,
    wish: Wish,
    actor: Actor,
    correlation_id: Uuid,
) -> Result<Response, Problem> {
    let done = app.keep_person(account_id, wish, actor, correlation_id).await.map_err(not_done)?;
    let answer = StandingAnswer { account_id, status: done.view.standing().as_str() };
    Ok(obeyed(StatusCode::OK, &answer, Committed { repeated: false, ..done.committed }))
}

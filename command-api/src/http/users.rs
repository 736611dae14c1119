//! One's own account, roles, and the public keys of tokens.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use domain::access::{Action, Role, may};
use domain::account::Command;
use domain::ids::AccountId;
use edge::bearer::{Caller, Jwks};
use edge::extract::{CorrelationId, Json, Path};
use edge::problem::Problem;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::answer::{obeyed, plain};
use super::problem::{account_refused, accounts_unavailable};
use super::sessions::AccountAnswer;
use crate::accounts;
use crate::app::App;
use crate::lane::Committed;

/// Your account
#[utoipa::path(
    get, path = "/api/v1/users/me", tag = "accounts",
    responses((status = 200, description = "Your account", body = AccountAnswer)),
    security(("bearer" = []))
)]
pub(super) async fn me(State(app): State<App>, Caller(actor): Caller) -> Result<Response, Problem> {
    let person = accounts::find(&app.pool, actor.account_id).await.map_err(|error| accounts_unavailable(&error))?;
    let person = person.ok_or_else(|| Problem::not_found("this account has no person any more"))?;
    let answer = AccountAnswer {
        account_id: person.account_id.0,
        email: person.email,
        name: person.name,
        role: actor.role.as_str(),
    };
    Ok(plain(StatusCode::OK, &answer))
}

/// A role.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct GrantRoleBody {
    #[schema(value_type = String, example = "organizer")]
    role: Role,
}

/// An account's role.
#[derive(Serialize, ToSchema)]
pub(super) struct RoleAnswer {
    account_id: Uuid,
    #[schema(example = "organizer")]
    role: &'static str,
}

/// Grant a role
///
/// Takes effect with the account's next access token: at its next refresh or sign-in.
#[utoipa::path(
    put, path = "/api/v1/admin/users/{account_id}/role", tag = "administration", request_body = GrantRoleBody,
    params(("account_id" = Uuid, Path)),
    responses(
        (status = 200, description = "Granted, now or before", body = RoleAnswer),
        (status = 403, description = "`forbidden`: only administrators grant roles"),
        (status = 404, description = "`not-found`: no such account"),
    ),
    security(("bearer" = []))
)]
pub(super) async fn grant_role(
    State(app): State<App>,
    Caller(actor): Caller,
    CorrelationId(correlation_id): CorrelationId,
    Path(account_id): Path<Uuid>,
    Json(body): Json<GrantRoleBody>,
) -> Result<Response, Problem> {
    if !may(&actor, Action::GrantRole) {
        return Err(Problem::forbidden("only administrators grant roles"));
    }
    let command = Command::GrantRole { role: body.role };
    let done = app.accounts.execute(account_id, command, actor, correlation_id, |_| ()).await;
    let done = done.map_err(account_refused)?;
    let answer = RoleAnswer { account_id: AccountId(account_id).0, role: body.role.as_str() };
    Ok(obeyed(StatusCode::OK, &answer, Committed { repeated: false, ..done.committed }))
}

/// Public keys of access tokens
#[utoipa::path(
    get, path = "/.well-known/jwks.json", tag = "accounts",
    responses((status = 200, description = "JSON Web Key Set (RFC 7517)"))
)]
pub(super) async fn jwks(State(app): State<App>) -> axum::Json<Jwks> {
    axum::Json(app.keys.jwks())
}

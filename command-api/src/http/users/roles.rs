//! What an account is trusted with: granting a role, and taking it back.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use domain::access::{Action, Actor, Role, may};
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

/// A role.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct GrantRoleBody {
    #[schema(value_type = String, example = "organizer")]
    role: Role,
}

/// An account's role.
#[derive(Serialize, ToSchema)]
struct RoleAnswer {
    account_id: Uuid,
    #[schema(example = "organizer")]
    role: &'static str,
}

/// Grant a role
///
/// Access tokens that were made with another role are void within 5 seconds; the next refresh gives one with
/// the new role.
#[utoipa::path(
    put, path = "/api/v1/admin/users/{account_id}/role", tag = "administration", request_body = GrantRoleBody,
    params(("account_id" = Uuid, Path)),
    responses(
        (status = 200, description = "Granted, now or before", body = RoleAnswer),
        (status = 403, description = "`forbidden`: only administrators grant roles"),
        (status = 404, description = "`not-found`: no such account"),
        (status = 409, description = "`account-erased`; `last-admin`: nobody else could give the role back"),
    ),
    security(("bearer" = []))
)]
pub(in crate::http) async fn grant_role(
    State(app): State<App>,
    Caller(actor): Caller,
    CorrelationId(correlation_id): CorrelationId,
    Path(account_id): Path<Uuid>,
    Json(body): Json<GrantRoleBody>,
) -> Result<Response, Problem> {
    granted(&app, account_id, body.role, actor, correlation_id).await
}

/// Take a role back
///
/// The account is a customer's from then on, and access tokens with the role it had are void within 5 seconds.
#[utoipa::path(
    delete, path = "/api/v1/admin/users/{account_id}/role", tag = "administration",
    params(("account_id" = Uuid, Path)),
    responses(
        (status = 200, description = "A customer, now or before", body = RoleAnswer),
        (status = 403, description = "`forbidden`: only administrators take roles back"),
        (status = 404, description = "`not-found`: no such account"),
        (status = 409, description = "`account-erased`; `last-admin`: nobody else could give the role back"),
    ),
    security(("bearer" = []))
)]
pub(in crate::http) async fn revoke_role(
    State(app): State<App>,
    Caller(actor): Caller,
    CorrelationId(correlation_id): CorrelationId,
    Path(account_id): Path<Uuid>,
) -> Result<Response, Problem> {
    granted(&app, account_id, Role::Customer, actor, correlation_id).await
}

async fn granted(
    app: &App,
    account_id: Uuid,
    role: Role,
    actor: Actor,
    correlation_id: Uuid,
) -> Result<Response, Problem> {
    if !may(&actor, Action::GrantRole) {
        return Err(Problem::forbidden("only administrators grant roles"));
    }
    let done = app.keep_person(account_id, Wish::Grant(role), actor, correlation_id).await.map_err(not_done)?;
    let answer = RoleAnswer { account_id, role: role.as_str() };
    Ok(obeyed(StatusCode::OK, &answer, Committed { repeated: false, ..done.committed }))
}

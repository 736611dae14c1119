//! Forgetting a person: what is personal goes for good, what was booked stays under the account's id.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use edge::bearer::Caller;
use edge::extract::{CorrelationId, Json, Path};
use edge::problem::Problem;
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::standing::{StandingAnswer, demand_keeper, kept};
use crate::accounts;
use crate::app::App;
use crate::http::answer::obeyed_silently;
use crate::http::problem::{accounts_unavailable, not_done};
use crate::http::sessions::credentials::verified;
use crate::lane::Committed;
use crate::people::Wish;

/// Erase a person
///
/// E-mail address, name, password and sessions are deleted, and the account is of no use from then on. The
/// log stays as it is: it never held anything but the account's id. Erasing twice changes nothing.
#[utoipa::path(
    post, path = "/api/v1/admin/users/{account_id}/erase", tag = "administration",
    params(("account_id" = Uuid, Path)),
    responses(
        (status = 200, description = "Erased, now or before", body = StandingAnswer),
        (status = 403, description = "`forbidden`: only administrators erase other people"),
        (status = 404, description = "`not-found`: no such account"),
        (status = 409, description = "`last-admin`"),
    ),
    security(("bearer" = []))
)]
pub(in crate::http) async fn erase_user(
    State(app): State<App>,
    Caller(actor): Caller,
    CorrelationId(correlation_id): CorrelationId,
    Path(account_id): Path<Uuid>,
) -> Result<Response, Problem> {
    demand_keeper(&actor)?;
    kept(&app, account_id, Wish::Erase, actor, correlation_id).await
}

/// Your password once more.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct EraseMeBody {
    #[schema(example = "correct horse battery")]
    password: String,
}

/// Erase yourself
///
/// For good: your e-mail address, name, password and sessions are deleted, and can be registered again only
/// as another account. Ask for `/users/me/export` before.
#[utoipa::path(
    delete, path = "/api/v1/users/me", tag = "accounts", request_body = EraseMeBody,
    responses(
        (status = 204, description = "Erased"),
        (status = 401, description = "`invalid-credentials`: not your password"),
        (status = 409, description = "`last-admin`: make somebody else an administrator first"),
    ),
    security(("bearer" = []))
)]
pub(in crate::http) async fn erase_me(
    State(app): State<App>,
    Caller(actor): Caller,
    CorrelationId(correlation_id): CorrelationId,
    Json(body): Json<EraseMeBody>,
) -> Result<Response, Problem> {
    let found = accounts::find(&app.pool, actor.account_id).await.map_err(|error| accounts_unavailable(&error))?;
    let person = verified(&app, found, body.password).await.inspect_err(|problem| {
        if problem.status() == StatusCode::UNAUTHORIZED {
            app.refusals.sign_in_failed(Some(actor.account_id), problem.code(), correlation_id);
        }
    })?;
    let done = app.keep_person(person.account_id.0, Wish::Erase, actor, correlation_id).await.map_err(not_done)?;
    Ok(obeyed_silently(Committed { repeated: false, ..done.committed }))
}

//! One's own account, what is done to accounts, and the public keys of tokens.

mod erasing;
mod roles;
mod standing;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use edge::bearer::{Caller, Jwks};
use edge::problem::Problem;

use super::answer::plain;
use super::problem::accounts_unavailable;
use super::sessions::AccountAnswer;
use crate::accounts;
use crate::app::App;

pub(super) use erasing::{__path_erase_me, __path_erase_user, erase_me, erase_user};
pub(super) use roles::{__path_grant_role, __path_revoke_role, grant_role, revoke_role};
pub(super) use standing::{
    __path_end_my_sessions, __path_end_sessions, __path_reinstate_user, __path_suspend_user, end_my_sessions,
    end_sessions, reinstate_user, suspend_user,
};

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

/// Public keys of access tokens
#[utoipa::path(
    get, path = "/.well-known/jwks.json", tag = "accounts",
    responses((status = 200, description = "JSON Web Key Set (RFC 7517)"))
)]
pub(super) async fn jwks(State(app): State<App>) -> axum::Json<Jwks> {
    axum::Json(app.keys.jwks())
}

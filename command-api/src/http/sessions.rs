//! Registering, signing in, staying signed in, signing out.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use chrono::Utc;
use domain::access::{Actor, Role};
use domain::account::Standing;
use domain::ids::AccountId;
use domain::text::Text;
use edge::bearer::ACCESS_TOKEN_S;
use edge::extract::{CorrelationId, IdempotencyKey, Json};
use edge::problem::Problem;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::answer::{obeyed, plain};
use super::problem::{accounts_unavailable, key_reused, unavailable};
use super::validate::Faults;
use crate::accounts::{self, Person, Refreshed};
use crate::app::{App, Registered};
use crate::lane::Committed;

pub(super) mod credentials;

pub(crate) use credentials::check_sign_in;

use credentials::{EMAIL_BYTES_MAX, NOT_AN_EMAIL, is_email, password_fault};

/// Under which account ids of keyed registrations are made; nobody is signed in yet.
const REGISTRATIONS: Uuid = Uuid::from_u128(0x8f6e_52c4_1f0b_4d39_9d5a_6b1d_3c70_a2e1);

/// Who wants an account.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RegisterBody {
    #[schema(example = "ada@example.org")]
    email: String,
    #[schema(min_length = 8, max_length = 256, example = "correct horse battery")]
    password: String,
    #[schema(max_length = 200, example = "Ada Lovelace")]
    name: String,
}

/// An account.
#[derive(Serialize, ToSchema)]
pub(super) struct AccountAnswer {
    pub(super) account_id: Uuid,
    pub(super) email: String,
    pub(super) name: String,
    /// `customer`, `organizer` or `admin`.
    #[schema(example = "customer")]
    pub(super) role: &'static str,
}

/// Register an account
#[utoipa::path(
    post, path = "/api/v1/auth/register", tag = "accounts", request_body = RegisterBody,
    params(("Idempotency-Key" = Option<String>, Header, description = "Makes the request safe to repeat")),
    responses(
        (status = 201, description = "Registered", body = AccountAnswer),
        (status = 409, description = "`email-taken`, `account-erased`"),
        (status = 422, description = "`invalid` or `idempotency-key-reused`"),
    )
)]
pub(super) async fn register(
    State(app): State<App>,
    CorrelationId(correlation_id): CorrelationId,
    IdempotencyKey(key): IdempotencyKey,
    Json(body): Json<RegisterBody>,
) -> Result<Response, Problem> {
    let (email, name) = validated(&body)?;
    let keyed = key.map(|key| Uuid::new_v5(&REGISTRATIONS, format!("{email}\n{key}").as_bytes()));
    if let Some(answer) = known(&app, &email, &name, keyed, &body.password).await? {
        return Ok(answer);
    }
    let password_hash = app.passwords.hash(body.password).await?;
    let account_id = AccountId(keyed.unwrap_or_else(Uuid::now_v7));
    let person = Person { account_id, email, name, password_hash };
    let by = Actor { account_id, role: Role::Customer };
    match app.register(&person, Role::Customer, by, correlation_id).await {
        Ok(Registered::New(committed)) => {
            let committed = Committed { repeated: false, ..committed };
            Ok(obeyed(StatusCode::CREATED, &account(&person, Role::Customer), committed))
        }
        Ok(Registered::Taken) => Err(email_taken()),
        Ok(Registered::Erased) => {
            let detail = "this key belongs to an account that was erased; register with a new Idempotency-Key";
            Err(Problem::conflict("account-erased", detail))
        }
        Err(error) => {
            tracing::warn!(error = format!("{error:#}"), "an account could not be registered");
            Err(unavailable())
        }
    }
}

/// What to say if the e-mail address is known: the first answer to whoever repeats a keyed request.
async fn known(
    app: &App,
    email: &str,
    name: &str,
    keyed: Option<Uuid>,
    password: &str,
) -> Result<Option<Response>, Problem> {
    let found = accounts::find_by_email(&app.pool, email).await.map_err(|error| accounts_unavailable(&error))?;
    let Some(person) = found else { return Ok(None) };
    if keyed != Some(person.account_id.0) {
        return Err(email_taken());
    }
    let same_password = app.passwords.verify(password.into(), Some(person.password_hash.clone())).await?;
    if !same_password || person.name != name {
        return Err(key_reused("this idempotency key was used to register with other details".into()));
    }
    Ok(Some(super::answer::replayed(plain(StatusCode::CREATED, &account(&person, Role::Customer)))))
}

fn account(person: &Person, role: Role) -> AccountAnswer {
    AccountAnswer {
        account_id: person.account_id.0,
        email: person.email.clone(),
        name: person.name.clone(),
        role: role.as_str(),
    }
}

fn email_taken() -> Problem {
    Problem::new(StatusCode::CONFLICT, "email-taken", "somebody has registered with this e-mail address; sign in")
}

fn validated(body: &RegisterBody) -> Result<(String, String), Problem> {
    let mut faults = Faults::default();
    let email = body.email.trim().to_lowercase();
    if !is_email(&email) {
        faults.add("/email", "invalid-email", NOT_AN_EMAIL);
    }
    if let Some(fault) = password_fault(&body.password) {
        faults.add("/password", "out-of-range", fault);
    }
    let name: Option<Text<200>> = faults.line("/name", &body.name);
    faults.finish(name.map(|name| (email, name.as_str().to_owned())))
}

/// E-mail and password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct LogInBody {
    #[schema(example = "ada@example.org")]
    email: String,
    #[schema(example = "correct horse battery")]
    password: String,
}

/// Proof of who you are, for a while.
#[derive(Serialize, ToSchema)]
pub(super) struct TokensAnswer {
    /// Send it as `Authorization: Bearer ...`.
    access_token: String,
    /// Good for one use at `/auth/refresh`.
    refresh_token: String,
    #[schema(example = "Bearer")]
    token_type: &'static str,
    /// Seconds until the access token ends.
    #[schema(example = 900)]
    expires_in: i64,
}

/// Sign in
#[utoipa::path(
    post, path = "/api/v1/auth/login", tag = "accounts", request_body = LogInBody,
    responses(
        (status = 200, description = "Signed in", body = TokensAnswer),
        (status = 401, description = "`invalid-credentials`: unknown e-mail or wrong password"),
        (status = 403, description = "`account-suspended`"),
    )
)]
pub(super) async fn log_in(
    State(app): State<App>,
    CorrelationId(correlation_id): CorrelationId,
    Json(body): Json<LogInBody>,
) -> Result<Response, Problem> {
    let email = body.email.trim().to_lowercase();
    // Text that Postgres cannot hold is nobody's address; it takes the same way to the same answer.
    let searchable = !email.contains('\0') && email.len() <= EMAIL_BYTES_MAX;
    let email = if searchable { email.as_str() } else { "" };
    let found = accounts::find_by_email(&app.pool, email).await.map_err(|error| accounts_unavailable(&error))?;
    let tried = found.as_ref().map(|person| person.account_id);
    let person = credentials::verified(&app, found, body.password).await.inspect_err(|problem| {
        if problem.status() == StatusCode::UNAUTHORIZED {
            app.refusals.sign_in_failed(tried, problem.code(), correlation_id);
        }
    })?;
    // The refresh token comes first: whoever suspends the account either finds it there and deletes it, or has
    // written to the log before it was made, which is then read for the access token.
    let refresh_token = accounts::issue_refresh_token(&app.pool, person.account_id, Uuid::now_v7()).await;
    let refresh_token = refresh_token.map_err(|error| accounts_unavailable(&error))?.ok_or_else(no_such_account)?;
    match access_token(&app, person.account_id).await {
        Ok(access_token) => Ok(tokens(access_token, refresh_token)),
        Err(refused) => {
            accounts::end_family(&app.pool, &refresh_token).await.map_err(|error| accounts_unavailable(&error))?;
            if refused.status() == StatusCode::FORBIDDEN {
                app.refusals.sign_in_failed(tried, refused.code(), correlation_id);
            }
            Err(refused)
        }
    }
}

/// A token that rests on all that has happened to the account so far. It is read first: whatever happens
/// after that has a later position, and makes the token void.
async fn access_token(app: &App, account_id: AccountId) -> Result<String, Problem> {
    let (account, position) = accounts::read(&app.log, account_id).await.map_err(|reason| {
        tracing::warn!(reason, "an account cannot be read from the log");
        unavailable()
    })?;
    match account.standing() {
        Standing::Active => {}
        Standing::Suspended => {
            let detail = "this account is suspended; nobody can sign in with it until it is reinstated";
            return Err(Problem::new(StatusCode::FORBIDDEN, "account-suspended", detail));
        }
        Standing::Erased => return Err(no_such_account()),
    }
    let actor = Actor { account_id, role: account.role().ok_or_else(unavailable)? };
    app.keys.sign_at(&actor, position, Utc::now()).map_err(|error| {
        tracing::error!(error = format!("{error:#}"), "a token could not be signed");
        unavailable()
    })
}

fn no_such_account() -> Problem {
    Problem::unauthorized("invalid-credentials", "there is no such account any more")
}

fn tokens(access_token: String, refresh_token: String) -> Response {
    let answer = TokensAnswer { access_token, refresh_token, token_type: "Bearer", expires_in: ACCESS_TOKEN_S };
    super::answer::secret(plain(StatusCode::OK, &answer))
}

/// A refresh token.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RefreshBody {
    refresh_token: String,
}

/// Get new tokens
///
/// Each refresh token is good once. Using one twice ends the sign-in it belongs to.
#[utoipa::path(
    post, path = "/api/v1/auth/refresh", tag = "accounts", request_body = RefreshBody,
    responses(
        (status = 200, description = "New tokens", body = TokensAnswer),
        (status = 401, description = "`invalid-refresh-token` or `refresh-token-reused`"),
        (status = 403, description = "`account-suspended`"),
    )
)]
pub(super) async fn refresh(State(app): State<App>, Json(body): Json<RefreshBody>) -> Result<Response, Problem> {
    // What can fail comes first: a token that was used up for an answer that never came would end the sign-in.
    let owner = accounts::owner_of_refresh_token(&app.pool, &body.refresh_token).await;
    let access_token = match owner.map_err(|error| accounts_unavailable(&error))? {
        Some(account_id) => access_token(&app, account_id).await?,
        None => String::new(),
    };
    let rotated = accounts::rotate_refresh_token(&app.pool, &body.refresh_token).await;
    match rotated.map_err(|error| accounts_unavailable(&error))? {
        Refreshed::Good { refresh_token } => Ok(tokens(access_token, refresh_token)),
        Refreshed::Reused => {
            let detail = "this token was used before, so its sign-in was ended for safety; sign in again";
            Err(Problem::unauthorized("refresh-token-reused", detail))
        }
        Refreshed::Unknown => {
            Err(Problem::unauthorized("invalid-refresh-token", "this token is not good any more; sign in again"))
        }
    }
}

/// Sign out
///
/// Ends the sign-in the token belongs to. Signing out twice is no mistake.
#[utoipa::path(
    post, path = "/api/v1/auth/logout", tag = "accounts", request_body = RefreshBody,
    responses((status = 204, description = "Signed out"))
)]
pub(super) async fn log_out(State(app): State<App>, Json(body): Json<RefreshBody>) -> Result<StatusCode, Problem> {
    accounts::end_family(&app.pool, &body.refresh_token).await.map_err(|error| accounts_unavailable(&error))?;
    Ok(StatusCode::NO_CONTENT)
}

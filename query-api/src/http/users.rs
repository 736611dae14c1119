//! People, for those who keep them: looking them up, and one of them. What is held about oneself is in
//! `users/export.rs`.

mod details;
mod export;

use axum::extract::State;
use axum::response::Response;
use chrono::{DateTime, Utc};
use domain::access::{Action, Actor, Role, may};
use domain::account::Standing;
use edge::bearer::Caller;
use edge::extract::{MinPosition, Query};
use edge::problem::Problem;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::app::App;
use crate::cursor::Scope;
use crate::http::bookings::position_in;
use crate::http::{bytes_of, json};
use crate::list::{List, checked_limit, searched};
use crate::people::{self, FoundPerson, PeopleFilter};

pub(crate) use details::{__path_find_user, find_user};
pub(crate) use export::{__path_export_me, export_me};

/// The query parameters of the list of people.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct UserParameters {
    /// Only people with this text in their e-mail address or name, in upper or lower case.
    #[param(max_length = 200, example = "ada@")]
    q: Option<String>,
    /// Only accounts that are trusted with this.
    #[param(value_type = Option<String>, example = "organizer")]
    role: Option<Role>,
    /// Only accounts in this state.
    #[param(inline)]
    status: Option<StatusWord>,
    /// `page.next` of the page before.
    cursor: Option<String>,
    /// How many at most, from 1 to 200; 50 if not said.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<u32>,
}

/// Whether an account can be used.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum StatusWord {
    Active,
    Suspended,
    Erased,
}

impl From<StatusWord> for Standing {
    fn from(word: StatusWord) -> Self {
        match word {
            StatusWord::Active => Self::Active,
            StatusWord::Suspended => Self::Suspended,
            StatusWord::Erased => Self::Erased,
        }
    }
}

/// An account, and the person if there still is one.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct User {
    #[serde(rename = "account_id")]
    id: Uuid,
    /// `null` once the person was erased.
    #[schema(example = "ada@example.org")]
    email: Option<String>,
    /// `null` once the person was erased.
    #[schema(example = "Ada Lovelace")]
    name: Option<String>,
    /// `customer`, `organizer` or `admin`.
    #[schema(example = "customer")]
    role: String,
    /// `active`, `suspended` or `erased`.
    #[schema(example = "active")]
    status: String,
    /// While it is suspended: `fraud`, `abuse`, `payment_dispute`, `account_compromised`, `own_request`, `other`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "payment_dispute")]
    reason: Option<String>,
    registered_at: DateTime<Utc>,
    /// When something last happened to the account.
    changed_at: DateTime<Utc>,
    /// Its place in the list; part of the next cursor.
    #[serde(skip)]
    position: i64,
}

impl From<FoundPerson> for User {
    fn from(found: FoundPerson) -> Self {
        Self {
            id: found.account_id,
            email: found.email,
            name: found.name,
            role: found.role,
            status: found.status,
            reason: found.reason,
            registered_at: found.registered_at,
            changed_at: found.changed_at,
            position: found.position,
        }
    }
}

/// Lists people
///
/// The newest first. Only for administrators.
#[utoipa::path(
    get, path = "/api/v1/admin/users", tag = "administration",
    params(
        UserParameters,
        ("Evently-Min-Position" = Option<u64>, Header, description = "Wait until the answer tells of this position")
    ),
    responses(
        (status = 200, body = List<User>, description = "A page of people"),
        (status = 400, body = Problem, description = "`malformed-query`, `invalid-cursor`, `malformed-position`"),
        (status = 401, body = Problem, description = "`missing-token`, `invalid-token`, `token-expired`, `token-revoked`"),
        (status = 403, body = Problem, description = "`forbidden`: only administrators look people up"),
        (status = 422, body = Problem, description = "`invalid`: the limit is out of range, or the text too long"),
        (status = 503, body = Problem, description = "`read-model-behind`, `unavailable`"),
    ),
    security(("bearer" = []))
)]
pub(crate) async fn list_users(
    State(app): State<App>,
    Caller(caller): Caller,
    min_position: MinPosition,
    Query(parameters): Query<UserParameters>,
) -> Result<Response, Problem> {
    demand_keeper(&caller)?;
    let limit = checked_limit(parameters.limit)?;
    let filter = PeopleFilter {
        q: searched("q", parameters.q.as_deref())?.map(|q| q.to_lowercase()),
        role: parameters.role.map(Role::as_str),
        status: parameters.status.map(|word| Standing::from(word).as_str()),
    };
    let words = [filter.q.as_deref(), filter.role, filter.status].map(Option::unwrap_or_default);
    let scope = Scope::of(&["users", words[0], words[1], words[2]]);
    let before = parameters.cursor.as_deref().map(|cursor| position_in(scope, cursor)).transpose()?;
    app.freshness.reach(min_position).await?;
    let found = people::list(&app.pool, &filter, before, limit).await?;
    let rows = found.rows.into_iter().map(User::from).collect();
    let list = List::new(rows, limit, found.as_of, |last: &User| scope.seal(&last.position.to_be_bytes()));
    Ok(json(bytes_of(&list)?))
}

/// Refuses whoever does not keep other people's accounts.
fn demand_keeper(caller: &Actor) -> Result<(), Problem> {
    let allowed = may(caller, Action::KeepPeople);
    if allowed { Ok(()) } else { Err(Problem::forbidden("only administrators look people up")) }
}

//! What was refused to staff, and who failed to sign in.

use axum::extract::State;
use axum::response::Response;
use chrono::{DateTime, Utc};
use edge::bearer::Caller;
use edge::extract::Query;
use edge::problem::Problem;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::app::App;
use crate::cursor::Scope;
use crate::http::audit::demand_auditor;
use crate::http::bookings::position_in;
use crate::http::{bytes_of, json};
use crate::list::{List, Page, checked_limit};
use crate::refusals::{self, FoundRefusal, Kind, RefusalFilter};

/// The longest code that is looked for, in bytes; ours are shorter.
const CODE_BYTES_MAX: usize = 64;

/// Which refusals; all of it must fit.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct RefusalParameters {
    /// Of what this account asked for, or of sign-ins with its e-mail address.
    actor: Option<Uuid>,
    /// With this problem code.
    #[param(example = "not-your-event")]
    code: Option<String>,
    /// `command` or `sign_in`.
    #[param(inline)]
    kind: Option<Kind>,
    /// At this time or later.
    from: Option<DateTime<Utc>>,
    /// Before this time.
    to: Option<DateTime<Utc>>,
    /// `page.next` of the page before.
    cursor: Option<String>,
    /// How many at most, from 1 to 200; 50 if not said.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<u32>,
}

/// A page of refusals.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Refusals {
    data: Vec<RefusalEntry>,
    page: Page,
}

/// A command that was refused, or a sign-in that failed.
#[derive(Debug, Serialize, ToSchema)]
struct RefusalEntry {
    at: DateTime<Utc>,
    /// Who asked, or whose password was tried; `null`: nobody who is known here.
    actor: Option<Uuid>,
    /// `customer`, `organizer` or `admin`; `null` for sign-ins.
    #[schema(example = "organizer")]
    role: Option<String>,
    /// `command` or `sign_in`.
    #[schema(example = "command")]
    kind: String,
    /// Method and route.
    #[schema(example = "POST /api/v1/admin/events/{event_id}/cancel")]
    endpoint: String,
    /// The first id in the path.
    target: Option<Uuid>,
    /// Of the problem that was the answer.
    #[schema(example = "not-your-event")]
    code: String,
    /// The request: `X-Request-Id`, as a UUID.
    correlation_id: Uuid,
    /// Its place in the list; part of the next cursor.
    #[serde(skip)]
    id: i64,
}

impl From<FoundRefusal> for RefusalEntry {
    fn from(found: FoundRefusal) -> Self {
        let FoundRefusal { id, at, actor, role, kind, endpoint, target, code, correlation_id } = found;
        Self { at, actor, role, kind, endpoint, target, code, correlation_id, id }
    }
}

/// Lists what was refused
///
/// For admins, the newest first: commands of organizers and admins that were refused, whoever tried one of theirs,
/// and sign-ins that failed. It is kept for a while and not without limit; what customers are refused while tickets
/// sell out is counted in `/metrics` alone. A refusal shows within a second.
#[utoipa::path(
    get, path = "/api/v1/admin/audit/refusals", tag = "audit",
    params(RefusalParameters),
    responses(
        (status = 200, body = Refusals, description = "A page of refusals"),
        (status = 400, body = Problem, description = "`malformed-query`, `invalid-cursor`"),
        (status = 401, body = Problem, description = "`missing-token`, `invalid-token`, `token-expired`, `token-revoked`"),
        (status = 403, body = Problem, description = "`forbidden`"),
        (status = 422, body = Problem, description = "`invalid`: the limit is out of range"),
        (status = 503, body = Problem, description = "`unavailable`"),
    ),
    security(("bearer" = []))
)]
pub(crate) async fn list_refusals(
    State(app): State<App>,
    Caller(caller): Caller,
    Query(parameters): Query<RefusalParameters>,
) -> Result<Response, Problem> {
    demand_auditor(&caller)?;
    let limit = checked_limit(parameters.limit)?;
    let RefusalParameters { actor, code, kind, from, to, cursor, .. } = parameters;
    let code = code.map(checked_code).transpose()?;
    let scope = Scope::of(&["refusals", &format!("{:?}", (actor, code.as_deref(), kind, from, to))]);
    let before = cursor.as_deref().map(|cursor| position_in(scope, cursor)).transpose()?;
    let found = refusals::list(&app.pool, &RefusalFilter { actor, code, kind, from, to }, before, limit).await?;
    let rows = found.into_iter().map(RefusalEntry::from).collect();
    // No position of the log belongs to this list: it is not in the log.
    let list = List::new(rows, limit, 0, |last: &RefusalEntry| scope.seal(&last.id.to_be_bytes()));
    Ok(json(bytes_of(&Refusals { data: list.data, page: list.page })?))
}

/// Whether it could be a code at all.
fn checked_code(code: String) -> Result<String, Problem> {
    let letters = code.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    if letters && (1..=CODE_BYTES_MAX).contains(&code.len()) {
        Ok(code)
    } else {
        let detail = format!("Query parameters: code: small letters and hyphens, at most {CODE_BYTES_MAX}.");
        Err(Problem::bad_request("malformed-query", detail).with("parameter", "code"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_a_few_small_letters() {
        assert!(checked_code("sold-out".into()).is_ok());
        for code in ["", "Sold out", "a\0b", "é", &"x".repeat(65)] {
            assert_eq!(checked_code(code.into()).unwrap_err().code(), "malformed-query", "{code}");
        }
    }
}

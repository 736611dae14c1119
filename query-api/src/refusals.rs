//! What was refused to staff and who failed to sign in, and the statement that lists it.

use chrono::{DateTime, Datelike, Utc};
use edge::problem::Problem;
use serde::Deserialize;
use sqlx::{FromRow, PgPool};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::store;

/// What kind of refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Kind {
    /// A command.
    Command,
    /// A sign-in.
    SignIn,
}

impl Kind {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Command => "command",
            Self::SignIn => "sign_in",
        }
    }
}

/// Which refusals.
#[derive(Clone, Debug, Default)]
pub(crate) struct RefusalFilter {
    pub(crate) actor: Option<Uuid>,
    pub(crate) code: Option<String>,
    pub(crate) kind: Option<Kind>,
    pub(crate) from: Option<DateTime<Utc>>,
    pub(crate) to: Option<DateTime<Utc>>,
}

#[derive(Debug, FromRow)]
pub(crate) struct FoundRefusal {
    pub(crate) id: i64,
    pub(crate) at: DateTime<Utc>,
    pub(crate) actor: Option<Uuid>,
    pub(crate) role: Option<String>,
    pub(crate) kind: String,
    pub(crate) endpoint: String,
    pub(crate) target: Option<Uuid>,
    pub(crate) code: String,
    pub(crate) correlation_id: Uuid,
}

const LIST: &str = "\
SELECT id, at, actor, role, kind, endpoint, target, code, correlation_id FROM refusals
WHERE id < $1 AND ($2::uuid IS NULL OR actor = $2) AND ($3::text IS NULL OR code = $3)
  AND ($4::text IS NULL OR kind = $4) AND ($5::timestamptz IS NULL OR at >= $5)
  AND ($6::timestamptz IS NULL OR at < $6)
ORDER BY id DESC LIMIT $7";

/// Refusals before one, the last one first; one more than `limit` if there are more.
pub(crate) async fn list(
    pool: &PgPool,
    filter: &RefusalFilter,
    before: Option<i64>,
    limit: u32,
) -> Result<Vec<FoundRefusal>, Problem> {
    sqlx::query_as(LIST)
        .bind(before.unwrap_or(i64::MAX))
        .bind(filter.actor)
        .bind(filter.code.as_deref())
        .bind(filter.kind.map(Kind::as_str))
        .bind(filter.from.map(within_reach))
        .bind(filter.to.map(within_reach))
        .bind(i64::from(limit) + 1)
        .fetch_all(pool)
        .await
        .map_err(store::problem)
}

/// Years that Postgres does not know come before or after every refusal all the same.
fn within_reach(at: DateTime<Utc>) -> DateTime<Utc> {
    match at.year() {
        ..1970 => DateTime::UNIX_EPOCH,
        1970..=9999 => at,
        _ => at.with_year(9999).unwrap_or(DateTime::UNIX_EPOCH),
    }
}

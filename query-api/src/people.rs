//! People: what the log says of their accounts (`people`), beside what is personal (`accounts`). The two are
//! joined when they are read and never copied, so that whoever is erased there is gone here.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use domain::account::Account;
use domain::aggregate::Aggregate as _;
use edge::problem::Problem;
use event_log::{EventLog, RecordedEvent, StreamId, Unavailable};
use sqlx::{FromRow, PgPool};
use uuid::Uuid;

use crate::store::{self, Snapshot, as_of, snapshot};

/// The most events of an account that its history shows to those who look it up: the last ones.
pub(crate) const HISTORY_EVENTS_MAX: u64 = 200;

/// An account, and the person if there still is one.
#[derive(Debug, FromRow)]
pub(crate) struct FoundPerson {
    pub(crate) account_id: Uuid,
    pub(crate) email: Option<String>,
    pub(crate) name: Option<String>,
    pub(crate) role: String,
    pub(crate) status: String,
    pub(crate) reason: Option<String>,
    pub(crate) registered_at: DateTime<Utc>,
    pub(crate) changed_at: DateTime<Utc>,
    pub(crate) position: i64,
}

/// Which people a list shows.
#[derive(Clone, Debug, Default)]
pub(crate) struct PeopleFilter {
    /// A part of the e-mail address or the name, in lower case.
    pub(crate) q: Option<String>,
    pub(crate) role: Option<&'static str>,
    pub(crate) status: Option<&'static str>,
}

/// How much there is of an account's doing.
#[derive(Debug, Default, FromRow)]
pub(crate) struct Counts {
    pub(crate) bookings: i64,
    pub(crate) live_bookings: i64,
    pub(crate) waiting: i64,
    pub(crate) sign_ins: i64,
}

macro_rules! people_where {
    ($rest:literal) => {
        as_of!(
            "SELECT p.account_id, a.email, a.name, p.role, p.status, p.reason, p.registered_at, p.changed_at, p.position
             FROM people p LEFT JOIN accounts a USING (account_id) ",
            $rest
        )
    };
}

const FIND: &str = people_where!("WHERE p.account_id = $1");

const LIST: &str = people_where!(
    "WHERE ($1::text IS NULL OR strpos(a.email, $1) > 0 OR strpos(lower(a.name), $1) > 0)
       AND ($2::text IS NULL OR p.role = $2) AND ($3::text IS NULL OR p.status = $3) AND p.position < $4
     ORDER BY p.position DESC LIMIT $5"
);

const COUNT: &str = "\
SELECT count(*) AS bookings, count(*) FILTER (WHERE status IN ('held', 'paying', 'confirmed')) AS live_bookings,
       (SELECT count(*) FROM waitlist_entries WHERE customer_id = $1 AND state IN ('waiting', 'offered')) AS waiting,
       (SELECT count(DISTINCT family) FROM refresh_tokens
        WHERE account_id = $1 AND used_at IS NULL AND expires_at > now()) AS sign_ins
FROM bookings WHERE customer_id = $1";

/// One account.
pub(crate) async fn find(pool: &PgPool, account_id: Uuid) -> Result<Snapshot<FoundPerson>, Problem> {
    let rows = sqlx::query(FIND).bind(account_id).fetch_all(pool).await.map_err(store::problem)?;
    snapshot(&rows, "account_id").map_err(store::problem)
}

/// The accounts before a position, the newest first; one more than `limit` if there are more.
pub(crate) async fn list(
    pool: &PgPool,
    filter: &PeopleFilter,
    before: Option<i64>,
    limit: u32,
) -> Result<Snapshot<FoundPerson>, Problem> {
    let rows = sqlx::query(LIST)
        .bind(&filter.q)
        .bind(filter.role)
        .bind(filter.status)
        .bind(before.unwrap_or(i64::MAX))
        .bind(i64::from(limit) + 1)
        .fetch_all(pool)
        .await
        .map_err(store::problem)?;
    snapshot(&rows, "account_id").map_err(store::problem)
}

/// How much there is of an account's doing.
pub(crate) async fn count(pool: &PgPool, account_id: Uuid) -> Result<Counts, Problem> {
    sqlx::query_as(COUNT).bind(account_id).fetch_one(pool).await.map_err(store::problem)
}

/// What happened to an account, oldest first: the last events of it, `most` at most, as the log has them.
pub(crate) async fn history(
    log: &Arc<dyn EventLog>,
    account_id: Uuid,
    most: u64,
) -> Result<Vec<Arc<RecordedEvent>>, Problem> {
    let stream = StreamId::new(Account::CATEGORY, account_id);
    let read = async {
        let version = log.versions(&[stream]).await?.first().copied().unwrap_or(0);
        let (mut history, mut after) = (Vec::new(), version.saturating_sub(most));
        while after < version {
            let page = log.read_stream(stream, after).await?;
            let Some(last) = page.last() else { break };
            after = last.version;
            history.extend(page);
        }
        Ok(history)
    };
    read.await.map_err(|error: Unavailable| {
        tracing::warn!(%error, "the history of an account cannot be read");
        Problem::unavailable("The log cannot be read at the moment.")
    })
}

//! Colleagues of a show as the read model knows them, and the statement that finds them.

use chrono::{DateTime, Utc};
use edge::problem::Problem;
use sqlx::{FromRow, PgPool};
use uuid::Uuid;

use crate::store::{self, Snapshot, as_of, snapshot};

/// Somebody who may run or see a show with its organizer.
#[derive(Debug, FromRow)]
pub(crate) struct FoundColleague {
    pub(crate) account_id: Uuid,
    pub(crate) access: String,
    pub(crate) since: DateTime<Utc>,
}

const LIST: &str =
    as_of!("SELECT account_id, access, since FROM show_colleagues WHERE show_id = $1 ORDER BY since, account_id");

/// The colleagues of a show, the first one first; the domain bounds their number.
pub(crate) async fn list(pool: &PgPool, show_id: Uuid) -> Result<Snapshot<FoundColleague>, Problem> {
    let rows = sqlx::query(LIST).bind(show_id).fetch_all(pool).await.map_err(store::problem)?;
    snapshot(&rows, "account_id").map_err(store::problem)
}

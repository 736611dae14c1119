//! Promo codes as the read model knows them, and the statement that finds them.

use domain::show::PromoCode;
use edge::problem::Problem;
use sqlx::{FromRow, PgPool};
use uuid::Uuid;

use crate::store::{self, Snapshot, as_of, snapshot};

/// A code and how often it is used.
#[derive(Debug, FromRow)]
pub(crate) struct FoundCode {
    #[sqlx(try_from = "String")]
    pub(crate) definition: Definition,
    pub(crate) uses: i64,
}

/// What a code does; the table keeps it as JSON.
#[derive(Debug)]
pub(crate) struct Definition(pub(crate) PromoCode);

impl TryFrom<String> for Definition {
    type Error = serde_json::Error;

    fn try_from(json: String) -> Result<Self, Self::Error> {
        serde_json::from_str(&json).map(Self)
    }
}

const LIST: &str =
    as_of!("SELECT code, definition, uses FROM promo_codes WHERE show_id = $1 AND active ORDER BY code COLLATE \"C\"");

/// The codes of a show that can be used; the domain bounds their number.
pub(crate) async fn list(pool: &PgPool, show_id: Uuid) -> Result<Snapshot<FoundCode>, Problem> {
    let rows = sqlx::query(LIST).bind(show_id).fetch_all(pool).await.map_err(store::problem)?;
    snapshot(&rows, "code").map_err(store::problem)
}

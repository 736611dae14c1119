//! Reading the read models: one snapshot that knows its position, and what a failed read means.

use edge::problem::Problem;
use sqlx::postgres::PgRow;
use sqlx::{FromRow, PgPool, Postgres, Row, Transaction, ValueRef};

/// Rows, and the position of the log that they tell of. Both come from one statement.
pub(crate) struct Snapshot<T> {
    pub(crate) as_of: u64,
    pub(crate) rows: Vec<T>,
}

/// Begins a statement that reads a [`Snapshot`]: the position comes along with every row, and alone (with
/// nothing but NULL beside it) if there are none. The caller adds the row source and `ON true`.
macro_rules! as_of {
    ($($sql:expr),+ $(,)?) => {
        concat!(
            "SELECT as_of.position AS as_of, row.* ",
            "FROM (SELECT min(position) AS position FROM projection_checkpoints WHERE in_core) as_of ",
            "LEFT JOIN LATERAL (", $($sql,)+ ") row ON true",
        )
    };
}
pub(crate) use as_of;

/// Takes apart what a statement made with [`as_of!`] gave. `key` is a column that no row leaves empty.
pub(crate) fn snapshot<T>(rows: &[PgRow], key: &str) -> Result<Snapshot<T>, sqlx::Error>
where
    T: for<'r> FromRow<'r, PgRow>,
{
    let as_of = rows.first().map(|row| row.try_get::<Option<i64>, _>("as_of")).transpose()?.flatten();
    let mut found = Vec::with_capacity(rows.len());
    for row in rows {
        if !row.try_get_raw(key)?.is_null() {
            found.push(T::from_row(row)?);
        }
    }
    Ok(Snapshot { as_of: unsigned(as_of.unwrap_or(0)), rows: found })
}

/// The tables are held before the picture is taken: a replay may put others in their place at any moment, and
/// rows of both would tell of two positions.
const HOLD: &str = "LOCK TABLE shows, ticket_types, bookings IN ACCESS SHARE MODE";

/// Begins to read the read models as they stand now, however long that takes; tells the position that all
/// of it tells of.
pub(crate) async fn begin(pool: &PgPool) -> Result<(Transaction<'static, Postgres>, u64), sqlx::Error> {
    let mut transaction = pool.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await?;
    // Not in one text with the beginning: if it failed there, the connection would go back within a transaction.
    sqlx::query(HOLD).execute(&mut *transaction).await?;
    let as_of: Option<i64> = sqlx::query_scalar("SELECT min(position) FROM projection_checkpoints WHERE in_core")
        .fetch_one(&mut *transaction)
        .await?;
    Ok((transaction, unsigned(as_of.unwrap_or(0))))
}

/// The tables' checks keep these numbers from being negative.
pub(crate) fn unsigned(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}

/// What a failed read means to whoever asked. This is the one place where it is logged.
pub(crate) fn problem(error: sqlx::Error) -> Problem {
    match error {
        sqlx::Error::Decode(_) | sqlx::Error::ColumnDecode { .. } | sqlx::Error::ColumnNotFound(_) => {
            tracing::error!(%error, "a row of the read model is not as it should be");
            Problem::internal()
        }
        error => {
            tracing::warn!(%error, "the read model cannot be read");
            Problem::unavailable("The read model cannot be read at the moment.")
        }
    }
}

//! What must hold of new tables before they may serve, found out without the folds that made them.
//!
//! Every checkpoint stands where the log was read to. Rows that are born of one event each are as many as the log has
//! such events, and so with what else can be counted there (`Projection::tally`). And no stream is parked that the tables that serve do show: `evently verify` compares the rest.

use std::collections::HashMap;

use event_log::Position;
use sqlx::{AssertSqlSafe, PgPool};

use super::End;
use super::shadow::Shadow;
use crate::folding::Folding;
use crate::projection::{signed, unsigned};

/// Compares the tables with the log up to a position.
pub(super) async fn verify(shadow: &Shadow, folding: &Folding, position: Position) -> Result<(), End> {
    let checkpoints: Vec<i64> =
        sqlx::query_scalar("SELECT position FROM projection_checkpoints").fetch_all(&shadow.pool).await?;
    let right = checkpoints.iter().all(|checkpoint| unsigned(*checkpoint) == position);
    if !right || checkpoints.len() != shadow.members.len() || folding.lowest() != Some(position) {
        return Err(End::Failed(format!("the checkpoints are {checkpoints:?} and should all be {position}")));
    }
    let head: i64 = sqlx::query_scalar("SELECT position FROM log_head").fetch_one(&shadow.pool).await?;
    if unsigned(head) < position {
        // The log is not in this database: there is nothing here to count.
        return Ok(());
    }
    let told = count(&shadow.pool, TOLD, position, "").await?;
    for member in shadow.members.iter().filter(|member| !member.born_of().is_empty()) {
        let passed_over = count(&shadow.pool, PASSED_OVER, position, member.name()).await?;
        for (table, types) in member.born_of() {
            let statement = AssertSqlSafe(format!("SELECT count(*) FROM {}.{table}", shadow.schema));
            let rows: i64 = sqlx::query_scalar(statement).fetch_one(&shadow.pool).await?;
            let sum = |counts: &HashMap<String, i64>| types.iter().filter_map(|one| counts.get(*one)).sum::<i64>();
            let born = sum(&told) - sum(&passed_over);
            if rows != born {
                return Err(End::Failed(format!("{table} has {rows} rows, and the log tells of {born}")));
            }
        }
    }
    for member in &shadow.members {
        let Some(tally) = member.tally() else { continue };
        let counted: Option<(i64, i64)> =
            sqlx::query_as(tally).bind(signed(position)).fetch_optional(&shadow.pool).await?;
        if let Some((found, told)) = counted.filter(|(found, told)| found != told) {
            let name = member.name();
            return Err(End::Failed(format!("{name} counts {found} where the log tells of {told}")));
        }
    }
    Ok(())
}

/// How many events of each type there are.
const TOLD: &str = "SELECT type, count(*) FROM events WHERE position <= $1 AND $2::text IS NOT NULL GROUP BY type";

/// How many of these a projection has not folded, because their streams are parked.
const PASSED_OVER: &str = "\
SELECT type, count(*) FROM parked_streams parked
JOIN events ON events.stream = parked.stream COLLATE \"C\" AND events.position >= parked.position
WHERE events.position <= $1 AND parked.projection = $2 GROUP BY type";

async fn count(
    pool: &PgPool,
    statement: &'static str,
    position: Position,
    projection: &str,
) -> Result<HashMap<String, i64>, sqlx::Error> {
    let counts: Vec<(String, i64)> =
        sqlx::query_as(statement).bind(signed(position)).bind(projection).fetch_all(pool).await?;
    Ok(counts.into_iter().collect())
}

/// Refuses tables that show less than those that serve.
pub(super) async fn no_more_is_parked(shadow: &Shadow) -> Result<(), End> {
    let more: Option<(String, String, String)> = sqlx::query_as(AssertSqlSafe(format!(
        "SELECT projection, stream, error FROM {}.parked_streams new
         WHERE NOT EXISTS (SELECT FROM {}.parked_streams old
                           WHERE old.projection = new.projection AND old.stream = new.stream) LIMIT 1",
        shadow.schema, shadow.live
    )))
    .fetch_optional(&shadow.pool)
    .await?;
    match more {
        Some((projection, stream, error)) => {
            Err(End::Failed(format!("{projection} cannot fold {stream}, which the tables that serve do show: {error}")))
        }
        None => Ok(()),
    }
}

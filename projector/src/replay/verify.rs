//! What must hold of new tables before they may serve, found out without the folds that made them.
//!
//! Every checkpoint stands where the log was read to. Rows that are born of one event each are as many as the log has
//! such events. And no stream is parked that the tables that serve do show: `evently verify` compares the rest.

use std::collections::HashMap;

use event_log::Position;
use sqlx::AssertSqlSafe;

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
    for member in &shadow.members {
        if member.born_of().is_empty() {
            continue;
        }
        let events: HashMap<String, i64> = sqlx::query_as(
            "SELECT type, count(*) FROM events WHERE position <= $1
             AND NOT EXISTS (SELECT FROM parked_streams parked WHERE parked.projection = $2
                             AND parked.stream = events.stream AND parked.position <= events.position)
             GROUP BY type",
        )
        .bind(signed(position))
        .bind(member.name())
        .fetch_all(&shadow.pool)
        .await?
        .into_iter()
        .collect();
        for (table, types) in member.born_of() {
            let count = AssertSqlSafe(format!("SELECT count(*) FROM {}.{table}", shadow.schema));
            let rows: i64 = sqlx::query_scalar(count).fetch_one(&shadow.pool).await?;
            let born: i64 = types.iter().filter_map(|one| events.get(*one)).sum();
            if rows != born {
                return Err(End::Failed(format!("{table} has {rows} rows, and the log tells of {born}")));
            }
        }
    }
    Ok(())
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

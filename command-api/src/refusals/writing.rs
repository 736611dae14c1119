//! The table `refusals`: written in batches by one task, kept short, and forgotten with the account.

use std::time::{Duration, Instant};

use sqlx::PgPool;
use tokio::sync::mpsc;

use super::allowance::Allowances;
use super::{Row, dropped};

/// The most rows of one statement.
const BATCH_ROWS_MAX: usize = 256;
/// The least time between two statements, so that a flood costs the database little.
const WRITE_PACE_MS_MIN: u64 = 100;
/// How often the table is pruned, while there are refusals.
const PRUNE_EVERY_S: u64 = 60;
/// The most rows that stay, roughly: the newest ones.
const ROWS_KEPT_MAX: i64 = 100_000;
/// The longest that a row stays.
const DAYS_KEPT_MAX: i32 = 90;

const INSERT: &str = "\
INSERT INTO refusals (at, actor, role, kind, endpoint, target, code, correlation_id)
SELECT * FROM unnest($1::timestamptz[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::uuid[], $7::text[], $8::uuid[])";

const PRUNE: &str = "\
DELETE FROM refusals
WHERE id <= (SELECT max(id) FROM refusals) - $1 OR at < now() - make_interval(days => $2)";

/// Writes down what comes until nobody is left to send anything.
pub(super) async fn keep(pool: PgPool, mut rows: mpsc::Receiver<Row>) {
    let (mut allowances, mut pruned_at): (_, Option<Instant>) = (Allowances::default(), None);
    let mut batch = Vec::new();
    while rows.recv_many(&mut batch, BATCH_ROWS_MAX).await > 0 {
        let (taken, now) = (batch.len(), Instant::now());
        batch.retain(|row| allowances.allow(row.actor, now));
        dropped("allowance", taken - batch.len());
        if let Err(error) = write(&pool, &batch).await {
            tracing::warn!(%error, rows = batch.len(), "refusals could not be written down");
            dropped("database", batch.len());
        }
        batch.clear();
        if pruned_at.is_none_or(|at| now.duration_since(at) >= Duration::from_secs(PRUNE_EVERY_S)) {
            pruned_at = Some(now);
            let pruned = sqlx::query(PRUNE).bind(ROWS_KEPT_MAX).bind(DAYS_KEPT_MAX).execute(&pool).await;
            if let Err(error) = pruned {
                tracing::warn!(%error, "old refusals could not be removed");
            }
        }
        tokio::time::sleep(Duration::from_millis(WRITE_PACE_MS_MIN)).await;
    }
}

async fn write(pool: &PgPool, rows: &[Row]) -> Result<(), sqlx::Error> {
    if rows.is_empty() {
        return Ok(());
    }
    sqlx::query(INSERT)
        .bind(rows.iter().map(|row| row.at).collect::<Vec<_>>())
        .bind(rows.iter().map(|row| row.actor).collect::<Vec<_>>())
        .bind(rows.iter().map(|row| row.role).collect::<Vec<_>>())
        .bind(rows.iter().map(|row| row.kind).collect::<Vec<_>>())
        .bind(rows.iter().map(|row| row.endpoint.as_str()).collect::<Vec<_>>())
        .bind(rows.iter().map(|row| row.target).collect::<Vec<_>>())
        .bind(rows.iter().map(|row| row.code).collect::<Vec<_>>())
        .bind(rows.iter().map(|row| row.correlation_id).collect::<Vec<_>>())
        .execute(pool)
        .await?;
    Ok(())
}

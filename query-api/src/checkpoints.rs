//! Where the read models stand, and how a process knows whose projector is another process.

use std::time::Duration;

use sqlx::PgPool;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::store::unsigned;

/// Where the read models stand, as far as this process knows.
#[derive(Clone, Debug)]
pub struct Progress {
    /// The position that all core read models have reached.
    pub core: watch::Receiver<u64>,
    /// The same of the reports, which are folded on their own.
    pub reports: watch::Receiver<u64>,
}

/// How often the checkpoints are looked at, in milliseconds.
const POLL_MS: u64 = 50;

/// Follows the checkpoints in the database until `stop`. While they cannot be read the positions stay
/// where they were.
pub async fn follow_checkpoints(pool: PgPool, stop: CancellationToken) -> Progress {
    let first = read(&pool).await.unwrap_or_default();
    let (core, followed_core) = watch::channel(first.core);
    let (reports, followed_reports) = watch::channel(first.reports);
    tokio::spawn(async move {
        let follow = async {
            loop {
                tokio::time::sleep(Duration::from_millis(POLL_MS)).await;
                match read(&pool).await {
                    Ok(reached) => {
                        core.send_if_modified(|known| std::mem::replace(known, reached.core) != reached.core);
                        reports.send_if_modified(|known| std::mem::replace(known, reached.reports) != reached.reports);
                    }
                    Err(error) => tracing::debug!(%error, "the checkpoints cannot be read"),
                }
            }
        };
        stop.run_until_cancelled(follow).await
    });
    Progress { core: followed_core, reports: followed_reports }
}

/// The lowest checkpoints.
#[derive(Default)]
struct Reached {
    core: u64,
    reports: u64,
}

/// Without reports there is nothing of theirs to wait for beyond the core.
async fn read(pool: &PgPool) -> Result<Reached, sqlx::Error> {
    let (core, reports): (Option<i64>, Option<i64>) = sqlx::query_as(
        "SELECT min(position) FILTER (WHERE in_core), coalesce(min(position) FILTER (WHERE NOT in_core), min(position))
         FROM projection_checkpoints",
    )
    .fetch_one(pool)
    .await?;
    Ok(Reached { core: unsigned(core.unwrap_or(0)), reports: unsigned(reports.unwrap_or(0)) })
}

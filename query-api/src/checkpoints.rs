//! Where the read model stands, for a process whose projector is another process.

use std::time::Duration;

use sqlx::PgPool;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::store::unsigned;

/// How often the checkpoints are looked at, in milliseconds.
const POLL_MS: u64 = 50;

/// Follows the checkpoints in the database until `stop`. While they cannot be read the position stays
/// where it was.
pub async fn follow_checkpoints(pool: PgPool, stop: CancellationToken) -> watch::Receiver<u64> {
    let (progress, followed) = watch::channel(read(&pool).await.unwrap_or(0));
    tokio::spawn(async move {
        let follow = async {
            loop {
                tokio::time::sleep(Duration::from_millis(POLL_MS)).await;
                match read(&pool).await {
                    Ok(reached) => {
                        progress.send_if_modified(|known| std::mem::replace(known, reached) != reached);
                    }
                    Err(error) => tracing::debug!(%error, "the checkpoints cannot be read"),
                }
            }
        };
        stop.run_until_cancelled(follow).await
    });
    followed
}

async fn read(pool: &PgPool) -> Result<u64, sqlx::Error> {
    let lowest: Option<i64> =
        sqlx::query_scalar("SELECT min(position) FROM projection_checkpoints").fetch_one(pool).await?;
    Ok(unsigned(lowest.unwrap_or(0)))
}

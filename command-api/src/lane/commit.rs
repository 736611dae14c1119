//! The moment a batch becomes true: what it decided is appended, what it refused is proven.

use std::sync::Arc;
use std::time::Instant;

use chrono::{DateTime, Utc};
use domain::planted;
use event_log::{AppendError, EventLog, Position, StreamAppend, StreamId, Version};

/// Appends what was decided. Where a refusal or a repeat rests on memory alone (`unproven`), the
/// stream's version is compared first, because another process may have written since.
pub(super) async fn commit(
    log: &Arc<dyn EventLog>,
    unproven: (Vec<StreamId>, Vec<Version>),
    appends: &[StreamAppend],
    now: DateTime<Utc>,
) -> Result<Option<Position>, AppendError> {
    let (streams, expected) = unproven;
    if !streams.is_empty() && !planted!("skip-conflict-check-on-refusal") {
        let versions = log.versions(&streams).await.map_err(|error| AppendError::Unavailable(error.0))?;
        if versions != expected {
            return Err(AppendError::Conflict);
        }
    }
    if appends.is_empty() {
        return Ok(None);
    }
    if planted!("answer-before-commit") {
        return Ok(Some(commit_unseen(log, appends, now).await));
    }
    let begun = Instant::now();
    let appended = log.append(appends, now).await?;
    metrics::histogram!("evently_commit_seconds").record(begun.elapsed().as_secs_f64());
    Ok(Some(appended.first))
}

/// What a lane must never do: it does not wait for what becomes of the append. A planted fault.
async fn commit_unseen(log: &Arc<dyn EventLog>, appends: &[StreamAppend], now: DateTime<Utc>) -> Position {
    let (log, appends) = (log.clone(), appends.to_vec());
    let guess = log.head().await.unwrap_or(0) + 1;
    tokio::spawn(async move { log.append(&appends, now).await });
    guess
}

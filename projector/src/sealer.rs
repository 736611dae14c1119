//! Seals the log: follows it, lets the tree over it grow, and signs a checkpoint of the tree at least every
//! second while events arrive. It signs nothing that contradicts what was signed before.
//!
//! `sealer/seal.rs` holds the tree of this process, `sealer/store.rs` its tables.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use event_log::{EventLog, Position};
use sqlx::PgPool;
use tokio::sync::watch;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use transparency::SealKey;

mod error;
mod seal;
mod store;

use crate::gauges;
use error::{Refusal, SealError};
use seal::Seal;

pub use store::sealed_position;

/// The least time between the beginnings of two seals. Whoever asks for a proof waits for this at most, and
/// then for a read, some hashes and a commit.
const SEAL_PACE_MS: u64 = 500;
/// How long it waits for a hint before it asks the log itself.
const POLL_MS_MAX: u64 = 250;
/// The first pause after an error; each further one is twice as long.
const RETRY_MS_MIN: u64 = 50;
/// The longest pause between two tries.
const RETRY_MS_MAX: u64 = 1_000;
/// For how long another sealer that was found at work must have done nothing before this one takes its place.
const OVERTAKEN_S: u64 = 3;
/// The pause before a log that is not what was sealed is looked at again. Each time it is said again.
const REFUSED_S: u64 = 30;

/// The sealer, following one log.
pub struct Sealer {
    log: Arc<dyn EventLog>,
    pool: PgPool,
    key: SealKey,
    sealed: watch::Sender<Position>,
    refused: watch::Sender<Option<String>>,
}

impl Sealer {
    /// A sealer that reads `log`, keeps the tree behind `pool`, whose migrations have run, and signs with `key`.
    pub fn new(log: Arc<dyn EventLog>, pool: PgPool, key: SealKey) -> Self {
        Self { log, pool, key, sealed: watch::Sender::new(0), refused: watch::Sender::new(None) }
    }

    /// The position up to which this process has sealed, or found sealed.
    pub fn sealed(&self) -> watch::Receiver<Position> {
        self.sealed.subscribe()
    }

    /// Why nothing is signed, while the log or the tree is not what was sealed.
    pub fn refused(&self) -> watch::Receiver<Option<String>> {
        self.refused.subscribe()
    }

    /// Follows the log until `stop`. Errors are logged and tried again; a seal that was being written when it
    /// stops is rolled back and made next time.
    pub async fn run(self, stop: CancellationToken) {
        let stopped = stop.run_until_cancelled(self.follow_for_ever()).await;
        tracing::debug!(stopped = stopped.is_none(), "the sealer has stopped");
    }

    async fn follow_for_ever(&self) -> Infallible {
        let mut pause_ms = RETRY_MS_MIN;
        loop {
            let reached = *self.sealed.borrow();
            let Err(error) = self.follow().await;
            if *self.sealed.borrow() != reached {
                pause_ms = RETRY_MS_MIN;
            }
            let pause = match &error {
                SealError::Refused(refusal) => {
                    gauges::seal_refused(true);
                    self.refused.send_replace(Some(refusal.to_string()));
                    tracing::error!(%refusal, "the log is not what was sealed; nothing is signed until it is again");
                    Duration::from_secs(REFUSED_S)
                }
                SealError::Overtaken => {
                    tracing::info!("another sealer is at work; this one stands by");
                    self.stand_by().await;
                    Duration::ZERO
                }
                // Once per outage, not once per try.
                error if pause_ms == RETRY_MS_MIN => {
                    tracing::warn!(%error, "the log cannot be sealed; trying again");
                    Duration::from_millis(pause_ms)
                }
                error => {
                    tracing::debug!(%error, pause_ms, "still trying");
                    Duration::from_millis(pause_ms)
                }
            };
            tokio::time::sleep(pause).await;
            pause_ms = (pause_ms * 2).min(RETRY_MS_MAX);
        }
    }

    /// Waits until the tree rests, or cannot be read.
    async fn stand_by(&self) {
        let mut before = None;
        while let Ok(sealed) = sealed_position(&self.pool).await {
            if before.replace(sealed) == Some(sealed) {
                return;
            }
            tokio::time::sleep(Duration::from_secs(OVERTAKEN_S)).await;
        }
    }

    /// Follows the log until something goes wrong.
    async fn follow(&self) -> Result<Infallible, SealError> {
        let mut hints = self.log.watch_head();
        let mut head = self.log.head().await?;
        let mut seal = Seal::resume(&self.pool, &*self.log, &self.key, head).await?;
        gauges::seal_refused(false);
        self.refused.send_replace(None);
        loop {
            self.publish(&seal, head);
            if seal.size() < head {
                let next = Instant::now() + Duration::from_millis(SEAL_PACE_MS);
                seal.take_in(&*self.log, head).await?;
                seal.commit(&self.pool, &self.key).await?;
                self.publish(&seal, head);
                if seal.size() == head {
                    tokio::time::sleep_until(next).await;
                }
                head = head.max(*hints.borrow_and_update());
            } else {
                head = self.wait(&mut hints, seal.size()).await?;
            }
        }
    }

    /// Waits until the log may hold something new; tells how far it goes.
    async fn wait(&self, hints: &mut watch::Receiver<Position>, sealed: Position) -> Result<Position, SealError> {
        let poll = Duration::from_millis(POLL_MS_MAX);
        match tokio::time::timeout(poll, hints.changed()).await {
            Ok(Ok(())) => return Ok(sealed.max(*hints.borrow_and_update())),
            // Nobody is left to give a hint: from now on the clock alone wakes it.
            Ok(Err(_)) => tokio::time::sleep(poll).await,
            Err(_) => {}
        }
        let head = self.log.head().await?;
        if head < sealed { Err(Refusal::Shorter { sealed, head }.into()) } else { Ok(head) }
    }

    fn publish(&self, seal: &Seal, head: Position) {
        let sealed = seal.sealed();
        gauges::sealed(sealed, head.saturating_sub(sealed));
        self.sealed.send_if_modified(|before| std::mem::replace(before, sealed) != sealed);
    }
}

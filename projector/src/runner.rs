//! Waits for the log, reads it page by page, has it folded, and never gives up.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use event_log::{EventLog, Position, RecordedEvent};
use sqlx::PgPool;
use tokio::sync::watch;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::error::FoldError;
use crate::folding::Folding;
use crate::gauges;
use crate::projection::Group;

/// The most events that are folded in one transaction.
pub const PAGE_EVENTS_MAX: usize = 5_000;
/// A page this large is followed by the next one at once: there is much to catch up with.
const LARGE_PAGE_EVENTS: usize = 1_000;
/// The least time between the beginnings of two smaller pages. A page costs five round trips however
/// small it is; at full load this leaves more of the machine to those who buy.
const PAGE_PACE_MS_MIN: u64 = 10;
/// The same three for reports, which may be a little older: fewer and larger pages cost far less, and what is
/// counted by the minute is hardly touched twice.
const REPORTS_PAGE_EVENTS_MAX: usize = 20_000;
const REPORTS_LARGE_PAGE_EVENTS: usize = 20_000;
const REPORTS_PAGE_PACE_MS_MIN: u64 = 250;
/// How long it waits for a hint before it asks the log itself: hints can be lost, events cannot.
const POLL_MS_MAX: u64 = 250;
/// The first pause after an error; each further one is twice as long.
const RETRY_MS_MIN: u64 = 50;
/// The longest pause between two tries.
const RETRY_MS_MAX: u64 = 1_000;

/// The projections of one group, following one log.
pub struct Projector {
    log: Arc<dyn EventLog>,
    pool: PgPool,
    group: Group,
    pace: Pace,
    progress: watch::Sender<Position>,
}

/// How much is folded at once, and how often.
struct Pace {
    page_events_max: usize,
    large_page_events: usize,
    between_pages: Duration,
}

impl Pace {
    fn of(group: Group) -> Self {
        let (page_events_max, large_page_events, between_pages_ms) = match group {
            Group::Core => (PAGE_EVENTS_MAX, LARGE_PAGE_EVENTS, PAGE_PACE_MS_MIN),
            Group::Reports => (REPORTS_PAGE_EVENTS_MAX, REPORTS_LARGE_PAGE_EVENTS, REPORTS_PAGE_PACE_MS_MIN),
        };
        Self { page_events_max, large_page_events, between_pages: Duration::from_millis(between_pages_ms) }
    }
}

impl Projector {
    /// A projector that reads `log` and keeps the read models of `group` behind `pool`, whose migrations have
    /// run. Each group has a projector, and a connection, of its own.
    pub fn new(log: Arc<dyn EventLog>, pool: PgPool, group: Group) -> Self {
        Self { log, pool, group, pace: Pace::of(group), progress: watch::Sender::new(0) }
    }

    /// The position that all read models of the group have reached, in this process.
    pub fn progress(&self) -> watch::Receiver<Position> {
        self.progress.subscribe()
    }

    /// Follows the log until `stop`. Errors are logged and tried again; a page that was being written
    /// when it stops is rolled back and folded next time.
    pub async fn run(self, stop: CancellationToken) {
        let stopped = stop.run_until_cancelled(self.follow_for_ever()).await;
        tracing::debug!(stopped = stopped.is_none(), "the projector has stopped");
    }

    async fn follow_for_ever(&self) -> Infallible {
        let (mut pause_ms, mut told) = (RETRY_MS_MIN, false);
        loop {
            let reached = *self.progress.borrow();
            let Err(error) = self.follow().await;
            if *self.progress.borrow() != reached {
                (pause_ms, told) = (RETRY_MS_MIN, false);
            }
            // Every exchange of tables ends so, and nothing is amiss. Two who fold the same still rest now and then.
            let overtaken = matches!(error, FoldError::Overtaken);
            // Once per outage, not once per try.
            if overtaken || told {
                tracing::debug!(%error, pause_ms, "still trying");
            } else {
                tracing::warn!(%error, "the read models cannot follow the log; trying again");
                told = true;
            }
            if !overtaken || pause_ms > RETRY_MS_MIN {
                tokio::time::sleep(Duration::from_millis(pause_ms)).await;
            }
            pause_ms = (pause_ms * 2).min(RETRY_MS_MAX);
        }
    }

    /// Follows the log until something goes wrong.
    async fn follow(&self) -> Result<Infallible, FoldError> {
        let mut hints = self.log.watch_head();
        let mut folding = Folding::load(&self.pool, self.group.projections()).await?;
        let (mut head, mut loaded) = (self.log.head().await?, Instant::now());
        loop {
            self.publish(&folding, head);
            let page = self.page(folding.lowest().unwrap_or(head), head).await?;
            if page.is_empty() {
                head = self.wait(&mut hints, &mut folding).await?.max(head);
            } else {
                let next = Instant::now() + self.pace.between_pages;
                folding.take_in(&page).await?;
                self.publish(&folding, head);
                if page.len() < self.pace.large_page_events {
                    tokio::time::sleep_until(next).await;
                }
                head = head.max(*hints.borrow_and_update());
            }
            // What stands still may have been made anew meanwhile, however busy the others are.
            if folding.leaves_some_out() && loaded.elapsed() >= Duration::from_millis(POLL_MS_MAX) {
                folding.reload().await?;
                loaded = Instant::now();
            }
        }
    }

    /// The next events, gathered from as many reads as it takes.
    async fn page(&self, after: Position, head: Position) -> Result<Vec<Arc<RecordedEvent>>, FoldError> {
        let (mut page, mut reached) = (Vec::new(), after);
        while reached < head && page.len() < self.pace.page_events_max {
            let more = self.log.read_all(reached, head, self.pace.page_events_max - page.len()).await?;
            let Some(last) = more.last() else { break };
            reached = last.position;
            if page.is_empty() { page = more } else { page.extend(more) }
        }
        Ok(page)
    }

    /// Waits until the log may hold something new; tells how far it goes.
    async fn wait(&self, hints: &mut watch::Receiver<Position>, folding: &mut Folding) -> Result<Position, FoldError> {
        let poll = Duration::from_millis(POLL_MS_MAX);
        match tokio::time::timeout(poll, hints.changed()).await {
            Ok(Ok(())) => return Ok(*hints.borrow_and_update()),
            // Nobody is left to give a hint: from now on the clock alone wakes it.
            Ok(Err(_)) => tokio::time::sleep(poll).await,
            Err(_) => {}
        }
        // A crash of the store may have taken the last checkpoints back: they are not waited for on disk.
        folding.reload().await?;
        Ok(self.log.head().await?)
    }

    fn publish(&self, folding: &Folding, head: Position) {
        let reached = folding.reached();
        folding.show();
        if self.group == Group::Core {
            gauges::lag(head.saturating_sub(reached));
        }
        self.progress.send_if_modified(|progress| std::mem::replace(progress, reached) != reached);
    }
}

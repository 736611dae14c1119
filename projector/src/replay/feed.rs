//! The log, read and decoded ahead of whoever folds it, in pages as large as they are wanted.

use std::collections::{HashSet, VecDeque};
use std::sync::Arc;

use event_log::{EventLog, PAGE_EVENTS_MAX, Position, RecordedEvent, StreamId, Unavailable};
use tokio::sync::Semaphore;
use tokio_util::task::AbortOnDropHandle;

use crate::error::FoldError;
use crate::page::{Decoded, decode};

/// How many reads of the log are under way or wait to be folded.
const READS_AHEAD: usize = 12;
/// How many of them read at once; the others decode, or wait. More would only wait for a connection.
const READS_AT_ONCE: usize = 2;

/// The events after one position and up to another.
pub(super) struct Feed {
    log: Arc<dyn EventLog>,
    /// Whether somebody asks where events come from.
    whole: bool,
    parked: Arc<HashSet<StreamId>>,
    /// Where the next read begins.
    next: Position,
    up_to: Position,
    turns: Arc<Semaphore>,
    ahead: VecDeque<AbortOnDropHandle<Result<Decoded, Unavailable>>>,
}

impl Feed {
    /// Streams that are parked everywhere are not decoded.
    pub(super) fn new(
        log: Arc<dyn EventLog>,
        whole: bool,
        after: Position,
        up_to: Position,
        parked: HashSet<StreamId>,
    ) -> Self {
        let (parked, turns) = (Arc::new(parked), Arc::new(Semaphore::new(READS_AT_ONCE)));
        Self { log, whole, parked, next: after, up_to, turns, ahead: VecDeque::with_capacity(READS_AHEAD) }
    }

    /// The next page: about so many events, fewer at the end of the log or before a damaged event. After a
    /// damaged event a new feed must begin, which knows that its stream is parked.
    pub(super) async fn page(&mut self, events: usize) -> Result<Option<Decoded>, FoldError> {
        let Some(mut page) = self.one().await? else { return Ok(None) };
        while page.recorded.len() + PAGE_EVENTS_MAX <= events && page.damage.is_none() {
            let Some(more) = self.one().await? else { break };
            page.extend(more);
        }
        Ok(Some(page))
    }

    async fn one(&mut self) -> Result<Option<Decoded>, FoldError> {
        self.read_ahead();
        let Some(read) = self.ahead.pop_front() else { return Ok(None) };
        let decoded = match read.await {
            Ok(read) => read?,
            Err(error) => return Err(Unavailable(format!("a read ended early: {error}")).into()),
        };
        self.read_ahead();
        Ok(Some(decoded))
    }

    /// Positions are distinct numbers, so a range of them is never more than one page.
    fn read_ahead(&mut self) {
        while self.ahead.len() < READS_AHEAD && self.next < self.up_to {
            let (log, parked, turns) = (self.log.clone(), self.parked.clone(), self.turns.clone());
            let whole = self.whole;
            let (after, up_to) = (self.next, self.up_to.min(self.next + PAGE_EVENTS_MAX as u64));
            let read = async move {
                let turn = turns.acquire().await;
                let events = range(&*log, whole, after, up_to).await?;
                drop(turn);
                let mut decoded = decode(after, &events, |stream| parked.contains(&stream));
                decoded.whole = whole;
                if decoded.damage.is_none() {
                    // Where positions have holes, nothing will ever fill them.
                    decoded.up_to = up_to;
                }
                Ok(decoded)
            };
            self.ahead.push_back(AbortOnDropHandle::new(tokio::spawn(read)));
            self.next = up_to;
        }
    }
}

/// All events of a range that is no larger than a page. One read may end sooner: what this process wrote this very
/// moment can be in the log and not yet in the memory that newest events are read from.
async fn range(
    log: &dyn EventLog,
    whole: bool,
    after: Position,
    up_to: Position,
) -> Result<Vec<Arc<RecordedEvent>>, Unavailable> {
    let mut events: Vec<Arc<RecordedEvent>> = Vec::new();
    loop {
        let from = events.last().map_or(after, |last| last.position);
        let read = if whole {
            log.read_all(from, up_to, PAGE_EVENTS_MAX).await?
        } else {
            log.read_bare(from, up_to, PAGE_EVENTS_MAX).await?
        };
        let ends = read.is_empty();
        events.extend(read);
        if ends || events.last().is_some_and(|last| last.position == up_to) {
            return Ok(events);
        }
    }
}

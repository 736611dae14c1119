//! A log in memory that several processes share, each over a line of its own that can be in trouble. It notes
//! what the checker needs to know besides the events: which append wrote each, and at what time by its writer's
//! clock.

mod troubles;

use std::future::pending;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use event_log::memory::MemoryLog;
use event_log::{
    AppendError, Appended, Capabilities, EventLog, Found, PAGE_EVENTS_MAX, Position, RecordedEvent, Search, Snapshot,
    StreamAppend, StreamId, Unavailable, Version,
};
use tokio::sync::watch;
use tokio::time::sleep;
use uuid::Uuid;

use crate::history::{Append, Written};
use crate::plan::Trouble;
use crate::tally::Tally;
use troubles::{Troubles, broken};

/// More calls than this while time stands still are those of a process that goes round in circles.
const CALLS_AT_ONCE_MAX: u32 = 20_000;

/// What all processes write to.
#[derive(Default)]
pub struct SharedLog {
    memory: MemoryLog,
    appends: Mutex<Vec<Append>>,
    head: AtomicU64,
    /// The first snapshot of each stream.
    oldest: Mutex<Vec<(StreamId, Snapshot)>>,
    /// Troubles that were met.
    tally: Mutex<Tally>,
    /// How many calls there were since time went on.
    calls_at_once: AtomicU32,
    /// Somebody went round in circles.
    spun: AtomicBool,
}

fn open<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl SharedLog {
    /// The position of the last event.
    pub fn head(&self) -> Position {
        self.head.load(Ordering::Relaxed)
    }

    /// Everything that was written.
    pub async fn written(&self) -> Vec<Written> {
        let mut written = Vec::with_capacity(self.head() as usize);
        let mut appends = open(&self.appends).clone().into_iter().peekable();
        loop {
            let after = written.len() as Position;
            let page = self.memory.read_all(after, Position::MAX, PAGE_EVENTS_MAX).await.unwrap_or_default();
            if page.is_empty() {
                return written;
            }
            for event in page {
                while appends.next_if(|append| append.last < event.position).is_some() {}
                let append = appends.peek().copied().unwrap_or_default();
                written.push(Written { event, append });
            }
        }
    }

    /// The events after a position.
    pub async fn after(&self, position: Position) -> Vec<Arc<RecordedEvent>> {
        self.memory.read_all(position, Position::MAX, PAGE_EVENTS_MAX).await.unwrap_or_default()
    }

    /// The troubles that were met so far.
    pub fn tally(&self) -> Tally {
        open(&self.tally).clone()
    }

    async fn commit(&self, batch: &[StreamAppend], now: DateTime<Utc>) -> Result<Appended, AppendError> {
        let appended = self.memory.append(batch, now).await?;
        let decided_at = now.timestamp_micros();
        open(&self.appends).push(Append { first: appended.first, last: appended.last, decided_at });
        self.head.fetch_max(appended.last, Ordering::Relaxed);
        Ok(appended)
    }

    /// Time goes on.
    pub fn time_goes_on(&self) {
        self.calls_at_once.store(0, Ordering::Relaxed);
    }

    /// Whether some process asked the log without end. It gets no answer any more, so that time can go on.
    pub fn spun(&self) -> bool {
        self.spun.load(Ordering::Relaxed)
    }

    async fn called(&self) {
        if self.calls_at_once.fetch_add(1, Ordering::Relaxed) >= CALLS_AT_ONCE_MAX {
            self.spun.store(true, Ordering::Relaxed);
            pending::<()>().await;
        }
    }

    fn met(&self, trouble: Trouble) {
        open(&self.tally).troubles.count(trouble.name());
    }
}

/// One process's line to the log. It is broken off when the process dies.
pub struct Line {
    log: Arc<SharedLog>,
    waiting: Mutex<Troubles>,
}

impl Line {
    /// A line without trouble.
    pub fn new(log: &Arc<SharedLog>) -> Arc<Self> {
        Arc::new(Self { log: log.clone(), waiting: Mutex::default() })
    }

    /// The next call that can meet this trouble does.
    pub fn trouble(&self, trouble: Trouble) {
        open(&self.waiting).of(trouble).push_back(trouble);
    }

    /// Nothing is wrong any more.
    pub fn heal(&self) {
        *open(&self.waiting) = Troubles::default();
    }

    fn meet(&self, of: impl FnOnce(&mut Troubles) -> &mut std::collections::VecDeque<Trouble>) -> Option<Trouble> {
        let trouble = of(&mut open(&self.waiting)).pop_front()?;
        self.log.met(trouble);
        Some(trouble)
    }

    fn commit_late(&self, batch: &[StreamAppend], now: DateTime<Utc>, ms: u16) {
        let (log, batch) = (self.log.clone(), batch.to_vec());
        tokio::spawn(async move {
            wait(ms).await;
            // Whether it is written is the log's business alone; nobody is there to be told.
            let _ = log.commit(&batch, now).await;
        });
    }
}

async fn wait(ms: u16) {
    if ms > 0 {
        sleep(Duration::from_millis(ms.into())).await;
    }
}

fn unknown() -> AppendError {
    AppendError::Unknown("the line was cut".into())
}

fn unavailable() -> Unavailable {
    Unavailable("the line is down".into())
}

#[async_trait]
impl EventLog for Line {
    fn capabilities(&self) -> Capabilities {
        self.log.memory.capabilities()
    }

    async fn append(&self, batch: &[StreamAppend], now: DateTime<Utc>) -> Result<Appended, AppendError> {
        self.log.called().await;
        match self.meet(|troubles| &mut troubles.appends) {
            Some(Trouble::ReplyLost) => {
                self.log.commit(batch, now).await?;
                Err(unknown())
            }
            Some(Trouble::NeverArrived) => Err(unknown()),
            Some(Trouble::LateCommit(ms)) => {
                self.commit_late(batch, now, ms);
                Err(unknown())
            }
            Some(Trouble::Unreachable) => Err(AppendError::Unavailable("the line is down".into())),
            Some(Trouble::Conflict) => Err(AppendError::Conflict),
            Some(Trouble::SlowAppend(there, back)) => {
                wait(there).await;
                let appended = self.log.commit(batch, now).await?;
                wait(back).await;
                Ok(appended)
            }
            _ => self.log.commit(batch, now).await,
        }
    }

    async fn read_stream(&self, stream: StreamId, after: Version) -> Result<Vec<Arc<RecordedEvent>>, Unavailable> {
        self.log.called().await;
        match self.meet(|troubles| &mut troubles.reads) {
            Some(Trouble::ReadFails) => return Err(unavailable()),
            Some(Trouble::SlowRead(ms)) => {
                // What is read is what was there at the beginning, or at the end: this is the harder case.
                let page = self.log.memory.read_stream(stream, after).await;
                wait(ms).await;
                return page;
            }
            _ => {}
        }
        self.log.memory.read_stream(stream, after).await
    }

    async fn read_all(
        &self,
        after: Position,
        up_to: Position,
        limit: usize,
    ) -> Result<Vec<Arc<RecordedEvent>>, Unavailable> {
        self.log.memory.read_all(after, up_to, limit).await
    }

    async fn head(&self) -> Result<Position, Unavailable> {
        self.log.memory.head().await
    }

    async fn position_at(&self, at: DateTime<Utc>) -> Result<Option<(Position, DateTime<Utc>)>, Unavailable> {
        self.log.memory.position_at(at).await
    }

    async fn recorded_at(&self, position: Position) -> Result<Option<DateTime<Utc>>, Unavailable> {
        self.log.memory.recorded_at(position).await
    }

    async fn search(&self, search: &Search) -> Result<Found, Unavailable> {
        self.log.memory.search(search).await
    }

    async fn versions(&self, streams: &[StreamId]) -> Result<Vec<Version>, Unavailable> {
        self.log.called().await;
        match self.meet(|troubles| &mut troubles.versions) {
            Some(Trouble::VersionsFail) => return Err(unavailable()),
            Some(Trouble::SlowVersions(ms)) => wait(ms).await,
            _ => {}
        }
        self.log.memory.versions(streams).await
    }

    async fn find_key(&self, key: Uuid) -> Result<Option<StreamId>, Unavailable> {
        self.log.memory.find_key(key).await
    }

    async fn read_snapshot(&self, stream: StreamId) -> Result<Option<Snapshot>, Unavailable> {
        let found = self.log.memory.read_snapshot(stream).await?;
        let Some(found) = found else { return Ok(None) };
        Ok(match self.meet(|troubles| &mut troubles.snapshots) {
            Some(Trouble::SnapshotFails) => return Err(unavailable()),
            Some(Trouble::StaleSnapshot) => {
                open(&self.log.oldest).iter().find(|(of, _)| *of == stream).map(|(_, oldest)| oldest.clone())
            }
            Some(Trouble::BrokenSnapshot) => Some(broken(&found)),
            Some(Trouble::ForeignSnapshot) => Some(Snapshot { schema: found.schema + 1, ..found }),
            _ => Some(found),
        })
    }

    async fn write_snapshot(&self, stream: StreamId, snapshot: &Snapshot) -> Result<(), Unavailable> {
        if self.meet(|troubles| &mut troubles.snapshot_writes).is_some() {
            return Err(unavailable());
        }
        {
            let mut oldest = open(&self.log.oldest);
            if !oldest.iter().any(|(of, _)| *of == stream) {
                oldest.push((stream, snapshot.clone()));
            }
        }
        open(&self.log.tally).snapshots += 1;
        self.log.memory.write_snapshot(stream, snapshot).await
    }

    fn watch_head(&self) -> watch::Receiver<Position> {
        self.log.memory.watch_head()
    }
}

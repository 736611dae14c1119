//! A log whose appends and reads wait until the story lets them go on.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use event_log::memory::MemoryLog;
use event_log::{
    AppendError, Appended, Capabilities, EventLog, Found, Position, RecordedEvent, Search, Snapshot, StreamAppend,
    StreamId, Unavailable, Version,
};
use tokio::sync::{Semaphore, watch};
use uuid::Uuid;

/// How many appends or reads may pass, and how many have arrived.
pub(super) struct Gate {
    passes: Semaphore,
    arrived: watch::Sender<usize>,
}

impl Gate {
    fn open() -> Self {
        Self { passes: Semaphore::new(Semaphore::MAX_PERMITS), arrived: watch::Sender::new(0) }
    }

    /// From now on nobody passes.
    pub(super) fn close(&self) {
        self.passes.forget_permits(Semaphore::MAX_PERMITS);
        self.arrived.send_replace(0);
    }

    /// Lets everybody pass.
    pub(super) fn reopen(&self) {
        self.passes.add_permits(Semaphore::MAX_PERMITS / 2);
    }

    /// Waits until this many have arrived since it was closed.
    pub(super) async fn arrived(&self, count: usize) {
        self.arrived.subscribe().wait_for(|arrived| *arrived >= count).await.unwrap();
    }

    async fn pass(&self) {
        self.arrived.send_modify(|arrived| *arrived += 1);
        self.passes.acquire().await.unwrap().forget();
    }
}

/// A memory log behind gates.
pub(super) struct GatedLog {
    pub(super) memory: MemoryLog,
    pub(super) appends: Gate,
    /// For reads of the slow stream and of its snapshot; all others pass.
    pub(super) reads: Gate,
    pub(super) slow: watch::Sender<Option<Uuid>>,
    /// After which versions streams were read.
    pub(super) read_after: Mutex<Vec<Version>>,
}

impl GatedLog {
    pub(super) fn new() -> Arc<Self> {
        let (memory, slow) = (MemoryLog::default(), watch::Sender::new(None));
        Arc::new(Self { memory, appends: Gate::open(), reads: Gate::open(), slow, read_after: Mutex::default() })
    }

    async fn pass_reads(&self, stream: StreamId) {
        if *self.slow.borrow() == Some(stream.id()) {
            self.reads.pass().await;
        }
    }
}

#[async_trait]
impl EventLog for GatedLog {
    fn capabilities(&self) -> Capabilities {
        self.memory.capabilities()
    }

    async fn append(&self, batch: &[StreamAppend], now: DateTime<Utc>) -> Result<Appended, AppendError> {
        self.appends.pass().await;
        self.memory.append(batch, now).await
    }

    async fn read_stream(&self, stream: StreamId, after: Version) -> Result<Vec<Arc<RecordedEvent>>, Unavailable> {
        self.pass_reads(stream).await;
        self.read_after.lock().unwrap().push(after);
        self.memory.read_stream(stream, after).await
    }

    async fn read_all(
        &self,
        after: Position,
        up_to: Position,
        limit: usize,
    ) -> Result<Vec<Arc<RecordedEvent>>, Unavailable> {
        self.memory.read_all(after, up_to, limit).await
    }

    async fn head(&self) -> Result<Position, Unavailable> {
        self.memory.head().await
    }

    async fn position_at(&self, at: DateTime<Utc>) -> Result<Option<(Position, DateTime<Utc>)>, Unavailable> {
        self.memory.position_at(at).await
    }

    async fn recorded_at(&self, position: Position) -> Result<Option<DateTime<Utc>>, Unavailable> {
        self.memory.recorded_at(position).await
    }

    async fn search(&self, search: &Search) -> Result<Found, Unavailable> {
        self.memory.search(search).await
    }

    async fn versions(&self, streams: &[StreamId]) -> Result<Vec<Version>, Unavailable> {
        self.memory.versions(streams).await
    }

    async fn find_key(&self, key: Uuid) -> Result<Option<StreamId>, Unavailable> {
        self.memory.find_key(key).await
    }

    async fn read_snapshot(&self, stream: StreamId) -> Result<Option<Snapshot>, Unavailable> {
        self.pass_reads(stream).await;
        self.memory.read_snapshot(stream).await
    }

    async fn write_snapshot(&self, stream: StreamId, snapshot: &Snapshot) -> Result<(), Unavailable> {
        self.memory.write_snapshot(stream, snapshot).await
    }

    fn watch_head(&self) -> watch::Receiver<Position> {
        self.memory.watch_head()
    }
}

//! A log that lets nobody read beyond a position until it is opened.
#![allow(clippy::unwrap_used)]

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use event_log::{
    AppendError, Appended, Capabilities, EventLog, Found, Position, RecordedEvent, Search, Snapshot, StreamAppend,
    StreamId, Unavailable, Version,
};
use tokio::sync::watch;
use uuid::Uuid;

/// The gate.
pub(super) struct Gate {
    log: Arc<dyn EventLog>,
    open_to: watch::Sender<Position>,
    first_read: AtomicU64,
    looks: AtomicU64,
}

impl Gate {
    /// Reads that begin at a later position wait.
    pub(super) fn open_to(log: Arc<dyn EventLog>, position: Position) -> Arc<Self> {
        Arc::new(Self {
            log,
            open_to: watch::Sender::new(position),
            first_read: AtomicU64::new(u64::MAX),
            looks: AtomicU64::new(0),
        })
    }

    pub(super) fn opens(&self) {
        self.open_to.send_replace(u64::MAX);
    }

    /// How often somebody asked how far the log goes.
    pub(super) fn looks(&self) -> u64 {
        self.looks.load(Ordering::SeqCst)
    }

    /// Where the earliest read began.
    pub(super) fn first_read(&self) -> Position {
        self.first_read.load(Ordering::SeqCst)
    }
}

#[async_trait]
impl EventLog for Gate {
    fn capabilities(&self) -> Capabilities {
        self.log.capabilities()
    }

    async fn append(&self, batch: &[StreamAppend], now: DateTime<Utc>) -> Result<Appended, AppendError> {
        self.log.append(batch, now).await
    }

    async fn read_stream(&self, stream: StreamId, after: Version) -> Result<Vec<Arc<RecordedEvent>>, Unavailable> {
        self.log.read_stream(stream, after).await
    }

    async fn read_all(
        &self,
        after: Position,
        up_to: Position,
        limit: usize,
    ) -> Result<Vec<Arc<RecordedEvent>>, Unavailable> {
        self.first_read.fetch_min(after, Ordering::SeqCst);
        self.open_to.subscribe().wait_for(|open_to| after <= *open_to).await.unwrap();
        self.log.read_all(after, up_to, limit).await
    }

    async fn head(&self) -> Result<Position, Unavailable> {
        self.looks.fetch_add(1, Ordering::SeqCst);
        self.log.head().await
    }

    async fn position_at(&self, at: DateTime<Utc>) -> Result<Option<(Position, DateTime<Utc>)>, Unavailable> {
        self.log.position_at(at).await
    }

    async fn recorded_at(&self, position: Position) -> Result<Option<DateTime<Utc>>, Unavailable> {
        self.log.recorded_at(position).await
    }

    async fn search(&self, search: &Search) -> Result<Found, Unavailable> {
        self.log.search(search).await
    }

    async fn versions(&self, streams: &[StreamId]) -> Result<Vec<Version>, Unavailable> {
        self.log.versions(streams).await
    }

    async fn find_key(&self, key: Uuid) -> Result<Option<StreamId>, Unavailable> {
        self.log.find_key(key).await
    }

    async fn read_snapshot(&self, stream: StreamId) -> Result<Option<Snapshot>, Unavailable> {
        self.log.read_snapshot(stream).await
    }

    async fn write_snapshot(&self, stream: StreamId, snapshot: &Snapshot) -> Result<(), Unavailable> {
        self.log.write_snapshot(stream, snapshot).await
    }

    fn watch_head(&self) -> watch::Receiver<Position> {
        self.log.watch_head()
    }
}

//! The event log: the only truth of Evently, behind one door.
//!
//! [`EventLog`] is the door. [`postgres`] is what ships, [`memory`] is for tests and simulation and
//! fails on demand; a cluster adapter (`EventStoreDB`) fits the same door. Every adapter passes the
//! suite in `tests/contract.rs`. This crate knows nothing of shows: payloads are bytes to it.

pub mod memory;
pub mod postgres;
mod search;
mod stream;
mod tail;

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use chrono::{DateTime, Utc};
use tokio::sync::watch;
use uuid::Uuid;

pub use search::{Among, Found, SEARCH_EVENTS_MAX, Search};
pub use stream::StreamId;

/// The number of an event in the whole log. Dense in the adapters here (1, 2, 3 ... without
/// holes); callers rely only on its order unless [`Capabilities::dense_positions`] says so.
pub type Position = u64;

/// The number of an event within its stream: 1, 2, 3 ... Version 0 is a stream without events.
pub type Version = u64;

/// The most events that one page of [`EventLog::read_all`] or [`EventLog::read_stream`] holds.
pub const PAGE_EVENTS_MAX: usize = 5_000;

/// The one door to the log.
#[async_trait]
pub trait EventLog: Send + Sync + 'static {
    /// What this store can promise.
    fn capabilities(&self) -> Capabilities;

    /// Appends all events of all streams, or none ([`Capabilities::atomic_batches`]). They get the
    /// next positions in the order given. `now` becomes `recorded_at`, unless the log has already
    /// seen a later time: recorded time never goes backwards.
    async fn append(&self, batch: &[StreamAppend], now: DateTime<Utc>) -> Result<Appended, AppendError>;

    /// The events of one stream after a version, oldest first, at most [`PAGE_EVENTS_MAX`] of them.
    async fn read_stream(&self, stream: StreamId, after: Version) -> Result<Vec<Arc<RecordedEvent>>, Unavailable>;

    /// Events of all streams with `after < position <= up_to`, oldest first; at most `limit` and
    /// [`PAGE_EVENTS_MAX`] of them. Never skips an event that may still appear.
    async fn read_all(
        &self,
        after: Position,
        up_to: Position,
        limit: usize,
    ) -> Result<Vec<Arc<RecordedEvent>>, Unavailable>;

    /// The same page for those who only fold it: what an event says, where it stands and when it was written. Its
    /// own id, version, key and metadata may be missing (nil, 0, none). Reading these costs as much as the rest.
    async fn read_bare(
        &self,
        after: Position,
        up_to: Position,
        limit: usize,
    ) -> Result<Vec<Arc<RecordedEvent>>, Unavailable> {
        self.read_all(after, up_to, limit).await
    }

    /// The position of the last event; 0 for an empty log.
    async fn head(&self) -> Result<Position, Unavailable>;

    /// The last event recorded at `at` or before, and when that was; `None` if the log began later.
    async fn position_at(&self, at: DateTime<Utc>) -> Result<Option<(Position, DateTime<Utc>)>, Unavailable>;

    /// When the event at a position was recorded; `None` if there is none.
    async fn recorded_at(&self, position: Position) -> Result<Option<DateTime<Utc>>, Unavailable>;

    /// Events that fit, in the order asked for, looking at no more than [`SEARCH_EVENTS_MAX`] of them.
    async fn search(&self, search: &Search) -> Result<Found, Unavailable>;

    /// The current version of each stream, in the order asked.
    async fn versions(&self, streams: &[StreamId]) -> Result<Vec<Version>, Unavailable>;

    /// The stream of the event that carries `key`, if there is one.
    async fn find_key(&self, key: Uuid) -> Result<Option<StreamId>, Unavailable>;

    /// The snapshot of a stream that was written last, if there is one. It is a hint: it may be of any
    /// age, and whoever uses it compares it with the stream.
    async fn read_snapshot(&self, stream: StreamId) -> Result<Option<Snapshot>, Unavailable>;

    /// Keeps a snapshot of a stream in place of any other, wholly or not at all.
    async fn write_snapshot(&self, stream: StreamId, snapshot: &Snapshot) -> Result<(), Unavailable>;

    /// Wakes readers in this process: the last position known here. It is a hint. It may lag behind
    /// [`EventLog::head`] when other processes write, so readers poll as well.
    fn watch_head(&self) -> watch::Receiver<Position>;
}

/// What a store can promise beyond the contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Capabilities {
    /// An append of several streams is all or nothing; otherwise each stream is.
    pub atomic_batches: bool,
    /// Positions are 1, 2, 3 ... without holes.
    pub dense_positions: bool,
}

/// Keys that several events of one batch carry, each with the stream that comes first: to whoever
/// wrote the batch the others are as good as refused by it.
pub(crate) fn keys_carried_twice(batch: &[StreamAppend]) -> Vec<(Uuid, StreamId)> {
    let mut first: HashMap<Uuid, StreamId> = HashMap::new();
    let mut twice = Vec::new();
    for append in batch {
        for key in append.events.iter().filter_map(|event| event.key) {
            if let Some(stream) = first.get(&key) {
                twice.push((key, *stream));
            } else {
                first.insert(key, append.stream);
            }
        }
    }
    twice
}

/// New events for one stream.
#[derive(Clone, Debug)]
pub struct StreamAppend {
    /// Which stream.
    pub stream: StreamId,
    /// The version the decision was based on. Another one in the log means conflict.
    pub expected_version: Version,
    /// At least one.
    pub events: Vec<NewEvent>,
}

/// An event that is not in the log yet.
#[derive(Clone, Debug)]
pub struct NewEvent {
    /// Its own id (`UUIDv7`).
    pub event_id: Uuid,
    /// Name of its type, for example `BookingConfirmed`.
    pub event_type: &'static str,
    /// Version of the payload's shape.
    pub schema_version: u16,
    /// JSON, stored byte for byte.
    pub payload: Bytes,
    /// At most one event in the whole log carries a given key.
    pub key: Option<Uuid>,
    /// Where it comes from.
    pub metadata: Metadata,
}

impl NewEvent {
    /// The event as it stands in the log once it has its place.
    pub(crate) fn recorded(
        &self,
        stream: StreamId,
        version: Version,
        position: Position,
        recorded_at: DateTime<Utc>,
    ) -> RecordedEvent {
        RecordedEvent {
            position,
            event_id: self.event_id,
            stream,
            version,
            event_type: Cow::Borrowed(self.event_type),
            schema_version: self.schema_version,
            payload: self.payload.clone(),
            key: self.key,
            metadata: self.metadata,
            recorded_at,
        }
    }
}

/// Where an event comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Metadata {
    /// The account that asked; nil: the platform, for what no person asked for.
    pub actor: Uuid,
    /// The command that was obeyed. What happened by itself around it has one of its own.
    pub command_id: Uuid,
    /// The request it came with.
    pub correlation_id: Uuid,
    /// The event it follows from, of what no person asked for: an offer follows from what freed its
    /// tickets. Time alone is no event, so a lapse follows from none.
    pub causation_id: Option<Uuid>,
}

/// An event as it stands in the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordedEvent {
    /// Its place in the whole log.
    pub position: Position,
    /// Its own id.
    pub event_id: Uuid,
    /// Its stream.
    pub stream: StreamId,
    /// Its place in the stream.
    pub version: Version,
    /// Name of its type.
    pub event_type: Cow<'static, str>,
    /// Version of the payload's shape.
    pub schema_version: u16,
    /// JSON, as it was stored.
    pub payload: Bytes,
    /// Its key, if it has one.
    pub key: Option<Uuid>,
    /// Where it comes from.
    pub metadata: Metadata,
    /// When it was written; never earlier than its predecessor.
    pub recorded_at: DateTime<Utc>,
}

/// What a stream's events came to at some version, so that the older ones need not be read again. It
/// can always be thrown away.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    /// The version of the last event in it.
    pub version: Version,
    /// The position of that event.
    pub position: Position,
    /// The number of the fold and of the state's shape; to the log just a number.
    pub schema: u32,
    /// The state; to the log just bytes.
    pub state: Bytes,
}

/// An append that is in the log for good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Appended {
    /// Position of the first new event. The others follow without holes where positions are dense.
    pub first: Position,
    /// Position of the last new event.
    pub last: Position,
}

/// Why an append did not succeed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AppendError {
    /// Somebody else wrote to one of the streams. Nothing was written.
    #[error("another writer was first")]
    Conflict,
    /// An event with one of the keys is in the log already. Nothing was written.
    #[error("keys already spent: {0:?}")]
    KeysSpent(Vec<(Uuid, StreamId)>),
    /// The store could not be reached. Certainly nothing was written.
    #[error("the log cannot be reached: {0}")]
    Unavailable(String),
    /// The connection was lost during the commit: it may or may not be written.
    #[error("the log did not confirm the append: {0}")]
    Unknown(String),
}

/// The store could not be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the log cannot be read: {0}")]
pub struct Unavailable(pub String);

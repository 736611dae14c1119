//! The log in memory: for tests and simulation. It keeps the whole contract, and it fails on demand.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use bytes::BytesMut;
use chrono::{DateTime, Utc};
use tokio::sync::watch;
use tokio::task::yield_now;
use uuid::Uuid;

use crate::{
    AppendError, Appended, Capabilities, EventLog, Found, PAGE_EVENTS_MAX, Position, RecordedEvent, Search, Snapshot,
    StreamAppend, StreamId, Unavailable, Version, keys_carried_twice,
};

mod faults;
mod searching;

pub use faults::Fault;

/// A log that lives as long as its process.
#[derive(Default)]
pub struct MemoryLog {
    store: Arc<Store>,
    faults: faults::Faults,
}

/// What outlives a call that nobody waits for any more.
struct Store {
    written: Mutex<Written>,
    head: watch::Sender<Position>,
}

#[derive(Default)]
struct Written {
    events: Vec<Arc<RecordedEvent>>,
    streams: HashMap<StreamId, Vec<Position>>,
    keys: HashMap<Uuid, StreamId>,
    /// The last snapshot of each stream, and the one before it.
    snapshots: HashMap<StreamId, (Snapshot, Option<Snapshot>)>,
}

impl Default for Store {
    fn default() -> Self {
        Self { written: Mutex::default(), head: watch::Sender::new(0) }
    }
}

impl MemoryLog {
    /// Lets the next call of its kind that has no fault waiting meet this one.
    pub fn inject(&self, fault: Fault) {
        self.faults.inject(fault);
    }

    /// Takes back every fault that nobody has met yet.
    pub fn heal(&self) {
        self.faults.clear();
    }

    fn written(&self) -> MutexGuard<'_, Written> {
        self.store.written()
    }

    async fn meet_read_fault(&self) -> Result<(), Unavailable> {
        match self.faults.of_read() {
            Some(Fault::FailRead) => Err(injected()),
            Some(Fault::SlowRead(turns)) => {
                wait(turns).await;
                Ok(())
            }
            _ => Ok(()),
        }
    }
}

fn injected() -> Unavailable {
    Unavailable("injected".into())
}

async fn wait(turns: u32) {
    for _ in 0..turns {
        yield_now().await;
    }
}

impl Store {
    fn written(&self) -> MutexGuard<'_, Written> {
        self.written.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn append(&self, batch: &[StreamAppend], now: DateTime<Utc>) -> Result<Appended, AppendError> {
        let appended = {
            let mut written = self.written();
            written.check(batch)?;
            written.write(batch, now)
        };
        // Two appends may get here in either order; the head never goes back.
        self.head.send_if_modified(|head| std::mem::replace(head, appended.last.max(*head)) < appended.last);
        Ok(appended)
    }
}

impl Written {
    fn version(&self, stream: StreamId) -> Version {
        self.streams.get(&stream).map_or(0, |positions| positions.len() as Version)
    }

    fn check(&self, batch: &[StreamAppend]) -> Result<(), AppendError> {
        if batch.iter().any(|append| self.version(append.stream) != append.expected_version) {
            return Err(AppendError::Conflict);
        }
        let mut streams: Vec<_> = batch.iter().map(|append| append.stream).collect();
        streams.sort_unstable();
        if streams.is_sorted_by(|one, next| one < next) {
            self.check_keys(batch)
        } else {
            // What the second of them expects cannot be so any more.
            Err(AppendError::Conflict)
        }
    }

    fn check_keys(&self, batch: &[StreamAppend]) -> Result<(), AppendError> {
        let keys = batch.iter().flat_map(|append| &append.events).filter_map(|event| event.key);
        let mut spent: Vec<_> = keys.filter_map(|key| self.keys.get(&key).map(|stream| (key, *stream))).collect();
        if spent.is_empty() {
            spent = keys_carried_twice(batch);
        }
        if spent.is_empty() { Ok(()) } else { Err(AppendError::KeysSpent(spent)) }
    }

    fn write(&mut self, batch: &[StreamAppend], now: DateTime<Utc>) -> Appended {
        let first = self.events.len() as Position + 1;
        let recorded_at = self.events.last().map_or(now, |last| last.recorded_at.max(now));
        for append in batch {
            for (event, version) in append.events.iter().zip(append.expected_version + 1..) {
                let position = self.events.len() as Position + 1;
                self.events.push(Arc::new(event.recorded(append.stream, version, position, recorded_at)));
                self.streams.entry(append.stream).or_default().push(position);
                self.keys.extend(event.key.map(|key| (key, append.stream)));
            }
        }
        Appended { first, last: self.events.len() as Position }
    }
}

#[async_trait]
impl EventLog for MemoryLog {
    fn capabilities(&self) -> Capabilities {
        Capabilities { atomic_batches: true, dense_positions: true }
    }

    async fn append(&self, batch: &[StreamAppend], now: DateTime<Utc>) -> Result<Appended, AppendError> {
        // A store takes its time; without this, tests would never see two commands meet.
        yield_now().await;
        match self.faults.of_append() {
            Some(Fault::Refuse) => Err(AppendError::Unavailable("injected".into())),
            Some(Fault::LoseRequest) => Err(AppendError::Unknown("injected".into())),
            Some(Fault::Conflict) => Err(AppendError::Conflict),
            Some(Fault::LoseReply) => {
                self.store.append(batch, now)?;
                Err(AppendError::Unknown("injected".into()))
            }
            Some(Fault::CommitLate(turns)) => {
                let (store, batch) = (self.store.clone(), batch.to_vec());
                tokio::spawn(async move {
                    wait(turns).await;
                    // Whether or not it is written, nobody is there to be told.
                    let _ = store.append(&batch, now);
                });
                Err(AppendError::Unknown("injected".into()))
            }
            _ => self.store.append(batch, now),
        }
    }

    async fn read_stream(&self, stream: StreamId, after: Version) -> Result<Vec<Arc<RecordedEvent>>, Unavailable> {
        self.meet_read_fault().await?;
        let written = self.written();
        let positions = written.streams.get(&stream).map_or(&[][..], Vec::as_slice);
        let page = positions.iter().skip(after as usize).take(PAGE_EVENTS_MAX);
        Ok(page.map(|position| written.events[*position as usize - 1].clone()).collect())
    }

    async fn read_all(
        &self,
        after: Position,
        up_to: Position,
        limit: usize,
    ) -> Result<Vec<Arc<RecordedEvent>>, Unavailable> {
        let written = self.written();
        let page = written.events.iter().skip(after as usize).take(limit.min(PAGE_EVENTS_MAX));
        Ok(page.take_while(|event| event.position <= up_to).cloned().collect())
    }

    async fn head(&self) -> Result<Position, Unavailable> {
        Ok(self.written().events.len() as Position)
    }

    async fn position_at(&self, at: DateTime<Utc>) -> Result<Option<(Position, DateTime<Utc>)>, Unavailable> {
        let written = self.written();
        let until = written.events.partition_point(|event| event.recorded_at <= at);
        Ok(written.events[..until].last().map(|last| (last.position, last.recorded_at)))
    }

    async fn recorded_at(&self, position: Position) -> Result<Option<DateTime<Utc>>, Unavailable> {
        let place = position.checked_sub(1).and_then(|place| usize::try_from(place).ok());
        Ok(place.and_then(|place| self.written().events.get(place).map(|event| event.recorded_at)))
    }

    async fn search(&self, search: &Search) -> Result<Found, Unavailable> {
        Ok(self.written().search(search))
    }

    async fn versions(&self, streams: &[StreamId]) -> Result<Vec<Version>, Unavailable> {
        self.meet_read_fault().await?;
        let written = self.written();
        Ok(streams.iter().map(|stream| written.version(*stream)).collect())
    }

    async fn find_key(&self, key: Uuid) -> Result<Option<StreamId>, Unavailable> {
        self.meet_read_fault().await?;
        Ok(self.written().keys.get(&key).copied())
    }

    async fn read_snapshot(&self, stream: StreamId) -> Result<Option<Snapshot>, Unavailable> {
        let fault = self.faults.of_snapshot();
        if fault == Some(Fault::FailSnapshot) {
            return Err(injected());
        }
        let written = self.written();
        let Some((last, before)) = written.snapshots.get(&stream) else { return Ok(None) };
        match fault {
            Some(Fault::StaleSnapshot) => Ok(before.clone()),
            Some(Fault::DamagedSnapshot(bit)) => Ok(Some(damaged(last, bit))),
            _ => Ok(Some(last.clone())),
        }
    }

    async fn write_snapshot(&self, stream: StreamId, snapshot: &Snapshot) -> Result<(), Unavailable> {
        if self.faults.forbid_snapshot() {
            return Err(injected());
        }
        let mut written = self.written();
        let before = written.snapshots.remove(&stream).map(|(last, _)| last);
        written.snapshots.insert(stream, (snapshot.clone(), before));
        Ok(())
    }

    fn watch_head(&self) -> watch::Receiver<Position> {
        self.store.head.subscribe()
    }
}

fn damaged(snapshot: &Snapshot, bit: u64) -> Snapshot {
    let mut state = BytesMut::from(&snapshot.state[..]);
    let bit = bit % (state.len() as u64 * 8).max(1);
    if let Some(byte) = state.get_mut((bit / 8) as usize) {
        *byte ^= 1 << (bit % 8);
    }
    Snapshot { state: state.freeze(), ..snapshot.clone() }
}

//! The log in memory: for tests and simulation. It keeps the whole contract, and it fails on demand.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use tokio::sync::watch;
use uuid::Uuid;

use crate::{
    AppendError, Appended, Capabilities, EventLog, PAGE_EVENTS_MAX, Position, RecordedEvent, StreamAppend, StreamId,
    Unavailable, Version, keys_carried_twice,
};

/// What goes wrong with the next append.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It is written, but the reply is lost.
    LoseReply,
    /// It is not written, and nobody can tell.
    LoseRequest,
    /// The store cannot be reached.
    Refuse,
    /// Somebody else seems to have been first.
    Conflict,
}

/// A log that lives as long as its process.
pub struct MemoryLog {
    written: Mutex<Written>,
    faults: Mutex<VecDeque<Fault>>,
    head: watch::Sender<Position>,
}

#[derive(Default)]
struct Written {
    events: Vec<Arc<RecordedEvent>>,
    streams: HashMap<StreamId, Vec<Position>>,
    keys: HashMap<Uuid, StreamId>,
}

impl Default for MemoryLog {
    fn default() -> Self {
        Self { written: Mutex::default(), faults: Mutex::default(), head: watch::Sender::new(0) }
    }
}

impl MemoryLog {
    /// Lets the next append that has no fault waiting meet this one.
    pub fn inject(&self, fault: Fault) {
        self.faults.lock().unwrap_or_else(PoisonError::into_inner).push_back(fault);
    }

    fn written(&self) -> MutexGuard<'_, Written> {
        self.written.lock().unwrap_or_else(PoisonError::into_inner)
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
        tokio::task::yield_now().await;
        let fault = self.faults.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
        match fault {
            Some(Fault::Refuse) => return Err(AppendError::Unavailable("injected".into())),
            Some(Fault::LoseRequest) => return Err(AppendError::Unknown("injected".into())),
            Some(Fault::Conflict) => return Err(AppendError::Conflict),
            Some(Fault::LoseReply) | None => {}
        }
        let appended = {
            let mut written = self.written();
            written.check(batch)?;
            written.write(batch, now)
        };
        // Two appends may get here in either order; the head never goes back.
        self.head.send_if_modified(|head| std::mem::replace(head, appended.last.max(*head)) < appended.last);
        match fault {
            Some(Fault::LoseReply) => Err(AppendError::Unknown("injected".into())),
            _ => Ok(appended),
        }
    }

    async fn read_stream(&self, stream: StreamId, after: Version) -> Result<Vec<Arc<RecordedEvent>>, Unavailable> {
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

    async fn versions(&self, streams: &[StreamId]) -> Result<Vec<Version>, Unavailable> {
        let written = self.written();
        Ok(streams.iter().map(|stream| written.version(*stream)).collect())
    }

    async fn find_key(&self, key: Uuid) -> Result<Option<StreamId>, Unavailable> {
        Ok(self.written().keys.get(&key).copied())
    }

    fn watch_head(&self) -> watch::Receiver<Position> {
        self.head.subscribe()
    }
}

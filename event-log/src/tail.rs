//! The newest events, kept in memory so that projections of this process need not read them back.
//!
//! Safe because positions are dense: a page is served from here only when every event of it is here.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use crate::{Position, RecordedEvent};

#[cfg(test)]
mod tests;

/// How many events are kept: several seconds at full load, about 20 MiB.
const TAIL_EVENTS_MAX: usize = 32_768;
/// The largest payload that is kept, in bytes; a booking has some 300. With the limit above it bounds
/// the tail to 128 MiB whatever is written.
const TAIL_PAYLOAD_BYTES_MAX: usize = 4_096;

/// A run of consecutive events that ends with the newest one this process wrote.
#[derive(Default)]
pub(crate) struct Tail(Mutex<VecDeque<Arc<RecordedEvent>>>);

impl Tail {
    /// Takes in an append that was confirmed. If others wrote in between, the run starts anew.
    pub(crate) fn extend(&self, events: Vec<Arc<RecordedEvent>>) {
        let mut run = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (Some(first), last) = (events.first(), run.back()) else { return };
        match last.map(|last| last.position) {
            // Two appends of this process may be confirmed in either order; the older one is dropped.
            Some(last) if first.position <= last => return,
            Some(last) if first.position != last + 1 => run.clear(),
            _ => {}
        }
        if events.iter().any(|event| event.payload.len() > TAIL_PAYLOAD_BYTES_MAX) {
            // Its readers fetch it from the log; the run starts anew after it.
            return run.clear();
        }
        run.extend(events);
        let surplus = run.len().saturating_sub(TAIL_EVENTS_MAX);
        run.drain(..surplus);
    }

    /// The events after a position, if all of them up to the end of the page are here.
    pub(crate) fn page(&self, after: Position, up_to: Position, limit: usize) -> Option<Vec<Arc<RecordedEvent>>> {
        let run = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let first = run.front()?.position;
        let last = run.back()?.position;
        if after >= last || after + 1 < first {
            return None;
        }
        let start = usize::try_from(after + 1 - first).ok()?;
        let page = run.range(start..).take(limit).take_while(|event| event.position <= up_to);
        Some(page.cloned().collect())
    }
}

//! Events to write, and ways to read everything that was written and to say what must be true of it.

use std::collections::HashMap;

use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use event_log::{Appended, EventLog, Metadata, NewEvent, Position, RecordedEvent, StreamAppend, StreamId, Version};
use uuid::Uuid;

/// The number of a stream for a test that needs several.
pub(crate) fn stream(number: usize) -> StreamId {
    StreamId::new("show", Uuid::from_u128(0x5_0000 + number as u128))
}

pub(crate) fn key(number: usize) -> Uuid {
    Uuid::from_u128(0xE_0000 + number as u128)
}

/// A day in whole microseconds, which is what the log keeps.
pub(crate) fn noon() -> DateTime<Utc> {
    DateTime::from_timestamp_micros(1_780_000_000_123_456).expect("within range")
}

pub(crate) fn seconds(after_noon: i64) -> DateTime<Utc> {
    noon() + TimeDelta::seconds(after_noon)
}

pub(crate) fn event(payload: impl Into<Bytes>) -> NewEvent {
    let event_id = Uuid::now_v7();
    let metadata =
        Metadata { actor: Uuid::nil(), command_id: Uuid::now_v7(), correlation_id: Uuid::max(), causation_id: None };
    NewEvent { event_id, event_type: "SeatsHeld", schema_version: 1, payload: payload.into(), key: None, metadata }
}

pub(crate) fn keyed(key: Uuid) -> NewEvent {
    NewEvent { key: Some(key), ..event("{}") }
}

/// Some events for one stream.
pub(crate) fn some(count: usize, stream: StreamId, expected_version: Version) -> StreamAppend {
    these((0..count).map(|n| event(format!("{{\"n\":{n}}}"))), stream, expected_version)
}

pub(crate) fn these(
    events: impl IntoIterator<Item = NewEvent>,
    stream: StreamId,
    expected_version: Version,
) -> StreamAppend {
    StreamAppend { stream, expected_version, events: events.into_iter().collect() }
}

/// Writes the beginning of a story, about which there can be no doubt.
pub(crate) async fn write(log: &dyn EventLog, batch: &[StreamAppend]) -> Appended {
    log.append(batch, noon()).await.expect("an undisputed append is obeyed")
}

/// Every event, page by page.
pub(crate) async fn everything(log: &dyn EventLog) -> Vec<RecordedEvent> {
    let mut events: Vec<RecordedEvent> = Vec::new();
    loop {
        let after = events.last().map_or(0, |last| last.position);
        let page = log.read_all(after, Position::MAX, usize::MAX).await.unwrap();
        if page.is_empty() {
            return events;
        }
        events.extend(page.iter().map(|event| (**event).clone()));
    }
}

/// Positions are 1, 2, 3 ... in the log, versions 1, 2, 3 ... in each stream, and time goes forwards.
pub(crate) fn assert_dense(events: &[RecordedEvent]) {
    let mut versions: HashMap<StreamId, Version> = HashMap::new();
    for (event, position) in events.iter().zip(1..) {
        assert_eq!(event.position, position, "a hole or a double in the log");
        let version = versions.entry(event.stream).or_default();
        *version += 1;
        assert_eq!(event.version, *version, "a hole or a double in {}", event.stream);
    }
    assert!(events.is_sorted_by_key(|event| event.recorded_at), "recorded time went backwards");
}

/// Nothing came of an append that was refused: the log is as it was, and no position is lost.
pub(crate) async fn assert_untouched(log: &dyn EventLog, before: &[RecordedEvent]) {
    assert_eq!(log.head().await.unwrap(), before.len() as Position);
    assert_eq!(everything(log).await, before);
    let next = write(log, &[some(1, stream(0xFFFF), 0)]).await;
    assert_eq!(next.first, before.len() as Position + 1, "the refused append took a position");
}

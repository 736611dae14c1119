//! The format is nailed down byte by byte, and no field can change without the hash.

use std::borrow::Cow;

use bytes::Bytes;
use chrono::DateTime;
use event_log::{Metadata, StreamId};

use super::*;

fn event() -> RecordedEvent {
    RecordedEvent {
        position: 0x0102,
        event_id: Uuid::from_u128(0xE),
        stream: StreamId::new("show", Uuid::from_u128(0x5)),
        version: 7,
        event_type: Cow::Borrowed("Sold"),
        schema_version: 0x0203,
        payload: Bytes::from_static(b"{}"),
        key: Some(Uuid::from_u128(0xB)),
        metadata: Metadata {
            actor: Uuid::from_u128(0xA),
            command_id: Uuid::from_u128(0xC),
            correlation_id: Uuid::from_u128(0xD),
            causation_id: None,
        },
        recorded_at: DateTime::from_timestamp_micros(-2).unwrap(),
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat()
}

fn id(last: &str) -> String {
    format!("{}{last}", "0".repeat(31))
}

#[test]
fn a_leaf_is_these_bytes_for_ever() {
    let stream: String = format!("show-00000000-0000-0000-0000-{}5", "0".repeat(11));
    let stream = hex(stream.as_bytes());
    let parts = [
        "01".into(),
        "0000000000000102".into(),
        id("e"),
        format!("00000029{stream}"),
        "0000000000000007".into(),
        "00000004536f6c64".into(),
        "0203".into(),
        "000000027b7d".into(),
        format!("01{}", id("b")),
        id("a"),
        id("c"),
        id("d"),
        "00".into(),
        "fffffffffffffffe".into(),
    ];
    let written = hex(&leaf_bytes(&event()));
    assert_eq!(written, parts.concat());
}

#[test]
fn every_field_counts() {
    let edits: [fn(&mut RecordedEvent); 13] = [
        |event| event.position += 1,
        |event| event.event_id = Uuid::from_u128(1),
        |event| event.stream = StreamId::new("account", event.stream.id()),
        |event| event.version += 1,
        |event| event.event_type = Cow::Borrowed("Sole"),
        |event| event.schema_version += 1,
        |event| event.payload = Bytes::from_static(b"{ }"),
        |event| event.key = None,
        |event| event.metadata.actor = Uuid::from_u128(1),
        |event| event.metadata.command_id = Uuid::from_u128(1),
        |event| event.metadata.correlation_id = Uuid::from_u128(1),
        |event| event.metadata.causation_id = Some(Uuid::nil()),
        |event| event.recorded_at = DateTime::from_timestamp_micros(-1).unwrap(),
    ];
    for (field, edit) in edits.into_iter().enumerate() {
        let mut changed = event();
        edit(&mut changed);
        assert!(leaf_hash(&changed) != leaf_hash(&event()), "field {field}");
    }
}

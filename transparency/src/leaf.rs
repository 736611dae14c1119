//! The canonical bytes of a recorded event, which its leaf hash covers. They must never change: every
//! checkpoint that was ever signed rests on them.
//!
//! All numbers are big-endian; a text or a payload is preceded by its length in bytes (4 bytes).
//!
//! | field | bytes |
//! | --- | --- |
//! | format | 1: the number 1 |
//! | position | 8 |
//! | event id | 16 |
//! | stream, for example `show-<uuid>` | 4 + length, UTF-8 |
//! | version | 8 |
//! | type, for example `BookingConfirmed` | 4 + length, UTF-8 |
//! | schema version | 2 |
//! | payload, as it is stored | 4 + length |
//! | key | 1: the number 0, if it has none; 17: the number 1 and the id |
//! | actor | 16 |
//! | command id | 16 |
//! | correlation id | 16 |
//! | causation id | 1 or 17, as the key |
//! | recorded at, in microseconds since 1970 (UTC, signed) | 8 |
//!
//! The leaf hash is SHA-256 of a zero byte and these bytes (RFC 6962). The leaf of the event at position
//! `n` is the leaf with index `n - 1`.

use event_log::RecordedEvent;
use tlog_tiles::{Hash, record_hash};
use uuid::Uuid;

/// The number of the format above.
const FORMAT: u8 = 1;

/// An event as its leaf tells it. The numbers are taken as they stand, so that a row which somebody has
/// tampered with has a leaf as well: another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Leaf<'a> {
    /// Its place in the whole log.
    pub position: u64,
    /// Its own id.
    pub event_id: Uuid,
    /// The name of its stream.
    pub stream: &'a str,
    /// Its place in the stream.
    pub version: u64,
    /// The name of its type.
    pub event_type: &'a str,
    /// The version of the payload's shape.
    pub schema_version: u16,
    /// The payload, byte for byte.
    pub payload: &'a [u8],
    /// Its key, if it has one.
    pub key: Option<Uuid>,
    /// The account that asked.
    pub actor: Uuid,
    /// The command that was obeyed.
    pub command_id: Uuid,
    /// The request it came with.
    pub correlation_id: Uuid,
    /// The event that made the platform give the command, if no person did.
    pub causation_id: Option<Uuid>,
    /// When it was written, in microseconds since 1970.
    pub recorded_at_us: i64,
}

impl Leaf<'_> {
    /// Its canonical bytes.
    pub fn bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(192 + self.stream.len() + self.event_type.len() + self.payload.len());
        bytes.push(FORMAT);
        bytes.extend_from_slice(&self.position.to_be_bytes());
        bytes.extend_from_slice(self.event_id.as_bytes());
        counted(&mut bytes, self.stream.as_bytes());
        bytes.extend_from_slice(&self.version.to_be_bytes());
        counted(&mut bytes, self.event_type.as_bytes());
        bytes.extend_from_slice(&self.schema_version.to_be_bytes());
        counted(&mut bytes, self.payload);
        optional(&mut bytes, self.key);
        for id in [self.actor, self.command_id, self.correlation_id] {
            bytes.extend_from_slice(id.as_bytes());
        }
        optional(&mut bytes, self.causation_id);
        bytes.extend_from_slice(&self.recorded_at_us.to_be_bytes());
        bytes
    }

    /// Its leaf hash.
    pub fn hash(&self) -> Hash {
        record_hash(&self.bytes())
    }
}

/// The canonical bytes of an event of the log.
pub fn leaf_bytes(event: &RecordedEvent) -> Vec<u8> {
    let leaf = Leaf {
        position: event.position,
        event_id: event.event_id,
        stream: &event.stream.to_string(),
        version: event.version,
        event_type: &event.event_type,
        schema_version: event.schema_version,
        payload: &event.payload,
        key: event.key,
        actor: event.metadata.actor,
        command_id: event.metadata.command_id,
        correlation_id: event.metadata.correlation_id,
        causation_id: event.metadata.causation_id,
        recorded_at_us: event.recorded_at.timestamp_micros(),
    };
    leaf.bytes()
}

/// The leaf hash of an event of the log.
pub fn leaf_hash(event: &RecordedEvent) -> Hash {
    record_hash(&leaf_bytes(event))
}

fn counted(into: &mut Vec<u8>, part: &[u8]) {
    // Postgres holds at most 1 GiB in one value.
    let length = u32::try_from(part.len()).unwrap_or(u32::MAX);
    into.extend_from_slice(&length.to_be_bytes());
    into.extend_from_slice(part);
}

fn optional(into: &mut Vec<u8>, id: Option<Uuid>) {
    match id {
        Some(id) => {
            into.push(1);
            into.extend_from_slice(id.as_bytes());
        }
        None => into.push(0),
    }
}

#[cfg(test)]
mod tests;

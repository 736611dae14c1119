//! A state as bytes and back. Damaged bytes, and bytes of another shape, give no state at all: never a
//! wrong one.
//!
//! A byte for this format, a SHA-256 over all that follows and where it belongs, then the state in
//! `postcard`, which names no fields: any change of the state's types is another
//! [`Aggregate::SNAPSHOT_SCHEMA`].

use bytes::Bytes;
use domain::aggregate::Aggregate;
use event_log::{Snapshot, StreamId};
use sha2::{Digest as _, Sha256};

use super::memory::Loaded;

#[cfg(test)]
mod tests;

/// The number of this format.
const FORMAT: u8 = 1;
const HASH_BYTES: usize = 32;
const HEADER_BYTES: usize = 1 + HASH_BYTES;
/// The largest state that is kept as a snapshot, in bytes.
const SNAPSHOT_BYTES_MAX: usize = 1 << 30;
/// The largest state, in bytes, that is read or written where other tasks wait for their turn. It takes
/// some milliseconds, as a page of events does.
const INLINE_BYTES_MAX: usize = 1 << 20;

/// Why there is no state, or no snapshot.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Unusable {
    #[error("it was written by another fold (schema {found}, this one is {expected})")]
    OtherSchema { found: u32, expected: u32 },
    #[error("it was written in another format")]
    OtherFormat,
    #[error("its bytes are damaged")]
    Damaged,
    #[error("its bytes are not a state: {0}")]
    NotAState(String),
    #[error("the state takes more than {SNAPSHOT_BYTES_MAX} bytes")]
    TooLarge,
}

/// The snapshot of a state.
pub(super) async fn write<A: Aggregate>(stream: StreamId, loaded: Loaded<A>) -> Result<Snapshot, Unusable> {
    /// What `Aggregate::weight` counts in, in bytes.
    const ENTRY_BYTES: usize = 150;
    if loaded.state.weight().saturating_mul(ENTRY_BYTES) <= INLINE_BYTES_MAX {
        return encode(stream, &loaded);
    }
    aside(move || encode(stream, &loaded)).await
}

/// The state of a snapshot.
pub(super) async fn read<A: Aggregate>(stream: StreamId, snapshot: Snapshot) -> Result<Loaded<A>, Unusable> {
    if snapshot.state.len() <= INLINE_BYTES_MAX {
        return decode(stream, &snapshot);
    }
    aside(move || decode(stream, &snapshot)).await
}

async fn aside<T: Send + 'static>(work: impl FnOnce() -> Result<T, Unusable> + Send + 'static) -> Result<T, Unusable> {
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|error| Err(Unusable::NotAState(error.to_string())))
}

fn encode<A: Aggregate>(stream: StreamId, loaded: &Loaded<A>) -> Result<Snapshot, Unusable> {
    let bytes = postcard::to_extend(&loaded.state, vec![0; HEADER_BYTES]);
    let bytes = bytes.map_err(|error| Unusable::NotAState(error.to_string()))?;
    if bytes.len() > SNAPSHOT_BYTES_MAX {
        return Err(Unusable::TooLarge);
    }
    let (version, position, schema) = (loaded.version, loaded.position, A::SNAPSHOT_SCHEMA);
    let mut snapshot = Snapshot { version, position, schema, state: Bytes::new() };
    let hash = hash(stream, &snapshot, &bytes[HEADER_BYTES..]);
    let mut bytes = bytes;
    bytes[0] = FORMAT;
    bytes[1..HEADER_BYTES].copy_from_slice(&hash);
    snapshot.state = Bytes::from(bytes);
    Ok(snapshot)
}

fn decode<A: Aggregate>(stream: StreamId, snapshot: &Snapshot) -> Result<Loaded<A>, Unusable> {
    if snapshot.schema != A::SNAPSHOT_SCHEMA {
        return Err(Unusable::OtherSchema { found: snapshot.schema, expected: A::SNAPSHOT_SCHEMA });
    }
    let (header, body) = snapshot.state.split_at_checked(HEADER_BYTES).ok_or(Unusable::Damaged)?;
    if header[0] != FORMAT {
        return Err(Unusable::OtherFormat);
    }
    if header[1..] != hash(stream, snapshot, body) {
        return Err(Unusable::Damaged);
    }
    let (state, rest) = postcard::take_from_bytes(body).map_err(|error| Unusable::NotAState(error.to_string()))?;
    if !rest.is_empty() {
        return Err(Unusable::NotAState(format!("{} bytes are left over", rest.len())));
    }
    Ok(Loaded { state, version: snapshot.version, position: snapshot.position })
}

fn hash(stream: StreamId, snapshot: &Snapshot, body: &[u8]) -> [u8; HASH_BYTES] {
    let mut hash = Sha256::new();
    hash.update(stream.to_string());
    hash.update(snapshot.version.to_be_bytes());
    hash.update(snapshot.position.to_be_bytes());
    hash.update(snapshot.schema.to_be_bytes());
    hash.update(body);
    hash.finalize().into()
}

//! One page of the log, decoded once for all projections.

use std::collections::HashSet;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use domain::aggregate::Aggregate;
use domain::event::{DecodeError, DomainEvent};
use domain::show::{self, Show};
use event_log::{Position, RecordedEvent, StreamId};
use uuid::Uuid;

/// Something that happened to a show, and where it stands in the log.
pub(crate) struct Fact {
    pub(crate) position: Position,
    pub(crate) stream: StreamId,
    pub(crate) recorded_at: DateTime<Utc>,
    pub(crate) event: show::Event,
}

impl Fact {
    pub(crate) fn show_id(&self) -> Uuid {
        self.stream.id()
    }
}

/// The facts that one projection is to fold.
#[derive(Clone, Copy)]
pub(crate) struct Page<'a> {
    facts: &'a [Fact],
    parked: &'a HashSet<StreamId>,
}

impl<'a> Page<'a> {
    /// The facts after a checkpoint, without those of parked streams.
    pub(crate) fn after(checkpoint: Position, facts: &'a [Fact], parked: &'a HashSet<StreamId>) -> Self {
        let start = facts.partition_point(|fact| fact.position <= checkpoint);
        Self { facts: &facts[start..], parked }
    }

    pub(crate) fn facts(self) -> impl Iterator<Item = &'a Fact> {
        self.facts.iter().filter(move |fact| self.parked.is_empty() || !self.parked.contains(&fact.stream))
    }
}

/// What a page of the log says about shows, up to its end or to the first event that cannot be read.
pub(crate) struct Decoded {
    pub(crate) facts: Vec<Fact>,
    /// Every event up to here is among the facts or means nothing to the projections.
    pub(crate) up_to: Position,
    /// The event that comes next, if it is damaged.
    pub(crate) damage: Option<Damage>,
}

/// An event whose payload is not what its type promises.
pub(crate) struct Damage {
    pub(crate) position: Position,
    pub(crate) stream: StreamId,
    pub(crate) error: DecodeError,
}

/// Reads the events after `after`. Streams that `is_parked` everywhere are not even looked at.
pub(crate) fn decode(after: Position, events: &[Arc<RecordedEvent>], is_parked: impl Fn(StreamId) -> bool) -> Decoded {
    let mut decoded = Decoded { facts: Vec::with_capacity(events.len()), up_to: after, damage: None };
    for recorded in events {
        let (position, stream) = (recorded.position, recorded.stream);
        if stream.category() == Show::CATEGORY && !is_parked(stream) {
            match show::Event::decode(&recorded.event_type, recorded.schema_version, &recorded.payload) {
                Ok(event) => {
                    decoded.facts.push(Fact { position, stream, recorded_at: recorded.recorded_at, event });
                }
                // Written by a newer Evently: not for these projections.
                Err(DecodeError::Unknown { .. }) => {}
                Err(error) => {
                    decoded.damage = Some(Damage { position, stream, error });
                    return decoded;
                }
            }
        }
        decoded.up_to = position;
    }
    decoded
}

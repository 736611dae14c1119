//! One page of the log, decoded once for all projections.

use std::collections::HashSet;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use domain::account::{self, Account};
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

/// Something that happened to an account, and where it stands in the log.
pub(crate) struct AccountFact {
    pub(crate) position: Position,
    pub(crate) stream: StreamId,
    pub(crate) recorded_at: DateTime<Utc>,
    pub(crate) event: account::Event,
}

/// What one projection is to fold.
#[derive(Clone, Copy)]
pub(crate) struct Page<'a> {
    facts: &'a [Fact],
    account_facts: &'a [AccountFact],
    recorded: &'a [Arc<RecordedEvent>],
    whole: bool,
    parked: &'a HashSet<StreamId>,
    up_to: Position,
}

impl<'a> Page<'a> {
    /// What was decoded of the log after a checkpoint and up to a position, without parked streams.
    pub(crate) fn between(
        checkpoint: Position,
        up_to: Position,
        decoded: &'a Decoded,
        parked: &'a HashSet<StreamId>,
    ) -> Self {
        let facts = part(&decoded.facts, |fact| fact.position, checkpoint, up_to);
        let account_facts = part(&decoded.account_facts, |fact| fact.position, checkpoint, up_to);
        let recorded = part(&decoded.recorded, |event| event.position, checkpoint, up_to);
        Self { facts, account_facts, recorded, whole: decoded.whole, parked, up_to }
    }

    /// The position that the projection stands at after this page.
    pub(crate) fn up_to(self) -> Position {
        self.up_to
    }

    /// What happened to shows.
    pub(crate) fn facts(self) -> impl Iterator<Item = &'a Fact> {
        self.facts.iter().filter(move |fact| self.goes_on(fact.stream))
    }

    /// What happened to accounts.
    pub(crate) fn account_facts(self) -> impl Iterator<Item = &'a AccountFact> {
        self.account_facts.iter().filter(move |fact| self.goes_on(fact.stream))
    }

    /// Every event of the page as it stands in the log, of whatever category. Only for projections that say so
    /// (`reads_recorded`): for others a replay leaves out where events come from.
    pub(crate) fn recorded(self) -> impl Iterator<Item = &'a Arc<RecordedEvent>> {
        debug_assert!(self.whole, "a projection that asks for recorded events must say so");
        self.recorded.iter().filter(move |event| self.goes_on(event.stream))
    }

    fn goes_on(self, stream: StreamId) -> bool {
        self.parked.is_empty() || !self.parked.contains(&stream)
    }
}

/// What stands after one position and not after another, of what is sorted by position.
fn part<T>(all: &[T], position: impl Fn(&T) -> Position, after: Position, up_to: Position) -> &[T] {
    let start = all.partition_point(|one| position(one) <= after);
    let end = all.partition_point(|one| position(one) <= up_to);
    &all[start..end.max(start)]
}

/// What a page of the log says, up to its end or to the first event that cannot be read.
pub(crate) struct Decoded {
    pub(crate) facts: Vec<Fact>,
    pub(crate) account_facts: Vec<AccountFact>,
    /// The events themselves, as far as `up_to`.
    pub(crate) recorded: Vec<Arc<RecordedEvent>>,
    /// Every event up to here is among the facts or says nothing that projections know.
    pub(crate) up_to: Position,
    /// Whether these are whole, or lack where they come from.
    pub(crate) whole: bool,
    /// The event that comes next, if it is damaged.
    pub(crate) damage: Option<Damage>,
}

impl Decoded {
    /// Adds what comes right after it; nothing may follow a damaged event.
    pub(crate) fn extend(&mut self, next: Decoded) {
        self.facts.extend(next.facts);
        self.account_facts.extend(next.account_facts);
        self.recorded.extend(next.recorded);
        (self.up_to, self.damage) = (next.up_to, next.damage);
    }
}

/// An event whose payload is not what its type promises.
pub(crate) struct Damage {
    pub(crate) position: Position,
    pub(crate) stream: StreamId,
    pub(crate) error: DecodeError,
}

/// Reads the events after `after`. Streams that `is_parked` everywhere are not even looked at.
pub(crate) fn decode(after: Position, events: &[Arc<RecordedEvent>], is_parked: impl Fn(StreamId) -> bool) -> Decoded {
    let facts = Vec::with_capacity(events.len());
    let recorded = Vec::with_capacity(events.len());
    let account_facts = Vec::new();
    let mut decoded = Decoded { facts, account_facts, recorded, up_to: after, whole: true, damage: None };
    for event in events {
        let (position, stream) = (event.position, event.stream);
        if !is_parked(stream) {
            match decoded.read(event) {
                // Written by a newer Evently: not for these projections.
                Ok(()) | Err(DecodeError::Unknown { .. }) => {}
                Err(error) => {
                    decoded.damage = Some(Damage { position, stream, error });
                    return decoded;
                }
            }
        }
        decoded.recorded.push(event.clone());
        decoded.up_to = position;
    }
    decoded
}

impl Decoded {
    /// Notes what an event says, if it is of a kind that projections know.
    fn read(&mut self, recorded: &RecordedEvent) -> Result<(), DecodeError> {
        let RecordedEvent { position, stream, recorded_at, schema_version, .. } = *recorded;
        let (event_type, payload) = (&*recorded.event_type, &*recorded.payload);
        match stream.category() {
            Show::CATEGORY => {
                let event = show::Event::decode(event_type, schema_version, payload)?;
                self.facts.push(Fact { position, stream, recorded_at, event });
            }
            Account::CATEGORY => {
                let event = account::Event::decode(event_type, schema_version, payload)?;
                self.account_facts.push(AccountFact { position, stream, recorded_at, event });
            }
            _ => {}
        }
        Ok(())
    }
}

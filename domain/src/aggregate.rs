//! What every aggregate promises: it decides without changing, and changes without failing.

use alloc::vec::Vec;

use crate::Timestamp;
use crate::access::Actor;
use crate::event::DomainEvent;

/// Who asks, and when. Deadlines are compared with `at`; the domain has no clock.
#[derive(Clone, Copy, Debug)]
pub struct Asked {
    /// Who asks.
    pub by: Actor,
    /// When the decision is made.
    pub at: Timestamp,
}

/// The rules of one consistency boundary.
pub trait Aggregate: Default + Send + Sync + 'static {
    /// The first part of its streams' names: `show` in `show-<uuid>`.
    const CATEGORY: &'static str;
    /// What people ask for, in the imperative.
    type Command: Send + Sync + 'static;
    /// What happened, in the past tense.
    type Event: DomainEvent;
    /// Why a command is refused: the fact in the way.
    type Rejection: core::error::Error + Send + Sync + 'static;

    /// What would be recorded if `command` were obeyed. Changes nothing. A repeated command
    /// decides nothing: it gives no events.
    fn decide(&self, command: &Self::Command, asked: &Asked) -> Result<Vec<Self::Event>, Self::Rejection>;

    /// Takes in a fact. Cannot fail: it already happened.
    fn evolve(&mut self, event: &Self::Event);

    /// The refusal for a command whose key ([`DomainEvent::key`]) another stream has already spent.
    fn key_spent() -> Self::Rejection;

    /// How much memory the state takes, in entries of roughly 150 bytes.
    fn weight(&self) -> usize;
}

/// The state after `events`, from the start.
pub fn replay<'a, A: Aggregate>(events: impl IntoIterator<Item = &'a A::Event>) -> A
where
    A::Event: 'a,
{
    let mut state = A::default();
    for event in events {
        state.evolve(event);
    }
    state
}

//! What every aggregate promises: it decides without changing, and changes without failing.

use alloc::vec::Vec;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::Timestamp;
use crate::access::Actor;
use crate::event::DomainEvent;

#[cfg(test)]
mod tests;

/// Who asks, and when. Deadlines are compared with `at`; the domain has no clock.
#[derive(Clone, Copy, Debug)]
pub struct Asked {
    /// Who asks.
    pub by: Actor,
    /// When the decision is made.
    pub at: Timestamp,
}

/// The rules of one consistency boundary. A state can be written down, so that a long history need
/// not be folded again (a snapshot).
pub trait Aggregate: Default + Serialize + DeserializeOwned + Send + Sync + 'static {
    /// The first part of its streams' names: `show` in `show-<uuid>`.
    const CATEGORY: &'static str;
    /// The number of the fold and of the state's shape: a snapshot of another number is of no use.
    /// Raise it whenever `evolve` or the state changes. 0: too small to be worth a snapshot.
    const SNAPSHOT_SCHEMA: u32;
    /// What people ask for, in the imperative.
    type Command: Send + Sync + 'static;
    /// What happened, in the past tense.
    type Event: DomainEvent;
    /// Why a command is refused: the fact in the way.
    type Rejection: core::error::Error + Send + Sync + 'static;

    /// What would be recorded if `command` were obeyed. Changes nothing. A repeated command
    /// decides nothing: it gives no events.
    fn decide(&self, command: &Self::Command, asked: &Asked) -> Result<Vec<Self::Event>, Self::Rejection>;

    /// What is due by itself: deadlines that have passed, and what follows from them. Changes nothing.
    /// May give only the next part of it, so it is asked again after the state has taken that in, until
    /// it gives none. It is asked before and after each decision, so that no command ever finds a state
    /// in which something is overdue, and nobody can come in between what frees and who it is for.
    fn settle(&self, _at: Timestamp) -> Vec<Self::Event> {
        Vec::new()
    }

    /// Whether time alone makes such a fact happen, of those that [`Aggregate::settle`] gives. What is settled
    /// after it follows from it.
    fn is_by_time(_event: &Self::Event) -> bool {
        false
    }

    /// Takes in a fact. Cannot fail: it already happened.
    fn evolve(&mut self, event: &Self::Event);

    /// The refusal for a command whose key ([`DomainEvent::key`]) another stream has already spent.
    fn key_spent() -> Self::Rejection;

    /// How much memory the state takes, in entries of roughly 150 bytes.
    fn weight(&self) -> usize;
}

/// The most calls of [`Aggregate::settle`] before or after one decision. What is due beyond that comes
/// with the next command; it is more than a waitlist can hold, so nobody can overtake those who wait.
pub const SETTLE_CALLS_MAX: usize = 200_000;

/// Settles a state until nothing is due any more, and gives what happened. Costs nothing if nothing is due.
pub fn settle_all<A: Aggregate>(state: &mut A, at: Timestamp) -> Vec<A::Event> {
    let mut settled = Vec::new();
    for _ in 0..SETTLE_CALLS_MAX {
        let due = state.settle(at);
        if due.is_empty() {
            break;
        }
        for event in &due {
            state.evolve(event);
        }
        settled.extend(due);
    }
    settled
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

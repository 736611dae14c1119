//! Given / when / then: rules tested on events, never on the state a decision saw.

use alloc::vec::Vec;
use core::fmt::Debug;

use crate::Timestamp;
use crate::access::Actor;
use crate::aggregate::{Aggregate, Asked, replay};

/// Starts a test: these things have happened.
pub fn given<A: Aggregate>(events: impl IntoIterator<Item = A::Event>) -> Given<A> {
    Given { events: events.into_iter().collect() }
}

/// A history.
pub struct Given<A: Aggregate> {
    events: Vec<A::Event>,
}

impl<A: Aggregate> Given<A> {
    /// When, and by whom, the command is given.
    #[must_use]
    pub fn at(self, by: Actor, at: Timestamp) -> At<A> {
        At { state: replay(&self.events), asked: Asked { by, at } }
    }
}

/// A history and a moment.
pub struct At<A: Aggregate> {
    state: A,
    asked: Asked,
}

impl<A: Aggregate> At<A> {
    /// The command under test.
    pub fn when(self, command: &A::Command) -> Then<A> {
        Then { outcome: self.state.decide(command, &self.asked) }
    }
}

/// What was decided.
pub struct Then<A: Aggregate> {
    outcome: Result<Vec<A::Event>, A::Rejection>,
}

impl<A: Aggregate> Then<A>
where
    A::Event: Debug + PartialEq,
    A::Rejection: PartialEq,
{
    /// Exactly these events.
    ///
    /// # Panics
    /// If anything else was decided.
    #[track_caller]
    pub fn then(self, events: impl IntoIterator<Item = A::Event>) {
        assert_eq!(self.outcome, Ok(events.into_iter().collect()));
    }

    /// Nothing: the command repeats what is already so.
    ///
    /// # Panics
    /// If anything was decided or refused.
    #[track_caller]
    pub fn then_nothing(self) {
        self.then([]);
    }

    /// Refused for this reason.
    ///
    /// # Panics
    /// If it was obeyed, or refused for another reason.
    #[track_caller]
    pub fn then_rejected(self, rejection: A::Rejection) {
        assert_eq!(self.outcome, Err(rejection));
    }
}

//! Given / when / then: rules tested on events, never on the state a decision saw.

use alloc::vec::Vec;
use core::fmt::Debug;

use crate::Timestamp;
use crate::access::Actor;
use crate::aggregate::{Aggregate, Asked, replay, settle_all};

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
    /// The command under test, obeyed as a lane does it: what is due is settled first, and what comes
    /// of the decision is settled with it.
    pub fn when(mut self, command: &A::Command) -> Then<A> {
        let mut events = settle_all(&mut self.state, self.asked.at);
        let rejection = match self.state.decide(command, &self.asked) {
            Ok(decided) => {
                for event in &decided {
                    self.state.evolve(event);
                }
                events.extend(decided);
                events.extend(settle_all(&mut self.state, self.asked.at));
                None
            }
            Err(rejection) => Some(rejection),
        };
        Then { events, rejection }
    }
}

/// What was recorded, and why the command was refused if it was.
pub struct Then<A: Aggregate> {
    events: Vec<A::Event>,
    rejection: Option<A::Rejection>,
}

impl<A: Aggregate> Then<A>
where
    A::Event: Debug + PartialEq,
    A::Rejection: PartialEq,
{
    /// Obeyed, with exactly these events: what was due before, what was decided, what follows from it.
    ///
    /// # Panics
    /// If it was refused, or anything else was recorded.
    #[track_caller]
    pub fn then(self, events: impl IntoIterator<Item = A::Event>) {
        assert_eq!(self.rejection, None);
        assert_eq!(self.events, events.into_iter().collect::<Vec<_>>());
    }

    /// Nothing: the command repeats what is already so, and nothing was due.
    ///
    /// # Panics
    /// If anything was recorded or refused.
    #[track_caller]
    pub fn then_nothing(self) {
        self.then([]);
    }

    /// Refused for this reason, whatever was due before.
    ///
    /// # Panics
    /// If it was obeyed, or refused for another reason.
    #[track_caller]
    pub fn then_rejected(self, rejection: A::Rejection) {
        assert_eq!(self.rejection, Some(rejection));
    }

    /// Refused for this reason after exactly these events, which were due without it.
    ///
    /// # Panics
    /// If it was obeyed or refused for another reason, or anything else was recorded.
    #[track_caller]
    pub fn then_rejected_after(self, events: impl IntoIterator<Item = A::Event>, rejection: A::Rejection) {
        assert_eq!(self.rejection, Some(rejection));
        assert_eq!(self.events, events.into_iter().collect::<Vec<_>>());
    }
}

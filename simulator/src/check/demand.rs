//! What the checker demands of every run. A violation names the demand, so that a history can be made shorter
//! without becoming one that violates something else.

use std::fmt;

use event_log::Position;

/// A demand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Demand {
    /// Every payload can be read.
    Readable,
    /// Positions and versions are 1, 2, 3 ... without holes.
    Dense,
    /// Recorded time never goes back.
    TimeGoesOn,
    /// Never is more taken than there is.
    NeverOversold,
    /// No seat has two owners.
    OneOwner,
    /// Deadlines are exact.
    Deadlines,
    /// No customer has more than the limit.
    CustomerLimit,
    /// No booking has fewer or more tickets than it may.
    PerBooking,
    /// No promo code is used more often than it can be.
    PromoBudget,
    /// Money goes back as the policy says, and never more than came in.
    Refunds,
    /// Who waits longest and fits is first.
    WaitlistOrder,
    /// Nobody buys what somebody who waits could have.
    NoOvertaking,
    /// Nobody waits for what is free.
    NoStarving,
    /// Each event follows from what was before by the rules of sale.
    Lawful,
    /// Every answer was true at some moment between question and answer.
    Explained,
    /// What was refused was not written.
    RefusedIsUnwritten,
    /// What was obeyed was written.
    ObeyedIsWritten,
    /// Nothing is written twice.
    OnceOnly,
    /// Whoever asks gets an answer when nothing is wrong any more.
    Answered,
    /// What a process has in memory is what the log comes to.
    MemoryIsFold,
    /// Deciding again what was obeyed decides nothing.
    DecidesNothing,
    /// No lane ever ends by itself.
    LanesLive,
}

impl fmt::Display for Demand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = format!("{self:?}");
        for (at, letter) in name.char_indices() {
            if at > 0 && letter.is_uppercase() {
                f.write_str("-")?;
            }
            write!(f, "{}", letter.to_lowercase())?;
        }
        Ok(())
    }
}

/// A demand that was not met.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// Which.
    pub demand: Demand,
    /// At which event, if at one.
    pub position: Option<Position>,
    /// By which answer, if by one: its place among the attempts.
    pub attempt: Option<u32>,
    /// What was found.
    pub what: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.demand, self.what)?;
        if let Some(position) = self.position {
            write!(f, " (position {position})")?;
        }
        if let Some(attempt) = self.attempt {
            write!(f, " (attempt {attempt})")?;
        }
        Ok(())
    }
}

/// What is wrong, before it is known where.
#[derive(Debug)]
pub(super) struct Wrong {
    pub(super) demand: Demand,
    pub(super) what: String,
}

pub(super) type Checked<T = ()> = Result<T, Wrong>;

/// Gives up with [`Wrong`] unless the condition holds.
macro_rules! demand {
    ($condition:expr, $demand:ident, $($what:tt)+) => {
        if !$condition {
            return Err($crate::check::demand::Wrong {
                demand: $crate::check::demand::Demand::$demand,
                what: format!($($what)+),
            });
        }
    };
}
pub(super) use demand;

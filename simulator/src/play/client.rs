//! The people's side: questions on their way, what was told, and who asks again.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, HashSet};
use std::pin::Pin;

use command_api::lane::{Done, Lanes, Refused};
use domain::show::{Command, Rejection, Show};
use uuid::Uuid;

use super::seen::{self, Seen};
use crate::history::{Answer, Attempt, View};
use crate::plan::{Ask, By, Question};
use crate::words;

/// How long, in milliseconds, a client waits before it repeats a question; longer each time.
const REPEAT_AFTER_MS: u64 = 35;
/// One question in so many is asked although whoever asks knows better.
const STUBBORN: u32 = 8;

type Executed = Result<Done<View>, Refused<Rejection>>;

/// A question that is on its way.
pub(super) struct InFlight {
    pub(super) attempt: u32,
    pub(super) answer: Pin<Box<dyn Future<Output = Executed>>>,
    pub(super) answered: bool,
}

/// Gives a command to a process.
pub(super) fn execute(
    lanes: &Lanes<Show>,
    id: Uuid,
    command: Command,
    question: &Question,
    correlation: Uuid,
) -> Pin<Box<dyn Future<Output = Executed>>> {
    let (lanes, by, seen) = (lanes.clone(), words::actor(question.by), Seen::of(&question.ask));
    Box::pin(async move { lanes.execute(id, command, by, correlation, move |show| seen::view(show, seen)).await })
}

/// What a client makes of what comes back.
pub(super) fn answer(executed: Executed) -> Answer {
    match executed {
        Ok(Done { view, committed }) => {
            Answer::Obeyed { repeated: committed.repeated, position: committed.position, view }
        }
        Err(Refused::Rejected(rejection)) => Answer::Refused(rejection),
        Err(Refused::Overloaded) => Answer::Overloaded,
        Err(Refused::Unavailable) => Answer::None,
    }
}

/// A question that is repeated.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Again {
    at: u64,
    pub(super) act: u32,
    pub(super) found: i64,
    pub(super) tries: u8,
}

/// What the people know, and what they are about to ask again.
#[derive(Default)]
pub(super) struct Clients {
    again: BinaryHeap<Reverse<Again>>,
    /// Those who gave up without an answer, with what they had found out.
    without: HashMap<u32, i64>,
    bookings: HashSet<u32>,
    payments: HashSet<u32>,
    entries: HashSet<u32>,
}

impl Clients {
    /// A question that is to be repeated now.
    pub(super) fn due(&mut self, now: u64) -> Option<Again> {
        if self.again.peek()?.0.at > now {
            return None;
        }
        self.again.pop().map(|Reverse(again)| again)
    }

    pub(super) fn next_at(&self) -> Option<u64> {
        self.again.peek().map(|Reverse(again)| again.at)
    }

    /// Whether a question makes sense for all that whoever asks knows. Some ask anyway.
    pub(super) fn would_ask(&mut self, act: u32, question: &Question, found: bool) -> bool {
        let sensible = match &question.ask {
            Ask::Book { booking, .. } => {
                self.bookings.insert(*booking);
                true
            }
            Ask::Join { entry, .. } => {
                self.entries.insert(*entry);
                true
            }
            Ask::Pay { booking, payment } => {
                let sensible = self.bookings.contains(booking);
                if sensible {
                    self.payments.insert(*payment);
                }
                sensible
            }
            Ask::Accept { entry, booking } => {
                let sensible = self.entries.contains(entry);
                if sensible {
                    self.bookings.insert(*booking);
                }
                sensible
            }
            Ask::Leave { entry } | Ask::Decline { entry } => self.entries.contains(entry),
            Ask::GiveBack { booking, .. }
            | Ask::Extend { booking }
            | Ask::Confirm { booking, .. }
            | Ask::Refund { booking, .. } => self.bookings.contains(booking),
            Ask::Report { payment, .. } => self.payments.contains(payment),
            Ask::ReportRefund { .. } => found,
            _ => true,
        };
        sensible || act.is_multiple_of(STUBBORN)
    }

    /// Somebody has an answer, or has waited for one long enough.
    pub(super) fn told(&mut self, now: u64, attempt: &Attempt, question: &Question) {
        let Attempt { act, found, tries, .. } = *attempt;
        match &attempt.answer {
            Answer::None | Answer::Overloaded if tries < question.patience => {
                let at = now + REPEAT_AFTER_MS * (u64::from(tries) + 1);
                self.again.push(Reverse(Again { at, act, found, tries: tries + 1 }));
            }
            Answer::None | Answer::Overloaded => {
                self.without.insert(act, found);
            }
            Answer::Refused(rejection) if *rejection != Rejection::IdempotencyKeyReused => self.forget(question),
            Answer::Refused(_) | Answer::Obeyed { .. } => {}
        }
    }

    /// What was refused is not there to go on with.
    fn forget(&mut self, question: &Question) {
        match &question.ask {
            Ask::Book { booking, .. } => drop(self.bookings.remove(booking)),
            Ask::Accept { booking, .. } if matches!(question.by, By::Customer(_)) => {
                self.bookings.remove(booking);
            }
            Ask::Join { entry, .. } => drop(self.entries.remove(entry)),
            Ask::Pay { payment, .. } => drop(self.payments.remove(payment)),
            _ => {}
        }
    }

    /// Everybody who gave up, in the order of their questions.
    pub(super) fn gave_up(&mut self) -> Vec<(u32, i64)> {
        let mut without: Vec<_> = self.without.drain().collect();
        without.sort_unstable();
        without
    }
}

//! What is left of a run: the log, and for each try to have a question answered when it was asked, when it was
//! answered, and how. This is all that the checker reads.

use std::sync::Arc;

use domain::show::{Rejection, Show};
use event_log::{Position, RecordedEvent};

/// An event, and the append that wrote it.
#[derive(Clone, Debug)]
pub struct Written {
    /// The event.
    pub event: Arc<RecordedEvent>,
    /// The append.
    pub append: Append,
}

/// Events that were written together, all or none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Append {
    /// The first position.
    pub first: Position,
    /// The last position.
    pub last: Position,
    /// What time its writer said it was, in microseconds since 1970.
    pub decided_at: i64,
}

/// One try to have a question answered.
#[derive(Clone, Debug)]
pub struct Attempt {
    /// Which act of the plan it belongs to.
    pub act: u32,
    /// Which process was asked.
    pub process: u8,
    /// What whoever asks had found out: a revision, or an amount.
    pub found: i64,
    /// How often it had been asked before; the last one, when nothing was wrong any more, counts as most.
    pub tries: u8,
    /// The head of the log when it was asked.
    pub asked_head: Position,
    /// The head of the log when it was answered.
    pub answered_head: Position,
    /// The earliest and the latest time that the process's clock can have shown meanwhile.
    pub clock: (i64, i64),
    /// The answer.
    pub answer: Answer,
}

/// How a question was answered.
#[derive(Clone, Debug)]
pub enum Answer {
    /// Not at all: it may have been obeyed, or may be yet.
    None,
    /// Too many asked. Nothing was done.
    Overloaded,
    /// A rule was in the way. Nothing was done.
    Refused(Rejection),
    /// It was done.
    Obeyed {
        /// It had been done before.
        repeated: bool,
        /// The log up to here shows it.
        position: Position,
        /// What was seen of the show then.
        view: View,
    },
}

/// What is seen of a show with an answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct View {
    /// Its revision.
    pub revision: u64,
    /// Its status.
    pub status: &'static str,
    /// The booking that was asked about.
    pub booking: Option<BookingView>,
    /// The place on the waitlist that was asked about.
    pub entry: Option<EntryView>,
}

/// What is seen of a booking.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BookingView {
    /// What became of it.
    pub status: &'static str,
    /// How many tickets.
    pub quantity: u32,
    /// What they cost.
    pub total: i64,
    /// Its deadline, in microseconds since 1970.
    pub expires_at: Option<i64>,
    /// What was paid.
    pub paid: i64,
    /// What goes or went back.
    pub refunded: i64,
}

/// What is seen of a place on the waitlist.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EntryView {
    /// What became of it.
    pub state: &'static str,
    /// The deadline of its offer, in microseconds since 1970.
    pub expires_at: Option<i64>,
}

/// The state of a show as a process has it.
#[derive(Clone, Debug)]
pub struct Remembered {
    /// Which show.
    pub show: u8,
    /// Who has it.
    pub whose: String,
    /// At which position of the log.
    pub position: Position,
    /// The state.
    pub state: Show,
}

/// All that is left of a run.
#[derive(Clone, Debug, Default)]
pub struct History {
    /// The log.
    pub log: Vec<Written>,
    /// Every try, in the order of asking; its number is in the events that it made.
    pub attempts: Vec<Attempt>,
    /// What the processes had in memory in the end.
    pub remembered: Vec<Remembered>,
    /// Whatever was wrong while it went on.
    pub trouble: Option<String>,
    /// Acts that got no answer although nothing was wrong any more.
    pub unanswered: Vec<u32>,
}

//! Whether an answer was true: of the state that the show was in at some moment between question and answer.

mod obeyed;
mod refused;
mod written;

use uuid::Uuid;

use super::house::{Booking, Entry, House, Status};
use crate::history::{Answer, Attempt, BookingView, EntryView, View};
use crate::ids::{ORGANIZER, Of};
use crate::plan::{Ask, By, Plan, Question};

pub(super) use written::fits;

/// A question with its answer, beside the state that is to explain it.
pub(super) struct Told<'a> {
    pub(super) plan: &'a Plan,
    pub(super) question: &'a Question,
    pub(super) attempt: &'a Attempt,
}

impl Told<'_> {
    /// Whether this state explains the answer, if what was done was `done` by then: its events were written, or
    /// there was nothing left to do.
    pub(super) fn is_explained_by(&self, house: &House, done: bool) -> bool {
        match &self.attempt.answer {
            Answer::None | Answer::Overloaded => true,
            Answer::Refused(rejection) => self.is_refused_rightly(house, rejection),
            Answer::Obeyed { view, .. } => done && self.sees(house, view),
        }
    }

    fn ask(&self) -> &Ask {
        &self.question.ask
    }

    fn asker(&self) -> Uuid {
        asker(self.question.by)
    }

    fn is_organizer(&self) -> bool {
        self.question.by != By::Platform && self.asker() == ORGANIZER
    }

    /// Whether whoever asks may know of what is somebody's.
    fn may_know(&self, owner: Uuid) -> bool {
        self.question.by == By::Platform || owner == self.asker()
    }

    /// The booking that is asked about.
    fn booking<'h>(&self, house: &'h House) -> Option<&'h Booking> {
        house.bookings.get(&Of::Booking.id(self.ask().booking()?.into()))
    }

    /// The place on the waitlist that is asked about.
    fn entry<'h>(&self, house: &'h House) -> Option<&'h Entry> {
        house.entries.get(&Of::Entry.id(self.ask().entry()?.into()))
    }

    fn sees(&self, house: &House, view: &View) -> bool {
        let booking = self.booking(house).map(|booking| BookingView {
            status: booking.status.as_str(),
            quantity: super::house::quantity(&booking.lines),
            total: booking.total(),
            expires_at: booking.expires(),
            paid: booking.paid,
            refunded: booking.refunded(),
        });
        let entry = self.entry(house).map(|entry| EntryView {
            state: entry.state.as_str(),
            expires_at: match entry.state {
                super::house::EntryState::Offered { expires, .. } => Some(expires),
                _ => None,
            },
        });
        let status = match house.status {
            Status::NotThere | Status::Draft => "draft",
            Status::OnSale => "on_sale",
            Status::Paused => "paused",
            Status::Closed => "closed",
            Status::CalledOff => "cancelled",
        };
        (view.revision, view.status) == (house.revision, status) && view.booking == booking && view.entry == entry
    }
}

/// The account of whoever asks.
pub(super) fn asker(by: By) -> Uuid {
    match by {
        By::Customer(number) => Of::Customer.id(number.into()),
        By::Organizer => ORGANIZER,
        By::Platform => Uuid::nil(),
    }
}

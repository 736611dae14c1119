//! What an event of a show does to the show and to its bookings, and what it must be because of the
//! event before it. One file for each kind of fact.

mod booking;
mod hold;
mod payment;
mod refund;
mod waitlist;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::facts::{Fact, HoldConfirmed, Item, RefundDue, RefundReason};
use super::ledger::{Booking, Ledger, Status};
use super::show::Show;

/// An event, where it happens and to what.
pub(super) struct Moment<'a> {
    pub(super) show: &'a mut Show,
    pub(super) bookings: &'a mut Ledger,
    pub(super) position: i64,
    pub(super) recorded_at: DateTime<Utc>,
    /// Whether it follows from a payment, with the event before it.
    pub(super) was_paid: bool,
}

/// What the next event of a show must be.
#[derive(Clone)]
pub(super) enum Owed {
    /// Money goes back, one of these amounts. If one of them is nothing, it need not.
    Back { booking_id: Uuid, reason: RefundReason, amounts: Vec<i64> },
    /// A hold was paid in time: it is bought.
    Bought { booking_id: Uuid },
    /// A hold was paid late: it is bought if that can still be, or this money goes back.
    BoughtOrBack { booking_id: Uuid, amount: i64 },
}

impl Moment<'_> {
    /// Takes in what happened, or says why it should not have.
    pub(super) fn take(&mut self, fact: Fact) -> Result<(), String> {
        self.settle(&fact)?;
        if self.show.is_cancelled() && !outlives_the_show(&fact) {
            return Err("something happens to the show after it was cancelled".into());
        }
        match fact {
            Fact::BookingConfirmed(confirmed) => self.confirm(&confirmed),
            Fact::SeatsHeld(held) => self.hold(&held),
            Fact::BookingReduced(reduced) => self.reduce(&reduced),
            Fact::BookingCancelled(cancelled) => self.cancel(&cancelled),
            Fact::HoldExtended(extended) => self.extend(&extended),
            Fact::HoldConfirmed(confirmed) => self.confirm_hold(&confirmed),
            Fact::HoldReleased(released) => self.release(&released),
            Fact::HoldsLapsed(holds) => holds.iter().try_for_each(|hold| self.lapse(hold)),
            Fact::PaymentStarted(started) => self.start_payment(&started),
            Fact::PaymentSucceeded(succeeded) => self.payment_succeeded(&succeeded),
            Fact::PaymentFailed(failed) => self.payment_failed(&failed),
            Fact::RefundDue(due) => self.refund_due(&due),
            Fact::RefundSucceeded(succeeded) => self.refund_succeeded(&succeeded),
            Fact::RefundFailed(failed) => self.refund_failed(&failed),
            Fact::RefundRetried(retried) => self.refund_retried(&retried),
            Fact::WaitlistJoined(joined) => self.join(&joined),
            Fact::WaitlistLeft(left) => self.leave(&left),
            Fact::SeatsOffered(offered) => self.offer(&offered),
            Fact::OfferDeclined(declined) => self.decline(&declined),
            Fact::OffersLapsed(offers) => offers.iter().try_for_each(|offer| self.lapse_offer(offer)),
            Fact::ShowCancelled(_) => {
                self.end_all();
                self.show.organize(fact, self.recorded_at)
            }
            Fact::ColleagueAdded(added) => self.show.colleagues.add(&added, self.recorded_at),
            Fact::ColleagueRemoved(removed) => self.show.colleagues.remove(&removed),
            organized => self.show.organize(organized, self.recorded_at),
        }
    }

    /// Compares the fact with what the last one made necessary.
    fn settle(&mut self, fact: &Fact) -> Result<(), String> {
        let Some(owed) = self.show.owed.take() else {
            return match fact {
                Fact::RefundDue(RefundDue { booking_id, reason, .. }) if *reason != RefundReason::Goodwill => {
                    Err(format!("money of booking {booking_id} goes back ({}) without a reason", reason.word()))
                }
                _ => Ok(()),
            };
        };
        let paid = match (&owed, fact) {
            (Owed::Back { booking_id, reason, amounts }, Fact::RefundDue(due)) => {
                (due.booking_id, due.reason) == (*booking_id, *reason) && amounts.contains(&due.money.amount)
            }
            (Owed::BoughtOrBack { booking_id, amount }, Fact::RefundDue(due)) => {
                let wanted = (*booking_id, RefundReason::NotNeeded, *amount);
                (due.booking_id, due.reason, due.money.amount) == wanted
            }
            (Owed::Bought { booking_id }, Fact::HoldConfirmed(HoldConfirmed { booking_id: bought, retaken, .. })) => {
                bought == booking_id && !retaken
            }
            (Owed::BoughtOrBack { booking_id, .. }, Fact::HoldConfirmed(HoldConfirmed { booking_id: bought, .. })) => {
                bought == booking_id
            }
            _ => false,
        };
        if paid {
            self.was_paid = true;
            return Ok(());
        }
        if owed.is_optional() {
            return self.settle(fact);
        }
        Err(format!("{owed}, and this is something else"))
    }

    /// A booking of this show.
    fn booking(&self, booking_id: Uuid) -> Result<&Booking, String> {
        let booking = self.bookings.get(booking_id).filter(|booking| booking.show_id == self.show.row.show_id);
        booking.ok_or_else(|| format!("this show has no booking {booking_id}"))
    }

    /// The same, to be changed.
    fn booking_mut(&mut self, booking_id: Uuid) -> Result<&mut Booking, String> {
        let show_id = self.show.row.show_id;
        let booking = self.bookings.get_mut(booking_id).filter(|booking| booking.show_id == show_id);
        booking.ok_or_else(|| format!("this show has no booking {booking_id}"))
    }

    /// A booking in one of these states, whose customer and tickets an event repeats.
    fn repeated(
        &self,
        (booking_id, customer_id, items): (Uuid, Uuid, &[Item]),
        from: &[Status],
        word: &str,
    ) -> Result<&Booking, String> {
        let booking = self.in_state(booking_id, from, word)?;
        if booking.customer_id != customer_id || !self.show.are(items, &booking.tickets) {
            let position = booking.position;
            return Err(format!("booking {booking_id} is {word} with other words than it was made with at {position}"));
        }
        Ok(booking)
    }

    /// A booking in one of these states.
    fn in_state(&self, booking_id: Uuid, from: &[Status], word: &str) -> Result<&Booking, String> {
        let Ok(booking) = self.booking(booking_id) else {
            return Err(format!("booking {booking_id} is {word}, but was never made for this show"));
        };
        if !from.contains(&booking.status) {
            let (position, status) = (booking.position, booking.status.word());
            return Err(format!("booking {booking_id}, made at position {position}, is {word}, but it is {status}"));
        }
        Ok(booking)
    }
}

/// What can still happen when a show was called off: money comes and goes, a code is cleared away, and
/// colleagues come and go. A booking is refused in words of its own.
fn outlives_the_show(fact: &Fact) -> bool {
    matches!(
        fact,
        Fact::BookingConfirmed(_)
            | Fact::SeatsHeld(_)
            | Fact::PaymentSucceeded(_)
            | Fact::PaymentFailed(_)
            | Fact::RefundDue(_)
            | Fact::RefundSucceeded(_)
            | Fact::RefundFailed(_)
            | Fact::RefundRetried(_)
            | Fact::PromoCodeRemoved(_)
            | Fact::ColleagueAdded(_)
            | Fact::ColleagueRemoved(_)
    )
}

impl Owed {
    /// Whether it may be that nothing was owed.
    pub(super) fn is_optional(&self) -> bool {
        matches!(self, Self::Back { amounts, .. } if amounts.contains(&0))
    }
}

impl std::fmt::Display for Owed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Back { booking_id, reason, amounts } => {
                let amounts: Vec<String> = amounts.iter().map(i64::to_string).collect();
                write!(f, "{} of booking {booking_id} must go back ({})", amounts.join(" or "), reason.word())
            }
            Self::Bought { booking_id } => write!(f, "booking {booking_id} was paid and must be confirmed"),
            Self::BoughtOrBack { booking_id, amount } => {
                write!(f, "booking {booking_id} was paid late and must be confirmed, or {amount} must go back")
            }
        }
    }
}

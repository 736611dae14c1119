//! Whether the fact that a refusal names was in the way. Times are taken from the whole span between question
//! and answer: it is enough that the fact was true at some moment of it.

mod buying;
mod organizing;

use domain::show::Rejection;

use super::Told;
use crate::check::house::{BookingStatus, EntryState, House, Status};
use crate::ids::Of;
use crate::plan::{Ask, By, Said};

impl Told<'_> {
    /// Whether this state is one in which the fact was in the way. A key that was used before is not looked
    /// for here, because it can be in any show.
    pub(super) fn is_refused_rightly(&self, house: &House, rejection: &Rejection) -> bool {
        let (lo, hi) = self.attempt.clock;
        let is_there = house.status != Status::NotThere;
        match rejection {
            Rejection::NoSuchShow => !is_there || house.status == Status::Draft && !self.is_organizer(),
            Rejection::RoleForbids => matches!(self.question.by, By::Customer(_)) && self.is_for_staff(),
            Rejection::EventCancelled => house.status == Status::CalledOff,
            Rejection::EventOver => house.times.ends <= hi,
            Rejection::NotOnSale => matches!(house.status, Status::Draft | Status::Paused),
            Rejection::SaleIsPaused => house.status == Status::Paused,
            Rejection::SaleClosed => house.status == Status::Closed || self.is_past_a_window(house, hi),
            Rejection::SaleNotOpen { opens_at } => {
                let opens = opens_at.timestamp_micros();
                opens > lo && self.opens_at(house, opens)
            }
            Rejection::NoSuchBooking => self.booking(house).is_none_or(|booking| !self.may_keep(booking.customer)),
            Rejection::NoSuchEntry => self.entry(house).is_none_or(|entry| !self.may_know(entry.customer)),
            Rejection::HoldLapsed
            | Rejection::HoldNotExtendable { .. }
            | Rejection::AlreadyConfirmed
            | Rejection::AlreadyCancelled
            | Rejection::PaymentPending
            | Rejection::PaymentRequired { .. }
            | Rejection::NothingToPay => self.is_hold_so(house, rejection),
            Rejection::NotOffered | Rejection::OfferLapsed | Rejection::OfferDeclined | Rejection::OfferAccepted => {
                self.is_offer_so(house, rejection)
            }
            Rejection::NoSuchPayment
            | Rejection::PaymentDiffers
            | Rejection::NoSuchRefund
            | Rejection::RefundExceedsPaid { .. } => self.is_money_so(house, rejection),
            Rejection::RevisionStale { .. }
            | Rejection::CapacityBelowTaken { .. }
            | Rejection::CapacityFromSeatMap { .. }
            | Rejection::ContradictoryTimes
            | Rejection::OverlappingPolicySteps
            | Rejection::DuplicateSeatLabel { .. }
            | Rejection::SeatsInUse { .. }
            | Rejection::PromoCodeExists
            | Rejection::NoSuchPromoCode
            | Rejection::RefundDatePast => self.is_organized_so(house, rejection),
            _ => is_there && self.cannot_be_had(house, rejection),
        }
    }

    fn is_for_staff(&self) -> bool {
        !matches!(
            self.ask(),
            Ask::Book { .. }
                | Ask::GiveBack { .. }
                | Ask::Extend { .. }
                | Ask::Confirm { .. }
                | Ask::Pay { .. }
                | Ask::Join { .. }
                | Ask::Leave { .. }
                | Ask::Accept { .. }
                | Ask::Decline { .. }
                | Ask::Settle
        )
    }

    /// Whether the asker may do something with a booking: its customer, and who runs the show may refund it.
    fn may_keep(&self, customer: uuid::Uuid) -> bool {
        self.may_know(customer) || self.is_organizer() && matches!(self.ask(), Ask::Refund { .. })
    }

    fn is_hold_so(&self, house: &House, rejection: &Rejection) -> bool {
        let (lo, hi) = self.attempt.clock;
        let Some(booking) = self.booking(house) else { return false };
        let past_it = booking.expires().is_some_and(|expires| expires <= hi);
        let due = booking.total() - booking.refundable();
        match rejection {
            Rejection::HoldLapsed => {
                let lapsed = booking.status == BookingStatus::Lapsed || past_it;
                // Who confirms late gets what is still free, unless it is not paid.
                let again = matches!(self.ask(), Ask::Confirm { .. })
                    && booking.status == BookingStatus::Lapsed
                    && house.could_retake(booking, lo)
                    && house.could_retake(booking, hi)
                    && !(house.terms.paid && due > 0);
                lapsed && !again
            }
            Rejection::HoldNotExtendable { expires_at } => booking.hold.is_some_and(|hold| {
                let at_most = hold.extendable_until <= hold.expires;
                booking.expires() == Some(expires_at.timestamp_micros()) && at_most
            }),
            Rejection::AlreadyConfirmed => booking.status == BookingStatus::Confirmed,
            Rejection::AlreadyCancelled => {
                matches!(booking.status, BookingStatus::Cancelled | BookingStatus::Released)
            }
            Rejection::PaymentPending => booking.status == BookingStatus::Paying,
            Rejection::PaymentRequired { due: said } => house.terms.paid && due == *said && due > 0,
            _ => due <= 0,
        }
    }

    fn is_offer_so(&self, house: &House, rejection: &Rejection) -> bool {
        let (_, hi) = self.attempt.clock;
        let Some(entry) = self.entry(house) else { return false };
        match (&entry.state, rejection) {
            (EntryState::Waiting, Rejection::NotOffered)
            | (EntryState::Lapsed, Rejection::OfferLapsed)
            | (EntryState::Declined | EntryState::Left, Rejection::OfferDeclined) => true,
            (EntryState::Offered { expires, .. }, Rejection::OfferLapsed) => *expires <= hi,
            (EntryState::Accepted(by), Rejection::OfferAccepted) => match self.ask() {
                Ask::Accept { booking, .. } => *by != Of::Booking.id((*booking).into()),
                _ => true,
            },
            _ => false,
        }
    }

    fn is_money_so(&self, house: &House, rejection: &Rejection) -> bool {
        let found = self.attempt.found;
        match (self.ask(), rejection) {
            (Ask::Report { payment, .. }, Rejection::NoSuchPayment) => {
                !house.payments.contains_key(&Of::Payment.id((*payment).into()))
            }
            (Ask::Report { payment, said }, Rejection::PaymentDiffers) => {
                let payment = house.payments.get(&Of::Payment.id((*payment).into()));
                payment.is_some_and(|payment| *said == Said::Otherwise || payment.amount != found)
            }
            (Ask::ReportRefund { refund, said, .. }, rejection) => {
                let refunds = self.booking(house).map_or(&[][..], |booking| &booking.refunds);
                let refund = (*refund as usize).checked_sub(1).and_then(|index| refunds.get(index));
                match rejection {
                    Rejection::NoSuchRefund => refund.is_none(),
                    _ => refund.is_some_and(|refund| *said == Said::Otherwise || refund.amount != found),
                }
            }
            (Ask::Refund { amount, .. }, Rejection::RefundExceedsPaid { requested, refundable }) => {
                let left = self.booking(house).map(super::super::house::Booking::refundable);
                requested == amount && left == Some(*refundable) && (*amount <= 0 || amount > refundable)
            }
            _ => false,
        }
    }
}

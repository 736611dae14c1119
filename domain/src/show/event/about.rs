//! Which bookings a fact is about. Whoever tells one booking's story, or proves it, asks here.

use super::Event;
use crate::ids::BookingId;

impl Event {
    /// Whether it names this booking. [`Event::ShowCancelled`] names none and yet ends every live booking
    /// of the show: it belongs to the story of each that came before it.
    pub fn names_booking(&self, booking_id: BookingId) -> bool {
        let mut named = false;
        self.each_booking(|other| named |= other == booking_id);
        named
    }

    /// Calls `found` with every booking that it names, in the order in which it names them.
    pub fn each_booking(&self, mut found: impl FnMut(BookingId)) {
        match self {
            Self::BookingConfirmed(event) => found(event.booking_id),
            Self::SeatsHeld(event) => found(event.booking_id),
            Self::HoldExtended(event) => found(event.booking_id),
            Self::HoldConfirmed(event) => found(event.booking_id),
            Self::HoldReleased(event) => found(event.booking_id),
            Self::HoldsLapsed(event) => event.holds.iter().for_each(|hold| found(hold.booking_id)),
            Self::BookingReduced(event) => found(event.booking_id),
            Self::BookingCancelled(event) => found(event.booking_id),
            Self::PaymentStarted(event) => found(event.booking_id),
            Self::PaymentSucceeded(event) => found(event.booking_id),
            Self::PaymentFailed(event) => found(event.booking_id),
            Self::RefundDue(event) => found(event.booking_id),
            Self::RefundSucceeded(event) => found(event.booking_id),
            Self::RefundFailed(event) => found(event.booking_id),
            Self::RefundRetried(event) => found(event.booking_id),
            // What the organizer says is about the show, and what the queue does about an entry. All are
            // listed, so that nobody adds a fact without deciding this.
            Self::ShowCreated(_)
            | Self::ShowDescribed(_)
            | Self::ShowScheduled(_)
            | Self::ShowRescheduled(_)
            | Self::CustomerLimitSet(_)
            | Self::SaleTermsSet(_)
            | Self::TicketTypeAdded(_)
            | Self::TicketTermsSet(_)
            | Self::CapacityRaised(_)
            | Self::CapacityLowered(_)
            | Self::PromoCodeAdded(_)
            | Self::PromoCodeRemoved(_)
            | Self::ColleagueAdded(_)
            | Self::ColleagueRemoved(_)
            | Self::SeatMapSet(_)
            | Self::SeatsBlocked(_)
            | Self::SeatsUnblocked(_)
            | Self::ShowPublished(_)
            | Self::SalePaused(_)
            | Self::SaleResumed(_)
            | Self::SaleClosed(_)
            | Self::ShowCancelled(_)
            | Self::WaitlistJoined(_)
            | Self::WaitlistLeft(_)
            | Self::SeatsOffered(_)
            | Self::OfferDeclined(_)
            | Self::OffersLapsed(_) => {}
        }
    }
}

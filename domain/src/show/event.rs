//! What has happened to a show. The facts stand in six files, by who caused them: the organizer
//! (`programme`, `seating`, `colleagues`), customers (`sale`), the payment provider (`payment`), the queue (`waitlist`).

mod about;
mod colleagues;
mod payment;
mod programme;
mod sale;
mod seating;
mod waitlist;

use crate::event::domain_events;

pub use colleagues::{ColleagueAdded, ColleagueRemoved};
pub use payment::{
    PaymentFailed, PaymentStarted, PaymentSucceeded, RefundDue, RefundFailed, RefundReason, RefundRetried,
    RefundSucceeded,
};
pub use programme::{
    CapacityLowered, CapacityRaised, CustomerLimitSet, PromoCodeAdded, PromoCodeRemoved, SaleClosed, SalePaused,
    SaleResumed, SaleTermsSet, Schedule, ShowCancelled, ShowCreated, ShowDescribed, ShowDetails, ShowPublished,
    ShowRescheduled, ShowScheduled, TicketTermsSet, TicketType, TicketTypeAdded, Venue,
};
pub use sale::{
    BookedItem, BookingCancelled, BookingConfirmed, BookingReduced, HoldConfirmed, HoldExtended, HoldReleased,
    HoldsLapsed, LapsedHold, SeatsHeld,
};
pub(super) use sale::{bytes, total};
pub use seating::{Point, Row, Seat, SeatLabel, SeatMap, SeatMapSet, SeatsBlocked, SeatsUnblocked, Section};
pub use waitlist::{LapsedOffer, OfferDeclined, OffersLapsed, SeatsOffered, WaitlistJoined, WaitlistLeft};

domain_events! {
    /// Everything that can have happened to a show, with the versions of each shape.
    pub enum Event {
        /// It was put on the programme.
        ShowCreated = 1..=2,
        /// Its title, description or venue became this.
        ShowDescribed = 1..=1,
        /// Its times became these.
        ShowScheduled = 1..=1,
        /// It was put off; whoever had booked may give tickets back in full for a while.
        ShowRescheduled = 1..=1,
        /// The limit for one customer became this.
        CustomerLimitSet = 1..=1,
        /// How it is held, paid and given back became this.
        SaleTermsSet = 1..=1,
        /// Something more is sold.
        TicketTypeAdded = 1..=2,
        /// When, to whom and how many at a time a ticket type is sold became this.
        TicketTermsSet = 1..=1,
        /// There are more tickets of a type.
        CapacityRaised = 1..=1,
        /// There are fewer tickets of a type.
        CapacityLowered = 1..=1,
        /// A code makes tickets cheaper.
        PromoCodeAdded = 1..=1,
        /// A code no longer does.
        PromoCodeRemoved = 1..=1,
        /// Its seats became these.
        SeatMapSet = 1..=1,
        /// Seats are not sold.
        SeatsBlocked = 1..=1,
        /// Seats are sold again.
        SeatsUnblocked = 1..=1,
        /// Somebody may run or see it with the organizer.
        ColleagueAdded = 1..=1,
        /// Somebody no longer may.
        ColleagueRemoved = 1..=1,
        /// Everybody can see and book it.
        ShowPublished = 1..=1,
        /// It is not sold for the moment.
        SalePaused = 1..=1,
        /// It is sold again.
        SaleResumed = 1..=1,
        /// It is never sold again.
        SaleClosed = 1..=1,
        /// It will not happen; every booking, hold and offer of it ended with this, and what was paid
        /// for them is due back.
        ShowCancelled = 1..=1,
        /// Tickets were bought.
        BookingConfirmed = 1..=2,
        /// Tickets were set aside until a deadline.
        SeatsHeld = 1..=1,
        /// The deadline was moved.
        HoldExtended = 1..=1,
        /// Held tickets were bought.
        HoldConfirmed = 1..=1,
        /// Held tickets were given up by their holder.
        HoldReleased = 1..=1,
        /// Holds reached their deadlines.
        HoldsLapsed = 1..=1,
        /// Part of a booking was given back.
        BookingReduced = 1..=1,
        /// A booking was given back.
        BookingCancelled = 1..=1,
        /// A customer went to pay for a hold.
        PaymentStarted = 1..=1,
        /// The money is there.
        PaymentSucceeded = 1..=1,
        /// It is not.
        PaymentFailed = 1..=1,
        /// Money must go back.
        RefundDue = 1..=1,
        /// It went.
        RefundSucceeded = 1..=1,
        /// It did not.
        RefundFailed = 1..=1,
        /// It is to be tried again.
        RefundRetried = 1..=1,
        /// Somebody waits for tickets.
        WaitlistJoined = 1..=1,
        /// Somebody waits no longer.
        WaitlistLeft = 1..=1,
        /// Tickets were set aside for somebody who waits.
        SeatsOffered = 1..=1,
        /// They were not wanted.
        OfferDeclined = 1..=1,
        /// Offers reached their deadlines.
        OffersLapsed = 1..=1,
    }
    key: |event| match event {
        Event::BookingConfirmed(confirmed) => Some(confirmed.booking_id.0),
        Event::SeatsHeld(held) => Some(held.booking_id.0),
        Event::PaymentStarted(started) => Some(started.payment_id.0),
        Event::WaitlistJoined(joined) => Some(joined.entry_id.0),
        _ => None,
    };
}

impl Event {
    /// Whether it is something the organizer said or did, which makes the show another revision. Who is
    /// trusted with it is no part of what it is.
    pub fn is_organizers(&self) -> bool {
        matches!(
            self,
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
                | Self::SeatMapSet(_)
                | Self::SeatsBlocked(_)
                | Self::SeatsUnblocked(_)
                | Self::ShowPublished(_)
                | Self::SalePaused(_)
                | Self::SaleResumed(_)
                | Self::SaleClosed(_)
                | Self::ShowCancelled(_)
        )
    }
}

/// Whether an optional part is as if it were not there, and need not be written down.
fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

//! Holds: tickets set aside until a deadline. The deadline is exact: from then on they are free.

use alloc::vec;
use alloc::vec::Vec;

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use crate::Timestamp;
use crate::aggregate::Asked;
use crate::ids::BookingId;
use crate::planted;
use crate::show::booking::{Booking, BookingStatus, own};
use crate::show::command::ConfirmBooking;
use crate::show::event::{
    Event, HoldConfirmed, HoldExtended, HoldReleased, HoldsLapsed, LapsedHold, LapsedOffer, OffersLapsed, SeatsHeld,
};
use crate::show::payment::{Payment, PaymentState};
use crate::show::terms::{HOLD_EXTENSIONS, SaleTerms};
use crate::show::{Deadline, Rejection, Show, Status, sale, waitlist};

/// How many lapses one event tells of at most.
pub const LAPSES_PER_EVENT_MAX: usize = 1_000;

/// A hold's deadlines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Hold {
    /// As it was first promised.
    #[serde(with = "chrono::serde::ts_microseconds")]
    pub(super) first_expires_at: Timestamp,
    /// As it is now.
    #[serde(with = "chrono::serde::ts_microseconds")]
    pub(super) expires_at: Timestamp,
    /// As it was before its holder went to pay.
    #[serde(with = "chrono::serde::ts_microseconds")]
    pub(super) expires_unpaid_at: Timestamp,
    /// The last moment it can be extended to.
    #[serde(with = "chrono::serde::ts_microseconds")]
    pub(super) extendable_until: Timestamp,
}

impl Hold {
    pub(super) fn new(held: &SeatsHeld) -> Self {
        let expires_at = held.expires_at;
        Self {
            first_expires_at: expires_at,
            expires_at,
            expires_unpaid_at: expires_at,
            extendable_until: held.extendable_until,
        }
    }
}

/// The deadline of a hold made now, and the last one it can be extended to.
pub(super) fn hold_until(terms: &SaleTerms, at: Timestamp) -> (Timestamp, Timestamp) {
    let hold_s = i64::from(terms.hold_seconds);
    (at + TimeDelta::seconds(hold_s), at + TimeDelta::seconds(hold_s * i64::from(HOLD_EXTENSIONS)))
}

pub(super) fn extend(show: &Show, booking_id: BookingId, asked: &Asked) -> Result<Vec<Event>, Rejection> {
    let booking = own(show, booking_id, asked)?;
    let hold = open_hold(show, booking, asked.at)?;
    let wished = hold_until(&show.terms, asked.at).0;
    if wished <= hold.expires_at {
        // It lasts as long as it would from now on: a repeat, or asked in the moment it was made.
        return Ok(vec![]);
    }
    let expires_at = wished.min(hold.extendable_until);
    if expires_at <= hold.expires_at {
        return Err(Rejection::HoldNotExtendable { expires_at: hold.expires_at });
    }
    Ok(vec![HoldExtended { booking_id, expires_at }.into()])
}

/// The deadlines of a booking that is held, and not being paid; or what became of it instead.
pub(super) fn open_hold<'a>(show: &Show, booking: &'a Booking, at: Timestamp) -> Result<&'a Hold, Rejection> {
    match (booking.status, booking.hold()) {
        (BookingStatus::Held, Some(hold)) if hold.expires_at > at => Ok(hold),
        (BookingStatus::Held | BookingStatus::Lapsed, _) => Err(Rejection::HoldLapsed),
        (BookingStatus::Paying, _) => Err(Rejection::PaymentPending),
        (BookingStatus::Confirmed, _) => Err(Rejection::AlreadyConfirmed),
        (BookingStatus::Released | BookingStatus::Cancelled, _) => Err(ended(show)),
    }
}

/// Why a booking that has ended is not what it was.
fn ended(show: &Show) -> Rejection {
    if show.status == Status::Cancelled { Rejection::EventCancelled } else { Rejection::AlreadyCancelled }
}

pub(super) fn confirm(show: &Show, confirm: &ConfirmBooking, asked: &Asked) -> Result<Vec<Event>, Rejection> {
    let booking = own(show, confirm.booking_id, asked)?;
    if repeats(confirm, booking) {
        return Ok(vec![]);
    }
    let retaken = match open_hold(show, booking, asked.at) {
        Ok(_) => false,
        Err(Rejection::HoldLapsed) if booking.status == BookingStatus::Held => {
            if !planted!("forget-deadline-on-confirm") {
                return Err(Rejection::HoldLapsed);
            }
            false
        }
        Err(Rejection::HoldLapsed) => {
            if !sale::can_retake(show, booking.customer_id, &booking.items, booking.promo_code(), asked.at) {
                return Err(Rejection::HoldLapsed);
            }
            true
        }
        Err(other) => return Err(other),
    };
    let due = show.still_to_pay(booking);
    if due > 0 {
        return Err(if retaken { Rejection::HoldLapsed } else { Rejection::PaymentRequired { due } });
    }
    let payment_reference = confirm.payment_reference.clone();
    let bought = bought(confirm.booking_id, booking, retaken, asked.at);
    Ok(vec![HoldConfirmed { payment_reference, request: confirm.request, ..bought }.into()])
}

/// Held tickets become bought ones.
pub(super) fn bought(booking_id: BookingId, booking: &Booking, retaken: bool, at: Timestamp) -> HoldConfirmed {
    HoldConfirmed {
        booking_id,
        customer_id: booking.customer_id,
        items: booking.items.clone(),
        confirmed_at: at,
        retaken,
        payment_reference: None,
        request: None,
    }
}

/// Whether a confirmation is the one that confirmed the booking: the same request, whatever became of the
/// booking since, or one that names a payment that came in for it.
fn repeats(confirm: &ConfirmBooking, booking: &Booking) -> bool {
    let Some(more) = booking.more() else { return false };
    let same_request = confirm.request.is_some() && confirm.request == more.confirmed_by;
    let reference = confirm.payment_reference.as_ref().and_then(|reference| reference.as_str().parse().ok());
    let came_in = |payment: &&Payment| payment.state == PaymentState::Succeeded;
    let same_payment = |payment_id| more.payments.iter().filter(came_in).any(|payment| payment.id == payment_id);
    same_request || booking.status == BookingStatus::Confirmed && reference.is_some_and(same_payment)
}

pub(super) fn release(booking_id: BookingId, booking: &Booking) -> Vec<Event> {
    let (customer_id, items) = (booking.customer_id, booking.items.clone());
    vec![HoldReleased { booking_id, customer_id, items }.into()]
}

/// Everything past its deadline, recorded as lapsed; the next call gives what follows from that.
pub(super) fn lapses(show: &Show, at: Timestamp) -> Vec<Event> {
    let (mut holds, mut offers): (Vec<LapsedHold>, Vec<LapsedOffer>) = (vec![], vec![]);
    let due = show.deadlines.iter().take_while(|(deadline, _)| *deadline <= at);
    for (expires_at, deadline) in due.take(LAPSES_PER_EVENT_MAX) {
        let expires_at = *expires_at;
        match deadline {
            Deadline::Hold(booking_id) => holds.extend(show.booking(*booking_id).map(|booking| LapsedHold {
                booking_id: *booking_id,
                customer_id: booking.customer_id,
                items: booking.items.clone(),
                expires_at,
            })),
            Deadline::Offer(entry_id) => offers.extend(waitlist::lapsing(show, *entry_id, expires_at)),
        }
    }
    let mut events = vec![];
    if !holds.is_empty() {
        events.push(HoldsLapsed { holds: holds.into() }.into());
    }
    if !offers.is_empty() {
        events.push(OffersLapsed { offers: offers.into() }.into());
    }
    events
}

/// Moves the deadline of a hold that is open.
pub(super) fn moved(show: &mut Show, booking_id: BookingId, expires_at: Timestamp) {
    let Some(booking) = show.bookings.get_mut(&booking_id) else { return };
    let open = booking.expires_at();
    let Some(hold) = booking.more_mut().hold.as_mut() else { return };
    hold.expires_at = expires_at;
    if let Some(before) = open {
        show.deadlines.remove(&(before, Deadline::Hold(booking_id)));
        show.deadlines.insert((expires_at, Deadline::Hold(booking_id)));
    }
}

pub(super) fn extended(show: &mut Show, event: &HoldExtended) {
    moved(show, event.booking_id, event.expires_at);
    if let Some(hold) = show.bookings.get_mut(&event.booking_id).and_then(|booking| booking.more_mut().hold.as_mut()) {
        hold.expires_unpaid_at = event.expires_at;
    }
}

pub(super) fn confirmed(show: &mut Show, event: &HoldConfirmed) {
    let Some(mut booking) = show.bookings.remove(&event.booking_id) else { return };
    if let Some(deadline) = booking.expires_at() {
        show.deadlines.remove(&(deadline, Deadline::Hold(event.booking_id)));
    }
    if event.retaken && !booking.status.is_live() {
        show.take(&booking.items);
        show.count_in(booking.customer_id, booking.quantity(), booking.promo_code());
    }
    booking.status = BookingStatus::Confirmed;
    booking.more_mut().confirmed_by = event.request;
    show.bookings.insert(event.booking_id, booking);
}

pub(super) fn lapsed(show: &mut Show, holds: &[LapsedHold]) {
    for hold in holds {
        show.end(hold.booking_id, BookingStatus::Lapsed);
        if planted!("lapse-keeps-seats") {
            show.take(&hold.items);
        }
    }
}

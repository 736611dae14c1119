//! Giving tickets back, wholly or in part, and what comes back for them.

use alloc::boxed::Box;
use alloc::vec;
use alloc::vec::Vec;

use chrono::TimeDelta;

use crate::Timestamp;
use crate::access::{Action, may};
use crate::aggregate::Asked;
use crate::ids::BookingId;
use crate::show::booking::{Booking, BookingStatus, own};
use crate::show::command::{CancelBooking, Item, Wish};
use crate::show::event::{BookedItem, BookingCancelled, BookingReduced, Event, RefundReason};
use crate::show::terms::{RefundPolicy, percent_of};
use crate::show::{Rejection, Show, hold};

/// What giving tickets back would do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cancellation {
    /// The tickets.
    pub items: Box<[BookedItem]>,
    /// Whether nothing of the booking is left then.
    pub whole: bool,
    /// What comes back, in minor units of the show's currency.
    pub refund: i64,
}

impl Show {
    /// What giving these tickets back at this moment would do, whoever asks. Nothing, for a booking that
    /// has ended.
    pub fn cancellation(&self, cancel: &CancelBooking, at: Timestamp) -> Result<Cancellation, Rejection> {
        let booking = self.booking(cancel.booking_id).ok_or(Rejection::NoSuchBooking)?;
        if !booking.status.is_live() {
            return Ok(Cancellation { items: Box::default(), whole: true, refund: 0 });
        }
        let items = part(booking, &cancel.items)?;
        let whole = items.iter().map(|item| item.quantity).sum::<u32>() == booking.quantity();
        let price =
            |item: &BookedItem| self.back_for(booking, item.unit_price, at).saturating_mul(item.quantity.into());
        let by_policy = items.iter().map(price).fold(0, i64::saturating_add);
        Ok(Cancellation { items, whole, refund: by_policy.min(booking.refundable()).max(0) })
    }

    /// What comes back for one ticket at this price, in minor units.
    fn back_for(&self, booking: &Booking, unit_price: i64, at: Timestamp) -> i64 {
        let put_off = self.put_off.as_ref();
        let goodwill =
            put_off.is_some_and(|put_off| booking.booked_at < put_off.decided_at && at < put_off.refund_until);
        let policy = usize::from(booking.policy).checked_sub(1).and_then(|index| self.policies.get(index));
        match policy {
            Some(policy) if !goodwill => self.by_policy(policy, unit_price, at),
            _ => unit_price,
        }
    }

    fn by_policy(&self, policy: &RefundPolicy, unit_price: i64, at: Timestamp) -> i64 {
        let Some(schedule) = self.schedule() else { return 0 };
        let until = |hours: u32| schedule.starts_at.checked_sub_signed(TimeDelta::hours(hours.into()));
        // Until before the beginning of time: never.
        let early_enough = |hours: u32| until(hours).is_some_and(|until| at <= until);
        let step = policy.steps.iter().find(|step| early_enough(step.hours_before));
        step.map_or(0, |step| percent_of(unit_price, step.percent).saturating_sub(policy.fee).clamp(0, unit_price))
    }
}

/// The part of a booking that these wishes name; no wish names all of it.
fn part(booking: &Booking, wishes: &[Item]) -> Result<Box<[BookedItem]>, Rejection> {
    if wishes.is_empty() {
        return Ok(booking.items.clone());
    }
    let mut parts: Vec<BookedItem> = Vec::with_capacity(wishes.len());
    for wish in wishes {
        let twice = parts.iter().any(|part| part.ticket_type_id == wish.ticket_type_id);
        let item = booking.items.iter().find(|item| item.ticket_type_id == wish.ticket_type_id);
        let item = item.filter(|_| !twice).ok_or(Rejection::NotInBooking)?;
        let seats = match &wish.wish {
            Wish::Quantity(quantity) => {
                // Which of several seats, only their holder can say; all of them need no saying.
                let clear = item.seats.is_empty() || *quantity == item.quantity;
                if !clear {
                    return Err(Rejection::SeatsRequired { ticket_type_id: item.ticket_type_id });
                }
                item.seats.clone()
            }
            Wish::Seats(seats) => seats.clone().into(),
            Wish::BestAvailable(_) => return Err(Rejection::NotInBooking),
        };
        let quantity = wish.wish.quantity();
        let mut sorted: Vec<_> = seats.iter().collect();
        sorted.sort_unstable();
        let repeated = sorted.iter().zip(sorted.iter().skip(1)).find(|(one, next)| one == next);
        if let Some((seat, _)) = repeated {
            return Err(Rejection::SeatListedTwice { seat: (*seat).clone() });
        }
        if quantity == 0 || quantity > item.quantity || seats.iter().any(|seat| !item.seats.contains(seat)) {
            return Err(Rejection::NotInBooking);
        }
        parts.push(BookedItem { quantity, seats, ..item.clone() });
    }
    Ok(parts.into())
}

pub(super) fn cancel(show: &Show, cancel: &CancelBooking, asked: &Asked) -> Result<Vec<Event>, Rejection> {
    let booking = own(show, cancel.booking_id, asked)?;
    let known = |request| booking.more().is_some_and(|more| more.reduced_by.contains(&request));
    if !booking.status.is_live() || cancel.request.is_some_and(known) {
        return Ok(vec![]);
    }
    let over = show.schedule().is_some_and(|schedule| schedule.ends_at <= asked.at);
    if over && booking.status == BookingStatus::Confirmed && !may(&asked.by, Action::GrantRole) {
        return Err(Rejection::EventOver);
    }
    let Cancellation { items, whole, refund } = show.cancellation(cancel, asked.at)?;
    if booking.status == BookingStatus::Paying && !whole {
        return Err(Rejection::PaymentPending);
    }
    if cancel.preview {
        return Ok(vec![]);
    }
    let (booking_id, customer_id, request) = (cancel.booking_id, booking.customer_id, cancel.request);
    let mut events = match booking.status {
        BookingStatus::Held | BookingStatus::Paying if whole => hold::release(booking_id, booking),
        _ if whole => vec![BookingCancelled { booking_id, customer_id, items }.into()],
        status => {
            let held = status != BookingStatus::Confirmed;
            vec![BookingReduced { booking_id, customer_id, items, held, request }.into()]
        }
    };
    if refund > 0 {
        events.push(show.refund_due(booking_id, refund, RefundReason::GivenBack, request)?);
    }
    Ok(events)
}

pub(super) fn reduced(show: &mut Show, event: &BookingReduced) {
    let Some(booking) = show.bookings.get_mut(&event.booking_id) else { return };
    let before = booking.items.clone();
    booking.items = before.iter().filter_map(|item| without(item, &event.items)).collect();
    let more = booking.more_mut();
    more.first_items.get_or_insert(before);
    more.reduced_by.extend(event.request);
    let quantity = event.items.iter().map(|item| item.quantity).sum();
    show.free(&event.items);
    show.count_out(event.customer_id, quantity, None);
}

/// What is left of an item; nothing, if all of it was given back.
fn without(item: &BookedItem, back: &[BookedItem]) -> Option<BookedItem> {
    let Some(back) = back.iter().find(|back| back.ticket_type_id == item.ticket_type_id) else {
        return Some(item.clone());
    };
    let quantity = item.quantity.saturating_sub(back.quantity);
    let seats = item.seats.iter().filter(|seat| !back.seats.contains(seat)).cloned().collect();
    (quantity > 0).then(|| BookedItem { quantity, seats, ..item.clone() })
}

pub(super) fn cancelled(show: &mut Show, booking_id: BookingId) {
    show.end(booking_id, BookingStatus::Cancelled);
}

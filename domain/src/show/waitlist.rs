//! The waitlist: who waits, in which order, and what is offered to whom. Tickets that come free are
//! offered in the decision that frees them, so nobody can snatch them in between.

mod queue;

use alloc::boxed::Box;
use alloc::vec;
use alloc::vec::Vec;

use chrono::TimeDelta;

use crate::Timestamp;
use crate::access::{Action, may};
use crate::aggregate::Asked;
use crate::ids::{BookingId, EntryId};
use crate::planted;
use crate::show::booking::Taken;
use crate::show::command::{BestAvailable, JoinWaitlist};
use crate::show::event::{BookedItem, Event, LapsedOffer, OfferDeclined, SeatsOffered, WaitlistJoined, WaitlistLeft};
use crate::show::terms::Payment;
use crate::show::{Deadline, Offered, Rejection, Show, Status, hold, sale};

pub(super) use queue::Waitlist;
pub use queue::{Entry, EntryState, WAITLIST_MAX};

pub(super) fn join(show: &Show, join: &JoinWaitlist, asked: &Asked) -> Result<Vec<Event>, Rejection> {
    let JoinWaitlist { entry_id, customer_id, ticket_type_id, quantity, .. } = *join;
    if let Some(entry) = show.waitlist.get(entry_id) {
        let asked_before = (entry.customer_id, entry.ticket_type_id, entry.quantity);
        let repeats = asked_before == (customer_id, ticket_type_id, quantity);
        return if repeats { Ok(vec![]) } else { Err(Rejection::IdempotencyKeyReused) };
    }
    sale::check_sale(show, asked)?;
    let offered = sale::find_type(show, ticket_type_id, join.access_code.as_ref())?;
    sale::check_type_open(offered, asked.at)?;
    sale::check_quantity(offered, quantity)?;
    sale::check_limit(show, customer_id, quantity)?;
    let available = for_newcomers(show, offered, asked.at);
    if available >= quantity {
        return Err(Rejection::TicketsAvailable { ticket_type_id, available });
    }
    if let Some(entry_id) = show.waitlist.place_of(customer_id, ticket_type_id) {
        return Err(Rejection::AlreadyWaiting { entry_id });
    }
    if show.waitlist.len() >= WAITLIST_MAX {
        return Err(Rejection::WaitlistFull { limit: WAITLIST_MAX });
    }
    let joined_at = asked.at;
    Ok(vec![WaitlistJoined { entry_id, customer_id, ticket_type_id, quantity, joined_at }.into()])
}

/// Somebody's own place. Who else waits is nobody's business.
fn own<'a>(show: &'a Show, entry_id: EntryId, asked: &Asked) -> Result<&'a Entry, Rejection> {
    let entry = show.waitlist.get(entry_id).ok_or(Rejection::NoSuchEntry)?;
    let theirs = may(&asked.by, Action::KeepBooking { customer: entry.customer_id });
    if theirs { Ok(entry) } else { Err(Rejection::NoSuchEntry) }
}

pub(super) fn leave(show: &Show, entry_id: EntryId, asked: &Asked) -> Result<Vec<Event>, Rejection> {
    let entry = own(show, entry_id, asked)?;
    match &entry.state {
        EntryState::Waiting => Ok(vec![WaitlistLeft { entry_id, customer_id: entry.customer_id }.into()]),
        EntryState::Accepted { .. } => Err(Rejection::OfferAccepted),
        EntryState::Offered { .. } => decline(show, entry_id, asked),
        EntryState::Declined | EntryState::Lapsed | EntryState::Left => Ok(vec![]),
    }
}

pub(super) fn decline(show: &Show, entry_id: EntryId, asked: &Asked) -> Result<Vec<Event>, Rejection> {
    let entry = own(show, entry_id, asked)?;
    match &entry.state {
        EntryState::Offered { items, .. } => {
            let (customer_id, items) = (entry.customer_id, items.clone());
            Ok(vec![OfferDeclined { entry_id, customer_id, items }.into()])
        }
        EntryState::Declined => Ok(vec![]),
        state => Err(not_open(show, state)),
    }
}

/// Why there is no offer to take or to decline.
fn not_open(show: &Show, state: &EntryState) -> Rejection {
    match state {
        EntryState::Waiting => Rejection::NotOffered,
        EntryState::Accepted { .. } => Rejection::OfferAccepted,
        EntryState::Declined | EntryState::Left => Rejection::OfferDeclined,
        _ if show.status == Status::Cancelled => Rejection::EventCancelled,
        EntryState::Offered { .. } | EntryState::Lapsed => Rejection::OfferLapsed,
    }
}

pub(super) fn accept(
    show: &Show,
    entry_id: EntryId,
    booking_id: BookingId,
    asked: &Asked,
) -> Result<Vec<Event>, Rejection> {
    let entry = own(show, entry_id, asked)?;
    let items = match &entry.state {
        EntryState::Offered { items, expires_at } if *expires_at > asked.at => items.clone(),
        EntryState::Accepted { booking_id: known } if *known == booking_id => return Ok(vec![]),
        state => return Err(not_open(show, state)),
    };
    if show.booking(booking_id).is_some() {
        return Err(Rejection::IdempotencyKeyReused);
    }
    if !planted!("skip-limit-on-accept") {
        // They may have bought others since the offer was made.
        sale::check_limit(show, entry.customer_id, entry.quantity)?;
    }
    let (customer_id, hold) = (entry.customer_id, show.terms.payment == Payment::Required);
    let taken = Taken { booking_id, customer_id, items, promo_code: None, offer: Some(entry_id), asked: 1 };
    Ok(vec![taken.into_event(show, hold, asked.at)?])
}

/// The next offer, if somebody waits for what is free.
fn next_offer(show: &Show, at: Timestamp) -> Option<Event> {
    if show.waitlist.is_idle() || sale::check_open(show, at).is_err() {
        return None;
    }
    show.offered.iter().find_map(|offered| {
        let (entry_id, entry) = first_who_fits(show, offered, at)?;
        offer(show, offered, entry_id, entry, at)
    })
}

/// Who is to have the tickets of a type that are free. Who wants more than that, or would have more than
/// one customer may, is passed over and keeps the place.
fn first_who_fits<'a>(show: &'a Show, offered: &Offered, at: Timestamp) -> Option<(EntryId, &'a Entry)> {
    if planted!("newcomer-overtakes") || show.waitlist.is_idle() || sale::check_type_open(offered, at).is_err() {
        return None;
    }
    let available = if planted!("offer-same-seat-twice") { offered.ticket_type.capacity } else { offered.available() };
    let may_have = |entry: &Entry| sale::check_limit(show, entry.customer_id, entry.quantity).is_ok();
    show.waitlist.first(offered.ticket_type.ticket_type_id, available, may_have)
}

/// How many tickets of a type are left for whoever comes now: none while somebody waits who fits. After
/// settling nobody does; but nobody is to overtake where it was not settled either.
pub(super) fn for_newcomers(show: &Show, offered: &Offered, at: Timestamp) -> u32 {
    if first_who_fits(show, offered, at).is_some() { 0 } else { offered.available() }
}

fn offer(show: &Show, offered: &Offered, entry_id: EntryId, entry: &Entry, at: Timestamp) -> Option<Event> {
    let (ticket_type_id, quantity) = (entry.ticket_type_id, entry.quantity);
    let seats = if offered.ticket_type.terms.reserved {
        // Side by side where that can be.
        let wish = BestAvailable { quantity, together: false, accessible: 0 };
        show.seating.best(ticket_type_id, wish).ok()?
    } else {
        Box::default()
    };
    let unit_price = offered.ticket_type.price.amount;
    let items = [BookedItem { ticket_type_id, quantity, unit_price, unit_discount: 0, seats }].into();
    let (customer_id, currency) = (entry.customer_id, show.currency()?);
    let expires_at = at + TimeDelta::seconds(i64::from(show.terms.offer_seconds));
    Some(SeatsOffered { entry_id, customer_id, items, currency, expires_at }.into())
}

/// An offer that has reached its deadline.
pub(super) fn lapsing(show: &Show, entry_id: EntryId, expires_at: Timestamp) -> Option<LapsedOffer> {
    let entry = show.waitlist.get(entry_id)?;
    let EntryState::Offered { items, .. } = &entry.state else { return None };
    Some(LapsedOffer { entry_id, customer_id: entry.customer_id, items: items.clone(), expires_at })
}

pub(super) fn joined(show: &mut Show, event: &WaitlistJoined) {
    show.waitlist.push(event);
}

pub(super) fn left(show: &mut Show, entry_id: EntryId) {
    show.waitlist.turn(entry_id, EntryState::Left);
}

pub(super) fn offered(show: &mut Show, event: &SeatsOffered) {
    let (items, expires_at) = (event.items.clone(), event.expires_at);
    show.take(&items);
    show.deadlines.insert((expires_at, Deadline::Offer(event.entry_id)));
    show.waitlist.turn(event.entry_id, EntryState::Offered { items, expires_at });
}

pub(super) fn declined(show: &mut Show, event: &OfferDeclined) {
    close(show, event.entry_id, EntryState::Declined);
    show.free(&event.items);
}

pub(super) fn lapsed(show: &mut Show, offers: &[LapsedOffer]) {
    for offer in offers {
        close(show, offer.entry_id, EntryState::Lapsed);
        show.free(&offer.items);
    }
}

/// The tickets stay taken: they are the booking's now.
pub(super) fn accepted(show: &mut Show, entry_id: EntryId, booking_id: BookingId) {
    close(show, entry_id, EntryState::Accepted { booking_id });
}

fn close(show: &mut Show, entry_id: EntryId, state: EntryState) {
    if let Some(EntryState::Offered { expires_at, .. }) = show.waitlist.turn(entry_id, state) {
        show.deadlines.remove(&(expires_at, Deadline::Offer(entry_id)));
    }
}

/// Everything that is due by itself at this moment, or the first part of it.
pub(super) fn settle(show: &Show, at: Timestamp) -> Vec<Event> {
    let due = show.deadlines.first().is_some_and(|(deadline, _)| *deadline <= at);
    if due && !planted!("forget-deadline-on-confirm") {
        return hold::lapses(show, at);
    }
    next_offer(show, at).into_iter().collect()
}

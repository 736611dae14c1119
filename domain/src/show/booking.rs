//! Buying tickets and giving them back. Here, and nowhere else, seats are counted.

use alloc::boxed::Box;
use alloc::vec;
use alloc::vec::Vec;

use crate::access::{Action, may};
use crate::aggregate::Asked;
use crate::ids::BookingId;
use crate::show::command::{BookTickets, CancelBooking};
use crate::show::event::{BookedItem, BookingCancelled, BookingConfirmed, Event};
use crate::show::lifecycle::run_by;
use crate::show::{Booking, Rejection, Show, Status};

pub(super) fn book(show: &Show, book: &BookTickets, asked: &Asked) -> Result<Vec<Event>, Rejection> {
    if let Some(booking) = show.booking(book.booking_id) {
        return if repeats(book, booking) { Ok(vec![]) } else { Err(Rejection::IdempotencyKeyReused) };
    }
    check_sale(show, asked)?;
    let items = claim(show, book)?;
    check_limit(show, book)?;
    let Some(currency) = show.currency() else { return Err(Rejection::NotOnSale) };
    let (booking_id, customer_id, booked_at) = (book.booking_id, book.customer_id, asked.at);
    Ok(vec![BookingConfirmed { booking_id, customer_id, items, currency, booked_at }.into()])
}

/// Whether a command with a known booking id asks for the very same thing. It may be asked of an
/// ended booking too: the id stays spent, and a late repeat revives nothing.
fn repeats(book: &BookTickets, booking: &Booking) -> bool {
    let same = |(asked, booked): (&crate::show::Item, &BookedItem)| {
        asked.ticket_type_id == booked.ticket_type_id && asked.quantity == booked.quantity
    };
    book.customer_id == booking.customer_id
        && book.items.len() == booking.items.len()
        && book.items.iter().zip(&booking.items).all(same)
}

fn check_sale(show: &Show, asked: &Asked) -> Result<(), Rejection> {
    let schedule = show.schedule().ok_or(Rejection::NoSuchShow)?;
    match show.status {
        Status::OnSale => {}
        Status::Cancelled => return Err(Rejection::EventCancelled),
        Status::Closed => return Err(Rejection::SaleClosed),
        Status::Paused => return Err(Rejection::NotOnSale),
        // To anybody else a draft does not exist.
        Status::Draft => return Err(run_by(show, asked).map_or_else(|unknown| unknown, |_| Rejection::NotOnSale)),
    }
    match schedule.sale_opens_at {
        Some(opens_at) if asked.at < opens_at => Err(Rejection::SaleNotOpen { opens_at }),
        _ if asked.at >= schedule.sale_end() => Err(Rejection::SaleClosed),
        _ => Ok(()),
    }
}

/// The items at today's prices, if there are tickets for all of them.
fn claim(show: &Show, book: &BookTickets) -> Result<Box<[BookedItem]>, Rejection> {
    let claim = |item: &crate::show::Item| {
        let ticket_type_id = item.ticket_type_id;
        let offered = show.find_offered(ticket_type_id).ok_or(Rejection::UnknownTicketType { ticket_type_id })?;
        // The edge lets each type come once. Should one ever come twice, it is counted twice.
        let same = book.items.iter().filter(|other| other.ticket_type_id == ticket_type_id);
        let requested = same.map(|other| other.quantity).fold(0, u32::saturating_add);
        let available = offered.available();
        if requested > available {
            return Err(Rejection::SoldOut { ticket_type_id, requested, available });
        }
        Ok(BookedItem { ticket_type_id, quantity: item.quantity, unit_price: offered.ticket_type.price.amount })
    };
    book.items.iter().map(claim).collect()
}

fn check_limit(show: &Show, book: &BookTickets) -> Result<(), Rejection> {
    let Some(limit) = show.max_per_customer else { return Ok(()) };
    let already_held = show.held.get(&book.customer_id).copied().unwrap_or(0);
    let requested: u32 = book.items.iter().map(|item| item.quantity).sum();
    if already_held.saturating_add(requested) > limit {
        return Err(Rejection::LimitPerCustomer { limit, already_held, requested });
    }
    Ok(())
}

pub(super) fn cancel(show: &Show, cancel: &CancelBooking, asked: &Asked) -> Result<Vec<Event>, Rejection> {
    let booking = show.booking(cancel.booking_id).ok_or(Rejection::NoSuchBooking)?;
    if !may(&asked.by, Action::KeepBooking { customer: booking.customer_id }) {
        // Whether somebody else booked is nobody's business.
        return Err(Rejection::NoSuchBooking);
    }
    if booking.cancelled {
        return Ok(vec![]);
    }
    let over = show.schedule().is_some_and(|schedule| schedule.ends_at <= asked.at);
    if over && !may(&asked.by, Action::GrantRole) {
        return Err(Rejection::EventOver);
    }
    let (booking_id, customer_id) = (cancel.booking_id, booking.customer_id);
    Ok(vec![BookingCancelled { booking_id, customer_id, items: booking.items.clone() }.into()])
}

pub(super) fn confirmed(show: &mut Show, confirmed: &BookingConfirmed) {
    let booking = Booking {
        customer_id: confirmed.customer_id,
        items: confirmed.items.clone(),
        booked_at: confirmed.booked_at,
        cancelled: false,
    };
    for item in &booking.items {
        if let Some(offered) = show.offered_mut(item.ticket_type_id) {
            offered.taken = offered.taken.saturating_add(item.quantity);
        }
    }
    let held = show.held.entry(booking.customer_id).or_default();
    *held = held.saturating_add(booking.quantity());
    show.bookings.insert(confirmed.booking_id, booking);
}

pub(super) fn cancelled(show: &mut Show, booking_id: BookingId) {
    let Some(booking) = show.bookings.get_mut(&booking_id) else { return };
    if core::mem::replace(&mut booking.cancelled, true) {
        return;
    }
    let (customer_id, quantity) = (booking.customer_id, booking.quantity());
    for item in booking.items.clone() {
        if let Some(offered) = show.offered_mut(item.ticket_type_id) {
            offered.taken = offered.taken.saturating_sub(item.quantity);
        }
    }
    if let Some(held) = show.held.get_mut(&customer_id) {
        *held = held.saturating_sub(quantity);
        if *held == 0 {
            show.held.remove(&customer_id);
        }
    }
}

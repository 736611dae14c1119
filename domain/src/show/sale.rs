//! The rules of sale: when, to whom, how many at a time, how many for one customer, and promo codes.
//! All of them are asked in the decision that takes the seats, so no race can pass between.

use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::vec;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use crate::Timestamp;
use crate::aggregate::Asked;
use crate::ids::{AccountId, TicketTypeId};
use crate::planted;
use crate::show::command::{BookTickets, Item, Wish};
use crate::show::event::{BookedItem, Event, PromoCodeAdded, PromoCodeRemoved};
use crate::show::lifecycle::{organized_by, run_by, seen_by};
use crate::show::terms::{Code, PROMO_CODES_MAX, PromoCode};
use crate::show::{BOOKING_TICKETS_MAX, Offered, Rejection, Show, Status, waitlist};

/// A promo code and how often it is used now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Promo {
    /// What it does.
    pub promo_code: PromoCode,
    /// Whether it still does.
    pub active: bool,
    /// In how many live bookings and holds.
    pub uses: u32,
    /// The same, by customer.
    pub(super) uses_by: BTreeMap<AccountId, u32>,
}

/// Whether the show is sold at all at this moment.
pub(super) fn check_sale(show: &Show, asked: &Asked) -> Result<(), Rejection> {
    match show.status {
        // To anybody else a draft does not exist.
        Status::Draft => Err(seen_by(show, asked).map_or_else(|unknown| unknown, |_| Rejection::NotOnSale)),
        _ => check_open(show, asked.at),
    }
}

/// The same, whoever asks.
pub(super) fn check_open(show: &Show, at: Timestamp) -> Result<(), Rejection> {
    let schedule = show.schedule().ok_or(Rejection::NoSuchShow)?;
    match show.status {
        Status::OnSale => {}
        Status::Cancelled => return Err(Rejection::EventCancelled),
        Status::Closed => return Err(Rejection::SaleClosed),
        Status::Paused | Status::Draft => return Err(Rejection::NotOnSale),
    }
    check_window(schedule.sale_opens_at, Some(schedule.sale_end()), at)
}

fn check_window(opens: Option<Timestamp>, closes: Option<Timestamp>, at: Timestamp) -> Result<(), Rejection> {
    match (opens, closes) {
        (Some(opens_at), _) if at < opens_at => Err(Rejection::SaleNotOpen { opens_at }),
        (_, Some(closes_at)) if at >= closes_at => Err(Rejection::SaleClosed),
        _ => Ok(()),
    }
}

/// Whether a ticket type is sold at this moment, provided that the show is.
pub(super) fn check_type_open(offered: &Offered, at: Timestamp) -> Result<(), Rejection> {
    let terms = &offered.ticket_type.terms;
    check_window(terms.sale_opens_at, terms.sale_closes_at, at)
}

/// A ticket type that whoever knows this code may know of.
pub(super) fn find_type<'a>(
    show: &'a Show,
    ticket_type_id: TicketTypeId,
    access_code: Option<&Code>,
) -> Result<&'a Offered, Rejection> {
    let offered = show.find_offered(ticket_type_id);
    let known = |offered: &&Offered| {
        let hidden_by = offered.ticket_type.terms.access_code.as_ref();
        hidden_by.is_none() || hidden_by == access_code
    };
    offered.filter(known).ok_or(Rejection::UnknownTicketType { ticket_type_id })
}

/// Whether one booking may have so many tickets of a type.
pub(super) fn check_quantity(offered: &Offered, requested: u32) -> Result<(), Rejection> {
    let terms = &offered.ticket_type.terms;
    let (min, most) = (terms.min_per_booking.unwrap_or(1), terms.max_per_booking.unwrap_or(BOOKING_TICKETS_MAX));
    let max = most.min(BOOKING_TICKETS_MAX);
    if (min..=max).contains(&requested) {
        return Ok(());
    }
    let ticket_type_id = offered.ticket_type.ticket_type_id;
    Err(Rejection::QuantityPerBooking { ticket_type_id, min, max, requested })
}

/// Whether a customer may hold so many more tickets.
pub(super) fn check_limit(show: &Show, customer_id: AccountId, requested: u32) -> Result<(), Rejection> {
    let Some(limit) = show.max_per_customer else { return Ok(()) };
    let already_held = show.held.get(&customer_id).copied().unwrap_or(0);
    if already_held.saturating_add(requested) > limit {
        return Err(Rejection::LimitPerCustomer { limit, already_held, requested });
    }
    Ok(())
}

/// The items at today's prices, if every rule lets this customer have them.
pub(super) fn claim(show: &Show, book: &BookTickets, at: Timestamp) -> Result<Box<[BookedItem]>, Rejection> {
    let mut items = Vec::with_capacity(book.items.len());
    for (index, item) in book.items.iter().enumerate() {
        items.push(claim_item(show, book, index, item, at)?);
    }
    let requested = items.iter().map(|item| item.quantity).fold(0, u32::saturating_add);
    check_limit(show, book.customer_id, requested)?;
    if let Some(code) = &book.promo_code {
        let promo = usable(show, code, book.customer_id, at)?;
        discount(promo, &mut items)?;
    }
    Ok(items.into())
}

fn claim_item(
    show: &Show,
    book: &BookTickets,
    index: usize,
    item: &Item,
    at: Timestamp,
) -> Result<BookedItem, Rejection> {
    let ticket_type_id = item.ticket_type_id;
    let offered = find_type(show, ticket_type_id, book.access_code.as_ref())?;
    check_type_open(offered, at)?;
    // The edge lets each type come once. Should one ever come twice, it is counted twice, and seats are
    // not chosen twice.
    let same = || book.items.iter().filter(|other| other.ticket_type_id == ticket_type_id);
    let requested = same().map(|other| other.wish.quantity()).fold(0, u32::saturating_add);
    check_quantity(offered, requested)?;
    let twice = book.items[..index].iter().any(|other| other.ticket_type_id == ticket_type_id);
    let left = waitlist::for_newcomers(show, offered, at);
    let available = if twice && offered.ticket_type.terms.reserved { 0 } else { left };
    let seats = match (&item.wish, offered.ticket_type.terms.reserved) {
        (Wish::Quantity(_), false) => Box::default(),
        (Wish::Quantity(_), true) => return Err(Rejection::SeatsRequired { ticket_type_id }),
        (_, false) => return Err(Rejection::NotReserved { ticket_type_id }),
        (Wish::Seats(seats), true) => {
            show.seating.check_named(ticket_type_id, seats)?;
            seats.clone().into()
        }
        (Wish::BestAvailable(best), true) => {
            if requested <= available {
                show.seating.best(ticket_type_id, *best)?
            } else {
                Box::default()
            }
        }
    };
    if requested > available {
        return Err(Rejection::SoldOut { ticket_type_id, requested, available });
    }
    let unit_price = offered.ticket_type.price.amount;
    let quantity = item.wish.quantity();
    Ok(BookedItem { ticket_type_id, quantity, unit_price, unit_discount: 0, seats })
}

/// A promo code that this customer can use now, as far as its window and its uses go.
fn usable<'a>(show: &'a Show, code: &Code, customer: AccountId, at: Timestamp) -> Result<&'a PromoCode, Rejection> {
    let promo = show.promos.get(code).filter(|promo| promo.active).ok_or(Rejection::PromoCodeInvalid)?;
    let PromoCode { valid_from, valid_until, .. } = promo.promo_code;
    check_window(valid_from, valid_until, at).map_err(|_| Rejection::PromoCodeInvalid)?;
    check_uses(promo, customer)?;
    Ok(&promo.promo_code)
}

fn check_uses(promo: &Promo, customer: AccountId) -> Result<(), Rejection> {
    let used_up = |limit: Option<u32>, uses: u32| limit.filter(|limit| uses >= *limit);
    let uses_by = promo.uses_by.get(&customer).copied().unwrap_or(0);
    let limit = used_up(promo.promo_code.uses_max, promo.uses)
        .or_else(|| used_up(promo.promo_code.uses_per_customer_max, uses_by));
    match limit {
        Some(limit) => Err(Rejection::PromoCodeUsedUp { limit }),
        None => Ok(()),
    }
}

/// Makes the tickets cheaper that the code is for; there must be some.
fn discount(promo: &PromoCode, items: &mut [BookedItem]) -> Result<(), Rejection> {
    let types = &promo.ticket_type_ids;
    let mut any = false;
    for item in items.iter_mut().filter(|item| types.is_empty() || types.contains(&item.ticket_type_id)) {
        item.unit_discount = promo.discount.off(item.unit_price);
        item.unit_price -= item.unit_discount;
        any = true;
    }
    if any { Ok(()) } else { Err(Rejection::PromoCodeInvalid) }
}

/// Whether tickets that were once had can be had again by the same customer, at the same price.
pub(super) fn can_retake(
    show: &Show,
    customer: AccountId,
    items: &[BookedItem],
    code: Option<&Code>,
    at: Timestamp,
) -> bool {
    let free = |item: &BookedItem| {
        if planted!("late-confirm-takes-taken-seats") {
            return true;
        }
        let Some(offered) = show.find_offered(item.ticket_type_id) else { return false };
        let same = items.iter().filter(|other| other.ticket_type_id == item.ticket_type_id);
        let requested = same.map(|other| other.quantity).fold(0, u32::saturating_add);
        waitlist::for_newcomers(show, offered, at) >= requested
            && check_type_open(offered, at).is_ok()
            // A new map may have made them seats of another type.
            && show.seating.check_named(item.ticket_type_id, &item.seats).is_ok()
    };
    let quantity = items.iter().map(|item| item.quantity).fold(0, u32::saturating_add);
    check_open(show, at).is_ok()
        && items.iter().all(free)
        && check_limit(show, customer, quantity).is_ok()
        && code.is_none_or(|code| show.promos.get(code).is_some_and(|promo| check_uses(promo, customer).is_ok()))
}

pub(super) fn add_promo_code(show: &Show, add: &PromoCode, asked: &Asked) -> Result<Vec<Event>, Rejection> {
    organized_by(show, asked)?;
    if add.valid_from.zip(add.valid_until).is_some_and(|(from, until)| until <= from) {
        return Err(Rejection::ContradictoryTimes);
    }
    for ticket_type_id in add.ticket_type_ids.iter().copied() {
        show.find_offered(ticket_type_id).ok_or(Rejection::UnknownTicketType { ticket_type_id })?;
    }
    match show.promos.get(&add.code).filter(|promo| promo.active) {
        Some(promo) if promo.promo_code == *add => Ok(vec![]),
        Some(_) => Err(Rejection::PromoCodeExists),
        None if show.promos.len() >= PROMO_CODES_MAX && !show.promos.contains_key(&add.code) => {
            Err(Rejection::TooManyPromoCodes { limit: PROMO_CODES_MAX })
        }
        None => Ok(vec![PromoCodeAdded { promo_code: add.clone() }.into()]),
    }
}

pub(super) fn remove_promo_code(show: &Show, code: &Code, asked: &Asked) -> Result<Vec<Event>, Rejection> {
    run_by(show, asked)?;
    match show.promos.get(code) {
        None => Err(Rejection::NoSuchPromoCode),
        Some(promo) if !promo.active => Ok(vec![]),
        Some(_) => Ok(vec![PromoCodeRemoved { code: code.clone() }.into()]),
    }
}

/// A code that comes again after it was removed keeps its count of uses.
pub(super) fn promo_code_added(show: &mut Show, promo_code: &PromoCode) {
    let promo = show.promos.entry(promo_code.code.clone()).or_insert_with(|| Promo {
        promo_code: promo_code.clone(),
        active: true,
        uses: 0,
        uses_by: BTreeMap::new(),
    });
    promo.active = true;
    promo.promo_code = promo_code.clone();
}

pub(super) fn promo_code_removed(show: &mut Show, code: &Code) {
    if let Some(promo) = show.promos.get_mut(code) {
        promo.active = false;
    }
}

/// One more or one fewer booking uses a code.
pub(super) fn count_use(show: &mut Show, code: &Code, customer: AccountId, more: bool) {
    let Some(promo) = show.promos.get_mut(code) else { return };
    if planted!("promo-uses-not-counted") {
        return;
    }
    let by = promo.uses_by.entry(customer).or_default();
    if more {
        promo.uses = promo.uses.saturating_add(1);
        *by = by.saturating_add(1);
    } else {
        promo.uses = promo.uses.saturating_sub(1);
        *by = by.saturating_sub(1);
        if *by == 0 {
            promo.uses_by.remove(&customer);
        }
    }
}

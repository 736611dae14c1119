//! What customers' facts change: tickets, bookings, holds, offers and places on the waitlist.

use super::{Measure, Sale};
use crate::show::{BookedItem, BookingConfirmed, Event, SeatsHeld};

pub(super) fn take(sale: &mut Sale, event: &Event) {
    match event {
        Event::BookingConfirmed(confirmed) => book(sale, confirmed),
        Event::SeatsHeld(held) => hold(sale, held),
        Event::HoldConfirmed(confirmed) => {
            sale.count(Measure::HoldsConfirmed, 1);
            if confirmed.retaken {
                sale.count(Measure::HoldsRetaken, 1);
            } else {
                each(sale, &confirmed.items, Measure::Held, -1);
            }
            buy(sale, &confirmed.items);
        }
        Event::HoldReleased(released) => {
            sale.count(Measure::HoldsReleased, 1);
            move_on(sale, &released.items, Measure::Held, Measure::TicketsReleased);
        }
        Event::HoldsLapsed(lapsed) => {
            for hold in &lapsed.holds {
                sale.count(Measure::HoldsLapsed, 1);
                move_on(sale, &hold.items, Measure::Held, Measure::TicketsLapsed);
            }
        }
        Event::BookingReduced(reduced) => {
            sale.count(Measure::BookingsReduced, 1);
            if reduced.held {
                move_on(sale, &reduced.items, Measure::Held, Measure::TicketsReleased);
            } else {
                give_back(sale, &reduced.items);
            }
        }
        Event::BookingCancelled(cancelled) => {
            sale.count(Measure::BookingsCancelled, 1);
            sale.count(Measure::Bookings, -1);
            give_back(sale, &cancelled.items);
        }
        _ => wait(sale, event),
    }
}

fn wait(sale: &mut Sale, event: &Event) {
    match event {
        Event::WaitlistJoined(joined) => {
            sale.count(Measure::WaitlistJoined, 1);
            sale.count(Measure::Waiting, 1);
            sale.count_of(Some(joined.ticket_type_id), Measure::TicketsWanted, joined.quantity.into());
        }
        Event::WaitlistLeft(_) => {
            sale.count(Measure::WaitlistLeft, 1);
            sale.count(Measure::Waiting, -1);
        }
        Event::SeatsOffered(offered) => {
            sale.count(Measure::OffersMade, 1);
            sale.count(Measure::Waiting, -1);
            each(sale, &offered.items, Measure::Offered, 1);
            each(sale, &offered.items, Measure::TicketsOffered, 1);
        }
        Event::OfferDeclined(declined) => {
            sale.count(Measure::OffersDeclined, 1);
            each(sale, &declined.items, Measure::Offered, -1);
        }
        Event::OffersLapsed(lapsed) => {
            for offer in &lapsed.offers {
                sale.count(Measure::OffersLapsed, 1);
                each(sale, &offer.items, Measure::Offered, -1);
            }
        }
        _ => {}
    }
}

fn book(sale: &mut Sale, confirmed: &BookingConfirmed) {
    sale.count(Measure::BookingsDirect, 1);
    if confirmed.offer.is_some() {
        accept(sale, &confirmed.items);
    }
    buy(sale, &confirmed.items);
}

fn hold(sale: &mut Sale, held: &SeatsHeld) {
    sale.count(Measure::HoldsStarted, 1);
    if held.offer.is_some() {
        accept(sale, &held.items);
    }
    each(sale, &held.items, Measure::Held, 1);
    each(sale, &held.items, Measure::TicketsHeld, 1);
}

/// What was offered becomes something else.
fn accept(sale: &mut Sale, items: &[BookedItem]) {
    sale.count(Measure::OffersAccepted, 1);
    each(sale, items, Measure::Offered, -1);
}

fn buy(sale: &mut Sale, items: &[BookedItem]) {
    sale.count(Measure::Bookings, 1);
    each(sale, items, Measure::Sold, 1);
    each(sale, items, Measure::TicketsBooked, 1);
    for item in items {
        sale.count_of(Some(item.ticket_type_id), Measure::BookedValue, item.price());
        sale.count_of(Some(item.ticket_type_id), Measure::BookedDiscounts, discount(item));
    }
}

fn give_back(sale: &mut Sale, items: &[BookedItem]) {
    move_on(sale, items, Measure::Sold, Measure::TicketsCancelled);
    for item in items {
        sale.count_of(Some(item.ticket_type_id), Measure::CancelledValue, item.price());
    }
}

/// Tickets are no longer one thing, and count as another from now on.
fn move_on(sale: &mut Sale, items: &[BookedItem], from: Measure, to: Measure) {
    each(sale, items, from, -1);
    each(sale, items, to, 1);
}

fn each(sale: &mut Sale, items: &[BookedItem], measure: Measure, sign: i64) {
    for item in items {
        sale.count_of(Some(item.ticket_type_id), measure, sign * i64::from(item.quantity));
    }
}

/// What a promo code took off some tickets together, in minor units.
pub(super) fn discount(item: &BookedItem) -> i64 {
    item.unit_discount.saturating_mul(i64::from(item.quantity))
}

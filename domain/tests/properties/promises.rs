//! The promises of a show, one by one, told from the books.

use chrono::TimeDelta;
use domain::Timestamp;
use domain::ids::AccountId;
use domain::show::{BookedItem, BookingStatus, Code, EntryState, Event, PAYING_S, Payment, Rejection, Show};

use super::ledger::Ledger;

/// The show counts what the books count, and never more than there is.
pub(crate) fn same_count(show: &Show, ledger: &Ledger) {
    for offered in show.offered() {
        let id = offered.ticket_type.ticket_type_id;
        let counted = (offered.ticket_type.capacity, offered.taken, offered.blocked);
        assert_eq!(counted, (ledger.capacity(id), ledger.taken(id), ledger.blocked(id)), "miscounted {offered:?}");
        assert_eq!(offered.available(), ledger.available(id));
    }
}

/// The show remembers each booking and each place as the books do.
pub(crate) fn same_bookings(show: &Show, ledger: &Ledger) {
    assert_eq!(show.booking_count(), ledger.bookings.len());
    for (booking_id, known) in &ledger.bookings {
        let booking = show.booking(*booking_id).unwrap();
        assert_eq!((booking.status, booking.expires_at()), (known.status, known.expires_at), "{booking:?}");
        assert_eq!((booking.paid(), booking.refunded()), (known.paid(), known.refunded()), "{booking:?}");
        assert_eq!((&*booking.items, booking.total()), (&known.items[..], known.total()));
    }
    for place in &ledger.places {
        let entry = show.entry(place.entry_id).unwrap();
        assert_eq!(matches!(entry.state, EntryState::Waiting), place.waits, "{entry:?}");
        assert_eq!(matches!(entry.state, EntryState::Offered { .. }), place.offer.is_some(), "{entry:?}");
    }
}

/// Who has just taken what, if anybody has.
struct Taking<'a> {
    customer_id: AccountId,
    items: &'a [BookedItem],
    promo_code: Option<&'a Code>,
    /// They took what was set aside for them before.
    offered: bool,
    /// They had once held it.
    retaken: bool,
}

fn taking<'a>(event: &'a Event, ledger: &'a Ledger) -> Option<Taking<'a>> {
    let (customer_id, items) = match event {
        Event::BookingConfirmed(booking) => (booking.customer_id, &booking.items),
        Event::SeatsHeld(held) => (held.customer_id, &held.items),
        Event::HoldConfirmed(confirmed) if confirmed.retaken => (confirmed.customer_id, &confirmed.items),
        _ => return None,
    };
    let (promo_code, offered) = match event {
        Event::BookingConfirmed(booking) => (booking.promo_code.as_ref(), booking.offer.is_some()),
        Event::SeatsHeld(held) => (held.promo_code.as_ref(), held.offer.is_some()),
        Event::HoldConfirmed(confirmed) => (ledger.bookings[&confirmed.booking_id].promo_code.as_ref(), false),
        _ => (None, false),
    };
    let retaken = matches!(event, Event::HoldConfirmed(_));
    Some(Taking { customer_id, items, promo_code, offered, retaken })
}

pub(crate) fn within_limit(event: &Event, after: &Ledger) {
    if let (Some(taking), Some(limit)) = (taking(event, after), after.limit) {
        assert!(after.held(taking.customer_id) <= limit, "{event:?}");
    }
}

/// What lapses is overdue, what is confirmed or accepted is not, and no deadline is moved too far.
pub(crate) fn in_time(before: &Ledger, at: Timestamp, event: &Event) {
    let accepted = match event {
        Event::BookingConfirmed(booking) => booking.offer,
        Event::SeatsHeld(held) => held.offer,
        _ => None,
    };
    if let Some(entry_id) = accepted {
        let place = before.places.iter().find(|place| place.entry_id == entry_id).unwrap();
        assert!(place.offer.as_ref().is_some_and(|(_, expires_at)| *expires_at > at), "{event:?}");
    }
    match event {
        Event::HoldsLapsed(lapsed) => assert!(lapsed.holds.iter().all(|hold| hold.expires_at <= at), "{event:?}"),
        Event::OffersLapsed(lapsed) => assert!(lapsed.offers.iter().all(|offer| offer.expires_at <= at), "{event:?}"),
        Event::HoldConfirmed(confirmed) if !confirmed.retaken => {
            assert!(
                before.bookings[&confirmed.booking_id].expires_at.is_some_and(|deadline| deadline > at),
                "{event:?}"
            );
        }
        Event::HoldExtended(extended) => {
            let hold = &before.bookings[&extended.booking_id];
            assert_eq!(hold.status, BookingStatus::Held, "{event:?}");
            assert!(hold.expires_at < Some(extended.expires_at), "{event:?}");
            assert!(Some(extended.expires_at) <= hold.extendable_until, "{event:?}");
        }
        Event::PaymentStarted(started) => {
            let hold = &before.bookings[&started.booking_id];
            let paying = TimeDelta::seconds(PAYING_S.into());
            let latest = (at + paying).min(hold.extendable_until.unwrap() + paying);
            assert!(hold.expires_at.is_some_and(|deadline| deadline > at), "{event:?}");
            assert_eq!(Some(started.expires_at), hold.expires_at.max(Some(latest)), "{event:?}");
        }
        _ => {}
    }
}

pub(crate) fn money(event: &Event, after: &Ledger) {
    for booking in after.bookings.values() {
        assert!(booking.refunded() <= booking.paid(), "{event:?}");
    }
    match event {
        Event::HoldConfirmed(confirmed) if after.terms.payment == Payment::Required => {
            let booking = &after.bookings[&confirmed.booking_id];
            assert!(booking.paid() - booking.refunded() >= booking.total(), "{event:?}");
        }
        Event::BookingConfirmed(_) => assert_eq!(after.terms.payment, Payment::None, "{event:?}"),
        Event::RefundDue(due) => assert!(due.money.amount > 0, "{event:?}"),
        _ => {}
    }
}

/// A code is good when it is claimed, its uses stay within its budget, and it takes off what it says.
pub(crate) fn promo_codes(before: &Ledger, at: Timestamp, event: &Event, after: &Ledger) {
    let Some(taking) = taking(event, after) else { return };
    let Some(code) = taking.promo_code else {
        assert!(taking.items.iter().all(|item| item.unit_discount == 0), "{event:?}");
        return;
    };
    let (promo, active) = &before.codes[code];
    let (uses, theirs) = after.uses(code, taking.customer_id);
    assert!(promo.uses_max.is_none_or(|limit| uses <= limit), "{uses} uses: {event:?}");
    assert!(promo.uses_per_customer_max.is_none_or(|limit| theirs <= limit), "{theirs} uses: {event:?}");
    if taking.retaken {
        // It was claimed, at the price of then, when the tickets were first held.
        return;
    }
    let open = promo.valid_from.is_none_or(|from| at >= from) && promo.valid_until.is_none_or(|until| at < until);
    assert!(*active && open, "{event:?}");
    for item in taking.items {
        let price = before.ticket_type(item.ticket_type_id).price.amount;
        let applies = promo.ticket_type_ids.is_empty() || promo.ticket_type_ids.contains(&item.ticket_type_id);
        let off = if applies { promo.discount.off(price) } else { 0 };
        assert_eq!((item.unit_price, item.unit_discount), (price - off, off), "{event:?}");
    }
}

pub(crate) fn nobody_who_fits_waits(ledger: &Ledger, at: Timestamp) {
    for ticket_type in &ledger.types {
        let fits = ledger.first_who_fits(ticket_type.ticket_type_id, at).map(|place| place.entry_id);
        assert_eq!(fits, None, "somebody waits for {ticket_type:?} who could have it");
    }
}

/// What is offered is offered to the first who fits; newcomers buy only what nobody who waits could have;
/// and nobody is made to wait for what there is.
pub(crate) fn in_turn(before: &Ledger, at: Timestamp, event: &Event) {
    match event {
        Event::SeatsOffered(offered) => {
            let first = before.first_who_fits(offered.items[0].ticket_type_id, at).unwrap();
            assert_eq!((first.entry_id, first.quantity), (offered.entry_id, offered.items[0].quantity), "{event:?}");
        }
        Event::WaitlistJoined(joined) => {
            assert!(before.available(joined.ticket_type_id) < joined.quantity, "{event:?}");
            assert!(before.is_sold(joined.ticket_type_id, at), "{event:?}");
        }
        _ => {
            let Some(taking) = taking(event, before).filter(|taking| !taking.offered) else { return };
            for item in taking.items {
                assert!(before.is_sold(item.ticket_type_id, at), "{event:?}");
                let overtaken = before.first_who_fits(item.ticket_type_id, at).map(|place| place.entry_id);
                assert_eq!(overtaken, None, "{event:?}");
            }
        }
    }
}

/// Whoever is told that there is not enough is told the truth.
pub(crate) fn true_refusal(ledger: &Ledger, refusal: Option<&Rejection>) {
    match refusal {
        Some(Rejection::SoldOut { ticket_type_id, requested, available }) => {
            let left = ledger.available(*ticket_type_id);
            assert_eq!((*available, *requested > left), (left, true), "{refusal:?}");
        }
        Some(Rejection::TicketsAvailable { ticket_type_id, available }) => {
            assert_eq!(*available, ledger.available(*ticket_type_id), "{refusal:?}");
        }
        Some(Rejection::RefundExceedsPaid { requested, refundable }) => {
            assert!(*requested <= 0 || requested > refundable, "{refusal:?}");
        }
        _ => {}
    }
}

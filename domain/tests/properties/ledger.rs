//! Counts bookings from the events alone, in the slowest and plainest way: by adding up.

use std::collections::BTreeMap;

use domain::ids::{AccountId, BookingId, TicketTypeId};
use domain::show::{BookedItem, Event};

/// Every booking there ever was, and whether it is live.
#[derive(Default)]
pub(crate) struct Ledger {
    bookings: BTreeMap<BookingId, (AccountId, Vec<BookedItem>, bool)>,
    pub(crate) limit: Option<u32>,
}

impl Ledger {
    pub(crate) fn enter(&mut self, event: &Event) {
        match event {
            Event::ShowCreated(created) => self.limit = created.max_per_customer,
            Event::CustomerLimitSet(set) => self.limit = set.max_per_customer,
            Event::BookingConfirmed(booking) => {
                let entry = (booking.customer_id, booking.items.to_vec(), true);
                assert!(self.bookings.insert(booking.booking_id, entry).is_none(), "booked twice: {event:?}");
            }
            Event::BookingCancelled(cancelled) => {
                let entry = self.bookings.get_mut(&cancelled.booking_id).expect("only what was booked is cancelled");
                assert_eq!((entry.0, &*entry.1), (cancelled.customer_id, &*cancelled.items));
                assert!(std::mem::replace(&mut entry.2, false), "cancelled twice: {event:?}");
            }
            Event::ShowCancelled(_) => self.bookings.values_mut().for_each(|entry| entry.2 = false),
            _ => {}
        }
    }

    pub(crate) fn bookings(&self) -> impl Iterator<Item = (BookingId, bool)> {
        self.bookings.iter().map(|(booking_id, (_, _, live))| (*booking_id, *live))
    }

    pub(crate) fn booking_count(&self) -> usize {
        self.bookings.len()
    }

    pub(crate) fn taken(&self, id: TicketTypeId) -> u32 {
        self.live_items(|_| true).filter(|item| item.ticket_type_id == id).map(|item| item.quantity).sum()
    }

    pub(crate) fn held(&self, customer: AccountId) -> u32 {
        self.live_items(|owner| owner == customer).map(|item| item.quantity).sum()
    }

    fn live_items(&self, of: impl Fn(AccountId) -> bool) -> impl Iterator<Item = &BookedItem> {
        let theirs = self.bookings.values().filter(move |(customer, _, live)| *live && of(*customer));
        theirs.flat_map(|(_, items, _)| items)
    }
}

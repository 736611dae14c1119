//! What can be asked of a show's state, and the counting that every rule shares: tickets are taken and
//! come free here, and nowhere else.

use alloc::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::ids::{AccountId, BookingId, EntryId, ShowId, TicketTypeId};
use crate::money::Currency;
use crate::show::booking::{Booking, BookingStatus};
use crate::show::event::{BookedItem, Schedule, ShowCreated, ShowDetails, TicketType};
use crate::show::refund;
use crate::show::sale::{self, Promo};
use crate::show::seating::Seating;
use crate::show::snapshot;
use crate::show::terms::{Code, SaleTerms};
use crate::show::waitlist::Entry;
use crate::show::{Deadline, Show, Status};

/// A ticket type and how much of it is taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offered {
    /// Name, price, capacity and terms as they stand now.
    #[serde(with = "snapshot::as_json")]
    pub ticket_type: TicketType,
    /// Tickets in live bookings, holds and offers. Never more than the capacity.
    pub taken: u32,
    /// Seats that are not sold for some other reason.
    pub blocked: u32,
}

impl Offered {
    /// Tickets that can still be booked.
    pub fn available(&self) -> u32 {
        self.ticket_type.capacity.saturating_sub(self.taken).saturating_sub(self.blocked)
    }
}

impl Show {
    /// The first fact about it; absent if there is no such show.
    pub fn origin(&self) -> Option<&ShowCreated> {
        self.origin.as_deref()
    }

    /// Its id, if it exists.
    pub fn id(&self) -> Option<ShowId> {
        self.origin().map(|origin| origin.show_id)
    }

    /// Title, description and venue as they stand now.
    pub fn details(&self) -> Option<&ShowDetails> {
        self.details.as_ref()
    }

    /// Times as they stand now.
    pub fn schedule(&self) -> Option<&Schedule> {
        self.schedule.as_ref()
    }

    /// The most tickets one customer may hold, over all their bookings.
    pub fn max_per_customer(&self) -> Option<u32> {
        self.max_per_customer
    }

    /// How it is held, paid and given back.
    pub fn terms(&self) -> &SaleTerms {
        &self.terms
    }

    /// Where it stands.
    pub fn status(&self) -> Status {
        self.status
    }

    /// How often the organizer has acted, from 1.
    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// What is sold, in the order it was added.
    pub fn offered(&self) -> &[Offered] {
        &self.offered
    }

    /// Its seats, if it has a map.
    pub fn seating(&self) -> &Seating {
        &self.seating
    }

    /// Its promo codes, removed ones included.
    pub fn promo_codes(&self) -> &BTreeMap<Code, Promo> {
        &self.promos
    }

    /// The one currency of all its prices; absent while nothing is sold.
    pub fn currency(&self) -> Option<Currency> {
        self.offered.first().map(|offered| offered.ticket_type.price.currency)
    }

    /// One booking, whatever became of it.
    pub fn booking(&self, booking_id: BookingId) -> Option<&Booking> {
        self.bookings.get(&booking_id)
    }

    /// All bookings it remembers, whatever became of them.
    pub fn bookings(&self) -> impl Iterator<Item = (BookingId, &Booking)> {
        self.bookings.iter().map(|(booking_id, booking)| (*booking_id, booking))
    }

    /// How many bookings it remembers, whatever became of them.
    pub fn booking_count(&self) -> usize {
        self.bookings.len()
    }

    /// One place on the waitlist, whatever became of it.
    pub fn entry(&self, entry_id: EntryId) -> Option<&Entry> {
        self.waitlist.get(entry_id)
    }

    pub(super) fn find_offered(&self, id: TicketTypeId) -> Option<&Offered> {
        self.offered.iter().find(|offered| offered.ticket_type.ticket_type_id == id)
    }

    pub(super) fn offered_mut(&mut self, id: TicketTypeId) -> Option<&mut Offered> {
        self.offered.iter_mut().find(|offered| offered.ticket_type.ticket_type_id == id)
    }

    /// The number of the refund policy that holds for bookings made now; 0 is none.
    pub(super) fn policy_number(&self) -> u16 {
        match self.terms.refund_policy {
            Some(_) => u16::try_from(self.policies.len()).unwrap_or(u16::MAX),
            None => 0,
        }
    }

    /// These tickets are somebody's.
    pub(super) fn take(&mut self, items: &[BookedItem]) {
        for item in items {
            if let Some(offered) = self.offered_mut(item.ticket_type_id) {
                offered.taken = offered.taken.saturating_add(item.quantity);
            }
            if !item.seats.is_empty() {
                self.seating.take(&item.seats);
            }
        }
    }

    /// These tickets are nobody's any more.
    pub(super) fn free(&mut self, items: &[BookedItem]) {
        for item in items {
            if let Some(offered) = self.offered_mut(item.ticket_type_id) {
                offered.taken = offered.taken.saturating_sub(item.quantity);
            }
            if !item.seats.is_empty() {
                self.seating.free(&item.seats);
            }
        }
    }

    /// A customer holds more tickets, perhaps by a code.
    pub(super) fn count_in(&mut self, customer_id: AccountId, quantity: u32, code: Option<&Code>) {
        let held = self.held.entry(customer_id).or_default();
        *held = held.saturating_add(quantity);
        if let Some(code) = code {
            sale::count_use(self, code, customer_id, true);
        }
    }

    /// A customer holds fewer tickets.
    pub(super) fn count_out(&mut self, customer_id: AccountId, quantity: u32, code: Option<&Code>) {
        if let Some(held) = self.held.get_mut(&customer_id) {
            *held = held.saturating_sub(quantity);
            if *held == 0 {
                self.held.remove(&customer_id);
            }
        }
        if let Some(code) = code {
            sale::count_use(self, code, customer_id, false);
        }
    }

    /// A live booking or hold ends like this, and its tickets come free.
    pub(super) fn end(&mut self, booking_id: BookingId, status: BookingStatus) {
        let Some(mut booking) = self.bookings.remove(&booking_id) else { return };
        if booking.status.is_live() {
            if let Some(deadline) = booking.expires_at() {
                self.deadlines.remove(&(deadline, Deadline::Hold(booking_id)));
            }
            self.free(&booking.items);
            self.count_out(booking.customer_id, booking.quantity(), booking.promo_code());
            booking.status = status;
        }
        self.bookings.insert(booking_id, booking);
    }

    /// One fact ends everything: nothing is taken, held, offered or waited for any more, and what was
    /// paid is due back.
    pub(super) fn end_all(&mut self) {
        self.status = Status::Cancelled;
        self.held.clear();
        self.deadlines.clear();
        self.waitlist.end();
        for offered in &mut self.offered {
            offered.taken = 0;
        }
        for booking in self.bookings.values_mut() {
            if booking.status.is_live() {
                booking.status = BookingStatus::Cancelled;
            }
            refund::refund_the_rest(booking);
        }
    }
}

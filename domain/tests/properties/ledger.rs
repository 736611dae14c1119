//! Keeps the books from the events alone, in the slowest and plainest way: by writing everything down
//! and adding up when asked. It never asks the show how it counts.

mod entering;

use std::collections::{BTreeMap, BTreeSet};

use domain::Timestamp;
use domain::ids::{AccountId, BookingId, EntryId, PaymentId, TicketTypeId};
use domain::show::{
    BookedItem, BookingStatus, Code, PromoCode, SaleTerms, Schedule, SeatLabel, Status, TicketTerms, TicketType,
};

/// All that happened to a show.
#[derive(Clone, Default)]
pub(crate) struct Ledger {
    pub(crate) status: Status,
    pub(crate) limit: Option<u32>,
    pub(crate) terms: SaleTerms,
    schedule: Option<Schedule>,
    pub(crate) types: Vec<TicketType>,
    seats: BTreeMap<SeatLabel, TicketTypeId>,
    blocked: BTreeSet<SeatLabel>,
    pub(crate) codes: BTreeMap<Code, (PromoCode, bool)>,
    pub(crate) bookings: BTreeMap<BookingId, Booking>,
    pub(crate) payments: BTreeMap<PaymentId, (BookingId, i64)>,
    /// In the order in which they joined.
    pub(crate) places: Vec<Place>,
}

/// A booking there ever was.
#[derive(Clone)]
pub(crate) struct Booking {
    pub(crate) customer_id: AccountId,
    pub(crate) items: Vec<BookedItem>,
    pub(crate) status: BookingStatus,
    pub(crate) promo_code: Option<Code>,
    /// While it is held.
    pub(crate) expires_at: Option<Timestamp>,
    /// If it was ever held.
    pub(crate) extendable_until: Option<Timestamp>,
    /// What came in, by payment.
    pub(crate) paid: BTreeMap<PaymentId, i64>,
    /// What went back or is to go back.
    pub(crate) refunds: Vec<i64>,
}

impl Booking {
    pub(crate) fn total(&self) -> i64 {
        self.items.iter().map(|item| item.unit_price * i64::from(item.quantity)).sum()
    }

    pub(crate) fn paid(&self) -> i64 {
        self.paid.values().sum()
    }

    pub(crate) fn refunded(&self) -> i64 {
        self.refunds.iter().sum()
    }

    pub(crate) fn is_live(&self) -> bool {
        self.status.is_live()
    }
}

/// A place on the waitlist there ever was.
#[derive(Clone)]
pub(crate) struct Place {
    pub(crate) entry_id: EntryId,
    pub(crate) customer_id: AccountId,
    pub(crate) ticket_type_id: TicketTypeId,
    pub(crate) quantity: u32,
    pub(crate) waits: bool,
    /// What is offered, and until when.
    pub(crate) offer: Option<(Vec<BookedItem>, Timestamp)>,
}

impl Ledger {
    pub(crate) fn ticket_type(&self, id: TicketTypeId) -> &TicketType {
        self.types.iter().find(|ticket_type| ticket_type.ticket_type_id == id).expect("only what is sold is booked")
    }

    pub(crate) fn capacity(&self, id: TicketTypeId) -> u32 {
        let ticket_type = self.ticket_type(id);
        if ticket_type.terms.reserved {
            self.seats.values().filter(|of| **of == id).count() as u32
        } else {
            ticket_type.capacity
        }
    }

    pub(crate) fn taken(&self, id: TicketTypeId) -> u32 {
        self.taken_items().filter(|item| item.ticket_type_id == id).map(|item| item.quantity).sum()
    }

    pub(crate) fn blocked(&self, id: TicketTypeId) -> u32 {
        self.blocked.iter().filter(|seat| self.seats[*seat] == id).count() as u32
    }

    pub(crate) fn available(&self, id: TicketTypeId) -> u32 {
        let (capacity, gone) = (self.capacity(id), self.taken(id) + self.blocked(id));
        capacity.checked_sub(gone).unwrap_or_else(|| panic!("{gone} of {capacity} seats of {id} are gone"))
    }

    /// What is in live bookings and holds, and what is offered.
    fn taken_items(&self) -> impl Iterator<Item = &BookedItem> {
        let offers = self.places.iter().filter_map(|place| place.offer.as_ref());
        self.live_items(|_| true).chain(offers.flat_map(|(items, _)| items))
    }

    /// Every seat has one owner at most, and none that is blocked, sold as something else, or not there.
    pub(crate) fn check_seats(&self) {
        let mut owned = BTreeSet::new();
        for item in self.taken_items() {
            let reserved = self.ticket_type(item.ticket_type_id).terms.reserved;
            assert_eq!(item.seats.len(), if reserved { item.quantity as usize } else { 0 }, "{item:?}");
            for seat in &item.seats {
                assert!(owned.insert(seat), "{} has two owners", seat.as_str());
                assert_eq!(self.seats.get(seat), Some(&item.ticket_type_id), "{} is not of that type", seat.as_str());
                assert!(!self.blocked.contains(seat), "{} is blocked and taken", seat.as_str());
            }
        }
    }

    /// How many tickets a customer has in live bookings and holds.
    pub(crate) fn held(&self, customer: AccountId) -> u32 {
        self.live_items(|owner| owner == customer).map(|item| item.quantity).sum()
    }

    fn live_items(&self, of: impl Fn(AccountId) -> bool) -> impl Iterator<Item = &BookedItem> {
        let theirs = self.bookings.values().filter(move |booking| booking.is_live() && of(booking.customer_id));
        theirs.flat_map(|booking| &booking.items)
    }

    /// How many live bookings and holds use a code, in all and of one customer.
    pub(crate) fn uses(&self, code: &Code, customer: AccountId) -> (u32, u32) {
        let live = self.bookings.values().filter(|booking| booking.is_live());
        let using: Vec<_> = live.filter(|booking| booking.promo_code.as_ref() == Some(code)).collect();
        let theirs = using.iter().filter(|booking| booking.customer_id == customer);
        (using.len() as u32, theirs.count() as u32)
    }

    /// Whether tickets of a type are sold at this moment.
    pub(crate) fn is_sold(&self, id: TicketTypeId, at: Timestamp) -> bool {
        let Some(schedule) = &self.schedule else { return false };
        let TicketTerms { sale_opens_at, sale_closes_at, .. } = self.ticket_type(id).terms;
        let opens = schedule.sale_opens_at.into_iter().chain(sale_opens_at).all(|opens_at| at >= opens_at);
        let closes = schedule.sale_closes_at.into_iter().chain(sale_closes_at).all(|closes_at| at < closes_at);
        self.status == Status::OnSale && opens && closes && at < schedule.ends_at
    }

    /// Who is to have what is free of a type at this moment.
    pub(crate) fn first_who_fits(&self, id: TicketTypeId, at: Timestamp) -> Option<&Place> {
        let fits = |place: &&Place| {
            let within = self.limit.is_none_or(|limit| self.held(place.customer_id) + place.quantity <= limit);
            place.waits && place.ticket_type_id == id && place.quantity <= self.available(id) && within
        };
        self.places.iter().find(fits).filter(|_| self.is_sold(id, at))
    }

    /// Every deadline that has not been met.
    pub(crate) fn deadlines(&self) -> impl Iterator<Item = Timestamp> {
        let holds = self.bookings.values().filter_map(|booking| booking.expires_at);
        holds.chain(self.places.iter().filter_map(|place| place.offer.as_ref()).map(|(_, expires_at)| *expires_at))
    }

    /// The bookings that are as asked for, in the order of their ids.
    pub(crate) fn those(&self, asked: impl Fn(&Booking) -> bool) -> Vec<BookingId> {
        self.bookings.iter().filter(|(_, booking)| asked(booking)).map(|(booking_id, _)| *booking_id).collect()
    }
}

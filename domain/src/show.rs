//! A show and everything that is sold for it: the one place where its seats are counted.
//!
//! Commands and events are listed in `show/command.rs` and `show/event.rs`; each rule has a file.

mod booking;
mod command;
mod event;
mod lifecycle;
mod programme;
mod rejection;
#[cfg(test)]
mod tests;

use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use crate::Timestamp;
use crate::aggregate::{Aggregate, Asked};
use crate::ids::{AccountId, BookingId, ShowId, TicketTypeId};
use crate::money::Currency;

pub use command::{BookTickets, CancelBooking, CancelShow, CapacityWish, Command, CreateShow, Item, ReviseShow, Step};
pub use event::{
    BookedItem, BookingCancelled, BookingConfirmed, CapacityLowered, CapacityRaised, CustomerLimitSet, Event,
    SaleClosed, SalePaused, SaleResumed, Schedule, ShowCancelled, ShowCreated, ShowDescribed, ShowDetails,
    ShowPublished, ShowScheduled, TicketType, TicketTypeAdded, Venue,
};
pub use rejection::Rejection;

/// The most ticket types a show can have.
pub const TICKET_TYPES_MAX: usize = 100;
/// The most seats one ticket type can have.
pub const CAPACITY_MAX: u32 = 10_000_000;
/// The most tickets one booking can hold.
pub const BOOKING_TICKETS_MAX: u32 = 1_000;
/// The highest price of one ticket, in minor units. With the limits above no total can overflow.
pub const PRICE_MAX: i64 = 1_000_000_000_000;

/// What [`Aggregate::weight`] counts in.
const ENTRY_BYTES: usize = 150;

/// Where a show stands between idea and history.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Status {
    /// Only its organizer sees it.
    #[default]
    Draft,
    /// Published; tickets are sold within the sale window.
    OnSale,
    /// Published; not sold for the moment.
    Paused,
    /// Published; never sold again.
    Closed,
    /// Will not happen; every booking of it is cancelled.
    Cancelled,
}

impl Status {
    /// The word used in the API and in the read models.
    pub fn as_str(self) -> &'static str {
        match self {
            Status::Draft => "draft",
            Status::OnSale => "on_sale",
            Status::Paused => "paused",
            Status::Closed => "closed",
            Status::Cancelled => "cancelled",
        }
    }
}

/// A ticket type and how much of it is taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offered {
    /// Name, price and capacity as they stand now.
    pub ticket_type: TicketType,
    /// Tickets in live bookings. Never more than the capacity.
    pub taken: u32,
}

impl Offered {
    /// Tickets that can still be booked.
    pub fn available(&self) -> u32 {
        self.ticket_type.capacity.saturating_sub(self.taken)
    }
}

/// What the show remembers of a booking, for ever: a late repeat must find it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Booking {
    /// Who booked.
    pub customer_id: AccountId,
    /// What, and at which price.
    pub items: Box<[BookedItem]>,
    /// When.
    pub booked_at: Timestamp,
    /// Whether it was given back since.
    pub cancelled: bool,
}

impl Booking {
    /// How many tickets.
    pub fn quantity(&self) -> u32 {
        self.items.iter().map(|item| item.quantity).sum()
    }

    /// What it costs in all, in minor units of the show's currency.
    pub fn total(&self) -> i64 {
        event::total(&self.items)
    }
}

/// The state of one show, as far as decisions need it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Show {
    origin: Option<Box<ShowCreated>>,
    details: Option<ShowDetails>,
    schedule: Option<Schedule>,
    max_per_customer: Option<u32>,
    status: Status,
    /// How often the organizer has acted: the show's `ETag`. Bookings do not count.
    revision: u64,
    offered: Vec<Offered>,
    bookings: BTreeMap<BookingId, Booking>,
    /// Tickets in live bookings, by customer.
    held: BTreeMap<AccountId, u32>,
    /// What the state takes in memory, in bytes, roughly.
    bytes: usize,
}

impl Aggregate for Show {
    const CATEGORY: &'static str = "show";
    type Command = Command;
    type Event = Event;
    type Rejection = Rejection;

    fn decide(&self, command: &Command, asked: &Asked) -> Result<Vec<Event>, Rejection> {
        match command {
            Command::CreateShow(create) => programme::create(self, create, asked),
            Command::ReviseShow(revise) => programme::revise(self, revise, asked),
            Command::Step(step) => lifecycle::step(self, *step, asked),
            Command::CancelShow(cancel) => lifecycle::cancel(self, cancel, asked),
            Command::BookTickets(book) => booking::book(self, book, asked),
            Command::CancelBooking(cancel) => booking::cancel(self, cancel, asked),
        }
    }

    fn evolve(&mut self, event: &Event) {
        if !matches!(event, Event::BookingConfirmed(_) | Event::BookingCancelled(_)) {
            self.revision += 1;
        }
        self.bytes += event::bytes(event);
        match event {
            Event::ShowCreated(created) => programme::created(self, created),
            Event::ShowDescribed(described) => self.details = Some(described.details.clone()),
            Event::ShowScheduled(scheduled) => self.schedule = Some(scheduled.schedule.clone()),
            Event::CustomerLimitSet(limit) => self.max_per_customer = limit.max_per_customer,
            Event::TicketTypeAdded(added) => programme::offer(self, &added.ticket_type),
            Event::CapacityRaised(raised) => programme::resize(self, raised.ticket_type_id, raised.capacity),
            Event::CapacityLowered(lowered) => programme::resize(self, lowered.ticket_type_id, lowered.capacity),
            Event::ShowPublished(_) | Event::SaleResumed(_) => self.status = Status::OnSale,
            Event::SalePaused(_) => self.status = Status::Paused,
            Event::SaleClosed(_) => self.status = Status::Closed,
            Event::ShowCancelled(_) => lifecycle::cancelled(self),
            Event::BookingConfirmed(confirmed) => booking::confirmed(self, confirmed),
            Event::BookingCancelled(cancelled) => booking::cancelled(self, cancelled.booking_id),
        }
    }

    fn key_spent() -> Rejection {
        Rejection::IdempotencyKeyReused
    }

    fn weight(&self) -> usize {
        1 + self.bytes / ENTRY_BYTES
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

    /// The one currency of all its prices; absent while nothing is sold.
    pub fn currency(&self) -> Option<Currency> {
        self.offered.first().map(|offered| offered.ticket_type.price.currency)
    }

    /// One booking, live or cancelled.
    pub fn booking(&self, booking_id: BookingId) -> Option<&Booking> {
        self.bookings.get(&booking_id)
    }

    /// How many bookings it remembers, live and cancelled.
    pub fn booking_count(&self) -> usize {
        self.bookings.len()
    }

    fn offered_mut(&mut self, id: TicketTypeId) -> Option<&mut Offered> {
        self.offered.iter_mut().find(|offered| offered.ticket_type.ticket_type_id == id)
    }

    fn find_offered(&self, id: TicketTypeId) -> Option<&Offered> {
        self.offered.iter().find(|offered| offered.ticket_type.ticket_type_id == id)
    }
}

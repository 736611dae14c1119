//! What has happened to a show.

use alloc::boxed::Box;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use crate::Timestamp;
use crate::event::domain_events;
use crate::ids::{AccountId, BookingId, ShowId, TicketTypeId};
use crate::money::{Currency, Money};
use crate::text::Text;

domain_events! {
    /// Everything that can have happened to a show, with the version of each shape.
    pub enum Event {
        /// It was put on the programme.
        ShowCreated = 1,
        /// Its title, description or venue became this.
        ShowDescribed = 1,
        /// Its times became these.
        ShowScheduled = 1,
        /// The limit for one customer became this.
        CustomerLimitSet = 1,
        /// Something more is sold.
        TicketTypeAdded = 1,
        /// There are more tickets of a type.
        CapacityRaised = 1,
        /// There are fewer tickets of a type.
        CapacityLowered = 1,
        /// Everybody can see and book it.
        ShowPublished = 1,
        /// It is not sold for the moment.
        SalePaused = 1,
        /// It is sold again.
        SaleResumed = 1,
        /// It is never sold again.
        SaleClosed = 1,
        /// It will not happen; every booking of it ended with this.
        ShowCancelled = 1,
        /// Tickets were bought.
        BookingConfirmed = 1,
        /// A booking was given back.
        BookingCancelled = 1,
    }
    key: |event| match event {
        Event::BookingConfirmed(confirmed) => Some(confirmed.booking_id.0),
        _ => None,
    };
}

/// It was put on the programme, as a draft.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShowCreated {
    /// The new show.
    pub show_id: ShowId,
    /// Who runs it.
    pub organizer_id: AccountId,
    /// Title, description, venue.
    pub details: ShowDetails,
    /// Its times.
    pub schedule: Schedule,
    /// The most tickets one customer may hold.
    pub max_per_customer: Option<u32>,
    /// What is sold. All prices are in one currency.
    pub ticket_types: Vec<TicketType>,
}

/// What a show is called and where it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShowDetails {
    /// Its name.
    pub title: Text<{ ShowDetails::TITLE_MAX }>,
    /// What to expect.
    pub description: Option<Text<{ ShowDetails::DESCRIPTION_MAX }>>,
    /// Where.
    pub venue: Venue,
}

impl ShowDetails {
    /// The longest title, in characters.
    pub const TITLE_MAX: usize = 200;
    /// The longest description, in characters.
    pub const DESCRIPTION_MAX: usize = 10_000;
    /// The longest name of a venue, city, time zone or ticket type, in characters.
    pub const NAME_MAX: usize = 200;
}

/// A place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Venue {
    /// The house.
    pub name: Text<{ ShowDetails::NAME_MAX }>,
    /// The town.
    pub city: Text<{ ShowDetails::NAME_MAX }>,
    /// ISO 3166-1 alpha-2 code, for example `DE`.
    pub country: Text<2>,
}

/// When it happens and when it is sold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Schedule {
    /// IANA name, for example `Europe/Berlin`; for showing times, never for comparing them.
    pub time_zone: Text<{ ShowDetails::NAME_MAX }>,
    /// Beginning.
    pub starts_at: Timestamp,
    /// End; after the beginning.
    pub ends_at: Timestamp,
    /// Not sold before this.
    pub sale_opens_at: Option<Timestamp>,
    /// Not sold from this on.
    pub sale_closes_at: Option<Timestamp>,
}

impl Schedule {
    /// The first moment at which nothing is sold any more: at the latest the end of the show.
    pub fn sale_end(&self) -> Timestamp {
        self.sale_closes_at.map_or(self.ends_at, |closes_at| closes_at.min(self.ends_at))
    }
}

/// Something that is sold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TicketType {
    /// Its id.
    pub ticket_type_id: TicketTypeId,
    /// Its name.
    pub name: Text<{ ShowDetails::NAME_MAX }>,
    /// What one ticket costs.
    pub price: Money,
    /// How many there are in all.
    pub capacity: u32,
}

/// Its title, description or venue became this.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShowDescribed {
    /// All of it, as it is from now on.
    pub details: ShowDetails,
}

/// Its times became these.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShowScheduled {
    /// All of them, as they are from now on.
    pub schedule: Schedule,
}

/// The limit for one customer became this.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CustomerLimitSet {
    /// `None`: no limit.
    pub max_per_customer: Option<u32>,
}

/// Something more is sold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TicketTypeAdded {
    /// What.
    pub ticket_type: TicketType,
}

/// There are more tickets of a type.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CapacityRaised {
    /// Which type.
    pub ticket_type_id: TicketTypeId,
    /// How many there are in all from now on.
    pub capacity: u32,
}

/// There are fewer tickets of a type, though never fewer than are taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CapacityLowered {
    /// Which type.
    pub ticket_type_id: TicketTypeId,
    /// How many there are in all from now on.
    pub capacity: u32,
}

/// Everybody can see and book it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShowPublished {}

/// It is not sold for the moment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SalePaused {}

/// It is sold again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SaleResumed {}

/// It is never sold again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SaleClosed {}

/// It will not happen; every booking of it ended with this.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShowCancelled {
    /// What ticket holders are told.
    pub reason: Text<1_000>,
}

/// Tickets were bought.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BookingConfirmed {
    /// The booking.
    pub booking_id: BookingId,
    /// Who bought.
    pub customer_id: AccountId,
    /// What, at the prices of that moment.
    pub items: Box<[BookedItem]>,
    /// The currency of all prices.
    pub currency: Currency,
    /// When it was decided. The log's own `recorded_at` may be a little later.
    pub booked_at: Timestamp,
}

impl BookingConfirmed {
    /// What it costs in all.
    pub fn total(&self) -> Money {
        Money { amount: total(&self.items), currency: self.currency }
    }
}

/// The sum of the items' prices, in minor units. Within the limits of a show it cannot overflow.
pub(super) fn total(items: &[BookedItem]) -> i64 {
    items.iter().map(BookedItem::price).fold(0, i64::saturating_add)
}

/// What an event adds to a show's memory, in bytes, roughly: texts and lists count, the rest is small.
pub(super) fn bytes(event: &Event) -> usize {
    let text = |details: &ShowDetails| details.description.as_ref().map_or(0, |text| text.as_str().len());
    match event {
        Event::ShowCreated(created) => 2 * text(&created.details) + created.ticket_types.len() * 512,
        Event::ShowDescribed(described) => text(&described.details),
        Event::BookingConfirmed(booking) => 128 + booking.items.len() * size_of::<BookedItem>(),
        _ => 0,
    }
}

/// Some tickets of one type in a booking.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BookedItem {
    /// Which type.
    pub ticket_type_id: TicketTypeId,
    /// How many.
    pub quantity: u32,
    /// What one of them cost, in minor units of the booking's currency.
    pub unit_price: i64,
}

impl BookedItem {
    /// What these tickets cost together, in minor units.
    pub fn price(&self) -> i64 {
        self.unit_price.saturating_mul(i64::from(self.quantity))
    }
}

/// A booking was given back. Its items are repeated so that a fold needs no look-up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BookingCancelled {
    /// The booking.
    pub booking_id: BookingId,
    /// Whose it was.
    pub customer_id: AccountId,
    /// What is free again.
    pub items: Box<[BookedItem]>,
}

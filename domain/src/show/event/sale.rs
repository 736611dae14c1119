//! What customers said and did, and what became of holds.

use alloc::boxed::Box;

use serde::ser::SerializeStruct as _;
use serde::{Deserialize, Serialize, Serializer};

use super::is_default;
use super::programme::ShowDetails;
use super::seating::SeatLabel;
use crate::Timestamp;
use crate::ids::{AccountId, BookingId, EntryId, TicketTypeId};
use crate::money::{Currency, Money};
use crate::show::Event;
use crate::show::terms::Code;
use crate::text::Text;

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
    /// Which of the show's refund policies holds for it: 0 is none, 1 the first. Since version 2.
    #[serde(default, skip_serializing_if = "is_default")]
    pub policy: u16,
    /// The code that made it cheaper. Since version 2.
    #[serde(default, skip_serializing_if = "is_default")]
    pub promo_code: Option<Code>,
    /// The waitlist's offer that was accepted with it; its tickets move from there. Since version 2.
    #[serde(default, skip_serializing_if = "is_default")]
    pub offer: Option<EntryId>,
    /// Stands for what was asked, where the items do not tell. Since version 2.
    #[serde(default, skip_serializing_if = "is_default")]
    pub asked: u64,
}

impl BookingConfirmed {
    /// What it costs in all.
    pub fn total(&self) -> Money {
        Money { amount: total(&self.items), currency: self.currency }
    }
}

/// Tickets were set aside until a deadline.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeatsHeld {
    /// The booking it may become.
    pub booking_id: BookingId,
    /// For whom.
    pub customer_id: AccountId,
    /// What, at the prices of that moment.
    pub items: Box<[BookedItem]>,
    /// The currency of all prices.
    pub currency: Currency,
    /// When it was decided.
    pub held_at: Timestamp,
    /// From then on the tickets are free again.
    pub expires_at: Timestamp,
    /// The last moment to which the deadline can be moved, payments aside.
    pub extendable_until: Timestamp,
    /// Which of the show's refund policies will hold for it: 0 is none, 1 the first.
    #[serde(default, skip_serializing_if = "is_default")]
    pub policy: u16,
    /// The code that made it cheaper.
    #[serde(default, skip_serializing_if = "is_default")]
    pub promo_code: Option<Code>,
    /// The waitlist's offer that was accepted with it; its tickets move from there.
    #[serde(default, skip_serializing_if = "is_default")]
    pub offer: Option<EntryId>,
    /// Stands for what was asked, where the items do not tell.
    #[serde(default, skip_serializing_if = "is_default")]
    pub asked: u64,
}

/// The deadline was moved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HoldExtended {
    /// Of which hold.
    pub booking_id: BookingId,
    /// To this.
    pub expires_at: Timestamp,
}

/// Held tickets were bought: in time, or late and still free.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HoldConfirmed {
    /// Which hold.
    pub booking_id: BookingId,
    /// Whose.
    pub customer_id: AccountId,
    /// What.
    pub items: Box<[BookedItem]>,
    /// When it was decided.
    pub confirmed_at: Timestamp,
    /// The hold had lapsed, and its tickets, still free, were taken again.
    pub retaken: bool,
    /// How it was paid, in the words of whoever confirmed.
    pub payment_reference: Option<Text<200>>,
    /// The request that asked for it, by which its repeat is known; `None`: a payment confirmed it.
    pub request: Option<uuid::Uuid>,
}

/// Held tickets were given up by their holder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HoldReleased {
    /// Which hold.
    pub booking_id: BookingId,
    /// Whose.
    pub customer_id: AccountId,
    /// What is free again.
    pub items: Box<[BookedItem]>,
}

/// Holds reached their deadlines. Many in one fact: a sale that nobody finishes lapses by thousands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HoldsLapsed {
    /// Which, the earliest deadline first.
    pub holds: Box<[LapsedHold]>,
}

/// A hold that reached its deadline.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LapsedHold {
    /// Which hold.
    pub booking_id: BookingId,
    /// Whose.
    pub customer_id: AccountId,
    /// What is free again.
    pub items: Box<[BookedItem]>,
    /// The deadline.
    pub expires_at: Timestamp,
}

/// Part of a booking was given back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BookingReduced {
    /// Which booking.
    pub booking_id: BookingId,
    /// Whose.
    pub customer_id: AccountId,
    /// What is free again.
    pub items: Box<[BookedItem]>,
    /// It was not confirmed yet: the tickets were held. Said here so that a fold needs no look-up.
    #[serde(default, skip_serializing_if = "is_default")]
    pub held: bool,
    /// The request that asked for it, by which its repeat is known.
    pub request: Option<uuid::Uuid>,
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

/// Some tickets of one type in a booking.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct BookedItem {
    /// Which type.
    pub ticket_type_id: TicketTypeId,
    /// How many.
    pub quantity: u32,
    /// What one of them cost, in minor units of the booking's currency.
    pub unit_price: i64,
    /// By how much a promo code had made one of them cheaper, in minor units.
    #[serde(default)]
    pub unit_discount: i64,
    /// Which seats; empty for general admission.
    #[serde(default)]
    pub seats: Box<[SeatLabel]>,
}

/// JSON leaves out what most items do not have. Snapshots, whose fields have no names, cannot.
impl Serialize for BookedItem {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let all = !serializer.is_human_readable();
        let (discount, seats) = (all || self.unit_discount != 0, all || !self.seats.is_empty());
        let fields = 3 + usize::from(discount) + usize::from(seats);
        let mut item = serializer.serialize_struct("BookedItem", fields)?;
        item.serialize_field("ticket_type_id", &self.ticket_type_id)?;
        item.serialize_field("quantity", &self.quantity)?;
        item.serialize_field("unit_price", &self.unit_price)?;
        if discount {
            item.serialize_field("unit_discount", &self.unit_discount)?;
        }
        if seats {
            item.serialize_field("seats", &self.seats)?;
        }
        item.end()
    }
}

impl BookedItem {
    /// What these tickets cost together, in minor units.
    pub fn price(&self) -> i64 {
        self.unit_price.saturating_mul(i64::from(self.quantity))
    }
}

/// The sum of the items' prices, in minor units. Within the limits of a show it cannot overflow.
pub(in crate::show) fn total(items: &[BookedItem]) -> i64 {
    items.iter().map(BookedItem::price).fold(0, i64::saturating_add)
}

/// What an event adds to a show's memory, in bytes, roughly: texts and lists count, the rest is small.
pub(in crate::show) fn bytes(event: &Event) -> usize {
    let text = |details: &ShowDetails| details.description.as_ref().map_or(0, |text| text.as_str().len());
    let items = |items: &[BookedItem]| {
        items.iter().map(|item| size_of::<BookedItem>() + item.seats.len() * SEAT_BYTES).sum::<usize>()
    };
    match event {
        Event::ShowCreated(created) => 2 * text(&created.details) + created.ticket_types.len() * 512,
        Event::ShowDescribed(described) => text(&described.details),
        Event::SeatMapSet(set) => set.map.seats().count() * 4 * SEAT_BYTES,
        Event::BookingConfirmed(booking) => 128 + items(&booking.items),
        Event::SeatsHeld(held) => 256 + items(&held.items),
        Event::PaymentStarted(_) | Event::WaitlistJoined(_) => 192,
        Event::SeatsOffered(offered) => items(&offered.items),
        Event::RefundDue(_) | Event::ColleagueAdded(_) => 64,
        _ => 0,
    }
}

/// What a seat's label takes in memory, in bytes, roughly.
const SEAT_BYTES: usize = 48;

//! What happened to those who wait. An offer that is accepted becomes a `BookingConfirmed` or a
//! `SeatsHeld` that names it.

use alloc::boxed::Box;

use serde::{Deserialize, Serialize};

use super::sale::BookedItem;
use crate::Timestamp;
use crate::ids::{AccountId, EntryId, TicketTypeId};
use crate::money::Currency;

/// Somebody waits for tickets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WaitlistJoined {
    /// Their place.
    pub entry_id: EntryId,
    /// Who.
    pub customer_id: AccountId,
    /// Of which type.
    pub ticket_type_id: TicketTypeId,
    /// How many.
    pub quantity: u32,
    /// When it was decided.
    pub joined_at: Timestamp,
}

/// Somebody waits no longer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WaitlistLeft {
    /// Their place.
    pub entry_id: EntryId,
    /// Who.
    pub customer_id: AccountId,
}

/// Tickets were set aside for somebody who waits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeatsOffered {
    /// Their place.
    pub entry_id: EntryId,
    /// Who.
    pub customer_id: AccountId,
    /// What, at the prices of that moment.
    pub items: Box<[BookedItem]>,
    /// The currency of all prices.
    pub currency: Currency,
    /// From then on the tickets are free again.
    pub expires_at: Timestamp,
}

/// Offered tickets were not wanted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfferDeclined {
    /// Their place.
    pub entry_id: EntryId,
    /// Who.
    pub customer_id: AccountId,
    /// What is free again.
    pub items: Box<[BookedItem]>,
}

/// Offers reached their deadlines.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OffersLapsed {
    /// Which, the earliest deadline first.
    pub offers: Box<[LapsedOffer]>,
}

/// An offer that reached its deadline.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LapsedOffer {
    /// Whose place.
    pub entry_id: EntryId,
    /// Who.
    pub customer_id: AccountId,
    /// What is free again.
    pub items: Box<[BookedItem]>,
    /// The deadline.
    pub expires_at: Timestamp,
}

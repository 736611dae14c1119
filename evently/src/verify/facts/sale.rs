//! What customers said and did, and what became of their holds, as its JSON is documented.

use std::borrow::Cow;

use chrono::{DateTime, Utc};
use serde::Deserialize;
use uuid::Uuid;

/// Tickets of one type.
#[derive(Deserialize)]
pub(in crate::verify) struct Item {
    pub(in crate::verify) ticket_type_id: Uuid,
    pub(in crate::verify) quantity: u32,
    pub(in crate::verify) unit_price: i64,
    #[serde(default)]
    pub(in crate::verify) unit_discount: i64,
    #[serde(default)]
    pub(in crate::verify) seats: Vec<String>,
}

#[derive(Deserialize)]
pub(in crate::verify) struct Confirmed<'a> {
    pub(in crate::verify) booking_id: Uuid,
    pub(in crate::verify) customer_id: Uuid,
    pub(in crate::verify) items: Vec<Item>,
    #[serde(borrow)]
    pub(in crate::verify) currency: Cow<'a, str>,
    pub(in crate::verify) booked_at: DateTime<Utc>,
    #[serde(default)]
    pub(in crate::verify) policy: u16,
    #[serde(default)]
    pub(in crate::verify) promo_code: Option<String>,
    #[serde(default)]
    pub(in crate::verify) offer: Option<Uuid>,
}

#[derive(Deserialize)]
pub(in crate::verify) struct SetAside<'a> {
    pub(in crate::verify) booking_id: Uuid,
    pub(in crate::verify) customer_id: Uuid,
    pub(in crate::verify) items: Vec<Item>,
    #[serde(borrow)]
    pub(in crate::verify) currency: Cow<'a, str>,
    pub(in crate::verify) held_at: DateTime<Utc>,
    pub(in crate::verify) expires_at: DateTime<Utc>,
    pub(in crate::verify) extendable_until: DateTime<Utc>,
    #[serde(default)]
    pub(in crate::verify) policy: u16,
    #[serde(default)]
    pub(in crate::verify) promo_code: Option<String>,
    #[serde(default)]
    pub(in crate::verify) offer: Option<Uuid>,
}

#[derive(Deserialize)]
pub(in crate::verify) struct HoldExtended {
    pub(in crate::verify) booking_id: Uuid,
    pub(in crate::verify) expires_at: DateTime<Utc>,
}

#[derive(Deserialize)]
pub(in crate::verify) struct HoldConfirmed {
    pub(in crate::verify) booking_id: Uuid,
    pub(in crate::verify) customer_id: Uuid,
    pub(in crate::verify) items: Vec<Item>,
    pub(in crate::verify) confirmed_at: DateTime<Utc>,
    pub(in crate::verify) retaken: bool,
}

/// A booking or a hold that is free again.
#[derive(Deserialize)]
pub(in crate::verify) struct Given {
    pub(in crate::verify) booking_id: Uuid,
    pub(in crate::verify) customer_id: Uuid,
    pub(in crate::verify) items: Vec<Item>,
}

/// A part of a booking that is free again.
#[derive(Deserialize)]
pub(in crate::verify) struct Reduced {
    pub(in crate::verify) booking_id: Uuid,
    pub(in crate::verify) customer_id: Uuid,
    pub(in crate::verify) items: Vec<Item>,
    /// Whether it was held only.
    #[serde(default)]
    pub(in crate::verify) held: bool,
}

#[derive(Deserialize)]
pub(super) struct HoldsLapsed {
    pub(super) holds: Vec<LapsedHold>,
}

#[derive(Deserialize)]
pub(in crate::verify) struct LapsedHold {
    pub(in crate::verify) booking_id: Uuid,
    pub(in crate::verify) customer_id: Uuid,
    pub(in crate::verify) items: Vec<Item>,
    pub(in crate::verify) expires_at: DateTime<Utc>,
}

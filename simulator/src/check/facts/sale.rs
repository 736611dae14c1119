//! What customers, the provider and the waitlist said, in JSON.

use serde::Deserialize;
use uuid::Uuid;

use super::{At, Money};

#[derive(Deserialize)]
pub(in crate::check) struct Item<'a> {
    pub(in crate::check) ticket_type_id: Uuid,
    pub(in crate::check) quantity: u32,
    pub(in crate::check) unit_price: i64,
    #[serde(default)]
    pub(in crate::check) unit_discount: i64,
    #[serde(default, borrow)]
    pub(in crate::check) seats: Vec<&'a str>,
}

/// Tickets that were bought or held.
#[derive(Deserialize)]
pub(in crate::check) struct Taken<'a> {
    pub(in crate::check) booking_id: Uuid,
    pub(in crate::check) customer_id: Uuid,
    #[serde(borrow)]
    pub(in crate::check) items: Vec<Item<'a>>,
    #[serde(alias = "booked_at", alias = "held_at")]
    pub(in crate::check) at: At,
    pub(in crate::check) expires_at: Option<At>,
    pub(in crate::check) extendable_until: Option<At>,
    #[serde(default)]
    pub(in crate::check) policy: u16,
    pub(in crate::check) promo_code: Option<&'a str>,
    pub(in crate::check) offer: Option<Uuid>,
}

#[derive(Deserialize)]
pub(in crate::check) struct Extended {
    pub(in crate::check) booking_id: Uuid,
    pub(in crate::check) expires_at: At,
}

#[derive(Deserialize)]
pub(in crate::check) struct Confirmed<'a> {
    pub(in crate::check) booking_id: Uuid,
    pub(in crate::check) customer_id: Uuid,
    #[serde(borrow)]
    pub(in crate::check) items: Vec<Item<'a>>,
    #[serde(rename = "confirmed_at")]
    pub(in crate::check) at: At,
    pub(in crate::check) retaken: bool,
    pub(in crate::check) request: Option<Uuid>,
}

/// Tickets that came free: all or part of a booking's, or an offer's.
#[derive(Deserialize)]
pub(in crate::check) struct Ended<'a> {
    #[serde(alias = "booking_id", alias = "entry_id")]
    pub(in crate::check) id: Uuid,
    pub(in crate::check) customer_id: Uuid,
    #[serde(borrow)]
    pub(in crate::check) items: Vec<Item<'a>>,
    #[serde(default)]
    pub(in crate::check) held: bool,
    pub(in crate::check) request: Option<Uuid>,
}

/// A hold or an offer that reached its deadline.
#[derive(Deserialize)]
pub(in crate::check) struct Lapsed<'a> {
    #[serde(alias = "booking_id", alias = "entry_id")]
    pub(in crate::check) id: Uuid,
    pub(in crate::check) customer_id: Uuid,
    #[serde(borrow)]
    pub(in crate::check) items: Vec<Item<'a>>,
    pub(in crate::check) expires_at: At,
}

#[derive(Deserialize)]
pub(in crate::check) struct PaymentStarted {
    pub(in crate::check) payment_id: Uuid,
    pub(in crate::check) booking_id: Uuid,
    pub(in crate::check) customer_id: Uuid,
    pub(in crate::check) money: Money,
    pub(in crate::check) expires_at: At,
}

#[derive(Deserialize)]
pub(in crate::check) struct PaymentSucceeded {
    pub(in crate::check) payment_id: Uuid,
    pub(in crate::check) booking_id: Uuid,
    pub(in crate::check) customer_id: Uuid,
    pub(in crate::check) money: Money,
}

#[derive(Deserialize)]
pub(in crate::check) struct PaymentFailed {
    pub(in crate::check) payment_id: Uuid,
    pub(in crate::check) booking_id: Uuid,
    pub(in crate::check) expires_at: Option<At>,
}

#[derive(Deserialize)]
pub(in crate::check) struct RefundDue<'a> {
    pub(in crate::check) booking_id: Uuid,
    pub(in crate::check) refund: u32,
    pub(in crate::check) customer_id: Uuid,
    pub(in crate::check) money: Money,
    pub(in crate::check) reason: &'a str,
    pub(in crate::check) request: Option<Uuid>,
}

#[derive(Deserialize)]
pub(in crate::check) struct RefundSettled {
    pub(in crate::check) booking_id: Uuid,
    pub(in crate::check) refund: u32,
    pub(in crate::check) money: Option<Money>,
}

#[derive(Deserialize)]
pub(in crate::check) struct Joined {
    pub(in crate::check) entry_id: Uuid,
    pub(in crate::check) customer_id: Uuid,
    pub(in crate::check) ticket_type_id: Uuid,
    pub(in crate::check) quantity: u32,
    #[serde(rename = "joined_at")]
    pub(in crate::check) at: At,
}

#[derive(Deserialize)]
pub(in crate::check) struct Offered<'a> {
    pub(in crate::check) entry_id: Uuid,
    pub(in crate::check) customer_id: Uuid,
    #[serde(borrow)]
    pub(in crate::check) items: Vec<Item<'a>>,
    pub(in crate::check) expires_at: At,
}

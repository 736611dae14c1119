//! The words of a sale's rules: terms of a show, of a ticket type, refund policies, promo codes.
//! What they allow is decided in `sale.rs`, `hold.rs` and `cancelling.rs`.

use alloc::boxed::Box;

use serde::{Deserialize, Serialize};

use crate::Timestamp;
use crate::ids::TicketTypeId;
use crate::text::Text;

/// A promo code or an access code, in upper case.
pub type Code = Text<CODE_CHARS_MAX>;

/// The longest code, in characters.
pub const CODE_CHARS_MAX: usize = 64;
/// The most promo codes a show can have, removed ones included: their uses stay counted.
pub const PROMO_CODES_MAX: usize = 1_000;
/// The most steps a refund policy can have.
pub const REFUND_STEPS_MAX: usize = 20;
/// How long a hold lasts if the show does not say, in seconds.
pub const HOLD_S: u32 = 600;
/// The shortest and the longest hold, in seconds.
pub const HOLD_S_RANGE: core::ops::RangeInclusive<u32> = 5..=3_600;
/// A hold can be extended until it is this many times as old as it was to be.
pub const HOLD_EXTENSIONS: u32 = 3;
/// How long, in seconds, a hold lasts at least from the moment its holder goes to pay.
pub const PAYING_S: u32 = 900;
/// How long, in seconds, a hold lasts at least after a payment failed, within the limit of paying.
pub const PAYMENT_FAILED_S: u32 = 60;
/// How long an offer lasts if the show does not say, in seconds.
pub const OFFER_S: u32 = 900;
/// The shortest and the longest offer, in seconds.
pub const OFFER_S_RANGE: core::ops::RangeInclusive<u32> = 5..=86_400;

/// How tickets of a show are held, paid and given back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SaleTerms {
    /// How long a hold lasts, in seconds.
    pub hold_seconds: u32,
    /// How long an offer to the waitlist lasts, in seconds.
    pub offer_seconds: u32,
    /// Whether tickets are paid here.
    pub payment: Payment,
    /// What comes back for tickets given back; `None`: everything, until the show ends.
    pub refund_policy: Option<RefundPolicy>,
}

impl Default for SaleTerms {
    fn default() -> Self {
        Self { hold_seconds: HOLD_S, offer_seconds: OFFER_S, payment: Payment::None, refund_policy: None }
    }
}

/// Whether tickets are paid here.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Payment {
    /// They need not be: the money, if any, changes hands elsewhere.
    #[default]
    None,
    /// They are held first, and confirmed only when they are paid.
    Required,
}

/// What comes back for a ticket that is given back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefundPolicy {
    /// From the earliest to the latest; after the last one nothing comes back.
    pub steps: Box<[RefundStep]>,
    /// What is kept of each ticket, in minor units, as far as its refund goes.
    pub fee: i64,
}

/// A share that comes back until some time before the show.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefundStep {
    /// Until so many hours before the beginning.
    pub hours_before: u32,
    /// This share of the price comes back, in percent.
    pub percent: u8,
}

/// When, to whom and how many at a time a ticket type is sold.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct TicketTerms {
    /// Its tickets are seats of the seat map.
    pub reserved: bool,
    /// Not sold before this.
    pub sale_opens_at: Option<Timestamp>,
    /// Not sold from this on.
    pub sale_closes_at: Option<Timestamp>,
    /// The fewest in one booking.
    pub min_per_booking: Option<u32>,
    /// The most in one booking.
    pub max_per_booking: Option<u32>,
    /// Only who knows this code sees and buys it.
    pub access_code: Option<Code>,
}

/// A code that makes tickets cheaper.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PromoCode {
    /// The code.
    pub code: Code,
    /// By how much.
    pub discount: Discount,
    /// For which ticket types; empty: for all.
    #[serde(default)]
    pub ticket_type_ids: Box<[TicketTypeId]>,
    /// The most bookings it can be used for.
    pub uses_max: Option<u32>,
    /// The most bookings one customer can use it for.
    pub uses_per_customer_max: Option<u32>,
    /// Not good before this.
    pub valid_from: Option<Timestamp>,
    /// Not good from this on.
    pub valid_until: Option<Timestamp>,
}

/// How much cheaper.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Discount {
    /// By this share of each ticket's price; rounded down to whole minor units.
    Percent(u8),
    /// By this much for each ticket, in minor units, and never below nothing.
    Amount(i64),
}

impl Discount {
    /// What one ticket at `price` costs less.
    pub fn off(self, price: i64) -> i64 {
        match self {
            Self::Percent(percent) => percent_of(price, percent),
            Self::Amount(amount) => amount.clamp(0, price),
        }
    }
}

/// A share of an amount, rounded down to whole minor units.
pub fn percent_of(amount: i64, percent: u8) -> i64 {
    let share = i128::from(amount) * i128::from(percent.min(100)) / 100;
    i64::try_from(share).unwrap_or(amount)
}

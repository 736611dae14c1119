//! What became of payments and refunds, as its JSON is documented.

use chrono::{DateTime, Utc};
use serde::Deserialize;
use uuid::Uuid;

use super::Price;

#[derive(Deserialize)]
pub(in crate::verify) struct PaymentStarted {
    pub(in crate::verify) payment_id: Uuid,
    pub(in crate::verify) booking_id: Uuid,
    pub(in crate::verify) customer_id: Uuid,
    pub(in crate::verify) money: Price,
    pub(in crate::verify) method: String,
    pub(in crate::verify) expires_at: DateTime<Utc>,
}

#[derive(Deserialize)]
pub(in crate::verify) struct PaymentSucceeded {
    pub(in crate::verify) payment_id: Uuid,
    pub(in crate::verify) booking_id: Uuid,
    pub(in crate::verify) customer_id: Uuid,
    pub(in crate::verify) money: Price,
}

#[derive(Deserialize)]
pub(in crate::verify) struct PaymentFailed {
    pub(in crate::verify) payment_id: Uuid,
    pub(in crate::verify) booking_id: Uuid,
    pub(in crate::verify) expires_at: Option<DateTime<Utc>>,
}

#[derive(Deserialize)]
pub(in crate::verify) struct RefundDue {
    pub(in crate::verify) booking_id: Uuid,
    pub(in crate::verify) refund: i32,
    pub(in crate::verify) customer_id: Uuid,
    pub(in crate::verify) money: Price,
    pub(in crate::verify) reason: RefundReason,
}

/// Why money goes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(in crate::verify) enum RefundReason {
    GivenBack,
    NotNeeded,
    EventCancelled,
    Goodwill,
}

impl RefundReason {
    /// The word that stands in the read model.
    pub(in crate::verify) fn word(self) -> &'static str {
        match self {
            Self::GivenBack => "given_back",
            Self::NotNeeded => "not_needed",
            Self::EventCancelled => "event_cancelled",
            Self::Goodwill => "goodwill",
        }
    }
}

#[derive(Deserialize)]
pub(in crate::verify) struct RefundSucceeded {
    pub(in crate::verify) booking_id: Uuid,
    pub(in crate::verify) refund: i32,
    pub(in crate::verify) money: Price,
}

#[derive(Deserialize)]
pub(in crate::verify) struct RefundFailed {
    pub(in crate::verify) booking_id: Uuid,
    pub(in crate::verify) refund: i32,
    pub(in crate::verify) reason: String,
}

#[derive(Deserialize)]
pub(in crate::verify) struct RefundRetried {
    pub(in crate::verify) booking_id: Uuid,
    pub(in crate::verify) refund: i32,
}

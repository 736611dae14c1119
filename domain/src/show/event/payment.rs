//! What the payment provider said. A payment and a refund have a life of their own each:
//! started -> succeeded | failed (and a late success after a failure counts: the money is there);
//! due -> succeeded | failed -> due again.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::Timestamp;
use crate::ids::{AccountId, BookingId, PaymentId};
use crate::money::Money;
use crate::text::Text;

/// A customer went to pay for a hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaymentStarted {
    /// This attempt.
    pub payment_id: PaymentId,
    /// What is paid for.
    pub booking_id: BookingId,
    /// Who pays.
    pub customer_id: AccountId,
    /// How much.
    pub money: Money,
    /// The way of paying, in the provider's words.
    pub method: Text<64>,
    /// The hold does not lapse before this.
    pub expires_at: Timestamp,
}

/// The money is there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaymentSucceeded {
    /// Which attempt.
    pub payment_id: PaymentId,
    /// What is paid for.
    pub booking_id: BookingId,
    /// Who paid.
    pub customer_id: AccountId,
    /// How much.
    pub money: Money,
}

/// The money is not there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaymentFailed {
    /// Which attempt.
    pub payment_id: PaymentId,
    /// What should have been paid for.
    pub booking_id: BookingId,
    /// What the provider said.
    pub reason: Text<200>,
    /// The hold's deadline from now on, if it was waiting for this.
    pub expires_at: Option<Timestamp>,
}

/// Money must go back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefundDue {
    /// Of which booking.
    pub booking_id: BookingId,
    /// Counts the refunds of the booking, from 1.
    pub refund: u32,
    /// To whom.
    pub customer_id: AccountId,
    /// How much.
    pub money: Money,
    /// Why.
    pub reason: RefundReason,
    /// The request that asked for it, by which its repeat is known.
    pub request: Option<Uuid>,
}

/// Why money goes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefundReason {
    /// Tickets were given back.
    GivenBack,
    /// It was paid when the tickets were gone, or twice.
    NotNeeded,
    /// The show was called off.
    EventCancelled,
    /// The organizer wants it so.
    Goodwill,
}

impl RefundReason {
    /// The word used in the API and in the read models.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::GivenBack => "given_back",
            Self::NotNeeded => "not_needed",
            Self::EventCancelled => "event_cancelled",
            Self::Goodwill => "goodwill",
        }
    }
}

/// The money went back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefundSucceeded {
    /// Of which booking.
    pub booking_id: BookingId,
    /// Which of its refunds.
    pub refund: u32,
    /// How much.
    pub money: Money,
}

/// The money did not go back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefundFailed {
    /// Of which booking.
    pub booking_id: BookingId,
    /// Which of its refunds.
    pub refund: u32,
    /// What the provider said.
    pub reason: Text<200>,
}

/// A refund that failed is to be tried again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefundRetried {
    /// Of which booking.
    pub booking_id: BookingId,
    /// Which of its refunds.
    pub refund: u32,
}

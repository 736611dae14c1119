//! What is asked about money: by customers who pay, by organizers who give back, by the provider.

use uuid::Uuid;

use crate::ids::{BookingId, PaymentId};
use crate::money::Money;
use crate::text::Text;

/// Goes to pay.
#[derive(Clone, Debug)]
pub struct StartPayment {
    /// For which hold.
    pub booking_id: BookingId,
    /// The attempt's id, chosen before the decision so that a repeat is recognised.
    pub payment_id: PaymentId,
    /// The way of paying, in the provider's words.
    pub method: Text<64>,
}

/// What the provider says of a payment.
#[derive(Clone, Debug)]
pub struct ReportPayment {
    /// Which.
    pub payment_id: PaymentId,
    /// What became of it.
    pub outcome: Outcome,
}

/// What became of a payment or a refund.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The money moved: so much of it.
    Succeeded(Money),
    /// It did not, for this reason.
    Failed(Text<200>),
}

/// Gives money back without taking tickets back.
#[derive(Clone, Debug)]
pub struct RefundBooking {
    /// For which booking.
    pub booking_id: BookingId,
    /// How much, in minor units; more than nothing.
    pub amount: i64,
    /// The request, by which a repeat is known.
    pub request: Uuid,
}

/// What the provider says of a refund.
#[derive(Clone, Debug)]
pub struct ReportRefund {
    /// Of which booking.
    pub booking_id: BookingId,
    /// Which of its refunds.
    pub refund: u32,
    /// What became of it.
    pub outcome: Outcome,
}

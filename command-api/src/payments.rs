//! Payments: the one door to whoever moves the money. Nothing here waits for money: what becomes of a
//! payment or a refund is told later, through the signed webhook, and decided by the show.

mod sandbox;
mod signature;

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use domain::Timestamp;
use domain::ids::{BookingId, PaymentId};
use domain::money::Money;
use tokio::sync::mpsc;
use uuid::Uuid;

use crate::lane::Clock;

pub(crate) use sandbox::METHODS;
pub use signature::PaymentSecret;
pub(crate) use signature::{EVENTLY_SIGNATURE, NotSigned, TOLERANCE_S};

/// The most requests that wait for the provider to take them. Those that find no room are asked again by
/// the agenda.
const REQUESTS_MAX: usize = 1_024;

/// How a customer pays if they do not say.
pub(crate) const METHOD: &str = "sandbox:succeed";

/// Money to be taken.
#[derive(Clone, Debug)]
pub(crate) struct ChargeRequest {
    /// The payment, by which a repeat is known.
    pub(crate) payment_id: PaymentId,
    /// What is paid for.
    pub(crate) booking_id: BookingId,
    /// How much.
    pub(crate) money: Money,
    /// The way of paying, one of [`METHODS`].
    pub(crate) method: String,
    /// Until then the tickets are kept for it.
    pub(crate) expires_at: Timestamp,
}

/// Money to be given back.
#[derive(Clone, Debug)]
pub(crate) struct RefundRequest {
    /// The refund, by which a repeat is known.
    pub(crate) refund_id: RefundId,
    /// How much.
    pub(crate) money: Money,
}

/// A refund as the world outside names it: `<booking>.<number>`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct RefundId {
    pub(crate) booking_id: BookingId,
    /// Counts the refunds of the booking, from 1.
    pub(crate) refund: u32,
}

impl fmt::Display for RefundId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.booking_id, self.refund)
    }
}

impl FromStr for RefundId {
    type Err = NotARefundId;

    fn from_str(text: &str) -> Result<Self, NotARefundId> {
        let (booking_id, refund) = text.split_once('.').ok_or(NotARefundId)?;
        let booking_id = BookingId(booking_id.parse::<Uuid>().map_err(|_| NotARefundId)?);
        let refund = refund.parse().map_err(|_| NotARefundId)?;
        Ok(Self { booking_id, refund })
    }
}

/// The text does not name a refund.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a refund is named by its booking and its number, for example 0192d3d0-7c1e-7000-8000-000000000000.1")]
pub(crate) struct NotARefundId;

/// What the provider is asked.
#[derive(Clone, Debug)]
pub(crate) enum Request {
    /// To take money.
    Charge(ChargeRequest),
    /// To give money back.
    Refund(RefundRequest),
}

/// What a request is about: asking twice for the same changes nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum RequestId {
    Payment(PaymentId),
    Refund(RefundId),
}

impl Request {
    pub(crate) fn id(&self) -> RequestId {
        match self {
            Self::Charge(charge) => RequestId::Payment(charge.payment_id),
            Self::Refund(refund) => RequestId::Refund(refund.refund_id),
        }
    }
}

/// The door.
pub(crate) struct Payments(mpsc::Sender<Request>);

impl Payments {
    /// Asks the provider for something, once however often it is asked. `false`: there was no room; ask
    /// again later.
    pub(crate) fn ask(&self, request: Request) -> bool {
        self.0.try_send(request).is_ok()
    }
}

/// The provider before it has begun.
pub(crate) struct Provider(mpsc::Receiver<Request>);

impl Provider {
    /// Takes requests until its task is aborted, and reports through the webhook that is behind `door`.
    pub(crate) async fn run(self, door: axum::Router, secret: Arc<PaymentSecret>, clock: Clock) {
        sandbox::Sandbox::new(door, secret, clock).run(self.0).await;
    }
}

/// The door and what is behind it.
pub(crate) fn open() -> (Payments, Provider) {
    let (door, requests) = mpsc::channel(REQUESTS_MAX);
    (Payments(door), Provider(requests))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refund_is_named_by_its_booking_and_its_number() {
        let refund_id = RefundId { booking_id: BookingId(Uuid::from_u128(7)), refund: 12 };
        assert_eq!(refund_id.to_string(), "00000000-0000-0000-0000-000000000007.12");
        assert_eq!(refund_id.to_string().parse(), Ok(refund_id));
        for text in
            ["", ".", "1", "x.1", "00000000-0000-0000-0000-000000000007", "00000000-0000-0000-0000-000000000007.x"]
        {
            assert_eq!(text.parse::<RefundId>(), Err(NotARefundId), "{text}");
        }
    }
}

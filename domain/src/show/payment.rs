//! Payments: what the provider was asked, what it said, and what the money that came in does. The
//! provider may say things late, twice and in any order.

use alloc::vec;
use alloc::vec::Vec;

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use crate::Timestamp;
use crate::access::{Action, may};
use crate::aggregate::Asked;
use crate::ids::{BookingId, PaymentId};
use crate::money::Money;
use crate::show::booking::{Booking, BookingStatus, own};
use crate::show::command::{Outcome, ReportPayment, StartPayment};
use crate::show::event::{Event, PaymentFailed, PaymentStarted, PaymentSucceeded, RefundReason};
use crate::show::terms::{self, PAYING_S, PAYMENT_FAILED_S};
use crate::show::{Rejection, Show, Status, hold, sale};
use crate::text::Text;

/// One attempt to pay.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Payment {
    pub(super) id: PaymentId,
    pub(super) amount: i64,
    pub(super) method: Text<64>,
    pub(super) state: PaymentState,
    /// Until when the hold lasted for it, as it was first promised.
    #[serde(with = "chrono::serde::ts_microseconds")]
    pub(super) expires_at: Timestamp,
}

/// What became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum PaymentState {
    Started,
    Succeeded,
    Failed,
}

impl Booking {
    /// What came in for it, in minor units.
    pub fn paid(&self) -> i64 {
        let payments = self.more().into_iter().flat_map(|more| &more.payments);
        let succeeded = payments.filter(|payment| payment.state == PaymentState::Succeeded);
        succeeded.map(|payment| payment.amount).fold(0, i64::saturating_add)
    }

    /// The amount of a payment that was started for it, in minor units, and until when the hold was to
    /// last for it.
    pub fn payment(&self, payment_id: PaymentId) -> Option<(i64, Timestamp)> {
        find(self, payment_id).map(|payment| (payment.amount, payment.expires_at))
    }
}

impl Show {
    /// What must be paid before a hold is confirmed, in minor units.
    pub(super) fn still_to_pay(&self, booking: &Booking) -> i64 {
        match self.terms.payment {
            terms::Payment::None => 0,
            terms::Payment::Required => (booking.total() - booking.refundable()).max(0),
        }
    }

    pub(super) fn money(&self, amount: i64) -> Result<Money, Rejection> {
        Ok(Money { amount, currency: self.currency().ok_or(Rejection::NotOnSale)? })
    }
}

fn find(booking: &Booking, payment_id: PaymentId) -> Option<&Payment> {
    booking.more()?.payments.iter().find(|payment| payment.id == payment_id)
}

pub(super) fn start(show: &Show, start: &StartPayment, asked: &Asked) -> Result<Vec<Event>, Rejection> {
    let StartPayment { booking_id, payment_id, ref method } = *start;
    let booking = own(show, booking_id, asked)?;
    if show.payments.contains_key(&payment_id) {
        let repeats = find(booking, payment_id).is_some_and(|payment| payment.method == *method);
        return if repeats { Ok(vec![]) } else { Err(Rejection::IdempotencyKeyReused) };
    }
    let hold = hold::open_hold(show, booking, asked.at)?;
    let amount = booking.total() - booking.refundable();
    if amount <= 0 {
        return Err(Rejection::NothingToPay);
    }
    // However often a payment is started, the hold ends some time after it could last be extended.
    let paying = TimeDelta::seconds(i64::from(PAYING_S));
    let expires_at = hold.expires_at.max((asked.at + paying).min(hold.extendable_until + paying));
    let (customer_id, money, method) = (booking.customer_id, show.money(amount)?, method.clone());
    Ok(vec![PaymentStarted { payment_id, booking_id, customer_id, money, method, expires_at }.into()])
}

pub(super) fn report(show: &Show, report: &ReportPayment, asked: &Asked) -> Result<Vec<Event>, Rejection> {
    let payment_id = report.payment_id;
    if !may(&asked.by, Action::Operate) {
        return Err(Rejection::RoleForbids);
    }
    let booking_id = *show.payments.get(&payment_id).ok_or(Rejection::NoSuchPayment)?;
    let booking = show.booking(booking_id).ok_or(Rejection::NoSuchPayment)?;
    let payment = find(booking, payment_id).ok_or(Rejection::NoSuchPayment)?;
    match &report.outcome {
        Outcome::Succeeded(money) if *money != show.money(payment.amount)? => Err(Rejection::PaymentDiffers),
        Outcome::Succeeded(_) if payment.state == PaymentState::Succeeded => Ok(vec![]),
        Outcome::Succeeded(money) => {
            let customer_id = booking.customer_id;
            let mut events = vec![PaymentSucceeded { payment_id, booking_id, customer_id, money: *money }.into()];
            events.extend(paid(show, booking_id, booking, money.amount, asked.at)?);
            Ok(events)
        }
        // What was said first stands; a failure that comes late changes nothing.
        Outcome::Failed(_) if payment.state != PaymentState::Started => Ok(vec![]),
        Outcome::Failed(reason) => {
            let expires_at = after_failure(booking, asked.at);
            Ok(vec![PaymentFailed { payment_id, booking_id, reason: reason.clone(), expires_at }.into()])
        }
    }
}

/// What money that has come in does: it buys what is held, or it goes back.
fn paid(
    show: &Show,
    booking_id: BookingId,
    booking: &Booking,
    amount: i64,
    at: Timestamp,
) -> Result<Vec<Event>, Rejection> {
    let back = |amount, reason| Ok(vec![show.refund_due(booking_id, amount, reason, None)?]);
    let refundable = booking.refundable() + amount;
    let in_time = booking.expires_at().is_some_and(|expires_at| expires_at > at);
    let retaken = booking.status == BookingStatus::Lapsed
        && sale::can_retake(show, booking.customer_id, &booking.items, booking.promo_code(), at);
    if show.status == Status::Cancelled {
        return back(amount, RefundReason::EventCancelled);
    }
    if !in_time && !retaken {
        return back(amount, RefundReason::NotNeeded);
    }
    if refundable < booking.total() {
        // Not enough yet; the hold goes on.
        return Ok(vec![]);
    }
    let mut events = vec![hold::bought(booking_id, booking, retaken, at).into()];
    if refundable > booking.total() {
        // Part of the hold was given up while the money was on its way.
        events.extend(back(refundable - booking.total(), RefundReason::NotNeeded)?);
    }
    Ok(events)
}

/// The deadline of a hold whose payment failed: as it was, but with time to try another way.
fn after_failure(booking: &Booking, at: Timestamp) -> Option<Timestamp> {
    let hold = booking.hold().filter(|_| booking.status == BookingStatus::Paying)?;
    let another_try = at + TimeDelta::seconds(i64::from(PAYMENT_FAILED_S));
    Some(hold.expires_unpaid_at.max(another_try.min(hold.expires_at)))
}

pub(super) fn started(show: &mut Show, event: &PaymentStarted) {
    show.payments.insert(event.payment_id, event.booking_id);
    hold::moved(show, event.booking_id, event.expires_at);
    let Some(booking) = show.bookings.get_mut(&event.booking_id) else { return };
    booking.status = BookingStatus::Paying;
    let (id, amount, expires_at) = (event.payment_id, event.money.amount, event.expires_at);
    let (method, state) = (event.method.clone(), PaymentState::Started);
    booking.more_mut().payments.push(Payment { id, amount, method, state, expires_at });
}

pub(super) fn succeeded(show: &mut Show, event: &PaymentSucceeded) {
    settle_payment(show, event.booking_id, event.payment_id, PaymentState::Succeeded);
}

pub(super) fn failed(show: &mut Show, event: &PaymentFailed) {
    settle_payment(show, event.booking_id, event.payment_id, PaymentState::Failed);
    let Some(expires_at) = event.expires_at else { return };
    hold::moved(show, event.booking_id, expires_at);
    if let Some(booking) = show.bookings.get_mut(&event.booking_id) {
        booking.status = BookingStatus::Held;
    }
}

fn settle_payment(show: &mut Show, booking_id: BookingId, payment_id: PaymentId, state: PaymentState) {
    let Some(booking) = show.bookings.get_mut(&booking_id) else { return };
    let mut payments = booking.more_mut().payments.iter_mut();
    if let Some(payment) = payments.find(|payment| payment.id == payment_id) {
        payment.state = state;
    }
}

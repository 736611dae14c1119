//! Refunds: money that must go back, and never more than came in.

use alloc::vec;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::access::{Action, may};
use crate::aggregate::Asked;
use crate::ids::BookingId;
use crate::planted;
use crate::show::booking::Booking;
use crate::show::command::{Outcome, RefundBooking, ReportRefund};
use crate::show::event::{Event, RefundDue, RefundFailed, RefundReason, RefundRetried, RefundSucceeded};
use crate::show::lifecycle::run_by;
use crate::show::{Rejection, Show};

/// How many refunds one command tries again at most.
pub const REFUNDS_RETRIED_MAX: usize = 1_000;

/// Money that must go back, or went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Refund {
    pub(super) amount: i64,
    pub(super) state: RefundState,
    /// The request that asked for it.
    pub(super) request: Option<Uuid>,
}

/// What became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum RefundState {
    Due,
    Succeeded,
    Failed,
}

impl Booking {
    /// What went back or is to go back, in minor units. Never more than [`Self::paid`].
    pub fn refunded(&self) -> i64 {
        let refunds = self.more().into_iter().flat_map(|more| &more.refunds);
        refunds.map(|refund| refund.amount).fold(0, i64::saturating_add)
    }

    /// What can still go back, in minor units.
    pub fn refundable(&self) -> i64 {
        self.paid() - self.refunded()
    }

    /// How much went or goes back for a request to refund, and the number of that refund.
    pub fn refund_for(&self, request: Uuid) -> Option<(u32, i64)> {
        let refunds = self.more().into_iter().flat_map(|more| &more.refunds);
        (1..).zip(refunds).find(|(_, refund)| refund.request == Some(request)).map(|(n, refund)| (n, refund.amount))
    }
}

impl Show {
    /// Money of a booking that is due back; the booking's next refund.
    pub(super) fn refund_due(
        &self,
        booking_id: BookingId,
        amount: i64,
        reason: RefundReason,
        request: Option<Uuid>,
    ) -> Result<Event, Rejection> {
        let booking = self.booking(booking_id).ok_or(Rejection::NoSuchBooking)?;
        let refund = next_refund(booking);
        let (customer_id, money) = (booking.customer_id, self.money(amount)?);
        Ok(RefundDue { booking_id, refund, customer_id, money, reason, request }.into())
    }
}

/// Refunds are counted from 1.
fn next_refund(booking: &Booking) -> u32 {
    let refunds = booking.more().map_or(0, |more| more.refunds.len());
    u32::try_from(refunds).unwrap_or(u32::MAX).saturating_add(1)
}

pub(super) fn refund(show: &Show, refund: &RefundBooking, asked: &Asked) -> Result<Vec<Event>, Rejection> {
    run_by(show, asked)?;
    let booking = show.booking(refund.booking_id).ok_or(Rejection::NoSuchBooking)?;
    let (requested, refundable) = (refund.amount, booking.refundable());
    if let Some((_, amount)) = booking.refund_for(refund.request) {
        return if amount == requested { Ok(vec![]) } else { Err(Rejection::IdempotencyKeyReused) };
    }
    if requested <= 0 || requested > refundable && !planted!("refund-more-than-paid") {
        return Err(Rejection::RefundExceedsPaid { requested, refundable });
    }
    let due = show.refund_due(refund.booking_id, requested, RefundReason::Goodwill, Some(refund.request))?;
    Ok(vec![due])
}

pub(super) fn report_refund(show: &Show, report: &ReportRefund, asked: &Asked) -> Result<Vec<Event>, Rejection> {
    let ReportRefund { booking_id, refund, .. } = *report;
    if !may(&asked.by, Action::Operate) {
        return Err(Rejection::RoleForbids);
    }
    let booking = show.booking(booking_id).ok_or(Rejection::NoSuchRefund)?;
    let refunds = booking.more().map_or(&[][..], |more| &more.refunds);
    let known = (1..).zip(refunds).find(|(number, _)| *number == refund).map(|(_, known)| known);
    let known = known.ok_or(Rejection::NoSuchRefund)?;
    match &report.outcome {
        Outcome::Succeeded(money) if *money != show.money(known.amount)? => Err(Rejection::PaymentDiffers),
        Outcome::Succeeded(_) | Outcome::Failed(_) if known.state == RefundState::Succeeded => Ok(vec![]),
        Outcome::Succeeded(money) => Ok(vec![RefundSucceeded { booking_id, refund, money: *money }.into()]),
        Outcome::Failed(_) if known.state == RefundState::Failed => Ok(vec![]),
        Outcome::Failed(reason) => Ok(vec![RefundFailed { booking_id, refund, reason: reason.clone() }.into()]),
    }
}

pub(super) fn retry_refunds(show: &Show, asked: &Asked) -> Result<Vec<Event>, Rejection> {
    run_by(show, asked)?;
    let failed = show.failed_refunds.iter().take(REFUNDS_RETRIED_MAX);
    Ok(failed.map(|&(booking_id, refund)| RefundRetried { booking_id, refund }.into()).collect())
}

pub(super) fn refund_became_due(show: &mut Show, event: &RefundDue) {
    let Some(booking) = show.bookings.get_mut(&event.booking_id) else { return };
    let (amount, request) = (event.money.amount, event.request);
    booking.more_mut().refunds.push(Refund { amount, state: RefundState::Due, request });
}

pub(super) fn settle_refund(show: &mut Show, booking_id: BookingId, refund: u32, state: RefundState) {
    let Some(booking) = show.bookings.get_mut(&booking_id) else { return };
    let index = (refund as usize).wrapping_sub(1);
    let Some(known) = booking.more_mut().refunds.get_mut(index) else { return };
    known.state = state;
    if state == RefundState::Failed {
        show.failed_refunds.insert((booking_id, refund));
    } else {
        show.failed_refunds.remove(&(booking_id, refund));
    }
}

/// Everything that was paid for a booking of a cancelled show, and is not refunded yet, becomes due.
pub(super) fn refund_the_rest(booking: &mut Booking) {
    let amount = booking.refundable();
    if amount > 0 {
        booking.more_mut().refunds.push(Refund { amount, state: RefundState::Due, request: None });
    }
}

//! Refunds: counted from 1 without a hole, never more than was paid, and each with a life of its own:
//! due, then done or failed, and due again.

use uuid::Uuid;

use super::Moment;
use crate::verify::facts::{RefundDue, RefundFailed, RefundReason, RefundRetried, RefundSucceeded};
use crate::verify::ledger::{Refund, RefundState, Status};
use crate::verify::show::Owner;

impl Moment<'_> {
    pub(super) fn refund_due(&mut self, due: &RefundDue) -> Result<(), String> {
        let RefundDue { booking_id, refund, customer_id, ref money, reason } = *due;
        let booking = self.booking(booking_id)?;
        let (paid, refunded) = (booking.paid(), booking.refunded());
        let next = booking.refunds().len() + 1;
        if usize::try_from(refund) != Ok(next) || booking.customer_id != customer_id {
            return Err(format!(
                "refund {refund} of booking {booking_id} is due to {customer_id}, number {next} is next"
            ));
        }
        self.check_money(money, money.amount, &format!("refund {refund} of booking {booking_id}"))?;
        if money.amount > paid - refunded {
            let amount = money.amount;
            return Err(format!(
                "refund {refund} of booking {booking_id} is of {amount}: {paid} were paid, {refunded} go back already"
            ));
        }
        let refund = self.refund_of(money.amount, reason);
        self.booking_mut(booking_id)?.more_mut().refunds.push(refund);
        Ok(())
    }

    pub(super) fn refund_succeeded(&mut self, succeeded: &RefundSucceeded) -> Result<(), String> {
        let RefundSucceeded { booking_id, refund, ref money } = *succeeded;
        let amount = self.refund(booking_id, refund)?.amount;
        self.check_money(money, amount, &format!("refund {refund} of booking {booking_id}"))?;
        // Money that went after all counts, whatever the provider had said before.
        self.step(booking_id, refund, &[RefundState::Due, RefundState::Failed], RefundState::Succeeded, None)
    }

    pub(super) fn refund_failed(&mut self, failed: &RefundFailed) -> Result<(), String> {
        let RefundFailed { booking_id, refund, ref reason } = *failed;
        self.step(booking_id, refund, &[RefundState::Due], RefundState::Failed, Some(reason.as_str().into()))
    }

    pub(super) fn refund_retried(&mut self, retried: &RefundRetried) -> Result<(), String> {
        let RefundRetried { booking_id, refund } = *retried;
        self.step(booking_id, refund, &[RefundState::Failed], RefundState::Due, None)
    }

    /// The show is called off: open holds end, and what was paid and is not yet going back is due.
    pub(super) fn end_all(&mut self) {
        let open: Vec<Owner> = self.show.deadlines.iter().map(|(_, owner)| *owner).collect();
        for owner in open {
            if let Owner::Booking(booking_id) = owner
                && let Some(booking) = self.bookings.get_mut(booking_id)
            {
                booking.status = Status::Cancelled;
                booking.cancelled_at = Some(self.recorded_at);
            }
        }
        for booking_id in &self.show.paid_for {
            let rest = self.bookings.get(*booking_id).map_or(0, |booking| booking.paid() - booking.refunded());
            let refund = self.refund_of(rest, RefundReason::EventCancelled);
            if let Some(booking) = self.bookings.get_mut(*booking_id).filter(|_| rest > 0) {
                booking.more_mut().refunds.push(refund);
            }
        }
    }

    fn refund_of(&self, amount: i64, reason: RefundReason) -> Refund {
        let (due_at, position) = (self.recorded_at, self.position);
        Refund { amount, reason, state: RefundState::Due, failure: None, due_at, settled_at: None, position }
    }

    fn refund(&mut self, booking_id: Uuid, refund: i32) -> Result<&mut Refund, String> {
        let index = usize::try_from(refund).ok().and_then(|refund| refund.checked_sub(1));
        let refunds = &mut self.booking_mut(booking_id)?.more_mut().refunds;
        let known = index.and_then(|index| refunds.get_mut(index));
        known.ok_or_else(|| format!("booking {booking_id} has no refund {refund}"))
    }

    fn step(
        &mut self,
        booking_id: Uuid,
        refund: i32,
        from: &[RefundState],
        to: RefundState,
        failure: Option<Box<str>>,
    ) -> Result<(), String> {
        let recorded_at = self.recorded_at;
        let known = self.refund(booking_id, refund)?;
        if !from.contains(&known.state) {
            let (state, to) = (known.state.word(), to.word());
            return Err(format!(
                "refund {refund} of booking {booking_id} goes from {state} to {to}, which no rule allows"
            ));
        }
        known.state = to;
        known.failure = failure;
        known.settled_at = (to != RefundState::Due).then_some(recorded_at);
        Ok(())
    }
}

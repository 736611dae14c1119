//! Payments: each is started once, for what is still to be paid, and what comes of it follows at once.

use chrono::TimeDelta;
use uuid::Uuid;

use super::{Moment, Owed};
use crate::verify::facts::{PaymentFailed, PaymentStarted, PaymentSucceeded, Price, RefundReason};
use crate::verify::ledger::{Booking, Hold, Payment, PaymentState, Status};

/// How long a hold lasts at most from the moment its holder goes to pay, in seconds.
const PAYING_S: i64 = 900;

impl Moment<'_> {
    pub(super) fn start_payment(&mut self, started: &PaymentStarted) -> Result<(), String> {
        let PaymentStarted { payment_id, booking_id, customer_id, money, method, expires_at } = started;
        let hold = self.open(*booking_id, &[Status::Held], "being paid")?;
        let booking = self.booking(*booking_id)?;
        let to_pay = booking.total() - (booking.paid() - booking.refunded());
        if booking.customer_id != *customer_id {
            return Err(format!("payment {payment_id} is made by {customer_id}, booking {booking_id} is not theirs"));
        }
        self.check_money(money, to_pay, &format!("payment {payment_id}"))?;
        let Hold { expires_at: before, extendable_until, .. } = hold;
        let latest = before.max(extendable_until.min(self.recorded_at) + TimeDelta::seconds(PAYING_S));
        if *expires_at < before || *expires_at > latest {
            return Err(format!(
                "with payment {payment_id} the deadline of booking {booking_id} goes from {before} to {expires_at}, \
                 the last it can have is {latest}"
            ));
        }
        self.move_deadline(*booking_id, |hold| hold.expires_at = *expires_at)?;
        let started_at = self.recorded_at;
        let booking = self.booking_mut(*booking_id)?;
        let is_first = booking.payments().is_empty();
        booking.status = Status::Paying;
        let (id, method) = (*payment_id, method.as_str().into());
        let (state, amount) = (PaymentState::Started, money.amount);
        let payment = Payment { id, amount, method, state, started_at, settled_at: None };
        booking.more_mut().payments.push(payment);
        if is_first {
            self.show.paid_for.push(*booking_id);
        }
        Ok(())
    }

    pub(super) fn payment_succeeded(&mut self, succeeded: &PaymentSucceeded) -> Result<(), String> {
        let PaymentSucceeded { payment_id, booking_id, customer_id, ref money } = *succeeded;
        let booking = self.booking(booking_id)?;
        let payment = booking.payments().iter().find(|payment| payment.id == payment_id);
        let Some(payment) = payment.filter(|_| booking.customer_id == customer_id) else {
            return Err(format!("payment {payment_id} of booking {booking_id} succeeded, but was never started"));
        };
        if payment.state == PaymentState::Succeeded {
            return Err(format!("payment {payment_id} succeeded twice"));
        }
        self.check_money(money, payment.amount, &format!("payment {payment_id}"))?;
        self.show.owed = follows(booking, money.amount, self.show.is_cancelled());
        self.conclude(succeeded.booking_id, payment_id, PaymentState::Succeeded)
    }

    pub(super) fn payment_failed(&mut self, failed: &PaymentFailed) -> Result<(), String> {
        let PaymentFailed { payment_id, booking_id, expires_at } = *failed;
        let booking = self.booking(booking_id)?;
        let payment = booking.payments().iter().find(|payment| payment.id == payment_id);
        if payment.is_none_or(|payment| payment.state != PaymentState::Started) {
            return Err(format!("payment {payment_id} of booking {booking_id} failed, but was not under way"));
        }
        let paying = booking.open_hold().filter(|_| booking.status == Status::Paying && !self.show.is_cancelled());
        match (paying, expires_at) {
            (Some(hold), Some(at)) if at < hold.expires_unpaid_at || at > hold.expires_at => {
                return Err(format!(
                    "when payment {payment_id} failed, the deadline of booking {booking_id} became {at}: it was {} \
                     and {} before",
                    hold.expires_at, hold.expires_unpaid_at
                ));
            }
            (Some(_), Some(at)) => {
                self.move_deadline(booking_id, |hold| hold.expires_at = at)?;
                self.booking_mut(booking_id)?.status = Status::Held;
            }
            (None, None) => {}
            _ => {
                return Err(format!("payment {payment_id} failed, and booking {booking_id} has no deadline with that"));
            }
        }
        self.conclude(booking_id, payment_id, PaymentState::Failed)
    }

    fn conclude(&mut self, booking_id: Uuid, payment_id: Uuid, state: PaymentState) -> Result<(), String> {
        let recorded_at = self.recorded_at;
        let payments = &mut self.booking_mut(booking_id)?.more_mut().payments;
        for payment in payments.iter_mut().filter(|payment| payment.id == payment_id) {
            payment.state = state;
            payment.settled_at = Some(recorded_at);
        }
        Ok(())
    }

    /// The money is in the show's currency, more than nothing, and as much as it should be.
    pub(super) fn check_money(&self, money: &Price, amount: i64, what: &str) -> Result<(), String> {
        let Price { amount: found, currency } = money;
        if Some(currency.as_str()) != self.show.row.currency.as_deref() {
            return Err(format!("{what} is in {currency}, the show is not"));
        }
        if *found != amount || *found <= 0 {
            return Err(format!("{what} is of {found}, it should be {amount}"));
        }
        Ok(())
    }
}

/// What must follow when so much money comes in for a booking.
fn follows(booking: &Booking, amount: i64, show_is_cancelled: bool) -> Option<Owed> {
    let booking_id = booking.id;
    if show_is_cancelled {
        return Some(Owed::Back { booking_id, reason: RefundReason::EventCancelled, amounts: vec![amount] });
    }
    let enough = booking.paid() - booking.refunded() + amount >= booking.total();
    match booking.status {
        Status::Held | Status::Paying => enough.then_some(Owed::Bought { booking_id }),
        Status::Lapsed => Some(Owed::BoughtOrBack { booking_id, amount }),
        _ => Some(Owed::Back { booking_id, reason: RefundReason::NotNeeded, amounts: vec![amount] }),
    }
}

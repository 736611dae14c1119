//! Payments and refunds: what came in, what goes back, and what one decision must say of both.

use uuid::Uuid;

use super::{Booking, BookingStatus, Checked, House, Line, Status, demand};
use crate::check::facts::{Fact, PaymentFailed, PaymentStarted, PaymentSucceeded, Policy, RefundDue, RefundSettled};

const HOUR_US: i64 = 3_600_000_000;
/// How long, in microseconds, a hold waits for a payment at most.
const PAYING_US: i64 = 900_000_000;

/// A payment.
#[derive(Debug)]
pub(in crate::check) struct Payment {
    pub(in crate::check) booking: Uuid,
    pub(in crate::check) amount: i64,
    pub(in crate::check) state: PaymentState,
}

/// What became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::check) enum PaymentState {
    Started,
    Succeeded,
    Failed,
}

/// Money that goes back.
#[derive(Clone, Copy, Debug)]
pub(in crate::check) struct Refund {
    pub(in crate::check) amount: i64,
    pub(in crate::check) state: RefundState,
    pub(in crate::check) request: Option<Uuid>,
}

/// What became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::check) enum RefundState {
    Due,
    Succeeded,
    Failed,
}

/// What must be said next by the same decision.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::check) enum Next {
    #[default]
    Nothing,
    /// So much of a booking's money goes back.
    Refund { booking: Uuid, amount: i64, reason: &'static str },
    /// A booking is confirmed because it is paid; taken again, if it had lapsed.
    Confirm { booking: Uuid, retaken: bool },
}

impl Next {
    /// Tickets were given back, and so much for them.
    pub(super) fn back(booking: Uuid, amount: i64) -> Self {
        if amount > 0 { Self::Refund { booking, amount, reason: "given_back" } } else { Self::Nothing }
    }
}

impl Booking {
    pub(in crate::check) fn refunded(&self) -> i64 {
        self.refunds.iter().map(|refund| refund.amount).sum()
    }

    pub(in crate::check) fn refundable(&self) -> i64 {
        self.paid - self.refunded()
    }

    /// What is paid and not refunded yet goes back.
    pub(super) fn refund_the_rest(&mut self) {
        let amount = self.refundable();
        if amount > 0 {
            self.refunds.push(Refund { amount, state: RefundState::Due, request: None });
        }
    }
}

impl Policy {
    /// What comes back for a ticket at this price when the show starts then.
    fn back(&self, price: i64, starts: i64, at: i64) -> i64 {
        let step = self.steps.iter().find(|step| at <= starts - i64::from(step.hours_before) * HOUR_US);
        step.map_or(0, |step| (price * i64::from(step.percent) / 100 - self.fee).max(0))
    }
}

impl House {
    /// What comes back for tickets of a booking that are given back now.
    pub(in crate::check) fn comes_back(&self, id: Uuid, lines: &[Line], at: i64) -> i64 {
        let Some(booking) = self.bookings.get(&id) else { return 0 };
        let put_off = self.put_off.is_some_and(|(decided, until)| booking.booked_at < decided && at < until);
        let policy = usize::from(booking.policy).checked_sub(1).filter(|_| !put_off);
        let policy = policy.and_then(|index| self.policies.get(index));
        let of_ticket = |price| policy.map_or(price, |policy| policy.back(price, self.times.starts, at));
        let back: i64 = lines.iter().map(|line| of_ticket(line.price) * i64::from(line.quantity)).sum();
        back.min(booking.refundable()).max(0)
    }

    /// What the decision said before says what comes now.
    pub(super) fn expect(&mut self, fact: &Fact) -> Checked {
        let next = std::mem::take(&mut self.next);
        let right = match (next, fact) {
            (Next::Refund { booking, amount, reason }, Fact::RefundDue(due)) => {
                due.booking_id == booking && due.money.amount == amount && due.reason == reason
            }
            (Next::Confirm { booking, retaken }, Fact::Confirmed(confirmed)) => {
                confirmed.booking_id == booking && confirmed.retaken == retaken && confirmed.request.is_none()
            }
            // What is paid is bought or goes back; what is given back follows the policy; nothing else does.
            (Next::Nothing, Fact::RefundDue(due)) => due.reason == "goodwill",
            (Next::Nothing, Fact::Confirmed(confirmed)) => confirmed.request.is_some(),
            (Next::Nothing, _) => true,
            _ => false,
        };
        demand!(right, Refunds, "the decision goes on with something else than {next:?}");
        if let (Fact::Confirmed(confirmed), Some(booking)) = (fact, self.bookings.get(&fact_booking(fact))) {
            let rest = booking.refundable() - booking.total();
            if confirmed.request.is_none() && rest > 0 {
                self.next = Next::Refund { booking: confirmed.booking_id, amount: rest, reason: "not_needed" };
            }
        }
        Ok(())
    }

    pub(super) fn payment_started(&mut self, started: &PaymentStarted, at: i64) -> Checked {
        let PaymentStarted { payment_id, booking_id, customer_id, ref money, expires_at } = *started;
        demand!(!self.payments.contains_key(&payment_id), OnceOnly, "payment {payment_id} is begun a second time");
        let Some(booking) = self.bookings.get_mut(&booking_id) else {
            demand!(false, Lawful, "there is no booking {booking_id}");
            return Ok(());
        };
        let open = booking.status == BookingStatus::Held && booking.expires().is_some_and(|expires| expires > at);
        demand!(open && booking.customer == customer_id, Deadlines, "{booking_id} is paid although it is not held");
        let due = booking.total() - booking.refundable();
        demand!(money.amount == due && due > 0, Refunds, "{} are to be paid for {due}", money.amount);
        let before = booking.hold.map_or(0, |hold| hold.expires);
        let within = before <= expires_at.0 && expires_at.0 <= before.max(at + PAYING_US);
        demand!(within, Deadlines, "{booking_id} waits for its payment for too long");
        booking.status = BookingStatus::Paying;
        self.move_deadline(booking_id, expires_at.0);
        let payment = Payment { booking: booking_id, amount: money.amount, state: PaymentState::Started };
        self.payments.insert(payment_id, payment);
        Ok(())
    }

    pub(super) fn payment_succeeded(&mut self, succeeded: &PaymentSucceeded, at: i64) -> Checked {
        let PaymentSucceeded { payment_id, booking_id, customer_id, ref money } = *succeeded;
        let payment = self.payments.get_mut(&payment_id);
        let right = payment.as_ref().is_some_and(|payment| {
            payment.booking == booking_id && payment.amount == money.amount && payment.state != PaymentState::Succeeded
        });
        demand!(right, OnceOnly, "payment {payment_id} succeeds a second time, or is another one");
        if let Some(payment) = payment {
            payment.state = PaymentState::Succeeded;
        }
        if let Some(booking) = self.bookings.get_mut(&booking_id) {
            demand!(booking.customer == customer_id, Lawful, "{payment_id} is paid by somebody else");
            booking.paid += money.amount;
        }
        self.next = self.after_payment(booking_id, money.amount, at);
        Ok(())
    }

    /// What is paid buys what is held, or what lapsed and is still free; otherwise it goes back.
    fn after_payment(&self, id: Uuid, amount: i64, at: i64) -> Next {
        let back = |reason| Next::Refund { booking: id, amount, reason };
        let Some(booking) = self.bookings.get(&id) else { return Next::Nothing };
        let in_time = booking.expires().is_some_and(|expires| expires > at);
        let again = booking.status == BookingStatus::Lapsed && self.could_retake(booking, at);
        if self.status == Status::CalledOff {
            back("event_cancelled")
        } else if !in_time && !again {
            back("not_needed")
        } else if booking.refundable() >= booking.total() {
            Next::Confirm { booking: id, retaken: again }
        } else {
            Next::Nothing
        }
    }

    /// Whether tickets that were held once can be had again on the same terms.
    pub(in crate::check) fn could_retake(&self, booking: &Booking, at: i64) -> bool {
        let is_free = |line: &Line| {
            let kind = &self.kinds[line.kind];
            kind.is_open(at)
                && kind.free() >= line.quantity
                && line.seats.iter().all(|seat| {
                    self.seats.is_free(*seat) && self.seats.seat(*seat).is_some_and(|seat| seat.kind == line.kind)
                })
        };
        let more = super::quantity(&booking.lines);
        let within = self.limit.is_none_or(|limit| self.held_by(booking.customer) + more <= limit);
        let code_left = booking.promo.is_none_or(|promo| !self.promos[promo].is_used_up(booking.customer));
        self.is_open(at) && booking.lines.iter().all(is_free) && within && code_left
    }

    pub(super) fn payment_failed(&mut self, failed: &PaymentFailed, at: i64) -> Checked {
        let (id, booking_id) = (failed.payment_id, failed.booking_id);
        let payment = self.payments.get_mut(&id);
        let right = payment.as_ref().is_some_and(|p| p.booking == booking_id && p.state == PaymentState::Started);
        demand!(right, OnceOnly, "payment {id} fails although it has an outcome, or is another one");
        if let Some(payment) = payment {
            payment.state = PaymentState::Failed;
        }
        let Some(booking) = self.bookings.get_mut(&booking_id) else { return Ok(()) };
        let paying = booking.status == BookingStatus::Paying;
        let Some(to) = failed.expires_at else {
            demand!(!paying, Deadlines, "{booking_id} goes on waiting for a payment that failed");
            return Ok(());
        };
        let before = booking.expires().unwrap_or(0);
        demand!(paying && at < to.0 && to.0 <= before, Deadlines, "{booking_id} gets a wrong deadline");
        booking.status = BookingStatus::Held;
        self.move_deadline(booking_id, to.0);
        Ok(())
    }

    pub(super) fn refund_due(&mut self, due: &RefundDue) -> Checked {
        let (id, amount) = (due.booking_id, due.money.amount);
        let Some(booking) = self.bookings.get_mut(&id) else {
            demand!(false, Lawful, "there is no booking {id}");
            return Ok(());
        };
        let number = booking.refunds.len() as u32 + 1;
        demand!(due.refund == number, OnceOnly, "refund {} of {id} should be number {number}", due.refund);
        demand!(due.customer_id == booking.customer, Lawful, "somebody else gets what {id} cost");
        let left = booking.refundable();
        demand!(0 < amount && amount <= left, Refunds, "{amount} go back for {id}, of {left} that can");
        let again = due.request.is_some() && booking.refunds.iter().any(|refund| refund.request == due.request);
        demand!(!again, OnceOnly, "one request makes two refunds of {id}");
        booking.refunds.push(Refund { amount, state: RefundState::Due, request: due.request });
        Ok(())
    }

    pub(super) fn refund_settled(&mut self, settled: &RefundSettled, to: RefundState) -> Checked {
        let id = settled.booking_id;
        let index = (settled.refund as usize).wrapping_sub(1);
        let Some(refund) = self.bookings.get_mut(&id).and_then(|booking| booking.refunds.get_mut(index)) else {
            demand!(false, Lawful, "{id} has no refund {}", settled.refund);
            return Ok(());
        };
        let right = match to {
            RefundState::Due => refund.state == RefundState::Failed,
            RefundState::Failed => refund.state == RefundState::Due,
            RefundState::Succeeded => refund.state != RefundState::Succeeded,
        };
        demand!(right, OnceOnly, "refund {} of {id} goes from {:?} to {to:?}", settled.refund, refund.state);
        let amount = settled.money.as_ref().map_or(refund.amount, |money| money.amount);
        demand!(amount == refund.amount, Refunds, "{amount} went back, due were {}", refund.amount);
        refund.state = to;
        Ok(())
    }
}

/// The booking that a confirmation is of.
fn fact_booking(fact: &Fact) -> Uuid {
    match fact {
        Fact::Confirmed(confirmed) => confirmed.booking_id,
        _ => Uuid::nil(),
    }
}

//! `payments` and `refunds`: what the provider was asked, and what it said.

use chrono::{DateTime, Utc};
use sqlx::postgres::PgRow;
use sqlx::{FromRow as _, Row as _};
use uuid::Uuid;

use super::{Compared, Found, row};
use crate::verify::recount::Recount;

row! {
    /// A row of `payments`.
    PaymentRow<'r> {
        show_id: Uuid,
        customer_id: Uuid,
        amount: i64,
        currency: Option<&'r str>,
        method: &'r str,
        state: &'r str,
        started_at: DateTime<Utc>,
        settled_at: Option<DateTime<Utc>>,
    }
}

row! {
    /// A row of `refunds`.
    RefundRow<'r> {
        show_id: Uuid,
        customer_id: Uuid,
        amount: i64,
        currency: Option<&'r str>,
        reason: &'r str,
        state: &'r str,
        failure: Option<&'r str>,
        due_at: DateTime<Utc>,
        settled_at: Option<DateTime<Utc>>,
        position: i64,
    }
}

fn currency(recount: &Recount, show_id: Uuid) -> Option<&str> {
    recount.shows.get(&show_id).and_then(|show| show.row.currency.as_deref())
}

pub(super) fn payment(row: &PgRow, recount: &Recount, found: &mut Found) -> Compared {
    let (payment_id, booking_id): (Uuid, Uuid) = (row.try_get("payment_id")?, row.try_get("booking_id")?);
    found.add(payment_id);
    let known = recount.bookings.get(booking_id).and_then(|booking| {
        let payment = booking.payments().iter().find(|payment| payment.id == payment_id)?;
        Some((booking, payment))
    });
    let Some((booking, payment)) = known else {
        return Ok(Err(format!("payment {payment_id} of booking {booking_id} is one that the log does not know")));
    };
    let should_be = PaymentRow {
        show_id: booking.show_id,
        customer_id: booking.customer_id,
        amount: payment.amount,
        currency: currency(recount, booking.show_id),
        method: &payment.method,
        state: payment.state.word(),
        started_at: payment.started_at,
        settled_at: payment.settled_at,
    };
    let compared = PaymentRow::from_row(row)?.compare(&should_be);
    Ok(compared.map_err(|difference| format!("payment {payment_id} of booking {booking_id} {difference}")))
}

pub(super) fn missing_payment(recount: &Recount, found: &Found) -> Option<String> {
    recount.bookings.iter().find_map(|booking| {
        let payment = booking.payments().iter().find(|payment| !found.has(payment.id))?;
        Some(format!("payment {} of booking {}", payment.id, booking.id))
    })
}

pub(super) fn refund(row: &PgRow, recount: &Recount, found: &mut Found) -> Compared {
    let (booking_id, number): (Uuid, i32) = (row.try_get("booking_id")?, row.try_get("refund")?);
    found.add((booking_id, number));
    let index = usize::try_from(number).ok().and_then(|number| number.checked_sub(1));
    let known = recount.bookings.get(booking_id).zip(index).and_then(|(booking, index)| {
        let refund = booking.refunds().get(index)?;
        Some((booking, refund))
    });
    let Some((booking, refund)) = known else {
        return Ok(Err(format!("refund {number} of booking {booking_id} is one that the log does not know")));
    };
    let should_be = RefundRow {
        show_id: booking.show_id,
        customer_id: booking.customer_id,
        amount: refund.amount,
        currency: currency(recount, booking.show_id),
        reason: refund.reason.word(),
        state: refund.state.word(),
        failure: refund.failure.as_deref(),
        due_at: refund.due_at,
        settled_at: refund.settled_at,
        position: refund.position,
    };
    let compared = RefundRow::from_row(row)?.compare(&should_be);
    Ok(compared.map_err(|difference| format!("refund {number} of booking {booking_id} {difference}")))
}

pub(super) fn missing_refund(recount: &Recount, found: &Found) -> Option<String> {
    recount.bookings.iter().find_map(|booking| {
        let mut numbers = (1_i32..).zip(booking.refunds()).map(|(number, _)| number);
        let missing = numbers.find(|number| !found.has((booking.id, *number)))?;
        Some(format!("refund {missing} of booking {}", booking.id))
    })
}

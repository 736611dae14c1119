//! What the payment provider's facts change. A payment is money of no ticket type until the booking that it
//! buys is confirmed, in the fact after it; a refund belongs to what was given back in the fact before it.

use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use super::tickets::discount;
use super::{Measure, Sale};
use crate::ids::{BookingId, TicketTypeId};
use crate::show::{BookedItem, Event, RefundDue, RefundReason};

/// What the next fact about the same show may refer to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Before {
    /// Nothing.
    #[default]
    Nothing,
    /// Money came in for a booking.
    Paid(BookingId),
    /// Bought tickets of a booking were given back, at these prices by type.
    GivenBack(BookingId, Vec<(TicketTypeId, i64)>),
}

impl Before {
    /// What the fact after this one may refer to.
    pub fn of(event: &Event) -> Self {
        let prices = |items: &[BookedItem]| items.iter().map(|item| (item.ticket_type_id, item.price())).collect();
        match event {
            Event::PaymentSucceeded(succeeded) => Self::Paid(succeeded.booking_id),
            Event::BookingReduced(reduced) if !reduced.held => {
                Self::GivenBack(reduced.booking_id, prices(&reduced.items))
            }
            Event::BookingCancelled(cancelled) => Self::GivenBack(cancelled.booking_id, prices(&cancelled.items)),
            _ => Self::Nothing,
        }
    }
}

pub(super) fn take(sale: &mut Sale, event: &Event, before: Before) {
    match event {
        Event::PaymentStarted(_) => sale.count(Measure::PaymentsStarted, 1),
        Event::PaymentFailed(_) => sale.count(Measure::PaymentsFailed, 1),
        Event::PaymentSucceeded(succeeded) => {
            sale.count(Measure::PaymentsSucceeded, 1);
            sale.count_of(None, Measure::Gross, succeeded.money.amount);
        }
        Event::HoldConfirmed(confirmed) if before == Before::Paid(confirmed.booking_id) => {
            attribute(sale, &confirmed.items);
        }
        Event::RefundDue(due) => {
            sale.count(Measure::RefundsDue, 1);
            refund(sale, due, before);
        }
        Event::RefundSucceeded(succeeded) => sale.count(Measure::PaidOut, succeeded.money.amount),
        Event::RefundFailed(_) => sale.count(Measure::RefundsFailed, 1),
        _ => {}
    }
}

/// Money that had come in bought these tickets.
fn attribute(sale: &mut Sale, items: &[BookedItem]) {
    for item in items {
        let (price, discount) = (item.price(), discount(item));
        sale.count_of(Some(item.ticket_type_id), Measure::Gross, price.saturating_add(discount));
        sale.count_of(Some(item.ticket_type_id), Measure::Discounts, discount);
        sale.count_of(None, Measure::Gross, -price);
    }
}

fn refund(sale: &mut Sale, due: &RefundDue, before: Before) {
    let amount = due.money.amount;
    match before {
        Before::GivenBack(booking_id, prices)
            if due.reason == RefundReason::GivenBack && booking_id == due.booking_id =>
        {
            let total = prices.iter().map(|(_, price)| *price).fold(0, i64::saturating_add);
            let (mut price_so_far, mut share_so_far) = (0_i64, 0);
            for (ticket_type_id, price) in prices {
                // By price, and summed up so that the odd cents get lost nowhere.
                price_so_far = price_so_far.saturating_add(price);
                let share = share_of(amount, price_so_far, total) - share_so_far;
                share_so_far += share;
                sale.count_of(Some(ticket_type_id), Measure::Refunds, share);
                sale.count_of(Some(ticket_type_id), Measure::Fees, price - share);
            }
            sale.count_of(None, Measure::Refunds, amount - share_so_far);
        }
        _ => sale.count_of(None, Measure::Refunds, amount),
    }
}

fn share_of(amount: i64, price: i64, total: i64) -> i64 {
    let share = i128::from(amount) * i128::from(price) / i128::from(total.max(1));
    i64::try_from(share).unwrap_or(amount)
}

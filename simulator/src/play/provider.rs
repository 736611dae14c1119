//! The payment provider's books: which payments were begun and which refunds it was asked for, as the log has
//! them. So it can speak of their amounts.

use std::collections::HashMap;

use event_log::Position;
use serde::Deserialize;
use uuid::Uuid;

use crate::faulty_log::SharedLog;
use crate::ids::Of;
use crate::plan::{Ask, Said};

/// The books.
#[derive(Default)]
pub(super) struct Provider {
    read_to: Position,
    payments: HashMap<Uuid, i64>,
    bookings: HashMap<Uuid, Account>,
}

/// What came in and goes out for one booking.
#[derive(Default)]
struct Account {
    show: Uuid,
    paid: i64,
    refunds: Vec<i64>,
}

#[derive(Deserialize)]
struct Amount {
    amount: i64,
}

#[derive(Deserialize)]
struct Moved {
    booking_id: Uuid,
    payment_id: Option<Uuid>,
    money: Amount,
}

impl Provider {
    /// Takes in what is new in the log.
    pub(super) async fn read(&mut self, log: &SharedLog) {
        while self.read_to < log.head() {
            for event in log.after(self.read_to).await {
                self.read_to = event.position;
                let show = event.stream.id();
                match &*event.event_type {
                    "ShowCancelled" => self.called_off(show),
                    "PaymentStarted" | "PaymentSucceeded" | "RefundDue" => {
                        if let Ok(moved) = serde_json::from_slice(&event.payload) {
                            self.take_in(show, &event.event_type, &moved);
                        }
                    }
                    _ => {}
                }
            }
        }
    }

    fn take_in(&mut self, show: Uuid, event_type: &str, moved: &Moved) {
        let account = self.bookings.entry(moved.booking_id).or_default();
        account.show = show;
        match (event_type, moved.payment_id) {
            ("PaymentStarted", Some(payment)) => drop(self.payments.insert(payment, moved.money.amount)),
            ("PaymentSucceeded", _) => account.paid += moved.money.amount,
            _ => account.refunds.push(moved.money.amount),
        }
    }

    /// Everything that was paid goes back.
    fn called_off(&mut self, show: Uuid) {
        for account in self.bookings.values_mut().filter(|account| account.show == show) {
            let rest = account.paid - account.refunds.iter().sum::<i64>();
            if rest > 0 {
                account.refunds.push(rest);
            }
        }
    }

    /// The amount that a report is about, or the revision that a change is of; nothing, for what is not
    /// in the books.
    pub(super) fn finds(&self, ask: &Ask, revision: i64) -> Option<i64> {
        match ask {
            Ask::Report { payment, .. } => self.payments.get(&Of::Payment.id((*payment).into())).copied(),
            Ask::ReportRefund { booking, refund, said } => {
                let account = self.bookings.get(&Of::Booking.id((*booking).into()))?;
                let known = account.refunds.get((*refund as usize).checked_sub(1)?).copied();
                known.filter(|_| *said != Said::Failed || account.paid > 0)
            }
            Ask::Revise { stale: true, .. } => Some(revision.saturating_sub(1)),
            _ => Some(revision),
        }
    }
}

//! A payment provider to try things out with. It lives in this process and moves no money, but speaks as
//! a real one does: through the signed webhook alone, whenever it likes. The method says what it is to do.

mod courier;

use std::collections::{BTreeSet, HashSet};
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use domain::ids::BookingId;
use lru::LruCache;
use serde_json::{Value, json};
use tokio::sync::mpsc;
use tokio::task::{JoinError, JoinSet};
use tokio::time::sleep;

use super::{ChargeRequest, PaymentSecret, RefundId, RefundRequest, Request, RequestId};
use crate::lane::Clock;
use courier::Courier;

#[cfg(test)]
mod tests;

/// The ways of paying that it knows: the money comes, does not come, comes after a while, comes and is
/// reported twice, comes when the hold is over; and one whose refunds fail when first tried.
pub(crate) const METHODS: [&str; 6] =
    ["sandbox:succeed", "sandbox:fail", "sandbox:slow", "sandbox:twice", "sandbox:late", RELUCTANT];

/// Pays, and gives nothing back when first asked.
const RELUCTANT: &str = "sandbox:succeed-refund-fails";

/// How long a slow payment takes, in seconds.
const SLOW_S: u64 = 3;
/// How often a payment that is to come too late looks at the clock, in milliseconds.
const LATE_LOOK_MS: u64 = 200;
/// The most payments and refunds that it works on at once; more wait at the door.
const JOBS_MAX: usize = 16_384;
/// The most bookings whose refunds it remembers to let fail.
const RELUCTANT_MAX: NonZeroUsize = NonZeroUsize::new(10_000).expect("ten thousand is not zero");

/// The provider.
pub(super) struct Sandbox {
    courier: Courier,
    clock: Clock,
    /// Asking again for one of these changes nothing.
    under_way: HashSet<RequestId>,
    working: JoinSet<RequestId>,
    /// Bookings whose refunds fail when first tried, and which of them have.
    reluctant: LruCache<BookingId, BTreeSet<u32>>,
}

impl Sandbox {
    /// Reports through the webhook behind `door`.
    pub(super) fn new(door: axum::Router, secret: Arc<PaymentSecret>, clock: Clock) -> Self {
        Self {
            courier: Courier::new(door, secret, clock.clone()),
            clock,
            under_way: HashSet::new(),
            working: JoinSet::new(),
            reluctant: LruCache::new(RELUCTANT_MAX),
        }
    }

    /// Works until nobody can ask any more.
    pub(super) async fn run(mut self, mut requests: mpsc::Receiver<Request>) {
        loop {
            tokio::select! {
                Some(ended) = self.working.join_next() => self.ended(ended),
                request = requests.recv(), if self.working.len() < JOBS_MAX => {
                    let Some(request) = request else { return };
                    self.begin(request);
                }
            }
        }
    }

    fn ended(&mut self, ended: Result<RequestId, JoinError>) {
        match ended {
            Ok(id) => {
                self.under_way.remove(&id);
            }
            Err(error) => {
                // Which one it was is not told. To forget them all only makes some of them report twice.
                tracing::error!(%error, "the sandbox failed at a payment or a refund");
                self.under_way.clear();
            }
        }
    }

    fn begin(&mut self, request: Request) {
        let id = request.id();
        if !self.under_way.insert(id) {
            return;
        }
        let courier = self.courier.clone();
        match request {
            Request::Charge(charge) => {
                if charge.method == RELUCTANT {
                    self.reluctant.get_or_insert_mut(charge.booking_id, BTreeSet::new);
                }
                let work = pay(charge, courier, self.clock.clone());
                self.working.spawn(async move {
                    work.await;
                    id
                });
            }
            Request::Refund(refund) => {
                let RefundId { booking_id, refund: number } = refund.refund_id;
                let fails = self.reluctant.get_mut(&booking_id).is_some_and(|failed| failed.insert(number));
                self.working.spawn(async move {
                    courier.deliver(&refund_report(&refund, fails)).await;
                    id
                });
            }
        }
    }
}

/// Lets a payment take its course.
async fn pay(charge: ChargeRequest, courier: Courier, clock: Clock) {
    match charge.method.as_str() {
        "sandbox:slow" => sleep(Duration::from_secs(SLOW_S)).await,
        "sandbox:late" => {
            // Looked at again and again, because clocks may jump.
            while clock() < charge.expires_at {
                sleep(Duration::from_millis(LATE_LOOK_MS)).await;
            }
        }
        _ => {}
    }
    let report = payment_report(&charge);
    courier.deliver(&report).await;
    if charge.method == "sandbox:twice" {
        courier.deliver(&report).await;
    }
}

fn payment_report(charge: &ChargeRequest) -> Value {
    let fails = charge.method == "sandbox:fail";
    let mut report = json!({
        "type": if fails { "payment.failed" } else { "payment.succeeded" },
        "payment_id": charge.payment_id,
        "amount": charge.money.amount,
        "currency": charge.money.currency,
    });
    if fails {
        report["reason"] = "the card was declined".into();
    }
    report
}

fn refund_report(refund: &RefundRequest, fails: bool) -> Value {
    let mut report = json!({
        "type": if fails { "refund.failed" } else { "refund.succeeded" },
        "refund_id": refund.refund_id.to_string(),
        "amount": refund.money.amount,
        "currency": refund.money.currency,
    });
    if fails {
        report["reason"] = "the card was closed".into();
    }
    report
}

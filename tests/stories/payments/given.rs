//! Shows that are paid here, the verbs of money, and the provider as a story plays it.

use chrono::{DateTime, Utc};
use command_api::PaymentSecret;
use command_api::lane::{Clock, system_clock};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::log::{Fact, facts};
use crate::support::person::Request;
use crate::support::world::PAYMENT_SECRET;
use crate::support::{Person, Show, ShowPlan, World, a_show, in_time};

/// Its tickets cost 42.50 EUR each, and are paid before they are confirmed.
pub(crate) fn a_paid_show() -> ShowPlan {
    a_show().with("terms", json!({ "payment": "required" }))
}

/// So many minor units of the shows here.
pub(crate) fn eur(amount: i64) -> Value {
    json!({ "amount": amount, "currency": "EUR" })
}

impl Person {
    /// Goes to pay for a hold.
    pub(crate) fn pays(&self, booking_id: Uuid, method: &str) -> Request {
        self.post(&format!("/api/v1/bookings/{booking_id}/pay")).json(&json!({ "method": method }))
    }

    /// Holds and pays, and has the tickets.
    pub(crate) async fn buys(&self, show: &Show, quantity: u32) -> Uuid {
        self.buys_with(show, quantity, "sandbox:succeed").await
    }

    /// The same, in some way of paying.
    pub(crate) async fn buys_with(&self, show: &Show, quantity: u32, method: &str) -> Uuid {
        let booking_id = self.holds(show, quantity).await.id("booking_id");
        self.pays(booking_id, method).await.created();
        self.sees_become(booking_id, "confirmed").await;
        booking_id
    }

    /// A booking, as soon as it has this status.
    pub(crate) async fn sees_become(&self, booking_id: Uuid, status: &str) -> Value {
        self.sees_when(&format!("/api/v1/bookings/{booking_id}"), |booking| booking["status"] == status).await
    }

    /// What the reading side tells at `path`, as soon as it is so: after each fact it is asked again.
    pub(crate) async fn sees_when(&self, path: &str, is_so: impl Fn(&Value) -> bool) -> Value {
        let seen = async {
            loop {
                let seen = self.get(path).await.ok();
                if is_so(&seen) {
                    return seen;
                }
                self.waits_for(seen["as_of_position"].as_u64().unwrap() + 1).await;
            }
        };
        in_time("what is waited for", seen).await
    }

    /// Gives money back, as an organizer does.
    pub(crate) fn refunds(&self, booking_id: Uuid, amount: i64) -> Request {
        self.post(&format!("/api/v1/admin/bookings/{booking_id}/refunds")).json(&json!({ "amount": amount }))
    }

    /// Has the refunds that failed tried again.
    pub(crate) fn retries(&self, show: &Show) -> Request {
        self.post(&format!("/api/v1/admin/events/{}/refunds/retry", show.id))
    }

    /// A show's refunds, as soon as there are so many that are due, succeeded and failed.
    pub(crate) async fn sees_refunds(&self, show: &Show, totals: [u64; 3]) -> Value {
        let [due, succeeded, failed] = totals;
        let totals = json!({ "due": due, "succeeded": succeeded, "failed": failed });
        let path = format!("/api/v1/admin/events/{}/refunds?limit=200", show.id);
        self.sees_when(&path, |refunds| refunds["totals"] == totals).await
    }
}

/// Somebody who knows the secret.
pub(crate) struct Provider {
    line: Person,
    secret: PaymentSecret,
    clock: Clock,
}

impl Provider {
    pub(crate) fn of(world: &World) -> Self {
        Self::with_clock(world, system_clock())
    }

    /// A provider in whose world another time is told.
    pub(crate) fn with_clock(world: &World, clock: Clock) -> Self {
        Self { line: world.stranger(), secret: PaymentSecret::from_text(PAYMENT_SECRET).unwrap(), clock }
    }

    /// Reports, signed as it should be.
    pub(crate) fn says(&self, report: &Value) -> Request {
        self.says_at((self.clock)(), report)
    }

    /// Reports, signed at some other time.
    pub(crate) fn says_at(&self, at: DateTime<Utc>, report: &Value) -> Request {
        let body = report.to_string();
        let signature = self.secret.sign(at.timestamp(), body.as_bytes());
        self.says_raw(&body, &signature)
    }

    /// Sends any bytes, under any signature.
    pub(crate) fn says_raw(&self, body: &str, signature: &str) -> Request {
        let request = self.line.post("/api/v1/payments/webhook").header("Evently-Signature", signature);
        request.raw_json(body.to_owned())
    }

    /// What it signs under a body now.
    pub(crate) fn signature(&self, body: &str) -> String {
        self.secret.sign((self.clock)().timestamp(), body.as_bytes())
    }
}

/// That the money of a payment is there.
pub(crate) fn succeeded(payment_id: Uuid, amount: i64) -> Value {
    json!({ "type": "payment.succeeded", "payment_id": payment_id, "amount": amount, "currency": "EUR" })
}

/// That it is not.
pub(crate) fn failed(payment_id: Uuid) -> Value {
    json!({ "type": "payment.failed", "payment_id": payment_id, "reason": "the card was declined" })
}

/// How often something happened.
pub(crate) async fn times(world: &World, kind: &str) -> usize {
    let facts = facts(&mut world.database.connect().await).await;
    facts.iter().filter(|fact| fact.kind == kind).count()
}

/// All facts of one kind.
pub(crate) async fn all(world: &World, kind: &str) -> Vec<Fact> {
    let facts = facts(&mut world.database.connect().await).await;
    facts.into_iter().filter(|fact| fact.kind == kind).collect()
}

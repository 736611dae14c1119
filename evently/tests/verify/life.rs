//! The whole life of some bookings, as it may be: held, paid, given back, lapsed, waited for. And the words
//! of its facts, so that others can be put behind it.

use event_log::Position;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::given::{ADA, BOB, World, id, time};

pub(crate) const LIFE: Uuid = id(40);
/// Four places to stand, at 4250.
pub(crate) const FLOOR: Uuid = id(41);
/// Four seats, at 2000: `A-1` to `A-4`. Two of them at a time.
pub(crate) const ROW: Uuid = id(42);
pub(crate) const CLEO: Uuid = id(3);
pub(crate) const DAN: Uuid = id(4);
/// Ada's: bought for 6250. One on the floor and seat `A-1` are left of it, and 4125 of the money.
pub(crate) const BOUGHT: Uuid = id(50);
/// Bob's: two on the floor, lapsed.
pub(crate) const LAPSED: Uuid = id(51);
/// Cleo's: two on the floor, from an offer; held until 1500.
pub(crate) const HELD: Uuid = id(52);
/// A payment for `BOUGHT` that failed, and the one that did not.
pub(crate) const FAILED: Uuid = id(60);
pub(crate) const PAID: Uuid = id(61);
/// Cleo's, accepted, and Dan's, declined.
pub(crate) const ACCEPTED: Uuid = id(70);
pub(crate) const DECLINED: Uuid = id(71);

pub(crate) fn floor(quantity: u32) -> Value {
    json!({ "ticket_type_id": FLOOR, "quantity": quantity, "unit_price": 4250 })
}

/// With the promo code `EARLY`.
pub(crate) fn cheap_floor(quantity: u32) -> Value {
    json!({ "ticket_type_id": FLOOR, "quantity": quantity, "unit_price": 2125, "unit_discount": 2125 })
}

pub(crate) fn row(seats: &[&str]) -> Value {
    json!({ "ticket_type_id": ROW, "quantity": seats.len(), "unit_price": 2000, "seats": seats })
}

/// Held at a moment, as the show's terms say, under the refund policy with this number.
pub(crate) fn held(booking_id: Uuid, customer_id: Uuid, items: &[Value], at: i64, policy: u16) -> Value {
    json!({ "booking_id": booking_id, "customer_id": customer_id, "items": items, "currency": "EUR",
            "held_at": time(at), "expires_at": time(at + 600), "extendable_until": time(at + 1800), "policy": policy })
}

/// The same with something else about it.
pub(crate) fn with(mut fact: Value, name: &str, value: impl Into<Value>) -> Value {
    fact[name] = value.into();
    fact
}

pub(crate) fn given_back(booking_id: Uuid, customer_id: Uuid, items: &[Value]) -> Value {
    json!({ "booking_id": booking_id, "customer_id": customer_id, "items": items, "request": null })
}

pub(crate) fn bought(booking_id: Uuid, customer_id: Uuid, items: &[Value], at: i64, retaken: bool) -> Value {
    json!({ "booking_id": booking_id, "customer_id": customer_id, "items": items, "confirmed_at": time(at),
            "retaken": retaken, "payment_reference": null, "request": null })
}

pub(crate) fn lapsed(booking_id: Uuid, customer_id: Uuid, items: &[Value], at: i64) -> Value {
    let hold = json!({ "booking_id": booking_id, "customer_id": customer_id, "items": items, "expires_at": time(at) });
    json!({ "holds": [hold] })
}

pub(crate) fn money(amount: i64) -> Value {
    json!({ "amount": amount, "currency": "EUR" })
}

pub(crate) fn payment(payment_id: Uuid, booking_id: Uuid, customer_id: Uuid, amount: i64, until: i64) -> Value {
    json!({ "payment_id": payment_id, "booking_id": booking_id, "customer_id": customer_id, "money": money(amount),
            "method": "sandbox:succeed", "expires_at": time(until) })
}

pub(crate) fn succeeded(payment_id: Uuid, amount: i64) -> Value {
    json!({ "payment_id": payment_id, "booking_id": BOUGHT, "customer_id": ADA, "money": money(amount) })
}

pub(crate) fn refund(number: i32, amount: i64, reason: &str) -> Value {
    json!({ "booking_id": BOUGHT, "refund": number, "customer_id": ADA, "money": money(amount), "reason": reason,
            "request": null })
}

/// What the provider said of a refund of `BOUGHT`.
pub(crate) fn refund_said(number: i32, amount: i64) -> Value {
    json!({ "booking_id": BOUGHT, "refund": number, "money": money(amount), "reason": "The account is closed." })
}

pub(crate) fn joined(entry_id: Uuid, customer_id: Uuid, quantity: u32, at: i64) -> Value {
    json!({ "entry_id": entry_id, "customer_id": customer_id, "ticket_type_id": FLOOR, "quantity": quantity,
            "joined_at": time(at) })
}

/// An offer made at a moment, as the show's terms say.
pub(crate) fn offered(entry_id: Uuid, customer_id: Uuid, items: &[Value], at: i64) -> Value {
    json!({ "entry_id": entry_id, "customer_id": customer_id, "items": items, "currency": "EUR",
            "expires_at": time(at + 900) })
}

pub(crate) fn terms(payment: &str, steps: &Value, fee: i64) -> Value {
    json!({ "hold_seconds": 600, "offer_seconds": 900, "payment": payment,
            "refund_policy": { "steps": steps, "fee": fee } })
}

pub(crate) fn seat_map(version: u32, labels: &[&str]) -> Value {
    let seat = |(x, label)| json!({ "label": label, "x": x, "y": 0, "ticket_type_id": ROW });
    let seats: Vec<Value> = labels.iter().enumerate().map(seat).collect();
    let section = json!({ "name": "Parkett", "focal_point": { "x": 1, "y": 0 },
                          "rows": [{ "label": "A", "seats": seats }] });
    json!({ "version": version, "map": { "sections": [section] } })
}

pub(crate) fn schedule() -> Value {
    json!({ "time_zone": "Europe/Berlin", "starts_at": "2030-06-20T18:00:00Z", "ends_at": "2030-06-20T21:30:00Z",
            "sale_opens_at": null, "sale_closes_at": null })
}

fn created() -> Value {
    let ticket_type = |id: Uuid, name: &str, price: i64, capacity: u32, terms: Value| json!({ "ticket_type_id": id, "name": name, "price": money(price), "capacity": capacity, "terms": terms });
    let details = json!({ "title": "A life", "description": null,
                          "venue": { "name": "Kulturhaus", "city": "Ulm", "country": "DE" } });
    let steps = json!([{ "hours_before": 48, "percent": 100 }, { "hours_before": 24, "percent": 50 }]);
    json!({ "show_id": LIFE, "organizer_id": BOB, "details": details, "schedule": schedule(), "max_per_customer": 4,
            "ticket_types": [ticket_type(FLOOR, "Floor", 4250, 4, json!({})),
                             ticket_type(ROW, "Row", 2000, 0, json!({ "reserved": true, "max_per_booking": 2 }))],
            "terms": terms("required", &steps, 100) })
}

impl World {
    /// Another thing that happens, at a moment.
    pub(crate) async fn then(&self, at: i64, event_type: &'static str, payload: Value) -> Position {
        self.at(at);
        self.event(LIFE, event_type, payload).await
    }

    /// 32 events, until 1210. At the end one ticket is free on the floor, and in the row `A-2` and `A-3`.
    pub(crate) async fn life(&self) -> Position {
        let promo_code = json!({ "code": "EARLY", "discount": { "percent": 50 }, "ticket_type_ids": [FLOOR],
                                 "uses_max": 1, "uses_per_customer_max": null, "valid_from": null, "valid_until": null });
        self.then(-9, "ShowCreated", created()).await;
        self.then(-8, "SeatMapSet", seat_map(1, &["A-1", "A-2", "A-3", "A-4"])).await;
        self.then(-7, "SeatsBlocked", json!({ "seats": ["A-4"], "reason": "A pillar." })).await;
        self.then(-6, "PromoCodeAdded", json!({ "promo_code": promo_code })).await;
        self.then(-5, "ShowPublished", json!({})).await;
        self.then(-4, "ColleagueAdded", json!({ "account_id": CLEO, "access": "door" })).await;
        self.then(-3, "ColleagueAdded", json!({ "account_id": CLEO, "access": "manager" })).await;
        self.then(-2, "ColleagueAdded", json!({ "account_id": DAN, "access": "door" })).await;
        self.then(-1, "ColleagueRemoved", json!({ "account_id": DAN })).await;

        let adas = [cheap_floor(2), row(&["A-1"])];
        let by_code = with(held(BOUGHT, ADA, &adas, 0, 1), "promo_code", "EARLY");
        self.then(0, "SeatsHeld", by_code).await;
        self.then(100, "HoldExtended", json!({ "booking_id": BOUGHT, "expires_at": time(700) })).await;
        self.then(200, "PaymentStarted", payment(FAILED, BOUGHT, ADA, 6250, 1100)).await;
        let failed = json!({ "payment_id": FAILED, "booking_id": BOUGHT, "reason": "No.", "expires_at": time(700) });
        self.then(210, "PaymentFailed", failed).await;
        self.then(220, "PaymentStarted", payment(PAID, BOUGHT, ADA, 6250, 1120)).await;
        self.then(230, "PaymentSucceeded", succeeded(PAID, 6250)).await;
        self.then(230, "HoldConfirmed", bought(BOUGHT, ADA, &adas, 230, false)).await;

        self.then(240, "SeatsHeld", held(LAPSED, BOB, &[floor(2)], 240, 1)).await;
        self.then(250, "WaitlistJoined", joined(ACCEPTED, CLEO, 2, 250)).await;
        self.then(260, "WaitlistJoined", joined(DECLINED, DAN, 1, 260)).await;
        self.then(840, "HoldsLapsed", lapsed(LAPSED, BOB, &[floor(2)], 840)).await;
        self.then(840, "SeatsOffered", offered(ACCEPTED, CLEO, &[floor(2)], 840)).await;
        let accepted = with(held(HELD, CLEO, &[floor(2)], 900, 1), "offer", ACCEPTED.to_string());
        self.then(900, "SeatsHeld", accepted).await;

        self.then(1000, "BookingReduced", given_back(BOUGHT, ADA, &[cheap_floor(1)])).await;
        self.then(1000, "RefundDue", refund(1, 2025, "given_back")).await;
        self.then(1000, "SeatsOffered", offered(DECLINED, DAN, &[floor(1)], 1000)).await;
        self.then(1010, "RefundFailed", refund_said(1, 2025)).await;
        self.then(1020, "RefundRetried", refund_said(1, 2025)).await;
        self.then(1030, "RefundSucceeded", refund_said(1, 2025)).await;
        let declined = json!({ "entry_id": DECLINED, "customer_id": DAN, "items": [floor(1)] });
        self.then(1100, "OfferDeclined", declined).await;

        let steps = json!([{ "hours_before": 24, "percent": 10 }]);
        self.then(1150, "SaleTermsSet", json!({ "terms": terms("required", &steps, 0) })).await;
        let put_off = json!({ "schedule": schedule(), "refund_until": "2029-06-08T12:00:00Z",
                              "rescheduled_at": time(1200) });
        self.then(1200, "ShowRescheduled", put_off).await;
        self.then(1210, "RefundDue", refund(2, 100, "goodwill")).await
    }
}

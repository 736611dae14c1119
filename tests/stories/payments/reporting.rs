//! The provider reports; anybody can pretend to.

use chrono::{TimeDelta, Utc};
use serde_json::json;
use uuid::Uuid;

use super::given::{Provider, a_paid_show, eur, failed, succeeded, times};
use crate::support::log::count;
use crate::support::{Person, Show, World};

/// A hold that is being paid, by a provider that would say nothing for a quarter of an hour.
async fn a_silent_payment(person: &Person, show: &Show) -> (Uuid, Uuid) {
    let booking = person.holds(show, 1).await.id("booking_id");
    (booking, person.pays(booking, "sandbox:late").await.id("payment_id"))
}

#[tokio::test]
async fn only_who_knows_the_secret_is_heard() {
    let world = World::start().await;
    let (ada, provider) = (world.customer(), Provider::of(&world));
    let show = a_paid_show().on_sale(&world.organizer()).await;
    let (booking, payment) = a_silent_payment(&ada, &show).await;
    let mut connection = world.database.connect().await;
    let recorded = count(&mut connection).await;
    let report = succeeded(payment, 4_250);
    let body = report.to_string();
    let good = provider.signature(&body);

    for signature in ["", "t=,v1=", "v1=00", &good.replace("v1=", "v0="), &good[..good.len() - 1], &"x".repeat(10_000)]
    {
        provider.says_raw(&body, signature).await.problem(401, "bad-signature");
    }
    provider.says_raw(&body.replace("4250", "4251"), &good).await.problem(401, "bad-signature");
    let unsigned = world.admin().post("/api/v1/payments/webhook").json(&report).await;
    unsigned.problem(401, "bad-signature");
    assert!(unsigned.header("www-authenticate").is_some());
    for minutes in [-6, 6] {
        let answer = provider.says_at(Utc::now() + TimeDelta::minutes(minutes), &report).await;
        assert_eq!(answer.problem(401, "stale-signature")["tolerance_s"], 300);
    }
    assert_eq!(count(&mut connection).await, recorded, "nothing is written");
    assert_eq!(ada.sees_booking(booking).await["status"], "paying");

    let taken = provider.says_at(Utc::now() - TimeDelta::minutes(4), &report).await;
    assert_eq!(taken.ok(), json!({ "received": true }));
    assert_eq!(ada.sees_booking(booking).await["status"], "confirmed");
}

#[tokio::test]
async fn what_makes_no_sense_is_refused() {
    let world = World::start().await;
    let (ada, provider) = (world.customer(), Provider::of(&world));
    let show = a_paid_show().on_sale(&world.organizer()).await;
    let (booking, payment) = a_silent_payment(&ada, &show).await;
    let mut connection = world.database.connect().await;
    let recorded = count(&mut connection).await;

    provider.says(&succeeded(Uuid::now_v7(), 4_250)).await.problem(404, "unknown-payment");
    provider.says(&failed(Uuid::now_v7())).await.problem(404, "unknown-payment");
    // A booking's id is no payment's, and a show has no key at all.
    provider.says(&succeeded(booking, 4_250)).await.problem(404, "unknown-payment");
    provider.says(&succeeded(show.id, 4_250)).await.problem(404, "unknown-payment");
    let refund = |id: String| json!({ "type": "refund.succeeded", "refund_id": id, "amount": 1, "currency": "EUR" });
    for id in [format!("{booking}.1"), format!("{payment}.1"), format!("{}.1", Uuid::now_v7()), format!("{booking}.0")]
    {
        provider.says(&refund(id)).await.problem(404, "unknown-refund");
    }
    for id in [format!("{booking}"), format!("{booking}.-1"), "x.1".into(), String::new()] {
        provider.says(&refund(id)).await.invalid_at("/refund_id");
    }
    for amount in [4_249, 4_251, 0, -4_250, i64::MAX] {
        provider.says(&succeeded(payment, amount)).await.problem(422, "payment-differs");
    }
    let other = json!({ "type": "payment.succeeded", "payment_id": payment, "amount": 4_250, "currency": "USD" });
    provider.says(&other).await.problem(422, "payment-differs");
    for (missing, report) in [
        ("/type", json!({ "payment_id": payment })),
        ("/payment_id", json!({ "type": "payment.failed" })),
        ("/amount", json!({ "type": "payment.succeeded", "payment_id": payment, "currency": "EUR" })),
        ("/currency", json!({ "type": "payment.succeeded", "payment_id": payment, "amount": 4_250 })),
        ("/currency", json!({ "type": "payment.succeeded", "payment_id": payment, "amount": 1, "currency": "eur" })),
        ("/payment_id", json!({ "type": "payment.failed", "payment_id": "42" })),
        ("/refund_id", json!({ "type": "refund.failed" })),
    ] {
        provider.says(&report).await.invalid_at(missing);
    }
    for body in ["", "{", "[1e999]"] {
        provider.says_raw(body, &provider.signature(body)).await.problem(400, "malformed-json");
    }
    let long = format!("\"{}\"", "x".repeat(20_000));
    provider.says_raw(&long, &provider.signature(&long)).await.problem(413, "body-too-large");
    assert_eq!(count(&mut connection).await, recorded, "nothing is written");
}

#[tokio::test]
async fn providers_may_say_more_than_is_understood() {
    let world = World::start().await;
    let (ada, provider) = (world.customer(), Provider::of(&world));
    let show = a_paid_show().on_sale(&world.organizer()).await;
    let (booking, payment) = a_silent_payment(&ada, &show).await;
    let mut connection = world.database.connect().await;
    let recorded = count(&mut connection).await;

    provider.says(&json!({ "type": "payout.paid", "payout": { "amount": 1 } })).await.ok();
    assert_eq!(count(&mut connection).await, recorded);
    let mut report = succeeded(payment, 4_250);
    report["livemode"] = false.into();
    report["card"] = json!({ "last4": "4242" });
    provider.says(&report).await.ok();
    assert_eq!(ada.sees_booking(booking).await["status"], "confirmed");
}

#[tokio::test]
async fn reports_may_come_twice_and_in_any_order() {
    let world = World::start().await;
    let (ada, provider) = (world.customer(), Provider::of(&world));
    let show = a_paid_show().on_sale(&world.organizer()).await;
    let (booking, payment) = a_silent_payment(&ada, &show).await;
    let (good, bad) = (succeeded(payment, 4_250), failed(payment));
    let mut crowd = tokio::task::JoinSet::new();
    for _ in 0..10 {
        crowd.spawn(provider.says(&good).into_future());
    }
    assert!(crowd.join_all().await.iter().all(|answer| answer.status == 200 && !answer.is_replay()));
    // The money is there; a failure that was overtaken says nothing new.
    provider.says(&bad).await.ok();
    let seen = ada.sees_booking(booking).await;
    assert_eq!((&seen["status"], &seen["paid"]), (&"confirmed".into(), &eur(4_250)));

    let (booking, payment) = a_silent_payment(&ada, &show).await;
    provider.says(&failed(payment)).await.ok();
    provider.says(&failed(payment)).await.ok();
    assert_eq!(ada.sees_booking(booking).await["status"], "held");
    provider.says(&succeeded(payment, 4_250)).await.ok();
    let seen = ada.sees_booking(booking).await;
    assert_eq!((&seen["status"], &seen["paid"]), (&"confirmed".into(), &eur(4_250)), "it came after all");
    assert_eq!((times(&world, "PaymentSucceeded").await, times(&world, "PaymentFailed").await), (2, 1));
    world.verifies().await;
}

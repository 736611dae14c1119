//! Organizers give money back, and never more than came in.

use serde_json::{Value, json};
use uuid::Uuid;

use super::given::{a_paid_show, eur, times};
use crate::support::World;
use crate::support::log::count;

#[tokio::test]
async fn an_organizer_gives_some_of_it_back() {
    let world = World::start().await;
    let (olga, ada) = (world.organizer(), world.customer());
    let show = a_paid_show().on_sale(&olga).await;
    let booking = ada.buys(&show, 2).await;

    let due = olga.refunds(booking, 1_000).key("k").await;

    let refund_id = format!("{booking}.1");
    let expected = json!({
        "refund_id": refund_id, "booking_id": booking, "money": eur(1_000), "state": "due", "reason": "goodwill",
    });
    assert_eq!(due.created(), expected);
    let refunds = olga.sees_refunds(&show, [0, 1, 0]).await;
    let refund = &refunds["data"][0];
    assert_eq!((&refund["refund_id"], &refund["state"]), (&refund_id.into(), &"succeeded".into()));
    assert_eq!(refund["customer_id"], ada.account_id.to_string());
    assert!(refund["settled_at"].is_string());
    let again = olga.refunds(booking, 1_000).key("k").await;
    assert!(again.is_replay());
    assert_eq!(again.created(), expected, "the first answer, whatever has become of it");
    olga.refunds(booking, 1_001).key("k").await.problem(422, "idempotency-key-reused");
    let seen = ada.sees_booking(booking).await;
    assert_eq!((&seen["status"], &seen["refunded"]), (&"confirmed".into(), &eur(1_000)), "the tickets stay");
    world.verifies().await;
}

#[tokio::test]
async fn never_more_goes_back_than_came_in() {
    let world = World::start().await;
    let (olga, ada) = (world.organizer(), world.customer());
    let show = a_paid_show().on_sale(&olga).await;
    let booking = ada.buys(&show, 2).await;
    let problem = olga.refunds(booking, 8_501).await.refused("refund-exceeds-paid");
    assert_eq!((&problem["requested"], &problem["refundable"]), (&8_501.into(), &8_500.into()));

    // Ten ask at once, and there is enough for two.
    let mut crowd = tokio::task::JoinSet::new();
    for _ in 0..10 {
        crowd.spawn(olga.refunds(booking, 4_000).into_future());
    }
    let answers = crowd.join_all().await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 2);
    assert!(answers.iter().all(|answer| answer.status == 201 || answer.code() == "refund-exceeds-paid"));
    olga.refunds(booking, 500).await.created();
    olga.refunds(booking, 1).await.refused("refund-exceeds-paid");

    olga.sees_refunds(&show, [0, 3, 0]).await;
    assert_eq!(ada.sees_booking(booking).await["refunded"], eur(8_500));
    // Nor does giving the tickets back bring it a second time.
    let cancelled = ada.cancels(booking).await.ok();
    assert_eq!(cancelled["status"], "cancelled");
    assert!(cancelled.get("refund").is_none());
    olga.calls_off(&show, "Rain").await.ok();
    assert_eq!(times(&world, "RefundDue").await, 3);
    world.verifies().await;
}

#[tokio::test]
async fn what_is_no_refund_is_refused() {
    let world = World::start().await;
    let (olga, ada) = (world.organizer(), world.customer());
    let show = a_paid_show().on_sale(&olga).await;
    let booking = ada.buys(&show, 1).await;
    let unpaid = ada.holds(&show, 1).await.id("booking_id");
    let mut connection = world.database.connect().await;
    let recorded = count(&mut connection).await;

    for amount in [0, -1, i64::MIN] {
        assert_eq!(olga.refunds(booking, amount).await.problem(422, "invalid-amount")["requested"], amount);
    }
    let path = format!("/api/v1/admin/bookings/{booking}/refunds");
    for (body, pointer) in [
        (json!({}), "/amount"),
        (json!({ "amount": "1" }), "/amount"),
        (json!({ "amount": 1.5 }), "/amount"),
        (json!({ "amount": 1, "currency": "EUR" }), "/currency"),
    ] {
        olga.post(&path).json(&body).await.invalid_at(pointer);
    }
    olga.post(&path).json(&Value::Null).await.problem(422, "invalid");
    olga.refunds(booking, i64::MAX).await.refused("refund-exceeds-paid");
    olga.refunds(unpaid, 1).await.refused("refund-exceeds-paid");
    olga.refunds(Uuid::now_v7(), 1).await.problem(404, "not-found");
    olga.refunds(show.id, 1).await.problem(404, "not-found");
    ada.refunds(booking, 1).await.problem(403, "forbidden");
    world.organizer().refunds(booking, 1).await.problem(403, "not-your-event");
    world.stranger().refunds(booking, 1).await.problem(401, "missing-token");
    ada.retries(&show).await.problem(403, "forbidden");
    world.organizer().retries(&show).await.problem(403, "not-your-event");
    world.stranger().retries(&show).await.problem(401, "missing-token");
    assert_eq!(count(&mut connection).await, recorded, "nothing is written");
    world.admin().refunds(booking, 1).await.created();
}

#[tokio::test]
async fn refunds_that_fail_are_tried_again() {
    let world = World::start().await;
    let (olga, ada) = (world.organizer(), world.customer());
    let show = a_paid_show().on_sale(&olga).await;
    let mut bookings = Vec::new();
    for _ in 0..2 {
        let booking = ada.buys_with(&show, 1, "sandbox:succeed-refund-fails").await;
        olga.refunds(booking, 4_250).await.created();
        bookings.push(booking);
    }
    let refunds = olga.sees_refunds(&show, [0, 0, 2]).await;
    assert!(refunds["data"].as_array().unwrap().iter().all(|refund| refund["failure"] == "the card was closed"));
    // It still counts: what is owed is owed.
    olga.refunds(bookings[0], 1).await.refused("refund-exceeds-paid");

    assert_eq!(olga.retries(&show).await.ok(), json!({ "retried": 2 }));

    let refunds = olga.sees_refunds(&show, [0, 2, 0]).await;
    assert!(refunds["data"].as_array().unwrap().iter().all(|refund| refund.get("failure").is_none()));
    assert_eq!(olga.retries(&show).await.ok(), json!({ "retried": 0 }), "nothing is left to try");
    world.verifies().await;
}

//! An event is called off: one fact, and everybody gets everything back.

use std::collections::BTreeSet;

use serde_json::json;

use super::given::{Provider, a_paid_show, eur, succeeded, times};
use crate::support::World;

/// More than the agenda reads at once.
const PEOPLE: u64 = 120;

#[tokio::test]
async fn everybody_gets_everything_back() {
    let world = World::start().await;
    let (olga, ada) = (world.organizer(), world.customer());
    let steps = json!([{ "hours_before": 24, "percent": 50 }]);
    let terms = json!({ "payment": "required", "refund_policy": { "steps": steps, "fee": 999 } });
    let show = a_paid_show().with("terms", terms).with_seats(1_000).on_sale(&olga).await;
    let mut crowd = tokio::task::JoinSet::new();
    for _ in 0..PEOPLE {
        let (person, show) = (world.customer(), show.clone());
        crowd.spawn(async move { person.buys(&show, 2).await });
    }
    let bookings: BTreeSet<String> = crowd.join_all().await.iter().map(ToString::to_string).collect();
    // These owe nothing, and are owed nothing.
    let (hold, back) = (ada.holds(&show, 1).await.id("booking_id"), ada.buys(&show, 1).await);
    olga.refunds(back, 4_250).await.created();

    olga.calls_off(&show, "The pianist is ill.").await.ok();

    let refunds = olga.sees_refunds(&show, [0, PEOPLE + 1, 0]).await;
    let refunds = refunds["data"].as_array().unwrap();
    let of_cancellation = refunds.iter().filter(|refund| refund["reason"] == "event_cancelled");
    let of_cancellation = of_cancellation.inspect(|refund| assert_eq!(refund["money"], eur(8_500), "no fee, no share"));
    let refunded = of_cancellation.map(|refund| refund["booking_id"].as_str().unwrap().to_owned()).collect();
    assert_eq!(bookings, refunded, "each booking once");
    assert_eq!((times(&world, "ShowCancelled").await, times(&world, "RefundDue").await), (1, 1), "one fact");
    assert_eq!(ada.sees_booking(hold).await["status"], "cancelled");
    ada.pays(hold, "sandbox:succeed").await.refused("event-cancelled");
    world.verifies().await;
}

#[tokio::test]
async fn refunds_that_fail_are_told_apart_and_tried_again() {
    let world = World::start().await;
    let (olga, ada, bob) = (world.organizer(), world.customer(), world.customer());
    let show = a_paid_show().on_sale(&olga).await;
    let fails = ada.buys_with(&show, 1, "sandbox:succeed-refund-fails").await;
    let works = bob.buys(&show, 1).await;
    olga.calls_off(&show, "Rain").await.ok();

    let refunds = olga.sees_refunds(&show, [0, 1, 1]).await;
    for refund in refunds["data"].as_array().unwrap() {
        let failed = refund["booking_id"] == fails.to_string();
        assert!(failed || refund["booking_id"] == works.to_string());
        assert_eq!(refund["state"], if failed { "failed" } else { "succeeded" });
    }
    assert_eq!(olga.retries(&show).await.ok(), json!({ "retried": 1 }));
    olga.sees_refunds(&show, [0, 2, 0]).await;
    world.verifies().await;
}

#[tokio::test]
async fn money_that_comes_after_that_goes_back_as_well() {
    let world = World::start().await;
    let (olga, ada, provider) = (world.organizer(), world.customer(), Provider::of(&world));
    let show = a_paid_show().on_sale(&olga).await;
    let booking = ada.holds(&show, 1).await.id("booking_id");
    let payment = ada.pays(booking, "sandbox:late").await.id("payment_id");
    olga.calls_off(&show, "Rain").await.ok();
    assert_eq!(ada.sees_booking(booking).await["status"], "cancelled");

    provider.says(&succeeded(payment, 4_250)).await.ok();

    let refunds = olga.sees_refunds(&show, [0, 1, 0]).await;
    assert_eq!(refunds["data"][0]["reason"], "event_cancelled");
    assert_eq!(ada.sees_booking(booking).await["refunded"], eur(4_250));
    world.verifies().await;
}

#[tokio::test]
async fn two_platforms_give_it_back_once() {
    let world = World::start().await;
    let (olga, ada) = (world.organizer(), world.customer());
    let desk = world.second_desk().await;
    let show = a_paid_show().on_sale(&olga).await;
    let (here, there) = (ada.clone(), desk.serves(&ada));
    for person in [&here, &there, &here] {
        person.buys(&show, 1).await;
    }

    olga.calls_off(&show, "Rain").await.ok();

    olga.sees_refunds(&show, [0, 3, 0]).await;
    assert_eq!(times(&world, "RefundSucceeded").await, 3);
    desk.close().await;
    world.verifies().await;
}

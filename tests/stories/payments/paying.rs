//! Somebody pays for what they hold.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;
use uuid::Uuid;

use super::given::{a_paid_show, all, eur, times};
use crate::support::clock::Time;
use crate::support::log::count;
use crate::support::world::Desk;
use crate::support::{World, a_show};

#[tokio::test]
async fn money_that_comes_confirms_the_booking() {
    let world = World::start().await;
    let ada = world.customer();
    let show = a_paid_show().with_seats(2).on_sale(&world.organizer()).await;
    let hold = ada.holds(&show, 2).await;
    let booking = hold.id("booking_id");
    ada.confirms(booking).await.refused("payment-required");

    let payment = ada.pays(booking, "sandbox:succeed").await;

    let started = payment.created();
    assert_eq!((&started["status"], &started["money"]), (&"started".into(), &eur(8_500)));
    assert_eq!(started["booking_id"], booking.to_string());
    let until = |json: &serde_json::Value| json["expires_at"].as_str().unwrap().parse::<DateTime<Utc>>().unwrap();
    assert!(until(&started) - until(&hold.json()) > TimeDelta::minutes(4), "15 minutes instead of 10");
    let paid = ada.sees_become(booking, "confirmed").await;
    assert_eq!((&paid["paid"], &paid["total"]), (&eur(8_500), &eur(8_500)));
    assert!(paid.get("expires_at").is_none() && paid.get("refunded").is_none(), "{paid}");
    assert_eq!(ada.sees_available(&show).await, 0);
    // To confirm what its payment has confirmed is a repeat for who names the payment, and no use otherwise.
    ada.confirms(booking).json(&json!({ "payment_reference": payment.id("payment_id") })).await.ok();
    ada.confirms(booking).await.refused("already-confirmed");
    ada.pays(booking, "sandbox:succeed").await.refused("already-confirmed");
    world.verifies().await;
}

#[tokio::test]
async fn money_that_does_not_come_leaves_the_hold() {
    let world = World::start().await;
    let ada = world.customer();
    let show = a_paid_show().on_sale(&world.organizer()).await;
    let hold = ada.holds(&show, 1).await;
    let booking = hold.id("booking_id");
    let payment = ada.pays(booking, "sandbox:fail").await;
    payment.created();

    // One fact more, and it is the provider's.
    ada.waits_for(payment.position() + 1).await;

    let seen = ada.sees_booking(booking).await;
    assert_eq!((&seen["status"], &seen["expires_at"]), (&"held".into(), &hold.json()["expires_at"]));
    let fact = all(&world, "PaymentFailed").await.remove(0);
    assert_eq!(fact.payload["reason"], "the card was declined");
    assert!(seen.get("paid").is_none());
    ada.pays(booking, "sandbox:succeed").await.created();
    ada.sees_become(booking, "confirmed").await;
    world.verifies().await;
}

#[tokio::test]
async fn while_it_is_paid_nothing_else_happens_to_a_hold() {
    let world = World::start().await;
    let ada = world.customer();
    let show = a_paid_show().on_sale(&world.organizer()).await;
    let booking = ada.holds(&show, 2).await.id("booking_id");
    let started = ada.pays(booking, "sandbox:slow").await;

    let seen = ada.sees_booking(booking).await;
    assert_eq!((&seen["status"], &seen["expires_at"]), (&"paying".into(), &started.json()["expires_at"]));
    ada.confirms(booking).await.refused("payment-pending");
    ada.extends(booking).await.refused("payment-pending");
    ada.pays(booking, "sandbox:succeed").await.refused("payment-pending");
    let one = json!([{ "ticket_type_id": show.ticket_type(), "quantity": 1 }]);
    ada.gives_back(booking, &one).await.refused("payment-pending");

    ada.sees_become(booking, "confirmed").await;
    world.verifies().await;
}

#[tokio::test]
async fn hearing_it_twice_is_hearing_it_once() {
    let world = World::start().await;
    let ada = world.customer();
    let show = a_paid_show().on_sale(&world.organizer()).await;
    let booking = ada.buys_with(&show, 1, "sandbox:twice").await;
    // Whatever the second report would do, it would do before the next payment, which takes longer.
    ada.buys_with(&show, 1, "sandbox:slow").await;
    assert_eq!(ada.sees_booking(booking).await["paid"], eur(4_250));
    assert_eq!((times(&world, "PaymentSucceeded").await, times(&world, "HoldConfirmed").await), (2, 2));
    assert_eq!(times(&world, "RefundDue").await, 0);
}

#[tokio::test]
async fn a_payment_is_safe_to_repeat() {
    let world = World::start().await;
    let (ada, bob) = (world.customer(), world.customer());
    let show = a_paid_show().on_sale(&world.organizer()).await;
    let booking = ada.holds(&show, 1).await.id("booking_id");
    let other = ada.holds(&show, 1).await.id("booking_id");

    let first = ada.pays(booking, "sandbox:succeed").key("k").await;
    ada.sees_become(booking, "confirmed").await;
    let again = ada.pays(booking, "sandbox:succeed").key("k").await;

    assert_eq!(first.created(), again.created(), "the first answer, whatever has become of it");
    assert!(!first.is_replay() && again.is_replay());
    assert_eq!(times(&world, "PaymentStarted").await, 1);
    ada.pays(booking, "sandbox:fail").key("k").await.problem(422, "idempotency-key-reused");
    ada.pays(other, "sandbox:succeed").key("k").await.problem(422, "idempotency-key-reused");
    // Bob's key is another, though it reads the same.
    let his = bob.holds(&show, 1).await.id("booking_id");
    assert!(!bob.pays(his, "sandbox:succeed").key("k").await.is_replay());
}

#[tokio::test]
async fn ten_payments_at_once_are_one() {
    let world = World::start().await;
    let ada = world.customer();
    let show = a_paid_show().on_sale(&world.organizer()).await;
    let booking = ada.holds(&show, 1).await.id("booking_id");
    let mut crowd = tokio::task::JoinSet::new();
    for _ in 0..10 {
        crowd.spawn(ada.pays(booking, "sandbox:slow").into_future());
    }
    let answers = crowd.join_all().await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 1);
    assert!(answers.iter().all(|answer| answer.status == 201 || answer.code() == "payment-pending"));
    assert_eq!(ada.sees_become(booking, "confirmed").await["paid"], eur(4_250));
}

#[tokio::test]
async fn what_cannot_be_paid_is_refused() {
    let world = World::start().await;
    let (olga, ada) = (world.organizer(), world.customer());
    let show = a_paid_show().on_sale(&olga).await;
    let booking = ada.holds(&show, 1).await.id("booking_id");
    let free = a_show().with("ticket_types", json!([{ "name": "Free", "price": eur(0), "capacity": 9 }]));
    let free = free.on_sale(&olga).await;
    let gift = ada.holds(&free, 1).await.id("booking_id");
    let released = ada.holds(&show, 1).await.id("booking_id");
    ada.cancels(released).await.ok();
    let mut connection = world.database.connect().await;
    let recorded = count(&mut connection).await;

    for method in ["", "cash", "sandbox:", "sandbox:Succeed", "sandbox:succeed ", &"x".repeat(10_000), "\0"] {
        ada.pays(booking, method).await.invalid_at("/method");
    }
    let path = format!("/api/v1/bookings/{booking}/pay");
    ada.post(&path).json(&json!({ "method": 7 })).await.invalid_at("/method");
    ada.post(&path).json(&json!({ "methods": "x" })).await.invalid_at("/methods");
    ada.post(&path).await.problem(415, "unsupported-media-type");
    ada.pays(gift, "sandbox:succeed").await.refused("nothing-to-pay");
    ada.pays(released, "sandbox:succeed").await.refused("already-cancelled");
    ada.pays(Uuid::now_v7(), "sandbox:succeed").await.problem(404, "not-found");
    for person in [world.customer(), olga] {
        person.pays(booking, "sandbox:succeed").await.problem(404, "not-found");
    }
    world.stranger().pays(booking, "sandbox:succeed").await.problem(401, "missing-token");
    ada.books(&show, 1).await.refused("hold-required");
    assert_eq!(count(&mut connection).await, recorded, "nothing is written");
    // The default is what ends well.
    ada.post(&path).json(&json!({})).await.created();
    ada.sees_become(booking, "confirmed").await;
}

#[tokio::test]
async fn a_payment_outlives_the_platform() {
    let time = Time::default();
    let world = World::start_with(|settings| settings.clock = time.clock()).await;
    let ada = world.customer();
    let show = a_paid_show().on_sale(&world.organizer()).await;
    let booking = ada.holds(&show, 1).await.id("booking_id");
    // The provider that lives in this platform dies with it, and what it was about to say.
    ada.pays(booking, "sandbox:slow").await.created();
    let database = world.stop().await;

    let desk = Desk::open(database.options(), |settings| settings.clock = time.clock()).await;
    time.jump(TimeDelta::seconds(30));

    desk.serves(&ada).sees_become(booking, "confirmed").await;
    desk.close().await;
}

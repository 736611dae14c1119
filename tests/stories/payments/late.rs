//! Money comes when the hold is over.

use chrono::TimeDelta;
use serde_json::json;

use super::given::{Provider, a_paid_show, all, eur, failed, succeeded};
use crate::support::World;
use crate::support::clock::Time;

/// A world whose time a story tells.
async fn a_world() -> (World, Time) {
    let time = Time::default();
    (World::start_with(|settings| settings.clock = time.clock()).await, time)
}

/// Past every deadline of a hold and of its payment.
const HALF_AN_HOUR: TimeDelta = TimeDelta::minutes(30);

#[tokio::test]
async fn late_money_takes_the_same_tickets_if_they_are_free() {
    let (world, time) = a_world().await;
    let ada = world.customer();
    let show = a_paid_show().with_seats(2).on_sale(&world.organizer()).await;
    let booking = ada.holds(&show, 2).await.id("booking_id");
    ada.pays(booking, "sandbox:late").await.created();
    assert_eq!(ada.sees_booking(booking).await["status"], "paying");

    time.jump(HALF_AN_HOUR);

    // The agenda lets the hold lapse, and the sandbox comes with the money, in whichever order.
    let seen = ada.sees_become(booking, "confirmed").await;
    assert_eq!(seen["paid"], eur(8_500));
    assert_eq!(ada.sees_available(&show).await, 0);
    let confirmed = all(&world, "HoldConfirmed").await.remove(0);
    assert_eq!(confirmed.payload["retaken"], true);
    world.verifies().await;
}

#[tokio::test]
async fn late_money_goes_back_if_the_tickets_are_gone() {
    let (world, time) = a_world().await;
    let (olga, ada, bob) = (world.organizer(), world.customer(), world.customer());
    let provider = Provider::with_clock(&world, time.clock());
    let show = a_paid_show().with_seats(2).on_sale(&olga).await;
    let booking = ada.holds(&show, 2).await.id("booking_id");
    let payment = ada.pays(booking, "sandbox:slow").await.id("payment_id");
    provider.says(&failed(payment)).await.ok();
    time.jump(HALF_AN_HOUR);
    let his = bob.buys(&show, 1).await;

    provider.says(&succeeded(payment, 8_500)).await.ok();

    let refunds = olga.sees_refunds(&show, [0, 1, 0]).await;
    let refund = &refunds["data"][0];
    assert_eq!((&refund["booking_id"], &refund["money"]), (&booking.to_string().into(), &eur(8_500)));
    assert_eq!((&refund["reason"], &refund["state"]), (&"not_needed".into(), &"succeeded".into()));
    let seen = ada.sees_booking(booking).await;
    assert_eq!((&seen["status"], &seen["paid"], &seen["refunded"]), (&"lapsed".into(), &eur(8_500), &eur(8_500)));
    assert_eq!(bob.sees_booking(his).await["status"], "confirmed");
    assert_eq!(ada.sees_available(&show).await, 1);
    world.verifies().await;
}

#[tokio::test]
async fn while_somebody_pays_the_hold_lasts_longer_but_not_for_ever() {
    let (world, time) = a_world().await;
    let (ada, bob) = (world.customer(), world.customer());
    let provider = Provider::with_clock(&world, time.clock());
    let show = a_paid_show().with("terms", json!({ "payment": "required", "hold_seconds": 60 })).with_seats(1);
    let show = show.on_sale(&world.organizer()).await;
    let booking = ada.holds(&show, 1).await.id("booking_id");
    let payment = ada.pays(booking, "sandbox:slow").await.id("payment_id");
    provider.says(&failed(payment)).await.ok();
    let again = ada.pays(booking, "sandbox:late").await;

    time.jump(TimeDelta::minutes(14));
    bob.holds(&show, 1).await.refused("sold-out");
    assert_eq!(ada.sees_booking(booking).await["status"], "paying");

    time.jump(TimeDelta::minutes(1));
    // From the deadline on the ticket is free, whoever asks first.
    let his = bob.holds(&show, 1).await.id("booking_id");
    // Ada's money goes back, the sandbox's as well as the provider's.
    provider.says(&succeeded(again.id("payment_id"), 4_250)).await.ok();
    let seen = ada.sees_when(&format!("/api/v1/bookings/{booking}"), |seen| seen["refunded"] == eur(4_250)).await;
    assert_eq!(seen["status"], "lapsed");
    assert_eq!(bob.sees_booking(his).await["status"], "held");
    world.verifies().await;
}

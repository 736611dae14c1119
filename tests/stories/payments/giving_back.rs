//! Tickets that were paid are given back, and the refund policy says what comes back for them.

use serde_json::{Value, json};
use uuid::Uuid;

use super::given::{a_paid_show, all, eur};
use crate::support::clock::Time;
use crate::support::{Person, Show, World};

/// Until a week before everything, until a day before half of it, then nothing; 2.50 EUR a ticket are kept.
fn a_policy() -> Value {
    let steps = json!([{ "hours_before": 168, "percent": 100 }, { "hours_before": 24, "percent": 50 }]);
    json!({ "payment": "required", "refund_policy": { "steps": steps, "fee": 250 } })
}

async fn a_world() -> (World, Time) {
    let time = Time::default();
    (World::start_with(|settings| settings.clock = time.clock()).await, time)
}

fn some(show: &Show, quantity: u32) -> Value {
    json!([{ "ticket_type_id": show.ticket_type(), "quantity": quantity }])
}

/// What would come back for so many tickets.
async fn preview(person: &Person, show: &Show, booking: Uuid, quantity: u32) -> Value {
    let path = format!("/api/v1/bookings/{booking}/cancel?preview=true");
    let answer = person.post(&path).json(&json!({ "items": some(show, quantity) })).await.ok();
    assert_eq!((&answer["preview"], &answer["items"][0]["quantity"]), (&true.into(), &quantity.into()));
    answer["refund"].clone()
}

#[tokio::test]
async fn the_policy_says_what_comes_back() {
    let (world, time) = a_world().await;
    let (olga, ada) = (world.organizer(), world.customer());
    let show = a_paid_show().with("terms", a_policy()).on_sale(&olga).await;
    let booking = ada.buys(&show, 4).await;

    // The event begins on the 18th at 19:00.
    for (moment, each) in
        [("2040-01-11T18:30:00Z", 4_000), ("2040-01-11T19:30:00Z", 1_875), ("2040-01-17T18:00:00Z", 1_875)]
    {
        time.jump_to(moment);
        assert_eq!(preview(&ada, &show, booking, 1).await, eur(each), "{moment}");
        let answer = ada.gives_back(booking, &some(&show, 1)).await.ok();
        assert_eq!((&answer["status"], &answer["refund"]), (&"confirmed".into(), &eur(each)), "{moment}");
    }
    time.jump_to("2040-01-17T19:30:00Z");
    assert_eq!(preview(&ada, &show, booking, 1).await, eur(0));
    let last = ada.cancels(booking).await.ok();
    assert_eq!((&last["status"], &last["refunded"]), (&"cancelled".into(), &eur(7_750)));
    assert!(last.get("refund").is_none());

    olga.sees_refunds(&show, [0, 3, 0]).await;
    assert!(all(&world, "RefundDue").await.iter().all(|fact| fact.payload["reason"] == "given_back"));
    assert_eq!(ada.sees_available(&show).await, 100);
    world.verifies().await;
}

#[tokio::test]
async fn the_policy_of_the_day_of_booking_holds() {
    let world = World::start().await;
    let (olga, ada) = (world.organizer(), world.customer());
    let show = a_paid_show().on_sale(&olga).await;
    let before = ada.buys(&show, 1).await;
    olga.revises(&show, &show.etag, &json!({ "terms": a_policy() })).await.ok();
    let after = ada.buys(&show, 1).await;

    assert_eq!(ada.cancels(before).await.ok()["refund"], eur(4_250), "there was no policy, and so no fee");
    assert_eq!(ada.cancels(after).await.ok()["refund"], eur(4_000));
    olga.sees_refunds(&show, [0, 2, 0]).await;
    world.verifies().await;
}

#[tokio::test]
async fn whoever_gives_back_a_part_twice_gets_it_once() {
    let world = World::start().await;
    let (olga, ada) = (world.organizer(), world.customer());
    let show = a_paid_show().with("terms", a_policy()).on_sale(&olga).await;
    let booking = ada.buys(&show, 3).await;

    let first = ada.gives_back(booking, &some(&show, 2)).key("k").await;
    assert_eq!(first.ok()["refund"], eur(8_000));
    let again = ada.gives_back(booking, &some(&show, 2)).key("k").await;
    assert!(again.is_replay());
    assert_eq!(again.ok()["refund"], eur(8_000));
    let rest = ada.cancels(booking).await;
    assert_eq!(rest.ok()["refund"], eur(4_000));
    assert_eq!(ada.cancels(booking).await.ok()["refund"], eur(4_000), "cancelling again is the same answer");
    assert_eq!(ada.sees_booking(booking).await["refunded"], eur(12_000));
    olga.sees_refunds(&show, [0, 2, 0]).await;
    world.verifies().await;
}

#[tokio::test]
async fn when_an_event_is_put_off_tickets_go_back_in_full_for_a_while() {
    let (world, time) = a_world().await;
    let (olga, ada, bob) = (world.organizer(), world.customer(), world.customer());
    let show = a_paid_show().with("terms", a_policy()).on_sale(&olga).await;
    let booking = ada.buys(&show, 2).await;
    // Three days before the first date half of it would come back.
    time.jump_to("2040-01-15T12:00:00Z");
    assert_eq!(preview(&ada, &show, booking, 1).await, eur(1_875));
    let later = json!({
        "starts_at": "2040-03-18T19:00:00Z", "ends_at": "2040-03-18T21:30:00Z", "refund_until": "2040-02-01T00:00:00Z",
    });
    olga.post(&format!("/api/v1/admin/events/{}/reschedule", show.id)).json(&later).await.ok();
    let afterwards = bob.buys(&show, 1).await;

    assert_eq!(ada.gives_back(booking, &some(&show, 1)).await.ok()["refund"], eur(4_250), "all of it");
    assert_eq!(preview(&bob, &show, afterwards, 1).await, eur(4_000), "he knew the date");
    time.jump_to("2040-02-01T00:00:01Z");
    assert_eq!(ada.cancels(booking).await.ok()["refund"], eur(4_000), "by the policy again, and the new date");
    olga.sees_refunds(&show, [0, 2, 0]).await;
    world.verifies().await;
}

#[tokio::test]
async fn who_gives_up_while_the_money_is_on_its_way_gets_it_back() {
    let world = World::start().await;
    let (olga, ada) = (world.organizer(), world.customer());
    let show = a_paid_show().on_sale(&olga).await;
    let booking = ada.holds(&show, 1).await.id("booking_id");
    ada.pays(booking, "sandbox:slow").await.created();
    assert_eq!(ada.cancels(booking).await.ok()["status"], "released");

    let refunds = olga.sees_refunds(&show, [0, 1, 0]).await;

    assert_eq!(refunds["data"][0]["reason"], "not_needed");
    let seen = ada.sees_booking(booking).await;
    assert_eq!((&seen["status"], &seen["refunded"]), (&"released".into(), &eur(4_250)));
    assert_eq!(ada.sees_available(&show).await, 100);
    world.verifies().await;
}

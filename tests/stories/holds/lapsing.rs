//! Deadlines are exact: from then on the tickets are free, whether or not anybody asks.

use chrono::TimeDelta;
use serde_json::json;

use crate::support::clock::Time;
use crate::support::log::facts;
use crate::support::world::Desk;
use crate::support::{World, a_show};

/// A world whose time a story tells.
async fn a_world() -> (World, Time) {
    let time = Time::default();
    (World::start_with(|settings| settings.clock = time.clock()).await, time)
}

/// As long as a hold lasts if the event does not say.
const TEN_MINUTES: TimeDelta = TimeDelta::minutes(10);

#[tokio::test]
async fn a_hold_that_nobody_finishes_lapses_by_itself() {
    let (world, time) = a_world().await;
    let (ada, bob) = (world.customer(), world.customer());
    let show = a_show().with_seats(2).on_sale(&world.organizer()).await;
    let answer = ada.holds(&show, 2).await;
    let hold = answer.id("booking_id");
    bob.books(&show, 1).await.refused("sold-out");

    time.jump(TEN_MINUTES);
    // Nobody asks for anything: the next fact is the platform's own.
    ada.waits_for(answer.position() + 1).await;

    assert_eq!(ada.sees_booking(hold).await["status"], "lapsed");
    assert_eq!(bob.sees_available(&show).await, 2);
    ada.extends(hold).await.refused("hold-lapsed");
    let late = ada.confirms(hold).await.ok();
    assert_eq!(late["status"], "confirmed", "late, but its tickets are still free");
    assert_eq!(bob.sees_available(&show).await, 0);
    world.verifies().await;
}

#[tokio::test]
async fn the_shortest_hold_lapses_on_a_real_clock_too() {
    let world = World::start().await;
    let ada = world.customer();
    let show = a_show().with("terms", json!({ "hold_seconds": 5 })).on_sale(&world.organizer()).await;
    let answer = ada.holds(&show, 1).await;
    ada.waits_for(answer.position() + 1).await;
    assert_eq!(ada.sees_booking(answer.id("booking_id")).await["status"], "lapsed");
}

#[tokio::test]
async fn whoever_comes_first_after_the_deadline_gets_the_tickets() {
    let (world, time) = a_world().await;
    let (ada, bob) = (world.customer(), world.customer());
    let show = a_show().with_seats(1).with("max_per_customer", 1).on_sale(&world.organizer()).await;
    let hold = ada.holds(&show, 1).await.id("booking_id");

    time.jump(TEN_MINUTES);
    bob.books(&show, 1).await.created();

    ada.confirms(hold).await.refused("hold-lapsed");
    let facts = facts(&mut world.database.connect().await).await;
    let last: Vec<&str> = facts.iter().rev().take(2).map(|fact| fact.kind.as_str()).collect();
    assert_eq!(last, ["BookingConfirmed", "HoldsLapsed"], "the lapse is recorded first");
    world.verifies().await;
}

#[tokio::test]
async fn a_late_confirmation_takes_the_same_seats_or_none() {
    let (world, time) = a_world().await;
    let (olga, ada, bob) = (world.organizer(), world.customer(), world.customer());
    let show = a_show().reserved().seated(&olga, 1, 4).await;
    let hold = |seats: [&'static str; 2]| {
        let items = json!([{ "ticket_type_id": show.ticket_type(), "seats": seats }]);
        ada.books_with(&show, &json!({ "hold": true, "items": items }))
    };
    let (kept, lost) = (hold(["A-1", "A-2"]).await.id("booking_id"), hold(["A-3", "A-4"]).await.id("booking_id"));

    time.jump(TEN_MINUTES);
    bob.books_seats(&show, &["A-4"]).await.created();

    ada.confirms(lost).await.refused("hold-lapsed");
    let confirmed = ada.confirms(kept).await.ok();
    assert_eq!(confirmed["items"][0]["seats"], json!(["A-1", "A-2"]));
    bob.books_seats(&show, &["A-1"]).await.refused("seats-taken");
    assert_eq!(ada.cancels(lost).await.ok()["status"], "lapsed", "there is nothing to give back");
    world.verifies().await;
}

#[tokio::test]
async fn what_lapses_counts_no_more() {
    let (world, time) = a_world().await;
    let (olga, ada) = (world.organizer(), world.customer());
    let show = a_show().with("max_per_customer", 1).on_sale(&olga).await;
    olga.adds_promo_code(&show, &json!({ "code": "ONCE", "percent": 10, "uses_max": 1 })).await.created();
    let cheaper = || ada.books_with(&show, &json!({ "hold": true, "promo_code": "ONCE" }));
    cheaper().await.created();
    cheaper().await.refused("limit-per-customer");
    time.jump(TEN_MINUTES);
    cheaper().await.created();
    world.verifies().await;
}

#[tokio::test]
async fn deadlines_outlive_the_platform() {
    let (world, time) = a_world().await;
    let ada = world.customer();
    let show = a_show().with_seats(1).on_sale(&world.organizer()).await;
    let answer = ada.holds(&show, 1).await;

    let database = world.stop().await;
    time.jump(TEN_MINUTES);
    let desk = Desk::open(database.options(), |settings| settings.clock = time.clock()).await;
    let ada = desk.serves(&ada);
    ada.waits_for(answer.position() + 1).await;

    assert_eq!(ada.sees_booking(answer.id("booking_id")).await["status"], "lapsed");
    assert_eq!(ada.sees_available(&show).await, 1);
    desk.close().await;
}

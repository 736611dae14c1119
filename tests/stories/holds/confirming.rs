//! A hold is bought: once, by its holder, and only while it can be.

use serde_json::json;
use uuid::Uuid;

use crate::support::log::{count, facts};
use crate::support::{World, a_show};

#[tokio::test]
async fn a_hold_becomes_a_booking() {
    let world = World::start().await;
    let ada = world.customer();
    let show = a_show().with_seats(2).on_sale(&world.organizer()).await;
    let held = ada.holds(&show, 2).await;
    let booking = held.id("booking_id");

    let answer = ada.confirms(booking).json(&json!({ "payment_reference": "invoice 2030-117" })).await;

    let confirmed = answer.ok();
    assert_eq!(confirmed["status"], "confirmed");
    assert!(confirmed.get("expires_at").is_none());
    for member in ["booking_id", "event_id", "items", "total", "booked_at"] {
        assert_eq!(confirmed[member], held.created()[member], "{member}");
    }
    let seen = ada.sees_booking(booking).await;
    assert_eq!(seen["status"], "confirmed");
    assert!(seen.get("expires_at").is_none_or(serde_json::Value::is_null));
    let seats = ada.sees_seats(&show).await;
    let sold = &seats["ticket_types"][0];
    assert_eq!((&sold["sold"], &sold["held"], &sold["available"]), (&2.into(), &0.into(), &0.into()));
    let fact = facts(&mut world.database.connect().await).await.pop().unwrap();
    assert_eq!((fact.kind.as_str(), &fact.payload["payment_reference"]), ("HoldConfirmed", &"invoice 2030-117".into()));
    world.verifies().await;
}

#[tokio::test]
async fn twice_is_refused_and_a_repeat_is_not() {
    let world = World::start().await;
    let ada = world.customer();
    let show = a_show().on_sale(&world.organizer()).await;
    let booking = ada.holds(&show, 1).await.id("booking_id");
    let first = ada.confirms(booking).key("now").await;
    let mut connection = world.database.connect().await;
    let recorded = count(&mut connection).await;

    let again = ada.confirms(booking).key("now").await;
    assert_eq!(first.ok(), again.ok());
    assert!(!first.is_replay() && again.is_replay());
    ada.confirms(booking).await.refused("already-confirmed");
    ada.confirms(booking).key("other").await.refused("already-confirmed");
    let bought = ada.books(&show, 1).await.id("booking_id");
    ada.confirms(bought).await.refused("already-confirmed");

    assert_eq!(count(&mut connection).await, recorded + 1, "the booking alone");
}

#[tokio::test]
async fn what_was_given_up_is_not_confirmed() {
    let world = World::start().await;
    let (olga, ada, bob) = (world.organizer(), world.customer(), world.customer());
    let show = a_show().on_sale(&olga).await;
    let hold = || async { ada.holds(&show, 1).await.id("booking_id") };
    let (released, cancelled, ended) = (hold().await, hold().await, hold().await);

    ada.cancels(released).await.ok();
    ada.confirms(released).await.refused("already-cancelled");
    ada.confirms(cancelled).await.ok();
    ada.cancels(cancelled).await.ok();
    ada.confirms(cancelled).await.refused("already-cancelled");
    for person in [&bob, &olga] {
        person.confirms(ended).await.problem(404, "not-found");
    }
    world.stranger().confirms(ended).await.problem(401, "missing-token");
    ada.confirms(Uuid::now_v7()).await.problem(404, "not-found");
    olga.calls_off(&show, "Rain").await.ok();
    ada.confirms(ended).await.refused("event-cancelled");
    assert_eq!(ada.sees_booking(ended).await["status"], "cancelled");
}

#[tokio::test]
async fn a_confirmation_says_what_it_is_or_nothing() {
    let world = World::start().await;
    let ada = world.customer();
    let show = a_show().on_sale(&world.organizer()).await;
    let hold = ada.holds(&show, 1).await.id("booking_id");
    let confirm = |body| ada.confirms(hold).json(&body);

    confirm(json!({ "payment_reference": "" })).await.invalid_at("/payment_reference");
    confirm(json!({ "payment_reference": "r".repeat(201) })).await.invalid_at("/payment_reference");
    confirm(json!({ "payment_reference": 7 })).await.invalid_at("/payment_reference");
    confirm(json!({ "reference": "x" })).await.invalid_at("/reference");
    ada.confirms(hold).raw_json("{").await.problem(400, "malformed-json");
    ada.confirms(hold).raw_body("{}").await.problem(415, "unsupported-media-type");
    confirm(json!({})).await.ok();
}

#[tokio::test]
async fn an_event_whose_tickets_are_paid_here_sells_holds_first() {
    let world = World::start().await;
    let ada = world.customer();
    let plan = a_show().with("terms", json!({ "payment": "required" })).with_ticket_type("Free", 0, 10);
    let show = plan.on_sale(&world.organizer()).await;

    ada.books(&show, 1).await.refused("hold-required");
    let hold = ada.holds(&show, 2).await.id("booking_id");
    assert_eq!(ada.confirms(hold).await.refused("payment-required")["due"], 8_500);

    let free = json!([{ "ticket_type_id": show.ticket_types[1], "quantity": 1 }]);
    let free = ada.books_with(&show, &json!({ "hold": true, "items": free })).await.id("booking_id");
    assert_eq!(ada.confirms(free).await.ok()["status"], "confirmed", "what costs nothing needs no payment");
}

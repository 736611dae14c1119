//! Somebody takes what is offered, or does not.

use serde_json::json;
use uuid::Uuid;

use crate::support::log::count;
use crate::support::{Person, Show, ShowPlan, World, a_show};

/// Somebody to whom all tickets of a show are offered.
async fn offered(world: &World, plan: ShowPlan, quantity: u32) -> (Person, Show, Uuid) {
    let (owner, ada) = (world.customer(), world.customer());
    let show = plan.with_seats(quantity).on_sale(&world.organizer()).await;
    let items = json!([{ "ticket_type_id": show.ticket_type(), "quantity": quantity }]);
    let booking = owner.books_with(&show, &json!({ "hold": true, "items": items })).await.id("booking_id");
    let entry = ada.joins(&show, quantity).await.id("entry_id");
    owner.cancels(booking).await.ok();
    assert_eq!(ada.sees_entry(entry).await["state"], "offered");
    (ada, show, entry)
}

#[tokio::test]
async fn an_accepted_offer_is_a_booking() {
    let world = World::start().await;
    let (ada, show, entry) = offered(&world, a_show(), 2).await;

    let answer = ada.accepts(entry).await;

    let booking = answer.created();
    assert_eq!((&booking["status"], &booking["event_id"]), (&"confirmed".into(), &json!(show.id)));
    assert_eq!(booking["total"], json!({ "amount": 8_500, "currency": "EUR" }));
    let seen = ada.sees_entry(entry).await;
    assert_eq!((&seen["state"], &seen["booking_id"]), (&"accepted".into(), &booking["booking_id"]));
    assert_eq!(ada.sees_booking(answer.id("booking_id")).await["status"], "confirmed");
    let seats = ada.sees_seats(&show).await;
    let sold = &seats["ticket_types"][0];
    assert_eq!((&sold["sold"], &sold["held"], &sold["available"]), (&2.into(), &0.into(), &0.into()));
    world.verifies().await;
}

#[tokio::test]
async fn accepting_again_is_the_same_answer() {
    let world = World::start().await;
    let (ada, _, entry) = offered(&world, a_show(), 1).await;
    let first = ada.accepts(entry).await;
    let mut connection = world.database.connect().await;
    let recorded = count(&mut connection).await;
    let again = ada.accepts(entry).await;
    assert_eq!((again.created(), again.is_replay()), (first.created(), true));
    ada.declines(entry).await.refused("offer-accepted");
    ada.leaves(entry).await.refused("offer-accepted");
    assert_eq!(count(&mut connection).await, recorded);
    // Given back, it stays the answer; it is not offered to the same person again.
    ada.cancels(first.id("booking_id")).await.ok();
    assert_eq!(ada.accepts(entry).await.created(), first.created());
    world.verifies().await;
}

#[tokio::test]
async fn a_declined_offer_is_gone() {
    let world = World::start().await;
    let (ada, show, entry) = offered(&world, a_show(), 1).await;
    let declined = ada.declines(entry).await;
    assert_eq!(declined.ok()["state"], "declined");
    assert_eq!(ada.declines(entry).await.ok(), declined.ok(), "again is the same answer");
    ada.accepts(entry).await.refused("offer-declined");
    assert_eq!(ada.sees_available(&show).await, 1, "nobody else waits");
    world.customer().books(&show, 1).await.created();

    let (bob, show, entry) = offered(&world, a_show(), 1).await;
    assert_eq!(bob.leaves(entry).await.ok()["state"], "declined", "who leaves declines");
    assert_eq!(bob.sees_available(&show).await, 1);
    world.verifies().await;
}

#[tokio::test]
async fn where_tickets_are_paid_an_accepted_offer_is_a_hold() {
    let world = World::start().await;
    let plan = a_show().with("terms", json!({ "payment": "required", "hold_seconds": 300 }));
    let (ada, show, entry) = offered(&world, plan, 1).await;
    let answer = ada.accepts(entry).await;
    let hold = answer.created();
    assert_eq!(hold["status"], "held");
    assert!(hold["expires_at"].is_string());
    let booking = answer.id("booking_id");
    assert_eq!(ada.confirms(booking).await.refused("payment-required")["due"], 4_250);
    assert_eq!(ada.cancels(booking).await.ok()["status"], "released");
    assert_eq!(ada.sees_available(&show).await, 1);
    world.verifies().await;
}

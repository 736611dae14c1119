//! Somebody waits, sees their place, and leaves.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::log::count;
use crate::support::{Person, Show, World, a_show};

/// A show with nothing left, and who has it all.
async fn a_full_house(world: &World, seats: u32) -> (Show, Person, Uuid) {
    let owner = world.customer();
    let show = a_show().with_seats(seats).on_sale(&world.organizer()).await;
    let booking = owner.books(&show, seats).await.id("booking_id");
    (show, owner, booking)
}

#[tokio::test]
async fn a_place_is_answered_in_full() {
    let world = World::start().await;
    let (show, ..) = a_full_house(&world, 2).await;
    let (ada, bob) = (world.customer(), world.customer());

    let answer = ada.joins(&show, 2).await;

    let entry = answer.created();
    assert_eq!((&entry["state"], &entry["quantity"]), (&"waiting".into(), &2.into()));
    assert_eq!((&entry["event_id"], &entry["ticket_type_id"]), (&json!(show.id), &json!(show.ticket_type())));
    assert!(entry["joined_at"].is_string() && entry.get("offer_expires_at").is_none() && entry.get("seats").is_none());
    let second = bob.joins(&show, 1).await.id("entry_id");

    let of_event = format!("/api/v1/events/{}/waitlist", show.id);
    let places = ada.get(&of_event).await.ok();
    assert_eq!((&places["data"][0]["entry_id"], &places["data"][0]["place"]), (&entry["entry_id"], &1.into()));
    assert_eq!(places["data"].as_array().unwrap().len(), 1, "one's own place alone");
    assert!(places["as_of_position"].as_u64().unwrap() >= answer.position());
    assert_eq!(bob.get(&of_event).await.ok()["data"][0]["place"], 2);
    let all = bob.get("/api/v1/users/waitlist").await.ok();
    assert_eq!((&all["data"][0]["entry_id"], &all["data"][0]["state"]), (&json!(second), &"waiting".into()));
    let seen = ada.sees_entry(answer.id("entry_id")).await;
    for member in ["entry_id", "event_id", "ticket_type_id", "quantity", "state", "joined_at"] {
        assert_eq!(seen[member], entry[member], "both sides say the same of {member}");
    }
    world.verifies().await;
}

#[tokio::test]
async fn nobody_waits_for_what_can_be_had() {
    let world = World::start().await;
    let ada = world.customer();
    let show = a_show().with_seats(3).on_sale(&world.organizer()).await;
    assert_eq!(ada.joins(&show, 2).await.refused("tickets-available")["available"], 3);
    // More than are left can be waited for, while what is left is sold.
    let entry = ada.joins(&show, 4).await.created();
    assert_eq!(entry["state"], "waiting");
    world.customer().books(&show, 3).await.created();
    world.verifies().await;
}

#[tokio::test]
async fn one_waits_once_for_each_ticket_type() {
    let world = World::start().await;
    let ada = world.customer();
    let show = a_show().with_seats(1).with_ticket_type("Balcony", 1_900, 1).on_sale(&world.organizer()).await;
    let all = json!([
        { "ticket_type_id": show.ticket_types[0], "quantity": 1 },
        { "ticket_type_id": show.ticket_types[1], "quantity": 1 },
    ]);
    world.customer().books_items(show.id, &all).await.created();
    let join = || ada.joins(&show, 1).key("evening");
    let first = join().await;
    let mut connection = world.database.connect().await;
    let recorded = count(&mut connection).await;

    let again = join().await;
    assert_eq!((again.created(), again.is_replay()), (first.created(), true));
    assert_eq!(ada.joins(&show, 1).await.refused("already-waiting")["entry_id"], first.created()["entry_id"]);
    ada.joins(&show, 2).key("evening").await.problem(422, "idempotency-key-reused");
    let elsewhere = a_show().with_seats(1).on_sale(&world.organizer()).await;
    world.customer().books(&elsewhere, 1).await.created();
    ada.joins(&elsewhere, 1).key("evening").await.problem(422, "idempotency-key-reused");
    // Creating, publishing and filling the other show is all that was written.
    assert_eq!(count(&mut connection).await, recorded + 3);
    let other = json!({ "ticket_type_id": show.ticket_types[1], "quantity": 1 });
    ada.joins_with(&show, &other).await.created();
    world.verifies().await;
}

#[tokio::test]
async fn who_leaves_waits_no_longer() {
    let world = World::start().await;
    let (show, owner, booking) = a_full_house(&world, 1).await;
    let (ada, bob) = (world.customer(), world.customer());
    let entry = ada.joins(&show, 1).await.id("entry_id");
    let next = bob.joins(&show, 1).await.id("entry_id");

    for person in [&bob, &owner] {
        person.leaves(entry).await.problem(404, "no-such-entry");
    }
    let left = ada.leaves(entry).await;
    assert_eq!(left.ok()["state"], "left");
    assert_eq!(ada.leaves(entry).await.ok(), left.ok(), "again is the same answer");
    assert_eq!(ada.sees_entry(entry).await["state"], "left");
    let place = bob.get(&format!("/api/v1/events/{}/waitlist", show.id)).await.ok();
    assert_eq!(place["data"][0]["place"], 1);

    owner.cancels(booking).await.ok();
    assert_eq!(bob.sees_entry(next).await["state"], "offered");
    // One may come back, as the last one.
    assert_eq!(ada.joins(&show, 1).await.created()["state"], "waiting");
    world.verifies().await;
}

#[tokio::test]
async fn what_cannot_be_waited_for_is_refused() {
    let world = World::start().await;
    let olga = world.organizer();
    let (ada, bob) = (world.customer(), world.customer());
    let mut plan = a_show().with_seats(2).with("max_per_customer", 2);
    plan.body["ticket_types"][0]["max_per_booking"] = 2.into();
    let show = plan.on_sale(&olga).await;
    bob.books(&show, 2).await.created();
    let mut connection = world.database.connect().await;
    let recorded = count(&mut connection).await;

    bob.joins(&show, 1).await.refused("limit-per-customer");
    assert_eq!(ada.joins(&show, 3).await.refused("quantity-per-booking")["max"], 2);
    let unknown = json!({ "ticket_type_id": Uuid::nil(), "quantity": 1 });
    ada.joins_with(&show, &unknown).await.refused("unknown-ticket-type");
    world.stranger().joins(&show, 1).await.problem(401, "missing-token");
    for (body, pointer) in [
        (json!({ "quantity": 1 }), "/ticket_type_id"),
        (json!({ "ticket_type_id": show.ticket_type() }), "/quantity"),
        (json!({ "ticket_type_id": show.ticket_type(), "quantity": 0 }), "/quantity"),
        (json!({ "ticket_type_id": show.ticket_type(), "quantity": 1_001 }), "/quantity"),
        (json!({ "ticket_type_id": show.ticket_type(), "quantity": 1, "place": 1 }), "/place"),
    ] {
        ada.joins_with(&show, &body).await.invalid_at(pointer);
    }
    let long = json!({ "ticket_type_id": show.ticket_type(), "quantity": 1, "access_code": "x".repeat(10_000) });
    ada.joins_with(&show, &long).await.problem(422, "code-too-long");
    let nowhere = Show { id: Uuid::now_v7(), ..show.clone() };
    ada.joins(&nowhere, 1).await.problem(404, "not-found");
    assert_eq!(count(&mut connection).await, recorded, "nothing is written");

    olga.moves(&show, "pause").await.ok();
    ada.joins(&show, 1).await.refused("not-on-sale");
    olga.moves(&show, "close").await.ok();
    ada.joins(&show, 1).await.refused("sale-closed");
    olga.calls_off(&show, "Rain").await.ok();
    ada.joins(&show, 1).await.refused("event-cancelled");
    let draft = a_show().draft(&olga).await;
    ada.joins(&draft, 1).await.problem(404, "not-found");
    assert_eq!(ada.get("/api/v1/users/waitlist").await.ok()["data"], Value::Array(vec![]));
}

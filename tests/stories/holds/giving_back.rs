//! Bookings are given back in parts, and one may ask beforehand what that would do.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::log::{count, facts};
use crate::support::{World, a_show, seats_in};

#[tokio::test]
async fn a_part_is_given_back_and_the_rest_stays() {
    let world = World::start().await;
    let (ada, bob) = (world.customer(), world.customer());
    let plan = a_show().with_seats(3).with_ticket_type("Balcony", 1_900, 5).with("max_per_customer", 4);
    let show = plan.on_sale(&world.organizer()).await;
    let item = |at: usize, quantity: u32| json!({ "ticket_type_id": show.ticket_types[at], "quantity": quantity });
    let booking = ada.books_items(show.id, &json!([item(0, 3), item(1, 1)])).await.id("booking_id");
    bob.books(&show, 1).await.refused("sold-out");

    let answer = ada.gives_back(booking, &json!([item(0, 2)])).await.ok();

    assert_eq!((&answer["status"], &answer["total"]["amount"]), (&"confirmed".into(), &(4_250 + 1_900).into()));
    assert_eq!((&answer["items"][0]["quantity"], &answer["items"][1]["quantity"]), (&1.into(), &1.into()));
    assert!(answer.get("refund").is_none(), "nothing was paid here");
    let seen = ada.sees_booking(booking).await;
    assert_eq!((&seen["items"][0]["quantity"], &seen["total"]), (&1.into(), &answer["total"]));
    bob.books(&show, 2).await.created();
    // What was given back counts no more for the limit.
    ada.books_items(show.id, &json!([item(1, 2)])).await.created();

    let rest = ada.gives_back(booking, &json!([item(0, 1), item(1, 1)])).await.ok();
    assert_eq!(rest["status"], "cancelled");
    assert_eq!(ada.sees_booking(booking).await["status"], "cancelled");
    world.verifies().await;
}

#[tokio::test]
async fn seats_are_given_back_by_name() {
    let world = World::start().await;
    let (ada, bob) = (world.customer(), world.customer());
    let show = a_show().reserved().seated(&world.organizer(), 1, 5).await;
    let booking = ada.books_seats(&show, &["A-1", "A-2", "A-3"]).await.id("booking_id");
    let of = |member: &str, value: Value| json!([{ "ticket_type_id": show.ticket_type(), member: value }]);

    ada.gives_back(booking, &of("quantity", json!(1))).await.refused("seats-required");
    ada.gives_back(booking, &of("seats", json!(["A-4"]))).await.refused("not-in-booking");
    let twice = ada.gives_back(booking, &of("seats", json!(["A-2", "A-2"]))).await;
    assert_eq!(twice.problem(422, "seat-listed-twice")["seat"], "A-2");
    let answer = ada.gives_back(booking, &of("seats", json!(["A-2"]))).await.ok();
    assert_eq!(seats_in(&answer), ["A-1", "A-3"]);
    assert_eq!(seats_in(&ada.sees_booking(booking).await), ["A-1", "A-3"]);
    bob.books_seats(&show, &["A-2"]).await.created();
    world.verifies().await;
}

#[tokio::test]
async fn a_preview_says_what_would_be_and_does_nothing() {
    let world = World::start().await;
    let ada = world.customer();
    let show = a_show().with_seats(3).on_sale(&world.organizer()).await;
    let booking = ada.books(&show, 3).await.id("booking_id");
    let mut connection = world.database.connect().await;
    let recorded = count(&mut connection).await;
    let part = json!({ "items": [{ "ticket_type_id": show.ticket_type(), "quantity": 2 }] });

    let whole = ada.delete(&format!("/api/v1/bookings/{booking}?preview=true")).await.ok();
    let some = ada.post(&format!("/api/v1/bookings/{booking}/cancel?preview=true")).json(&part).await.ok();

    assert_eq!((&whole["booking_id"], &whole["preview"]), (&booking.to_string().into(), &true.into()));
    assert_eq!(whole["refund"], json!({ "amount": 0, "currency": "EUR" }));
    assert_eq!((&whole["items"][0]["quantity"], &some["items"][0]["quantity"]), (&3.into(), &2.into()));
    assert!(whole.get("status").is_none());
    let path = format!("/api/v1/bookings/{booking}/cancel?preview=true");
    let too_many = json!({ "items": [{ "ticket_type_id": show.ticket_type(), "quantity": 4 }] });
    ada.post(&path).json(&too_many).await.refused("not-in-booking");
    world.customer().post(&path).json(&part).await.problem(404, "not-found");
    let problem = ada.delete(&format!("/api/v1/bookings/{booking}?preview=perhaps")).await;
    assert_eq!(problem.problem(400, "malformed-query")["parameter"], "preview");

    assert_eq!(count(&mut connection).await, recorded);
    assert_eq!(ada.sees_available(&show).await, 0);
    let meant = ada.delete(&format!("/api/v1/bookings/{booking}?preview=false")).await;
    assert_eq!(meant.ok()["status"], "cancelled");
}

#[tokio::test]
async fn a_part_is_given_back_once_however_often_that_is_sent() {
    let world = World::start().await;
    let ada = world.customer();
    let show = a_show().with_seats(5).on_sale(&world.organizer()).await;
    let booking = ada.books(&show, 5).await.id("booking_id");
    let one = json!([{ "ticket_type_id": show.ticket_type(), "quantity": 1 }]);

    let first = ada.gives_back(booking, &one).key("one").await;
    let again = ada.gives_back(booking, &one).key("one").await;
    assert_eq!(first.ok(), again.ok());
    assert!(!first.is_replay() && again.is_replay());
    assert_eq!(ada.sees_available(&show).await, 1);
    ada.gives_back(booking, &one).key("two").await.ok();
    ada.gives_back(booking, &one).await.ok();
    assert_eq!(ada.sees_available(&show).await, 3);
    let facts = facts(&mut world.database.connect().await).await;
    assert_eq!(facts.iter().filter(|fact| fact.kind == "BookingReduced").count(), 3);
}

#[tokio::test]
async fn what_is_no_part_of_a_booking_is_refused() {
    let world = World::start().await;
    let (ada, bob) = (world.customer(), world.customer());
    let show = a_show().with_ticket_type("Balcony", 1_900, 5).on_sale(&world.organizer()).await;
    let booking = ada.books(&show, 2).await.id("booking_id");
    let mut connection = world.database.connect().await;
    let recorded = count(&mut connection).await;
    let (this, other) = (show.ticket_types[0], show.ticket_types[1]);
    let one = |id: Uuid| json!([{ "ticket_type_id": id, "quantity": 1 }]);

    ada.gives_back(booking, &one(other)).await.refused("not-in-booking");
    ada.gives_back(booking, &one(Uuid::nil())).await.refused("not-in-booking");
    bob.gives_back(booking, &one(this)).await.problem(404, "not-found");
    for (items, pointer) in [
        (json!([]), "/items"),
        (json!([{ "ticket_type_id": this }]), "/items/0/quantity"),
        (json!([{ "ticket_type_id": this, "quantity": 0 }]), "/items/0/quantity"),
        (json!([{ "ticket_type_id": this, "quantity": -1 }]), "/items/0/quantity"),
        (json!([{ "ticket_type_id": this, "seats": [] }]), "/items/0/seats"),
        (json!([{ "ticket_type_id": this, "quantity": 1, "seats": ["A-1"] }]), "/items/0"),
        (json!([{ "ticket_type_id": this, "best_available": {} }]), "/items/0/best_available"),
        (
            json!([{ "ticket_type_id": this, "quantity": 1 }, { "ticket_type_id": this, "quantity": 1 }]),
            "/items/1/ticket_type_id",
        ),
        (json!({}), "/items"),
    ] {
        ada.gives_back(booking, &items).await.invalid_at(pointer);
    }
    assert_eq!(count(&mut connection).await, recorded, "nothing is written");
    // Without any items it is all of it.
    let all = ada.post(&format!("/api/v1/bookings/{booking}/cancel")).await;
    assert_eq!(all.ok()["status"], "cancelled");
}

#[tokio::test]
async fn part_of_a_hold_is_given_up_too() {
    let world = World::start().await;
    let ada = world.customer();
    let show = a_show().with_seats(3).on_sale(&world.organizer()).await;
    let hold = ada.holds(&show, 3).await.id("booking_id");
    let one = json!([{ "ticket_type_id": show.ticket_type(), "quantity": 1 }]);
    let answer = ada.gives_back(hold, &one).await.ok();
    assert_eq!((&answer["status"], &answer["items"][0]["quantity"]), (&"held".into(), &2.into()));
    assert!(answer["expires_at"].is_string());
    assert_eq!(ada.sees_available(&show).await, 1);
    assert_eq!(ada.confirms(hold).await.ok()["items"][0]["quantity"], 2);
    world.verifies().await;
}

//! Somebody says which seats they want.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::log::count;
use crate::support::{World, a_show, seats_in};

#[tokio::test]
async fn named_seats_are_booked_and_then_taken() {
    let world = World::start().await;
    let (ada, bob) = (world.customer(), world.customer());
    let show = a_show().reserved().seated(&world.organizer(), 2, 3).await;

    let booking = ada.books_seats(&show, &["A-1", "B-3"]).await;

    let item = &booking.created()["items"][0];
    assert_eq!((&item["quantity"], &item["seats"]), (&2.into(), &json!(["A-1", "B-3"])));
    assert_eq!(booking.created()["total"]["amount"], 8_500);
    assert_eq!(seats_in(&ada.sees_booking(booking.id("booking_id")).await), ["A-1", "B-3"]);
    let problem = bob.books_seats(&show, &["A-1", "A-2", "B-3"]).await.refused("seats-taken");
    assert_eq!(problem["seats"], json!(["A-1", "B-3"]));
    bob.books_seats(&show, &["A-2"]).await.created();
    ada.cancels(booking.id("booking_id")).await.ok();
    bob.books_seats(&show, &["A-1"]).await.created();
    world.verifies().await;
}

#[tokio::test]
async fn one_seat_for_twenty_people_goes_to_one_of_them() {
    let world = World::start().await;
    let show = a_show().reserved().seated(&world.organizer(), 1, 2).await;
    let mut crowd = tokio::task::JoinSet::new();
    for _ in 0..20 {
        crowd.spawn(world.customer().books_seats(&show, &["A-1"]).into_future());
    }
    let answers = crowd.join_all().await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 1);
    for answer in answers.iter().filter(|answer| answer.status != 201) {
        assert_eq!(answer.refused("seats-taken")["seats"], json!(["A-1"]));
    }
    world.verifies().await;
}

#[tokio::test]
async fn seats_are_asked_for_where_there_are_some() {
    let world = World::start().await;
    let ada = world.customer();
    let plan = a_show().reserved().with_ticket_type("Standing", 1_000, 50);
    let show = plan.seated(&world.organizer(), 1, 4).await;
    let (seated, standing) = (show.ticket_types[0], show.ticket_types[1]);
    let book = |id: Uuid, member: &str, wish: Value| {
        ada.books_items(show.id, &json!([{ "ticket_type_id": id, member: wish }]))
    };
    let mut connection = world.database.connect().await;
    let recorded = count(&mut connection).await;

    let problem = book(seated, "quantity", json!(1)).await.refused("seats-required");
    assert_eq!(problem["ticket_type_id"], seated.to_string());
    let problem = book(standing, "seats", json!(["A-1"])).await.refused("not-reserved");
    assert_eq!(problem["ticket_type_id"], standing.to_string());
    book(standing, "best_available", json!({ "quantity": 1 })).await.refused("not-reserved");
    assert_eq!(book(seated, "seats", json!(["Z-99"])).await.refused("unknown-seat")["seat"], "Z-99");
    let twice = book(seated, "seats", json!(["A-1", "A-2", "A-1"])).await;
    assert_eq!(twice.problem(422, "seat-listed-twice")["seat"], "A-1");
    let both = json!([
        { "ticket_type_id": seated, "seats": ["A-1"] },
        { "ticket_type_id": Uuid::nil(), "seats": ["A-1"] },
    ]);
    ada.books_items(show.id, &both).await.problem(422, "seat-listed-twice");
    assert_eq!(count(&mut connection).await, recorded, "nothing is written");
}

#[tokio::test]
async fn impossible_wishes_are_told_field_by_field() {
    let world = World::start().await;
    let ada = world.customer();
    let show = a_show().reserved().seated(&world.organizer(), 1, 4).await;
    let this = show.ticket_type();
    let best = |best: Value| json!([{ "ticket_type_id": this, "best_available": best }]);
    let seats = |seats: Value| json!([{ "ticket_type_id": this, "seats": seats }]);
    let mut connection = world.database.connect().await;
    let recorded = count(&mut connection).await;
    let many: Vec<String> = (0..1_001).map(|seat| format!("A-{seat}")).collect();
    for (items, pointer) in [
        (seats(json!([])), "/items/0/seats"),
        (seats(json!("A-1")), "/items/0/seats"),
        (seats(json!([7])), "/items/0/seats/0"),
        (seats(json!(["A-1", ""])), "/items/0/seats/1"),
        (seats(json!(["x".repeat(10_000)])), "/items/0/seats/0"),
        (seats(json!(many)), "/items/0/seats"),
        (best(json!({})), "/items/0/best_available/quantity"),
        (best(json!({ "quantity": 0 })), "/items/0/best_available/quantity"),
        (best(json!({ "quantity": 1_001 })), "/items/0/best_available/quantity"),
        (best(json!({ "quantity": -1 })), "/items/0/best_available/quantity"),
        (best(json!({ "quantity": 1, "together": "no" })), "/items/0/best_available/together"),
        (best(json!({ "quantity": 1, "accessible": 2 })), "/items/0/best_available/accessible"),
        (best(json!({ "quantity": 1, "zone": "A" })), "/items/0/best_available/zone"),
        (json!([{ "ticket_type_id": this, "quantity": 1, "seats": ["A-1"] }]), "/items/0"),
        (json!([{ "ticket_type_id": this, "seats": ["A-1"], "best_available": { "quantity": 1 } }]), "/items/0"),
    ] {
        ada.books_items(show.id, &items).await.invalid_at(pointer);
    }
    assert_eq!(count(&mut connection).await, recorded, "nothing is written");
}

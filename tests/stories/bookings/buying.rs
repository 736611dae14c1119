//! Somebody books tickets.

use serde_json::json;

use crate::support::{World, a_show};

#[tokio::test]
async fn a_booking_is_answered_in_full() {
    let world = World::start().await;
    let ada = world.customer();
    let show = a_show().with_ticket_type("Balcony", 1900, 50).on_sale(&world.organizer()).await;
    let items = json!([
        { "ticket_type_id": show.ticket_types[0], "quantity": 2 },
        { "ticket_type_id": show.ticket_types[1], "quantity": 3 },
    ]);

    let answer = ada.books_items(show.id, &items).await;

    let booking = answer.created();
    assert_eq!(booking["event_id"], show.id.to_string());
    assert_eq!(booking["status"], "confirmed");
    assert_eq!(booking["total"], json!({ "amount": 2 * 4250 + 3 * 1900, "currency": "EUR" }));
    let item = &booking["items"][1];
    assert_eq!((&item["ticket_type_id"], &item["quantity"]), (&items[1]["ticket_type_id"], &3.into()));
    assert_eq!(item["unit_price"], json!({ "amount": 1900, "currency": "EUR" }));
    let booked_at = booking["booked_at"].as_str().unwrap();
    assert!(booked_at.parse::<chrono::DateTime<chrono::Utc>>().is_ok() && booked_at.ends_with('Z'), "{booked_at}");
    let position = answer.position();
    assert!(!answer.is_replay());

    let seen = ada.get(&format!("/api/v1/bookings/{}", answer.id("booking_id"))).await.ok();
    for member in ["booking_id", "event_id", "status", "total", "booked_at"] {
        assert_eq!(seen[member], booking[member], "both sides say the same");
    }
    assert_eq!(seen["items"][0]["unit_price"], booking["items"][0]["unit_price"]);
    assert!(seen["as_of_position"].as_u64().unwrap() >= position);
    world.verifies().await;
}

#[tokio::test]
async fn prices_come_from_the_server() {
    let world = World::start().await;
    let ada = world.customer();
    let show = a_show().on_sale(&world.organizer()).await;
    let cheap = json!([{ "ticket_type_id": show.ticket_type(), "quantity": 1, "unit_price": 1 }]);
    ada.books_items(show.id, &cheap).await.invalid_at("/items/0/unit_price");
    let body = json!({ "event_id": show.id, "total": 1, "items": [] });
    ada.post("/api/v1/bookings").json(&body).await.invalid_at("/total");
    assert_eq!(ada.books(&show, 1).await.created()["total"]["amount"], 4250);
}

#[tokio::test]
async fn free_tickets_and_the_dearest_ones_add_up() {
    let world = World::start().await;
    let ada = world.customer();
    let plan = a_show().with_seats(1_000).with_ticket_type("Gold", 1_000_000_000_000, 1_000);
    let show = plan.with_ticket_type("Free", 0, 10).on_sale(&world.organizer()).await;
    let book = |at: usize, quantity: u32| {
        ada.books_items(show.id, &json!([{ "ticket_type_id": show.ticket_types[at], "quantity": quantity }]))
    };
    assert_eq!(book(1, 1_000).await.created()["total"]["amount"], 1_000_000_000_000_000_u64);
    assert_eq!(book(2, 3).await.created()["total"]["amount"], 0);
    let seen = ada.get("/api/v1/users/bookings").await.ok();
    assert_eq!(seen["data"][1]["total"]["amount"], 1_000_000_000_000_000_u64);
}

#[tokio::test]
async fn seats_are_counted_as_they_are_booked() {
    let world = World::start().await;
    let ada = world.customer();
    let show = a_show().with_seats(10).on_sale(&world.organizer()).await;
    ada.books(&show, 4).await.created();
    let seats = world.stranger().get(&format!("/api/v1/events/{}/seats", show.id)).await.ok();
    let sold = &seats["ticket_types"][0];
    assert_eq!(sold["name"], "Stalls");
    assert_eq!(sold["price"], json!({ "amount": 4250, "currency": "EUR" }));
    assert_eq!((&sold["capacity"], &sold["sold"], &sold["available"]), (&10.into(), &4.into(), &6.into()));
}

//! One's own bookings: what is to come and what has been.

use serde_json::{Value, json};

use crate::support::{Person, World, a_show};

async fn booked(person: &Person, when: &str) -> Vec<String> {
    let list = person.get(&format!("/api/v1/users/bookings{when}")).await.ok();
    let title = |booking: &Value| booking["event"]["title"].as_str().unwrap().to_owned();
    list["data"].as_array().unwrap().iter().map(title).collect()
}

#[tokio::test]
async fn bookings_are_upcoming_until_the_event_is_over() {
    let world = World::start().await;
    let (olga, ada) = (world.organizer(), world.customer());
    let (been, coming) = (a_show().called("Been").on_sale(&olga).await, a_show().called("Coming").on_sale(&olga).await);
    ada.books(&been, 1).await.created();
    ada.books(&coming, 1).await.created();
    let past = json!({ "starts_at": "2020-01-01T19:00:00Z", "ends_at": "2020-01-01T21:00:00Z" });
    olga.revises(&been, &been.etag, &past).await.ok();

    assert_eq!(booked(&ada, "").await, ["Coming", "Been"]);
    assert_eq!(booked(&ada, "?when=all").await, ["Coming", "Been"]);
    assert_eq!(booked(&ada, "?when=upcoming").await, ["Coming"]);
    assert_eq!(booked(&ada, "?when=past").await, ["Been"]);
}

#[tokio::test]
async fn a_booking_in_the_history_tells_all_of_it() {
    let world = World::start().await;
    let ada = world.customer();
    let show = a_show().on_sale(&world.organizer()).await;
    let booking = ada.books(&show, 2).await.created();
    let list = ada.get("/api/v1/users/bookings").await.ok();
    let seen = &list["data"][0];
    for member in ["booking_id", "event_id", "status", "total", "booked_at"] {
        assert_eq!(seen[member], booking[member], "{member}");
    }
    assert_eq!(seen["items"][0]["quantity"], 2);
    assert_eq!(seen["items"][0]["name"], "Stalls");
    assert_eq!(seen["event"]["venue"]["city"], "Berlin");
    assert_eq!(seen["cancelled_at"], Value::Null);
    assert_eq!(list["page"], json!({ "next": null, "has_more": false }));
}

#[tokio::test]
async fn a_booking_that_was_given_back_stays_in_the_history() {
    let world = World::start().await;
    let ada = world.customer();
    let show = a_show().on_sale(&world.organizer()).await;
    let booking = ada.books(&show, 2).await.id("booking_id");
    ada.cancels(booking).await.ok();
    let list = ada.get("/api/v1/users/bookings").await.ok();
    assert_eq!(list["data"][0]["status"], "cancelled");
    assert!(list["data"][0]["cancelled_at"].is_string());
}

//! Calling an event off: one fact, and every booking of it is cancelled.

use serde_json::json;

use crate::support::log::{count, facts};
use crate::support::{World, a_show};

#[tokio::test]
async fn a_cancelled_event_cancels_every_booking_by_one_fact() {
    let world = World::start().await;
    let olga = world.organizer();
    let show = a_show().with_seats(10).on_sale(&olga).await;
    let people = [world.customer(), world.customer(), world.customer()];
    let mut bookings = Vec::new();
    for person in &people {
        bookings.push(person.books(&show, 2).await.id("booking_id"));
    }
    let mut connection = world.database.connect().await;
    let recorded = count(&mut connection).await;

    assert_eq!(olga.calls_off(&show, "The singer is ill.").await.ok()["status"], "cancelled");

    assert_eq!(count(&mut connection).await, recorded + 1);
    let fact = facts(&mut connection).await.pop().unwrap();
    assert_eq!((fact.kind.as_str(), &fact.payload["reason"]), ("ShowCancelled", &"The singer is ill.".into()));
    for (person, booking) in people.iter().zip(bookings) {
        let seen = person.get(&format!("/api/v1/bookings/{booking}")).await.ok();
        assert_eq!(seen["status"], "cancelled");
        assert!(seen["cancelled_at"].is_string());
        let history = person.get("/api/v1/users/bookings").await.ok();
        assert_eq!(history["data"][0]["status"], "cancelled");
    }
    let seen = world.stranger().get(&format!("/api/v1/events/{}", show.id)).await.ok();
    assert_eq!((&seen["status"], &seen["cancel_reason"]), (&"cancelled".into(), &"The singer is ill.".into()));
    let seats = world.stranger().get(&format!("/api/v1/events/{}/seats", show.id)).await.ok();
    assert_eq!(seats["ticket_types"][0]["sold"], 0);
    world.verifies().await;
}

#[tokio::test]
async fn nothing_happens_to_a_cancelled_event_any_more() {
    let world = World::start().await;
    let (olga, ada) = (world.organizer(), world.customer());
    let show = a_show().on_sale(&olga).await;
    let booking = ada.books(&show, 1).await.id("booking_id");
    let first = olga.calls_off(&show, "Rain").await;
    let mut connection = world.database.connect().await;
    let recorded = count(&mut connection).await;

    ada.books(&show, 1).await.refused("event-cancelled");
    assert_eq!(ada.cancels(booking).await.ok()["status"], "cancelled");
    for step in ["publish", "pause", "resume", "close"] {
        olga.moves(&show, step).await.refused("event-cancelled");
    }
    olga.revises(&show, &first.etag(), &json!({ "title": "Again?" })).await.refused("event-cancelled");
    assert_eq!(olga.calls_off(&show, "Snow").await.ok(), first.ok(), "again is the same answer");
    assert_eq!(count(&mut connection).await, recorded);
}

#[tokio::test]
async fn a_reason_is_needed() {
    let world = World::start().await;
    let olga = world.organizer();
    let show = a_show().on_sale(&olga).await;
    for reason in ["", "   ", "\0", &"r".repeat(1_001)] {
        olga.calls_off(&show, reason).await.invalid_at("/reason");
    }
    let path = format!("/api/v1/admin/events/{}/cancel", show.id);
    olga.post(&path).json(&json!({})).await.invalid_at("/reason");
    olga.post(&path).await.problem(415, "unsupported-media-type");
}

#[tokio::test]
async fn a_draft_can_be_called_off_and_only_by_its_organizer() {
    let world = World::start().await;
    let olga = world.organizer();
    let (draft, published) = (a_show().draft(&olga).await, a_show().on_sale(&olga).await);
    world.organizer().calls_off(&draft, "No").await.problem(404, "not-found");
    world.organizer().calls_off(&published, "No").await.problem(403, "not-your-event");
    world.customer().calls_off(&published, "No").await.problem(403, "forbidden");
    olga.calls_off(&draft, "No").await.ok();
    world.admin().calls_off(&published, "No").await.ok();
}

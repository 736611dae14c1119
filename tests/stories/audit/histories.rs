//! A customer is told what happened to a booking, and nothing about anybody else.

use serde_json::{Value, json};
use uuid::Uuid;

use super::entries;
use crate::support::{Person, World, a_show};

async fn history(person: &Person, booking_id: Uuid) -> Value {
    person.get(&format!("/api/v1/bookings/{booking_id}/history")).await.ok()
}

/// What happened, and by whom.
fn told(history: &Value) -> Vec<(&str, &str)> {
    entries(history).iter().map(|entry| (entry["what"].as_str().unwrap(), entry["by"].as_str().unwrap())).collect()
}

#[tokio::test]
async fn a_booking_tells_what_happened_to_it_and_by_whom() {
    let world = World::start().await;
    let (olga, ada) = (world.organizer(), world.customer());
    let show = a_show().on_sale(&olga).await;
    let hold = ada.holds(&show, 3).await.id("booking_id");
    world.customer().books(&show, 1).await.created();
    ada.confirms(hold).await.ok();
    ada.gives_back(hold, &json!([{ "ticket_type_id": show.ticket_type(), "quantity": 1 }])).await.ok();
    let later = json!({
        "starts_at": "2041-01-01T19:00:00Z", "ends_at": "2041-01-01T21:00:00Z", "refund_until": "2040-12-01T00:00:00Z"
    });
    olga.post(&format!("/api/v1/admin/events/{}/reschedule", show.id)).json(&later).await.ok();
    olga.calls_off(&show, "The singer is ill.").await.ok();

    let story = history(&ada, hold).await;

    let expected = [
        ("held", "you"),
        ("confirmed", "you"),
        ("reduced", "you"),
        ("event_rescheduled", "the organizer"),
        ("event_cancelled", "the organizer"),
    ];
    assert_eq!(told(&story), expected);
    let entries = entries(&story);
    assert_eq!(entries[0]["items"][0]["name"], "Stalls");
    assert_eq!(entries[0]["items"][0]["quantity"], 3);
    assert_eq!(entries[0]["money"], json!({ "amount": 3 * 4250, "currency": "EUR" }));
    assert!(entries[0]["expires_at"].is_string());
    assert_eq!(entries[2]["items"][0]["quantity"], 1, "what was given back");
    assert_eq!(entries[3]["starts_at"], "2041-01-01T19:00:00Z");
    assert_eq!(entries[4]["reason"], "The singer is ill.");
    let text = story.to_string();
    assert!(!text.contains(&olga.account_id.to_string()) && !text.contains(&ada.account_id.to_string()), "{text}");
}

#[tokio::test]
async fn money_is_the_providers_word_and_a_lapse_the_platforms() {
    let world = World::start().await;
    let (olga, ada) = (world.organizer(), world.customer());
    let show = a_show().with("terms", json!({ "payment": "required" })).on_sale(&olga).await;
    let booking = ada.holds(&show, 1).await.id("booking_id");
    let paid = ada.post(&format!("/api/v1/bookings/{booking}/pay")).json(&json!({})).await;
    // The money, and the booking that it confirms.
    ada.waits_for(paid.position() + 2).await;
    let refund = olga.post(&format!("/api/v1/admin/bookings/{booking}/refunds")).json(&json!({ "amount": 100 })).await;
    ada.waits_for(refund.position() + 1).await;

    let story = history(&ada, booking).await;
    let expected = [
        ("held", "you"),
        ("payment_started", "you"),
        ("payment_succeeded", "the payment provider"),
        ("confirmed", "the platform"),
        ("refund_due", "the organizer"),
        ("refund_succeeded", "the payment provider"),
    ];
    assert_eq!(told(&story), expected);
    assert_eq!(entries(&story)[4]["reason"], "goodwill");
    assert_eq!(entries(&story)[5]["money"], json!({ "amount": 100, "currency": "EUR" }));

    let short = a_show().with("terms", json!({ "hold_seconds": 5 })).on_sale(&olga).await;
    let hold = ada.holds(&short, 1).await;
    ada.waits_for(hold.position() + 1).await;
    assert_eq!(told(&history(&ada, hold.id("booking_id")).await), [("held", "you"), ("lapsed", "the platform")]);
}

#[tokio::test]
async fn a_history_is_ones_own_and_an_admins() {
    let world = World::start().await;
    let (olga, ada, admin) = (world.organizer(), world.customer(), world.admin());
    let show = a_show().on_sale(&olga).await;
    let booking = ada.books(&show, 1).await.id("booking_id");
    // What came upon the show before this booking is not its story.
    let other = world.customer().books(&show, 1).await.id("booking_id");
    admin.cancels(booking).await.ok();
    let path = format!("/api/v1/bookings/{booking}/history");

    assert_eq!(told(&history(&ada, booking).await), [("booked", "you"), ("cancelled", "the platform")]);
    assert_eq!(told(&history(&admin, booking).await), [("booked", "the customer"), ("cancelled", "the platform")]);
    for person in [world.customer(), olga] {
        person.get(&path).await.problem(404, "not-found");
    }
    world.stranger().get(&path).await.problem(401, "missing-token");
    ada.get(&format!("/api/v1/bookings/{}/history", Uuid::now_v7())).await.problem(404, "not-found");
    let first = ada.get(&format!("{path}?limit=1")).await.ok();
    let next = first["page"]["next"].as_str().unwrap();
    assert_eq!(told(&ada.get(&format!("{path}?limit=1&cursor={next}")).await.ok())[0].0, "cancelled");
    admin.get(&format!("/api/v1/bookings/{other}/history?cursor={next}")).await.problem(400, "invalid-cursor");
}

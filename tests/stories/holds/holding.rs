//! Somebody holds tickets, holds on for longer, or gives them up.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::answer::id;
use crate::support::log::count;
use crate::support::{World, a_show};

fn moment(json: &Value) -> DateTime<Utc> {
    json.as_str().unwrap().parse().unwrap()
}

#[tokio::test]
async fn a_hold_is_answered_in_full() {
    let world = World::start().await;
    let ada = world.customer();
    let show = a_show().with_seats(10).on_sale(&world.organizer()).await;

    let answer = ada.holds(&show, 3).await;

    let hold = answer.created();
    assert_eq!(hold["status"], "held");
    assert_eq!(hold["total"], json!({ "amount": 3 * 4250, "currency": "EUR" }));
    let lasts = moment(&hold["expires_at"]) - moment(&hold["booked_at"]);
    assert_eq!(lasts.num_milliseconds(), 600_000, "ten minutes if the event does not say");
    assert!(hold.get("paid").is_none() && hold.get("refunded").is_none() && hold["items"][0].get("seats").is_none());

    let seen = ada.sees_booking(answer.id("booking_id")).await;
    for member in ["booking_id", "event_id", "status", "total", "booked_at", "expires_at"] {
        assert_eq!(seen[member], hold[member], "both sides say the same of {member}");
    }
    let seats = ada.sees_seats(&show).await;
    let sold = &seats["ticket_types"][0];
    assert_eq!((&sold["sold"], &sold["held"], &sold["available"]), (&0.into(), &3.into(), &7.into()));
    let metrics = world.stranger().get("/metrics").await.text();
    assert!(metrics.contains("evently_bookings_total{outcome=\"held\"}"), "{metrics}");
    world.verifies().await;
}

#[tokio::test]
async fn an_event_says_how_long_its_holds_last() {
    let world = World::start().await;
    let show = a_show().with("terms", json!({ "hold_seconds": 3_600 })).on_sale(&world.organizer()).await;
    let hold = world.customer().holds(&show, 1).await.created();
    assert_eq!((moment(&hold["expires_at"]) - moment(&hold["booked_at"])).num_seconds(), 3_600);
}

#[tokio::test]
async fn held_tickets_are_nobody_elses() {
    let world = World::start().await;
    let (ada, bob) = (world.customer(), world.customer());
    let show = a_show().with_seats(2).with("max_per_customer", 2).on_sale(&world.organizer()).await;
    let hold = ada.holds(&show, 2).await.id("booking_id");

    bob.books(&show, 1).await.refused("sold-out");
    bob.holds(&show, 1).await.refused("sold-out");
    // A hold counts for the limit like a booking.
    assert_eq!(ada.holds(&show, 1).await.code(), "sold-out");

    let released = ada.cancels(hold).await;
    assert_eq!(released.ok()["status"], "released");
    assert_eq!(ada.cancels(hold).await.ok(), released.ok(), "again is the same answer");
    assert_eq!(ada.sees_booking(hold).await["status"], "released");
    bob.books(&show, 2).await.created();
    world.verifies().await;
}

#[tokio::test]
async fn a_repeat_gets_the_first_answer_whatever_became_of_the_hold() {
    let world = World::start().await;
    let ada = world.customer();
    let show = a_show().on_sale(&world.organizer()).await;
    let hold = || ada.holds(&show, 2).key("evening");
    let first = hold().await;
    let booking = first.id("booking_id");

    ada.extends(booking).await.ok();
    ada.confirms(booking).await.ok();
    let again = hold().await;
    assert!(again.is_replay() && !first.is_replay());
    assert_eq!(again.created(), first.created());

    let one_less = json!([{ "ticket_type_id": show.ticket_type(), "quantity": 1 }]);
    ada.gives_back(booking, &one_less).await.ok();
    ada.cancels(booking).await.ok();
    assert_eq!(hold().await.created(), first.created());
    // What is not held is another request.
    ada.books(&show, 2).key("evening").await.problem(422, "idempotency-key-reused");
    ada.holds(&show, 3).key("evening").await.problem(422, "idempotency-key-reused");
}

#[tokio::test]
async fn a_hold_is_extended_up_to_a_cap() {
    let world = World::start().await;
    let (olga, ada) = (world.organizer(), world.customer());
    let show = a_show().with("terms", json!({ "hold_seconds": 300 })).on_sale(&olga).await;
    let answer = ada.holds(&show, 1).await.created();
    let hold = id(&answer, "booking_id");
    let (booked, first) = (moment(&answer["booked_at"]), moment(&answer["expires_at"]));

    let extended = ada.extends(hold).await.ok();
    assert_eq!(extended["status"], "held");
    let later = moment(&extended["expires_at"]);
    assert!(later > first);
    assert_eq!(moment(&ada.sees_booking(hold).await["expires_at"]), later);

    // Holds of this event last longer from now on; this one not longer than three times what it was to.
    let longer = olga.revises(&show, &show.etag, &json!({ "terms": { "hold_seconds": 3_600 } })).await;
    let cap = moment(&ada.extends(hold).await.ok()["expires_at"]);
    assert_eq!((cap - booked).num_seconds(), 900);
    let problem = ada.extends(hold).await.refused("hold-not-extendable");
    assert_eq!(moment(&problem["expires_at"]), cap);
    // And where they are shorter, extending takes nothing away.
    olga.revises(&show, &longer.etag(), &json!({ "terms": { "hold_seconds": 5 } })).await.ok();
    assert_eq!(moment(&ada.extends(hold).await.ok()["expires_at"]), cap);
    world.verifies().await;
}

#[tokio::test]
async fn only_an_open_hold_of_ones_own_is_extended() {
    let world = World::start().await;
    let (ada, bob) = (world.customer(), world.customer());
    let olga = world.organizer();
    let show = a_show().on_sale(&olga).await;
    let hold = ada.holds(&show, 1).await.id("booking_id");
    for person in [&bob, &olga] {
        person.extends(hold).await.problem(404, "not-found");
    }
    world.stranger().extends(hold).await.problem(401, "missing-token");
    world.admin().extends(hold).await.ok();
    ada.extends(Uuid::now_v7()).await.problem(404, "not-found");
    ada.post("/api/v1/bookings/42/extend").await.problem(400, "malformed-id");

    let bought = ada.books(&show, 1).await.id("booking_id");
    ada.extends(bought).await.refused("already-confirmed");
    let released = ada.holds(&show, 1).await.id("booking_id");
    ada.cancels(released).await.ok();
    ada.extends(released).await.refused("already-cancelled");
    olga.calls_off(&show, "Rain").await.ok();
    ada.extends(hold).await.refused("event-cancelled");
}

#[tokio::test]
async fn nothing_is_held_where_nothing_is_sold() {
    let world = World::start().await;
    let (olga, ada) = (world.organizer(), world.customer());
    let show = a_show().on_sale(&olga).await;
    olga.calls_off(&show, "Rain").await.ok();
    let mut connection = world.database.connect().await;
    let recorded = count(&mut connection).await;

    ada.holds(&show, 1).await.refused("event-cancelled");
    let draft = a_show().draft(&olga).await;
    ada.holds(&draft, 1).await.problem(404, "not-found");
    let item = json!([{ "ticket_type_id": show.ticket_type(), "quantity": 1 }]);
    for hold in [json!("yes"), json!(1), json!(null)] {
        let body = json!({ "event_id": show.id, "hold": hold, "items": item });
        ada.post("/api/v1/bookings").json(&body).await.invalid_at("/hold");
    }
    // The draft is the one thing that was written since.
    assert_eq!(count(&mut connection).await, recorded + 1);
}

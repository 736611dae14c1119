//! Somebody gives a booking back: once or many times, their own and nobody else's.

use uuid::Uuid;

use crate::support::log::{count, facts};
use crate::support::{World, a_show};

#[tokio::test]
async fn seats_that_are_given_back_are_free_at_once() {
    let world = World::start().await;
    let (ada, bob) = (world.customer(), world.customer());
    let show = a_show().with_seats(2).on_sale(&world.organizer()).await;
    let booking = ada.books(&show, 2).await.id("booking_id");
    bob.books(&show, 1).await.refused("sold-out");

    let answer = ada.cancels(booking).await;
    assert_eq!(answer.ok()["status"], "cancelled");
    assert!(answer.position() > 0);

    bob.books(&show, 2).await.created();
    assert_eq!(ada.get(&format!("/api/v1/bookings/{booking}")).await.ok()["status"], "cancelled");
    world.verifies().await;
}

#[tokio::test]
async fn giving_back_again_is_the_same_answer() {
    let world = World::start().await;
    let ada = world.customer();
    let show = a_show().with_seats(2).on_sale(&world.organizer()).await;
    let booking = ada.books(&show, 1).await.id("booking_id");
    let first = ada.cancels(booking).await;
    let mut connection = world.database.connect().await;
    let recorded = count(&mut connection).await;

    let again = ada.cancels(booking).await;

    assert_eq!(first.ok(), again.ok());
    assert_eq!(count(&mut connection).await, recorded);
    assert_eq!(ada.sees_available(&show).await, 2, "one seat does not become free twice");
}

#[tokio::test]
async fn ten_people_give_the_same_booking_back_once() {
    let world = World::start().await;
    let ada = world.customer();
    let show = a_show().with_seats(2).on_sale(&world.organizer()).await;
    let booking = ada.books(&show, 1).await.id("booking_id");
    let mut crowd = tokio::task::JoinSet::new();
    for _ in 0..10 {
        crowd.spawn(ada.cancels(booking).into_future());
    }
    assert!(crowd.join_all().await.iter().all(|answer| answer.status == 200));
    let facts = facts(&mut world.database.connect().await).await;
    assert_eq!(facts.iter().filter(|fact| fact.kind == "BookingCancelled").count(), 1);
}

#[tokio::test]
async fn somebody_elses_booking_does_not_exist() {
    let world = World::start().await;
    let (ada, bob) = (world.customer(), world.customer());
    let olga = world.organizer();
    let show = a_show().on_sale(&olga).await;
    let booking = ada.books(&show, 1).await.id("booking_id");
    let nothing = bob.cancels(Uuid::now_v7()).await.problem(404, "not-found");

    for person in [&bob, &olga] {
        let problem = person.cancels(booking).await.problem(404, "not-found");
        assert_eq!(problem, nothing, "whether somebody else booked is nobody's business");
        let path = |id: Uuid| format!("/api/v1/bookings/{id}");
        let hidden = person.get(&path(booking)).await.problem(404, "not-found");
        assert_eq!(hidden, person.get(&path(Uuid::now_v7())).await.problem(404, "not-found"));
    }
    world.stranger().cancels(booking).await.problem(401, "missing-token");
    assert_eq!(ada.get(&format!("/api/v1/bookings/{booking}")).await.ok()["status"], "confirmed");
}

#[tokio::test]
async fn an_administrator_gives_anybodys_booking_back() {
    let world = World::start().await;
    let ada = world.customer();
    let show = a_show().on_sale(&world.organizer()).await;
    let booking = ada.books(&show, 1).await.id("booking_id");
    world.admin().get(&format!("/api/v1/bookings/{booking}")).await.ok();
    assert_eq!(world.admin().cancels(booking).await.ok()["status"], "cancelled");
}

#[tokio::test]
async fn an_event_that_is_over_is_not_given_back() {
    let world = World::start().await;
    let (olga, ada) = (world.organizer(), world.customer());
    let show = a_show().on_sale(&olga).await;
    let booking = ada.books(&show, 1).await.id("booking_id");
    let past = serde_json::json!({ "starts_at": "2020-01-01T19:00:00Z", "ends_at": "2020-01-01T21:00:00Z" });
    olga.revises(&show, &show.etag, &past).await.ok();

    ada.cancels(booking).await.refused("event-over");
    world.admin().cancels(booking).await.ok();
}

#[tokio::test]
async fn what_is_no_booking_is_refused() {
    let world = World::start().await;
    let ada = world.customer();
    ada.delete("/api/v1/bookings/42").await.problem(400, "malformed-id");
    ada.delete("/api/v1/bookings/%00").await.problem(400, "malformed-id");
    ada.delete("/api/v1/bookings/").await.problem(404, "not-found");
    // A show's id is not a booking's.
    let show = a_show().on_sale(&world.organizer()).await;
    ada.cancels(show.id).await.problem(404, "not-found");
}

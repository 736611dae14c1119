//! Which moment is meant, who could see what then, and moments that cannot be.

use serde_json::Value;
use uuid::Uuid;

use crate::support::{Person, Show, World, a_show};

fn seats_at(person: &Person, show: &Show, moment: &str) -> crate::support::person::Request {
    person.get(&format!("/api/v1/events/{}/seats?{moment}", show.id))
}

fn booking_at(person: &Person, booking: Uuid, moment: &str) -> crate::support::person::Request {
    person.get(&format!("/api/v1/bookings/{booking}?{moment}"))
}

/// When the event at a position was recorded, as RFC 3339 has it.
async fn recorded_at(world: &World, position: u64) -> String {
    let text = "SELECT to_char(recorded_at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')
                FROM events WHERE position = $1";
    let mut connection = world.database.connect().await;
    sqlx::query_scalar(text).bind(position.cast_signed()).fetch_one(&mut connection).await.unwrap()
}

#[tokio::test]
async fn a_time_means_the_last_event_by_then() {
    let world = World::start().await;
    let ada = world.customer();
    let show = a_show().with_seats(10).on_sale(&world.organizer()).await;
    let first = ada.books(&show, 1).await;
    let second = ada.books(&show, 2).await;
    assert!(first.position() < second.position());

    for (answer, left) in [(&first, 9), (&second, 7)] {
        let position = answer.position();
        let at = recorded_at(&world, position).await;
        let by_time = seats_at(&ada, &show, &format!("as_of={at}")).await;
        assert_eq!(by_time.ok()["ticket_types"][0]["available"], left);
        assert_eq!(by_time.ok()["as_of_position"], position);
        let by_position = seats_at(&ada, &show, &format!("as_of_position={position}")).await;
        assert_eq!(by_time.text(), by_position.text());
    }
    let booking = first.id("booking_id");
    ada.cancels(booking).await.ok();
    let then = booking_at(&ada, booking, &format!("as_of={}", recorded_at(&world, second.position()).await)).await.ok();
    assert_eq!((&then["status"], &then["as_of_position"]), (&"confirmed".into(), &second.position().into()));
    assert_eq!(ada.sees_booking(booking).await["status"], "cancelled");
}

#[tokio::test]
async fn a_draft_was_there_for_those_who_run_it() {
    let world = World::start().await;
    let (olga, ada) = (world.organizer(), world.customer());
    let before = ada.books(&a_show().on_sale(&olga).await, 1).await.position();
    let created = olga.post("/api/v1/admin/events").json(&a_show().body).await;
    let show = Show::of(&created);
    let published = olga.moves(&show, "publish").await.position();
    let draft = format!("as_of_position={}", created.position());

    for person in [&ada, &world.organizer(), &world.stranger()] {
        seats_at(person, &show, &draft).await.problem(404, "not-found");
    }
    for person in [&olga, &world.admin()] {
        assert_eq!(seats_at(person, &show, &draft).await.ok()["status"], "draft");
        let earlier = format!("as_of_position={before}");
        seats_at(person, &show, &earlier).await.problem(404, "not-found");
    }
    let public = seats_at(&world.stranger(), &show, &format!("as_of_position={published}")).await.ok();
    assert_eq!(public["status"], "on_sale");
}

#[tokio::test]
async fn a_booking_was_its_owners_and_not_there_before_it_was_made() {
    let world = World::start().await;
    let ada = world.customer();
    let show = a_show().on_sale(&world.organizer()).await;
    let first = ada.books(&show, 1).await.position();
    let answer = ada.books(&show, 1).await;
    let (booking, made) = (answer.id("booking_id"), format!("as_of_position={}", answer.position()));

    booking_at(&ada, booking, &format!("as_of_position={first}")).await.problem(404, "not-found");
    booking_at(&world.customer(), booking, &made).await.problem(404, "not-found");
    booking_at(&world.stranger(), booking, &made).await.problem(401, "missing-token");
    booking_at(&ada, Uuid::now_v7(), &made).await.problem(404, "not-found");
    for person in [&ada, &world.admin()] {
        assert_eq!(booking_at(person, booking, &made).await.ok()["status"], "confirmed");
    }
}

#[tokio::test]
async fn moments_that_cannot_be_are_refused() {
    let world = World::start().await;
    let ada = world.customer();
    let show = a_show().on_sale(&world.organizer()).await;
    let answer = ada.books(&show, 1).await;
    let (booking, head) = (answer.id("booking_id"), answer.position());
    let refused = async |moment: &str, status: u16, code: &str| -> Value {
        booking_at(&ada, booking, moment).await.problem(status, code);
        seats_at(&ada, &show, moment).await.problem(status, code)
    };

    let problem = refused("as_of=2999-01-01T00:00:00Z", 422, "as-of-in-the-future").await;
    assert!(problem["now"].is_string());
    for early in ["as_of=1999-12-31T23:59:59Z", "as_of=0000-01-01T00:00:00Z", "as_of_position=0"] {
        refused(early, 422, "as-of-before-the-first-event").await;
    }
    for beyond in [head + 1, i64::MAX as u64, u64::MAX] {
        let problem = refused(&format!("as_of_position={beyond}"), 422, "position-beyond-head").await;
        assert_eq!((&problem["position"], &problem["head"]), (&beyond.into(), &head.into()));
    }
    refused(&format!("as_of=2020-01-01T00:00:00Z&as_of_position={head}"), 422, "as-of-twice").await;
    for malformed in [
        "as_of=yesterday",
        "as_of=",
        "as_of_position=-1",
        "as_of_position=1.5",
        "as_of_position=x",
        "as_of_position=99999999999999999999",
        "as_of_position=1&as_of_position=2",
        "as_of_time=1",
    ] {
        refused(malformed, 400, "malformed-query").await;
    }
}

//! An event is put off, and its bookings stay.

use serde_json::{Value, json};

use crate::support::log::count;
use crate::support::person::Request;
use crate::support::{Person, Show, World, a_show};

fn puts_off(person: &Person, show: &Show, starts: &str, ends: &str, refund_until: &str) -> Request {
    let body = json!({ "starts_at": starts, "ends_at": ends, "refund_until": refund_until });
    person.post(&format!("/api/v1/admin/events/{}/reschedule", show.id)).json(&body)
}

const LATER: [&str; 3] = ["2040-05-01T19:00:00Z", "2040-05-01T21:30:00Z", "2040-04-01T00:00:00Z"];

fn later(person: &Person, show: &Show) -> Request {
    puts_off(person, show, LATER[0], LATER[1], LATER[2])
}

#[tokio::test]
async fn bookings_stay_when_an_event_is_put_off() {
    let world = World::start().await;
    let (olga, ada) = (world.organizer(), world.customer());
    let show = a_show().with_seats(5).on_sale(&olga).await;
    let booking = ada.books(&show, 2).await.id("booking_id");

    let answer = later(&olga, &show).await;

    let event = answer.ok();
    assert_eq!(
        (&event["starts_at"], &event["ends_at"], &event["status"]),
        (&LATER[0].into(), &LATER[1].into(), &"on_sale".into())
    );
    assert_ne!(answer.etag(), show.etag);
    let seen = ada.get(&format!("/api/v1/events/{}", show.id)).await;
    assert_eq!((seen.etag(), &seen.ok()["starts_at"]), (answer.etag(), &LATER[0].into()));
    let kept = ada.sees_booking(booking).await;
    assert_eq!((&kept["status"], &kept["event"]["starts_at"]), (&"confirmed".into(), &LATER[0].into()));

    let mut connection = world.database.connect().await;
    let recorded = count(&mut connection).await;
    assert_eq!(later(&olga, &show).await.ok(), event, "again is the same answer");
    assert_eq!(count(&mut connection).await, recorded);
    ada.cancels(booking).await.ok();
    assert_eq!(ada.sees_available(&show).await, 5);
    world.verifies().await;
}

#[tokio::test]
async fn what_is_no_later_date_is_refused() {
    let world = World::start().await;
    let olga = world.organizer();
    let show = a_show().on_sale(&olga).await;
    let mut connection = world.database.connect().await;
    let recorded = count(&mut connection).await;

    puts_off(&olga, &show, LATER[0], LATER[1], "2020-01-01T00:00:00Z").await.problem(422, "refund-date-past");
    puts_off(&olga, &show, LATER[1], LATER[0], LATER[2]).await.problem(422, "contradictory-times");
    puts_off(&olga, &show, "soon", LATER[1], LATER[2]).await.invalid_at("/starts_at");
    puts_off(&olga, &show, LATER[0], "0001-01-01T00:00:00Z", LATER[2]).await.invalid_at("/ends_at");
    puts_off(&olga, &show, LATER[0], LATER[1], "").await.invalid_at("/refund_until");
    let path = format!("/api/v1/admin/events/{}/reschedule", show.id);
    for missing in ["starts_at", "ends_at", "refund_until"] {
        let mut body = json!({ "starts_at": LATER[0], "ends_at": LATER[1], "refund_until": LATER[2] });
        body.as_object_mut().unwrap().remove(missing);
        olga.post(&path).json(&body).await.invalid_at(&format!("/{missing}"));
    }
    olga.post(&path).json(&Value::Null).await.problem(422, "invalid");
    later(&world.customer(), &show).await.problem(403, "forbidden");
    later(&world.organizer(), &show).await.problem(403, "not-your-event");
    later(&world.stranger(), &show).await.problem(401, "missing-token");
    assert_eq!(count(&mut connection).await, recorded, "nothing is written");
    olga.calls_off(&show, "Rain").await.ok();
    later(&olga, &show).await.refused("event-cancelled");
}

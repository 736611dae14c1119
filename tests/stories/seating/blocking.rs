//! Seats that are not sold for some time.

use serde_json::json;

use crate::support::log::{count, facts};
use crate::support::{World, a_show};

#[tokio::test]
async fn blocked_seats_are_not_sold_until_they_are_unblocked() {
    let world = World::start().await;
    let (olga, ada) = (world.organizer(), world.customer());
    let show = a_show().reserved().seated(&olga, 1, 3).await;

    let answer = olga.blocks(&show, "block", &["A-1", "A-2"]).await;

    let sold = &answer.ok()["ticket_types"][0];
    assert_eq!((&sold["capacity"], &sold["blocked"], &sold["available"]), (&3.into(), &2.into(), &1.into()));
    assert_ne!(answer.etag(), show.etag);
    assert_eq!(ada.sees_seats(&show).await["sections"][0]["seats"], "bbf");
    assert_eq!(ada.books_seats(&show, &["A-1"]).await.refused("seats-taken")["seats"], json!(["A-1"]));
    ada.books_best(&show, &json!({ "quantity": 2, "together": false })).await.refused("sold-out");
    let fact = facts(&mut world.database.connect().await).await.pop().unwrap();
    assert_eq!((fact.kind.as_str(), &fact.payload["reason"]), ("SeatsBlocked", &"The camera stands there.".into()));

    olga.blocks(&show, "unblock", &["A-1"]).await.ok();
    ada.books_seats(&show, &["A-1"]).await.created();
    assert_eq!(ada.sees_seats(&show).await["sections"][0]["seats"], "sbf");
    world.verifies().await;
}

#[tokio::test]
async fn blocking_again_changes_nothing() {
    let world = World::start().await;
    let olga = world.organizer();
    let show = a_show().reserved().seated(&olga, 1, 3).await;
    let first = olga.blocks(&show, "block", &["A-1"]).await;
    let mut connection = world.database.connect().await;
    let recorded = count(&mut connection).await;
    let again = olga.blocks(&show, "block", &["A-1"]).await;
    assert_eq!((again.ok(), again.etag()), (first.ok(), first.etag()));
    olga.blocks(&show, "unblock", &["A-2"]).await.ok();
    assert_eq!(count(&mut connection).await, recorded);
}

#[tokio::test]
async fn what_somebody_has_is_not_blocked() {
    let world = World::start().await;
    let (olga, ada) = (world.organizer(), world.customer());
    let show = a_show().reserved().seated(&olga, 1, 3).await;
    ada.books_seats(&show, &["A-2"]).await.created();
    let mut connection = world.database.connect().await;
    let recorded = count(&mut connection).await;

    let problem = olga.blocks(&show, "block", &["A-1", "A-2"]).await.refused("seats-taken");
    assert_eq!(problem["seats"], json!(["A-2"]));
    assert_eq!(olga.blocks(&show, "block", &["Z-1"]).await.refused("unknown-seat")["seat"], "Z-1");
    let twice = olga.blocks(&show, "unblock", &["A-1", "A-1"]).await;
    assert_eq!(twice.problem(422, "seat-listed-twice")["seat"], "A-1");
    olga.blocks(&show, "block", &[]).await.invalid_at("/seats");
    olga.blocks(&show, "block", &[""]).await.invalid_at("/seats/0");
    let path = format!("/api/v1/admin/events/{}/seats/block", show.id);
    olga.post(&path).json(&json!({ "seats": ["A-1"] })).await.invalid_at("/reason");
    olga.post(&path).json(&json!({ "seats": ["A-1"], "reason": " " })).await.invalid_at("/reason");
    world.customer().blocks(&show, "block", &["A-1"]).await.problem(403, "forbidden");
    world.organizer().blocks(&show, "block", &["A-1"]).await.problem(403, "not-your-event");
    world.stranger().blocks(&show, "block", &["A-1"]).await.problem(401, "missing-token");
    assert_eq!(count(&mut connection).await, recorded, "nothing is written");
}

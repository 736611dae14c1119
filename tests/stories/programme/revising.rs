//! Correcting an event: only what one has seen, and never below what is sold.

use serde_json::json;

use crate::support::log::count;
use crate::support::{World, a_show};

#[tokio::test]
async fn details_and_times_change_and_the_rest_stays() {
    let world = World::start().await;
    let olga = world.organizer();
    let show = a_show().on_sale(&olga).await;
    let change = json!({ "title": "Winter songs", "starts_at": "2040-01-18T20:00:00Z", "description": null });

    let answer = olga.revises(&show, &show.etag, &change).await;
    let event = answer.ok();
    assert_eq!(event["title"], "Winter songs");
    assert_eq!(event["starts_at"], "2040-01-18T20:00:00Z");
    assert_eq!(event["description"], serde_json::Value::Null);
    assert_eq!(event["ends_at"], "2040-01-18T21:30:00Z");
    assert_eq!(event["venue"]["city"], "Berlin");
    assert_ne!(answer.etag(), show.etag);

    let seen = olga.get(&format!("/api/v1/events/{}", show.id)).await;
    assert_eq!(seen.ok()["title"], "Winter songs");
    assert_eq!(seen.etag(), answer.etag(), "a reader gets the ETag that a change needs");
}

#[tokio::test]
async fn a_stale_etag_is_refused_and_names_the_revision() {
    let world = World::start().await;
    let olga = world.organizer();
    let show = a_show().draft(&olga).await;
    let renamed = olga.revises(&show, &show.etag, &json!({ "title": "First" })).await;
    renamed.ok();

    let problem = olga.revises(&show, &show.etag, &json!({ "title": "Second" })).await;
    let problem = problem.problem(412, "precondition-failed");
    assert_eq!(format!("\"{}\"", problem["revision"]), renamed.etag());
    assert_eq!(olga.get(&format!("/api/v1/events/{}", show.id)).await.ok()["title"], "First");

    for etag in ["\"99\"", "\"0\"", "W/\"2\"", "\"x\"", "*", "\"-1\"", "\"99999999999999999999999\""] {
        olga.revises(&show, etag, &json!({ "title": "Third" })).await.problem(412, "precondition-failed");
    }
}

#[tokio::test]
async fn an_etag_is_required() {
    let world = World::start().await;
    let olga = world.organizer();
    let show = a_show().draft(&olga).await;
    let path = format!("/api/v1/admin/events/{}", show.id);
    olga.patch(&path).json(&json!({ "title": "Blind" })).await.problem(428, "precondition-required");
}

#[tokio::test]
async fn bookings_do_not_make_an_etag_stale() {
    let world = World::start().await;
    let olga = world.organizer();
    let show = a_show().on_sale(&olga).await;
    world.customer().books(&show, 3).await.created();
    olga.revises(&show, &show.etag, &json!({ "title": "Still mine" })).await.ok();
}

#[tokio::test]
async fn changing_nothing_records_nothing() {
    let world = World::start().await;
    let olga = world.organizer();
    let show = a_show().draft(&olga).await;
    let mut connection = world.database.connect().await;
    let recorded = count(&mut connection).await;
    for change in [json!({}), json!({ "title": "Chamber music in winter" }), json!({ "ticket_types": [] })] {
        let answer = olga.revises(&show, &show.etag, &change).await;
        answer.ok();
        assert_eq!(answer.etag(), show.etag);
    }
    assert_eq!(count(&mut connection).await, recorded);
}

#[tokio::test]
async fn seats_are_added_and_taken_away_down_to_what_is_sold() {
    let world = World::start().await;
    let (olga, ada) = (world.organizer(), world.customer());
    let show = a_show().with_seats(5).on_sale(&olga).await;
    ada.books(&show, 4).await.created();
    ada.books(&show, 2).await.refused("sold-out");
    let resize =
        |capacity: i64| json!({ "ticket_types": [{ "ticket_type_id": show.ticket_type(), "capacity": capacity }] });

    let raised = olga.revises(&show, &show.etag, &resize(6)).await;
    assert_eq!(raised.ok()["ticket_types"][0]["available"], 2);
    ada.books(&show, 2).await.created();

    let problem = olga.revises(&show, &raised.etag(), &resize(5)).await.refused("capacity-below-taken");
    assert_eq!((&problem["requested"], &problem["taken"]), (&5.into(), &6.into()));
    olga.revises(&show, &raised.etag(), &resize(6)).await.ok();
    assert_eq!(ada.sees_available(&show).await, 0);

    let more = olga.revises(&show, &raised.etag(), &resize(10)).await;
    let fewer = olga.revises(&show, &more.etag(), &resize(7)).await;
    assert_eq!(fewer.ok()["ticket_types"][0]["available"], 1);
    assert_eq!(ada.sees_available(&show).await, 1);
    world.verifies().await;
}

#[tokio::test]
async fn a_ticket_type_can_be_added_but_not_repriced() {
    let world = World::start().await;
    let (olga, ada) = (world.organizer(), world.customer());
    let show = a_show().on_sale(&olga).await;
    let balcony = json!({ "name": "Balcony", "price": { "amount": 1900, "currency": "EUR" }, "capacity": 10 });
    let answer = olga.revises(&show, &show.etag, &json!({ "ticket_types": [balcony] })).await;
    answer.ok();
    let added = crate::support::Show::of(&answer);
    assert_eq!(added.ticket_types.len(), 2);
    let items = json!([{ "ticket_type_id": added.ticket_types[1], "quantity": 2 }]);
    assert_eq!(ada.books_items(show.id, &items).await.created()["total"]["amount"], 3800);

    let price = json!({ "amount": 1, "currency": "EUR" });
    let repriced = json!([{ "ticket_type_id": show.ticket_type(), "price": price, "capacity": 10 }]);
    let answer = olga.revises(&show, &added.etag, &json!({ "ticket_types": repriced })).await;
    answer.invalid_at("/ticket_types/0");
    let mut dollars = balcony.clone();
    dollars["price"]["currency"] = "USD".into();
    let answer = olga.revises(&show, &added.etag, &json!({ "ticket_types": [dollars] })).await;
    answer.problem(422, "mixed-currencies");
    let many: Vec<_> = (0..99).map(|_| balcony.clone()).collect();
    let answer = olga.revises(&show, &added.etag, &json!({ "ticket_types": many })).await;
    assert_eq!(answer.problem(422, "too-many-ticket-types")["limit"], 100);
}

#[tokio::test]
async fn what_is_no_change_is_refused() {
    let world = World::start().await;
    let olga = world.organizer();
    let show = a_show().draft(&olga).await;
    let revise = |change| olga.revises(&show, &show.etag, &change);
    let this = show.ticket_type();

    revise(json!({ "title": "" })).await.invalid_at("/title");
    revise(json!({ "time_zone": "Nowhere/Land" })).await.invalid_at("/time_zone");
    revise(json!({ "status": "on_sale" })).await.invalid_at("/status");
    revise(json!({ "max_per_customer": 0 })).await.invalid_at("/max_per_customer");
    revise(json!({ "ends_at": "2039-01-01T00:00:00Z" })).await.problem(422, "contradictory-times");
    revise(json!({ "ticket_types": [{ "capacity": 5 }] })).await.invalid_at("/ticket_types/0");
    let twice = json!({ "ticket_types": [{ "ticket_type_id": this, "capacity": 5 }, { "ticket_type_id": this, "capacity": 6 }] });
    revise(twice).await.invalid_at("/ticket_types");
    let unknown = uuid::Uuid::now_v7();
    let problem = revise(json!({ "ticket_types": [{ "ticket_type_id": unknown, "capacity": 5 }] })).await;
    assert_eq!(problem.refused("unknown-ticket-type")["ticket_type_id"], unknown.to_string());
    revise(json!([])).await.problem(422, "invalid");
}

#[tokio::test]
async fn only_its_organizer_and_admins_change_an_event() {
    let world = World::start().await;
    let olga = world.organizer();
    let (draft, published) = (a_show().draft(&olga).await, a_show().on_sale(&olga).await);
    let change = json!({ "title": "Mine now" });
    for person in [world.customer(), world.organizer()] {
        person.revises(&draft, &draft.etag, &change).await.problem(404, "not-found");
    }
    world.customer().revises(&published, &published.etag, &change).await.problem(403, "forbidden");
    world.organizer().revises(&published, &published.etag, &change).await.problem(403, "not-your-event");
    world.admin().revises(&published, &published.etag, &change).await.ok();
}

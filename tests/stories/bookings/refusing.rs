//! Every reason not to sell, with its numbers. Nothing is recorded for any of them.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::log::count;
use crate::support::{World, a_show};

#[tokio::test]
async fn sold_out_says_what_was_asked_for_and_what_is_left() {
    let world = World::start().await;
    let ada = world.customer();
    let show = a_show().with_seats(3).on_sale(&world.organizer()).await;
    ada.books(&show, 2).await.created();
    let mut connection = world.database.connect().await;
    let recorded = count(&mut connection).await;

    let problem = ada.books(&show, 2).await.refused("sold-out");

    assert_eq!((&problem["requested"], &problem["available"]), (&2.into(), &1.into()));
    assert_eq!(problem["ticket_type_id"], show.ticket_type().to_string());
    assert_eq!(count(&mut connection).await, recorded);
    ada.books(&show, 1).await.created();
    assert_eq!(ada.books(&show, 1).await.refused("sold-out")["available"], 0);
}

#[tokio::test]
async fn a_booking_is_all_or_nothing() {
    let world = World::start().await;
    let ada = world.customer();
    let show = a_show().with_seats(5).with_ticket_type("Box", 9900, 1).on_sale(&world.organizer()).await;
    let items = json!([
        { "ticket_type_id": show.ticket_types[0], "quantity": 5 },
        { "ticket_type_id": show.ticket_types[1], "quantity": 2 },
    ]);
    let problem = ada.books_items(show.id, &items).await.refused("sold-out");
    assert_eq!(problem["ticket_type_id"], show.ticket_types[1].to_string());
    assert_eq!(ada.sees_available(&show).await, 5);
}

#[tokio::test]
async fn a_draft_is_not_on_sale() {
    let world = World::start().await;
    let olga = world.organizer();
    let draft = a_show().draft(&olga).await;
    olga.books(&draft, 1).await.refused("not-on-sale");
    // To anybody else it does not exist, not even once it is called off.
    let ada = world.customer();
    ada.books(&draft, 1).await.problem(404, "not-found");
    olga.calls_off(&draft, "No hall.").await.ok();
    ada.get(&format!("/api/v1/events/{}", draft.id)).await.problem(404, "not-found");
    let listed = ada.get("/api/v1/events?status=cancelled").await.ok();
    assert_eq!(listed["data"], json!([]));
}

#[tokio::test]
async fn a_sale_has_its_hours() {
    let world = World::start().await;
    let (olga, ada) = (world.organizer(), world.customer());
    let early = a_show().with("sale_opens_at", "2039-01-01T00:00:00Z").on_sale(&olga).await;
    assert_eq!(ada.books(&early, 1).await.refused("sale-not-open")["opens_at"], "2039-01-01T00:00:00Z");

    let late = a_show().with("sale_closes_at", "2020-01-01T00:00:00Z").on_sale(&olga).await;
    ada.books(&late, 1).await.refused("sale-closed");

    // Without hours it sells until it ends.
    let over = a_show().on_sale(&olga).await;
    let past = json!({ "starts_at": "2020-01-01T19:00:00Z", "ends_at": "2020-01-01T21:00:00Z" });
    olga.revises(&over, &over.etag, &past).await.ok();
    ada.books(&over, 1).await.refused("sale-closed");
}

#[tokio::test]
async fn a_customer_gets_no_more_than_the_limit() {
    let world = World::start().await;
    let (ada, bob) = (world.customer(), world.customer());
    let show = a_show().with("max_per_customer", 4).on_sale(&world.organizer()).await;
    let first = ada.books(&show, 3).await.id("booking_id");

    let problem = ada.books(&show, 2).await.refused("limit-per-customer");
    assert_eq!((&problem["limit"], &problem["already_held"], &problem["requested"]), (&4.into(), &3.into(), &2.into()));
    ada.books(&show, 1).await.created();
    bob.books(&show, 5).await.refused("limit-per-customer");
    bob.books(&show, 4).await.created();

    ada.cancels(first).await.ok();
    ada.books(&show, 3).await.created();
}

#[tokio::test]
async fn the_limit_spans_all_ticket_types() {
    let world = World::start().await;
    let ada = world.customer();
    let plan = a_show().with("max_per_customer", 3).with_ticket_type("Balcony", 1900, 10);
    let show = plan.on_sale(&world.organizer()).await;
    let items = json!([
        { "ticket_type_id": show.ticket_types[0], "quantity": 2 },
        { "ticket_type_id": show.ticket_types[1], "quantity": 2 },
    ]);
    assert_eq!(ada.books_items(show.id, &items).await.refused("limit-per-customer")["requested"], 4);
}

#[tokio::test]
async fn unknown_shows_and_ticket_types_are_told_apart() {
    let world = World::start().await;
    let ada = world.customer();
    let olga = world.organizer();
    let (show, other) = (a_show().on_sale(&olga).await, a_show().on_sale(&olga).await);
    let one_of = |id: Uuid| json!([{ "ticket_type_id": id, "quantity": 1 }]);
    ada.books_items(Uuid::now_v7(), &one_of(show.ticket_type())).await.problem(404, "not-found");
    let problem = ada.books_items(show.id, &one_of(other.ticket_type())).await.refused("unknown-ticket-type");
    assert_eq!(problem["ticket_type_id"], other.ticket_type().to_string());
}

#[tokio::test]
async fn impossible_items_are_told_field_by_field() {
    let world = World::start().await;
    let ada = world.customer();
    let show = a_show().on_sale(&world.organizer()).await;
    let mut connection = world.database.connect().await;
    let recorded = count(&mut connection).await;
    let this = show.ticket_type();
    let quantity = |quantity: Value| json!([{ "ticket_type_id": this, "quantity": quantity }]);
    let table = [
        (json!([]), "/items"),
        (quantity(json!(0)), "/items/0/quantity"),
        (quantity(json!(-1)), "/items/0/quantity"),
        (quantity(json!(1.5)), "/items/0/quantity"),
        (quantity(json!(1e300)), "/items/0/quantity"),
        (quantity(json!(1_001)), "/items/0/quantity"),
        (quantity(json!(4_294_967_296_u64)), "/items/0/quantity"),
        (quantity(json!(u64::MAX)), "/items/0/quantity"),
        (quantity(json!("2")), "/items/0/quantity"),
        (quantity(json!(null)), "/items/0/quantity"),
        (quantity(json!(true)), "/items/0/quantity"),
        (json!([{ "ticket_type_id": this }]), "/items/0/quantity"),
        (json!([{ "quantity": 1 }]), "/items/0/ticket_type_id"),
        (json!([{ "ticket_type_id": "stalls", "quantity": 1 }]), "/items/0/ticket_type_id"),
        (json!([{ "ticket_type_id": this, "quantity": 1, "qty": 5 }]), "/items/0/qty"),
        (
            json!([{ "ticket_type_id": this, "quantity": 1 }, { "ticket_type_id": this, "quantity": 1 }]),
            "/items/1/ticket_type_id",
        ),
        (
            json!([{ "ticket_type_id": this, "quantity": 600 }, { "ticket_type_id": Uuid::nil(), "quantity": 600 }]),
            "/items",
        ),
        (json!({}), "/items"),
        (json!(null), "/items"),
        (Value::Array(vec![json!({ "ticket_type_id": this, "quantity": 1 }); 101]), "/items"),
    ];
    for (items, pointer) in table {
        ada.books_items(show.id, &items).await.invalid_at(pointer);
    }
    let items = quantity(json!(1));
    ada.post("/api/v1/bookings").json(&json!({ "items": items })).await.invalid_at("/event_id");
    let body = json!({ "event_id": show.id, "items": items, "customer_id": Uuid::nil() });
    ada.post("/api/v1/bookings").json(&body).await.invalid_at("/customer_id");
    assert_eq!(count(&mut connection).await, recorded, "nothing is written");
}

//! Sale windows, numbers per booking and per customer, and types that only some may see.

use serde_json::{Value, json};

use crate::support::{ShowPlan, World, a_show};

/// A show whose one ticket type has these terms as well.
fn with_terms(terms: &Value) -> ShowPlan {
    let mut plan = a_show();
    plan.body["ticket_types"][0].as_object_mut().unwrap().extend(terms.as_object().unwrap().clone());
    plan
}

#[tokio::test]
async fn a_ticket_type_has_hours_of_its_own() {
    let world = World::start().await;
    let (olga, ada) = (world.organizer(), world.customer());
    let early = with_terms(&json!({ "sale_opens_at": "2039-01-01T00:00:00Z" })).with_ticket_type("Now", 100, 5);
    let early = early.on_sale(&olga).await;
    assert_eq!(ada.books(&early, 1).await.refused("sale-not-open")["opens_at"], "2039-01-01T00:00:00Z");
    ada.holds(&early, 1).await.refused("sale-not-open");
    ada.joins(&early, 1).await.refused("sale-not-open");
    let now = json!([{ "ticket_type_id": early.ticket_types[1], "quantity": 1 }]);
    ada.books_items(early.id, &now).await.created();

    let late = with_terms(&json!({ "sale_closes_at": "2020-01-01T00:00:00Z" })).on_sale(&olga).await;
    ada.books(&late, 1).await.refused("sale-closed");
    let open = json!([{ "ticket_type_id": late.ticket_type(), "sale_closes_at": null }]);
    olga.revises(&late, &late.etag, &json!({ "ticket_types": open })).await.ok();
    ada.books(&late, 1).await.created();
    let backwards = with_terms(&json!({
        "sale_opens_at": "2030-01-02T00:00:00Z", "sale_closes_at": "2030-01-01T00:00:00Z"
    }));
    olga.post("/api/v1/admin/events").json(&backwards.body).await.problem(422, "contradictory-times");
}

#[tokio::test]
async fn a_booking_has_neither_too_few_tickets_nor_too_many() {
    let world = World::start().await;
    let ada = world.customer();
    let show = with_terms(&json!({ "min_per_booking": 2, "max_per_booking": 4 })).on_sale(&world.organizer()).await;
    for quantity in [1, 5] {
        let problem = ada.books(&show, quantity).await.refused("quantity-per-booking");
        let told = ["min", "max", "requested"].map(|member| problem[member].as_u64().unwrap());
        assert_eq!(told, [2, 4, u64::from(quantity)]);
    }
    ada.holds(&show, 5).await.refused("quantity-per-booking");
    ada.books(&show, 4).await.created();
    // Over several bookings it is another rule.
    ada.books(&show, 2).await.created();
}

#[tokio::test]
async fn holds_count_for_a_customers_limit() {
    let world = World::start().await;
    let ada = world.customer();
    let show = a_show().with("max_per_customer", 3).on_sale(&world.organizer()).await;
    let hold = ada.holds(&show, 2).await.id("booking_id");
    let problem = ada.holds(&show, 2).await.refused("limit-per-customer");
    assert_eq!((&problem["already_held"], &problem["requested"]), (&2.into(), &2.into()));
    ada.books(&show, 2).await.refused("limit-per-customer");
    ada.confirms(hold).await.ok();
    ada.books(&show, 2).await.refused("limit-per-customer");
    ada.cancels(hold).await.ok();
    ada.books(&show, 3).await.created();
    world.verifies().await;
}

#[tokio::test]
async fn a_crowd_of_one_gets_no_more_than_the_limit() {
    let world = World::start().await;
    let ada = world.customer();
    let show = a_show().with("max_per_customer", 3).on_sale(&world.organizer()).await;
    let mut crowd = tokio::task::JoinSet::new();
    for person in 0..20 {
        let request = if person % 2 == 0 { ada.books(&show, 1) } else { ada.holds(&show, 1) };
        crowd.spawn(request.into_future());
    }
    let answers = crowd.join_all().await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 3);
    assert!(answers.iter().all(|answer| ["", "limit-per-customer"].contains(&answer.code().as_str())));
    world.verifies().await;
}

#[tokio::test]
async fn a_hidden_type_is_there_for_those_who_know_the_code() {
    let world = World::start().await;
    let (olga, ada) = (world.organizer(), world.customer());
    let show = with_terms(&json!({ "access_code": " friends-30 " })).with_ticket_type("Open", 100, 5);
    let show = show.on_sale(&olga).await;
    let path = format!("/api/v1/events/{}", show.id);
    let with_code = |code: &str| ada.books_with(&show, &json!({ "access_code": code }));

    let problem = ada.books(&show, 1).await.refused("unknown-ticket-type");
    assert_eq!(problem["ticket_type_id"], show.ticket_type().to_string(), "as if it were not there");
    with_code("other").await.refused("unknown-ticket-type");
    with_code("Friends-30").await.created();
    let types = async |path: &str| ada.get(path).await.ok()["ticket_types"].as_array().unwrap().len();
    assert_eq!((types(&path).await, types(&format!("{path}?access_code=friends-30")).await), (1, 2));
    assert_eq!(types(&format!("{path}/seats")).await, 1);
    let seen = olga.get(&path).await.ok();
    assert_eq!(seen["ticket_types"].as_array().unwrap().len(), 2, "its organizer sees all of it");

    with_code(&"x".repeat(64)).await.refused("unknown-ticket-type");
    assert_eq!(with_code(&"x".repeat(65)).await.problem(422, "code-too-long")["limit"], 64);
    with_code(&"x".repeat(10_000)).await.problem(422, "code-too-long");
    with_code("").await.invalid_at("/access_code");
    with_code("a\u{0}b").await.invalid_at("/access_code");

    let opened = json!({ "ticket_types": [{ "ticket_type_id": show.ticket_type(), "access_code": null }] });
    let event = olga.revises(&show, &show.etag, &opened).await.ok();
    assert!(event["ticket_types"][0]["access_code"].is_null());
    ada.books(&show, 1).await.created();
    world.verifies().await;
}

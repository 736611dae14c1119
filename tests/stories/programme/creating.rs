//! An organizer puts an event on the programme, as a draft.

use serde_json::{Value, json};

use crate::support::log::count;
use crate::support::{World, a_show};

#[tokio::test]
async fn a_draft_is_answered_in_full() {
    let world = World::start().await;
    let olga = world.organizer();
    let answer = olga.post("/api/v1/admin/events").json(&a_show().with("max_per_customer", 6).body).await;

    let event = answer.created();
    assert_eq!(event["status"], "draft");
    assert_eq!(event["organizer_id"], olga.account_id.to_string());
    assert_eq!(event["title"], "Chamber music in winter");
    assert_eq!(event["venue"], json!({ "name": "Philharmonie", "city": "Berlin", "country": "DE" }));
    assert_eq!(event["starts_at"], "2040-01-18T19:00:00Z");
    assert_eq!(event["max_per_customer"], 6);
    let sold = &event["ticket_types"][0];
    assert_eq!(sold["price"], json!({ "amount": 4250, "currency": "EUR" }));
    assert_eq!((&sold["capacity"], &sold["sold"], &sold["available"]), (&100.into(), &0.into(), &100.into()));
    assert!(event["event_id"].is_string() && sold["ticket_type_id"].is_string());
    assert_eq!(answer.etag(), "\"1\"");
    assert!(answer.position() > 0);
}

#[tokio::test]
async fn a_draft_is_seen_by_its_organizer_and_admins_alone() {
    let world = World::start().await;
    let olga = world.organizer();
    let show = a_show().draft(&olga).await;
    let path = format!("/api/v1/events/{}", show.id);

    assert_eq!(olga.get(&path).await.ok()["status"], "draft");
    assert_eq!(world.admin().get(&path).await.ok()["status"], "draft");
    for person in [world.customer(), world.organizer(), world.stranger()] {
        person.get(&path).await.problem(404, "not-found");
        person.get(&format!("{path}/seats")).await.problem(404, "not-found");
        assert_eq!(person.get("/api/v1/events").await.ok()["data"], json!([]));
    }
    assert_eq!(olga.get("/api/v1/events?status=draft").await.ok()["data"].as_array().unwrap().len(), 1);
    assert_eq!(world.organizer().get("/api/v1/events?status=draft").await.ok()["data"], json!([]));
    assert_eq!(world.admin().get("/api/v1/events?status=draft").await.ok()["data"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn creating_can_be_repeated_with_a_key() {
    let world = World::start().await;
    let olga = world.organizer();
    let create = |body: &Value| olga.post("/api/v1/admin/events").key("winter").json(body);
    let first = create(&a_show().body).await;
    let again = create(&a_show().body).await;
    assert_eq!(first.created(), again.created());
    assert_eq!(first.etag(), again.etag());
    assert!(!first.is_replay() && again.is_replay());

    create(&a_show().called("Something else").body).await.problem(422, "idempotency-key-reused");

    // Whatever has become of it since, a repeat gets the first answer.
    let show = crate::support::Show::of(&first);
    olga.moves(&show, "publish").await.ok();
    assert_eq!(create(&a_show().body).await.created(), first.created());

    // The same key in other hands is another key.
    let other = world.organizer().post("/api/v1/admin/events").key("winter").json(&a_show().body).await;
    assert_ne!(other.id("event_id"), show.id);
}

#[tokio::test]
async fn only_organizers_create_events() {
    let world = World::start().await;
    world.customer().post("/api/v1/admin/events").json(&a_show().body).await.problem(403, "forbidden");
    world.stranger().post("/api/v1/admin/events").json(&a_show().body).await.problem(401, "missing-token");
    a_show().draft(&world.admin()).await;
}

#[tokio::test]
async fn what_is_no_event_is_told_field_by_field() {
    let world = World::start().await;
    let olga = world.organizer();
    let mut connection = world.database.connect().await;
    let recorded = count(&mut connection).await;
    let sold = |price: Value, capacity: Value| json!([{ "name": "Stalls", "price": price, "capacity": capacity }]);
    let euros = |amount: i64| json!({ "amount": amount, "currency": "EUR" });
    let venue = |name: &str, country: &str| json!({ "name": name, "city": "Berlin", "country": country });
    let table = [
        ("title", json!(""), "/title"),
        ("title", json!("t".repeat(201)), "/title"),
        ("title", json!("bell\u{7}"), "/title"),
        ("description", json!("d".repeat(10_001)), "/description"),
        ("description", json!("\0"), "/description"),
        ("venue", venue("", "DE"), "/venue/name"),
        ("venue", venue("Philharmonie", "Germany"), "/venue/country"),
        ("venue", venue("Philharmonie", "de"), "/venue/country"),
        ("venue", json!({ "name": "Philharmonie", "city": "Berlin" }), "/venue/country"),
        ("time_zone", json!("Mars/Olympus"), "/time_zone"),
        ("time_zone", json!(""), "/time_zone"),
        ("starts_at", json!("tomorrow"), "/starts_at"),
        ("starts_at", json!("0001-01-01T00:00:00Z"), "/starts_at"),
        ("ends_at", json!("+262000-01-01T00:00:00Z"), "/ends_at"),
        ("ends_at", json!("9999-12-31T23:59:60Z"), "/ends_at"),
        ("max_per_customer", json!(0), "/max_per_customer"),
        ("max_per_customer", json!(-1), "/max_per_customer"),
        ("ticket_types", json!([]), "/ticket_types"),
        ("ticket_types", sold(euros(-1), json!(1)), "/ticket_types/0/price/amount"),
        ("ticket_types", sold(euros(i64::MAX), json!(1)), "/ticket_types/0/price/amount"),
        ("ticket_types", sold(json!({ "amount": 1, "currency": "XXQ" }), json!(1)), "/ticket_types/0/price/currency"),
        ("ticket_types", sold(json!({ "amount": 1, "currency": "eur" }), json!(1)), "/ticket_types/0/price/currency"),
        ("ticket_types", sold(json!({ "amount": 42.5, "currency": "EUR" }), json!(1)), "/ticket_types/0/price/amount"),
        ("ticket_types", sold(euros(1), json!(0)), "/ticket_types/0/capacity"),
        ("ticket_types", sold(euros(1), json!(-5)), "/ticket_types/0/capacity"),
        ("ticket_types", sold(euros(1), json!(10_000_001)), "/ticket_types/0/capacity"),
        ("ticket_types", sold(euros(1), json!(1.5)), "/ticket_types/0/capacity"),
        ("tickets", json!([]), "/tickets"),
    ];
    for (member, value, pointer) in table {
        olga.post("/api/v1/admin/events").json(&a_show().with(member, value).body).await.invalid_at(pointer);
    }
    let too_large = serde_json::to_string(&a_show().body).unwrap().replace("4250", "99999999999999999999");
    let answer = olga.post("/api/v1/admin/events").raw_json(too_large).await;
    answer.invalid_at("/ticket_types/0/price/amount");
    for missing in ["title", "venue", "time_zone", "starts_at", "ends_at", "ticket_types"] {
        let body = a_show().without(missing).body;
        olga.post("/api/v1/admin/events").json(&body).await.invalid_at(&format!("/{missing}"));
    }
    assert_eq!(count(&mut connection).await, recorded, "nothing is written");
}

#[tokio::test]
async fn times_are_kept_as_precisely_as_the_tables_keep_them() {
    let world = World::start().await;
    let olga = world.organizer();
    let plan = a_show().with("starts_at", "2040-01-01T19:00:00.123456789+01:00");
    let leap = plan.with("ends_at", "2040-06-30T23:59:60Z");
    let created = olga.post("/api/v1/admin/events").json(&leap.body).await;
    let event = created.created();
    assert_eq!(event["starts_at"], "2040-01-01T18:00:00.123456Z");
    assert_eq!(event["ends_at"], "2040-07-01T00:00:00Z", "a leap second is the second after it");
    let seen = olga.get(&format!("/api/v1/events/{}", created.id("event_id"))).await.ok();
    assert_eq!((&seen["starts_at"], &seen["ends_at"]), (&event["starts_at"], &event["ends_at"]));
    world.verifies().await;
}

#[tokio::test]
async fn what_contradicts_itself_is_refused() {
    let world = World::start().await;
    let olga = world.organizer();
    let create = |plan: crate::support::ShowPlan| olga.post("/api/v1/admin/events").json(&plan.body);

    let backwards = a_show().with("ends_at", "2040-01-18T19:00:00Z");
    create(backwards).await.problem(422, "contradictory-times");
    let never_sold =
        a_show().with("sale_opens_at", "2030-01-02T00:00:00Z").with("sale_closes_at", "2030-01-01T00:00:00Z");
    create(never_sold).await.problem(422, "contradictory-times");
    let mut mixed = a_show().with_ticket_type("Balcony", 1000, 10);
    mixed.body["ticket_types"][1]["price"]["currency"] = "USD".into();
    create(mixed).await.problem(422, "mixed-currencies");
    let many = (0..101).fold(a_show(), |plan, n| plan.with_ticket_type(&format!("Row {n}"), 1, 1));
    create(many).await.invalid_at("/ticket_types");
}

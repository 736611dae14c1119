//! How tickets are held, paid and given back, as the organizer says it.

use serde_json::{Value, json};

use crate::support::log::{count, facts};
use crate::support::{Show, World, a_show};

fn a_policy() -> Value {
    json!({ "steps": [{ "hours_before": 168, "percent": 100 }, { "hours_before": 24, "percent": 50 }], "fee": 250 })
}

#[tokio::test]
async fn an_event_tells_its_terms() {
    let world = World::start().await;
    let olga = world.organizer();
    let usual = olga.post("/api/v1/admin/events").json(&a_show().body).await.created();
    let terms = json!({ "hold_seconds": 600, "offer_seconds": 900, "payment": "none", "refund_policy": null });
    assert_eq!(usual["terms"], terms);
    assert!(usual["seat_map_version"].is_null());
    let sold = &usual["ticket_types"][0];
    assert_eq!(
        (&sold["seating"], &sold["access_code"], &sold["max_per_booking"]),
        (&"general".into(), &json!(null), &json!(null))
    );

    let terms =
        json!({ "hold_seconds": 5, "offer_seconds": 86_400, "payment": "required", "refund_policy": a_policy() });
    let mut plan = a_show().with("terms", terms.clone());
    let of_type = json!({
        "sale_opens_at": "2030-01-01T00:00:00Z", "sale_closes_at": "2039-01-01T00:00:00Z",
        "min_per_booking": 2, "max_per_booking": 6, "access_code": "friends"
    });
    plan.body["ticket_types"][0].as_object_mut().unwrap().extend(of_type.as_object().unwrap().clone());
    let answer = olga.post("/api/v1/admin/events").json(&plan.body).await;
    let event = answer.created();
    assert_eq!(event["terms"], terms);
    let sold = &event["ticket_types"][0];
    for member in ["sale_opens_at", "sale_closes_at", "min_per_booking", "max_per_booking"] {
        assert_eq!(sold[member], of_type[member], "{member}");
    }
    assert_eq!(sold["access_code"], "FRIENDS");
    let seen = olga.get(&format!("/api/v1/events/{}", answer.id("event_id"))).await.ok();
    assert_eq!(seen["terms"], terms, "both sides say the same");
    assert_eq!(seen["ticket_types"][0]["max_per_booking"], 6);
    world.verifies().await;
}

#[tokio::test]
async fn what_a_change_does_not_name_stays() {
    let world = World::start().await;
    let olga = world.organizer();
    let mut plan = a_show().with("terms", json!({ "hold_seconds": 60, "refund_policy": a_policy() }));
    plan.body["ticket_types"][0]["min_per_booking"] = 2.into();
    plan.body["ticket_types"][0]["access_code"] = "FRIENDS".into();
    let draft = plan.draft(&olga).await;
    let mut etag = draft.etag.clone();
    let mut change = async |change: Value| {
        let answer = olga.revises(&draft, &etag, &change).await;
        etag = answer.etag();
        answer.ok()
    };

    let event = change(json!({ "terms": { "offer_seconds": 120 } })).await;
    let terms = json!({ "hold_seconds": 60, "offer_seconds": 120, "payment": "none", "refund_policy": {
        "steps": a_policy()["steps"], "fee": 250
    } });
    assert_eq!(event["terms"], terms);
    let event = change(json!({ "terms": { "refund_policy": null } })).await;
    assert!(event["terms"]["refund_policy"].is_null());
    let of_type = |terms: Value| {
        let mut sold = json!({ "ticket_type_id": draft.ticket_type() });
        sold.as_object_mut().unwrap().extend(terms.as_object().unwrap().clone());
        json!({ "ticket_types": [sold] })
    };
    let event = change(of_type(json!({ "max_per_booking": 8 }))).await;
    let sold = &event["ticket_types"][0];
    assert_eq!(
        (&sold["min_per_booking"], &sold["max_per_booking"], &sold["access_code"]),
        (&2.into(), &8.into(), &"FRIENDS".into())
    );
    let event = change(of_type(json!({ "access_code": null, "capacity": 7 }))).await;
    let sold = &event["ticket_types"][0];
    assert_eq!(
        (&sold["capacity"], &sold["access_code"], &sold["min_per_booking"]),
        (&7.into(), &json!(null), &2.into())
    );

    let mut connection = world.database.connect().await;
    let recorded = count(&mut connection).await;
    change(json!({ "terms": { "offer_seconds": 120 } })).await;
    change(of_type(json!({ "max_per_booking": 8 }))).await;
    assert_eq!(count(&mut connection).await, recorded, "saying it again records nothing");
    world.verifies().await;
}

#[tokio::test]
async fn a_stale_change_of_terms_is_refused_like_any_other() {
    let world = World::start().await;
    let olga = world.organizer();
    let show = a_show().on_sale(&olga).await;
    let change = json!({ "terms": { "hold_seconds": 60 } });
    let problem = olga.revises(&show, "\"1\"", &change).await.problem(412, "precondition-failed");
    assert_eq!(format!("\"{}\"", problem["revision"]), show.etag);
    olga.revises(&show, "\"99\"", &change).await.problem(412, "precondition-failed");
    world.customer().revises(&show, &show.etag, &change).await.problem(403, "forbidden");
    let nowhere = Show { id: uuid::Uuid::now_v7(), ..show.clone() };
    olga.revises(&nowhere, "\"1\"", &change).await.problem(404, "not-found");
    let unknown = json!({ "ticket_types": [{ "ticket_type_id": uuid::Uuid::nil(), "max_per_booking": 2 }] });
    olga.revises(&show, &show.etag, &unknown).await.refused("unknown-ticket-type");
    let facts = facts(&mut world.database.connect().await).await;
    assert_eq!(facts.last().unwrap().kind, "ShowPublished");
}

#[tokio::test]
async fn steps_of_a_policy_follow_one_another() {
    let world = World::start().await;
    let olga = world.organizer();
    let draft = a_show().draft(&olga).await;
    let mut connection = world.database.connect().await;
    let recorded = count(&mut connection).await;
    let policy = |steps: Value| json!({ "refund_policy": { "steps": steps } });
    let step = |hours_before: u32, percent: u32| json!({ "hours_before": hours_before, "percent": percent });
    for steps in [
        json!([step(24, 100), step(24, 50)]),
        json!([step(24, 100), step(168, 50)]),
        json!([step(168, 50), step(24, 100)]),
    ] {
        let terms = policy(steps);
        let created = olga.post("/api/v1/admin/events").json(&a_show().with("terms", terms.clone()).body).await;
        created.problem(422, "overlapping-policy-steps");
        let revised = olga.revises(&draft, &draft.etag, &json!({ "terms": terms })).await;
        revised.problem(422, "overlapping-policy-steps");
    }
    assert_eq!(count(&mut connection).await, recorded, "nothing is written");
    olga.revises(&draft, &draft.etag, &json!({ "terms": policy(json!([step(168, 100), step(24, 50)])) })).await.ok();
}

#[tokio::test]
async fn what_are_no_terms_is_told_field_by_field() {
    let world = World::start().await;
    let olga = world.organizer();
    let draft = a_show().reserved().with_ticket_type("Standing", 100, 5).draft(&olga).await;
    let mut connection = world.database.connect().await;
    let recorded = count(&mut connection).await;
    let step =
        |hours_before: i64, percent: i64| json!({ "steps": [{ "hours_before": hours_before, "percent": percent }] });
    for (member, value, pointer) in [
        ("hold_seconds", json!(4), "/terms/hold_seconds"),
        ("hold_seconds", json!(3_601), "/terms/hold_seconds"),
        ("hold_seconds", json!(-1), "/terms/hold_seconds"),
        ("offer_seconds", json!(4), "/terms/offer_seconds"),
        ("offer_seconds", json!(86_401), "/terms/offer_seconds"),
        ("payment", json!("later"), "/terms/payment"),
        ("refund_policy", json!({}), "/terms/refund_policy/steps"),
        (
            "refund_policy",
            json!({ "steps": vec![json!({ "hours_before": 1, "percent": 1 }); 21] }),
            "/terms/refund_policy/steps",
        ),
        ("refund_policy", json!({ "steps": [], "fee": -1 }), "/terms/refund_policy/fee"),
        ("refund_policy", step(24, 101), "/terms/refund_policy/steps/0/percent"),
        ("refund_policy", step(24, -1), "/terms/refund_policy/steps/0/percent"),
        ("refund_policy", step(u32::MAX.into(), 1), "/terms/refund_policy/steps/0/hours_before"),
        ("grace", json!(1), "/terms/grace"),
    ] {
        let terms = json!({ "terms": { member: value } });
        olga.revises(&draft, &draft.etag, &terms).await.invalid_at(pointer);
        olga.post("/api/v1/admin/events")
            .json(&a_show().with("terms", terms["terms"].clone()).body)
            .await
            .invalid_at(pointer);
    }
    for (member, value) in [
        ("min_per_booking", json!(0)),
        ("max_per_booking", json!(1_001)),
        ("sale_opens_at", json!("soon")),
        ("sale_closes_at", json!("0001-01-01T00:00:00Z")),
        ("access_code", json!("\u{7}")),
        ("seating", json!("reserved")),
        ("capacity", json!(10_000_001)),
    ] {
        let change = json!({ "ticket_types": [{ "ticket_type_id": draft.ticket_types[1], member: value }] });
        olga.revises(&draft, &draft.etag, &change).await.invalid_at(&format!("/ticket_types/0/{member}"));
    }
    let change = |terms: Value| json!({ "ticket_types": [terms] });
    let long = json!({ "ticket_type_id": draft.ticket_type(), "access_code": "x".repeat(65) });
    olga.revises(&draft, &draft.etag, &change(long)).await.problem(422, "code-too-long");
    let of_map = json!({ "ticket_type_id": draft.ticket_type(), "capacity": 9 });
    olga.revises(&draft, &draft.etag, &change(of_map)).await.refused("capacity-from-seat-map");
    let mut plan = a_show().reserved();
    plan.body["ticket_types"][0]["capacity"] = 9.into();
    olga.post("/api/v1/admin/events").json(&plan.body).await.invalid_at("/ticket_types/0/capacity");
    let mut plan = a_show();
    plan.body["ticket_types"][0].as_object_mut().unwrap().remove("capacity");
    olga.post("/api/v1/admin/events").json(&plan.body).await.invalid_at("/ticket_types/0/capacity");
    let mut plan = a_show();
    plan.body["ticket_types"][0]["min_per_booking"] = 5.into();
    plan.body["ticket_types"][0]["max_per_booking"] = 4.into();
    olga.post("/api/v1/admin/events").json(&plan.body).await.invalid_at("/ticket_types/0/max_per_booking");
    assert_eq!(count(&mut connection).await, recorded, "nothing is written");
}

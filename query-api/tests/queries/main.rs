//! Queries over a real Postgres: what is shown, to whom, in which order, and what is refused.

#![allow(clippy::unwrap_used)]

mod audit;
mod given;
mod life;

use axum::body::Body;
use axum::http::{Request, header};
use domain::access::Role::{Admin, Customer, Organizer};
use given::{ANNA, BERT, ORGANIZER, World, ticket_of};
use private_postgres::Settings;
use serde_json::{Value, json};
use uuid::Uuid;

fn titles(list: &Value) -> Vec<&str> {
    list["data"].as_array().unwrap().iter().map(|event| event["title"].as_str().unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_what_is_public_in_every_order_page_by_page() {
    let world = World::new().await;
    for (id, title, starts_in_h) in [(1, "beta", 3), (2, "Alpha", 3), (3, "Gamma", 1), (4, "delta", 2), (5, "Alpha", 9)]
    {
        world.show(id, title, "on_sale", starts_in_h).await;
    }
    world.show(6, "Hidden", "draft", 1).await;
    world.stands_at(41).await;
    let orders = [
        ("starts_at", ["Gamma", "delta", "beta", "Alpha", "Alpha"], [3, 4, 1, 2, 5]),
        ("-starts_at", ["Alpha", "Alpha", "beta", "delta", "Gamma"], [5, 2, 1, 4, 3]),
        ("title", ["Alpha", "Alpha", "beta", "delta", "Gamma"], [2, 5, 1, 4, 3]),
        ("-title", ["Gamma", "delta", "beta", "Alpha", "Alpha"], [3, 4, 1, 5, 2]),
    ];
    for (sort, expected, ids) in orders {
        let whole = world.get(&format!("/api/v1/events?sort={sort}")).await.ok();
        assert_eq!(titles(&whole), expected, "{sort}");
        assert_eq!(whole["page"], json!({"next": null, "has_more": false}));
        assert_eq!(whole["as_of_position"], 41);

        let (mut seen, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = world.get(&format!("/api/v1/events?sort={sort}&limit=2{cursor}")).await.ok();
            seen.extend(page["data"].as_array().unwrap().iter().map(|event| event["event_id"].clone()));
            let Some(next) = page["page"]["next"].as_str() else { break };
            cursor = format!("&cursor={next}");
        }
        assert_eq!(seen, ids.map(|id| json!(Uuid::from_u128(id))), "{sort}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn filters_the_list() {
    let world = World::new().await;
    world.show(1, "An Evening with Clara", "on_sale", 24).await;
    world.show(2, "100% ünusual_", "paused", 48).await;
    world.show(3, "Off", "cancelled", 72).await;
    let found = [
        ("", 3),
        ("status=paused", 1),
        ("status=closed", 0),
        ("city=lEIPZIG", 3),
        ("city=Leipzi", 0),
        ("q=clara", 1),
        ("q=%25", 1),
        ("q=_", 1),
        ("q=gewandHAUS", 3),
        ("q=songs", 3),
        ("q=%F0%9F%8E%AD%E2%80%AE%27%22%5C", 0),
        ("q=%20%20", 3),
        ("starts_after=2000-01-01T00:00:00Z&starts_before=2100-01-01T00:00:00%2B01:00", 3),
        ("starts_after=2100-01-01T00:00:00Z", 0),
        ("starts_before=2000-01-01T00:00:00Z", 0),
    ];
    for (query, count) in found {
        let list = world.get(&format!("/api/v1/events?{query}")).await.ok();
        assert_eq!(titles(&list).len(), count, "{query}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn refuses_bad_questions_by_name() {
    let world = World::new().await;
    let bad = [
        ("/api/v1/events?sort=price", 400, "malformed-query", "sort"),
        ("/api/v1/events?status=open", 400, "malformed-query", "status"),
        ("/api/v1/events?limit=many", 400, "malformed-query", "limit"),
        ("/api/v1/events?limit=-1", 400, "malformed-query", "limit"),
        ("/api/v1/events?limit=0", 422, "invalid", "limit"),
        ("/api/v1/events?limit=201", 422, "invalid", "limit"),
        ("/api/v1/events?starts_after=tomorrow", 400, "malformed-query", "starts_after"),
        ("/api/v1/events?starts_after=2027-13-01T00:00:00Z", 400, "malformed-query", "starts_after"),
        ("/api/v1/events?q=%00", 400, "malformed-query", "q"),
        ("/api/v1/events?city=Leip%00zig", 400, "malformed-query", "city"),
        ("/api/v1/events?town=Leipzig", 400, "malformed-query", "town"),
        ("/api/v1/events?cursor=AAAA", 400, "invalid-cursor", "cursor"),
        ("/api/v1/events?cursor=", 400, "invalid-cursor", "cursor"),
        ("/api/v1/events/00000000-0000-0000-0000-000000000001?x=1", 400, "malformed-query", "x"),
        ("/api/v1/events/00000000-0000-0000-0000-000000000001/seats?x=1", 400, "malformed-query", "x"),
        ("/api/v1/users/bookings?when=soon", 400, "malformed-query", "when"),
        ("/api/v1/users/bookings?limit=1000", 422, "invalid", "limit"),
        ("/api/v1/users/bookings?cursor=nonsense", 400, "invalid-cursor", "cursor"),
        ("/api/v1/users/waitlist?limit=1000", 422, "invalid", "limit"),
        ("/api/v1/users/waitlist?cursor=nonsense", 400, "invalid-cursor", "cursor"),
        ("/api/v1/events/00000000-0000-0000-0000-000000000001?access_code=%00", 400, "malformed-query", "access_code"),
    ];
    for (uri, status, code, parameter) in bad {
        let answer = world.get_as(ANNA, Customer, uri).await;
        assert_eq!(answer.refused(), (status, code), "{uri}");
        assert_eq!(answer.body["parameter"], parameter, "{uri}");
    }
    for uri in
        ["/events/7", "/events/7/seats", "/events/7/seat-map", "/events/7/waitlist", "/bookings/x", "/waitlist/x"]
    {
        let uri = &format!("/api/v1{uri}");
        assert_eq!(world.get_as(ANNA, Customer, uri).await.refused(), (400, "malformed-id"), "{uri}");
    }
    for uri in ["users/bookings", "users/waitlist", "bookings/ID", "waitlist/ID", "events/ID/waitlist"] {
        let uri = &format!("/api/v1/{}", uri.replace("ID", "00000000-0000-0000-0000-000000000001"));
        assert_eq!(world.get(uri).await.refused(), (401, "missing-token"), "{uri}");
    }
    let tampered = Request::get("/api/v1/events").header(header::AUTHORIZATION, "Bearer x.y.z");
    let tampered = world.send(tampered.body(Body::empty()).unwrap()).await;
    assert_eq!(tampered.refused(), (401, "invalid-token"), "a bad token is no stranger");
}

#[tokio::test(flavor = "multi_thread")]
async fn shows_an_event_and_what_is_left_of_it() {
    let world = World::new().await;
    let event_id = world.show(1, "An Evening with Clara", "on_sale", 24).await;
    let uri = format!("/api/v1/events/{event_id}");
    world.stands_at(12).await;

    let answer = world.get(&uri).await;
    assert_eq!(answer.headers[header::ETAG], "\"2\"");
    let event = answer.ok();
    let price = json!({"amount": 4250, "currency": "EUR"});
    let ticket = ticket_of(1);
    assert_eq!(event["venue"], json!({"name": "Gewandhaus", "city": "Leipzig", "country": "DE"}));
    assert_eq!(
        event["ticket_types"],
        json!([{"ticket_type_id": ticket, "name": "Stalls", "price": price, "capacity": 100, "seating": "general",
                "sale_opens_at": null, "sale_closes_at": null, "min_per_booking": null, "max_per_booking": null}])
    );
    assert_eq!((&event["revision"], &event["as_of_position"]), (&json!(2), &json!(12)));
    assert!(event["starts_at"].as_str().unwrap().ends_with('Z'));

    let seats = world.get(&format!("{uri}/seats")).await.ok();
    let expected = json!({
        "event_id": event_id, "status": "on_sale", "as_of_position": 12,
        "ticket_types": [{"ticket_type_id": ticket, "name": "Stalls", "price": price,
                          "capacity": 100, "sold": 30, "held": 0, "blocked": 0, "available": 70}],
    });
    assert_eq!(seats, expected);
    assert_eq!(world.get(&format!("/api/v1/events/{ANNA}")).await.refused(), (404, "not-found"));
    assert_eq!(world.get(&format!("/api/v1/events/{ANNA}/seats")).await.refused(), (404, "not-found"));
}

#[tokio::test(flavor = "multi_thread")]
async fn seats_follow_the_read_model() {
    let world = World::new().await;
    let event_id = world.show(1, "An Evening with Clara", "on_sale", 24).await;
    let uri = format!("/api/v1/events/{event_id}/seats");
    for sold in 31..60 {
        world.execute(format!("UPDATE ticket_types SET sold = {sold}")).await;
        world.stands_at(sold).await;
        let seats = world.get(&uri).await.ok();
        assert_eq!((&seats["ticket_types"][0]["sold"], &seats["as_of_position"]), (&sold.into(), &sold.into()));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn drafts_are_shown_to_those_who_run_them() {
    let world = World::new().await;
    let event_id = world.show(1, "Secret", "draft", 24).await;
    let (other, root) = (Uuid::from_u128(0xD), Uuid::from_u128(0xE));
    for path in ["", "/seats"] {
        let uri = format!("/api/v1/events/{event_id}{path}");
        world.get_as(ORGANIZER, Organizer, &uri).await.ok();
        world.get_as(root, Admin, &uri).await.ok();
        // After those who may have seen it: nothing of that is kept for others.
        assert_eq!(world.get(&uri).await.refused(), (404, "not-found"));
        assert_eq!(world.get_as(other, Organizer, &uri).await.refused(), (404, "not-found"));
        assert_eq!(world.get_as(ANNA, Customer, &uri).await.refused(), (404, "not-found"));
    }
    let uri = "/api/v1/events?status=draft";
    assert_eq!(titles(&world.get_as(ORGANIZER, Organizer, uri).await.ok()), ["Secret"]);
    assert_eq!(titles(&world.get_as(root, Admin, uri).await.ok()), ["Secret"]);
    assert!(titles(&world.get_as(other, Organizer, uri).await.ok()).is_empty());
    assert!(titles(&world.get_as(ANNA, Customer, uri).await.ok()).is_empty());
    assert_eq!(world.get(uri).await.refused(), (401, "missing-token"));
}

#[tokio::test(flavor = "multi_thread")]
async fn shows_ones_own_bookings_the_last_one_first() {
    let world = World::new().await;
    world.show(1, "Yet to come", "on_sale", 24).await;
    world.show(2, "Long over", "closed", -48).await;
    for (id, show, position) in [(11, 1, 101), (12, 2, 102), (13, 1, 103)] {
        world.booking(id, show, ANNA, position).await;
    }
    world.booking(14, 1, BERT, 104).await;
    world.stands_at(104).await;
    for (when, expected) in [("all", vec![13, 12, 11]), ("upcoming", vec![13, 11]), ("past", vec![12])] {
        let (mut seen, mut cursor) = (Vec::new(), String::new());
        loop {
            let uri = format!("/api/v1/users/bookings?when={when}&limit=1{cursor}");
            let page = world.get_as(ANNA, Customer, &uri).await.ok();
            assert_eq!(page["as_of_position"], 104);
            seen.extend(page["data"].as_array().unwrap().iter().map(|booking| booking["booking_id"].clone()));
            let Some(next) = page["page"]["next"].as_str() else { break };
            cursor = format!("&cursor={next}");
        }
        let expected: Vec<Value> = expected.into_iter().map(|id| json!(Uuid::from_u128(id))).collect();
        assert_eq!(seen, expected, "{when}");
    }
    let page = world.get_as(ANNA, Customer, "/api/v1/users/bookings?limit=1").await.ok();
    let cursor = page["page"]["next"].as_str().unwrap();
    let stolen = world.get_as(BERT, Customer, &format!("/api/v1/users/bookings?limit=1&cursor={cursor}")).await;
    assert_eq!(stolen.refused(), (400, "invalid-cursor"));
}

#[tokio::test(flavor = "multi_thread")]
async fn shows_a_booking_to_its_customer_and_to_admins() {
    let world = World::new().await;
    let event_id = world.show(1, "An Evening with Clara", "on_sale", 24).await;
    let booking_id = world.booking(11, 1, ANNA, 5).await;
    let uri = format!("/api/v1/bookings/{booking_id}");
    assert_eq!(world.get_as(BERT, Customer, &uri).await.refused(), (404, "not-found"));
    assert_eq!(world.get_as(ORGANIZER, Organizer, &uri).await.refused(), (404, "not-found"));
    world.get_as(BERT, Admin, &uri).await.ok();

    let booking = world.get_as(ANNA, Customer, &uri).await.ok();
    let price = json!({"amount": 4250, "currency": "EUR"});
    assert_eq!((&booking["booking_id"], &booking["event_id"]), (&json!(booking_id), &json!(event_id)));
    assert_eq!((&booking["status"], &booking["cancelled_at"]), (&json!("confirmed"), &Value::Null));
    assert_eq!(
        (&booking["event"]["title"], &booking["event"]["status"]),
        (&json!("An Evening with Clara"), &json!("on_sale"))
    );
    assert_eq!(
        booking["items"],
        json!([{"ticket_type_id": ticket_of(1), "name": "Stalls", "quantity": 2, "unit_price": price}])
    );
    assert_eq!(booking["total"], json!({"amount": 8500, "currency": "EUR"}));
    assert!(booking.get("position").is_none());

    world.execute("UPDATE shows SET status = 'cancelled', cancelled_at = now()").await;
    let booking = world.get_as(ANNA, Customer, &uri).await.ok();
    assert_eq!(booking["status"], "cancelled", "the show's end is the end of its bookings");
    assert!(booking["cancelled_at"].is_string());
}

#[tokio::test(flavor = "multi_thread")]
async fn waits_for_the_position_asked_for() {
    let world = World::new().await;
    world.show(1, "An Evening with Clara", "on_sale", 24).await;
    let ask = |position: &str| {
        let request = Request::get("/api/v1/events").header("evently-min-position", position);
        world.send(request.body(Body::empty()).unwrap())
    };
    let (list, ()) = tokio::join!(ask("7"), world.stands_at(7));
    assert_eq!(list.ok()["as_of_position"], 7);
    let behind = ask("8").await;
    assert_eq!(behind.refused(), (503, "read-model-behind"));
    assert_eq!(behind.headers[header::RETRY_AFTER], "1");
    assert_eq!((&behind.body["min_position"], &behind.body["position"]), (&json!(8), &json!(7)));
    for position in ["-1", "soon", "9223372036854775808", "99999999999999999999"] {
        assert_eq!(ask(position).await.refused(), (400, "malformed-position"), "{position}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn says_so_when_postgres_is_gone() {
    let server = private_postgres::start(Settings::throwaway()).await.unwrap();
    let world = World::on(server.options()).await;
    let event_id = world.show(1, "An Evening with Clara", "on_sale", 24).await;
    world.get("/api/v1/events").await.ok();
    server.stop().await.unwrap();
    world.progress.send_replace(1);
    for uri in ["/api/v1/events".to_owned(), format!("/api/v1/events/{event_id}/seats")] {
        let answer = world.get(&uri).await;
        assert_eq!(answer.refused(), (503, "unavailable"), "{uri}");
        assert_eq!(answer.headers[header::RETRY_AFTER], "1");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn describes_every_schema_it_refers_to() {
    let world = World::new().await;
    let text = serde_json::to_string(&world.document).unwrap();
    let document: Value = serde_json::from_str(&text).unwrap();
    let references: Vec<&str> =
        text.split("\"$ref\":\"#").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
    assert!(!references.is_empty());
    for pointer in references {
        assert!(document.pointer(pointer).is_some(), "{pointer}");
    }
    assert_eq!(document["paths"].as_object().unwrap().len(), 31);
}

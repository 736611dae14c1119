//! What is shown of the whole life of a booking: holds, seats, hidden ticket types, the waitlist, codes and
//! refunds.

use domain::access::Role::{Admin, Customer, Organizer};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::given::{ANNA, BERT, ORGANIZER, World, ticket_of};

const ENTRY: Uuid = Uuid::from_u128(0xE0);

/// A show with a map of two sections: three seats of its ticket type, and two behind the code `CREW`.
async fn a_house(world: &World) -> Uuid {
    let show = world.show(1, "An Evening with Clara", "on_sale", 24).await;
    let (stalls, box_) = (ticket_of(1), Uuid::from_u128(0xB0));
    let map = json!({"sections": [
        {"name": "Stalls", "focal_point": {"x": 1, "y": 0}, "rows": [{"label": "A", "seats": [
            {"label": "A-1", "x": 0, "y": 0, "ticket_type_id": stalls}]}]},
        {"name": "Box", "focal_point": {"x": 0, "y": 0}, "rows": []},
    ]});
    world
        .execute(format!(
            "UPDATE ticket_types SET reserved = true, capacity = 3, sold = 1, held = 1 WHERE show_id = '{show}';
             UPDATE shows SET seat_map_version = 2 WHERE show_id = '{show}';
             INSERT INTO ticket_types (ticket_type_id, show_id, ordinal, name, price_amount, currency, capacity, sold,
                                       reserved, access_code, blocked)
             VALUES ('{box_}', '{show}', 2, 'Box', 9900, 'EUR', 2, 0, true, 'CREW', 1);
             INSERT INTO seat_maps VALUES ('{show}', 2, '{{Stalls,Box}}', '{map}');
             INSERT INTO seats (show_id, ticket_type_id, section, place, state, label) VALUES
                ('{show}', '{box_}', 1, 1, 3, 'B-2'), ('{show}', '{stalls}', 0, 2, 0, 'A-3'),
                ('{show}', '{stalls}', 0, 0, 1, 'A-1'), ('{show}', '{stalls}', 0, 1, 2, 'A-2'),
                ('{show}', '{box_}', 1, 0, 0, 'B-1')"
        ))
        .await;
    show
}

fn names(answer: &Value) -> Vec<&str> {
    answer["ticket_types"].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn shows_each_seat_as_a_letter_in_the_order_of_the_map() {
    let world = World::new().await;
    let show = a_house(&world).await;
    world.stands_at(9).await;
    let uri = format!("/api/v1/events/{show}/seats");

    let seats = world.get(&uri).await.ok();
    let sections =
        |stalls: &str, box_: &str| json!([{"name": "Stalls", "seats": stalls}, {"name": "Box", "seats": box_}]);
    assert_eq!(seats["sections"], sections("hsf", "bb"), "what needs a code is not for sale to others");
    assert_eq!((&seats["seat_map_version"], &seats["as_of_position"]), (&json!(2), &json!(9)));
    let stalls = &seats["ticket_types"][0];
    assert_eq!((&stalls["sold"], &stalls["held"], &stalls["available"]), (&json!(1), &json!(1), &json!(1)));

    let known = world.get(&format!("{uri}?access_code=crew")).await.ok();
    assert_eq!((names(&known), &known["sections"]), (vec!["Stalls", "Box"], &sections("hsf", "fb")));
    assert_eq!(known["ticket_types"][1]["available"], 1);
    // Right after the answer to a stranger, which was kept.
    let organizer = world.get_as(ORGANIZER, Organizer, &uri).await.ok();
    assert_eq!((names(&organizer), &organizer["sections"]), (vec!["Stalls", "Box"], &sections("hsf", "fb")));
    let stranger = world.get_as(BERT, Organizer, &uri).await.ok();
    assert_eq!((names(&stranger), &stranger["sections"]), (vec!["Stalls"], &sections("hsf", "bb")));

    world.execute("UPDATE shows SET status = 'cancelled'").await;
    world.stands_at(10).await;
    let seats = world.get(&uri).await.ok();
    assert_eq!(seats["sections"], sections("fff", "bb"), "nothing of a cancelled show is anybody's");
    assert_eq!(seats["ticket_types"][0]["available"], 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_large_house_is_a_small_answer() {
    let world = World::new().await;
    let show = world.show(1, "An Evening with Clara", "on_sale", 24).await;
    let ticket = ticket_of(1);
    world
        .execute(format!(
            "INSERT INTO seat_maps VALUES ('{show}', 1, (SELECT array_agg('Section ' || n) FROM generate_series(1, 20) n), '');
             INSERT INTO seats (show_id, ticket_type_id, section, place, state, label)
             SELECT '{show}', '{ticket}', n / 1000, n % 1000, n % 4, 'Section-' || n FROM generate_series(0, 19999) n"
        ))
        .await;
    let answer = world.get(&format!("/api/v1/events/{show}/seats")).await.ok();
    let sections = answer["sections"].as_array().unwrap();
    assert!(sections.len() == 20 && sections.iter().all(|section| section["seats"] == "fhsb".repeat(250)));
    assert!(answer.to_string().len() < 64 * 1024, "20,000 seats are less than 64 KiB, compressed or not");
}

#[tokio::test(flavor = "multi_thread")]
async fn hides_ticket_types_behind_their_code() {
    let world = World::new().await;
    let show = a_house(&world).await;
    let uri = format!("/api/v1/events/{show}");
    assert_eq!(names(&world.get(&uri).await.ok()), ["Stalls"]);
    assert_eq!(names(&world.get(&format!("{uri}?access_code=wrong")).await.ok()), ["Stalls"]);
    let known = world.get(&format!("{uri}?access_code=%20crew")).await.ok();
    assert_eq!((names(&known), &known["ticket_types"][1]["seating"]), (vec!["Stalls", "Box"], &json!("reserved")));
    let organizer = world.get_as(ORGANIZER, Organizer, &uri).await.ok();
    assert_eq!(organizer["ticket_types"][1]["access_code"], "CREW");
    for path in ["", "/seats"] {
        let answer = world.get(&format!("{uri}{path}?access_code={}", "x".repeat(10_000))).await;
        assert_eq!(answer.refused(), (422, "code-too-long"));
        assert_eq!(answer.body["limit"], 64);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn shows_the_terms_of_an_event() {
    let world = World::new().await;
    let show = world.show(1, "An Evening with Clara", "on_sale", 24).await;
    let uri = format!("/api/v1/events/{show}");
    let event = world.get(&uri).await.ok();
    let terms = json!({"hold_seconds": 600, "offer_seconds": 900, "payment": "none", "refund_policy": null});
    assert_eq!((&event["terms"], &event["seat_map_version"]), (&terms, &Value::Null));

    let policy = json!({"steps": [{"hours_before": 168, "percent": 100}], "fee": 200});
    world
        .execute(format!(
            "UPDATE shows SET hold_seconds = 30, payment = 'required', refund_policy = '{policy}',
                    refund_until = '2030-01-01T00:00:00Z'"
        ))
        .await;
    let event = world.get(&uri).await.ok();
    let terms = json!({"hold_seconds": 30, "offer_seconds": 900, "payment": "required", "refund_policy": policy});
    assert_eq!((&event["terms"], &event["refund_until"]), (&terms, &json!("2030-01-01T00:00:00Z")));
}

#[tokio::test(flavor = "multi_thread")]
async fn shows_the_seat_map_in_the_shape_in_which_it_is_sent() {
    let world = World::new().await;
    let show = a_house(&world).await;
    let bare = world.show(2, "Without a map", "on_sale", 24).await;
    world.stands_at(9).await;
    let uri = format!("/api/v1/events/{show}/seat-map");
    let expected = json!({"event_id": show, "version": 2, "as_of_position": 9, "sections": [
        {"name": "Stalls", "focal_point": {"x": 1, "y": 0}, "rows": [{"label": "A", "seats": [
            {"label": "A-1", "position": {"x": 0, "y": 0}, "ticket_type_id": ticket_of(1)}]}]},
        {"name": "Box", "focal_point": {"x": 0, "y": 0}, "rows": []},
    ]});
    assert_eq!(world.get(&uri).await.ok(), expected);

    let newer = "UPDATE seat_maps SET version = 3, map = '{\"sections\":[]}'; UPDATE shows SET seat_map_version = 3 \
                 WHERE seat_map_version = 2";
    world.execute(newer).await;
    let map = world.get(&uri).await.ok();
    assert_eq!((&map["version"], &map["sections"]), (&json!(3), &json!([])));
    assert_eq!(world.get(&format!("/api/v1/events/{bare}/seat-map")).await.refused(), (404, "not-found"));
    assert_eq!(world.get(&format!("/api/v1/events/{ANNA}/seat-map")).await.refused(), (404, "not-found"));
}

#[tokio::test(flavor = "multi_thread")]
async fn shows_what_became_of_a_hold_and_its_money() {
    let world = World::new().await;
    world.show(1, "An Evening with Clara", "on_sale", 24).await;
    let booking = world.booking(11, 1, ANNA, 5).await;
    let uri = format!("/api/v1/bookings/{booking}");
    let plain = world.get_as(ANNA, Customer, &uri).await.ok();
    for absent in ["expires_at", "promo_code", "paid", "refunded"] {
        assert!(plain.get(absent).is_none(), "{absent}");
    }
    assert!(plain["items"][0].get("seats").is_none() && plain["items"][0].get("discount").is_none());

    let ticket = ticket_of(1);
    world
        .execute(format!(
            "UPDATE bookings SET status = 'paying', expires_at = '2030-01-01T00:00:00Z', promo_code = 'SPRING',
                    paid_amount = 5000, refunded_amount = 1000,
                    items = '[{{\"ticket_type_id\":\"{ticket}\",\"quantity\":1,\"unit_price\":4000,\
                              \"unit_discount\":250,\"seats\":[\"A-1\"]}}]'"
        ))
        .await;
    let booking = world.get_as(ANNA, Customer, &uri).await.ok();
    let euros = |amount: i64| json!({"amount": amount, "currency": "EUR"});
    assert_eq!((&booking["status"], &booking["promo_code"]), (&json!("paying"), &json!("SPRING")));
    assert_eq!(booking["expires_at"], "2030-01-01T00:00:00Z");
    assert_eq!((&booking["paid"], &booking["refunded"]), (&euros(5000), &euros(1000)));
    assert_eq!((&booking["items"][0]["discount"], &booking["items"][0]["seats"]), (&euros(250), &json!(["A-1"])));

    world.execute("UPDATE shows SET status = 'cancelled', cancelled_at = now()").await;
    let booking = world.get_as(ANNA, Customer, &uri).await.ok();
    assert_eq!((&booking["status"], booking.get("expires_at")), (&json!("cancelled"), None));
    world.execute("UPDATE bookings SET status = 'lapsed', expires_at = NULL").await;
    let booking = world.get_as(ANNA, Customer, &uri).await.ok();
    assert_eq!((&booking["status"], &booking["cancelled_at"]), (&json!("lapsed"), &Value::Null), "it ended before");
}

/// Five who wait for the ticket type of show 1, ANNA third and BERT the others; positions 1 to 5.
async fn a_queue(world: &World) -> Uuid {
    let show = world.show(1, "An Evening with Clara", "on_sale", 24).await;
    for position in 1..=5_u128 {
        let (customer, entry) = (if position == 3 { ANNA } else { BERT }, Uuid::from_u128(ENTRY.as_u128() + position));
        let ticket = ticket_of(1);
        world
            .execute(format!(
                "INSERT INTO waitlist_entries VALUES ('{entry}', '{show}', '{ticket}', '{customer}', 2, 'waiting', now(),
                                                      {position})"
            ))
            .await;
    }
    show
}

#[tokio::test(flavor = "multi_thread")]
async fn shows_ones_place_on_the_waitlist_and_what_became_of_it() {
    let world = World::new().await;
    let show = a_queue(&world).await;
    world.stands_at(5).await;
    let uri = format!("/api/v1/events/{show}/waitlist");
    let queue = world.get_as(ANNA, Customer, &uri).await.ok();
    assert_eq!((queue["data"].as_array().unwrap().len(), &queue["as_of_position"]), (1, &json!(5)));
    let entry = queue["data"][0].clone();
    let entry_id = Uuid::from_u128(ENTRY.as_u128() + 3);
    assert_eq!((&entry["entry_id"], &entry["event_id"]), (&json!(entry_id), &json!(show)));
    assert_eq!((&entry["state"], &entry["place"], &entry["quantity"]), (&json!("waiting"), &json!(3), &json!(2)));

    let offered = "UPDATE waitlist_entries SET state = 'offered', offer_expires_at = '2030-01-01T00:00:00Z', items = \
        '[{\"ticket_type_id\":\"00000000-0000-0000-0000-000000000000\",\"quantity\":2,\"unit_price\":1,\"seats\":[\"A-1\",\"A-2\"]}]'";
    world.execute(format!("{offered} WHERE position IN (1, 2)")).await;
    let one = format!("/api/v1/waitlist/{entry_id}");
    assert_eq!(world.get_as(ANNA, Customer, &one).await.ok()["place"], 1);
    world.execute(format!("{offered} WHERE position = 3")).await;
    let entry = world.get_as(ANNA, Customer, &one).await.ok();
    assert_eq!((&entry["state"], &entry["place"]), (&json!("offered"), &Value::Null));
    assert_eq!((&entry["offer_expires_at"], &entry["seats"]), (&json!("2030-01-01T00:00:00Z"), &json!(["A-1", "A-2"])));

    world
        .execute(format!("UPDATE waitlist_entries SET state = 'accepted', booking_id = '{ANNA}' WHERE position = 3"))
        .await;
    let entry = world.get_as(ANNA, Customer, &one).await.ok();
    assert_eq!((&entry["state"], &entry["booking_id"], entry.get("seats")), (&json!("accepted"), &json!(ANNA), None));

    assert_eq!(world.get_as(BERT, Customer, &one).await.refused(), (404, "no-such-entry"));
    assert_eq!(world.get_as(ORGANIZER, Organizer, &one).await.refused(), (404, "no-such-entry"));
    world.get_as(BERT, Admin, &one).await.ok();
    assert_eq!(
        world.get_as(ANNA, Customer, &format!("/api/v1/events/{ANNA}/waitlist")).await.refused(),
        (404, "not-found")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_ones_places_on_all_waitlists() {
    let world = World::new().await;
    a_queue(&world).await;
    let (mut seen, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = world.get_as(BERT, Customer, &format!("/api/v1/users/waitlist?limit=3{cursor}")).await.ok();
        seen.extend(page["data"].as_array().unwrap().iter().map(|entry| entry["place"].as_i64().unwrap()));
        let Some(next) = page["page"]["next"].as_str() else { break };
        cursor = format!("&cursor={next}");
        let stolen = world.get_as(ANNA, Customer, &format!("/api/v1/users/waitlist?cursor={next}")).await;
        assert_eq!(stolen.refused(), (400, "invalid-cursor"));
    }
    assert_eq!(seen, [5, 4, 2, 1]);
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_promo_codes_for_those_who_run_the_event() {
    let world = World::new().await;
    let show = world.show(1, "An Evening with Clara", "on_sale", 24).await;
    let ticket = ticket_of(1);
    world
        .execute(format!(
            "INSERT INTO promo_codes VALUES
                ('{show}', 'SPRING', '{{\"code\":\"SPRING\",\"discount\":{{\"percent\":15}},\"ticket_type_ids\":[\"{ticket}\"],\
                                        \"uses_max\":100}}', 12, true),
                ('{show}', 'GONE', '{{\"code\":\"GONE\",\"discount\":{{\"amount\":5}}}}', 1, false),
                ('{show}', 'AUTUMN', '{{\"code\":\"AUTUMN\",\"discount\":{{\"amount\":500}}}}', 0, true)"
        ))
        .await;
    let uri = format!("/api/v1/admin/events/{show}/promo-codes");
    let codes = world.get_as(ORGANIZER, Organizer, &uri).await.ok();
    let expected = json!([
        {"code": "AUTUMN", "amount": 500, "ticket_type_ids": [], "uses_max": null, "uses_per_customer_max": null,
         "valid_from": null, "valid_until": null, "uses": 0},
        {"code": "SPRING", "percent": 15, "ticket_type_ids": [ticket], "uses_max": 100, "uses_per_customer_max": null,
         "valid_from": null, "valid_until": null, "uses": 12},
    ]);
    assert_eq!(codes["data"], expected);
    refused_to_others(&world, &uri).await;
}

async fn refused_to_others(world: &World, uri: &str) {
    world.get_as(BERT, Admin, uri).await.ok();
    assert_eq!(world.get(uri).await.refused(), (401, "missing-token"));
    assert_eq!(world.get_as(ANNA, Customer, uri).await.refused(), (403, "forbidden"));
    assert_eq!(world.get_as(BERT, Organizer, uri).await.refused(), (403, "not-your-event"));
    world.execute("UPDATE shows SET status = 'draft', published = false").await;
    assert_eq!(
        world.get_as(BERT, Organizer, uri).await.refused(),
        (404, "not-found"),
        "a draft is nobody else's business"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_refunds_for_those_who_run_the_event() {
    let world = World::new().await;
    let show = world.show(1, "An Evening with Clara", "on_sale", 24).await;
    let uri = format!("/api/v1/admin/events/{show}/refunds");
    let none = world.get_as(ORGANIZER, Organizer, &uri).await.ok();
    let totals = json!({"due": 0, "succeeded": 0, "failed": 0});
    assert_eq!((&none["data"], &none["totals"]), (&json!([]), &totals));

    let booking = Uuid::from_u128(11);
    world
        .execute(format!(
            "INSERT INTO refunds SELECT '{booking}', n, '{show}', '{ANNA}', 100 * n, 'EUR', 'goodwill',
                    CASE n % 3 WHEN 0 THEN 'failed' WHEN 1 THEN 'due' ELSE 'succeeded' END,
                    CASE n % 3 WHEN 0 THEN 'no such account' END, now(), CASE WHEN n % 3 <> 1 THEN now() END, n / 4
             FROM generate_series(1, 8) n"
        ))
        .await;
    let (mut seen, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = world.get_as(ORGANIZER, Organizer, &format!("{uri}?limit=3{cursor}")).await.ok();
        assert_eq!(page["totals"], json!({"due": 3, "succeeded": 3, "failed": 2}));
        seen.extend(page["data"].as_array().unwrap().iter().cloned());
        let Some(next) = page["page"]["next"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    let ids: Vec<&str> = seen.iter().map(|refund| refund["refund_id"].as_str().unwrap()).collect();
    assert_eq!(ids, (1..=8).map(|n| format!("{booking}.{n}")).collect::<Vec<_>>());
    assert_eq!((&seen[2]["state"], &seen[2]["failure"]), (&json!("failed"), &json!("no such account")));
    assert_eq!(
        (&seen[0]["money"], &seen[0]["reason"]),
        (&json!({"amount": 100, "currency": "EUR"}), &json!("goodwill"))
    );
    assert!(seen[0].get("settled_at").is_none() && seen[1]["settled_at"].is_string());
    refused_to_others(&world, &uri).await;
}

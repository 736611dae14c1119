//! An organizer gives an event its seats, and another house later.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::log::count;
use crate::support::{ShowPlan, World, a_house, a_show, seat};

fn reserved() -> ShowPlan {
    a_show().reserved()
}

#[tokio::test]
async fn a_house_says_how_many_seats_there_are() {
    let world = World::start().await;
    let olga = world.organizer();
    let draft = reserved().draft(&olga).await;
    let answer = olga.seats(&draft, &draft.etag, &a_house(draft.ticket_type(), 3, 10)).await;

    let map = answer.ok();
    assert_eq!((&map["event_id"], &map["version"], &map["seats"]), (&json!(draft.id), &1.into(), &30.into()));
    assert_eq!(format!("\"{}\"", map["revision"]), answer.etag());
    assert_ne!(answer.etag(), draft.etag);
    let event = olga.get(&format!("/api/v1/events/{}", draft.id)).await;
    assert_eq!(event.etag(), answer.etag());
    let event = olga.moves(&draft, "publish").await.ok();
    assert_eq!(event["seat_map_version"], 1);
    let sold = &event["ticket_types"][0];
    assert_eq!((&sold["seating"], &sold["capacity"], &sold["available"]), (&"reserved".into(), &30.into(), &30.into()));
    world.verifies().await;
}

#[tokio::test]
async fn everybody_sees_the_house_and_who_sits_there() {
    let world = World::start().await;
    let (olga, ada) = (world.organizer(), world.customer());
    let draft = reserved().draft(&olga).await;
    let mut house = a_house(draft.ticket_type(), 2, 3);
    seat(&mut house, "A-1")["position"] = json!({ "x": -5, "y": 7 });
    seat(&mut house, "B-3")["accessible"] = true.into();
    seat(&mut house, "B-1")["restricted_view"] = true.into();
    let show = reserved().publish_with(&olga, &draft, &house).await;
    ada.books_seats(&show, &["A-2"]).await.created();
    let hold = json!([{ "ticket_type_id": show.ticket_type(), "seats": ["B-1"] }]);
    ada.books_with(&show, &json!({ "hold": true, "items": hold })).await.created();
    olga.blocks(&show, "block", &["B-3"]).await.ok();

    let map = world.stranger().get(&format!("/api/v1/events/{}/seat-map", show.id)).await.ok();
    assert_eq!((&map["version"], &map["sections"][0]["name"]), (&1.into(), &"Stalls".into()));
    let rows = &map["sections"][0]["rows"];
    assert_eq!(rows[0]["seats"][0]["position"], json!({ "x": -5, "y": 7 }));
    assert_eq!(rows[1]["seats"][2]["position"], json!({ "x": 2, "y": 1 }), "counted in its row, and the rows");
    assert_eq!(
        (&rows[1]["seats"][2]["accessible"], &rows[1]["seats"][0]["restricted_view"]),
        (&true.into(), &true.into())
    );
    assert_eq!(map["sections"][0]["focal_point"], json!({ "x": -1, "y": 0 }), "the middle of what is there, in front");

    let seats = world.stranger().sees_seats(&show).await;
    assert_eq!(seats["sections"], json!([{ "name": "Stalls", "seats": "fsfhfb" }]));
    assert_eq!(seats["seat_map_version"], 1);
    let sold = &seats["ticket_types"][0];
    let counted = ["capacity", "sold", "held", "blocked", "available"].map(|member| sold[member].as_u64().unwrap());
    assert_eq!(counted, [6, 1, 1, 1, 3]);
    world.verifies().await;
}

#[tokio::test]
async fn another_house_keeps_who_sits_where() {
    let world = World::start().await;
    let (olga, ada) = (world.organizer(), world.customer());
    let show = reserved().seated(&olga, 2, 4).await;
    ada.books_seats(&show, &["A-1"]).await.created();
    let hold = json!([{ "ticket_type_id": show.ticket_type(), "seats": ["B-4"] }]);
    ada.books_with(&show, &json!({ "hold": true, "items": hold })).await.created();

    // A house without the seats that are sold or held is refused by name.
    let problem = olga.seats(&show, &show.etag, &a_house(show.ticket_type(), 1, 4)).await.refused("seats-in-use");
    assert_eq!(problem["seats"], json!(["B-4"]));
    let mut smaller = a_house(show.ticket_type(), 2, 4);
    smaller["sections"][0]["rows"][0]["seats"].as_array_mut().unwrap().remove(0);
    smaller["sections"][0]["rows"].as_array_mut().unwrap().remove(1);
    let problem = olga.seats(&show, &show.etag, &smaller).await.refused("seats-in-use");
    assert_eq!(problem["seats"], json!(["A-1", "B-4"]));

    let larger = olga.seats(&show, &show.etag, &a_house(show.ticket_type(), 3, 5)).await;
    assert_eq!((&larger.ok()["version"], &larger.ok()["seats"]), (&2.into(), &15.into()));
    let seats = ada.sees_seats(&show).await;
    assert_eq!(seats["sections"][0]["seats"], "sfffffffhffffff");
    assert_eq!(seats["ticket_types"][0]["available"], 13);
    ada.books_seats(&show, &["A-1"]).await.refused("seats-taken");
    ada.books_seats(&show, &["C-5"]).await.created();
    world.verifies().await;
}

#[tokio::test]
async fn seats_of_several_types_stand_in_one_house() {
    let world = World::start().await;
    let (olga, ada) = (world.organizer(), world.customer());
    let mut plan = reserved().with_ticket_type("Box", 9_900, 1).with_ticket_type("Standing", 1_000, 50);
    plan.body["ticket_types"][1]["seating"] = "reserved".into();
    plan.body["ticket_types"][1].as_object_mut().unwrap().remove("capacity");
    let draft = plan.draft(&olga).await;
    let mut house = a_house(draft.ticket_type(), 2, 4);
    seat(&mut house, "A-4")["ticket_type_id"] = json!(draft.ticket_types[1]);
    let show = plan.publish_with(&olga, &draft, &house).await;

    let capacities: Vec<u64> = ada.sees_seats(&show).await["ticket_types"]
        .as_array()
        .unwrap()
        .iter()
        .map(|sold| sold["capacity"].as_u64().unwrap())
        .collect();
    assert_eq!(capacities, [7, 1, 50]);
    let of = |at: usize, wish: Value| {
        let mut item = json!({ "ticket_type_id": show.ticket_types[at] });
        item.as_object_mut().unwrap().extend(wish.as_object().unwrap().clone());
        item
    };
    let all = json!([
        of(0, json!({ "seats": ["A-1"] })),
        of(1, json!({ "best_available": { "quantity": 1 } })),
        of(2, json!({ "quantity": 2 })),
    ]);
    let booking = ada.books_items(show.id, &all).await.created();
    assert_eq!(booking["items"][1]["seats"], json!(["A-4"]));
    assert!(booking["items"][2].get("seats").is_none());
    assert_eq!(booking["total"]["amount"], 4_250 + 9_900 + 2_000);
    let wrong = json!([of(1, json!({ "seats": ["A-2"] }))]);
    assert_eq!(ada.books_items(show.id, &wrong).await.refused("unknown-seat")["seat"], "A-2");
    world.verifies().await;
}

#[tokio::test]
async fn only_its_organizer_seats_an_event_and_sees_what_changes() {
    let world = World::start().await;
    let olga = world.organizer();
    let show = reserved().seated(&olga, 1, 2).await;
    let house = a_house(show.ticket_type(), 1, 3);
    let path = format!("/api/v1/admin/events/{}/seat-map", show.id);

    world.stranger().seats(&show, &show.etag, &house).await.problem(401, "missing-token");
    world.customer().seats(&show, &show.etag, &house).await.problem(403, "forbidden");
    world.organizer().seats(&show, &show.etag, &house).await.problem(403, "not-your-event");
    olga.put(&path).json(&house).await.problem(428, "precondition-required");
    let stale = olga.seats(&show, "\"1\"", &house).await.problem(412, "precondition-failed");
    assert_eq!(format!("\"{}\"", stale["revision"]), show.etag);
    world.admin().seats(&show, &show.etag, &house).await.ok();
    let draft = reserved().draft(&olga).await;
    world.organizer().seats(&draft, &draft.etag, &house).await.problem(404, "not-found");
    olga.calls_off(&show, "Rain").await.ok();
    let etag = olga.get(&format!("/api/v1/events/{}", show.id)).await.etag();
    olga.seats(&show, &etag, &house).await.refused("event-cancelled");
}

#[tokio::test]
async fn what_is_no_house_is_refused() {
    let world = World::start().await;
    let olga = world.organizer();
    let plan = reserved().with_ticket_type("Standing", 1_000, 50);
    let draft = plan.draft(&olga).await;
    let mut connection = world.database.connect().await;
    let recorded = count(&mut connection).await;
    let put = |house: &Value| olga.seats(&draft, &draft.etag, house);
    let house = || a_house(draft.ticket_type(), 2, 2);
    let with = |pointer: &str, value: Value| {
        let mut house = house();
        *house.pointer_mut(pointer).unwrap() = value;
        house
    };

    let twice = put(&with("/sections/0/rows/1/seats/0/label", json!("A-1"))).await;
    assert_eq!(twice.problem(422, "duplicate-seat-label")["seat"], "A-1");
    let unknown = put(&with("/sections/0/ticket_type_id", json!(Uuid::nil()))).await;
    assert_eq!(unknown.refused("unknown-ticket-type")["ticket_type_id"], Uuid::nil().to_string());
    let general = put(&with("/sections/0/ticket_type_id", json!(draft.ticket_types[1]))).await;
    assert_eq!(general.refused("not-reserved")["ticket_type_id"], draft.ticket_types[1].to_string());
    let long = "x".repeat(33);
    for (pointer, value, fault) in [
        ("/sections", json!([]), "/sections"),
        ("/sections/0/rows", json!([]), "/sections/0/rows"),
        ("/sections/0/rows/1/seats", json!([]), "/sections/0/rows/1/seats"),
        ("/sections/0/name", json!(""), "/sections/0/name"),
        ("/sections/0/name", json!(long), "/sections/0/name"),
        ("/sections/0/rows/0/label", json!("\u{7}"), "/sections/0/rows/0/label"),
        ("/sections/0/rows/0/seats/1/label", json!(long), "/sections/0/rows/0/seats/1/label"),
        ("/sections/0/rows/0/seats/1/label", json!(" "), "/sections/0/rows/0/seats/1/label"),
        ("/sections/0/rows/0/seats/1/label", json!(7), "/sections/0/rows/0/seats/1/label"),
        ("/sections/0/ticket_type_id", json!(null), "/sections/0/rows/0/seats/0/ticket_type_id"),
        ("/sections/0/rows/1/seats", json!([{}]), "/sections/0/rows/1/seats/0/label"),
        (
            "/sections/0/rows/1/seats/0",
            json!({ "label": "x", "position": { "x": 1.5, "y": 0 } }),
            "/sections/0/rows/1/seats/0/position/x",
        ),
        (
            "/sections/0/rows/1/seats/0",
            json!({ "label": "x", "position": { "x": i64::MAX, "y": 0 } }),
            "/sections/0/rows/1/seats/0/position/x",
        ),
    ] {
        put(&with(pointer, value)).await.invalid_at(fault);
    }
    put(&json!({})).await.invalid_at("/sections");
    put(&json!({ "sections": [], "color": "red" })).await.invalid_at("/color");
    olga.seats(&draft, &draft.etag, &json!([])).await.problem(422, "invalid");
    assert_eq!(count(&mut connection).await, recorded, "nothing is written");
}

#[tokio::test]
async fn two_hundred_thousand_seats_are_too_many() {
    let world = World::start().await;
    let olga = world.organizer();
    let draft = reserved().draft(&olga).await;
    let mut connection = world.database.connect().await;
    let recorded = count(&mut connection).await;
    // As large as such a house is: about 20 MB, far above what other requests may send.
    let row = |row: u32| {
        let seat = |seat: u32| {
            format!(
                "{{\"label\":\"{row}-{seat}\",\"position\":{{\"x\":{seat},\"y\":{row}}},\"accessible\":false,\
                 \"restricted_view\":false}}"
            )
        };
        format!("{{\"label\":\"{row}\",\"seats\":[{}]}}", (0..1_000).map(seat).collect::<Vec<_>>().join(","))
    };
    let rows: Vec<String> = (0..200).map(row).collect();
    let section =
        format!("{{\"name\":\"All\",\"ticket_type_id\":\"{}\",\"rows\":[{}]}}", draft.ticket_type(), rows.join(","));
    let house = format!("{{\"sections\":[{section}]}}");
    assert!(house.len() > 15_000_000, "{}", house.len());

    let path = format!("/api/v1/admin/events/{}/seat-map", draft.id);
    let answer = olga.put(&path).header("If-Match", &draft.etag).raw_json(house).await;
    assert_eq!(answer.problem(422, "too-many-seats")["limit"], 100_000);

    let spaces = vec![b' '; 33 << 20];
    let answer = olga.put(&path).header("If-Match", &draft.etag).raw_json(spaces).await;
    assert_eq!(answer.problem(413, "body-too-large")["limit"], 32 << 20);
    assert_eq!(count(&mut connection).await, recorded, "nothing is written");
}

#[tokio::test]
async fn twenty_thousand_seats_are_told_in_brief() {
    let world = World::start().await;
    let olga = world.organizer();
    let draft = reserved().draft(&olga).await;
    olga.seats(&draft, &draft.etag, &a_house(draft.ticket_type(), 100, 200)).await.ok();
    let published = olga.moves(&draft, "publish").await;
    // So many seats take longer than a read waits for.
    olga.waits_for(published.position()).await;
    let answer = world.customer().get(&format!("/api/v1/events/{}/seats", draft.id)).await;
    assert_eq!(answer.ok()["sections"][0]["seats"].as_str().unwrap().len(), 20_000);
    assert!(answer.body.len() < 64 * 1024, "{} bytes", answer.body.len());
}

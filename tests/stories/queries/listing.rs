//! The programme: who sees what, in which order.

use serde_json::Value;

use crate::support::{Person, World, a_show};

/// The titles of a list, in order.
async fn titles(person: &Person, query: &str) -> Vec<String> {
    let list = person.get(&format!("/api/v1/events{query}")).await.ok();
    let title = |event: &Value| event["title"].as_str().unwrap().to_owned();
    list["data"].as_array().unwrap().iter().map(title).collect()
}

/// Four events and a draft.
async fn a_season(world: &World) -> Person {
    let olga = world.organizer();
    a_show().called("Carmen").in_city("Berlin").starting("2040-03-01").on_sale(&olga).await;
    a_show().called("aida").in_city("Köln").starting("2040-02-01").on_sale(&olga).await;
    a_show().called("Boris").in_city("BERLIN").starting("2040-01-01").on_sale(&olga).await;
    let paused = a_show().called("Dido").in_city("Roma").starting("2040-04-01").on_sale(&olga).await;
    olga.moves(&paused, "pause").await.ok();
    a_show().called("Elektra").draft(&olga).await;
    olga
}

#[tokio::test]
async fn the_programme_is_what_is_published_and_first_to_start_first() {
    let world = World::start().await;
    let olga = a_season(&world).await;
    assert_eq!(titles(&world.stranger(), "").await, ["Boris", "aida", "Carmen", "Dido"]);
    assert_eq!(titles(&olga, "").await, ["Boris", "aida", "Carmen", "Dido"]);
}

#[tokio::test]
async fn the_programme_can_be_searched() {
    let world = World::start().await;
    let olga = a_season(&world).await;
    let table: [(&str, &[&str]); 14] = [
        ("?status=paused", &["Dido"]),
        ("?status=on_sale", &["Boris", "aida", "Carmen"]),
        ("?status=closed", &[]),
        ("?city=berlin", &["Boris", "Carmen"]),
        ("?city=K%C3%B6ln", &["aida"]),
        ("?city=k%C3%96LN", &["aida"]),
        ("?city=Paris", &[]),
        ("?q=CARM", &["Carmen"]),
        ("?q=brahms", &["Boris", "aida", "Carmen", "Dido"]),
        ("?q=%25", &[]),
        ("?q=100%25_", &[]),
        ("?starts_after=2040-02-01T19:00:00Z", &["aida", "Carmen", "Dido"]),
        ("?starts_before=2040-02-01T19:00:00Z", &["Boris"]),
        ("?starts_after=2040-01-15T00:00:00%2B01:00&starts_before=2040-03-15T00:00:00Z&city=Berlin", &["Carmen"]),
    ];
    for (query, expected) in table {
        assert_eq!(titles(&world.stranger(), query).await, expected, "{query}");
    }
    assert_eq!(titles(&olga, "?status=draft").await, ["Elektra"]);
    world.stranger().get("/api/v1/events?status=draft").await.problem(401, "missing-token");
}

#[tokio::test]
async fn the_programme_has_four_orders() {
    let world = World::start().await;
    a_season(&world).await;
    let table = [
        ("starts_at", ["Boris", "aida", "Carmen", "Dido"]),
        ("-starts_at", ["Dido", "Carmen", "aida", "Boris"]),
        ("title", ["aida", "Boris", "Carmen", "Dido"]),
        ("-title", ["Dido", "Carmen", "Boris", "aida"]),
    ];
    for (sort, expected) in table {
        assert_eq!(titles(&world.stranger(), &format!("?sort={sort}")).await, expected, "{sort}");
    }
}

#[tokio::test]
async fn what_cannot_be_asked_for_is_refused() {
    let world = World::start().await;
    let person = world.stranger();
    for query in [
        "?status=sold",
        "?sort=price",
        "?limit=x",
        "?limit=-1",
        "?limit=1.5",
        "?limit=99999999999999999999",
        "?starts_after=soon",
        "?starts_after=2040-13-01T00:00:00Z",
        "?starts_before=%2B262000-01-01T00:00:00Z",
        "?q=%00",
        "?city=a%00b",
        "?page=2",
        "?status=on_sale&status=paused",
        "?limit",
    ] {
        person.get(&format!("/api/v1/events{query}")).await.problem(400, "malformed-query");
    }
    for query in ["?limit=0", "?limit=201", &format!("?q={}", "q".repeat(201))] {
        person.get(&format!("/api/v1/events{query}")).await.problem(422, "invalid");
    }
    for query in ["?q=%FF", "?city=%C3%28"] {
        let answer = person.get(&format!("/api/v1/events{query}")).await;
        assert!([200, 400].contains(&answer.status), "{query}: {}", answer.text());
    }
}

#[tokio::test]
async fn one_event_is_shown_in_full() {
    let world = World::start().await;
    let olga = world.organizer();
    let show = a_show().with("max_per_customer", 4).with_ticket_type("Balcony", 1900, 20).on_sale(&olga).await;
    let answer = world.stranger().get(&format!("/api/v1/events/{}", show.id)).await;
    let event = answer.ok();
    assert_eq!(answer.etag(), show.etag);
    assert_eq!(event["event_id"], show.id.to_string());
    assert_eq!(event["organizer_id"], olga.account_id.to_string());
    assert_eq!(event["description"], "Brahms and Schubert");
    assert_eq!(event["venue"]["country"], "DE");
    assert_eq!(event["time_zone"], "Europe/Berlin");
    assert_eq!(event["max_per_customer"], 4);
    assert_eq!(event["ticket_types"][1]["name"], "Balcony");
    assert_eq!(event["ticket_types"][1]["price"]["amount"], 1900);
    assert!(event["as_of_position"].is_u64());

    let nothing = "/api/v1/events/00000000-0000-7000-8000-000000000000";
    world.stranger().get(nothing).await.problem(404, "not-found");
    world.stranger().get(&format!("{nothing}/seats")).await.problem(404, "not-found");
    for path in ["/api/v1/events/42", "/api/v1/events/42/seats", "/api/v1/events/%FF", "/api/v1/events/%00/seats"] {
        world.stranger().get(path).await.problem(400, "malformed-id");
    }
    world.stranger().get(&format!("/api/v1/events/{}?verbose=1", show.id)).await.problem(400, "malformed-query");
    world.stranger().get(&format!("/api/v1/events/{}/seats?type=1", show.id)).await.problem(400, "malformed-query");
}

//! Lists come in pages that neither skip nor repeat, whatever is added meanwhile.

use serde_json::{Value, json};

use crate::support::{Person, World, a_show};

/// One page: its titles, and the cursor of the next.
async fn page(person: &Person, query: &str, cursor: Option<&str>) -> (Vec<String>, Option<String>) {
    let cursor = cursor.map(|cursor| format!("&cursor={cursor}")).unwrap_or_default();
    let list = person.get(&format!("/api/v1/events?{query}{cursor}")).await.ok();
    let titles = list["data"].as_array().unwrap().iter().map(|event| event["title"].as_str().unwrap().to_owned());
    let next = list["page"]["next"].as_str().map(str::to_owned);
    assert_eq!(list["page"]["has_more"], next.is_some());
    (titles.collect(), next)
}

async fn all_pages(person: &Person, query: &str) -> Vec<String> {
    let (mut titles, mut next) = page(person, query, None).await;
    while let Some(cursor) = next {
        let (more, after) = page(person, query, Some(&cursor)).await;
        assert!(!more.is_empty(), "a page that was promised is not empty");
        titles.extend(more);
        next = after;
    }
    titles
}

#[tokio::test]
async fn pages_follow_one_another_in_every_order() {
    let world = World::start().await;
    let olga = world.organizer();
    let mut expected = Vec::new();
    for n in 0..7 {
        // Some start together: then their ids decide.
        let title = format!("Evening {n}");
        a_show().called(&title).starting(&format!("2040-01-0{}", 1 + n / 3)).on_sale(&olga).await;
        expected.push(title);
    }
    let person = world.stranger();
    for sort in ["starts_at", "title"] {
        for limit in [1, 2, 3, 6, 7, 8] {
            assert_eq!(all_pages(&person, &format!("sort={sort}&limit={limit}")).await, expected, "{sort} {limit}");
        }
    }
    expected.reverse();
    for sort in ["-starts_at", "-title"] {
        assert_eq!(all_pages(&person, &format!("sort={sort}&limit=3")).await, expected, "{sort}");
    }
}

#[tokio::test]
async fn pages_are_stable_while_events_are_added() {
    let world = World::start().await;
    let olga = world.organizer();
    for (title, date) in [("B", "2040-02-01"), ("D", "2040-04-01"), ("F", "2040-06-01")] {
        a_show().called(title).starting(date).on_sale(&olga).await;
    }
    let (first, cursor) = page(&olga, "limit=2", None).await;
    assert_eq!(first, ["B", "D"]);
    a_show().called("A").starting("2040-01-01").on_sale(&olga).await;
    a_show().called("E").starting("2040-05-01").on_sale(&olga).await;

    let (second, _) = page(&olga, "limit=2", cursor.as_deref()).await;
    assert_eq!(second, ["E", "F"], "what was seen is not seen again, what comes later is");
}

#[tokio::test]
async fn a_cursor_is_good_for_its_own_list_alone() {
    let world = World::start().await;
    let olga = world.organizer();
    for n in 0..3 {
        a_show().called(&format!("Evening {n}")).on_sale(&olga).await;
    }
    let (_, cursor) = page(&olga, "limit=1", None).await;
    let cursor = cursor.unwrap();
    let refused = async |query: String| {
        olga.get(&format!("/api/v1/events?{query}")).await.problem(400, "invalid-cursor");
    };

    refused(format!("sort=title&cursor={cursor}")).await;
    refused(format!("city=Berlin&cursor={cursor}")).await;
    refused(format!("status=draft&cursor={cursor}")).await;
    let half = cursor.len() / 2;
    let flipped = if cursor.as_bytes()[half] == b'A' { "B" } else { "A" };
    refused(format!("cursor={}{flipped}{}", &cursor[..half], &cursor[half + 1..])).await;
    for cursor in [&cursor[1..], &cursor[..half], "", "x", "%00", "null", "AAAA", &"A".repeat(4_000)] {
        refused(format!("cursor={cursor}")).await;
    }
    olga.get(&format!("/api/v1/users/bookings?cursor={cursor}")).await.problem(400, "invalid-cursor");
    // More or fewer of the same list is the same list.
    assert_eq!(page(&olga, "limit=50", Some(&cursor)).await.0.len(), 2);
}

#[tokio::test]
async fn a_history_has_pages_too_and_they_are_ones_own() {
    let world = World::start().await;
    let (ada, bob) = (world.customer(), world.customer());
    let show = a_show().on_sale(&world.organizer()).await;
    for quantity in 1..=5 {
        ada.books(&show, quantity).await.created();
        bob.books(&show, 9).await.created();
    }
    let quantities = |list: &Value| -> Vec<u64> {
        list["data"]
            .as_array()
            .unwrap()
            .iter()
            .map(|booking| booking["items"][0]["quantity"].as_u64().unwrap())
            .collect()
    };
    let first = ada.get("/api/v1/users/bookings?limit=2").await.ok();
    assert_eq!(quantities(&first), [5, 4], "the last one first");
    ada.books(&show, 6).await.created();
    let path = format!("/api/v1/users/bookings?limit=2&cursor={}", first["page"]["next"].as_str().unwrap());
    let second = ada.get(&path).await.ok();
    assert_eq!(quantities(&second), [3, 2]);

    bob.get(&path).await.problem(400, "invalid-cursor");
    ada.get(&format!("{path}&when=past")).await.problem(400, "invalid-cursor");
    ada.get("/api/v1/users/bookings?limit=0").await.problem(422, "invalid");
    ada.get("/api/v1/users/bookings?limit=201").await.problem(422, "invalid");
    ada.get("/api/v1/users/bookings?when=soon").await.problem(400, "malformed-query");
    ada.get("/api/v1/users/bookings?user=bob").await.problem(400, "malformed-query");
    assert_eq!(world.customer().get("/api/v1/users/bookings").await.ok()["data"], json!([]));
    world.stranger().get("/api/v1/users/bookings").await.problem(401, "missing-token");
}

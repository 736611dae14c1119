//! Nothing a client can send ends in a 500: nasty requests at every endpoint there is. That each
//! refusal is a whole problem, `Answer::take` checks on every answer.

use reqwest::Method;
use serde_json::{Value, json};

use super::openapi::endpoints;
use super::scene::good_bodies;
use crate::support::log::{count, recount};
use crate::support::{Person, Show, World, a_show};

fn nasty_values() -> Vec<Value> {
    let deep = (0..100).fold(json!(1), |inner, _| json!([inner]));
    vec![
        json!(null),
        json!(""),
        json!("\0"),
        json!("\u{202e}\u{feff}\u{0}\u{1f}"),
        json!("'; DROP TABLE events; --"),
        json!("x".repeat(100_000)),
        json!(-1),
        json!(0),
        json!(1.5),
        json!(1e308),
        json!(i64::MIN),
        json!(u64::MAX),
        json!(true),
        json!([]),
        json!({}),
        json!([null]),
        json!({ "": {} }),
        deep,
        json!("00000000-0000-0000-0000-000000000000"),
        json!("9999-12-31T23:59:60Z"),
        json!("-9999-12-31T23:59:59Z"),
    ]
}

/// Each member, at every depth, replaced by each nasty value.
fn spoiled(body: &Value) -> Vec<Value> {
    let mut found = nasty_values();
    if let Value::Object(members) = body {
        for (name, value) in members {
            for nasty in spoiled_member(value) {
                let mut copy = body.clone();
                copy[name] = nasty;
                found.push(copy);
            }
        }
    }
    found
}

fn spoiled_member(value: &Value) -> Vec<Value> {
    match value {
        Value::Array(items) => {
            let inner = items.first().map(spoiled).unwrap_or_default();
            nasty_values().into_iter().chain(inner.into_iter().map(|item| json!([item]))).collect()
        }
        Value::Object(_) => spoiled(value),
        _ => nasty_values(),
    }
}

const NASTY_IDS: [&str; 7] = ["42", "%00", "%ff%fe", "..%2f..%2fetc", "{event_id}", "%27%20OR%201=1", "-"];
const NASTY_QUERIES: [&str; 21] = [
    "?",
    "?x",
    "?limit=%00",
    "?cursor=%ff",
    "?a=b&a=b&&&===",
    "?q=%F0%9F%92%A9%00",
    "?event_type=%00",
    "?code=%00&kind=sign_in",
    "?from=-262143-01-01T00:00:00Z&to=%2B262142-12-31T23:59:59Z",
    "?to=-262143-01-01T00:00:00Z&time_zone=America/New_York",
    "?to=%2B262142-12-31T23:59:59Z&time_zone=Pacific/Kiritimati",
    "?from=%2B262142-12-31T23:59:59Z&time_zone=Pacific/Kiritimati&bucket=minute",
    "?from_position=18446744073709551615&to_position=0&order=oldest&stream=show-%00",
    "?as_of=%00",
    "?as_of=-262143-01-01T00:00:00Z",
    "?as_of=%2B262142-12-31T23:59:59Z",
    "?as_of=2020-01-01T23:59:60Z",
    "?as_of_position=18446744073709551615",
    "?as_of_position=1&as_of=2020-01-01T00:00:00Z",
    "?as_of_position=-1",
    "?format=%00",
];

async fn sweep(person: &Person, endpoint: &str, show: &Show) -> usize {
    let (method, template) = endpoint.split_once(' ').unwrap();
    let method = Method::from_bytes(method.as_bytes()).unwrap();
    let with_id = |id: &str| {
        let ids = ["{event_id}", "{booking_id}", "{entry_id}", "{code}", "{account_id}"];
        let places = ids.into_iter().chain(["{replay_id}", "{projection}", "{stream}", "{path}"]);
        places.fold(template.to_owned(), |path, at| path.replace(at, id))
    };
    let path = with_id(&show.id.to_string());
    let mut sent = 0;
    for id in NASTY_IDS {
        person.ask(method.clone(), &with_id(id)).await;
        sent += 1;
    }
    for query in NASTY_QUERIES {
        person.ask(method.clone(), &format!("{path}{query}")).await;
        sent += 1;
    }
    for (header, value) in [
        ("Idempotency-Key", &b"\xff\x01"[..]),
        ("If-Match", b"\"\xff\""),
        ("Evently-Min-Position", b"\xff"),
        ("Authorization", b"Bearer \xff"),
        ("X-Request-Id", b"\xff"),
        ("Content-Type", b"\xff"),
        ("Accept", b"\xff"),
        ("Range", b"bytes=9-1"),
    ] {
        // A control character is not even sent; whatever is sent gets a decent answer.
        if let Ok(value) = reqwest::header::HeaderValue::from_bytes(value) {
            person.ask(method.clone(), &path).header(header, value).await;
            sent += 1;
        }
    }
    for nasty in good_bodies(endpoint, show).iter().flat_map(spoiled) {
        person.ask(method.clone(), &path).header("If-Match", "\"1\"").json(&nasty).await;
        sent += 1;
    }
    sent
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_that_is_sent_ends_in_a_500() {
    let world = World::start().await;
    let admin = world.admin();
    let olga = world.organizer();
    let document = admin.get("/openapi.json").await.ok();
    let mut sent = 0;
    for endpoint in endpoints(&document) {
        let show = a_show().draft(&olga).await;
        if !endpoint.contains("/auth/") {
            sweep(&world.stranger(), &endpoint, &show).await;
        }
        sent += sweep(&admin, &endpoint, &show).await;
    }
    assert!(sent > 500, "only {sent} requests: does the sweep know the endpoints?");

    // What got through is whole, and the platform works as before.
    let facts = crate::support::log::facts(&mut world.database.connect().await).await;
    assert!(recount(&facts).confirmed.is_empty());
    assert!(count(&mut world.database.connect().await).await > 0);
    let fresh = a_show().on_sale(&world.organizer()).await;
    world.customer().books(&fresh, 1).await.created();
    world.verifies().await;
}

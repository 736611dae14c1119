//! How often one person may ask, and how they are told.

use serde_json::json;

use crate::support::{Answer, Person, World, a_show};

fn number(text: &str, key: &str) -> u64 {
    let part = text.split(';').find_map(|part| part.trim().strip_prefix(key)).unwrap();
    part.trim_start_matches('=').parse().unwrap()
}

fn remaining(answer: &Answer) -> u64 {
    number(answer.header("ratelimit").unwrap(), "r")
}

/// A try that costs no password hash: refreshing draws on the same allowance.
async fn failed_log_in(person: &Person) -> Answer {
    person.post("/api/v1/auth/refresh").json(&json!({ "refresh_token": "guessed" })).await
}

#[tokio::test]
async fn signing_in_is_limited_by_address() {
    let world = World::start_with(|settings| settings.rate_limits = true).await;
    let stranger = world.stranger();
    let first = failed_log_in(&stranger).await;
    let policy = first.header("ratelimit-policy").unwrap();
    assert!(policy.starts_with("\"login\""), "{policy}");
    let quota = number(policy, "q");
    assert!(remaining(&first) < quota);

    let mut tries = 1;
    let refused = loop {
        let answer = failed_log_in(&stranger).await;
        if answer.status == 429 {
            break answer;
        }
        tries += 1;
        assert!(tries <= 2 * quota, "no end to it");
    };
    refused.problem(429, "rate-limited");
    assert!(tries >= quota);
    assert_eq!(remaining(&refused), 0);
    // Guessing passwords never stops a purchase, nor a look at the programme.
    stranger.get("/api/v1/events").await.ok();
    let show = a_show().on_sale(&world.organizer()).await;
    world.customer().books(&show, 1).await.created();
}

#[tokio::test]
async fn people_have_allowances_of_their_own() {
    let world = World::start_with(|settings| settings.rate_limits = true).await;
    let (ada, bob) = (world.customer(), world.customer());
    let show = a_show().with_seats(1_000).on_sale(&world.organizer()).await;
    let first = ada.books(&show, 1).await;
    assert!(first.header("ratelimit-policy").unwrap().starts_with("\"sale\""));
    let second = ada.books(&show, 1).await;
    assert!(remaining(&second) <= remaining(&first));
    assert!(remaining(&bob.books(&show, 1).await) >= remaining(&first), "what Ada does is not Bob's");
    let read = ada.get("/api/v1/events").await;
    assert!(read.header("ratelimit-policy").unwrap().starts_with("\"query\""));
}

#[tokio::test]
async fn switched_off_nobody_is_counted() {
    let world = World::start().await;
    let answer = failed_log_in(&world.stranger()).await;
    assert!(answer.header("ratelimit").is_none() && answer.header("ratelimit-policy").is_none());
}

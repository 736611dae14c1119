//! Tokens that prove nothing.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::Utc;
use command_api::SigningKeys;
use domain::access::{Actor, Role};
use domain::ids::AccountId;
use serde_json::{Value, json};

use crate::support::log::count;
use crate::support::world::{jwks, token, token_until};
use crate::support::{Person, Show, World, a_show, in_time};

/// Neither side takes this token, not even where no token is needed.
async fn nobody_takes(person: &Person, show: &Show, token: &str, code: &str) {
    let person = person.with_token(token);
    person.books(show, 1).await.problem(401, code);
    for path in ["/api/v1/users/bookings", "/api/v1/users/me", "/api/v1/events"] {
        let answer = person.get(path).await;
        answer.problem(401, code);
        assert!(answer.header("www-authenticate").unwrap().starts_with("Bearer"), "{path}");
    }
    person.get(&format!("/api/v1/events/{}/seats", show.id)).await.problem(401, code);
}

fn encoded(json: &Value) -> String {
    URL_SAFE_NO_PAD.encode(json.to_string())
}

#[tokio::test]
async fn tokens_that_are_not_ours_are_refused() {
    let world = World::start().await;
    let ada = world.customer();
    let show = a_show().on_sale(&world.organizer()).await;
    let mut connection = world.database.connect().await;
    let recorded = count(&mut connection).await;
    let good = token(ada.account_id, Role::Customer);
    let [head, claims, signature] = <[&str; 3]>::try_from(good.split('.').collect::<Vec<_>>()).unwrap();
    let claims_json: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).unwrap()).unwrap();

    let mut promoted = claims_json.clone();
    promoted["role"] = "admin".into();
    let promoted = encoded(&promoted);
    let kid = &jwks()["keys"][0]["kid"];
    let none = encoded(&json!({ "alg": "none", "typ": "JWT" }));
    let hmac = encoded(&json!({ "alg": "HS256", "typ": "JWT", "kid": kid }));
    let unknown_key = encoded(&json!({ "alg": "EdDSA", "typ": "JWT", "kid": "somebody's" }));
    let foreign_folder = tempfile::tempdir().unwrap();
    let foreign = SigningKeys::load_or_create(foreign_folder.path()).unwrap();
    let actor = Actor { account_id: AccountId(ada.account_id), role: Role::Admin };
    let foreign = foreign.sign(&actor, Utc::now()).unwrap();
    let foreign_parts: Vec<&str> = foreign.split('.').collect();
    for bad in [
        format!("{head}.{promoted}.{signature}"),
        format!("{none}.{promoted}."),
        format!("{none}.{claims}.{signature}"),
        format!("{hmac}.{claims}.{signature}"),
        format!("{unknown_key}.{claims}.{signature}"),
        format!("{head}.{}.{}", foreign_parts[1], foreign_parts[2]),
        foreign.clone(),
        format!("{head}.{claims}."),
        format!("{head}.{claims}"),
        format!("{good}x"),
        format!("{head}.{claims}.{}", "A".repeat(86)),
        format!("{head}..{signature}"),
        "x".into(),
        "a.b.c".into(),
        "x".repeat(8_000),
    ] {
        nobody_takes(&ada, &show, &bad, "invalid-token").await;
    }
    assert_eq!(count(&mut connection).await, recorded);
    ada.with_token(&good).books(&show, 1).await.created();
}

#[tokio::test]
async fn a_token_ends() {
    let world = World::start().await;
    let ada = world.customer();
    let show = a_show().on_sale(&world.organizer()).await;
    let ended = token_until(ada.account_id, Role::Admin, Utc::now().timestamp() - 1);
    nobody_takes(&ada, &show, &ended, "token-expired").await;
    nobody_takes(&ada, &show, &token_until(ada.account_id, Role::Admin, 0), "token-expired").await;
    // Before time began is no time at all.
    nobody_takes(&ada, &show, &token_until(ada.account_id, Role::Admin, i64::MIN), "invalid-token").await;
}

#[tokio::test]
async fn a_remembered_token_ends_too() {
    let world = World::start().await;
    let ada = world.customer();
    let short = ada.with_token(&token_until(ada.account_id, Role::Customer, Utc::now().timestamp() + 2));
    short.get("/api/v1/users/bookings").await.ok();
    let ended = in_time("a remembered token", async {
        loop {
            let answer = short.get("/api/v1/users/bookings").await;
            if answer.status != 200 {
                return answer;
            }
        }
    });
    ended.await.problem(401, "token-expired");
}

#[tokio::test]
async fn other_ways_to_prove_who_one_is_are_refused() {
    let world = World::start().await;
    let stranger = world.stranger();
    let good = token(uuid::Uuid::now_v7(), Role::Customer);
    for (header, code) in [
        ("Basic YWRhOnNlY3JldA==".to_owned(), "invalid-token"),
        (good.clone(), "invalid-token"),
        ("Bearer".to_owned(), "invalid-token"),
        ("Bearer ".to_owned(), "invalid-token"),
        (String::new(), "invalid-token"),
    ] {
        stranger.get("/api/v1/users/bookings").header("Authorization", header).await.problem(401, code);
    }
    stranger.get("/api/v1/users/bookings").await.problem(401, "missing-token");
    stranger.get("/api/v1/users/bookings").header("Authorization", b"Bearer \xff").await.problem(401, "invalid-token");
    stranger.get("/api/v1/users/bookings").header("Authorization", format!("bearer {good}")).await.ok();
}

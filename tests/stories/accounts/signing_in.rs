//! Signing in, staying signed in with tokens that turn over, signing out.

use serde_json::json;

use super::{PASSWORD, logs_in, refreshes, registers};
use crate::support::world::jwks;
use crate::support::{Person, World};

async fn ada_in(world: &World) -> (Person, serde_json::Value) {
    let stranger = world.stranger();
    registers(&stranger, "ada@example.org").await.created();
    let tokens = logs_in(&stranger, "ada@example.org", PASSWORD).await.ok();
    (stranger, tokens)
}

#[tokio::test]
async fn a_person_signs_in() {
    let world = World::start().await;
    let stranger = world.stranger();
    registers(&stranger, "ada@example.org").await.created();

    let answer = logs_in(&stranger, " ADA@example.org", PASSWORD).await;
    let tokens = answer.ok();
    assert_eq!(tokens["token_type"], "Bearer");
    assert_eq!(tokens["expires_in"], 900);
    assert_eq!(answer.header("cache-control"), Some("no-store"));

    let me = stranger.with_token(tokens["access_token"].as_str().unwrap()).get("/api/v1/users/me").await.ok();
    assert_eq!(me["email"], "ada@example.org");
    assert_eq!(me["name"], "Ada Lovelace");
    assert_eq!(me["role"], "customer");
}

#[tokio::test]
async fn an_unknown_address_and_a_wrong_password_get_the_same_answer() {
    let world = World::start().await;
    let stranger = world.stranger();
    registers(&stranger, "ada@example.org").await.created();

    let wrong = logs_in(&stranger, "ada@example.org", "wrong horse battery").await;
    let unknown = logs_in(&stranger, "nobody@example.org", PASSWORD).await;
    let problem = wrong.problem(401, "invalid-credentials");
    assert_eq!(problem, unknown.problem(401, "invalid-credentials"));
    assert!(wrong.header("www-authenticate").is_some());

    // Nor does anything else about a password or an address tell them apart.
    for (email, password) in [("", ""), ("ada@example.org", ""), ("\0", "x"), ("not an address", PASSWORD)] {
        assert_eq!(logs_in(&stranger, email, password).await.problem(401, "invalid-credentials"), problem);
    }
    let endless = "x".repeat(100_000);
    assert_eq!(logs_in(&stranger, "ada@example.org", &endless).await.problem(401, "invalid-credentials"), problem);
}

#[tokio::test]
async fn a_refresh_token_is_good_once() {
    let world = World::start().await;
    let (stranger, first) = ada_in(&world).await;

    let second = refreshes(&stranger, &first["refresh_token"]).await.ok();
    assert_ne!(first["refresh_token"], second["refresh_token"]);
    let ada = stranger.with_token(second["access_token"].as_str().unwrap());
    ada.get("/api/v1/users/me").await.ok();

    let third = refreshes(&stranger, &second["refresh_token"]).await.ok();
    assert_ne!(second["refresh_token"], third["refresh_token"]);
}

#[tokio::test]
async fn a_refresh_token_used_twice_ends_its_family() {
    let world = World::start().await;
    let (stranger, first) = ada_in(&world).await;
    let second = refreshes(&stranger, &first["refresh_token"]).await.ok();

    refreshes(&stranger, &first["refresh_token"]).await.problem(401, "refresh-token-reused");
    // Whoever holds the newest one is signed out as well: one of the two is a thief.
    refreshes(&stranger, &second["refresh_token"]).await.problem(401, "invalid-refresh-token");

    // Another sign-in of the same person is another family.
    let other = logs_in(&stranger, "ada@example.org", PASSWORD).await.ok();
    refreshes(&stranger, &other["refresh_token"]).await.ok();
}

#[tokio::test]
async fn one_of_two_at_the_same_moment_gets_new_tokens() {
    let world = World::start().await;
    let (stranger, first) = ada_in(&world).await;
    let token = &first["refresh_token"];
    let (one, two) = tokio::join!(refreshes(&stranger, token), refreshes(&stranger, token));

    let mut statuses = [one.status, two.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 401]);
    let winner = if one.status == 200 { one } else { two };
    refreshes(&stranger, &winner.ok()["refresh_token"]).await.problem(401, "invalid-refresh-token");
}

#[tokio::test]
async fn signing_out_ends_the_family_and_can_be_repeated() {
    let world = World::start().await;
    let (stranger, tokens) = ada_in(&world).await;
    let log_out = || stranger.post("/api/v1/auth/logout").json(&json!({ "refresh_token": tokens["refresh_token"] }));

    assert_eq!(log_out().await.status, 204);
    refreshes(&stranger, &tokens["refresh_token"]).await.problem(401, "invalid-refresh-token");
    assert_eq!(log_out().await.status, 204);
}

#[tokio::test]
async fn a_made_up_refresh_token_is_refused() {
    let world = World::start().await;
    let stranger = world.stranger();
    for token in ["", "x", "\0", &"y".repeat(10_000)] {
        refreshes(&stranger, &token.into()).await.problem(401, "invalid-refresh-token");
    }
    refreshes(&stranger, &json!(7)).await.invalid_at("/refresh_token");
}

#[tokio::test]
async fn a_refresh_token_is_no_access_token() {
    let world = World::start().await;
    let (stranger, tokens) = ada_in(&world).await;
    let mistaken = stranger.with_token(tokens["refresh_token"].as_str().unwrap());
    mistaken.get("/api/v1/users/me").await.problem(401, "invalid-token");
}

#[tokio::test]
async fn anybody_can_verify_tokens_with_the_published_key() {
    let world = World::start().await;
    let published = world.stranger().get("/.well-known/jwks.json").await.ok();
    assert_eq!(published, jwks());
    let key = &published["keys"][0];
    assert_eq!((&key["kty"], &key["crv"], &key["alg"]), (&"OKP".into(), &"Ed25519".into(), &"EdDSA".into()));
    assert!(key.get("d").is_none(), "the private half stays private");
}

#[tokio::test]
async fn the_first_administrator_is_there_from_the_start() {
    use crate::support::world::{ADMIN_EMAIL, ADMIN_PASSWORD};
    let world = World::start().await;
    let stranger = world.stranger();
    let tokens = logs_in(&stranger, ADMIN_EMAIL, ADMIN_PASSWORD).await.ok();
    let me = stranger.with_token(tokens["access_token"].as_str().unwrap()).get("/api/v1/users/me").await.ok();
    assert_eq!(me["role"], "admin");
}

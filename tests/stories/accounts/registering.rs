//! A person registers: once, with an address that nobody else has.

use serde_json::json;

use super::{ada, logs_in, registers};
use crate::support::log::facts;
use crate::support::{World, a_show};

#[tokio::test]
async fn a_person_registers_and_is_a_customer() {
    let world = World::start().await;
    let answer = registers(&world.stranger(), "ada@example.org").await;

    let account = answer.created();
    assert_eq!(account["email"], "ada@example.org");
    assert_eq!(account["name"], "Ada Lovelace");
    assert_eq!(account["role"], "customer");
    assert!(account["account_id"].is_string());
    assert!(account.get("password").is_none() && account.get("password_hash").is_none());
}

#[tokio::test]
async fn the_log_knows_an_account_and_no_person() {
    let world = World::start().await;
    let account = registers(&world.stranger(), "ada@example.org").await.created();

    let facts = facts(&mut world.database.connect().await).await;
    let registered = facts.iter().find(|fact| fact.payload["account_id"] == account["account_id"]).unwrap();
    assert_eq!(registered.kind, "AccountRegistered");
    let told = format!("{facts:?}").to_lowercase();
    for personal in ["ada", "lovelace", "example.org", "argon2"] {
        assert!(!told.contains(&format!("\"{personal}")) && !told.contains("lovelace"), "the log says {personal}");
    }
}

#[tokio::test]
async fn an_address_is_taken_once_however_it_is_written() {
    let world = World::start().await;
    let stranger = world.stranger();
    registers(&stranger, "ada@example.org").await.created();

    registers(&stranger, "ada@example.org").await.refused("email-taken");
    registers(&stranger, "  Ada@Example.ORG ").await.refused("email-taken");
}

#[tokio::test]
async fn registering_at_the_same_moment_makes_one_account() {
    let world = World::start().await;
    let stranger = world.stranger();
    let (one, two) = tokio::join!(registers(&stranger, "ada@example.org"), registers(&stranger, "ada@example.org"));

    let mut statuses = [one.status, two.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 409]);
}

#[tokio::test]
async fn a_keyed_registration_can_be_repeated() {
    let world = World::start().await;
    let stranger = world.stranger();
    let register = |body| stranger.post("/api/v1/auth/register").key("registration-1").json(&body);
    let first = register(ada("ada@example.org")).await;
    let again = register(ada("ada@example.org")).await;

    assert_eq!(first.created(), again.created());
    assert!(!first.is_replay() && again.is_replay());

    let mut other = ada("ada@example.org");
    other["name"] = "Ada Byron".into();
    register(other).await.problem(422, "idempotency-key-reused");
    // The key is the person's, not the world's.
    register(ada("grace@example.org")).await.created();
}

#[tokio::test]
async fn what_is_no_registration_is_told_field_by_field() {
    let world = World::start().await;
    let stranger = world.stranger();
    let register = |member: &str, value: serde_json::Value| {
        let mut body = ada("ada@example.org");
        body[member] = value;
        stranger.post("/api/v1/auth/register").json(&body)
    };
    for email in ["", "ada", "@example.org", "ada@", "ada@example", "ada lovelace@example.org", "a@b@c.org", "a@b..org"]
    {
        register("email", email.into()).await.invalid_at("/email");
    }
    register("email", format!("{}@example.org", "a".repeat(250)).into()).await.invalid_at("/email");
    register("email", "a\0@example.org".into()).await.invalid_at("/email");
    register("password", "short".into()).await.invalid_at("/password");
    register("password", "x".repeat(257).into()).await.invalid_at("/password");
    register("name", "  ".into()).await.invalid_at("/name");
    register("name", "n".repeat(201).into()).await.invalid_at("/name");
    register("name", "Ada\0".into()).await.invalid_at("/name");
    register("name", 7.into()).await.invalid_at("/name");
    register("role", "admin".into()).await.invalid_at("/role");

    let faults = stranger
        .post("/api/v1/auth/register")
        .json(&json!({ "email": "x", "password": "x", "name": "" }))
        .await
        .problem(422, "invalid");
    assert_eq!(faults["errors"].as_array().unwrap().len(), 3, "all faults at once: {faults}");
}

#[tokio::test]
async fn who_registers_can_sign_in_and_book() {
    let world = World::start().await;
    let show = a_show().on_sale(&world.organizer()).await;
    let stranger = world.stranger();
    registers(&stranger, "ada@example.org").await.created();
    let tokens = logs_in(&stranger, "ada@example.org", super::PASSWORD).await.ok();

    let ada = stranger.with_token(tokens["access_token"].as_str().unwrap());
    ada.books(&show, 2).await.created();
}

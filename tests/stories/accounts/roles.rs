//! Administrators trust people with more, or with less.

use serde_json::{Value, json};

use super::{PASSWORD, logs_in, refreshes, registers};
use crate::support::log::{count, facts};
use crate::support::{Person, World, a_show};

async fn grants(admin: &Person, account_id: &Value, role: &str) -> crate::support::Answer {
    let path = format!("/api/v1/admin/users/{}/role", account_id.as_str().unwrap());
    admin.put(&path).json(&json!({ "role": role })).await
}

#[tokio::test]
async fn a_customer_becomes_an_organizer_at_the_next_refresh() {
    let world = World::start().await;
    let stranger = world.stranger();
    let account = registers(&stranger, "ada@example.org").await.created();
    let tokens = logs_in(&stranger, "ada@example.org", PASSWORD).await.ok();
    let ada = stranger.with_token(tokens["access_token"].as_str().unwrap());
    ada.post("/api/v1/admin/events").json(&a_show().body).await.problem(403, "forbidden");

    let granted = grants(&world.admin(), &account["account_id"], "organizer").await;
    assert_eq!(granted.ok(), json!({ "account_id": account["account_id"], "role": "organizer" }));

    let refreshed = refreshes(&stranger, &tokens["refresh_token"]).await.ok();
    let ada = stranger.with_token(refreshed["access_token"].as_str().unwrap());
    a_show().draft(&ada).await;
    assert_eq!(ada.get("/api/v1/users/me").await.ok()["role"], "organizer");
}

#[tokio::test]
async fn granting_twice_is_one_fact_and_taking_back_another() {
    let world = World::start().await;
    let account = registers(&world.stranger(), "ada@example.org").await.created();
    let admin = world.admin();
    let mut connection = world.database.connect().await;

    let first = grants(&admin, &account["account_id"], "organizer").await;
    let recorded = count(&mut connection).await;
    let again = grants(&admin, &account["account_id"], "organizer").await;
    assert_eq!(first.ok(), again.ok());
    assert_eq!(count(&mut connection).await, recorded);

    grants(&admin, &account["account_id"], "customer").await.ok();
    let last = facts(&mut connection).await.pop().unwrap();
    assert_eq!((last.kind.as_str(), &last.payload["role"]), ("RoleGranted", &"customer".into()));
}

#[tokio::test]
async fn only_administrators_grant_roles() {
    let world = World::start().await;
    let account = registers(&world.stranger(), "ada@example.org").await.created();
    let mut connection = world.database.connect().await;
    let recorded = count(&mut connection).await;
    for person in [world.customer(), world.organizer()] {
        grants(&person, &account["account_id"], "admin").await.problem(403, "forbidden");
    }
    grants(&world.stranger(), &account["account_id"], "admin").await.problem(401, "missing-token");
    assert_eq!(count(&mut connection).await, recorded);
}

#[tokio::test]
async fn roles_and_accounts_that_do_not_exist_are_refused() {
    let world = World::start().await;
    let account = registers(&world.stranger(), "ada@example.org").await.created();
    let admin = world.admin();
    grants(&admin, &account["account_id"], "emperor").await.invalid_at("/role");
    grants(&admin, &"00000000-0000-7000-8000-000000000000".into(), "organizer").await.problem(404, "not-found");
    grants(&admin, &"not-a-uuid".into(), "organizer").await.problem(400, "malformed-id");
}

#[tokio::test]
async fn a_person_without_a_row_has_no_profile() {
    let world = World::start().await;
    // A token is good until it ends, even if the person was erased meanwhile.
    world.customer().get("/api/v1/users/me").await.problem(404, "not-found");
}

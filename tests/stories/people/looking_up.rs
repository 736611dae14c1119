//! Those who keep people find them, and see what they did and what happened to them.

use serde_json::{Value, json};

use super::Member;
use crate::support::{Person, World, a_show};

/// The first parts of the addresses in a page.
fn called(page: &Value) -> Vec<String> {
    let rows = page["data"].as_array().unwrap().iter();
    rows.map(|row| row["email"].as_str().unwrap_or("(erased)").split('@').next().unwrap().to_owned()).collect()
}

async fn finds(admin: &Person, query: &str) -> Vec<String> {
    called(&admin.get(&format!("/api/v1/admin/users?{query}")).await.ok())
}

#[tokio::test]
async fn people_are_found_by_address_name_role_and_state_the_newest_first() {
    let world = World::start().await;
    let admin = world.admin();
    let ada = Member::signs_up(&world, "ada@example.org").await;
    let bob = Member::signs_up(&world, "bob_100%@example.com").await;
    let cleo = Member::signs_up(&world, "cleo@example.org").await;
    let dora = Member::signs_up(&world, "dora@example.org").await;
    bob.is_granted("organizer", &admin).await.ok();
    cleo.is("suspend", &admin).json(&json!({ "reason": "abuse" })).await.ok();
    dora.is("erase", &admin).await.ok();

    assert_eq!(finds(&admin, "").await, ["(erased)", "cleo", "bob_100%", "ada", "admin"]);
    assert_eq!(finds(&admin, "q=EXAMPLE.ORG").await, ["cleo", "ada"]);
    assert_eq!(finds(&admin, "q=Bob_100%25%20Tester").await, ["bob_100%"], "by name, and no letter is special");
    assert_eq!(finds(&admin, "q=_").await, ["bob_100%"]);
    assert_eq!(finds(&admin, "q=dora").await, [""; 0]);
    assert_eq!(finds(&admin, "role=organizer").await, ["bob_100%"]);
    assert_eq!(finds(&admin, "role=admin").await, ["admin"]);
    assert_eq!(finds(&admin, "status=suspended").await, ["cleo"]);
    assert_eq!(finds(&admin, "status=erased").await, ["(erased)"]);
    assert_eq!(finds(&admin, "status=active&role=customer&q=tester").await, ["ada"]);
    let page = admin.get("/api/v1/admin/users?q=cleo").await.ok();
    let row = &page["data"][0];
    assert_eq!(
        (&row["role"], &row["status"], &row["reason"]),
        (&json!("customer"), &json!("suspended"), &json!("abuse"))
    );
    assert_eq!(row["account_id"], json!(cleo.person.account_id));
    assert!(page["as_of_position"].as_u64().unwrap() > 0);
    drop(ada);
}

#[tokio::test]
async fn a_long_list_comes_in_pages() {
    let world = World::start().await;
    let admin = world.admin();
    for name in ["a", "b", "c", "d"] {
        Member::signs_up(&world, &format!("{name}@example.org")).await;
    }
    let first = admin.get("/api/v1/admin/users?q=example.org&limit=3").await.ok();
    assert_eq!(called(&first), ["d", "c", "b"]);
    let next = first["page"]["next"].as_str().unwrap();
    let second = admin.get(&format!("/api/v1/admin/users?q=example.org&limit=3&cursor={next}")).await.ok();
    assert_eq!(called(&second), ["a"]);
    assert_eq!(second["page"]["has_more"], false);
    let other = admin.get(&format!("/api/v1/admin/users?q=other&limit=3&cursor={next}")).await;
    other.problem(400, "invalid-cursor");
}

#[tokio::test]
async fn one_person_is_seen_with_bookings_and_history() {
    let world = World::start().await;
    let admin = world.admin();
    let ada = Member::signs_up(&world, "ada@example.org").await;
    let show = a_show().on_sale(&world.organizer()).await;
    let given_back = ada.person.books(&show, 1).await.id("booking_id");
    ada.person.cancels(given_back).await.ok();
    let booking = ada.person.books(&show, 2).await.id("booking_id");
    ada.is_granted("organizer", &admin).await.ok();
    ada.is("suspend", &admin).json(&json!({ "reason": "fraud" })).await.ok();

    let seen = ada.seen_by(&admin).await;
    assert_eq!((&seen["email"], &seen["name"]), (&json!("ada@example.org"), &json!("ada Tester")));
    assert_eq!((&seen["role"], &seen["status"]), (&json!("organizer"), &json!("suspended")));
    assert_eq!(seen["counts"], json!({ "bookings": 2, "live_bookings": 1, "waiting": 0, "sign_ins": 0 }));
    assert_eq!(seen["latest_bookings"][0]["booking_id"], json!(booking));
    assert_eq!(seen["latest_bookings"].as_array().unwrap().len(), 2);
    let history = seen["history"].as_array().unwrap();
    let told: Vec<(&str, u64)> =
        history.iter().map(|fact| (fact["type"].as_str().unwrap(), fact["version"].as_u64().unwrap())).collect();
    assert_eq!(told, [("AccountRegistered", 1), ("RoleGranted", 2), ("AccountSuspended", 3)]);
    assert_eq!((&history[1]["role"], &history[2]["reason"]), (&json!("organizer"), &json!("fraud")));
    assert_eq!(history[1]["actor_id"], json!(admin.account_id));
}

#[tokio::test]
async fn only_administrators_look_people_up() {
    let world = World::start().await;
    let ada = Member::signs_up(&world, "ada@example.org").await;
    for person in [world.customer(), world.organizer(), ada.person.clone()] {
        person.get("/api/v1/admin/users").await.problem(403, "forbidden");
        person.get(&format!("/api/v1/admin/users/{}", ada.person.account_id)).await.problem(403, "forbidden");
    }
    world.stranger().get("/api/v1/admin/users").await.problem(401, "missing-token");
}

#[tokio::test]
async fn what_cannot_be_looked_for_is_refused() {
    let world = World::start().await;
    let admin = world.admin();
    let list = |query: &str| admin.get(&format!("/api/v1/admin/users?{query}"));
    for query in ["role=emperor", "status=asleep", "q=a%00b", "limit=x", "x=1"] {
        list(query).await.problem(400, "malformed-query");
    }
    list(&format!("q={}", "x".repeat(201))).await.invalid_at("/q");
    list("limit=201").await.invalid_at("/limit");
    admin.get("/api/v1/admin/users/42").await.problem(400, "malformed-id");
    admin.get(&format!("/api/v1/admin/users/{}", uuid::Uuid::nil())).await.problem(404, "not-found");
}

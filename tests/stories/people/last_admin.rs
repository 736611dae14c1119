//! There is always an administrator left who can sign in.

use serde_json::json;

use super::Member;
use crate::accounts::PASSWORD;
use crate::support::log::facts;
use crate::support::world::{ADMIN_EMAIL, ADMIN_PASSWORD};
use crate::support::{Answer, Person, World};

/// How often the race is run; each time another pair of steps.
const RACES: usize = 30;

async fn admins_of(world: &World) -> usize {
    let facts = facts(&mut world.database.connect().await).await;
    let mut admins = std::collections::HashMap::new();
    for fact in facts.into_iter().filter(|fact| fact.stream.starts_with("account-")) {
        let (is_admin, can_sign_in) = admins.entry(fact.stream).or_insert((false, true));
        match fact.kind.as_str() {
            "AccountRegistered" | "RoleGranted" => *is_admin = fact.payload["role"] == "admin",
            "AccountSuspended" | "AccountErased" => *can_sign_in = false,
            "AccountReinstated" => *can_sign_in = true,
            _ => {}
        }
    }
    admins.values().filter(|standing| **standing == (true, true)).count()
}

/// One of the ways to lose an administrator.
async fn loses(member: &Member, way: usize, by: &Person) -> Answer {
    match way {
        0 => member.is_granted("customer", by).await,
        1 => member.is("suspend", by).json(&json!({ "reason": "own_request" })).await,
        _ => by.delete(&format!("/api/v1/admin/users/{}/role", member.person.account_id)).await,
    }
}

#[tokio::test]
async fn the_last_administrator_cannot_be_lost_in_any_way() {
    let world = World::start().await;
    let boss = Member::admin(&world).await;
    for by in [&world.admin(), &boss.person] {
        for way in 0..3 {
            loses(&boss, way, by).await.refused("last-admin");
        }
        boss.is("erase", by).await.refused("last-admin");
    }
    let secret = json!({ "password": ADMIN_PASSWORD });
    boss.person.delete("/api/v1/users/me").json(&secret).await.refused("last-admin");
    boss.person.get("/api/v1/users/me").await.ok();
    boss.refreshes().await.ok();
    assert_eq!(admins_of(&world).await, 1);
}

#[tokio::test]
async fn an_administrator_can_go_once_there_is_another_who_can_sign_in() {
    let world = World::start().await;
    let boss = Member::admin(&world).await;
    let ada = Member::signs_up(&world, "ada@example.org").await;
    ada.is_granted("admin", &boss.person).await.ok();
    ada.is("suspend", &boss.person).json(&json!({ "reason": "other" })).await.ok();
    boss.is("erase", &boss.person).await.refused("last-admin");
    ada.is("reinstate", &boss.person).await.ok();
    assert_eq!(boss.is("erase", &boss.person).await.ok()["status"], "erased");

    let tokens = ada.signs_in(PASSWORD).await.ok();
    let ada_back = ada.person.with_token(tokens["access_token"].as_str().unwrap());
    ada.is("erase", &ada_back).await.refused("last-admin");
    world.verifies().await;
}

#[tokio::test]
async fn a_row_that_says_more_than_the_log_lets_nobody_go() {
    let world = World::start().await;
    let boss = Member::admin(&world).await;
    Member::signs_up(&world, "ada@example.org").await;
    let mut connection = world.database.connect().await;
    sqlx::query("UPDATE accounts SET staff = true").execute(&mut connection).await.unwrap();
    boss.is("erase", &boss.person).await.refused("last-admin");
}

#[tokio::test]
async fn administrators_of_an_older_release_are_known_as_such() {
    let world = World::start().await;
    let ada = Member::signs_up(&world, "ada@example.org").await;
    Member::signs_up(&world, "bob@example.org").await;
    ada.is_granted("admin", &world.admin()).await.ok();
    let mut connection = world.database.connect().await;
    sqlx::query("UPDATE accounts SET staff = false").execute(&mut connection).await.unwrap();

    // What the migration does to rows that were there before it.
    let migration = include_str!("../../../migrations/0007_people.sql");
    let marks = migration.split_inclusive(';').find(|statement| statement.contains("UPDATE accounts")).unwrap();
    sqlx::raw_sql(marks).execute(&mut connection).await.unwrap();
    let marked: Vec<String> = sqlx::query_scalar("SELECT email FROM accounts WHERE staff ORDER BY email")
        .fetch_all(&mut connection)
        .await
        .unwrap();
    assert_eq!(marked, ["ada@example.org", ADMIN_EMAIL]);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_administrators_at_the_same_moment_in_two_processes_leave_one() {
    let world = World::start().await;
    let second = world.second_desk().await;
    let (here, there) = (world.admin(), second.serves(&world.admin()));
    let boss = Member::admin(&world).await;
    let ada = Member::signs_up(&world, "ada@example.org").await;
    for race in 0..RACES {
        ada.is_granted("admin", &here).await.ok();
        assert_eq!(admins_of(&world).await, 2, "before race {race}");
        let (one, two) = tokio::join!(loses(&boss, race % 3, &here), loses(&ada, race / 3 % 3, &there));
        let mut statuses = [one.status, two.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 409], "race {race}");
        let loser = if one.status == 409 { one } else { two };
        loser.refused("last-admin");
        assert_eq!(admins_of(&world).await, 1, "after race {race}");
        for member in [&boss, &ada] {
            member.is("reinstate", &here).await.ok();
            member.is_granted("admin", &here).await.ok();
        }
    }
    second.close().await;
    world.verifies().await;
}

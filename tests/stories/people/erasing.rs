//! A person is forgotten, and the log does not notice.

use serde_json::json;
use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Row as _};

use super::{Member, signs_in};
use crate::accounts::PASSWORD;
use crate::support::{Show, World, a_show, in_time};

const EMAIL: &str = "augusta.ada@example.org";

/// Every table, row by row, bytes written out.
async fn everything(connection: &mut PgConnection) -> String {
    let tables: Vec<String> = sqlx::query_scalar(
        "SELECT table_schema || '.' || table_name FROM information_schema.tables
         WHERE table_type = 'BASE TABLE' AND table_schema NOT IN ('pg_catalog', 'information_schema')",
    )
    .fetch_all(&mut *connection)
    .await
    .unwrap();
    assert!(tables.iter().any(|table| table == "public.accounts"), "{tables:?}");
    sqlx::raw_sql("SET bytea_output = 'escape'").execute(&mut *connection).await.unwrap();
    let mut all = String::new();
    for table in tables {
        let dump = format!("SELECT coalesce(string_agg(t::text, E'\\n'), '') FROM {table} t");
        let rows: String = sqlx::query_scalar(AssertSqlSafe(dump)).fetch_one(&mut *connection).await.unwrap();
        all.push_str(&rows);
    }
    all.to_lowercase()
}

/// The log's rows, byte for byte.
async fn log(connection: &mut PgConnection) -> Vec<Vec<u8>> {
    let rows = sqlx::query("SELECT convert_to(e::text, 'UTF8') AS row FROM events e ORDER BY position");
    rows.fetch_all(connection).await.unwrap().iter().map(|row| row.get("row")).collect()
}

/// Ada, who has left traces wherever one can.
async fn ada_with_a_past(world: &World) -> (Member, Show) {
    let olga = world.organizer();
    let show = a_show().with_seats(3).with("terms", json!({ "payment": "required" })).on_sale(&olga).await;
    let ada = Member::signs_up(world, EMAIL).await;
    let hold = ada.person.holds(&show, 2).await.id("booking_id");
    let paid = ada.person.post(&format!("/api/v1/bookings/{hold}/pay")).json(&json!({})).await;
    ada.person.waits_for(paid.position() + 2).await;
    ada.person.holds(&show, 1).await.created();
    ada.person.joins(&show, 1).await.created();
    (ada, show)
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_personal_is_left_in_any_table_and_the_log_is_as_it_was() {
    let world = World::start().await;
    let (ada, show) = ada_with_a_past(&world).await;
    let mut connection = world.database.connect().await;
    let personal = [EMAIL, "augusta.ada tester", "$argon2id"];
    let before = everything(&mut connection).await;
    assert!(personal.iter().all(|words| before.contains(words)), "the search finds what is there");
    let log_before = log(&mut connection).await;

    let admin = world.admin();
    let boss = Member::admin(&world).await;
    for _ in 0..2 {
        assert_eq!(ada.is("erase", &admin).await.ok()["status"], "erased");
    }
    let after = everything(&mut connection).await;
    assert!(!after.contains(EMAIL) && !after.contains("augusta"), "something personal is left");
    assert_eq!(after.matches("$argon2id").count(), 1, "only the administrator has a password");
    let log_after = log(&mut connection).await;
    assert_eq!(log_after[..log_before.len()], log_before, "the log was not touched");
    assert_eq!(log_after.len(), log_before.len() + 1, "one fact was added, however often it is asked for");

    // Nobody is let in, and the bookings stay under a number.
    ada.person.get("/api/v1/users/me").await.problem(401, "token-revoked");
    ada.refreshes().await.problem(401, "invalid-refresh-token");
    ada.signs_in(PASSWORD).await.problem(401, "invalid-credentials");
    let seen = ada.seen_by(&admin).await;
    assert_eq!((&seen["email"], &seen["name"], &seen["status"]), (&json!(null), &json!(null), &json!("erased")));
    assert_eq!(seen["counts"]["live_bookings"], 2);
    assert_eq!(admin.sees_available(&show).await, 0);
    ada.is("reinstate", &admin).await.refused("account-erased");
    ada.is_granted("admin", &admin).await.refused("account-erased");
    boss.person.get("/api/v1/users/me").await.ok();
    world.verifies().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn making_the_read_models_anew_brings_nobody_back() {
    let world = World::start().await;
    let (ada, _) = ada_with_a_past(&world).await;
    ada.is("erase", &world.admin()).await.ok();
    let admin = world.admin();

    let replay = admin.replays("all").await.id("replay_id");
    admin.waits_for_phase(replay, "swapped").await;

    let seen = admin.get(&format!("/api/v1/admin/users/{}", ada.person.account_id)).await.ok();
    assert_eq!((&seen["email"], &seen["status"]), (&json!(null), &json!("erased")));
    assert_eq!(admin.get("/api/v1/admin/users?q=augusta").await.ok()["data"], json!([]));
    let mut connection = world.database.connect().await;
    assert!(!everything(&mut connection).await.contains("augusta"));
    world.verifies().await;
}

#[tokio::test]
async fn people_erase_themselves_with_their_password() {
    let world = World::start().await;
    let ada = Member::signs_up(&world, EMAIL).await;
    let erase = |password: &str| ada.person.delete("/api/v1/users/me").json(&json!({ "password": password }));
    for password in ["", "wrong horse battery", &"x".repeat(100_000)] {
        erase(password).await.problem(401, "invalid-credentials");
    }
    ada.person.delete("/api/v1/users/me").await.problem(415, "unsupported-media-type");
    ada.person.get("/api/v1/users/me").await.ok();

    let answer = erase(PASSWORD).await;
    assert_eq!(answer.status, 204);
    assert!(answer.position() > 0);
    erase(PASSWORD).await.problem(401, "token-revoked");
    assert!(!everything(&mut world.database.connect().await).await.contains(EMAIL));
}

#[tokio::test]
async fn the_address_is_free_again_and_the_new_account_is_another() {
    let world = World::start().await;
    let stranger = world.stranger();
    let register = |key: &str| {
        let body = json!({ "email": EMAIL, "password": PASSWORD, "name": "Ada" });
        stranger.post("/api/v1/auth/register").key(key).json(&body)
    };
    let first = register("once").await.id("account_id");
    world.admin().post(&format!("/api/v1/admin/users/{first}/erase")).await.ok();

    // The old key would open the old account again.
    register("once").await.refused("account-erased");
    signs_in(&stranger, EMAIL, PASSWORD).await.problem(401, "invalid-credentials");
    let second = register("twice").await.id("account_id");
    assert_ne!(first, second);
    signs_in(&stranger, EMAIL, PASSWORD).await.ok();
    let found = world.admin().get("/api/v1/admin/users?q=augusta").await.ok();
    assert_eq!(found["data"].as_array().unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_erasure_that_was_cut_short_is_finished_by_the_next_start() {
    let world = World::start().await;
    let ada = Member::signs_up(&world, EMAIL).await;
    ada.is("erase", &world.admin()).await.ok();
    ada.seen_by(&world.admin()).await;
    let mut connection = world.database.connect().await;
    // As if the rows had not gone with the fact.
    sqlx::query("INSERT INTO accounts (account_id, email, name, password_hash) VALUES ($1, $2, 'Augusta', 'x')")
        .bind(ada.person.account_id)
        .bind(EMAIL)
        .execute(&mut connection)
        .await
        .unwrap();
    let next = world.second_desk().await;
    let gone = async { while everything(&mut connection).await.contains("augusta") {} };
    in_time("an erasure that was cut short", gone).await;
    next.close().await;
}

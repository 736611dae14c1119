//! Tokens stop: with a suspension, with sessions that are ended, with a role that is another.

use std::time::{Duration, Instant};

use serde_json::json;

use super::Member;
use crate::accounts::PASSWORD;
use crate::support::log::{count, facts};
use crate::support::world::Desk;
use crate::support::{Person, World, a_show, in_time};

/// How long an access token may live on anywhere once it is void.
const TOKENS_STOP_MAX: Duration = Duration::from_secs(5);

/// How often people sign in and are suspended at the same moment.
const ROUNDS: usize = 10;

/// Asks until the token is refused, which must not take longer than it may.
async fn stops(person: &Person, path: &str) {
    let began = Instant::now();
    loop {
        let answer = person.get(path).await;
        if answer.status != 200 {
            answer.problem(401, "token-revoked");
            return;
        }
        assert!(began.elapsed() < TOKENS_STOP_MAX, "{path} still takes the token");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_suspended_person_is_out_at_every_endpoint_of_every_process() {
    let world = World::start().await;
    let (reading, writing) = (world.reading_desk().await, world.second_desk().await);
    let show = a_show().on_sale(&world.organizer()).await;
    let ada = Member::signs_up(&world, "ada@example.org").await;
    let booking = ada.person.books(&show, 2).await.id("booking_id");
    let (elsewhere, far) = (reading.serves(&ada.person), writing.serves(&ada.person));
    // Remembered by all of them as good.
    for desk in [&ada.person, &elsewhere, &far] {
        desk.get("/api/v1/users/bookings").await.ok();
    }

    let answer = ada.is("suspend", &world.admin()).json(&json!({ "reason": "payment_dispute" })).await;
    assert_eq!(answer.ok(), json!({ "account_id": ada.person.account_id, "status": "suspended" }));

    // At once where it was done, also where no token is needed.
    let me = &ada.person;
    me.books(&show, 1).await.problem(401, "token-revoked");
    me.cancels(booking).await.problem(401, "token-revoked");
    me.joins(&show, 1).await.problem(401, "token-revoked");
    for path in ["/api/v1/users/me", "/api/v1/users/bookings", "/api/v1/users/me/export", "/api/v1/events"] {
        me.get(path).await.problem(401, "token-revoked");
    }
    // Soon everywhere else.
    stops(&elsewhere, "/api/v1/users/bookings").await;
    elsewhere.get(&format!("/api/v1/bookings/{booking}")).await.problem(401, "token-revoked");
    stops(&far, "/api/v1/users/bookings").await;
    far.books(&show, 1).await.problem(401, "token-revoked");
    far.get("/api/v1/users/me").await.problem(401, "token-revoked");

    // Nobody else is touched, and what was booked stays.
    assert_eq!(world.admin().sees_booking(booking).await["status"], "confirmed");
    world.verifies().await;
    reading.close().await;
    writing.close().await;
}

#[tokio::test]
async fn a_process_that_starts_later_knows_what_is_void() {
    let world = World::start().await;
    let ada = Member::signs_up(&world, "ada@example.org").await;
    ada.is("suspend", &world.admin()).json(&json!({ "reason": "fraud" })).await.ok();
    let later = world.reading_desk().await;
    later.serves(&ada.person).get("/api/v1/users/bookings").await.problem(401, "token-revoked");
    later.close().await;
}

#[tokio::test]
async fn nobody_signs_in_while_suspended_and_everybody_after() {
    let world = World::start().await;
    let admin = world.admin();
    let ada = Member::signs_up(&world, "ada@example.org").await;
    ada.is("suspend", &admin).json(&json!({ "reason": "account_compromised" })).await.ok();

    ada.signs_in(PASSWORD).await.problem(403, "account-suspended");
    // Whether an account is suspended is told to whoever knows its password.
    ada.signs_in("wrong horse battery").await.problem(401, "invalid-credentials");
    ada.refreshes().await.problem(401, "invalid-refresh-token");

    assert_eq!(ada.is("reinstate", &admin).await.ok()["status"], "active");
    ada.person.get("/api/v1/users/me").await.problem(401, "token-revoked");
    let tokens = ada.signs_in(PASSWORD).await.ok();
    let back = ada.person.with_token(tokens["access_token"].as_str().unwrap());
    assert_eq!(back.get("/api/v1/users/me").await.ok()["role"], "customer");
    world.verifies().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_token_of_a_sign_in_at_the_same_moment_survives() {
    let world = World::start().await;
    let admin = world.admin();
    let ada = Member::signs_up(&world, "ada@example.org").await;
    for _ in 0..ROUNDS {
        // The suspension comes as the first of them is in, and the others are about to be.
        let first = async {
            let answer = ada.signs_in(PASSWORD).await;
            (answer, ada.is("suspend", &admin).json(&json!({ "reason": "fraud" })).await)
        };
        let ((one, suspended), two, three) = tokio::join!(first, ada.signs_in(PASSWORD), ada.signs_in(PASSWORD));
        suspended.ok();
        for answer in [one, two, three] {
            if answer.status == 200 {
                let tokens = answer.ok();
                let late = ada.person.with_token(tokens["access_token"].as_str().unwrap());
                late.get("/api/v1/users/bookings").await.problem(401, "token-revoked");
            } else {
                answer.problem(403, "account-suspended");
            }
        }
        let mut connection = world.database.connect().await;
        let kept: i64 =
            sqlx::query_scalar("SELECT count(*) FROM refresh_tokens").fetch_one(&mut connection).await.unwrap();
        assert_eq!(kept, 0, "a refresh token would open the account once it is reinstated");
        ada.is("reinstate", &admin).await.ok();
    }
}

#[tokio::test]
async fn suspending_and_reinstating_twice_is_one_fact_each() {
    let world = World::start().await;
    let admin = world.admin();
    let ada = Member::signs_up(&world, "ada@example.org").await;
    let mut connection = world.database.connect().await;
    let recorded = count(&mut connection).await;
    for reason in ["fraud", "abuse"] {
        ada.is("suspend", &admin).json(&json!({ "reason": reason })).await.ok();
    }
    assert_eq!(ada.seen_by(&admin).await["reason"], "fraud", "the first reason stands");
    for _ in 0..2 {
        ada.is("reinstate", &admin).await.ok();
    }
    assert_eq!(count(&mut connection).await, recorded + 2);
    let kinds: Vec<String> = facts(&mut connection).await.into_iter().rev().take(2).map(|fact| fact.kind).collect();
    assert_eq!(kinds, ["AccountReinstated", "AccountSuspended"]);
}

#[tokio::test]
async fn reasons_are_words_of_a_list_and_never_free() {
    let world = World::start().await;
    let ada = Member::signs_up(&world, "ada@example.org").await;
    for reason in ["Ada Lovelace owes us money", "", "Fraud"] {
        let answer = ada.is("suspend", &world.admin()).json(&json!({ "reason": reason })).await;
        answer.invalid_at("/reason");
    }
    ada.person.get("/api/v1/users/me").await.ok();
}

#[tokio::test]
async fn ended_sessions_have_to_sign_in_again_and_can() {
    let world = World::start().await;
    let ada = Member::signs_up(&world, "ada@example.org").await;
    let other = ada.signs_in(PASSWORD).await.ok();
    let phone = ada.person.with_token(other["access_token"].as_str().unwrap());

    ada.is("end-sessions", &world.admin()).await.ok();
    ada.person.get("/api/v1/users/me").await.problem(401, "token-revoked");
    phone.get("/api/v1/users/bookings").await.problem(401, "token-revoked");
    ada.refreshes().await.problem(401, "invalid-refresh-token");

    let tokens = ada.signs_in(PASSWORD).await.ok();
    let back = ada.person.with_token(tokens["access_token"].as_str().unwrap());
    back.get("/api/v1/users/me").await.ok();
    // And by oneself, everywhere at once.
    assert_eq!(back.post("/api/v1/users/me/end-sessions").await.ok()["status"], "active");
    back.get("/api/v1/users/me").await.problem(401, "token-revoked");
    world.verifies().await;
}

#[tokio::test]
async fn a_role_that_was_taken_back_is_gone_at_once() {
    let world = World::start().await;
    let admin = world.admin();
    let olga = Member::signs_up(&world, "olga@example.org").await;
    olga.is_granted("organizer", &admin).await.ok();
    let organizer = olga.person.with_token(olga.refreshes().await.ok()["access_token"].as_str().unwrap());
    a_show().draft(&organizer).await;

    let path = format!("/api/v1/admin/users/{}/role", olga.person.account_id);
    for _ in 0..2 {
        let expected = json!({ "account_id": olga.person.account_id, "role": "customer" });
        assert_eq!(admin.delete(&path).await.ok(), expected);
    }
    organizer.post("/api/v1/admin/events").json(&a_show().body).await.problem(401, "token-revoked");
    let tokens = olga.signs_in(PASSWORD).await.ok();
    let customer = olga.person.with_token(tokens["access_token"].as_str().unwrap());
    customer.post("/api/v1/admin/events").json(&a_show().body).await.problem(403, "forbidden");
}

#[tokio::test]
async fn only_administrators_keep_other_people() {
    let world = World::start().await;
    let ada = Member::signs_up(&world, "ada@example.org").await;
    let mut connection = world.database.connect().await;
    let recorded = count(&mut connection).await;
    for person in [world.customer(), world.organizer()] {
        ada.is("suspend", &person).json(&json!({ "reason": "fraud" })).await.problem(403, "forbidden");
        for what in ["reinstate", "end-sessions", "erase"] {
            ada.is(what, &person).await.problem(403, "forbidden");
        }
    }
    // Not even oneself, but for ending one's own sessions.
    ada.is("suspend", &ada.person).json(&json!({ "reason": "own_request" })).await.problem(403, "forbidden");
    ada.is("erase", &ada.person).await.problem(403, "forbidden");
    assert_eq!(count(&mut connection).await, recorded);
    ada.is("end-sessions", &ada.person).await.ok();
}

#[tokio::test]
async fn what_speaks_of_tokens_that_have_ended_is_deleted() {
    let world = World::start().await;
    let ada = Member::signs_up(&world, "ada@example.org").await;
    ada.is("end-sessions", &world.admin()).await.ok();
    let mut connection = world.database.connect().await;
    sqlx::query("INSERT INTO token_revocations VALUES (gen_random_uuid(), 1, now() - interval '17 minutes')")
        .execute(&mut connection)
        .await
        .unwrap();
    let only_new = async {
        let kept = "SELECT array_agg(account_id) FROM token_revocations";
        while sqlx::query_scalar::<_, Vec<uuid::Uuid>>(kept).fetch_one(&mut connection).await.unwrap()
            != [ada.person.account_id]
        {}
    };
    in_time("an old revocation", only_new).await;
    ada.person.get("/api/v1/users/me").await.problem(401, "token-revoked");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_crash_left_undone_is_done_after_it() {
    let world = World::start().await;
    let ada = Member::signs_up(&world, "ada@example.org").await;
    ada.is("suspend", &world.admin()).json(&json!({ "reason": "fraud" })).await.ok();
    let database = world.stop().await;
    // As if the process had ended between the log and the rows.
    sqlx::query("DELETE FROM token_revocations").execute(&mut database.connect().await).await.unwrap();

    let desk = Desk::open(database.options(), |_| ()).await;

    stops(&desk.serves(&ada.person), "/api/v1/users/bookings").await;
    desk.close().await;
}

//! `kill -9` of Postgres under load: people are told to come again, and it goes on by itself.

use std::sync::Arc;

use domain::access::Role;
use private_postgres::{PrivatePostgres, Settings};
use serde_json::json;
use sqlx::postgres::PgConnection;
use sqlx::{Connection as _, Executor as _};
use tokio::sync::watch;
use uuid::Uuid;

use super::load::{BOOKINGS, Load};
use crate::support::clock::Time;
use crate::support::log::{facts, recount};
use crate::support::person::Line;
use crate::support::process::signal;
use crate::support::world::Desk;
use crate::support::{Person, a_show, in_time, world};

/// Kills whatever server is there, again and again, until buyers, people and operators were told.
async fn kill_until_noticed(postgres: &PrivatePostgres, buyer: &Person, stranger: &Person) -> String {
    let (mut refused, mut ready, mut bought) = (None, None, None);
    while refused.is_none() || ready.is_none() || bought.is_none() {
        if let Some(pid) = postgres.postmaster_pid() {
            signal("-9", pid).await;
        }
        let answer = stranger.get("/api/v1/events?q=chamber").await;
        if answer.status == 503 {
            answer.problem(503, "unavailable");
            refused = Some(answer);
        }
        // Of an event that nobody knows, so that nothing is sold here: 404 while the log can be read.
        let wish =
            json!({ "event_id": Uuid::now_v7(), "items": [{ "ticket_type_id": Uuid::now_v7(), "quantity": 1 }] });
        let answer = buyer.post("/api/v1/bookings").json(&wish).await;
        if answer.status == 503 {
            answer.problem(503, "unavailable");
            bought = Some(answer);
        }
        let answer = stranger.get("/readyz").await;
        if answer.status == 503 {
            ready = Some(answer.problem(503, "log-unavailable"));
        }
        assert_eq!(stranger.get("/healthz").await.status, 200, "it lives, though it cannot work");
    }
    ready.unwrap()["detail"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_postgres_is_told_survived_and_forgotten() {
    // A server of its own, since it will not live: with fsync, as in earnest.
    let postgres = private_postgres::start(Settings::throwaway()).await.unwrap();
    let mut connection = PgConnection::connect_with(&postgres.options()).await.unwrap();
    connection.execute("CREATE DATABASE evently").await.unwrap();
    connection.close().await.unwrap();
    let options = postgres.options().database("evently");
    let desk = Desk::open(options.clone(), |_| ()).await;
    let olga = world::person(desk.line(), Role::Organizer);
    let show = a_show().with_seats(100_000).on_sale(&olga).await;
    // Somebody who was told nothing and so waits for no position.
    let unhurried = Line { seen: Arc::default(), ..desk.line().clone() };
    let stranger = world::stranger(&unhurried);
    let (_here, lines) = watch::channel(desk.line().clone());
    let mut load = Load::start(&lines, &show);
    load.reaches(BOOKINGS / 4).await;

    let buyer = world::person(&unhurried, Role::Customer);
    let reason = in_time("not noticing", kill_until_noticed(&postgres, &buyer, &stranger)).await;
    assert!(!reason.is_empty());
    let told = load.ends().await;

    // Every answer but the bookings was "come again": Answer::take has seen to their Retry-After. Whether any of
    // these was in time to hear it is chance; the buyer beside them did hear it.
    assert!(told.others.keys().all(|status| *status == 503), "{:?}", told.others);
    in_time("the outage", async { while stranger.get("/readyz").await.status != 200 {} }).await;
    let ada = world::person(desk.line(), Role::Customer);
    ada.books(&show, 1).await.created();
    assert_eq!(ada.sees_available(&show).await, 100_000 - BOOKINGS as u64 - 1);
    let mut connection = PgConnection::connect_with(&options).await.unwrap();
    let mut found = recount(&facts(&mut connection).await);
    let own = ada.get("/api/v1/users/bookings").await.ok();
    found.confirmed.remove(&own["data"][0]["booking_id"].as_str().unwrap().parse().unwrap());
    told.agrees_with(&found);
    world::verifies(options).await;
    desk.close().await;
    connection.close().await.unwrap();
    postgres.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_became_due_while_postgres_was_away_is_done_when_it_is_back() {
    let time = Time::default();
    let postgres = private_postgres::start(Settings::throwaway()).await.unwrap();
    let options = postgres.options();
    let desk = Desk::open(options.clone(), |settings| settings.clock = time.clock()).await;
    let (olga, ada) = (world::person(desk.line(), Role::Organizer), world::person(desk.line(), Role::Customer));
    let unhurried = Line { seen: Arc::default(), ..desk.line().clone() };
    let stranger = world::stranger(&unhurried);
    let show = a_show().with_seats(1).on_sale(&olga).await;
    let hold = ada.holds(&show, 1).await;

    let buyer = world::person(&unhurried, Role::Customer);
    in_time("not noticing", kill_until_noticed(&postgres, &buyer, &stranger)).await;
    time.jump(chrono::TimeDelta::hours(1));
    in_time("the outage", async { while stranger.get("/readyz").await.status != 200 {} }).await;

    // Nobody asks for anything: the next fact is the platform's own.
    ada.waits_for(hold.position() + 1).await;
    assert_eq!(ada.sees_booking(hold.id("booking_id")).await["status"], "lapsed");
    world::verifies(options).await;
    desk.close().await;
    postgres.stop().await.unwrap();
}

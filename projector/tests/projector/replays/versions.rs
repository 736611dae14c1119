//! Rows of another version of their fold: made anew beside the old ones, or left alone.
#![allow(clippy::unwrap_used)]

use std::time::Duration;

use projector::replay::Patience;
use projector::status;
use uuid::Uuid;

use super::gate::Gate;
use super::given::Stage;
use super::{ANNA, SHOW, TICKET};
use crate::given::{World, confirmed, created};

async fn position_of(world: &World, name: &str) -> (i32, u64) {
    let found = status(world.pool()).await.unwrap().into_iter().find(|one| one.name == name).unwrap();
    (found.version, found.checkpoint)
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_of_an_older_version_are_made_anew_while_they_serve() {
    let world = World::on_postgres().await;
    let first = world.append(SHOW, &[created(SHOW, TICKET), confirmed(Uuid::from_u128(1), ANNA, TICKET, 1)]).await;
    world.project_until(first).await;
    // As if this program's fold of bookings were newer than the rows.
    world
        .execute(
            "ALTER TABLE projection_checkpoints DROP CONSTRAINT projection_checkpoints_version_check;
             UPDATE projection_checkpoints SET version = 0 WHERE name = 'bookings';
             UPDATE bookings SET status = 'the old fold'",
        )
        .await;
    let mut live = world.start();
    let last = world.append(SHOW, &[confirmed(Uuid::from_u128(2), ANNA, TICKET, 1)]).await;
    while position_of(&world, "availability").await != (1, last) {}
    assert_eq!(world.number("SELECT sold FROM ticket_types").await, 2, "the others go on");
    assert_eq!(position_of(&world, "bookings").await, (0, first), "and it stands still");

    let gate = Gate::open_to(world.log(), 0);
    let stage = Stage::reading(&world, gate);
    let _worker = stage.works();
    live.reaches(last).await;

    assert_eq!(position_of(&world, "bookings").await, (1, last));
    assert_eq!(world.number("SELECT count(*) FROM bookings WHERE status = 'confirmed'").await, 2);
    let after = world.append(SHOW, &[confirmed(Uuid::from_u128(3), ANNA, TICKET, 1)]).await;
    live.until(after).await;
    assert_eq!(world.number("SELECT count(*) FROM bookings").await, 3);
    assert_eq!(world.number("SELECT count(*) FROM replays").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_of_an_older_version_are_made_anew_when_another_replay_of_them_was_in_the_way() {
    let world = World::on_postgres().await;
    let last = world.append(SHOW, &[created(SHOW, TICKET), confirmed(Uuid::from_u128(1), ANNA, TICKET, 1)]).await;
    world.project_until(last).await;
    let stage = Stage::set(&world);
    let in_the_way = stage.asks("bookings", Some(last)).await.unwrap();
    world
        .execute(
            "ALTER TABLE projection_checkpoints DROP CONSTRAINT projection_checkpoints_version_check;
             UPDATE projection_checkpoints SET version = 0 WHERE name = 'bookings'",
        )
        .await;
    // It looks first, and builds then: the upgrade was refused.
    let _worker = stage.works_with(Patience { upgrades: Duration::ZERO, ..Patience::default() });
    stage.is(in_the_way, "built").await;

    stage.cancels(in_the_way).await;
    stage.is(in_the_way, "cancelled").await;
    while position_of(&world, "bookings").await != (1, last) {}

    assert_eq!(world.number("SELECT count(*) FROM replays").await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_of_a_newer_program_are_left_alone() {
    let world = World::on_postgres().await;
    let first = world.append(SHOW, &[created(SHOW, TICKET)]).await;
    world.project_until(first).await;
    world.execute("UPDATE projection_checkpoints SET version = 2 WHERE name = 'bookings'").await;
    let stage = Stage::set(&world);
    let (_worker, _live) = (stage.works(), world.start());
    let last = world.append(SHOW, &[confirmed(Uuid::from_u128(1), ANNA, TICKET, 1)]).await;
    while position_of(&world, "shows").await != (1, last) {}

    let refused = stage.asks("bookings", None).await.unwrap();
    stage.is(refused, "failed").await;

    assert_eq!(position_of(&world, "bookings").await, (2, first));
    assert_eq!(world.number("SELECT count(*) FROM bookings").await, 0);
    assert!(stage.status(refused).await.error.unwrap().contains("version 2"));
}

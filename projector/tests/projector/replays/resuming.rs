//! Replays that are cut off, stopped and cancelled in the middle.
#![allow(clippy::unwrap_used)]

use std::time::Duration;

use event_log::{PAGE_EVENTS_MAX, Position};
use projector::replay::{ALL, Patience};
use uuid::Uuid;

use super::gate::Gate;
use super::given::Stage;
use super::{ANNA, SHOW, TICKET};
use crate::given::{World, confirmed, created};
use crate::life::everything;

/// Replays see a page of its log, and some more.
async fn a_long_story(world: &World) -> Position {
    let mut events = vec![created(SHOW, TICKET)];
    events.extend((1..=PAGE_EVENTS_MAX as u128 + 500).map(|one| confirmed(Uuid::from_u128(one), ANNA, TICKET, 1)));
    let last = world.append(SHOW, &events).await;
    world.project_until(last).await;
    last
}

/// The first page is folded and no more can be read.
async fn half_built(world: &World) -> (Stage, super::given::Worker, Uuid) {
    let stage = Stage::reading(world, Gate::open_to(world.log(), PAGE_EVENTS_MAX as u64 - 1));
    let worker = stage.works();
    let replay = stage.asks(ALL, None).await.unwrap();
    stage.becomes(replay, |told| told.position == PAGE_EVENTS_MAX as u64).await;
    assert_eq!(stage.status(replay).await.phase, "building");
    (stage, worker, replay)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replay_that_is_cut_off_while_building_goes_on_from_there() {
    let world = World::on_postgres().await;
    let last = a_long_story(&world).await;
    let rows = everything(&world).await;
    let (_, worker, replay) = half_built(&world).await;
    drop(worker);

    let gate = Gate::open_to(world.log(), u64::MAX);
    let stage = Stage::reading(&world, gate.clone());
    let _next = stage.works();
    stage.is(replay, "swapped").await;

    assert_eq!(gate.first_read(), PAGE_EVENTS_MAX as u64, "what was built is not built again");
    assert_eq!(everything(&world).await, rows);
    assert_eq!(stage.status(replay).await.position, last);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replay_that_is_cut_off_before_the_swap_goes_on_from_there() {
    let world = World::on_postgres().await;
    let last = world.append(SHOW, &[created(SHOW, TICKET), confirmed(Uuid::from_u128(1), ANNA, TICKET, 1)]).await;
    world.project_until(last).await;
    let rows = everything(&world).await;
    let stage = Stage::set(&world);
    // Somebody reads for so long that the tables cannot be exchanged.
    let mut reader = world.pool().begin().await.unwrap();
    sqlx::query("LOCK TABLE waitlist_entries IN ACCESS SHARE MODE").execute(&mut *reader).await.unwrap();
    let worker = stage.works();
    let replay = stage.asks(ALL, None).await.unwrap();
    stage.is(replay, "verifying").await;
    drop(worker);
    reader.rollback().await.unwrap();

    let _next = stage.works();
    stage.is(replay, "swapped").await;

    assert_eq!(everything(&world).await, rows);
}

/// Somebody reads one table over many tries to exchange it, then lets go.
async fn swaps_after_a_long_reader(patience: Patience) {
    let world = World::on_postgres().await;
    let last = world.append(SHOW, &[created(SHOW, TICKET), confirmed(Uuid::from_u128(1), ANNA, TICKET, 1)]).await;
    world.project_until(last).await;
    let rows = everything(&world).await;
    let mut reader = world.pool().begin().await.unwrap();
    sqlx::query("LOCK TABLE bookings IN ACCESS SHARE MODE").execute(&mut *reader).await.unwrap();
    let gate = Gate::open_to(world.log(), u64::MAX);
    let stage = Stage::reading(&world, gate.clone());
    let _worker = stage.works_with(patience);
    let replay = stage.asks(ALL, None).await.unwrap();

    // It looks five times or less before the first try, and with each try two or three times more.
    stage.becomes(replay, |told| !told.ended && gate.looks() > 20).await;
    assert_eq!(world.number("SELECT count(*) FROM replay_all.bookings").await, 1, "what was built is kept");
    reader.rollback().await.unwrap();
    stage.is(replay, "swapped").await;

    assert_eq!(everything(&world).await, rows);
}

#[tokio::test(flavor = "multi_thread")]
async fn tables_are_exchanged_once_nobody_reads_them_for_long() {
    swaps_after_a_long_reader(Patience::default()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_that_outlasts_the_patience_costs_nothing_that_was_built() {
    swaps_after_a_long_reader(Patience { exchange: Duration::ZERO, ..Patience::default() }).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_that_stops_lets_go_at_once() {
    let world = World::on_postgres().await;
    a_long_story(&world).await;
    let (stage, worker, replay) = half_built(&world).await;

    worker.stops().await;

    assert!(!stage.status(replay).await.taken);
    let gate = Gate::open_to(world.log(), u64::MAX);
    let stage = Stage::reading(&world, gate);
    let _next = stage.works();
    stage.is(replay, "swapped").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replay_whose_tables_are_no_longer_right_starts_cleanly() {
    let world = World::on_postgres().await;
    a_long_story(&world).await;
    let rows = everything(&world).await;
    let (_, worker, replay) = half_built(&world).await;
    worker.stops().await;
    // As if a migration had come in between.
    world.execute("ALTER TABLE replay_all.shows DROP COLUMN refund_until").await;

    let gate = Gate::open_to(world.log(), u64::MAX);
    let stage = Stage::reading(&world, gate.clone());
    let _next = stage.works();
    stage.is(replay, "swapped").await;

    assert_eq!(gate.first_read(), 0);
    assert_eq!(everything(&world).await, rows);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancelled_replay_leaves_nothing_behind() {
    let world = World::on_postgres().await;
    a_long_story(&world).await;
    let rows = everything(&world).await;
    let (stage, _worker, replay) = half_built(&world).await;

    stage.cancels(replay).await;
    stage.is(replay, "cancelled").await;

    assert_eq!(everything(&world).await, rows);
    assert_eq!(world.number("SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'replay\\_%'").await, 0);
    assert_eq!(world.number("SELECT count(*) FROM replayed_projections").await, 0);
    assert_eq!(world.number("SELECT max(generation) FROM projection_checkpoints").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn bookings_go_on_while_a_replay_is_under_way() {
    let world = World::on_postgres().await;
    a_long_story(&world).await;
    let mut live = world.start();
    let gate = Gate::open_to(world.log(), PAGE_EVENTS_MAX as u64 - 1);
    let stage = Stage::reading(&world, gate.clone());
    let _worker = stage.works();
    let replay = stage.asks(ALL, None).await.unwrap();
    stage.becomes(replay, |told| told.position == PAGE_EVENTS_MAX as u64).await;

    let meanwhile = world.append(SHOW, &[confirmed(Uuid::from_u128(0xFFFF), ANNA, TICKET, 1)]).await;
    live.reaches(meanwhile).await;
    gate.opens();
    stage.is(replay, "swapped").await;
    let after = world.append(SHOW, &[confirmed(Uuid::from_u128(0xFFFE), ANNA, TICKET, 1)]).await;
    live.until(after).await;

    let bookings = i64::try_from(PAGE_EVENTS_MAX).unwrap() + 502;
    assert_eq!(world.number("SELECT count(*) FROM bookings").await, bookings);
    assert_eq!(world.number("SELECT sold FROM ticket_types").await, bookings);
}

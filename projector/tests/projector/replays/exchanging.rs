//! The moment of the swap, as readers see it, and the way back.
#![allow(clippy::unwrap_used)]

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use projector::replay::ALL;
use uuid::Uuid;

use super::given::Stage;
use super::{ANNA, SHOW, TICKET};
use crate::given::{World, confirmed, created};
use crate::life::everything;

#[tokio::test(flavor = "multi_thread")]
async fn readers_never_fail_while_tables_are_exchanged() {
    let world = World::on_postgres().await;
    let last = world.append(SHOW, &[created(SHOW, TICKET), confirmed(Uuid::from_u128(1), ANNA, TICKET, 3)]).await;
    let live = world.start();
    let stage = Stage::set(&world);
    let _worker = stage.works();
    let first = stage.asks(ALL, None).await.unwrap();
    stage.is(first, "swapped").await;
    let (stop, reads) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
    let readers: Vec<_> = (0..3)
        .map(|_| {
            let (pool, stop, reads) = (world.pool().clone(), stop.clone(), reads.clone());
            tokio::spawn(async move {
                while !stop.load(Ordering::SeqCst) {
                    // The same statement again and again, prepared once, over several tables in one order.
                    let sold: i64 = sqlx::query_scalar(
                        "SELECT sold FROM ticket_types JOIN shows USING (show_id) JOIN bookings USING (show_id)",
                    )
                    .fetch_one(&pool)
                    .await
                    .unwrap();
                    assert_eq!(sold, 3);
                    reads.fetch_add(1, Ordering::SeqCst);
                }
            })
        })
        .collect();

    for _ in 0..3 {
        let replay = stage.asks(ALL, None).await.unwrap();
        stage.is(replay, "swapped").await;
    }
    stage.rolls_back(stage.last_asked().await).await;
    stage.is(stage.last_asked().await, "rolled_back").await;
    stop.store(true, Ordering::SeqCst);
    for reader in readers {
        reader.await.unwrap();
    }

    assert!(reads.load(Ordering::SeqCst) > 100);
    live.until(last).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_event_counts_once_however_often_tables_are_exchanged() {
    let world = Arc::new(World::on_postgres().await);
    world.append(SHOW, &[created(SHOW, TICKET)]).await;
    let live = world.start();
    let stage = Stage::set(&world);
    let _worker = stage.works();
    let stop = Arc::new(AtomicBool::new(false));
    let (buying, told) = (world.clone(), stop.clone());
    let buyer = tokio::spawn(async move {
        let (mut booking, mut last) = (0, 0);
        while !told.load(Ordering::SeqCst) {
            booking += 1;
            last = buying.append(SHOW, &[confirmed(Uuid::from_u128(booking), ANNA, TICKET, 1)]).await;
        }
        (i64::try_from(booking).unwrap(), last)
    });

    for projection in ["availability", ALL, "bookings", ALL] {
        let replay = stage.asks(projection, None).await.unwrap();
        stage.is(replay, "swapped").await;
    }
    stage.rolls_back(stage.last_asked().await).await;
    stage.is(stage.last_asked().await, "rolled_back").await;
    stop.store(true, Ordering::SeqCst);
    let (bookings, last) = buyer.await.unwrap();
    live.until(last).await;

    assert_eq!(world.number("SELECT sold FROM ticket_types").await, bookings);
    assert_eq!(world.number("SELECT count(*) FROM bookings").await, bookings);
    assert_eq!(world.number("SELECT count(*) FROM parked_streams").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rollback_lets_the_old_tables_serve_and_counts_everything_once() {
    let world = World::on_postgres().await;
    let first = world.append(SHOW, &[created(SHOW, TICKET), confirmed(Uuid::from_u128(1), ANNA, TICKET, 3)]).await;
    let mut live = world.start();
    live.reaches(first).await;
    world.execute("UPDATE shows SET title = 'the old tables'").await;
    let stage = Stage::set(&world);
    let _worker = stage.works();
    let replay = stage.asks(ALL, None).await.unwrap();
    stage.is(replay, "swapped").await;
    assert_eq!(world.number("SELECT count(*) FROM shows WHERE title = 'An evening'").await, 1);
    let between = world.append(SHOW, &[confirmed(Uuid::from_u128(2), ANNA, TICKET, 2)]).await;
    live.reaches(between).await;
    assert_eq!(world.number("SELECT position FROM previous_all.projection_checkpoints LIMIT 1").await, 2);

    stage.rolls_back(replay).await;
    stage.is(replay, "rolled_back").await;
    let after = world.append(SHOW, &[confirmed(Uuid::from_u128(3), ANNA, TICKET, 1)]).await;
    live.until(after).await;

    assert_eq!(world.number("SELECT count(*) FROM shows WHERE title = 'the old tables'").await, 1);
    assert_eq!(world.number("SELECT sold FROM ticket_types").await, 6);
    assert_eq!(world.number("SELECT count(*) FROM bookings").await, 3);
    assert_eq!(world.number("SELECT count(*) FROM pg_namespace WHERE nspname ~ '^(replay|previous)_'").await, 0);
    assert_eq!(world.number("SELECT count(*) FROM replayed_projections").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rollback_without_tables_to_go_back_to_changes_nothing() {
    let world = World::on_postgres().await;
    let last = world.append(SHOW, &[created(SHOW, TICKET)]).await;
    world.project_until(last).await;
    let stage = Stage::set(&world);
    let _worker = stage.works();
    let replay = stage.asks("shows", None).await.unwrap();
    stage.is(replay, "swapped").await;
    let rows = everything(&world).await;
    world.execute("DROP SCHEMA previous_shows CASCADE").await;

    stage.rolls_back(replay).await;
    stage.becomes(replay, |told| told.ended && told.error.is_some()).await;

    assert_eq!(stage.status(replay).await.phase, "swapped");
    assert_eq!(everything(&world).await, rows);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_tables_before_the_last_swap_are_kept() {
    let world = World::on_postgres().await;
    let last = world.append(SHOW, &[created(SHOW, TICKET)]).await;
    world.project_until(last).await;
    let stage = Stage::set(&world);
    let _worker = stage.works();
    let kept = "SELECT coalesce(json_agg(nspname ORDER BY nspname), '[]')::text FROM pg_namespace \
                WHERE nspname LIKE 'previous\\_%'";
    for (projection, expected) in [
        ("shows", serde_json::json!(["previous_shows"])),
        ("bookings", serde_json::json!(["previous_bookings", "previous_shows"])),
        (ALL, serde_json::json!(["previous_all"])),
        ("shows", serde_json::json!(["previous_shows"])),
    ] {
        let replay = stage.asks(projection, None).await.unwrap();
        stage.is(replay, "swapped").await;
        assert_eq!(world.row(kept).await, expected);
    }
}

impl Stage {
    /// The replay that was asked for last.
    async fn last_asked(&self) -> Uuid {
        sqlx::query_scalar("SELECT replay_id FROM replays ORDER BY requested_at DESC LIMIT 1")
            .fetch_one(self.pool())
            .await
            .unwrap()
    }
}

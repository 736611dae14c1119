//! Tables made anew beside those that serve: the same rows, nobody disturbed, nothing left behind.

mod customers;
mod exchanging;
mod gate;
mod given;
mod parked;
mod resuming;
mod versions;

use domain::show::{Event, ShowPublished};
use projector::replay::{ALL, Refused, request};
use uuid::Uuid;

use crate::given::{World, confirmed, created};
use crate::life::{everything, whole_life};
use given::{Stage, shape_of_tables};

const SHOW: Uuid = Uuid::from_u128(0xA);
const OTHER_SHOW: Uuid = Uuid::from_u128(0xB);
const TICKET: Uuid = Uuid::from_u128(0x7);
const OTHER_TICKET: Uuid = Uuid::from_u128(0x8);
const ANNA: Uuid = Uuid::from_u128(0xC);

#[tokio::test(flavor = "multi_thread")]
async fn a_replay_of_everything_gives_the_same_rows_in_the_same_tables() {
    let world = World::on_postgres().await;
    let last = world.append(SHOW, &whole_life()).await;
    world.project_until(last).await;
    let (rows, shape) = (everything(&world).await, shape_of_tables(&world).await);
    // What the log never said is gone afterwards: the rows really are others.
    world.execute("UPDATE shows SET title = 'never'; UPDATE seats SET state = 0; DELETE FROM refunds").await;
    let stage = Stage::set(&world);
    let _worker = stage.works();

    let replay = stage.asks(ALL, None).await.unwrap();
    stage.is(replay, "swapped").await;

    assert_eq!(everything(&world).await, rows);
    assert_eq!(shape_of_tables(&world).await, shape, "columns, indexes, rights and settings are as they were");
    assert_eq!(world.number("SELECT count(*) FROM projection_checkpoints WHERE generation <> 1").await, 0);
    assert_eq!(world.number("SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'replay\\_%'").await, 0);
    let told = stage.status(replay).await;
    assert_eq!((told.position, told.head, told.ended, told.error), (last, last, true, None));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replay_of_one_projection_leaves_the_others_alone() {
    let world = World::on_postgres().await;
    let last = world.append(SHOW, &[created(SHOW, TICKET), confirmed(Uuid::from_u128(1), ANNA, TICKET, 3)]).await;
    let mut live = world.start();
    live.reaches(last).await;
    world.execute("UPDATE shows SET title = 'marked'; UPDATE ticket_types SET sold = 77").await;
    let stage = Stage::set(&world);
    let _worker = stage.works();

    let replay = stage.asks("availability", None).await.unwrap();
    stage.is(replay, "swapped").await;
    let later = world.append(SHOW, &[confirmed(Uuid::from_u128(2), ANNA, TICKET, 2)]).await;
    live.until(later).await;

    assert_eq!(world.number("SELECT sold FROM ticket_types").await, 5, "made anew, and followed by those that serve");
    assert_eq!(world.number("SELECT count(*) FROM shows WHERE title = 'marked'").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_true_at_a_position_is_built_beside_and_dropped_again() {
    let world = World::on_postgres().await;
    let then = world.append(SHOW, &[created(SHOW, TICKET), Event::from(ShowPublished {})]).await;
    let last = world.append(SHOW, &[confirmed(Uuid::from_u128(1), ANNA, TICKET, 3)]).await;
    world.project_until(last).await;
    let stage = Stage::set(&world);
    let _worker = stage.works();

    let replay = stage.asks("availability", Some(then)).await.unwrap();
    stage.is(replay, "built").await;

    assert_eq!(world.number("SELECT sold FROM replay_availability.ticket_types").await, 0);
    assert_eq!(world.number("SELECT position FROM replay_availability.projection_checkpoints").await, 2);
    assert_eq!(world.number("SELECT sold FROM ticket_types").await, 3);
    assert_eq!(stage.asks("availability", None).await, Err(Refused::Running), "it must be dropped first");
    stage.cancels(replay).await;
    stage.is(replay, "cancelled").await;
    assert_eq!(world.number("SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'replay\\_%'").await, 0);
    stage.asks("availability", None).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn two_replays_of_a_projection_at_once_are_refused() {
    let world = World::on_postgres().await;
    world.append(SHOW, &[created(SHOW, TICKET)]).await;
    let stage = Stage::set(&world);

    stage.asks("shows", None).await.unwrap();
    assert_eq!(stage.asks("shows", None).await, Err(Refused::Running));
    assert_eq!(stage.asks(ALL, None).await, Err(Refused::Running));
    let other = stage.asks("bookings", None).await.unwrap();

    assert_eq!(stage.asks("nonsense", None).await, Err(Refused::UnknownProjection));
    assert_eq!(stage.asks("payments", Some(99)).await, Err(Refused::BeyondHead));
    assert_eq!(world.number("SELECT count(*) FROM replays").await, 2, "what was refused leaves no trace");
    // Whoever asks twice with one id asked once.
    assert_eq!(request(world.pool(), other, "waitlist", None, None).await.unwrap(), Err(Refused::Running));
}

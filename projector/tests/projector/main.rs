//! Given events in a log, when the projector runs until a position, then rows.

mod analytics;
mod audit;
mod customers;
mod given;
mod life;
mod people;
mod replays;
mod sealing;

use bytes::Bytes;
use domain::show::{Event, SaleClosed, ShowPublished};
use given::{World, cancelled, confirmed, created};
use projector::{Group, ProjectionStatus};
use uuid::Uuid;

const SHOW: Uuid = Uuid::from_u128(0xA);
const OTHER_SHOW: Uuid = Uuid::from_u128(0xB);
const TICKET: Uuid = Uuid::from_u128(0x7);
const OTHER_TICKET: Uuid = Uuid::from_u128(0x8);
const ANNA: Uuid = Uuid::from_u128(0xC);

#[tokio::test(flavor = "multi_thread")]
async fn retells_a_show_and_its_bookings() {
    let world = World::new().await;
    let (kept, given_back) = (Uuid::from_u128(1), Uuid::from_u128(2));
    world.append(SHOW, &[created(SHOW, TICKET), Event::from(ShowPublished {})]).await;
    world.append(SHOW, &[confirmed(kept, ANNA, TICKET, 3), confirmed(given_back, ANNA, TICKET, 2)]).await;
    let last = world.append(SHOW, &[cancelled(given_back, ANNA, TICKET, 2)]).await;

    world.project_until(last).await;

    let show = world.row("SELECT row_to_json(shows)::text FROM shows").await;
    assert_eq!(show["title"], "An evening");
    assert_eq!(show["status"], "on_sale");
    assert_eq!(show["revision"], 2, "bookings do not count");
    assert_eq!(show["currency"], "EUR");
    let ticket = world.row("SELECT row_to_json(ticket_types)::text FROM ticket_types").await;
    assert_eq!((&ticket["ordinal"], &ticket["capacity"], &ticket["sold"]), (&1.into(), &100.into(), &3.into()));
    let booking = world.row("SELECT row_to_json(b)::text FROM bookings b WHERE status = 'confirmed'").await;
    assert_eq!(booking["booking_id"], kept.to_string());
    assert_eq!((&booking["quantity"], &booking["total_amount"]), (&3.into(), &(3 * 4250).into()));
    let gone = world.row("SELECT row_to_json(b)::text FROM bookings b WHERE status = 'cancelled'").await;
    assert_eq!(gone["booking_id"], given_back.to_string());
    assert!(gone["cancelled_at"].is_string());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancelled_show_has_sold_nothing_and_keeps_its_bookings() {
    let world = World::new().await;
    world.append(SHOW, &[created(SHOW, TICKET), confirmed(Uuid::from_u128(1), ANNA, TICKET, 3)]).await;
    let first = world.append(SHOW, &[Event::from(ShowPublished {})]).await;
    world.project_until(first).await;

    // Once in a page of its own, once in the page of the bookings that it ends.
    world.append(SHOW, &[confirmed(Uuid::from_u128(2), ANNA, TICKET, 1), given::show_cancelled()]).await;
    let last = world
        .append(
            OTHER_SHOW,
            &[
                created(OTHER_SHOW, OTHER_TICKET),
                confirmed(Uuid::from_u128(3), ANNA, OTHER_TICKET, 1),
                given::show_cancelled(),
            ],
        )
        .await;
    world.project_until(last).await;

    let told = world.row(
        "SELECT json_build_object('sold', (SELECT sum(sold) FROM ticket_types), 'bookings', (SELECT count(*) FROM bookings),
                'statuses', (SELECT json_agg(DISTINCT status) FROM shows), 'reason', (SELECT min(cancel_reason) FROM shows),
                'confirmed', (SELECT count(*) FROM bookings WHERE status = 'confirmed'))::text",
    );
    let expected = serde_json::json!(
        {"sold": 0, "bookings": 3, "confirmed": 3, "statuses": ["cancelled"], "reason": "The singer is ill."}
    );
    assert_eq!(told.await, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn folds_nothing_twice() {
    let world = World::new().await;
    let first = world.append(SHOW, &[created(SHOW, TICKET), confirmed(Uuid::from_u128(1), ANNA, TICKET, 1)]).await;
    world.project_until(first).await;
    world.project_until(first).await;
    let last = world.append(SHOW, &[confirmed(Uuid::from_u128(2), ANNA, TICKET, 1)]).await;
    world.project_until(last).await;

    assert_eq!(world.number("SELECT sold FROM ticket_types").await, 2);
    assert_eq!(world.number("SELECT count(*) FROM bookings").await, 2);
    assert_eq!(world.number("SELECT count(*) FROM parked_streams").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_projectors_at_once_fold_everything_once() {
    let world = World::new().await;
    let (one, other) = (world.start(), world.start());
    let mut last = world.append(SHOW, &[created(SHOW, TICKET)]).await;
    for booking in 1..=200 {
        last = world.append(SHOW, &[confirmed(Uuid::from_u128(booking), ANNA, TICKET, 1)]).await;
    }
    one.until(last).await;
    other.until(last).await;

    assert_eq!(world.number("SELECT sold FROM ticket_types").await, 200);
    assert_eq!(world.number("SELECT count(*) FROM bookings").await, 200);
    assert_eq!(world.number("SELECT count(*) FROM parked_streams").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_and_checkpoint_come_together_or_not_at_all() {
    let world = World::new().await;
    let first = world.append(SHOW, &[created(SHOW, TICKET)]).await;
    world.project_until(first).await;
    // The last of the three tables is kept from it, so that the fold stands still half written.
    let mut lock = world.pool().begin().await.unwrap();
    sqlx::query("LOCK TABLE bookings").execute(&mut *lock).await.unwrap();
    let last = world.append(SHOW, &[confirmed(Uuid::from_u128(1), ANNA, TICKET, 1)]).await;
    let running = world.start();
    while world.number("SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'bookings'::regclass").await == 0
    {
    }
    assert_eq!(world.number("SELECT sold FROM ticket_types").await, 0);
    assert_eq!(world.number("SELECT max(position) FROM projection_checkpoints").await, first.cast_signed());

    // Its connection dies there; it starts again by itself, and what was half written never was.
    let kill =
        "SELECT count(pg_terminate_backend(pid)) FROM pg_locks WHERE NOT granted AND relation = 'bookings'::regclass";
    assert_eq!(world.number(kill).await, 1);
    lock.rollback().await.unwrap();
    running.until(last).await;

    assert_eq!(world.number("SELECT sold FROM ticket_types").await, 1);
    assert_eq!(world.number("SELECT count(*) FROM bookings").await, 1);
    assert_eq!(world.number("SELECT count(*) FROM parked_streams").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_event_is_passed_over() {
    let world = World::new().await;
    world.append(SHOW, &[created(SHOW, TICKET)]).await;
    let last = world.append_raw(SHOW, "SomethingNew", Bytes::from_static(b"{}")).await;

    world.project_until(last).await;

    assert_eq!(world.number("SELECT revision FROM shows").await, 1);
    assert!(world.core_status().await.iter().all(|one| one.checkpoint == last && one.parked_streams == 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_event_parks_its_stream_and_the_others_go_on() {
    let world = World::new().await;
    world.append(SHOW, &[created(SHOW, TICKET)]).await;
    world.append(OTHER_SHOW, &[created(OTHER_SHOW, OTHER_TICKET)]).await;
    world.append_raw(SHOW, "BookingConfirmed", Bytes::from_static(b"{\"damaged\":true}")).await;
    world.append(SHOW, &[Event::from(SaleClosed {})]).await;
    let last = world.append(OTHER_SHOW, &[Event::from(ShowPublished {})]).await;

    world.project_until(last).await;

    let statuses = world.row("SELECT json_object_agg(show_id, status)::text FROM shows").await;
    assert_eq!(statuses[SHOW.to_string()], "draft", "what follows a damaged event is not folded");
    assert_eq!(statuses[OTHER_SHOW.to_string()], "on_sale");
    let parked = |name: &str| ProjectionStatus {
        name: name.into(),
        group: Group::Core,
        version: 1,
        checkpoint: last,
        parked_streams: 1,
    };
    assert_eq!(
        world.core_status().await,
        ["availability", "bookings", "payments", "people", "shows", "waitlist"].map(parked)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_that_one_projection_cannot_fold_is_parked_there_alone() {
    let world = World::new().await;
    let mut events = vec![created(SHOW, TICKET)];
    events.extend((1..=20).map(|booking| confirmed(Uuid::from_u128(booking), ANNA, TICKET, 1)));
    world.append(SHOW, &events).await;
    // A ticket type that nobody ever offered: `availability` has no row for it.
    let stray = confirmed(Uuid::from_u128(21), ANNA, Uuid::from_u128(99), 1);
    world.append(OTHER_SHOW, &[created(OTHER_SHOW, OTHER_TICKET), stray]).await;
    let last = world.append(SHOW, &[confirmed(Uuid::from_u128(22), ANNA, TICKET, 1)]).await;

    world.project_until(last).await;

    assert_eq!(world.number("SELECT sum(sold)::bigint FROM ticket_types").await, 21);
    assert_eq!(world.number("SELECT count(*) FROM bookings").await, 22);
    let parked = world.row("SELECT json_agg(projection || ' ' || stream)::text FROM parked_streams").await;
    assert_eq!(parked, serde_json::json!([format!("availability show-{OTHER_SHOW}")]));
    assert!(world.core_status().await.iter().all(|one| one.checkpoint == last));
    // Parked for good: a restart knows it too.
    let later = world.append(OTHER_SHOW, &[confirmed(Uuid::from_u128(23), ANNA, OTHER_TICKET, 1)]).await;
    world.project_until(later).await;
    assert_eq!(world.number("SELECT sum(sold)::bigint FROM ticket_types").await, 21);
    assert_eq!(world.number("SELECT count(*) FROM bookings").await, 23);
}

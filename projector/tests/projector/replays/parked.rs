//! Parked streams: tried again after a fix, and never hidden by a replay.
#![allow(clippy::unwrap_used)]

use uuid::Uuid;

use super::given::Stage;
use super::{ANNA, OTHER_SHOW, OTHER_TICKET, SHOW, TICKET};
use crate::given::{World, confirmed, created};

/// A ticket type that nobody ever offered.
const STRAY: Uuid = Uuid::from_u128(99);

/// `availability` has parked a show for a booking of a ticket type that it has no row for.
async fn with_a_parked_stream() -> (World, u64) {
    let world = World::on_postgres().await;
    world.append(SHOW, &[created(SHOW, TICKET)]).await;
    let stray = confirmed(Uuid::from_u128(1), ANNA, STRAY, 1);
    world.append(OTHER_SHOW, &[created(OTHER_SHOW, OTHER_TICKET), stray]).await;
    world.append(OTHER_SHOW, &[confirmed(Uuid::from_u128(2), ANNA, OTHER_TICKET, 4)]).await;
    let last = world.append(SHOW, &[confirmed(Uuid::from_u128(3), ANNA, TICKET, 1)]).await;
    world.project_until(last).await;
    assert_eq!(world.number("SELECT count(*) FROM parked_streams").await, 1);
    (world, last)
}

const ASK: &str = "UPDATE parked_streams SET retry_requested_at = now()";

#[tokio::test(flavor = "multi_thread")]
async fn a_parked_stream_is_shown_again_after_a_fix() {
    let (world, last) = with_a_parked_stream().await;
    let live = world.start();
    world
        .execute(
            "INSERT INTO ticket_types (ticket_type_id, show_id, ordinal, name, price_amount, currency, capacity, sold)
             SELECT '00000000-0000-0000-0000-000000000063', show_id, 2, 'Found', 1, 'EUR', 10, 0
             FROM ticket_types WHERE ticket_type_id = '00000000-0000-0000-0000-000000000008'",
        )
        .await;
    let _worker = Stage::set(&world).works();

    world.execute(ASK).await;
    while world.number("SELECT count(*) FROM parked_streams").await > 0 {}
    let after = world.append(OTHER_SHOW, &[confirmed(Uuid::from_u128(4), ANNA, OTHER_TICKET, 2)]).await;
    live.until(after).await;

    let sold = "SELECT json_agg(sold ORDER BY sold)::text FROM ticket_types";
    assert_eq!(world.row(sold).await, serde_json::json!([1, 1, 6]));
    assert_eq!(world.number("SELECT sum(sold)::bigint FROM ticket_types").await, 8);
    assert!(world.core_status().await.iter().all(|one| one.checkpoint > last && one.parked_streams == 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_that_still_cannot_be_folded_stays_parked() {
    let (world, _) = with_a_parked_stream().await;
    world.execute("UPDATE parked_streams SET error = 'of old'").await;
    let _worker = Stage::set(&world).works();

    world.execute(ASK).await;
    while world.number("SELECT count(*) FROM parked_streams WHERE retried_at >= retry_requested_at").await == 0 {}

    assert_eq!(world.number("SELECT count(*) FROM parked_streams WHERE error LIKE 'only 1 of the 2 rows%'").await, 1);
    assert_eq!(world.number("SELECT sum(sold)::bigint FROM ticket_types").await, 1, "nothing of it is folded");
    assert_eq!(world.number("SELECT max(generation) FROM projection_checkpoints").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replay_parks_what_it_cannot_fold_as_those_that_serve_did() {
    let (world, last) = with_a_parked_stream().await;
    let stage = Stage::set(&world);
    let _worker = stage.works();

    let replay = stage.asks("availability", None).await.unwrap();
    stage.is(replay, "swapped").await;

    assert_eq!(world.number("SELECT sum(sold)::bigint FROM ticket_types").await, 1);
    assert_eq!(world.number("SELECT count(*) FROM parked_streams").await, 1);
    assert_eq!(stage.status(replay).await.position, last);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replay_that_shows_less_than_what_serves_fails() {
    let (world, _) = with_a_parked_stream().await;
    world.execute("DELETE FROM parked_streams; UPDATE ticket_types SET sold = 42").await;
    let stage = Stage::set(&world);
    let _worker = stage.works();

    let replay = stage.asks("availability", None).await.unwrap();
    stage.is(replay, "failed").await;

    let error = stage.status(replay).await.error.unwrap();
    assert!(error.contains("cannot fold show-"), "{error}");
    assert_eq!(world.number("SELECT sum(sold)::bigint FROM ticket_types").await, 84, "what served serves");
    assert_eq!(world.number("SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'replay\\_%'").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replay_whose_rows_are_not_as_many_as_the_log_tells_fails() {
    let (world, _) = with_a_parked_stream().await;
    let stage = Stage::set(&world);
    // Rows come from nowhere while it builds.
    world
        .execute(
            "CREATE FUNCTION twice() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                 NEW.booking_id := gen_random_uuid();
                 IF pg_trigger_depth() = 1 AND TG_TABLE_SCHEMA LIKE 'replay%' THEN
                     EXECUTE format('INSERT INTO %I.bookings SELECT ($1).*', TG_TABLE_SCHEMA) USING NEW;
                 END IF; RETURN NEW; END $$;
             CREATE FUNCTION plant() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN
                 IF to_regclass('replay_bookings.bookings') IS NOT NULL AND NOT EXISTS (
                     SELECT FROM pg_trigger WHERE tgrelid = to_regclass('replay_bookings.bookings')) THEN
                     CREATE TRIGGER twice BEFORE INSERT ON replay_bookings.bookings
                         FOR EACH ROW EXECUTE FUNCTION twice();
                 END IF; END $$;
             CREATE EVENT TRIGGER planting ON ddl_command_end WHEN TAG IN ('CREATE TABLE') EXECUTE FUNCTION plant()",
        )
        .await;
    let _worker = stage.works();

    let replay = stage.asks("bookings", None).await.unwrap();
    stage.is(replay, "failed").await;

    assert!(stage.status(replay).await.error.unwrap().contains("bookings has 6 rows, and the log tells of 3"));
}

#[tokio::test(flavor = "multi_thread")]
async fn reports_that_lack_rows_are_noticed_before_they_serve() {
    let (world, _) = with_a_parked_stream().await;
    let stage = Stage::set(&world);
    // Rows go nowhere while it builds.
    world
        .execute(
            "CREATE FUNCTION nothing() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
             CREATE FUNCTION plant() RETURNS event_trigger LANGUAGE plpgsql AS $$ DECLARE made regclass; BEGIN
                 FOREACH made IN ARRAY ARRAY[to_regclass('replay_audit_index.audit_index'),
                                             to_regclass('replay_analytics.sales_blocks')] LOOP
                     IF made IS NOT NULL AND NOT EXISTS (SELECT FROM pg_trigger WHERE tgrelid = made) THEN
                         EXECUTE format('CREATE TRIGGER nothing BEFORE INSERT ON %s
                                         FOR EACH ROW EXECUTE FUNCTION nothing()', made);
                     END IF;
                 END LOOP; END $$;
             CREATE EVENT TRIGGER planting ON ddl_command_end WHEN TAG IN ('CREATE TABLE') EXECUTE FUNCTION plant()",
        )
        .await;
    let _worker = stage.works();

    for (projection, told) in [("audit_index", "counts 0 where"), ("analytics", "counts 0 where the log tells of 1")] {
        let replay = stage.asks(projection, None).await.unwrap();
        stage.is(replay, "failed").await;
        let error = stage.status(replay).await.error.unwrap();
        assert!(error.contains(told), "{error}");
    }
}

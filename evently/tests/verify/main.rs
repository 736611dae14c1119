//! `evently verify` passes over a log that is right, and names each thing that is not.

mod crowd;
mod given;
mod life;
mod people;
mod rows;
mod rules;

use event_log::Position;
use given::{ADA, BALCONY, BOB, BOOKING, OTHER_SHOW, SHOW, STALLS, World, booked, cancelled, id, item};
use serde_json::{Value, json};

#[tokio::test]
async fn passes_over_a_log_and_read_models_that_are_right() {
    let world = World::new().await;
    world.small_log().await;
    world.project().await;
    let report = world.verify().await;
    assert_eq!((report.events, report.shows, report.bookings, report.difference), (18, 2, 5, None));
}

#[tokio::test]
async fn passes_over_an_empty_database() {
    let report = World::new().await.verify().await;
    assert_eq!((report.events, report.difference), (0, None));
}

#[tokio::test]
async fn compares_each_read_model_as_of_its_own_checkpoint() {
    let world = World::new().await;
    world.small_log().await;
    world.project().await;
    world.event(SHOW, "BookingConfirmed", booked(id(900), ADA, &[item(STALLS, 1)])).await;
    world.event(SHOW, "SaleClosed", json!({})).await;
    assert_eq!(world.verify().await.difference, None, "no read model has come so far");

    world.sql("UPDATE projection_checkpoints SET position = 20 WHERE name = 'shows'").await;
    world.finds("has status \"on_sale\", the log says \"closed\"").await;
    world.sql(&format!("UPDATE shows SET status = 'closed', revision = revision + 1 WHERE show_id = '{SHOW}'")).await;
    assert_eq!(world.verify().await.difference, None, "the other two have not come so far");
}

#[tokio::test]
async fn names_a_hole_in_the_positions() {
    let world = World::new().await;
    world.small_log().await;
    world.insert(20, &stream(SHOW), 13, "SaleClosed", "now()").await;
    world.finds(&format!("position 20, {} version 13: position 19 is missing from the log", stream(SHOW))).await;
}

#[tokio::test]
async fn names_a_head_that_is_not_the_last_event() {
    let world = World::new().await;
    world.small_log().await;
    world.sql("UPDATE log_head SET position = 21").await;
    world.finds("log_head says 21, but the last event is at position 18").await;
}

#[tokio::test]
async fn names_a_hole_in_the_versions() {
    let world = World::new().await;
    world.small_log().await;
    world.insert(19, &stream(SHOW), 14, "SaleClosed", "now()").await;
    world.finds("version 14: version 13 of the stream is missing").await;
}

#[tokio::test]
async fn names_a_time_that_goes_backwards() {
    let world = World::new().await;
    world.small_log().await;
    world.insert(19, &stream(SHOW), 13, "SaleClosed", "'2020-02-02T00:00:00Z'").await;
    world.finds("position 19, show-").await;
    world.finds("it was recorded at 2020-02-02 00:00:00 UTC, before its predecessor").await;
}

#[tokio::test]
async fn names_a_stream_that_is_none() {
    let world = World::new().await;
    world.small_log().await;
    world.insert(19, "show-7", 1, "SaleClosed", "now()").await;
    world.finds("position 19, show-7 version 1: this is not the name of a stream").await;
}

/// What one more event in the stream of the show must make it say.
#[tokio::test]
async fn names_each_event_that_breaks_a_rule() {
    let too_dear = json!({ "ticket_type_id": STALLS, "quantity": 1, "unit_price": 1 });
    let other_words = json!({ "booking_id": BOOKING, "customer_id": ADA, "items": [item(STALLS, 1)] });
    let nowhere = json!({ "booking_id": id(900), "customer_id": ADA, "items": [item(STALLS, 1)] });
    let elsewhere = item(id(77), 1);
    let cases: Vec<(&str, Value, &str)> = vec![
        (
            "BookingConfirmed",
            booked(id(900), id(50), &[item(BALCONY, 4)]),
            "is oversold: 6 of 5 are taken with booking",
        ),
        ("BookingConfirmed", booked(id(900), ADA, &[item(STALLS, 2)]), "holds 5 tickets with booking"),
        ("BookingConfirmed", booked(id(900), ADA, &[elsewhere]), "the show has no ticket type"),
        ("BookingConfirmed", booked(id(900), ADA, &[too_dear]), "pays 1 for"),
        ("BookingConfirmed", booked(id(900), ADA, &[item(STALLS, 0)]), "holds no tickets of something"),
        ("BookingConfirmed", booked(id(900), ADA, &[]), "holds no tickets of something"),
        ("BookingCancelled", nowhere, "is cancelled, but was never made for this show"),
        ("BookingCancelled", other_words, "is cancelled with other words than it was made with at"),
        ("CapacityLowered", json!({ "ticket_type_id": BALCONY, "capacity": 1 }), "is lowered to 1, but 2 are taken"),
        ("CapacityRaised", json!({ "ticket_type_id": BALCONY, "capacity": 3 }), "goes from 5 to 3 under a wrong name"),
        ("SaleResumed", json!({}), "the show goes from on_sale to on_sale, which no rule allows"),
        ("ShowPublished", json!({}), "the show goes from on_sale to on_sale, which no rule allows"),
        ("BookingConfirmed", json!({ "booking_id": 7 }), "the payload of BookingConfirmed is damaged"),
        ("SeatsPainted", json!({}), "its type SeatsPainted is one that this program does not know"),
        ("RoleGranted", json!({ "account_id": ADA, "role": "admin" }), "does not belong in the stream of a show"),
    ];
    for (event_type, payload, difference) in cases {
        let world = World::new().await;
        world.small_log().await;
        world.event(SHOW, event_type, payload).await;
        world.finds(&format!("position 19, {} version 13: ", stream(SHOW))).await;
        world.finds(difference).await;
    }
}

#[tokio::test]
async fn names_a_booking_that_is_confirmed_twice() {
    let world = World::new().await;
    world.small_log().await;
    // The key differs, or the log itself would refuse it.
    world.event_with_key(SHOW, "BookingConfirmed", booked(BOOKING, BOB, &[item(STALLS, 1)]), Some(id(901))).await;
    world.finds(&format!("position 19, {} version 13: booking {BOOKING} begins again", stream(SHOW))).await;
    world.finds("first at position 6").await;
}

#[tokio::test]
async fn names_a_booking_whose_key_is_another() {
    let world = World::new().await;
    world.small_log().await;
    world.event_with_key(SHOW, "BookingConfirmed", booked(id(900), BOB, &[item(STALLS, 1)]), None).await;
    world.finds("its key is not the id of the booking").await;
}

#[tokio::test]
async fn names_a_booking_that_is_cancelled_twice() {
    let world = World::new().await;
    world.small_log().await;
    world.event(SHOW, "BookingCancelled", cancelled(BOOKING, ADA, &[item(STALLS, 2)])).await;
    world.event(SHOW, "BookingCancelled", cancelled(BOOKING, ADA, &[item(STALLS, 2)])).await;
    world.finds(&format!("booking {BOOKING}, made at position 6, is cancelled again")).await;
}

#[tokio::test]
async fn names_a_booking_while_nothing_is_sold() {
    for (steps, status) in [(&["SalePaused"][..], "paused"), (&["SaleClosed"], "closed")] {
        let world = World::new().await;
        world.small_log().await;
        for step in steps {
            world.event(SHOW, step, json!({})).await;
        }
        world.event(SHOW, "BookingConfirmed", booked(id(900), BOB, &[item(STALLS, 1)])).await;
        world.finds(&format!("is confirmed while the show is {status}")).await;
    }
    let world = World::new().await;
    world.small_log().await;
    world.event(OTHER_SHOW, "BookingConfirmed", booked(id(900), BOB, &[item(STALLS, 1)])).await;
    world.finds("is confirmed while the show is cancelled").await;
}

#[tokio::test]
async fn names_a_booking_outside_the_sale() {
    let world = World::new().await;
    world.small_log().await;
    let mut late = booked(id(900), BOB, &[item(STALLS, 1)]);
    late["booked_at"] = json!("2031-01-01T00:00:00Z");
    world.event(SHOW, "BookingConfirmed", late).await;
    world.finds("is made at 2031-01-01 00:00:00 UTC, when the sale is not open").await;
}

#[tokio::test]
async fn names_each_difference_in_the_read_models() {
    let world = World::new().await;
    world.small_log().await;
    world.project().await;
    // Each is done and undone again.
    let cases = [
        (
            "UPDATE ticket_types SET sold = sold + 1 WHERE name = 'Balcony'",
            "UPDATE ticket_types SET sold = sold - 1 WHERE name = 'Balcony'",
            "has sold 3, the log says 2",
        ),
        (
            "UPDATE ticket_types SET capacity = 999 WHERE name = 'Balcony'",
            "UPDATE ticket_types SET capacity = 5 WHERE name = 'Balcony'",
            "has capacity 999, the log says 5",
        ),
        (
            "UPDATE shows SET title = 'No', revision = 99 WHERE status = 'on_sale'",
            "UPDATE shows SET title = 'A night', revision = 7 WHERE status = 'on_sale'",
            "has title \"No\", the log says \"A night\"",
        ),
        (
            "UPDATE bookings SET total_amount = 1 WHERE position = 6",
            "UPDATE bookings SET total_amount = 8500 WHERE position = 6",
            "made at position 6, has total_amount 1, the log says 8500",
        ),
        (
            "UPDATE bookings SET status = 'cancelled' WHERE position = 6",
            "UPDATE bookings SET status = 'confirmed' WHERE position = 6",
            "has status \"cancelled\", the log says \"confirmed\"",
        ),
        (
            "UPDATE bookings SET items = replace(items, '4250', '4251') WHERE position = 6",
            "UPDATE bookings SET items = replace(items, '4251', '4250') WHERE position = 6",
            "has other items than the log",
        ),
        (
            "INSERT INTO bookings SELECT (jsonb_populate_record(b, jsonb_build_object(
                'booking_id', gen_random_uuid(), 'position', 99))).* FROM bookings b WHERE position = 6",
            "DELETE FROM bookings WHERE position = 99",
            "is one that the log does not know",
        ),
        (
            "UPDATE projection_checkpoints SET position = 999 WHERE name = 'bookings'",
            "UPDATE projection_checkpoints SET position = 18 WHERE name = 'bookings'",
            "projection bookings is at position 999, the log ends at 18",
        ),
        (
            "INSERT INTO parked_streams (projection, stream, position, error) VALUES ('shows', 'show-x', 3, 'bad')",
            "DELETE FROM parked_streams",
            "projection shows has parked show-x at position 3",
        ),
    ];
    for (wrong, right, difference) in cases {
        world.sql(wrong).await;
        world.finds(difference).await;
        world.sql(right).await;
        assert_eq!(world.verify().await.difference, None, "after: {right}");
    }
    for (wrong, difference) in [
        ("DELETE FROM bookings WHERE position = 6", format!("there is no row for booking {BOOKING}")),
        ("DELETE FROM ticket_types WHERE name = 'Balcony'", format!("there is no row for ticket type {BALCONY}")),
        ("DELETE FROM shows WHERE status = 'cancelled'", format!("there is no row for show {OTHER_SHOW}")),
    ] {
        world.project_anew().await;
        world.sql(wrong).await;
        world.finds(&difference).await;
    }
}

#[tokio::test]
async fn speaks_of_the_log_before_the_read_models() {
    let world = World::new().await;
    let head: Position = world.small_log().await;
    world.project().await;
    world.sql("DELETE FROM bookings").await;
    world.insert(head + 1, &stream(SHOW), 14, "SaleClosed", "now()").await;
    world.finds("of the stream is missing").await;
}

fn stream(show: uuid::Uuid) -> String {
    format!("show-{show}")
}

//! One wrong row behind a life that is right: each is named, in every table.

use serde_json::json;

use crate::given::{ADA, World, id};
use crate::life::*;

/// The columns that a life fills, each with what is wrong about it and how that is told.
const WRONG: [(&str, &str); 30] = [
    ("UPDATE shows SET hold_seconds = 5", "has hold_seconds 5, the log says 600"),
    ("UPDATE shows SET payment = 'none'", "has payment \"none\", the log says \"required\""),
    ("UPDATE shows SET refund_policy = NULL", "has another refund_policy than the log"),
    ("UPDATE shows SET refund_until = NULL", "has refund_until None, the log says Some"),
    ("UPDATE show_colleagues SET access = 'door'", "has access \"door\", the log says \"manager\""),
    ("UPDATE ticket_types SET held = 3 WHERE name = 'Floor'", "has held 3, the log says 2"),
    ("UPDATE ticket_types SET blocked = 0 WHERE name = 'Row'", "has blocked 0, the log says 1"),
    (
        "UPDATE ticket_types SET max_per_booking = 3 WHERE name = 'Row'",
        "has max_per_booking Some(3), the log says Some(2)",
    ),
    ("UPDATE seat_maps SET map = replace(map, 'A-2', 'A-9')", "has another map than the log"),
    ("UPDATE seat_maps SET sections = '{X}'", "has sections [\"X\"], the log says [\"Parkett\"]"),
    ("UPDATE seats SET state = 2 WHERE label = 'A-2'", "has state 2, the log says 0"),
    ("DELETE FROM seats WHERE label = 'A-3'", "there is no row for seat A-3 of show"),
    ("UPDATE bookings SET expires_at = NULL WHERE status = 'held'", "has expires_at None, the log says Some"),
    ("UPDATE bookings SET paid_amount = 1 WHERE status = 'confirmed'", "has paid_amount 1, the log says 6250"),
    ("UPDATE bookings SET refunded_amount = 1 WHERE status = 'confirmed'", "has refunded_amount 1, the log says 2125"),
    ("UPDATE bookings SET items = replace(items, 'A-1', 'A-2')", "has other items than the log"),
    ("UPDATE promo_codes SET uses = 0", "has uses 0, the log says 1"),
    ("UPDATE promo_codes SET definition = replace(definition, '50', '60')", "has another definition than the log"),
    (
        "UPDATE waitlist_entries SET state = 'offered' WHERE state = 'declined'",
        "has state \"offered\", the log says \"declined\"",
    ),
    ("UPDATE waitlist_entries SET items = NULL WHERE state = 'declined'", "has other items than the log"),
    ("UPDATE payments SET state = 'succeeded'", "has state \"succeeded\", the log says \"failed\""),
    ("UPDATE refunds SET state = 'failed' WHERE refund = 1", "has state \"failed\", the log says \"succeeded\""),
    ("DELETE FROM refunds WHERE refund = 2", "there is no row for refund 2 of booking"),
    ("DELETE FROM audit_index WHERE kind = 2", "table audit_index: there is no row for key"),
    ("INSERT INTO audit_index VALUES (2, gen_random_uuid(), 1)", "does not belong to position 1"),
    ("UPDATE customer_counts SET tickets = tickets + 90", "table customer_counts: customer"),
    ("DELETE FROM customer_counts", "table customer_counts: there is no row for customer"),
    ("UPDATE customer_firsts SET ordinal = ordinal + 5", "has ordinal 6, the log says 1"),
    ("UPDATE customer_scopes SET buyers = 0", "has buyers 0, the log says"),
    ("UPDATE customer_shows SET organizer_id = show_id", "table customer_shows: show"),
];

#[tokio::test]
async fn names_each_difference_in_the_read_models_of_a_life() {
    let world = World::new().await;
    world.life().await;
    world.project().await;
    assert_eq!(world.verify().await.difference, None);
    for (wrong, difference) in WRONG {
        world.sql(wrong).await;
        world.finds(difference).await;
        world.project_anew().await;
    }
    assert_eq!(world.verify().await.difference, None);
}

#[tokio::test]
async fn names_rows_of_each_table_that_are_not_there_or_should_not_be() {
    let world = World::new().await;
    world.life().await;
    world.project().await;
    for (table, key, one, other, missing) in [
        ("seat_maps", "show_id", LIFE.to_string(), "gen_random_uuid()", "the map of show"),
        ("show_colleagues", "account_id", CLEO.to_string(), "gen_random_uuid()", "colleague 0000"),
        ("promo_codes", "code", "EARLY".into(), "'LATE'", "promo code EARLY of show"),
        ("waitlist_entries", "entry_id", ACCEPTED.to_string(), "gen_random_uuid()", "entry 0000"),
        ("payments", "payment_id", PAID.to_string(), "gen_random_uuid()", "payment 0000"),
        ("refunds", "refund", "1".into(), "7", "refund 1 of booking"),
    ] {
        world.sql(&format!("UPDATE {table} SET {key} = {other} WHERE {key} = '{one}'")).await;
        world.finds("that the log does not know").await;
        world.project_anew().await;
        world.sql(&format!("DELETE FROM {table} WHERE {key} = '{one}'")).await;
        world.finds(&format!("table {table}: there is no row for {missing}")).await;
        world.project_anew().await;
    }
}

#[tokio::test]
async fn counts_what_a_cancelled_show_ends_and_owes() {
    let world = World::new().await;
    world.life().await;
    world.then(1300, "WaitlistJoined", joined(id(920), DAN, 2, 1300)).await;
    world.then(1310, "ShowCancelled", json!({ "reason": "Rain." })).await;
    let late = with(succeeded(FAILED, 6250), "customer_id", ADA.to_string());
    world.then(1320, "PaymentSucceeded", late).await;
    world.then(1320, "RefundDue", refund(4, 6250, "event_cancelled")).await;
    world.then(1330, "RefundFailed", refund_said(3, 4125)).await;
    world.project().await;
    assert_eq!(world.verify().await.difference, None);

    world.sql("UPDATE refunds SET amount = 1 WHERE refund = 3").await;
    world.finds("has amount 1, the log says 4125").await;
    world.project_anew().await;
    world.sql("UPDATE bookings SET status = 'held' WHERE status = 'cancelled'").await;
    world.finds("has status \"held\", the log says \"cancelled\"").await;
    world.project_anew().await;
    world.sql("UPDATE waitlist_entries SET state = 'waiting' WHERE state = 'lapsed'").await;
    world.finds("has state \"waiting\", the log says \"lapsed\"").await;
}

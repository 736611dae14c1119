//! What each customer did.

use std::collections::BTreeMap;

use sqlx::PgConnection;
use uuid::Uuid;

use crate::error::FoldError;

/// What a customer did within a page.
#[derive(Default)]
pub(super) struct Counts {
    pub(super) bookings: i64,
    pub(super) tickets: i64,
    pub(super) cancelled_bookings: i64,
    pub(super) cancelled_tickets: i64,
    pub(super) lapsed_holds: i64,
}

const ADD: &str = "\
INSERT INTO customer_counts AS c (customer_id, bookings, tickets, cancelled_bookings, cancelled_tickets, lapsed_holds)
SELECT * FROM unnest($1::uuid[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[])
ON CONFLICT (customer_id) DO UPDATE
SET bookings = c.bookings + excluded.bookings, tickets = c.tickets + excluded.tickets,
    cancelled_bookings = c.cancelled_bookings + excluded.cancelled_bookings,
    cancelled_tickets = c.cancelled_tickets + excluded.cancelled_tickets,
    lapsed_holds = c.lapsed_holds + excluded.lapsed_holds";

/// Adds to what is there.
pub(super) async fn add(counts: &BTreeMap<Uuid, Counts>, connection: &mut PgConnection) -> Result<(), FoldError> {
    if counts.is_empty() {
        return Ok(());
    }
    let all = |number: fn(&Counts) -> i64| counts.values().map(number).collect::<Vec<_>>();
    sqlx::query(ADD)
        .bind(counts.keys().copied().collect::<Vec<_>>())
        .bind(all(|counts| counts.bookings))
        .bind(all(|counts| counts.tickets))
        .bind(all(|counts| counts.cancelled_bookings))
        .bind(all(|counts| counts.cancelled_tickets))
        .bind(all(|counts| counts.lapsed_holds))
        .execute(connection)
        .await?;
    Ok(())
}

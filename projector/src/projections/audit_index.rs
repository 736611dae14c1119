//! `audit_index`: under which keys each event is found, besides its stream and the log's own key.

use async_trait::async_trait;
use domain::audit::{FREQUENT_TYPES, KeyKind, key_of_type};
use domain::show::Event;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::error::FoldError;
use crate::page::{Fact, Page};
use crate::projection::{Projection, signed};

/// Where to find what somebody did, what happened to a booking, and what is rare.
pub(crate) struct AuditIndex;

const INSERT: &str = "\
INSERT INTO audit_index (kind, key, position) SELECT * FROM unnest($1::smallint[], $2::uuid[], $3::bigint[])";

/// Somebody did each event that it has folded.
const TALLY: &str = "\
SELECT (SELECT count(*) FROM audit_index WHERE kind = 1),
       (SELECT count(*) FROM events WHERE position <= $1)
     - (SELECT count(*) FROM parked_streams parked
        JOIN events ON events.stream = parked.stream COLLATE \"C\" AND events.position >= parked.position
        WHERE events.position <= $1 AND parked.projection = 'audit_index')";

#[async_trait]
impl Projection for AuditIndex {
    fn name(&self) -> &'static str {
        "audit_index"
    }

    fn tables(&self) -> &'static [&'static str] {
        &["audit_index"]
    }

    fn reads_recorded(&self) -> bool {
        true
    }

    fn deferred_indexes(&self) -> &'static [&'static str] {
        &["audit_index_by_key"]
    }

    fn tally(&self) -> Option<&'static str> {
        Some(TALLY)
    }

    async fn write(&self, page: Page<'_>, connection: &mut PgConnection) -> Result<(), FoldError> {
        let rows = rows(page);
        if rows.is_empty() {
            return Ok(());
        }
        sqlx::query(INSERT)
            .bind(rows.iter().map(|row| row.0.number()).collect::<Vec<_>>())
            .bind(rows.iter().map(|row| row.1).collect::<Vec<_>>())
            .bind(rows.iter().map(|row| row.2).collect::<Vec<_>>())
            .execute(connection)
            .await?;
        Ok(())
    }
}

type Row = (KeyKind, Uuid, i64);

/// In the order of the index, so that neighbours are written one after the other.
fn rows(page: Page<'_>) -> Vec<Row> {
    let mut rows = Vec::new();
    for event in page.recorded() {
        let position = signed(event.position);
        rows.push((KeyKind::Actor, event.metadata.actor, position));
        if !FREQUENT_TYPES.contains(&&*event.event_type) {
            rows.push((KeyKind::Type, key_of_type(&event.event_type), position));
        }
    }
    page.facts().for_each(|fact| add_bookings(fact, &mut rows));
    rows.sort_unstable();
    // A fact may name one booking twice.
    rows.dedup();
    rows
}

fn add_bookings(fact: &Fact, rows: &mut Vec<Row>) {
    let position = signed(fact.position);
    match &fact.event {
        // Found by the log's own key.
        Event::BookingConfirmed(_) | Event::SeatsHeld(_) => {}
        Event::ShowCancelled(_) | Event::ShowRescheduled(_) => {
            rows.push((KeyKind::EveryBookingOf, fact.show_id(), position));
        }
        event => event.each_booking(|booking_id| rows.push((KeyKind::Booking, booking_id.0, position))),
    }
}

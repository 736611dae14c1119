//! `shows` and `show_colleagues`: what people attend, as it stands now, and who runs it. Bookings never
//! touch them.

use std::collections::HashMap;

use async_trait::async_trait;
use domain::show::Event;
use sqlx::{PgConnection, Postgres, QueryBuilder};
use uuid::Uuid;

use crate::error::FoldError;
use crate::page::{Fact, Page};
use crate::projection::Projection;

mod colleagues;
mod row;

use row::ShowRow;

/// The programme.
pub(crate) struct Shows;

/// How many rows are written by one statement; Postgres takes 65,535 parameters.
const STATEMENT_ROWS_MAX: usize = 1_000;

const INSERT: &str = "\
INSERT INTO shows (show_id, organizer_id, title, description, venue_name, venue_city, venue_country, time_zone,
    starts_at, ends_at, sale_opens_at, sale_closes_at, max_per_customer, currency, status, published,
    cancel_reason, cancelled_at, revision, created_at, hold_seconds, offer_seconds, payment, refund_policy,
    seat_map_version, rescheduled_at, refund_until) ";

const OR_UPDATE: &str = "\
 ON CONFLICT (show_id) DO UPDATE SET
    (title, description, venue_name, venue_city, venue_country, time_zone, starts_at, ends_at, sale_opens_at,
     sale_closes_at, max_per_customer, currency, status, published, cancel_reason, cancelled_at, revision,
     hold_seconds, offer_seconds, payment, refund_policy, seat_map_version, rescheduled_at, refund_until) =
    (EXCLUDED.title, EXCLUDED.description, EXCLUDED.venue_name, EXCLUDED.venue_city, EXCLUDED.venue_country,
     EXCLUDED.time_zone, EXCLUDED.starts_at, EXCLUDED.ends_at, EXCLUDED.sale_opens_at, EXCLUDED.sale_closes_at,
     EXCLUDED.max_per_customer, EXCLUDED.currency, EXCLUDED.status, EXCLUDED.published,
     EXCLUDED.cancel_reason, EXCLUDED.cancelled_at, EXCLUDED.revision, EXCLUDED.hold_seconds,
     EXCLUDED.offer_seconds, EXCLUDED.payment, EXCLUDED.refund_policy, EXCLUDED.seat_map_version,
     EXCLUDED.rescheduled_at, EXCLUDED.refund_until)";

#[async_trait]
impl Projection for Shows {
    fn name(&self) -> &'static str {
        "shows"
    }

    fn tables(&self) -> &'static [&'static str] {
        &["shows", "show_colleagues"]
    }

    fn deferred_indexes(&self) -> &'static [&'static str] {
        &["shows_by_start", "shows_by_title", "shows_by_organizer", "shows_by_city", "show_colleagues_account"]
    }

    fn born_of(&self) -> &'static [(&'static str, &'static [&'static str])] {
        &[("shows", &["ShowCreated"])]
    }

    async fn write(&self, page: Page<'_>, connection: &mut PgConnection) -> Result<(), FoldError> {
        let mut rows: HashMap<Uuid, ShowRow> = HashMap::new();
        let touched = || page.facts().filter(|fact| fact.event.is_organizers());
        let mut known: Vec<Uuid> =
            touched().filter(|fact| !matches!(fact.event, Event::ShowCreated(_))).map(Fact::show_id).collect();
        if !known.is_empty() {
            known.sort_unstable();
            known.dedup();
            let loaded: Vec<ShowRow> = sqlx::query_as("SELECT * FROM shows WHERE show_id = ANY($1)")
                .bind(known)
                .fetch_all(&mut *connection)
                .await?;
            rows.extend(loaded.into_iter().map(|row| (row.show_id, row)));
        }
        for fact in touched() {
            if let Event::ShowCreated(created) = &fact.event {
                rows.insert(fact.show_id(), ShowRow::created(fact, created));
            }
            let row = rows.get_mut(&fact.show_id());
            row.ok_or(FoldError::RowsMissing { table: "shows", found: 0, expected: 1 })?.evolve(fact)?;
        }
        let rows: Vec<ShowRow> = rows.into_values().collect();
        for rows in rows.chunks(STATEMENT_ROWS_MAX) {
            upsert(rows, connection).await?;
        }
        colleagues::write(page.facts(), connection).await
    }
}

async fn upsert(rows: &[ShowRow], connection: &mut PgConnection) -> Result<(), FoldError> {
    let mut statement = QueryBuilder::<Postgres>::new(INSERT);
    statement.push_values(rows, |mut values, row| {
        values.push_bind(row.show_id).push_bind(row.organizer_id).push_bind(&row.title).push_bind(&row.description);
        values.push_bind(&row.venue_name).push_bind(&row.venue_city).push_bind(&row.venue_country);
        values.push_bind(&row.time_zone).push_bind(row.starts_at).push_bind(row.ends_at);
        values.push_bind(row.sale_opens_at).push_bind(row.sale_closes_at).push_bind(row.max_per_customer);
        values.push_bind(&row.currency).push_bind(&row.status).push_bind(row.published);
        values
            .push_bind(&row.cancel_reason)
            .push_bind(row.cancelled_at)
            .push_bind(row.revision)
            .push_bind(row.created_at);
        values.push_bind(row.hold_seconds).push_bind(row.offer_seconds).push_bind(&row.payment);
        values.push_bind(&row.refund_policy).push_bind(row.seat_map_version);
        values.push_bind(row.rescheduled_at).push_bind(row.refund_until);
    });
    statement.push(OR_UPDATE);
    // Its text differs with the number of rows: not worth keeping prepared.
    statement.build().persistent(false).execute(connection).await?;
    Ok(())
}

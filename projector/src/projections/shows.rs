//! `shows`: what people attend, as it stands now. Bookings never touch it.

use std::collections::HashMap;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::show::{Event, Schedule, ShowCreated, ShowDetails, Status};
use sqlx::{PgConnection, Postgres, QueryBuilder};
use uuid::Uuid;

use crate::error::FoldError;
use crate::page::{Fact, Page};
use crate::projection::{Projection, int};

/// The programme.
pub(crate) struct Shows;

/// A row of `shows`.
#[derive(sqlx::FromRow)]
struct ShowRow {
    show_id: Uuid,
    organizer_id: Uuid,
    title: String,
    description: Option<String>,
    venue_name: String,
    venue_city: String,
    venue_country: String,
    time_zone: String,
    starts_at: DateTime<Utc>,
    ends_at: DateTime<Utc>,
    sale_opens_at: Option<DateTime<Utc>>,
    sale_closes_at: Option<DateTime<Utc>>,
    max_per_customer: Option<i32>,
    currency: Option<String>,
    status: String,
    published: bool,
    cancel_reason: Option<String>,
    cancelled_at: Option<DateTime<Utc>>,
    revision: i64,
    created_at: DateTime<Utc>,
}

/// How many rows are written by one statement; Postgres takes 65,535 parameters.
const STATEMENT_ROWS_MAX: usize = 1_000;

const INSERT: &str = "\
INSERT INTO shows (show_id, organizer_id, title, description, venue_name, venue_city, venue_country, time_zone,
    starts_at, ends_at, sale_opens_at, sale_closes_at, max_per_customer, currency, status, published,
    cancel_reason, cancelled_at, revision, created_at) ";

const OR_UPDATE: &str = "\
 ON CONFLICT (show_id) DO UPDATE SET
    (title, description, venue_name, venue_city, venue_country, time_zone, starts_at, ends_at, sale_opens_at,
     sale_closes_at, max_per_customer, currency, status, published, cancel_reason, cancelled_at, revision) =
    (EXCLUDED.title, EXCLUDED.description, EXCLUDED.venue_name, EXCLUDED.venue_city, EXCLUDED.venue_country,
     EXCLUDED.time_zone, EXCLUDED.starts_at, EXCLUDED.ends_at, EXCLUDED.sale_opens_at, EXCLUDED.sale_closes_at,
     EXCLUDED.max_per_customer, EXCLUDED.currency, EXCLUDED.status, EXCLUDED.published,
     EXCLUDED.cancel_reason, EXCLUDED.cancelled_at, EXCLUDED.revision)";

#[async_trait]
impl Projection for Shows {
    fn name(&self) -> &'static str {
        "shows"
    }

    async fn write(&self, page: Page<'_>, connection: &mut PgConnection) -> Result<(), FoldError> {
        let mut rows: HashMap<Uuid, ShowRow> = HashMap::new();
        let touched = || page.facts().filter(|fact| changes_a_show(&fact.event));
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
            row.ok_or(FoldError::RowsMissing { table: "shows", found: 0, expected: 1 })?.evolve(fact);
        }
        let rows: Vec<ShowRow> = rows.into_values().collect();
        for rows in rows.chunks(STATEMENT_ROWS_MAX) {
            upsert(rows, connection).await?;
        }
        Ok(())
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
    });
    statement.push(OR_UPDATE);
    // Its text differs with the number of rows: not worth keeping prepared.
    statement.build().persistent(false).execute(connection).await?;
    Ok(())
}

fn changes_a_show(event: &Event) -> bool {
    !matches!(event, Event::BookingConfirmed(_) | Event::BookingCancelled(_))
}

impl ShowRow {
    fn created(fact: &Fact, created: &ShowCreated) -> Self {
        let ShowDetails { title, description, venue } = &created.details;
        Self {
            show_id: fact.show_id(),
            organizer_id: created.organizer_id.0,
            title: title.as_str().into(),
            description: description.as_ref().map(|text| text.as_str().into()),
            venue_name: venue.name.as_str().into(),
            venue_city: venue.city.as_str().into(),
            venue_country: venue.country.as_str().into(),
            time_zone: created.schedule.time_zone.as_str().into(),
            starts_at: created.schedule.starts_at,
            ends_at: created.schedule.ends_at,
            sale_opens_at: created.schedule.sale_opens_at,
            sale_closes_at: created.schedule.sale_closes_at,
            max_per_customer: created.max_per_customer.map(int),
            currency: created.ticket_types.first().map(|first| first.price.currency.as_str().into()),
            status: Status::Draft.as_str().into(),
            published: false,
            cancel_reason: None,
            cancelled_at: None,
            revision: 0,
            created_at: fact.recorded_at,
        }
    }

    /// Every event that comes here is something the organizer did, and counts for the revision.
    fn evolve(&mut self, fact: &Fact) {
        self.revision += 1;
        match &fact.event {
            Event::ShowDescribed(described) => self.describe(&described.details),
            Event::ShowScheduled(scheduled) => self.schedule(&scheduled.schedule),
            Event::CustomerLimitSet(limit) => self.max_per_customer = limit.max_per_customer.map(int),
            Event::TicketTypeAdded(added) => {
                self.currency.get_or_insert_with(|| added.ticket_type.price.currency.as_str().into());
            }
            Event::ShowPublished(_) => {
                self.stand_at(Status::OnSale);
                self.published = true;
            }
            Event::SaleResumed(_) => self.stand_at(Status::OnSale),
            Event::SalePaused(_) => self.stand_at(Status::Paused),
            Event::SaleClosed(_) => self.stand_at(Status::Closed),
            Event::ShowCancelled(cancelled) => {
                self.stand_at(Status::Cancelled);
                self.cancelled_at = Some(fact.recorded_at);
                self.cancel_reason = Some(cancelled.reason.as_str().into());
            }
            Event::ShowCreated(_)
            | Event::CapacityRaised(_)
            | Event::CapacityLowered(_)
            | Event::BookingConfirmed(_)
            | Event::BookingCancelled(_) => {}
        }
    }

    fn stand_at(&mut self, status: Status) {
        self.status = status.as_str().into();
    }

    fn describe(&mut self, details: &ShowDetails) {
        self.title = details.title.as_str().into();
        self.description = details.description.as_ref().map(|text| text.as_str().into());
        self.venue_name = details.venue.name.as_str().into();
        self.venue_city = details.venue.city.as_str().into();
        self.venue_country = details.venue.country.as_str().into();
    }

    fn schedule(&mut self, schedule: &Schedule) {
        self.time_zone = schedule.time_zone.as_str().into();
        self.starts_at = schedule.starts_at;
        self.ends_at = schedule.ends_at;
        self.sale_opens_at = schedule.sale_opens_at;
        self.sale_closes_at = schedule.sale_closes_at;
    }
}

//! `waitlist_entries`: who waits for what, and what became of it.

use std::collections::HashMap;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::ids::EntryId;
use domain::show::{BookedItem, Event, WaitlistJoined};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::error::{FoldError, demand_rows};
use crate::page::{Fact, Page};
use crate::projection::{Projection, int, signed};

/// Every place on a waitlist.
pub(crate) struct Waitlist;

const INSERT: &str = "\
INSERT INTO waitlist_entries (entry_id, show_id, ticket_type_id, customer_id, quantity, joined_at, position, state)
SELECT *, 'waiting'
FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::int[], $6::timestamptz[], $7::bigint[])";

/// Runs after the insert, so that an entry may come and go within one page.
const UPDATE: &str = "\
UPDATE waitlist_entries e
SET state = new.state, offer_expires_at = coalesce(new.offer_expires_at, e.offer_expires_at),
    items = coalesce(new.items, e.items), booking_id = coalesce(new.booking_id, e.booking_id)
FROM unnest($1::uuid[], $2::text[], $3::timestamptz[], $4::text[], $5::uuid[])
     AS new(entry_id, state, offer_expires_at, items, booking_id)
WHERE e.entry_id = new.entry_id";

/// Nobody waits for a show that was called off.
const END: &str =
    "UPDATE waitlist_entries SET state = 'lapsed' WHERE show_id = ANY($1) AND state IN ('waiting', 'offered')";

#[async_trait]
impl Projection for Waitlist {
    fn name(&self) -> &'static str {
        "waitlist"
    }

    fn tables(&self) -> &'static [&'static str] {
        &["waitlist_entries"]
    }

    fn deferred_indexes(&self) -> &'static [&'static str] {
        &["waitlist_by_customer"]
    }

    fn born_of(&self) -> &'static [(&'static str, &'static [&'static str])] {
        &[("waitlist_entries", &["WaitlistJoined"])]
    }

    async fn write(&self, page: Page<'_>, connection: &mut PgConnection) -> Result<(), FoldError> {
        let mut changes = Changes::default();
        for fact in page.facts() {
            changes.take(fact);
        }
        changes.write(connection).await
    }
}

/// What a page changes. Nothing happens to the entries of a show after it was called off.
#[derive(Default)]
struct Changes<'a> {
    joined: Vec<(&'a Fact, &'a WaitlistJoined)>,
    changed: HashMap<Uuid, Change<'a>>,
    cancelled: Vec<Uuid>,
}

/// What becomes of one entry.
#[derive(Default)]
struct Change<'a> {
    state: &'static str,
    offer_expires_at: Option<DateTime<Utc>>,
    items: Option<&'a [BookedItem]>,
    booking_id: Option<Uuid>,
}

impl<'a> Changes<'a> {
    fn take(&mut self, fact: &'a Fact) {
        match &fact.event {
            Event::WaitlistJoined(joined) => self.joined.push((fact, joined)),
            Event::WaitlistLeft(left) => self.becomes(left.entry_id, "left"),
            Event::SeatsOffered(offered) => {
                self.becomes(offered.entry_id, "offered");
                let change = self.changed.entry(offered.entry_id.0).or_default();
                change.offer_expires_at = Some(offered.expires_at);
                change.items = Some(&offered.items);
            }
            Event::OfferDeclined(declined) => self.becomes(declined.entry_id, "declined"),
            Event::OffersLapsed(lapsed) => {
                lapsed.offers.iter().for_each(|offer| self.becomes(offer.entry_id, "lapsed"));
            }
            Event::BookingConfirmed(booking) => self.accepted(booking.offer, booking.booking_id.0),
            Event::SeatsHeld(held) => self.accepted(held.offer, held.booking_id.0),
            Event::ShowCancelled(_) => self.cancelled.push(fact.show_id()),
            _ => {}
        }
    }

    fn becomes(&mut self, entry_id: EntryId, state: &'static str) {
        self.changed.entry(entry_id.0).or_default().state = state;
    }

    fn accepted(&mut self, offer: Option<EntryId>, booking_id: Uuid) {
        if let Some(EntryId(entry_id)) = offer {
            let change = self.changed.entry(entry_id).or_default();
            (change.state, change.booking_id) = ("accepted", Some(booking_id));
        }
    }

    async fn write(self, connection: &mut PgConnection) -> Result<(), FoldError> {
        self.insert(connection).await?;
        self.update(connection).await?;
        if !self.cancelled.is_empty() {
            sqlx::query(END).bind(self.cancelled).execute(connection).await?;
        }
        Ok(())
    }

    async fn insert(&self, connection: &mut PgConnection) -> Result<(), FoldError> {
        if self.joined.is_empty() {
            return Ok(());
        }
        let joined = || self.joined.iter().map(|(_, joined)| joined);
        sqlx::query(INSERT)
            .bind(joined().map(|joined| joined.entry_id.0).collect::<Vec<_>>())
            .bind(self.joined.iter().map(|(fact, _)| fact.show_id()).collect::<Vec<_>>())
            .bind(joined().map(|joined| joined.ticket_type_id.0).collect::<Vec<_>>())
            .bind(joined().map(|joined| joined.customer_id.0).collect::<Vec<_>>())
            .bind(joined().map(|joined| int(joined.quantity)).collect::<Vec<_>>())
            .bind(joined().map(|joined| joined.joined_at).collect::<Vec<_>>())
            .bind(self.joined.iter().map(|(fact, _)| signed(fact.position)).collect::<Vec<_>>())
            .execute(connection)
            .await?;
        Ok(())
    }

    async fn update(&self, connection: &mut PgConnection) -> Result<(), FoldError> {
        if self.changed.is_empty() {
            return Ok(());
        }
        let changes = || self.changed.values();
        let items = changes().map(|change| change.items.map(serde_json::to_string).transpose());
        let written = sqlx::query(UPDATE)
            .bind(self.changed.keys().copied().collect::<Vec<_>>())
            .bind(changes().map(|change| change.state).collect::<Vec<_>>())
            .bind(changes().map(|change| change.offer_expires_at).collect::<Vec<_>>())
            .bind(items.collect::<Result<Vec<_>, _>>()?)
            .bind(changes().map(|change| change.booking_id).collect::<Vec<_>>())
            .execute(connection)
            .await?;
        demand_rows("waitlist_entries", written.rows_affected(), self.changed.len())
    }
}

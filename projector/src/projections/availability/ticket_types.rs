//! The rows of `ticket_types`: what each offers, and how many are held and sold.

use std::collections::{HashMap, HashSet};

use domain::show::{BookedItem, Event, TicketTerms, TicketType};
use domain::text::Text;
use sqlx::PgConnection;
use uuid::Uuid;

use super::Taken;
use crate::error::{FoldError, demand_rows};
use crate::projection::int;

/// What becomes of ticket types, in the order in which it is written.
#[derive(Default)]
pub(super) struct TicketTypes<'a> {
    /// Shows whose tickets are no longer anybody's.
    cancelled: HashSet<Uuid>,
    added: Vec<(Uuid, &'a TicketType)>,
    existing: HashMap<Uuid, Change>,
    terms: HashMap<Uuid, &'a TicketTerms>,
}

/// What becomes of one ticket type.
struct Change {
    show_id: Uuid,
    capacity: Option<i32>,
    sold: i64,
    held: i64,
}

/// Ordinals go on from what the show already offers.
const INSERT: &str = "\
INSERT INTO ticket_types (ticket_type_id, show_id, ordinal, name, price_amount, currency, capacity, sold)
SELECT ticket_type_id, show_id,
       (SELECT count(*) FROM ticket_types old WHERE old.show_id = new.show_id)
           + row_number() OVER (PARTITION BY show_id ORDER BY place),
       name, price_amount, currency, capacity, 0
FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::bigint[], $5::text[], $6::int[])
     WITH ORDINALITY AS new(ticket_type_id, show_id, name, price_amount, currency, capacity, place)";

const SET_TERMS: &str = "\
UPDATE ticket_types t SET (reserved, sale_opens_at, sale_closes_at, min_per_booking, max_per_booking, access_code) =
    (new.reserved, new.sale_opens_at, new.sale_closes_at, new.min_per_booking, new.max_per_booking, new.access_code)
FROM unnest($1::uuid[], $2::boolean[], $3::timestamptz[], $4::timestamptz[], $5::int[], $6::int[], $7::text[])
     AS new(ticket_type_id, reserved, sale_opens_at, sale_closes_at, min_per_booking, max_per_booking, access_code)
WHERE t.ticket_type_id = new.ticket_type_id";

const UPDATE: &str = "\
UPDATE ticket_types t SET sold = t.sold + change.sold, held = t.held + change.held,
                          capacity = coalesce(change.capacity, t.capacity)
FROM unnest($1::uuid[], $2::bigint[], $3::bigint[], $4::int[]) AS change(ticket_type_id, sold, held, capacity)
WHERE t.ticket_type_id = change.ticket_type_id";

impl<'a> TicketTypes<'a> {
    /// What the organizer said; everything else is passed over.
    pub(super) fn take(&mut self, show_id: Uuid, event: &'a Event) {
        match event {
            Event::ShowCreated(created) => created.ticket_types.iter().for_each(|new| self.add(show_id, new)),
            Event::TicketTypeAdded(added) => self.add(show_id, &added.ticket_type),
            Event::TicketTermsSet(set) => {
                self.terms.insert(set.ticket_type_id.0, &set.terms);
            }
            Event::CapacityRaised(raised) => self.resize(show_id, raised.ticket_type_id.0, raised.capacity),
            Event::CapacityLowered(lowered) => self.resize(show_id, lowered.ticket_type_id.0, lowered.capacity),
            Event::ShowCancelled(_) => {
                self.cancelled.insert(show_id);
                for change in self.existing.values_mut().filter(|change| change.show_id == show_id) {
                    (change.sold, change.held) = (0, 0);
                }
            }
            _ => {}
        }
    }

    fn add(&mut self, show_id: Uuid, ticket_type: &'a TicketType) {
        self.added.push((show_id, ticket_type));
        if ticket_type.terms != TicketTerms::default() {
            self.terms.insert(ticket_type.ticket_type_id.0, &ticket_type.terms);
        }
    }

    /// Tickets are somebody's from now on.
    pub(super) fn take_away(&mut self, show_id: Uuid, items: &[BookedItem], taken: Taken) {
        self.count(show_id, items, taken, 1);
    }

    /// Tickets are nobody's from now on.
    pub(super) fn free(&mut self, show_id: Uuid, items: &[BookedItem], taken: Taken) {
        self.count(show_id, items, taken, -1);
    }

    fn count(&mut self, show_id: Uuid, items: &[BookedItem], taken: Taken, sign: i64) {
        for item in items {
            let change = self.change(show_id, item.ticket_type_id.0);
            let count = match taken {
                Taken::Held => &mut change.held,
                Taken::Sold => &mut change.sold,
            };
            *count += sign * i64::from(item.quantity);
        }
    }

    fn resize(&mut self, show_id: Uuid, ticket_type_id: Uuid, capacity: u32) {
        self.change(show_id, ticket_type_id).capacity = Some(int(capacity));
    }

    fn change(&mut self, show_id: Uuid, ticket_type_id: Uuid) -> &mut Change {
        self.existing.entry(ticket_type_id).or_insert(Change { show_id, capacity: None, sold: 0, held: 0 })
    }

    pub(super) async fn write(self, connection: &mut PgConnection) -> Result<(), FoldError> {
        self.empty_cancelled(connection).await?;
        self.insert_added(connection).await?;
        self.set_terms(connection).await?;
        self.update_existing(connection).await
    }

    async fn empty_cancelled(&self, connection: &mut PgConnection) -> Result<(), FoldError> {
        if self.cancelled.is_empty() {
            return Ok(());
        }
        let cancelled: Vec<Uuid> = self.cancelled.iter().copied().collect();
        sqlx::query("UPDATE ticket_types SET sold = 0, held = 0 WHERE show_id = ANY($1)")
            .bind(cancelled)
            .execute(connection)
            .await?;
        Ok(())
    }

    async fn insert_added(&self, connection: &mut PgConnection) -> Result<(), FoldError> {
        if self.added.is_empty() {
            return Ok(());
        }
        let types = || self.added.iter().map(|(_, ticket_type)| *ticket_type);
        sqlx::query(INSERT)
            .bind(types().map(|new| new.ticket_type_id.0).collect::<Vec<_>>())
            .bind(self.added.iter().map(|(show_id, _)| *show_id).collect::<Vec<_>>())
            .bind(types().map(|new| new.name.as_str()).collect::<Vec<_>>())
            .bind(types().map(|new| new.price.amount).collect::<Vec<_>>())
            .bind(types().map(|new| new.price.currency.as_str()).collect::<Vec<_>>())
            .bind(types().map(|new| int(new.capacity)).collect::<Vec<_>>())
            .execute(connection)
            .await?;
        Ok(())
    }

    async fn set_terms(&self, connection: &mut PgConnection) -> Result<(), FoldError> {
        if self.terms.is_empty() {
            return Ok(());
        }
        let terms = || self.terms.values();
        let written = sqlx::query(SET_TERMS)
            .bind(self.terms.keys().copied().collect::<Vec<_>>())
            .bind(terms().map(|terms| terms.reserved).collect::<Vec<_>>())
            .bind(terms().map(|terms| terms.sale_opens_at).collect::<Vec<_>>())
            .bind(terms().map(|terms| terms.sale_closes_at).collect::<Vec<_>>())
            .bind(terms().map(|terms| terms.min_per_booking.map(int)).collect::<Vec<_>>())
            .bind(terms().map(|terms| terms.max_per_booking.map(int)).collect::<Vec<_>>())
            .bind(terms().map(|terms| terms.access_code.as_ref().map(Text::as_str)).collect::<Vec<_>>())
            .execute(connection)
            .await?;
        demand_rows("ticket_types", written.rows_affected(), self.terms.len())
    }

    async fn update_existing(&self, connection: &mut PgConnection) -> Result<(), FoldError> {
        if self.existing.is_empty() {
            return Ok(());
        }
        let changes = || self.existing.values();
        let written = sqlx::query(UPDATE)
            .bind(self.existing.keys().copied().collect::<Vec<_>>())
            .bind(changes().map(|change| change.sold).collect::<Vec<_>>())
            .bind(changes().map(|change| change.held).collect::<Vec<_>>())
            .bind(changes().map(|change| change.capacity).collect::<Vec<_>>())
            .execute(connection)
            .await?;
        demand_rows("ticket_types", written.rows_affected(), self.existing.len())
    }
}

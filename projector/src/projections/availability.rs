//! `ticket_types`: what is offered for each show, and how much of it is sold.

use std::collections::{HashMap, HashSet};

use async_trait::async_trait;
use domain::show::{BookedItem, Event, TicketType};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::error::{FoldError, demand_rows};
use crate::page::Page;
use crate::projection::{Projection, int};

/// Seats, counted for showing. The count that decides is in the domain.
pub(crate) struct Availability;

#[async_trait]
impl Projection for Availability {
    fn name(&self) -> &'static str {
        "availability"
    }

    async fn write(&self, page: Page<'_>, connection: &mut PgConnection) -> Result<(), FoldError> {
        let mut changes = Changes::default();
        for fact in page.facts() {
            changes.take(fact.show_id(), &fact.event);
        }
        changes.empty_cancelled(connection).await?;
        changes.insert_added(connection).await?;
        changes.update_sold(connection).await
    }
}

/// What a page changes, in the order in which it is written.
#[derive(Default)]
struct Changes<'a> {
    /// Shows whose tickets are no longer sold to anybody.
    cancelled: HashSet<Uuid>,
    added: Vec<(Uuid, &'a TicketType)>,
    existing: HashMap<Uuid, Change>,
}

/// What becomes of one ticket type.
struct Change {
    show_id: Uuid,
    capacity: Option<i32>,
    sold: i64,
}

impl<'a> Changes<'a> {
    fn take(&mut self, show_id: Uuid, event: &'a Event) {
        match event {
            Event::BookingConfirmed(confirmed) => self.sell(show_id, &confirmed.items, 1),
            Event::BookingCancelled(cancelled) => self.sell(show_id, &cancelled.items, -1),
            Event::ShowCreated(created) => self.added.extend(created.ticket_types.iter().map(|new| (show_id, new))),
            Event::TicketTypeAdded(added) => self.added.push((show_id, &added.ticket_type)),
            Event::CapacityRaised(raised) => self.resize(show_id, raised.ticket_type_id.0, raised.capacity),
            Event::CapacityLowered(lowered) => self.resize(show_id, lowered.ticket_type_id.0, lowered.capacity),
            Event::ShowCancelled(_) => {
                self.cancelled.insert(show_id);
                for change in self.existing.values_mut().filter(|change| change.show_id == show_id) {
                    change.sold = 0;
                }
            }
            Event::ShowDescribed(_)
            | Event::ShowScheduled(_)
            | Event::CustomerLimitSet(_)
            | Event::ShowPublished(_)
            | Event::SalePaused(_)
            | Event::SaleResumed(_)
            | Event::SaleClosed(_) => {}
        }
    }

    fn change(&mut self, show_id: Uuid, ticket_type_id: Uuid) -> &mut Change {
        self.existing.entry(ticket_type_id).or_insert(Change { show_id, capacity: None, sold: 0 })
    }

    fn sell(&mut self, show_id: Uuid, items: &[BookedItem], sign: i64) {
        for item in items {
            self.change(show_id, item.ticket_type_id.0).sold += sign * i64::from(item.quantity);
        }
    }

    fn resize(&mut self, show_id: Uuid, ticket_type_id: Uuid, capacity: u32) {
        self.change(show_id, ticket_type_id).capacity = Some(int(capacity));
    }

    async fn empty_cancelled(&self, connection: &mut PgConnection) -> Result<(), FoldError> {
        if self.cancelled.is_empty() {
            return Ok(());
        }
        let cancelled: Vec<Uuid> = self.cancelled.iter().copied().collect();
        sqlx::query("UPDATE ticket_types SET sold = 0 WHERE show_id = ANY($1)")
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
        // Ordinals go on from what the show already offers.
        sqlx::query(
            "INSERT INTO ticket_types (ticket_type_id, show_id, ordinal, name, price_amount, currency, capacity, sold)
             SELECT ticket_type_id, show_id,
                    (SELECT count(*) FROM ticket_types old WHERE old.show_id = new.show_id)
                        + row_number() OVER (PARTITION BY show_id ORDER BY place),
                    name, price_amount, currency, capacity, 0
             FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::bigint[], $5::text[], $6::int[])
                  WITH ORDINALITY AS new(ticket_type_id, show_id, name, price_amount, currency, capacity, place)",
        )
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

    async fn update_sold(&self, connection: &mut PgConnection) -> Result<(), FoldError> {
        if self.existing.is_empty() {
            return Ok(());
        }
        let changes = || self.existing.values();
        let written = sqlx::query(
            "UPDATE ticket_types t SET sold = t.sold + change.sold, capacity = coalesce(change.capacity, t.capacity)
             FROM unnest($1::uuid[], $2::bigint[], $3::int[]) AS change(ticket_type_id, sold, capacity)
             WHERE t.ticket_type_id = change.ticket_type_id",
        )
        .bind(self.existing.keys().copied().collect::<Vec<_>>())
        .bind(changes().map(|change| change.sold).collect::<Vec<_>>())
        .bind(changes().map(|change| change.capacity).collect::<Vec<_>>())
        .execute(connection)
        .await?;
        demand_rows("ticket_types", written.rows_affected(), self.existing.len())
    }
}

//! One show as the recount sees it: its rows in the read models, who holds how much, and the rules that
//! every event of it must have kept.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::facts::{Cancelled, Capacity, Confirmed, Details, Fact, Item, Schedule, ShowCreated, TicketType};
use super::tables::{ShowRow, TicketTypeRow};

/// A show.
pub(super) struct Show {
    /// Its row in `shows`, as it should be.
    pub(super) row: ShowRow,
    /// Its rows in `ticket_types`, as they should be.
    pub(super) ticket_types: Vec<TicketTypeRow>,
    /// Tickets in live bookings, by customer.
    held: HashMap<Uuid, i32>,
}

impl Show {
    /// A new show.
    pub(super) fn created(created: ShowCreated, recorded_at: DateTime<Utc>) -> Result<Self, String> {
        let ShowCreated { show_id, organizer_id, details, schedule, max_per_customer, ticket_types } = created;
        let row = ShowRow {
            show_id,
            organizer_id,
            title: details.title,
            description: details.description,
            venue_name: details.venue.name,
            venue_city: details.venue.city,
            venue_country: details.venue.country,
            time_zone: schedule.time_zone,
            starts_at: schedule.starts_at,
            ends_at: schedule.ends_at,
            sale_opens_at: schedule.sale_opens_at,
            sale_closes_at: schedule.sale_closes_at,
            max_per_customer,
            currency: None,
            status: "draft".into(),
            published: false,
            cancel_reason: None,
            cancelled_at: None,
            revision: 1,
            created_at: recorded_at,
        };
        let mut show = Self { row, ticket_types: Vec::new(), held: HashMap::new() };
        for ticket_type in ticket_types {
            show.add(ticket_type)?;
        }
        Ok(show)
    }

    /// Takes in what the organizer did.
    pub(super) fn organize(&mut self, fact: Fact, recorded_at: DateTime<Utc>) -> Result<(), String> {
        if self.row.status == "cancelled" {
            return Err("something happens to the show after it was cancelled".into());
        }
        self.row.revision += 1;
        match fact {
            Fact::ShowDescribed(details) => self.describe(details),
            Fact::ShowScheduled(schedule) => self.schedule(schedule),
            Fact::CustomerLimitSet(limit) => self.row.max_per_customer = limit,
            Fact::TicketTypeAdded(ticket_type) => self.add(ticket_type)?,
            Fact::CapacityRaised(capacity) => self.resize(&capacity, |now| now < capacity.capacity)?,
            Fact::CapacityLowered(capacity) => self.resize(&capacity, |now| now > capacity.capacity)?,
            Fact::ShowPublished => {
                self.step(&["draft"], "on_sale")?;
                self.row.published = true;
            }
            Fact::SalePaused => self.step(&["on_sale"], "paused")?,
            Fact::SaleResumed => self.step(&["paused"], "on_sale")?,
            Fact::SaleClosed => self.step(&["on_sale", "paused"], "closed")?,
            Fact::ShowCancelled(reason) => self.cancel(reason, recorded_at),
            _ => return Err("this event does not belong in the stream of a show".into()),
        }
        Ok(())
    }

    fn describe(&mut self, details: Details) {
        self.row.title = details.title;
        self.row.description = details.description;
        self.row.venue_name = details.venue.name;
        self.row.venue_city = details.venue.city;
        self.row.venue_country = details.venue.country;
    }

    fn schedule(&mut self, schedule: Schedule) {
        self.row.time_zone = schedule.time_zone;
        self.row.starts_at = schedule.starts_at;
        self.row.ends_at = schedule.ends_at;
        self.row.sale_opens_at = schedule.sale_opens_at;
        self.row.sale_closes_at = schedule.sale_closes_at;
    }

    fn add(&mut self, added: TicketType) -> Result<(), String> {
        let TicketType { id: ticket_type_id, name, price, capacity } = added;
        if self.ticket_types.iter().any(|known| known.ticket_type_id == ticket_type_id) {
            return Err(format!("ticket type {ticket_type_id} is added twice"));
        }
        let currency = self.row.currency.get_or_insert_with(|| price.currency.clone());
        if *currency != price.currency {
            return Err(format!(
                "ticket type {ticket_type_id} costs {}, the show is sold in {currency}",
                price.currency
            ));
        }
        let ordinal = self.ticket_types.last().map_or(1, |last| last.ordinal + 1);
        let (show_id, price_amount, currency) = (self.row.show_id, price.amount, price.currency);
        self.ticket_types.push(TicketTypeRow {
            ticket_type_id,
            show_id,
            ordinal,
            name,
            price_amount,
            currency,
            capacity,
            sold: 0,
        });
        Ok(())
    }

    fn resize(&mut self, wish: &Capacity, is_true: impl Fn(i32) -> bool) -> Result<(), String> {
        let Capacity { ticket_type_id, capacity } = *wish;
        let ticket_type = self.ticket_type(ticket_type_id)?;
        if !is_true(ticket_type.capacity) {
            let before = ticket_type.capacity;
            return Err(format!(
                "the capacity of {ticket_type_id} goes from {before} to {capacity} under a wrong name"
            ));
        }
        if ticket_type.sold > i64::from(capacity) {
            let sold = ticket_type.sold;
            return Err(format!("the capacity of {ticket_type_id} is lowered to {capacity}, but {sold} are sold"));
        }
        ticket_type.capacity = capacity;
        Ok(())
    }

    fn step(&mut self, from: &[&str], to: &str) -> Result<(), String> {
        if !from.contains(&self.row.status.as_str()) {
            return Err(format!("the show goes from {} to {to}, which no rule allows", self.row.status));
        }
        self.row.status = to.into();
        Ok(())
    }

    fn cancel(&mut self, reason: String, recorded_at: DateTime<Utc>) {
        self.row.status = "cancelled".into();
        self.row.cancel_reason = Some(reason);
        self.row.cancelled_at = Some(recorded_at);
        self.held = HashMap::new();
        for ticket_type in &mut self.ticket_types {
            ticket_type.sold = 0;
        }
    }

    /// Takes in a booking of `quantity` tickets in all.
    pub(super) fn book(&mut self, confirmed: &Confirmed, quantity: i32) -> Result<(), String> {
        let booking_id = confirmed.booking_id;
        if self.row.status != "on_sale" {
            return Err(format!("booking {booking_id} is confirmed while the show is {}", self.row.status));
        }
        let at = confirmed.booked_at;
        let sale_end = self.row.sale_closes_at.unwrap_or(self.row.ends_at);
        if self.row.sale_opens_at.is_some_and(|opens_at| at < opens_at) || at >= sale_end {
            return Err(format!("booking {booking_id} is made at {at}, when the sale is not open"));
        }
        if Some(&*confirmed.currency) != self.row.currency.as_deref() {
            return Err(format!("booking {booking_id} is in {}, the show is not", confirmed.currency));
        }
        if confirmed.items.is_empty() || confirmed.items.iter().any(|item| item.quantity == 0) {
            return Err(format!("booking {booking_id} holds no tickets of something"));
        }
        for item in &confirmed.items {
            self.sell(booking_id, item)?;
        }
        let held = self.held.entry(confirmed.customer_id).or_default();
        *held = held.saturating_add(quantity);
        match self.row.max_per_customer {
            Some(limit) if *held > limit => {
                let customer_id = confirmed.customer_id;
                Err(format!(
                    "customer {customer_id} holds {held} tickets with booking {booking_id}, the limit is {limit}"
                ))
            }
            _ => Ok(()),
        }
    }

    fn sell(&mut self, booking_id: Uuid, item: &Item) -> Result<(), String> {
        let ticket_type = self.ticket_type(item.ticket_type_id)?;
        let TicketTypeRow { ticket_type_id, price_amount, capacity, .. } = *ticket_type;
        if item.unit_price != price_amount {
            let price = item.unit_price;
            return Err(format!("booking {booking_id} pays {price} for {ticket_type_id}, which costs {price_amount}"));
        }
        ticket_type.sold += i64::from(item.quantity);
        if ticket_type.sold > i64::from(capacity) {
            let sold = ticket_type.sold;
            return Err(format!(
                "{ticket_type_id} is oversold: {sold} of {capacity} are taken with booking {booking_id}"
            ));
        }
        Ok(())
    }

    /// Takes in the end of a booking of `quantity` tickets in all.
    pub(super) fn give_back(&mut self, cancelled: &Cancelled, quantity: i32) -> Result<(), String> {
        if self.row.status == "cancelled" {
            return Err(format!("booking {} is cancelled after the whole show was", cancelled.booking_id));
        }
        for item in &cancelled.items {
            self.ticket_type(item.ticket_type_id)?.sold -= i64::from(item.quantity);
        }
        if let Some(held) = self.held.get_mut(&cancelled.customer_id) {
            *held -= quantity;
            if *held == 0 {
                self.held.remove(&cancelled.customer_id);
            }
        }
        Ok(())
    }

    fn ticket_type(&mut self, ticket_type_id: Uuid) -> Result<&mut TicketTypeRow, String> {
        let mut ticket_types = self.ticket_types.iter_mut();
        let found = ticket_types.find(|ticket_type| ticket_type.ticket_type_id == ticket_type_id);
        found.ok_or_else(|| format!("the show has no ticket type {ticket_type_id}"))
    }
}

//! What the organizer says of a show: its details, times, terms, ticket types and seats.

use uuid::Uuid;

use super::Show;
use crate::verify::facts::{Capacity, Details, Payment, SaleTerms, Schedule, SeatMapSet, TicketTermsSet, TicketType};
use crate::verify::tables::TicketTypeRow;

impl Show {
    pub(super) fn describe(&mut self, details: Details) {
        self.row.title = details.title;
        self.row.description = details.description;
        self.row.venue_name = details.venue.name;
        self.row.venue_city = details.venue.city;
        self.row.venue_country = details.venue.country;
    }

    pub(super) fn schedule(&mut self, schedule: Schedule) {
        self.row.time_zone = schedule.time_zone;
        self.row.starts_at = schedule.starts_at;
        self.row.ends_at = schedule.ends_at;
        self.row.sale_opens_at = schedule.sale_opens_at;
        self.row.sale_closes_at = schedule.sale_closes_at;
    }

    pub(super) fn agree(&mut self, terms: &SaleTerms) {
        self.row.hold_seconds = terms.hold_seconds;
        self.row.offer_seconds = terms.offer_seconds;
        self.row.payment = match terms.payment {
            Payment::None => "none".into(),
            Payment::Required => "required".into(),
        };
        self.policies.set(terms.refund_policy.as_ref());
    }

    pub(super) fn add(&mut self, added: TicketType) -> Result<(), String> {
        let TicketType { id: ticket_type_id, name, price, capacity, terms } = added;
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
        self.ticket_types.push(TicketTypeRow {
            ticket_type_id,
            show_id: self.row.show_id,
            ordinal,
            name,
            price_amount: price.amount,
            currency: price.currency,
            capacity,
            sold: 0,
            held: 0,
            blocked: 0,
            reserved: terms.reserved,
            sale_opens_at: terms.sale_opens_at,
            sale_closes_at: terms.sale_closes_at,
            min_per_booking: terms.min_per_booking,
            max_per_booking: terms.max_per_booking,
            access_code: terms.access_code,
        });
        Ok(())
    }

    pub(super) fn agree_on_type(&mut self, set: TicketTermsSet) -> Result<(), String> {
        let TicketTermsSet { ticket_type_id, terms } = set;
        let ticket_type = self.ticket_type_mut(ticket_type_id)?;
        if ticket_type.reserved != terms.reserved {
            return Err(format!("{ticket_type_id} gets seats or loses them, which was settled when it was added"));
        }
        ticket_type.sale_opens_at = terms.sale_opens_at;
        ticket_type.sale_closes_at = terms.sale_closes_at;
        ticket_type.min_per_booking = terms.min_per_booking;
        ticket_type.max_per_booking = terms.max_per_booking;
        ticket_type.access_code = terms.access_code;
        Ok(())
    }

    pub(super) fn resize(&mut self, wish: &Capacity, is_true: impl Fn(i32) -> bool) -> Result<(), String> {
        let Capacity { ticket_type_id, capacity } = *wish;
        let ticket_type = self.ticket_type_mut(ticket_type_id)?;
        if !is_true(ticket_type.capacity) {
            let before = ticket_type.capacity;
            return Err(format!(
                "the capacity of {ticket_type_id} goes from {before} to {capacity} under a wrong name"
            ));
        }
        if ticket_type.reserved {
            return Err(format!("the capacity of {ticket_type_id} is set by hand, but its seats are its capacity"));
        }
        let taken = ticket_type.sold + ticket_type.held;
        if taken > i64::from(capacity) {
            return Err(format!("the capacity of {ticket_type_id} is lowered to {capacity}, but {taken} are taken"));
        }
        ticket_type.capacity = capacity;
        Ok(())
    }

    /// The seats of a reserved ticket type are its capacity.
    pub(super) fn set_seats(&mut self, set: SeatMapSet) -> Result<(), String> {
        let ticket_types = &self.ticket_types;
        self.seats.set(set, |ticket_type_id| {
            let reserved = |known: &TicketTypeRow| known.ticket_type_id == ticket_type_id && known.reserved;
            let place = ticket_types.iter().position(reserved);
            let place = place.ok_or_else(|| format!("the map has a seat of {ticket_type_id}, which has no seats"))?;
            Ok(place as u32)
        })?;
        self.row.seat_map_version = Some(self.seats.version);
        for ticket_type in self.ticket_types.iter_mut().filter(|ticket_type| ticket_type.reserved) {
            ticket_type.capacity = 0;
        }
        for (_, spot) in self.seats.in_map() {
            self.ticket_types[spot.kind as usize].capacity += 1;
        }
        Ok(())
    }

    pub(super) fn block(&mut self, labels: &[String], block: bool) -> Result<(), String> {
        for kind in self.seats.block(labels, block)? {
            self.ticket_types[kind as usize].blocked += if block { 1 } else { -1 };
        }
        Ok(())
    }

    fn ticket_type_mut(&mut self, ticket_type_id: Uuid) -> Result<&mut TicketTypeRow, String> {
        let mut ticket_types = self.ticket_types.iter_mut();
        let found = ticket_types.find(|ticket_type| ticket_type.ticket_type_id == ticket_type_id);
        found.ok_or_else(|| format!("the show has no ticket type {ticket_type_id}"))
    }
}

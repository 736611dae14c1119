//! What is sold, as organizers say it: new ticket types, and changes of those there are.

use chrono::{DateTime, Utc};
use domain::ids::TicketTypeId;
use domain::show::{BOOKING_TICKETS_MAX, CapacityWish, TicketTerms, TicketType};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::body::present;
use super::terms::{Revision, TicketTermsChange};
use crate::http::validate::Faults;

/// Something that is sold.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct TicketTypeBody {
    #[schema(max_length = 200, example = "Stalls")]
    name: String,
    price: PriceBody,
    /// How many there are. Of a reserved type, the seat map says it.
    #[schema(minimum = 1, maximum = 10_000_000, example = 500)]
    capacity: Option<u32>,
    /// `reserved`: its tickets are seats of the seat map. Absent: `general`.
    seating: Option<Seating>,
    /// Not sold before this.
    sale_opens_at: Option<DateTime<Utc>>,
    /// Not sold from this on.
    sale_closes_at: Option<DateTime<Utc>>,
    /// The fewest in one booking.
    #[schema(minimum = 1, maximum = 1000, example = 1)]
    min_per_booking: Option<u32>,
    /// The most in one booking.
    #[schema(minimum = 1, maximum = 1000, example = 8)]
    max_per_booking: Option<u32>,
    /// Only who knows this code sees and buys it.
    #[schema(max_length = 64, example = "FRIENDS")]
    access_code: Option<String>,
}

/// Whether tickets are places in general, or seats.
#[derive(Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum Seating {
    General,
    Reserved,
}

/// An amount of money.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PriceBody {
    /// Minor units: 4250 is 42.50 EUR.
    #[schema(minimum = 0, example = 4250)]
    amount: i64,
    /// ISO 4217.
    #[schema(example = "EUR")]
    currency: String,
}

/// A change of a ticket type, or a ticket type to add. `null` clears what may be absent.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct TicketTypeRevision {
    /// Of an existing ticket type, whose name, price and seating cannot change.
    ticket_type_id: Option<Uuid>,
    /// Of a new one.
    #[schema(max_length = 200)]
    name: Option<String>,
    /// Of a new one.
    price: Option<PriceBody>,
    #[schema(maximum = 10_000_000, example = 600)]
    capacity: Option<u32>,
    /// Of a new one.
    seating: Option<Seating>,
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<DateTime<Utc>>)]
    sale_opens_at: Option<Option<DateTime<Utc>>>,
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<DateTime<Utc>>)]
    sale_closes_at: Option<Option<DateTime<Utc>>>,
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<u32>, minimum = 1, maximum = 1000)]
    min_per_booking: Option<Option<u32>>,
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<u32>, minimum = 1, maximum = 1000)]
    max_per_booking: Option<Option<u32>>,
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>, max_length = 64)]
    access_code: Option<Option<String>>,
}

impl TicketTypeBody {
    /// The ticket type, or its faults.
    pub(super) fn into_domain(self, faults: &mut Faults, index: usize, id: Uuid) -> Option<TicketType> {
        let revision = TicketTypeRevision {
            ticket_type_id: None,
            name: None,
            price: None,
            capacity: self.capacity,
            seating: self.seating,
            sale_opens_at: self.sale_opens_at.map(Some),
            sale_closes_at: self.sale_closes_at.map(Some),
            min_per_booking: self.min_per_booking.map(Some),
            max_per_booking: self.max_per_booking.map(Some),
            access_code: self.access_code.map(Some),
        };
        revision.added(faults, index, id, &self.name, &self.price)
    }
}

impl TicketTypeRevision {
    /// Notes what it changes, or its faults.
    pub(super) fn into_domain(mut self, faults: &mut Faults, index: usize, revision: &mut Revision) {
        let place = place(index);
        match (self.ticket_type_id.map(TicketTypeId), self.name.take(), self.price.take()) {
            (Some(ticket_type_id), None, None) => {
                if self.seating.is_some() {
                    faults.add(format!("{place}/seating"), "not-changeable", "this was settled when it was added");
                }
                if let Some(capacity) = self.capacity {
                    faults.capacity(&format!("{place}/capacity"), capacity, 0);
                    revision.revise.capacities.push(CapacityWish { ticket_type_id, capacity });
                }
                let terms = self.into_terms(faults, &place);
                if !terms.is_empty() {
                    revision.ticket_terms.push((ticket_type_id, terms));
                }
            }
            (None, Some(name), Some(price)) => {
                revision.revise.added.extend(self.added(faults, index, Uuid::now_v7(), &name, &price));
            }
            (Some(_), _, _) => faults.add(place, "not-changeable", "the name and the price of a ticket type stay"),
            (None, _, _) => faults.add(place, "missing", "a new ticket type needs a name and a price"),
        }
    }

    /// The ticket type that is changed.
    pub(super) fn changed(&self) -> Option<TicketTypeId> {
        self.ticket_type_id.map(TicketTypeId)
    }

    fn added(self, faults: &mut Faults, index: usize, id: Uuid, name: &str, price: &PriceBody) -> Option<TicketType> {
        let place = place(index);
        let name = faults.line(&format!("{place}/name"), name);
        let price = faults.price(&format!("{place}/price"), price.amount, &price.currency);
        let reserved = self.seating == Some(Seating::Reserved);
        let pointer = format!("{place}/capacity");
        match self.capacity {
            Some(capacity) if !reserved => faults.capacity(&pointer, capacity, 1),
            None if !reserved => faults.add(pointer, "missing", "say how many there are"),
            Some(_) => faults.add(pointer, "contradictory", "the seat map says how many seats a reserved type has"),
            None => {}
        }
        let capacity = self.capacity.unwrap_or(0);
        let terms = self.into_terms(faults, &place).onto(TicketTerms { reserved, ..TicketTerms::default() });
        Some(TicketType { ticket_type_id: TicketTypeId(id), name: name?, price: price?, capacity, terms })
    }

    fn into_terms(self, faults: &mut Faults, place: &str) -> TicketTermsChange {
        let mut moment = |name: &str, at: Option<Option<DateTime<Utc>>>| {
            at.map(|at| at.map(|at| faults.moment(&format!("{place}/{name}"), at)))
        };
        let sale_opens_at = moment("sale_opens_at", self.sale_opens_at);
        let sale_closes_at = moment("sale_closes_at", self.sale_closes_at);
        let (min, max) = (self.min_per_booking, self.max_per_booking);
        faults.range(&format!("{place}/min_per_booking"), min.flatten(), 1..=BOOKING_TICKETS_MAX);
        faults.range(&format!("{place}/max_per_booking"), max.flatten(), 1..=BOOKING_TICKETS_MAX);
        if min.flatten().zip(max.flatten()).is_some_and(|(min, max)| max < min) {
            faults.add(format!("{place}/max_per_booking"), "out-of-range", "must not be less than the fewest");
        }
        let mut code = |code: String| faults.code(&format!("{place}/access_code"), &code);
        let access_code = self.access_code.map(|access_code| access_code.and_then(&mut code));
        TicketTermsChange { sale_opens_at, sale_closes_at, min_per_booking: min, max_per_booking: max, access_code }
    }
}

fn place(index: usize) -> String {
    format!("/ticket_types/{index}")
}

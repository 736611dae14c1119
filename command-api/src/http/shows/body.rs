//! What organizers send, and how it becomes the domain's words.

use chrono::{DateTime, Utc};
use domain::ids::{AccountId, ShowId, TicketTypeId};
use domain::show::{
    CAPACITY_MAX, CapacityWish, ReviseShow, Schedule, ShowCreated, ShowDetails, TICKET_TYPES_MAX, TicketType, Venue,
};
use edge::problem::Problem;
use serde::{Deserialize, Deserializer};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::http::validate::Faults;

/// A new event.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct CreateEventBody {
    #[schema(max_length = 200, example = "Chamber music in winter")]
    title: String,
    #[schema(max_length = 10_000)]
    description: Option<String>,
    venue: VenueBody,
    #[schema(example = "Europe/Berlin")]
    time_zone: String,
    #[schema(example = "2030-01-18T19:00:00Z")]
    starts_at: DateTime<Utc>,
    #[schema(example = "2030-01-18T21:30:00Z")]
    ends_at: DateTime<Utc>,
    /// Not sold before this. Absent: from publishing on.
    sale_opens_at: Option<DateTime<Utc>>,
    /// Not sold from this on. Absent: until the event ends.
    sale_closes_at: Option<DateTime<Utc>>,
    /// The most tickets one customer may hold.
    #[schema(minimum = 1, maximum = 10_000_000, example = 10)]
    max_per_customer: Option<u32>,
    #[schema(min_items = 1, max_items = 100)]
    ticket_types: Vec<TicketTypeBody>,
}

/// A place.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct VenueBody {
    #[schema(max_length = 200, example = "Philharmonie")]
    name: String,
    #[schema(max_length = 200, example = "Berlin")]
    city: String,
    /// ISO 3166-1 alpha-2.
    #[schema(example = "DE")]
    country: String,
}

/// Something that is sold.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct TicketTypeBody {
    #[schema(max_length = 200, example = "Stalls")]
    name: String,
    price: PriceBody,
    #[schema(minimum = 1, maximum = 10_000_000, example = 500)]
    capacity: u32,
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

/// Why an event is called off.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct CancelEventBody {
    /// What ticket holders are told.
    #[schema(max_length = 1_000, example = "The singer is ill.")]
    pub(super) reason: String,
}

/// What changes about an event. Absent fields stay as they are.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct ReviseEventBody {
    #[schema(max_length = 200)]
    title: Option<String>,
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>)]
    description: Option<Option<String>>,
    venue: Option<VenueBody>,
    time_zone: Option<String>,
    starts_at: Option<DateTime<Utc>>,
    ends_at: Option<DateTime<Utc>>,
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<DateTime<Utc>>)]
    sale_opens_at: Option<Option<DateTime<Utc>>>,
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<DateTime<Utc>>)]
    sale_closes_at: Option<Option<DateTime<Utc>>>,
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<u32>)]
    max_per_customer: Option<Option<u32>>,
    /// With `ticket_type_id`: its new capacity. Without: a ticket type to add.
    #[serde(default)]
    ticket_types: Vec<TicketTypeRevision>,
}

/// A new capacity for a ticket type, or a ticket type to add.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct TicketTypeRevision {
    /// Of an existing ticket type, whose capacity alone can change.
    ticket_type_id: Option<Uuid>,
    /// Of a new one.
    #[schema(max_length = 200)]
    name: Option<String>,
    /// Of a new one.
    price: Option<PriceBody>,
    #[schema(maximum = 10_000_000, example = 600)]
    capacity: u32,
}

/// Tells `null` (clear it) from an absent field (leave it).
fn present<'de, D, T>(deserializer: D) -> Result<Option<Option<T>>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    Option::deserialize(deserializer).map(Some)
}

impl CreateEventBody {
    /// The show as it will be recorded, or everything that is wrong with it.
    pub(super) fn into_domain(self, show_id: ShowId, organizer_id: AccountId) -> Result<ShowCreated, Problem> {
        let mut faults = Faults::default();
        let title = faults.line("/title", &self.title);
        let description = self.description.map(|text| faults.page("/description", &text));
        let venue = self.venue.into_domain(&mut faults);
        let time_zone = faults.time_zone("/time_zone", &self.time_zone);
        let starts_at = faults.moment("/starts_at", self.starts_at);
        let ends_at = faults.moment("/ends_at", self.ends_at);
        let sale_opens_at = self.sale_opens_at.map(|at| faults.moment("/sale_opens_at", at));
        let sale_closes_at = self.sale_closes_at.map(|at| faults.moment("/sale_closes_at", at));
        check_limit(&mut faults, self.max_per_customer);
        if self.ticket_types.is_empty() || self.ticket_types.len() > TICKET_TYPES_MAX {
            faults.add("/ticket_types", "out-of-range", format!("must have 1 to {TICKET_TYPES_MAX} entries"));
        }
        // Ids follow from the event's, so that a repeated request describes the same event.
        let id = |index: usize| Uuid::new_v5(&show_id.0, format!("ticket-type:{index}").as_bytes());
        let sold = self.ticket_types.into_iter().take(TICKET_TYPES_MAX).enumerate();
        let ticket_types: Option<Vec<TicketType>> =
            sold.map(|(index, body)| body.into_domain(&mut faults, index, id(index))).collect();
        let show = || {
            let details = ShowDetails { title: title?, description: lift(description)?, venue: venue? };
            let time_zone = time_zone?;
            let schedule = Schedule { time_zone, starts_at, ends_at, sale_opens_at, sale_closes_at };
            let (max_per_customer, ticket_types) = (self.max_per_customer, ticket_types?);
            Some(ShowCreated { show_id, organizer_id, details, schedule, max_per_customer, ticket_types })
        };
        let show = show();
        faults.finish(show)
    }
}

impl ReviseEventBody {
    /// The command, or everything that is wrong with it.
    pub(super) fn into_domain(self, expected_revision: u64) -> Result<ReviseShow, Problem> {
        let mut faults = Faults::default();
        check_limit(&mut faults, self.max_per_customer.flatten());
        if self.ticket_types.len() > TICKET_TYPES_MAX {
            faults.add("/ticket_types", "out-of-range", format!("at most {TICKET_TYPES_MAX} entries"));
        }
        let mut revise = ReviseShow {
            expected_revision,
            title: self.title.and_then(|text| faults.line("/title", &text)),
            description: self.description.map(|text| text.and_then(|text| faults.page("/description", &text))),
            venue: self.venue.and_then(|venue| venue.into_domain(&mut faults)),
            time_zone: self.time_zone.and_then(|name| faults.time_zone("/time_zone", &name)),
            starts_at: self.starts_at.map(|at| faults.moment("/starts_at", at)),
            ends_at: self.ends_at.map(|at| faults.moment("/ends_at", at)),
            sale_opens_at: self.sale_opens_at.map(|at| at.map(|at| faults.moment("/sale_opens_at", at))),
            sale_closes_at: self.sale_closes_at.map(|at| at.map(|at| faults.moment("/sale_closes_at", at))),
            max_per_customer: self.max_per_customer,
            ..ReviseShow::default()
        };
        for (index, revision) in self.ticket_types.into_iter().take(TICKET_TYPES_MAX).enumerate() {
            revision.into_domain(&mut faults, index, &mut revise);
        }
        let mut resized: Vec<TicketTypeId> = revise.capacities.iter().map(|wish| wish.ticket_type_id).collect();
        resized.sort_unstable();
        resized.dedup();
        if resized.len() < revise.capacities.len() {
            faults.add("/ticket_types", "repeated", "each ticket type once");
        }
        faults.finish(Some(revise))
    }
}

impl TicketTypeRevision {
    fn into_domain(self, faults: &mut Faults, index: usize, revise: &mut ReviseShow) {
        let (place, capacity) = (format!("/ticket_types/{index}"), self.capacity);
        match (self.ticket_type_id.map(TicketTypeId), self.name, self.price) {
            (Some(ticket_type_id), None, None) => {
                faults.capacity(&format!("{place}/capacity"), capacity, 0);
                revise.capacities.push(CapacityWish { ticket_type_id, capacity });
            }
            (None, Some(name), Some(price)) => {
                let body = TicketTypeBody { name, price, capacity };
                revise.added.extend(body.into_domain(faults, index, Uuid::now_v7()));
            }
            (Some(_), _, _) => faults.add(place, "not-changeable", "only the capacity of a ticket type can change"),
            (None, _, _) => faults.add(place, "missing", "a new ticket type needs a name, a price and a capacity"),
        }
    }
}

impl VenueBody {
    fn into_domain(self, faults: &mut Faults) -> Option<Venue> {
        let name = faults.line("/venue/name", &self.name);
        let city = faults.line("/venue/city", &self.city);
        let country = faults.country("/venue/country", &self.country);
        Some(Venue { name: name?, city: city?, country: country? })
    }
}

impl TicketTypeBody {
    fn into_domain(self, faults: &mut Faults, index: usize, id: Uuid) -> Option<TicketType> {
        let place = format!("/ticket_types/{index}");
        let name = faults.line(&format!("{place}/name"), &self.name);
        let price = faults.price(&format!("{place}/price"), self.price.amount, &self.price.currency);
        faults.capacity(&format!("{place}/capacity"), self.capacity, 1);
        Some(TicketType { ticket_type_id: TicketTypeId(id), name: name?, price: price?, capacity: self.capacity })
    }
}

fn check_limit(faults: &mut Faults, max_per_customer: Option<u32>) {
    if max_per_customer.is_some_and(|limit| !(1..=CAPACITY_MAX).contains(&limit)) {
        faults.add("/max_per_customer", "out-of-range", format!("must be 1 to {CAPACITY_MAX}; null for no limit"));
    }
}

/// An absent text is fine; a faulty one is not.
fn lift<T>(text: Option<Option<T>>) -> Option<Option<T>> {
    match text {
        Some(None) => None,
        Some(Some(text)) => Some(Some(text)),
        None => Some(None),
    }
}

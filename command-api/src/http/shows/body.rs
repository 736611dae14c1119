//! What organizers send, and how it becomes the domain's words.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use domain::ids::{AccountId, ShowId, TicketTypeId};
use domain::show::{
    CAPACITY_MAX, RescheduleShow, ReviseShow, SaleTerms, Schedule, ShowCreated, ShowDetails, TICKET_TYPES_MAX,
    TicketType, Venue,
};
use edge::problem::Problem;
use serde::{Deserialize, Deserializer};
use utoipa::ToSchema;
use uuid::Uuid;

use super::sold::{TicketTypeBody, TicketTypeRevision};
use super::terms::{Revision, TermsBody};
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
    terms: Option<TermsBody>,
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

/// Why an event is called off.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct CancelEventBody {
    /// What ticket holders are told.
    #[schema(max_length = 1_000, example = "The singer is ill.")]
    pub(super) reason: String,
}

/// When an event is put off to.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct RescheduleEventBody {
    #[schema(example = "2030-02-01T19:00:00Z")]
    starts_at: DateTime<Utc>,
    #[schema(example = "2030-02-01T21:30:00Z")]
    ends_at: DateTime<Utc>,
    /// Until then, whoever has booked by now gets everything back for tickets given back.
    #[schema(example = "2030-01-25T00:00:00Z")]
    refund_until: DateTime<Utc>,
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
    terms: Option<TermsBody>,
    /// With `ticket_type_id`: what changes about it. Without: a ticket type to add.
    #[serde(default)]
    ticket_types: Vec<TicketTypeRevision>,
}

/// Tells `null` (clear it) from an absent field (leave it).
pub(super) fn present<'de, D, T>(deserializer: D) -> Result<Option<Option<T>>, D::Error>
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
        let terms = self.terms.map(|terms| terms.into_change(&mut faults)).unwrap_or_default();
        let terms = terms.onto(SaleTerms::default());
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
            Some(ShowCreated { show_id, organizer_id, details, schedule, max_per_customer, ticket_types, terms })
        };
        let show = show();
        faults.finish(show)
    }
}

impl ReviseEventBody {
    /// What is to change, or everything that is wrong with it.
    pub(super) fn into_domain(self, expected_revision: u64) -> Result<Revision, Problem> {
        let mut faults = Faults::default();
        check_limit(&mut faults, self.max_per_customer.flatten());
        if self.ticket_types.len() > TICKET_TYPES_MAX {
            faults.add("/ticket_types", "out-of-range", format!("at most {TICKET_TYPES_MAX} entries"));
        }
        let revise = ReviseShow {
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
        let terms = self.terms.map(|terms| terms.into_change(&mut faults));
        let mut revision = Revision { revise, terms, ticket_terms: Vec::new() };
        let named = self.ticket_types.iter().filter_map(TicketTypeRevision::changed).take(TICKET_TYPES_MAX);
        let named: Vec<TicketTypeId> = named.collect();
        if named.iter().collect::<HashSet<_>>().len() < named.len() {
            faults.add("/ticket_types", "repeated", "each ticket type once");
        }
        for (index, body) in self.ticket_types.into_iter().take(TICKET_TYPES_MAX).enumerate() {
            body.into_domain(&mut faults, index, &mut revision);
        }
        faults.finish(Some(revision))
    }
}

impl RescheduleEventBody {
    /// The command, or everything that is wrong with it.
    pub(super) fn into_domain(self) -> Result<RescheduleShow, Problem> {
        let mut faults = Faults::default();
        let starts_at = faults.moment("/starts_at", self.starts_at);
        let ends_at = faults.moment("/ends_at", self.ends_at);
        let refund_until = faults.moment("/refund_until", self.refund_until);
        faults.finish(Some(RescheduleShow { starts_at, ends_at, refund_until }))
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

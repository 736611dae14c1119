//! An event as its organizer sees it.

use chrono::{DateTime, Utc};
use domain::show::{Offered, Schedule, Show, ShowDetails, Status, TicketType};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::http::answer::Amount;

/// An event, as its organizer sees it.
#[derive(Serialize, ToSchema)]
pub(super) struct EventAnswer {
    event_id: Uuid,
    organizer_id: Uuid,
    /// `draft`, `on_sale`, `paused`, `closed` or `cancelled`.
    #[schema(example = "draft")]
    status: &'static str,
    title: String,
    description: Option<String>,
    venue: VenueAnswer,
    #[schema(example = "Europe/Berlin")]
    time_zone: String,
    starts_at: DateTime<Utc>,
    ends_at: DateTime<Utc>,
    sale_opens_at: Option<DateTime<Utc>>,
    sale_closes_at: Option<DateTime<Utc>>,
    max_per_customer: Option<u32>,
    ticket_types: Vec<TicketTypeAnswer>,
    /// The same number as in `ETag`.
    pub(super) revision: u64,
}

/// A place.
#[derive(Serialize, ToSchema)]
pub(super) struct VenueAnswer {
    #[schema(example = "Philharmonie")]
    name: String,
    #[schema(example = "Berlin")]
    city: String,
    #[schema(example = "DE")]
    country: String,
}

/// Something that is sold.
#[derive(Serialize, ToSchema)]
pub(super) struct TicketTypeAnswer {
    ticket_type_id: Uuid,
    #[schema(example = "Stalls")]
    name: String,
    price: Amount,
    #[schema(example = 500)]
    capacity: u32,
    #[schema(example = 0)]
    sold: u32,
    #[schema(example = 500)]
    available: u32,
}

impl EventAnswer {
    /// As it stands now.
    pub(super) fn of(show: &Show) -> Option<Self> {
        let mut ticket_types: Vec<_> = show.offered().iter().map(ticket_type).collect();
        if show.status() == Status::Cancelled {
            // Nothing is taken any more, but nothing can be had either.
            for ticket_type in &mut ticket_types {
                ticket_type.available = 0;
            }
        }
        let (details, schedule) = (show.details()?, show.schedule()?);
        Self::new(show, show.status(), details, schedule, show.max_per_customer(), ticket_types, show.revision())
    }

    /// As it was right after it was created.
    pub(super) fn as_created(show: &Show) -> Option<Self> {
        let origin = show.origin()?;
        let fresh = |ticket_type: &TicketType| Offered { ticket_type: ticket_type.clone(), taken: 0 };
        let ticket_types = origin.ticket_types.iter().map(|added| ticket_type(&fresh(added))).collect();
        let (details, schedule) = (&origin.details, &origin.schedule);
        Self::new(show, Status::Draft, details, schedule, origin.max_per_customer, ticket_types, 1)
    }

    fn new(
        show: &Show,
        status: Status,
        details: &ShowDetails,
        schedule: &Schedule,
        max_per_customer: Option<u32>,
        ticket_types: Vec<TicketTypeAnswer>,
        revision: u64,
    ) -> Option<Self> {
        let origin = show.origin()?;
        Some(Self {
            event_id: origin.show_id.0,
            organizer_id: origin.organizer_id.0,
            status: status.as_str(),
            title: details.title.as_str().into(),
            description: details.description.as_ref().map(|text| text.as_str().into()),
            venue: VenueAnswer {
                name: details.venue.name.as_str().into(),
                city: details.venue.city.as_str().into(),
                country: details.venue.country.as_str().into(),
            },
            time_zone: schedule.time_zone.as_str().into(),
            starts_at: schedule.starts_at,
            ends_at: schedule.ends_at,
            sale_opens_at: schedule.sale_opens_at,
            sale_closes_at: schedule.sale_closes_at,
            max_per_customer,
            ticket_types,
            revision,
        })
    }
}

fn ticket_type(offered: &Offered) -> TicketTypeAnswer {
    TicketTypeAnswer {
        ticket_type_id: offered.ticket_type.ticket_type_id.0,
        name: offered.ticket_type.name.as_str().into(),
        price: offered.ticket_type.price.into(),
        capacity: offered.ticket_type.capacity,
        sold: offered.taken,
        available: offered.available(),
    }
}

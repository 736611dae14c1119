//! An event as its organizer sees it.

use chrono::{DateTime, Utc};
use domain::show::{
    Offered, Payment, RefundPolicy, SaleTerms, Schedule, Show, ShowDetails, Status, TicketTerms, TicketType,
};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::http::answer::Amount;

/// An event, as its organizer sees it.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct EventAnswer {
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
    terms: TermsAnswer,
    ticket_types: Vec<TicketTypeAnswer>,
    /// Which of its seat maps is in force; absent without one.
    #[schema(example = 1)]
    seat_map_version: Option<u32>,
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
    /// `general` or `reserved`: its tickets are seats of the seat map.
    #[schema(example = "general")]
    seating: &'static str,
    #[schema(example = 500)]
    capacity: u32,
    /// Sold, held or offered.
    #[schema(example = 0)]
    sold: u32,
    /// Seats that are not sold for now.
    #[schema(example = 0)]
    blocked: u32,
    #[schema(example = 500)]
    available: u32,
    sale_opens_at: Option<DateTime<Utc>>,
    sale_closes_at: Option<DateTime<Utc>>,
    min_per_booking: Option<u32>,
    max_per_booking: Option<u32>,
    /// Only who knows this code sees and buys it.
    access_code: Option<String>,
}

/// How tickets are held, paid and given back.
#[derive(Serialize, ToSchema)]
pub(super) struct TermsAnswer {
    #[schema(example = 600)]
    hold_seconds: u32,
    #[schema(example = 900)]
    offer_seconds: u32,
    /// `none` or `required`.
    #[schema(value_type = String, example = "none")]
    payment: Payment,
    /// Absent: everything comes back, until the event ends.
    #[schema(value_type = Option<RefundPolicyAnswer>)]
    refund_policy: Option<RefundPolicy>,
}

/// What comes back for a ticket that is given back.
#[derive(ToSchema)]
#[expect(dead_code, reason = "read by the derive alone: the domain's own type is what is written")]
struct RefundPolicyAnswer {
    /// From the earliest to the latest; after the last one nothing comes back.
    steps: Vec<RefundStepAnswer>,
    /// What is kept of each ticket, in minor units.
    #[schema(example = 250)]
    fee: i64,
}

/// A share that comes back until some time before the event.
#[derive(ToSchema)]
#[expect(dead_code, reason = "read by the derive alone: the domain's own type is what is written")]
struct RefundStepAnswer {
    #[schema(example = 168)]
    hours_before: u32,
    #[schema(example = 100)]
    percent: u8,
}

/// What of an event an answer tells: as it is, or as it was at first.
struct Told<'a> {
    status: Status,
    details: &'a ShowDetails,
    schedule: &'a Schedule,
    max_per_customer: Option<u32>,
    terms: &'a SaleTerms,
    ticket_types: Vec<TicketTypeAnswer>,
    seat_map_version: Option<u32>,
    revision: u64,
}

impl EventAnswer {
    /// As it stands now.
    pub(in crate::http) fn of(show: &Show) -> Option<Self> {
        let mut ticket_types: Vec<_> = show.offered().iter().map(ticket_type).collect();
        if show.status() == Status::Cancelled {
            // Nothing is taken any more, but nothing can be had either.
            for ticket_type in &mut ticket_types {
                ticket_type.available = 0;
            }
        }
        let version = show.seating().version();
        let told = Told {
            status: show.status(),
            details: show.details()?,
            schedule: show.schedule()?,
            max_per_customer: show.max_per_customer(),
            terms: show.terms(),
            ticket_types,
            seat_map_version: (version > 0).then_some(version),
            revision: show.revision(),
        };
        Self::new(show, told)
    }

    /// As it was right after it was created.
    pub(super) fn as_created(show: &Show) -> Option<Self> {
        let origin = show.origin()?;
        let fresh = |ticket_type: &TicketType| Offered { ticket_type: ticket_type.clone(), taken: 0, blocked: 0 };
        let told = Told {
            status: Status::Draft,
            details: &origin.details,
            schedule: &origin.schedule,
            max_per_customer: origin.max_per_customer,
            terms: &origin.terms,
            ticket_types: origin.ticket_types.iter().map(|added| ticket_type(&fresh(added))).collect(),
            seat_map_version: None,
            revision: 1,
        };
        Self::new(show, told)
    }

    fn new(show: &Show, told: Told<'_>) -> Option<Self> {
        let (origin, details, schedule) = (show.origin()?, told.details, told.schedule);
        Some(Self {
            event_id: origin.show_id.0,
            organizer_id: origin.organizer_id.0,
            status: told.status.as_str(),
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
            max_per_customer: told.max_per_customer,
            terms: TermsAnswer {
                hold_seconds: told.terms.hold_seconds,
                offer_seconds: told.terms.offer_seconds,
                payment: told.terms.payment,
                refund_policy: told.terms.refund_policy.clone(),
            },
            ticket_types: told.ticket_types,
            seat_map_version: told.seat_map_version,
            revision: told.revision,
        })
    }
}

fn ticket_type(offered: &Offered) -> TicketTypeAnswer {
    let TicketType { ticket_type_id, name, price, capacity, terms } = &offered.ticket_type;
    let TicketTerms { reserved, sale_opens_at, sale_closes_at, min_per_booking, max_per_booking, access_code } = terms;
    TicketTypeAnswer {
        ticket_type_id: ticket_type_id.0,
        name: name.as_str().into(),
        price: (*price).into(),
        seating: if *reserved { "reserved" } else { "general" },
        capacity: *capacity,
        sold: offered.taken,
        blocked: offered.blocked,
        available: offered.available(),
        sale_opens_at: *sale_opens_at,
        sale_closes_at: *sale_closes_at,
        min_per_booking: *min_per_booking,
        max_per_booking: *max_per_booking,
        access_code: access_code.as_ref().map(|code| code.as_str().into()),
    }
}

//! One row of `shows`, and what each event makes of it.

use chrono::{DateTime, Utc};
use domain::show::{Event, Payment, SaleTerms, Schedule, ShowCreated, ShowDetails, Status};
use uuid::Uuid;

use crate::error::FoldError;
use crate::page::Fact;
use crate::projection::int;

/// A row of `shows`.
#[derive(sqlx::FromRow)]
pub(super) struct ShowRow {
    pub(super) show_id: Uuid,
    pub(super) organizer_id: Uuid,
    pub(super) title: String,
    pub(super) description: Option<String>,
    pub(super) venue_name: String,
    pub(super) venue_city: String,
    pub(super) venue_country: String,
    pub(super) time_zone: String,
    pub(super) starts_at: DateTime<Utc>,
    pub(super) ends_at: DateTime<Utc>,
    pub(super) sale_opens_at: Option<DateTime<Utc>>,
    pub(super) sale_closes_at: Option<DateTime<Utc>>,
    pub(super) max_per_customer: Option<i32>,
    pub(super) currency: Option<String>,
    pub(super) status: String,
    pub(super) published: bool,
    pub(super) cancel_reason: Option<String>,
    pub(super) cancelled_at: Option<DateTime<Utc>>,
    pub(super) revision: i64,
    pub(super) created_at: DateTime<Utc>,
    pub(super) hold_seconds: i32,
    pub(super) offer_seconds: i32,
    pub(super) payment: String,
    pub(super) refund_policy: Option<String>,
    pub(super) seat_map_version: Option<i32>,
    pub(super) rescheduled_at: Option<DateTime<Utc>>,
    pub(super) refund_until: Option<DateTime<Utc>>,
}

impl ShowRow {
    pub(super) fn created(fact: &Fact, created: &ShowCreated) -> Self {
        let ShowDetails { title, description, venue } = &created.details;
        Self {
            show_id: fact.show_id(),
            organizer_id: created.organizer_id.0,
            title: title.as_str().into(),
            description: description.as_ref().map(|text| text.as_str().into()),
            venue_name: venue.name.as_str().into(),
            venue_city: venue.city.as_str().into(),
            venue_country: venue.country.as_str().into(),
            time_zone: created.schedule.time_zone.as_str().into(),
            starts_at: created.schedule.starts_at,
            ends_at: created.schedule.ends_at,
            sale_opens_at: created.schedule.sale_opens_at,
            sale_closes_at: created.schedule.sale_closes_at,
            max_per_customer: created.max_per_customer.map(int),
            currency: created.ticket_types.first().map(|first| first.price.currency.as_str().into()),
            status: Status::Draft.as_str().into(),
            published: false,
            cancel_reason: None,
            cancelled_at: None,
            revision: 0,
            created_at: fact.recorded_at,
            // The event itself brings its terms, as it is taken in next.
            hold_seconds: 0,
            offer_seconds: 0,
            payment: String::new(),
            refund_policy: None,
            seat_map_version: None,
            rescheduled_at: None,
            refund_until: None,
        }
    }

    /// Every event that comes here is something the organizer did, and counts for the revision.
    pub(super) fn evolve(&mut self, fact: &Fact) -> Result<(), FoldError> {
        self.revision += 1;
        match &fact.event {
            Event::ShowCreated(created) => self.agree(&created.terms)?,
            Event::ShowDescribed(described) => self.describe(&described.details),
            Event::ShowScheduled(scheduled) => self.schedule(&scheduled.schedule),
            Event::CustomerLimitSet(limit) => self.max_per_customer = limit.max_per_customer.map(int),
            Event::TicketTypeAdded(added) => {
                self.currency.get_or_insert_with(|| added.ticket_type.price.currency.as_str().into());
            }
            Event::ShowPublished(_) => {
                self.stand_at(Status::OnSale);
                self.published = true;
            }
            Event::SaleResumed(_) => self.stand_at(Status::OnSale),
            Event::SalePaused(_) => self.stand_at(Status::Paused),
            Event::SaleClosed(_) => self.stand_at(Status::Closed),
            Event::ShowCancelled(cancelled) => {
                self.stand_at(Status::Cancelled);
                self.cancelled_at = Some(fact.recorded_at);
                self.cancel_reason = Some(cancelled.reason.as_str().into());
            }
            Event::SaleTermsSet(set) => self.agree(&set.terms)?,
            Event::ShowRescheduled(put_off) => {
                self.schedule(&put_off.schedule);
                self.rescheduled_at = Some(put_off.rescheduled_at);
                self.refund_until = Some(put_off.refund_until);
            }
            Event::SeatMapSet(set) => self.seat_map_version = Some(int(set.version)),
            // Said of ticket types, seats and codes, which have tables of their own.
            _ => {}
        }
        Ok(())
    }

    fn agree(&mut self, terms: &SaleTerms) -> Result<(), FoldError> {
        self.hold_seconds = int(terms.hold_seconds);
        self.offer_seconds = int(terms.offer_seconds);
        self.payment = word(terms.payment).into();
        self.refund_policy = terms.refund_policy.as_ref().map(serde_json::to_string).transpose()?;
        Ok(())
    }

    fn stand_at(&mut self, status: Status) {
        self.status = status.as_str().into();
    }

    fn describe(&mut self, details: &ShowDetails) {
        self.title = details.title.as_str().into();
        self.description = details.description.as_ref().map(|text| text.as_str().into());
        self.venue_name = details.venue.name.as_str().into();
        self.venue_city = details.venue.city.as_str().into();
        self.venue_country = details.venue.country.as_str().into();
    }

    fn schedule(&mut self, schedule: &Schedule) {
        self.time_zone = schedule.time_zone.as_str().into();
        self.starts_at = schedule.starts_at;
        self.ends_at = schedule.ends_at;
        self.sale_opens_at = schedule.sale_opens_at;
        self.sale_closes_at = schedule.sale_closes_at;
    }
}

/// The word for whether tickets are paid here.
fn word(payment: Payment) -> &'static str {
    match payment {
        Payment::None => "none",
        Payment::Required => "required",
    }
}

//! One show as the recount sees it: its rows in the read models, who has how much of it, and the rules
//! that every event of it must have kept.

mod colleagues;
mod policies;
mod programme;
mod promos;
mod sale;
mod seats;
mod waitlist;

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::facts::{Fact, Policy, ShowCreated};
use super::ledger::Booking;
use super::moment::Owed;
use super::tables::{ShowRow, TicketTypeRow};
use super::tickets::Tickets;
use policies::{Policies, PutOff};

pub(super) use colleagues::Colleagues;
pub(super) use promos::Promos;
pub(super) use seats::{Owner, SeatState, Seats, digest};
pub(super) use waitlist::{Entry, EntryState, Offer, Waitlist};

/// A show.
pub(super) struct Show {
    /// Its row in `shows`, as it should be.
    pub(super) row: ShowRow,
    /// Its rows in `ticket_types`, as they should be.
    pub(super) ticket_types: Vec<TicketTypeRow>,
    pub(super) seats: Seats,
    pub(super) promos: Promos,
    pub(super) colleagues: Colleagues,
    pub(super) waitlist: Waitlist,
    policies: Policies,
    /// Tickets in live bookings and holds, by customer.
    held: HashMap<Uuid, i32>,
    /// What ends by itself, and when.
    pub(super) deadlines: BTreeSet<(DateTime<Utc>, Owner)>,
    /// The bookings that somebody went to pay for, in that order.
    pub(super) paid_for: Vec<Uuid>,
    /// What the next event must be, because of the last one.
    pub(super) owed: Option<Owed>,
}

impl Show {
    /// A new show.
    pub(super) fn created(created: ShowCreated, recorded_at: DateTime<Utc>) -> Result<Self, String> {
        let ShowCreated { show_id, organizer_id, details, schedule, max_per_customer, ticket_types, terms } = created;
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
            hold_seconds: 0,
            offer_seconds: 0,
            payment: String::new(),
            seat_map_version: None,
            rescheduled_at: None,
            refund_until: None,
        };
        let mut show = Self {
            row,
            ticket_types: Vec::new(),
            seats: Seats::default(),
            promos: Promos::default(),
            colleagues: Colleagues::default(),
            waitlist: Waitlist::default(),
            policies: Policies::default(),
            held: HashMap::new(),
            deadlines: BTreeSet::new(),
            paid_for: Vec::new(),
            owed: None,
        };
        show.agree(&terms);
        for ticket_type in ticket_types {
            show.add(ticket_type)?;
        }
        Ok(show)
    }

    /// Takes in what the organizer did.
    pub(super) fn organize(&mut self, fact: Fact, recorded_at: DateTime<Utc>) -> Result<(), String> {
        self.row.revision += 1;
        match fact {
            Fact::ShowDescribed(details) => self.describe(details),
            Fact::ShowScheduled(schedule) => self.schedule(schedule),
            Fact::ShowRescheduled(later) => {
                self.check_due(later.rescheduled_at)?;
                self.schedule(later.schedule);
                self.row.rescheduled_at = Some(later.rescheduled_at);
                self.row.refund_until = Some(later.refund_until);
                let (decided_at, refund_until) = (later.rescheduled_at, later.refund_until);
                self.policies.put_off(PutOff { decided_at, refund_until });
            }
            Fact::CustomerLimitSet(limit) => self.row.max_per_customer = limit,
            Fact::SaleTermsSet(terms) => self.agree(&terms),
            Fact::TicketTypeAdded(ticket_type) => self.add(*ticket_type)?,
            Fact::TicketTermsSet(set) => self.agree_on_type(set)?,
            Fact::CapacityRaised(capacity) => self.resize(&capacity, |now| now < capacity.capacity)?,
            Fact::CapacityLowered(capacity) => self.resize(&capacity, |now| now > capacity.capacity)?,
            Fact::PromoCodeAdded(promo_code) => self.promos.add(promo_code)?,
            Fact::PromoCodeRemoved(code) => self.promos.remove(&code)?,
            Fact::SeatMapSet(set) => self.set_seats(set)?,
            Fact::SeatsBlocked(seats) => self.block(&seats.seats, true)?,
            Fact::SeatsUnblocked(seats) => self.block(&seats.seats, false)?,
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

    /// Whether it was called off.
    pub(super) fn is_cancelled(&self) -> bool {
        self.row.status == "cancelled"
    }

    /// The refund policy in force.
    pub(super) fn refund_policy(&self) -> Option<&Policy> {
        self.policies.current()
    }

    /// The number of the refund policy that bookings made now carry.
    pub(super) fn policy_number(&self) -> usize {
        self.policies.number()
    }

    /// What may come back by the policy for tickets given back with an event recorded at this moment.
    pub(super) fn back(&self, booking: &Booking, tickets: &[Tickets], recorded_at: DateTime<Utc>) -> Vec<i64> {
        self.policies.back(booking, tickets, self.row.starts_at, recorded_at)
    }

    fn step(&mut self, from: &[&str], to: &str) -> Result<(), String> {
        if !from.contains(&self.row.status.as_str()) {
            return Err(format!("the show goes from {} to {to}, which no rule allows", self.row.status));
        }
        self.row.status = to.into();
        Ok(())
    }

    /// One fact ends everything. What becomes of holds and payments is counted with the bookings.
    fn cancel(&mut self, reason: String, recorded_at: DateTime<Utc>) {
        self.row.status = "cancelled".into();
        self.row.cancel_reason = Some(reason);
        self.row.cancelled_at = Some(recorded_at);
        self.held = HashMap::new();
        self.deadlines = BTreeSet::new();
        self.waitlist.end();
        for ticket_type in &mut self.ticket_types {
            (ticket_type.sold, ticket_type.held) = (0, 0);
        }
    }
}

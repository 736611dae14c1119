//! What the organizer said and did.

use super::selling;
use super::{Checked, House, Kind, Status, Terms, Times, demand};
use crate::check::facts::{self, Capacity, Fact, KindTerms, PaymentTerms, Schedule};

/// The most colleagues that a show has at a time.
const COLLEAGUES_MAX: usize = 100;

impl House {
    pub(super) fn organized(&mut self, fact: &Fact, at: i64) -> Checked {
        let outlives = matches!(fact, Fact::PromoRemoved(_) | Fact::Trusted(_) | Fact::Distrusted(_));
        let ended = self.status == Status::CalledOff && !outlives;
        demand!(!ended, Lawful, "the show was called off before");
        match fact {
            Fact::Created(created) => {
                self.status = Status::Draft;
                self.limit = created.max_per_customer;
                self.schedule(&created.schedule)?;
                if let Some(terms) = &created.terms {
                    self.agree(terms);
                }
                created.ticket_types.iter().try_for_each(|kind| self.add(kind))?;
            }
            Fact::Scheduled(schedule) => self.schedule(schedule)?,
            Fact::PutOff(put_off) => {
                demand!(put_off.rescheduled_at.0 == at, Lawful, "put off at another time than it was decided");
                demand!(put_off.refund_until.0 > at, Lawful, "refunds until some time that is past");
                self.schedule(&put_off.schedule)?;
                self.put_off = Some((at, put_off.refund_until.0));
            }
            Fact::LimitSet(limit) => self.limit = *limit,
            Fact::TermsSet(terms) => self.agree(terms),
            Fact::KindAdded(kind) => self.add(kind)?,
            Fact::KindTermsSet(id, terms) => self.kind_terms(*id, terms)?,
            Fact::Raised(capacity) => self.resize(capacity, true)?,
            Fact::Lowered(capacity) => self.resize(capacity, false)?,
            Fact::PromoAdded(promo) => self.promo_added(promo)?,
            Fact::PromoRemoved(code) => self.promo_removed(code)?,
            Fact::MapSet(set) => self.map_set(set)?,
            Fact::Blocked(seats) => self.blocked(seats, true)?,
            Fact::Unblocked(seats) => self.blocked(seats, false)?,
            Fact::Published => self.step(&[Status::Draft], Status::OnSale)?,
            Fact::Paused => self.step(&[Status::OnSale], Status::Paused)?,
            Fact::Resumed => self.step(&[Status::Paused], Status::OnSale)?,
            Fact::Closed => self.step(&[Status::OnSale, Status::Paused], Status::Closed)?,
            Fact::CalledOff => self.called_off(),
            Fact::Trusted(colleague) => {
                self.colleagues.insert(*colleague);
                demand!(self.colleagues.len() <= COLLEAGUES_MAX, Lawful, "more colleagues than a show can have");
            }
            Fact::Distrusted(colleague) => {
                demand!(self.colleagues.remove(colleague), Lawful, "{colleague} was no colleague");
            }
            // Title and venue are not sold.
            _ => {}
        }
        Ok(())
    }

    fn step(&mut self, from: &[Status], to: Status) -> Checked {
        demand!(from.contains(&self.status), Lawful, "the show goes from {:?} to {to:?}", self.status);
        self.status = to;
        Ok(())
    }

    fn schedule(&mut self, schedule: &Schedule) -> Checked {
        self.times = Times {
            starts: schedule.starts_at.0,
            ends: schedule.ends_at.0,
            opens: schedule.sale_opens_at.map(|at| at.0),
            closes: schedule.sale_closes_at.map(|at| at.0),
        };
        demand!(self.times.starts < self.times.ends, Lawful, "the show ends before it starts");
        Ok(())
    }

    /// New terms. A refund policy that was not in force gets the next number.
    fn agree(&mut self, terms: &facts::Terms) {
        const SECOND_US: i64 = 1_000_000;
        self.terms = Terms {
            hold_us: i64::from(terms.hold_seconds) * SECOND_US,
            offer_us: i64::from(terms.offer_seconds) * SECOND_US,
            paid: terms.payment == PaymentTerms::Required,
        };
        if terms.refund_policy.is_some() && terms.refund_policy != self.policy {
            self.policies.extend(terms.refund_policy.clone());
        }
        self.policy.clone_from(&terms.refund_policy);
    }

    /// The number of the policy that holds for new bookings; 0: none.
    pub(super) fn policy_number(&self) -> u16 {
        if self.policy.is_some() { self.policies.len() as u16 } else { 0 }
    }

    fn add(&mut self, added: &facts::Kind) -> Checked {
        let id = added.ticket_type_id;
        demand!(self.kind(id).is_none(), Lawful, "ticket type {id} is added twice");
        let reserved = added.terms.as_ref().is_some_and(|terms| terms.reserved);
        self.kinds.push(Kind {
            id,
            price: added.price.amount,
            capacity: if reserved { 0 } else { added.capacity },
            reserved,
            opens: None,
            closes: None,
            min: None,
            max: None,
            hidden: false,
            taken: 0,
            blocked: 0,
        });
        added.terms.as_ref().map_or(Ok(()), |terms| self.kind_terms(id, terms))
    }

    fn kind_terms(&mut self, id: uuid::Uuid, terms: &KindTerms) -> Checked {
        let kind = self.kind(id).map(|index| &mut self.kinds[index]);
        demand!(
            kind.as_ref().is_some_and(|kind| kind.reserved == terms.reserved),
            Lawful,
            "{id} turns into another type"
        );
        if let Some(kind) = kind {
            (kind.opens, kind.closes) = (terms.sale_opens_at.map(|at| at.0), terms.sale_closes_at.map(|at| at.0));
            (kind.min, kind.max) = (terms.min_per_booking, terms.max_per_booking);
            kind.hidden = terms.access_code.is_some();
        }
        Ok(())
    }

    fn resize(&mut self, to: &Capacity, raised: bool) -> Checked {
        let Capacity { ticket_type_id: id, capacity } = *to;
        let Some(kind) = self.kind(id).map(|index| &mut self.kinds[index]) else {
            demand!(false, Lawful, "there is no ticket type {id}");
            return Ok(());
        };
        let right = if raised { capacity > kind.capacity } else { capacity < kind.capacity };
        demand!(right && !kind.reserved, Lawful, "{id} goes from {} to {capacity} under a wrong name", kind.capacity);
        kind.capacity = capacity;
        demand!(kind.taken <= capacity, NeverOversold, "{} tickets of {id} are taken, of now {capacity}", kind.taken);
        Ok(())
    }

    /// One fact ends everything, and everything that was paid goes back.
    fn called_off(&mut self) {
        self.status = Status::CalledOff;
        self.held.clear();
        self.deadlines.clear();
        self.nobody_waits();
        for kind in &mut self.kinds {
            kind.taken = 0;
        }
        for booking in self.bookings.values_mut() {
            if booking.is_live() {
                booking.status = selling::Status::Cancelled;
            }
            booking.refund_the_rest();
        }
    }
}

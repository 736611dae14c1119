//! Bookings and holds: bought, held, extended, confirmed, released, lapsed, given back.

use uuid::Uuid;

use super::money::{Next, Refund};
use super::{Checked, House, Line, Owner, demand, quantity, total};
use crate::check::facts::{Confirmed, Ended, Extended, Lapsed, Taken};

/// What became of a booking.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::check) enum Status {
    Held,
    Paying,
    Confirmed,
    Lapsed,
    Released,
    Cancelled,
}

impl Status {
    pub(in crate::check) fn as_str(self) -> &'static str {
        match self {
            Self::Held => "held",
            Self::Paying => "paying",
            Self::Confirmed => "confirmed",
            Self::Lapsed => "lapsed",
            Self::Released => "released",
            Self::Cancelled => "cancelled",
        }
    }
}

/// The deadlines of a hold.
#[derive(Clone, Copy, Debug)]
pub(in crate::check) struct Hold {
    pub(in crate::check) expires: i64,
    pub(in crate::check) extendable_until: i64,
}

/// A booking, or a hold.
#[derive(Debug)]
pub(in crate::check) struct Booking {
    pub(in crate::check) customer: Uuid,
    pub(in crate::check) lines: Vec<Line>,
    pub(in crate::check) status: Status,
    pub(in crate::check) booked_at: i64,
    pub(in crate::check) policy: u16,
    pub(in crate::check) promo: Option<usize>,
    pub(in crate::check) hold: Option<Hold>,
    pub(in crate::check) paid: i64,
    pub(in crate::check) refunds: Vec<Refund>,
    pub(in crate::check) was_confirmed: bool,
    pub(in crate::check) confirmed_by: Option<Uuid>,
    /// Requests that gave parts of it back.
    pub(in crate::check) reduced_by: Vec<Uuid>,
}

impl Booking {
    pub(in crate::check) fn is_live(&self) -> bool {
        matches!(self.status, Status::Held | Status::Paying | Status::Confirmed)
    }

    /// Its deadline, while it is held.
    pub(in crate::check) fn expires(&self) -> Option<i64> {
        let held = matches!(self.status, Status::Held | Status::Paying);
        self.hold.filter(|_| held).map(|hold| hold.expires)
    }

    pub(in crate::check) fn total(&self) -> i64 {
        total(&self.lines)
    }
}

impl House {
    pub(super) fn booked(&mut self, taken: &Taken, hold: bool, at: i64) -> Checked {
        let (id, customer) = (taken.booking_id, taken.customer_id);
        demand!(!self.bookings.contains_key(&id), OnceOnly, "booking {id} is made a second time");
        demand!(taken.at.0 == at, Lawful, "booking {id} was made at another time than it was decided");
        demand!(hold || !self.terms.paid, Lawful, "booking {id} is confirmed before it is paid");
        demand!(taken.policy == self.policy_number(), Refunds, "booking {id} has policy {}", taken.policy);
        let lines = self.lines(&taken.items)?;
        let promo = match taken.offer {
            Some(entry) => self.accepted(entry, id, customer, &lines, at)?,
            None => self.bought(id, &lines, taken.promo_code, at)?,
        };
        self.count_in(customer, quantity(&lines))?;
        self.use_promo(promo, customer)?;
        let hold = if hold { Some(self.hold(taken, at)?) } else { None };
        if let Some(hold) = hold {
            self.deadlines.insert((hold.expires, Owner::Booking(id)));
        }
        let booking = Booking {
            customer,
            lines,
            status: if hold.is_some() { Status::Held } else { Status::Confirmed },
            booked_at: at,
            policy: taken.policy,
            promo,
            hold,
            paid: 0,
            refunds: Vec::new(),
            was_confirmed: hold.is_none(),
            confirmed_by: None,
            reduced_by: Vec::new(),
        };
        self.bookings.insert(id, booking);
        Ok(())
    }

    fn hold(&self, taken: &Taken, at: i64) -> Checked<Hold> {
        let expires = taken.expires_at.map_or(0, |expires| expires.0);
        let extendable_until = taken.extendable_until.map_or(0, |until| until.0);
        let right = expires == at + self.terms.hold_us && extendable_until >= expires;
        demand!(right, Deadlines, "hold {} ends at the wrong time", taken.booking_id);
        Ok(Hold { expires, extendable_until })
    }

    /// An offer becomes a booking; its tickets go from the one to the other.
    fn accepted(&mut self, entry: Uuid, id: Uuid, customer: Uuid, lines: &[Line], at: i64) -> Checked<Option<usize>> {
        let offered = self.lines_of(Owner::Entry(entry)) == Some(lines);
        let theirs = self.entries.get(&entry).is_some_and(|entry| entry.customer == customer);
        demand!(offered && theirs, Lawful, "booking {id} is of an offer that {customer} did not get");
        let expires = self.turn(entry, super::EntryState::Accepted(id));
        demand!(expires > at, Deadlines, "the offer to {entry} is accepted after its deadline");
        for line in lines {
            self.seats.pass_on(&line.seats, Owner::Booking(id));
        }
        Ok(None)
    }

    /// A newcomer takes tickets. Gives the code that makes them cheaper.
    fn bought(&mut self, id: Uuid, lines: &[Line], code: Option<&str>, at: i64) -> Checked<Option<usize>> {
        for line in lines {
            let kind = &self.kinds[line.kind];
            let (min, max) = (kind.min.unwrap_or(1), kind.max.unwrap_or(u32::MAX));
            let of_kind: u32 = lines.iter().filter(|l| l.kind == line.kind).map(|line| line.quantity).sum();
            demand!(
                (min..=max).contains(&of_kind),
                PerBooking,
                "booking {id} has {of_kind} tickets, not {min} to {max}"
            );
        }
        let promo = self.check_prices(lines, code, at)?;
        self.newcomer_takes(id, lines, at)?;
        Ok(promo)
    }

    /// Tickets that were nobody's are taken: while they are sold, and nobody waits who could have them.
    fn newcomer_takes(&mut self, id: Uuid, lines: &[Line], at: i64) -> Checked {
        demand!(self.is_open(at), Lawful, "booking {id} takes tickets although there is no sale");
        for line in lines {
            demand!(self.kinds[line.kind].is_open(at), Lawful, "booking {id} takes tickets of a type that is not sold");
            let first = self.first_fitting(line.kind, at);
            demand!(first.is_none(), NoOvertaking, "booking {id} takes what {first:?} waits for");
        }
        self.take(lines, Owner::Booking(id))
    }

    fn of_booking(&mut self, id: Uuid) -> Checked<&mut Booking> {
        match self.bookings.get_mut(&id) {
            Some(booking) => Ok(booking),
            None => Err(super::super::demand::Wrong {
                demand: super::super::demand::Demand::Lawful,
                what: format!("there is no booking {id}"),
            }),
        }
    }

    /// A hold's deadline becomes another one.
    pub(super) fn move_deadline(&mut self, id: Uuid, to: i64) {
        let Some(booking) = self.bookings.get_mut(&id) else { return };
        let Some(hold) = booking.hold.as_mut() else { return };
        self.deadlines.remove(&(hold.expires, Owner::Booking(id)));
        hold.expires = to;
        self.deadlines.insert((to, Owner::Booking(id)));
    }

    pub(super) fn extended(&mut self, extended: &Extended, at: i64) -> Checked {
        let (id, to, hold_us) = (extended.booking_id, extended.expires_at.0, self.terms.hold_us);
        let booking = self.of_booking(id)?;
        let (status, hold) = (booking.status, booking.hold);
        let open = hold.filter(|hold| status == Status::Held && hold.expires > at);
        demand!(open.is_some(), Deadlines, "{id} is extended although it is {status:?}");
        let right = open.is_some_and(|hold| hold.expires < to && to == (at + hold_us).min(hold.extendable_until));
        demand!(right, Deadlines, "{id} is extended to a wrong time");
        self.move_deadline(id, to);
        Ok(())
    }

    pub(super) fn confirmed(&mut self, confirmed: &Confirmed, at: i64) -> Checked {
        let (id, required) = (confirmed.booking_id, self.terms.paid);
        let lines = self.lines(&confirmed.items)?;
        let booking = self.of_booking(id)?;
        let (status, customer, promo) = (booking.status, booking.customer, booking.promo);
        let same = lines == booking.lines && customer == confirmed.customer_id && confirmed.at.0 == at;
        demand!(same, Lawful, "{id} is confirmed as something else than it was");
        let due = booking.total() - booking.refundable();
        let needed = required || confirmed.request.is_none();
        demand!(!needed || due <= 0, Lawful, "{id} is confirmed although {due} are not paid");
        let expires = booking.expires();
        booking.status = Status::Confirmed;
        booking.was_confirmed = true;
        booking.confirmed_by = confirmed.request;
        if confirmed.retaken {
            demand!(status == Status::Lapsed, Lawful, "{id} is taken again although it is {status:?}");
            self.newcomer_takes(id, &lines, at)?;
            self.count_in(customer, quantity(&lines))?;
            return self.use_promo(promo, customer);
        }
        let in_time = expires.is_some_and(|expires| expires > at);
        demand!(in_time, Deadlines, "{id}, which is {status:?}, is confirmed after its deadline");
        self.deadlines.remove(&(expires.unwrap_or(0), Owner::Booking(id)));
        Ok(())
    }

    /// A live booking ends. Gives what it was.
    fn ends(&mut self, id: Uuid, lines: &[Line], customer: Uuid, status: Status) -> Checked<(Status, Option<i64>)> {
        let booking = self.of_booking(id)?;
        let (was, expires, promo) = (booking.status, booking.expires(), booking.promo);
        let same = booking.is_live() && booking.lines == lines && booking.customer == customer;
        demand!(same, Lawful, "{id}, which is {was:?}, ends as something else than it was");
        booking.status = status;
        if let Some(expires) = expires {
            self.deadlines.remove(&(expires, Owner::Booking(id)));
        }
        self.free(lines, Owner::Booking(id))?;
        self.count_out(customer, quantity(lines));
        self.stop_using(promo, customer);
        Ok((was, expires))
    }

    pub(super) fn hold_lapsed(&mut self, lapsed: &Lapsed, at: i64) -> Checked {
        let lines = self.lines(&lapsed.items)?;
        let (_, expires) = self.ends(lapsed.id, &lines, lapsed.customer_id, Status::Lapsed)?;
        let due = expires == Some(lapsed.expires_at.0) && lapsed.expires_at.0 <= at;
        demand!(due, Deadlines, "hold {} lapses too early", lapsed.id);
        Ok(())
    }

    pub(super) fn released(&mut self, ended: &Ended, at: i64) -> Checked {
        let lines = self.lines(&ended.items)?;
        let back = self.comes_back(ended.id, &lines, at);
        let (was, _) = self.ends(ended.id, &lines, ended.customer_id, Status::Released)?;
        demand!(was != Status::Confirmed, Lawful, "{} is released although it is confirmed", ended.id);
        self.next = Next::back(ended.id, back);
        Ok(())
    }

    pub(super) fn cancelled(&mut self, ended: &Ended, at: i64) -> Checked {
        let lines = self.lines(&ended.items)?;
        let back = self.comes_back(ended.id, &lines, at);
        let (was, _) = self.ends(ended.id, &lines, ended.customer_id, Status::Cancelled)?;
        demand!(was == Status::Confirmed, Lawful, "{} is cancelled although it is {was:?}", ended.id);
        self.next = Next::back(ended.id, back);
        Ok(())
    }

    pub(super) fn reduced(&mut self, ended: &Ended, at: i64) -> Checked {
        let (id, lines) = (ended.id, self.lines(&ended.items)?);
        let back = self.comes_back(id, &lines, at);
        let booking = self.of_booking(id)?;
        let right = if ended.held { Status::Held } else { Status::Confirmed };
        demand!(booking.status == right, Lawful, "{id}, which is {:?}, is reduced", booking.status);
        demand!(booking.customer == ended.customer_id, Lawful, "{id} is reduced for somebody else");
        for line in &lines {
            let mine = booking.lines.iter_mut().find(|mine| mine.kind == line.kind);
            let has = mine.as_ref().is_some_and(|mine| {
                mine.quantity >= line.quantity && line.seats.iter().all(|seat| mine.seats.contains(seat))
            });
            demand!(has, Lawful, "{id} is reduced by what it does not have");
            if let Some(mine) = mine {
                mine.quantity -= line.quantity;
                mine.seats.retain(|seat| !line.seats.contains(seat));
            }
        }
        booking.lines.retain(|line| line.quantity > 0);
        demand!(!booking.lines.is_empty(), Lawful, "nothing is left of {id} after it was reduced");
        booking.reduced_by.extend(ended.request);
        self.free(&lines, Owner::Booking(id))?;
        self.count_out(ended.customer_id, quantity(&lines));
        self.next = Next::back(id, back);
        Ok(())
    }
}

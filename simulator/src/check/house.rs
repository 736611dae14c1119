//! A show as its events tell it to somebody who never saw the rules' code. Each event is checked against all that
//! was before, then taken in.

mod ids;
mod money;
mod programme;
mod promos;
mod seats;
mod selling;
mod waiting;

use std::collections::BTreeSet;

use uuid::Uuid;

use super::demand::{Checked, demand};
use super::facts::{Fact, Item, Policy};
pub(super) use ids::Ids;
pub(super) use money::{Next, Payment, PaymentState, RefundState};
pub(super) use promos::Promo;
pub(super) use seats::{Seat, SeatState, Seats};
pub(super) use selling::{Booking, Status as BookingStatus};
pub(super) use waiting::{Entry, EntryState};

/// Where a show stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Status {
    #[default]
    NotThere,
    Draft,
    OnSale,
    Paused,
    Closed,
    CalledOff,
}

/// Who has a seat, or has a deadline.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Owner {
    Booking(Uuid),
    Entry(Uuid),
}

/// A ticket type.
#[derive(Debug)]
pub(super) struct Kind {
    pub(super) id: Uuid,
    pub(super) price: i64,
    pub(super) capacity: u32,
    pub(super) reserved: bool,
    pub(super) opens: Option<i64>,
    pub(super) closes: Option<i64>,
    pub(super) min: Option<u32>,
    pub(super) max: Option<u32>,
    pub(super) hidden: bool,
    pub(super) taken: u32,
    pub(super) blocked: u32,
}

impl Kind {
    pub(super) fn free(&self) -> u32 {
        self.capacity.saturating_sub(self.taken).saturating_sub(self.blocked)
    }

    pub(super) fn is_open(&self, at: i64) -> bool {
        self.opens.is_none_or(|opens| opens <= at) && self.closes.is_none_or(|closes| at < closes)
    }
}

/// Some tickets of one type in a booking or an offer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) kind: usize,
    pub(super) quantity: u32,
    pub(super) price: i64,
    pub(super) discount: i64,
    /// Numbers of seats.
    pub(super) seats: Vec<u16>,
}

/// How many tickets.
pub(super) fn quantity(lines: &[Line]) -> u32 {
    lines.iter().map(|line| line.quantity).sum()
}

/// What they cost.
pub(super) fn total(lines: &[Line]) -> i64 {
    lines.iter().map(|line| line.price * i64::from(line.quantity)).sum()
}

/// When a show is and is sold, in microseconds since 1970.
#[derive(Debug, Default)]
pub(super) struct Times {
    pub(super) starts: i64,
    pub(super) ends: i64,
    pub(super) opens: Option<i64>,
    pub(super) closes: Option<i64>,
}

/// How tickets are held and paid.
#[derive(Debug, Default)]
pub(super) struct Terms {
    pub(super) hold_us: i64,
    pub(super) offer_us: i64,
    pub(super) paid: bool,
}

/// A show.
#[derive(Default)]
pub(super) struct House {
    pub(super) status: Status,
    pub(super) revision: u64,
    pub(super) times: Times,
    pub(super) limit: Option<u32>,
    pub(super) terms: Terms,
    /// The policy that holds for new bookings, and all there ever were.
    policy: Option<Policy>,
    policies: Vec<Policy>,
    /// When it was put off, and until when tickets can be given back in full.
    put_off: Option<(i64, i64)>,
    pub(super) kinds: Vec<Kind>,
    pub(super) seats: Seats,
    pub(super) promos: Vec<Promo>,
    /// Whom the organizer has trusted with it.
    colleagues: BTreeSet<Uuid>,
    pub(super) bookings: Ids<Booking>,
    pub(super) payments: Ids<Payment>,
    pub(super) entries: Ids<Entry>,
    /// Who waits, in the order of coming.
    waiting: Vec<Uuid>,
    /// Tickets in live bookings and holds, by customer.
    held: Ids<u32>,
    deadlines: BTreeSet<(i64, Owner)>,
    /// What the same decision must say next.
    next: Next,
}

impl House {
    /// Takes in an event that was decided at this time, in microseconds since 1970.
    pub(super) fn take_in(&mut self, fact: &Fact, at: i64) -> Checked {
        demand!(
            (self.status == Status::NotThere) == matches!(fact, Fact::Created(_)),
            Lawful,
            "a show begins with its creation, once"
        );
        if !matches!(fact, Fact::HoldsLapsed(_) | Fact::OffersLapsed(_))
            && let Some((deadline, owner)) = self.deadlines.first()
        {
            demand!(*deadline > at, Deadlines, "{owner:?} should have lapsed before anything else was decided");
        }
        self.expect(fact)?;
        self.revision += u64::from(fact.is_organizers());
        match fact {
            Fact::Booked(taken) => self.booked(taken, false, at),
            Fact::Held(taken) => self.booked(taken, true, at),
            Fact::Extended(extended) => self.extended(extended, at),
            Fact::Confirmed(confirmed) => self.confirmed(confirmed, at),
            Fact::Released(ended) => self.released(ended, at),
            Fact::HoldsLapsed(lapsed) => lapsed.iter().try_for_each(|lapsed| self.hold_lapsed(lapsed, at)),
            Fact::Reduced(ended) => self.reduced(ended, at),
            Fact::Cancelled(ended) => self.cancelled(ended, at),
            Fact::PaymentStarted(started) => self.payment_started(started, at),
            Fact::PaymentSucceeded(succeeded) => self.payment_succeeded(succeeded, at),
            Fact::PaymentFailed(failed) => self.payment_failed(failed, at),
            Fact::RefundDue(due) => self.refund_due(due),
            Fact::RefundSucceeded(settled) => self.refund_settled(settled, RefundState::Succeeded),
            Fact::RefundFailed(settled) => self.refund_settled(settled, RefundState::Failed),
            Fact::RefundRetried(settled) => self.refund_settled(settled, RefundState::Due),
            Fact::Joined(joined) => self.joined(joined, at),
            Fact::Left(entry) => self.left(*entry),
            Fact::Offered(offered) => self.offered(offered, at),
            Fact::Declined(ended) => self.declined(ended),
            Fact::OffersLapsed(lapsed) => lapsed.iter().try_for_each(|lapsed| self.offer_lapsed(lapsed, at)),
            organizers => self.organized(organizers, at),
        }
    }

    /// A decision ends here: nothing may be missing.
    pub(super) fn decided(&self, at: i64) -> Checked {
        demand!(self.next == Next::Nothing, Refunds, "the decision should have gone on with {:?}", self.next);
        for entry in &self.waiting {
            demand!(!self.fits(*entry, at), NoStarving, "{entry} waits for tickets that are free");
        }
        Ok(())
    }

    /// Whether the show is sold at this time.
    pub(super) fn is_open(&self, at: i64) -> bool {
        let Times { ends, opens, closes, .. } = self.times;
        self.status == Status::OnSale
            && opens.is_none_or(|opens| opens <= at)
            && at < closes.map_or(ends, |closes| closes.min(ends))
    }

    pub(super) fn kind(&self, id: Uuid) -> Option<usize> {
        self.kinds.iter().position(|kind| kind.id == id)
    }

    /// How many tickets of a type can be had, if all that is past its deadline then counts as free.
    pub(super) fn free_at(&self, kind: usize, at: i64) -> u32 {
        let of_kind =
            |lines: &[Line]| lines.iter().filter(|line| line.kind == kind).map(|line| line.quantity).sum::<u32>();
        let lapsed = self.lapsed_at(at).map(|owner| self.lines_of(owner).map_or(0, of_kind));
        self.kinds[kind].free() + lapsed.sum::<u32>()
    }

    /// Whoever is past their deadline although nobody has said so yet.
    pub(super) fn lapsed_at(&self, at: i64) -> impl Iterator<Item = Owner> {
        self.deadlines.iter().take_while(move |(deadline, _)| *deadline <= at).map(|(_, owner)| *owner)
    }

    /// The tickets of a booking or an offer.
    pub(super) fn lines_of(&self, owner: Owner) -> Option<&[Line]> {
        match owner {
            Owner::Booking(id) => self.bookings.get(&id).map(|booking| &booking.lines[..]),
            Owner::Entry(id) => match &self.entries.get(&id)?.state {
                EntryState::Offered { lines, .. } => Some(lines),
                _ => None,
            },
        }
    }

    /// How many tickets a customer has.
    pub(super) fn held_by(&self, customer: Uuid) -> u32 {
        self.held.get(&customer).copied().unwrap_or(0)
    }

    fn lines(&self, items: &[Item]) -> Checked<Vec<Line>> {
        demand!(!items.is_empty(), Lawful, "no tickets at all");
        items.iter().map(|item| self.line(item)).collect()
    }

    fn line(&self, item: &Item) -> Checked<Line> {
        let Some(kind) = self.kind(item.ticket_type_id) else {
            demand!(false, Lawful, "there is no ticket type {}", item.ticket_type_id);
            unreachable!()
        };
        demand!(item.quantity > 0, Lawful, "no tickets of a type");
        let mut seats = Vec::with_capacity(item.seats.len());
        for label in &item.seats {
            let seat = self.seats.number(label);
            demand!(seat.is_some(), Lawful, "there is no seat {label}");
            seats.extend(seat);
        }
        let (price, discount) = (item.unit_price, item.unit_discount);
        Ok(Line { kind, quantity: item.quantity, price, discount, seats })
    }

    /// These tickets are somebody's from now on.
    fn take(&mut self, lines: &[Line], owner: Owner) -> Checked {
        for line in lines {
            let kind = &mut self.kinds[line.kind];
            kind.taken += line.quantity;
            let Kind { id, taken, blocked, capacity, reserved, .. } = *kind;
            demand!(
                taken + blocked <= capacity,
                NeverOversold,
                "{taken} tickets of {id} are taken and {blocked} blocked, of {capacity}"
            );
            let named = if reserved { line.quantity as usize } else { 0 };
            demand!(line.seats.len() == named, Lawful, "{named} seats of {id} should be named");
            self.seats.take(&line.seats, line.kind, owner)?;
        }
        Ok(())
    }

    /// These tickets are nobody's any more.
    fn free(&mut self, lines: &[Line], owner: Owner) -> Checked {
        for line in lines {
            let kind = &mut self.kinds[line.kind];
            demand!(line.quantity <= kind.taken, Lawful, "more tickets come free than were taken");
            kind.taken -= line.quantity;
            self.seats.free(&line.seats, owner)?;
        }
        Ok(())
    }

    fn count_in(&mut self, customer: Uuid, more: u32) -> Checked {
        let held = self.held.entry(customer).or_default();
        *held += more;
        if let Some(limit) = self.limit {
            demand!(*held <= limit, CustomerLimit, "customer {customer} has {held} tickets, the limit is {limit}");
        }
        Ok(())
    }

    fn count_out(&mut self, customer: Uuid, fewer: u32) {
        if let Some(held) = self.held.get_mut(&customer) {
            *held = held.saturating_sub(fewer);
        }
    }
}

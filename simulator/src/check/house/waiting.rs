//! Who waits, and what is offered to whom.

use uuid::Uuid;

use super::{Checked, House, Line, Owner, demand, quantity};
use crate::check::facts::{Ended, Joined, Lapsed, Offered};

/// A place on the waitlist.
#[derive(Debug)]
pub(in crate::check) struct Entry {
    pub(in crate::check) customer: Uuid,
    pub(in crate::check) kind: usize,
    pub(in crate::check) quantity: u32,
    pub(in crate::check) state: EntryState,
}

/// What became of it.
#[derive(Debug)]
pub(in crate::check) enum EntryState {
    Waiting,
    Offered { lines: Vec<Line>, expires: i64 },
    Accepted(Uuid),
    Declined,
    Lapsed,
    Left,
}

impl EntryState {
    pub(in crate::check) fn as_str(&self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Offered { .. } => "offered",
            Self::Accepted(_) => "accepted",
            Self::Declined => "declined",
            Self::Lapsed => "lapsed",
            Self::Left => "left",
        }
    }
}

impl House {
    /// Whether somebody who waits could have what they wait for.
    pub(super) fn fits(&self, entry: Uuid, at: i64) -> bool {
        let Some(entry) = self.entries.get(&entry) else { return false };
        let kind = &self.kinds[entry.kind];
        let within = self.limit.is_none_or(|limit| self.held_by(entry.customer) + entry.quantity <= limit);
        kind.free() >= entry.quantity && within && kind.is_open(at) && self.is_open(at)
    }

    /// The first who waits for a type and could have it.
    pub(super) fn first_fitting(&self, kind: usize, at: i64) -> Option<Uuid> {
        let of_kind = |id: &&Uuid| self.entries.get(id).is_some_and(|entry| entry.kind == kind);
        self.waiting.iter().filter(of_kind).find(|id| self.fits(**id, at)).copied()
    }

    /// The place at which a customer waits for a type.
    pub(in crate::check) fn waits(&self, customer: Uuid, kind: usize) -> Option<Uuid> {
        let theirs = |id: &&Uuid| self.entries.get(id).is_some_and(|e| e.kind == kind && e.customer == customer);
        self.waiting.iter().find(theirs).copied()
    }

    pub(super) fn joined(&mut self, joined: &Joined, at: i64) -> Checked {
        let Joined { entry_id, customer_id, ticket_type_id, quantity, at: joined_at } = *joined;
        demand!(joined_at.0 == at, Lawful, "{entry_id} joined at another time than it was decided");
        demand!(!self.entries.contains_key(&entry_id), OnceOnly, "{entry_id} joins a second time");
        let Some(kind) = self.kind(ticket_type_id) else {
            demand!(false, Lawful, "{entry_id} waits for a ticket type that there is not");
            return Ok(());
        };
        let of_kind = &self.kinds[kind];
        demand!(self.is_open(at) && of_kind.is_open(at), Lawful, "{entry_id} joins although there is no sale");
        let (min, max) = (of_kind.min.unwrap_or(1), of_kind.max.unwrap_or(u32::MAX));
        demand!((min..=max).contains(&quantity), PerBooking, "{entry_id} wants {quantity}, not {min} to {max}");
        let wanted = self.held_by(customer_id) + quantity;
        demand!(
            self.limit.is_none_or(|limit| wanted <= limit),
            CustomerLimit,
            "{entry_id} would make {wanted} tickets"
        );
        demand!(of_kind.free() < quantity, Lawful, "{entry_id} waits for tickets that can be had");
        demand!(self.waits(customer_id, kind).is_none(), Lawful, "{customer_id} waits twice for the same");
        let entry = Entry { customer: customer_id, kind, quantity, state: EntryState::Waiting };
        self.entries.insert(entry_id, entry);
        self.waiting.push(entry_id);
        Ok(())
    }

    pub(super) fn left(&mut self, id: Uuid) -> Checked {
        let waits = self.waiting.contains(&id);
        demand!(waits, Lawful, "{id} leaves without waiting");
        self.turn(id, EntryState::Left);
        Ok(())
    }

    pub(super) fn offered(&mut self, offered: &Offered, at: i64) -> Checked {
        let (id, expires) = (offered.entry_id, offered.expires_at.0);
        let lines = self.lines(&offered.items)?;
        let Some(entry) = self.entries.get(&id).filter(|entry| matches!(entry.state, EntryState::Waiting)) else {
            demand!(false, Lawful, "{id} gets an offer without waiting");
            return Ok(());
        };
        let kind = entry.kind;
        let wanted = quantity(&lines) == entry.quantity && lines.iter().all(|line| line.kind == kind);
        demand!(wanted && entry.customer == offered.customer_id, Lawful, "{id} is offered what it does not wait for");
        let price = self.kinds[kind].price;
        demand!(
            lines.iter().all(|line| line.price == price && line.discount == 0),
            Lawful,
            "{id} is offered at a price"
        );
        demand!(expires == at + self.terms.offer_us, Deadlines, "the offer to {id} ends at the wrong time");
        let first = self.first_fitting(kind, at);
        // An offer of what is not there is worse than one to the wrong person.
        let (enough, open) =
            (self.kinds[kind].free() >= entry.quantity, self.is_open(at) && self.kinds[kind].is_open(at));
        demand!(open, Lawful, "{id} is offered tickets although there is no sale");
        self.take(&lines, Owner::Entry(id))?;
        demand!(!enough || first == Some(id), WaitlistOrder, "{id} is offered tickets before {first:?}");
        self.deadlines.insert((expires, Owner::Entry(id)));
        self.turn(id, EntryState::Offered { lines, expires });
        Ok(())
    }

    pub(super) fn declined(&mut self, ended: &Ended) -> Checked {
        self.offer_ends(ended.id, &self.lines(&ended.items)?, EntryState::Declined).map(drop)
    }

    pub(super) fn offer_lapsed(&mut self, lapsed: &Lapsed, at: i64) -> Checked {
        let said = lapsed.expires_at.0;
        let expires = self.offer_ends(lapsed.id, &self.lines(&lapsed.items)?, EntryState::Lapsed)?;
        demand!(expires == said && expires <= at, Deadlines, "the offer to {} lapses too early", lapsed.id);
        Ok(())
    }

    /// An offer is over, and its tickets are free. Gives its deadline.
    fn offer_ends(&mut self, id: Uuid, lines: &[Line], state: EntryState) -> Checked<i64> {
        let offered = self.lines_of(Owner::Entry(id)).map(<[Line]>::to_vec);
        demand!(offered.as_deref() == Some(lines), Lawful, "{id} was not offered these tickets");
        self.free(lines, Owner::Entry(id))?;
        Ok(self.turn(id, state))
    }

    /// Gives a place its next state; and the deadline of the offer that it had.
    pub(super) fn turn(&mut self, id: Uuid, state: EntryState) -> i64 {
        let Some(entry) = self.entries.get_mut(&id) else { return i64::MAX };
        match std::mem::replace(&mut entry.state, state) {
            EntryState::Waiting => self.waiting.retain(|waiting| *waiting != id),
            EntryState::Offered { expires, .. } if !matches!(entry.state, EntryState::Offered { .. }) => {
                self.deadlines.remove(&(expires, Owner::Entry(id)));
                return expires;
            }
            _ => {}
        }
        i64::MAX
    }

    /// Nobody waits for anything any more.
    pub(super) fn nobody_waits(&mut self) {
        self.waiting.clear();
        for entry in self.entries.values_mut() {
            if matches!(entry.state, EntryState::Waiting | EntryState::Offered { .. }) {
                entry.state = EntryState::Lapsed;
            }
        }
    }
}

//! The waitlist: who joins has no other way to the tickets, and whoever joined first and fits is offered
//! them first.

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::Moment;
use crate::verify::facts::{Declined, Item, LapsedOffer, Left, NewEntry, Offered};
use crate::verify::show::{Entry, EntryState, Offer, Owner};
use crate::verify::tickets::Tickets;

impl Moment<'_> {
    pub(super) fn join(&mut self, joined: &NewEntry) -> Result<(), String> {
        let NewEntry { entry_id, customer_id, ticket_type_id, quantity, joined_at } = *joined;
        let place = self.show.ticket_types.iter().position(|known| known.ticket_type_id == ticket_type_id);
        let Some(kind) = place.map(|place| place as u32) else {
            return Err(format!("the show has no ticket type {ticket_type_id}"));
        };
        self.show.check_due(joined_at)?;
        if !self.show.is_open(joined_at) || quantity <= 0 {
            return Err(format!("waitlist entry {entry_id} joins at {joined_at}, when the sale is not open"));
        }
        let checked = self.show.check_type(kind, joined_at).and_then(|()| self.show.check_quantity(kind, quantity));
        checked.map_err(|reason| format!("waitlist entry {entry_id} {reason}"))?;
        let available = self.show.ticket_types[kind as usize].available();
        if available >= i64::from(quantity) {
            return Err(format!(
                "waitlist entry {entry_id} waits for {quantity} of {ticket_type_id}, but {available} can be had"
            ));
        }
        if self.show.waitlist.waits(kind, customer_id) {
            return Err(format!("customer {customer_id} waits for {ticket_type_id} twice"));
        }
        let (state, position) = (EntryState::Waiting, self.position);
        let entry = Entry { customer_id, kind, quantity, state, joined_at, position, offer: None, booking_id: None };
        if !self.show.may_have(&entry) {
            return Err(format!("customer {customer_id} waits for more tickets than they may hold"));
        }
        self.show.waitlist.join(entry_id, entry);
        Ok(())
    }

    pub(super) fn leave(&mut self, left: &Left) -> Result<(), String> {
        let Left { entry_id, customer_id } = *left;
        self.show.waitlist.step(entry_id, customer_id, EntryState::Waiting, EntryState::Left).map(|_| ())
    }

    pub(super) fn offer(&mut self, offered: &Offered) -> Result<(), String> {
        let Offered { entry_id, customer_id, ref items, ref currency, expires_at } = *offered;
        // The deadline tells when it was decided.
        let at = expires_at - TimeDelta::seconds(i64::from(self.show.row.offer_seconds));
        if at > self.recorded_at {
            let seconds = self.show.row.offer_seconds;
            return Err(format!(
                "waitlist entry {entry_id} is offered until {expires_at}, an offer lasts {seconds} seconds"
            ));
        }
        self.show.check_due(at)?;
        if !self.show.is_open(at) {
            return Err(format!("waitlist entry {entry_id} is offered tickets at {at}, when the sale is not open"));
        }
        let kind = self.show.waitlist.get(entry_id).map(|entry| entry.kind);
        let next = kind.and_then(|kind| self.show.next_in_line(kind, at));
        let entry = self.show.waitlist.step(entry_id, customer_id, EntryState::Waiting, EntryState::Offered)?;
        let (kind, quantity) = (entry.kind, entry.quantity);
        match next {
            Some(next) if next == entry_id => {}
            Some(next) => {
                return Err(format!("waitlist entry {entry_id} is offered tickets, but {next} joined before and fits"));
            }
            None => return Err(format!("waitlist entry {entry_id} is offered tickets, but does not fit")),
        }
        let tickets = self.show.counted(items)?;
        let as_asked = matches!(&tickets[..], [one] if (one.kind, one.quantity) == (kind, quantity));
        if !as_asked || Some(&**currency) != self.show.row.currency.as_deref() {
            return Err(format!("waitlist entry {entry_id} is offered something else than it waits for"));
        }
        self.show.check_prices(&tickets, None, at).map_err(|reason| format!("waitlist entry {entry_id} {reason}"))?;
        let owner = Owner::Entry(entry_id);
        self.show.take(&tickets, owner, false)?;
        self.show.deadlines.insert((expires_at, owner));
        self.show.waitlist.set_offer(entry_id, Offer { tickets, expires_at });
        Ok(())
    }

    pub(super) fn decline(&mut self, declined: &Declined) -> Result<(), String> {
        let Declined { entry_id, customer_id, items } = declined;
        self.close(*entry_id, *customer_id, items, EntryState::Declined).map(|_| ())
    }

    pub(super) fn lapse_offer(&mut self, lapsed: &LapsedOffer) -> Result<(), String> {
        let LapsedOffer { entry_id, customer_id, items, expires_at } = lapsed;
        let deadline = self.close(*entry_id, *customer_id, items, EntryState::Lapsed)?;
        if deadline != *expires_at {
            return Err(format!("the offer to {entry_id} lapses at {expires_at}, but its deadline is {deadline}"));
        }
        if self.recorded_at < deadline {
            let at = self.recorded_at;
            return Err(format!(
                "the offer to {entry_id} is recorded as lapsed at {at}, before its deadline {deadline}"
            ));
        }
        Ok(())
    }

    /// An offer ends without a booking; tells its deadline.
    fn close(
        &mut self,
        entry_id: Uuid,
        customer_id: Uuid,
        items: &[Item],
        to: EntryState,
    ) -> Result<DateTime<Utc>, String> {
        let entry = self.show.waitlist.step(entry_id, customer_id, EntryState::Offered, to)?;
        let offer = entry.offer.as_ref().map(|offer| (offer.tickets.clone(), offer.expires_at));
        let Some((tickets, expires_at)): Option<(Box<[Tickets]>, _)> = offer else {
            return Err(format!("waitlist entry {entry_id} was never offered anything"));
        };
        if !self.show.are(items, &tickets) {
            return Err(format!("waitlist entry {entry_id} gives back something else than it was offered"));
        }
        let owner = Owner::Entry(entry_id);
        self.show.deadlines.remove(&(expires_at, owner));
        self.show.give_back(&tickets, owner, false)?;
        Ok(expires_at)
    }
}

//! The rules of sale: when, to whom, at which price and how much; and the counting of what is taken.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{Entry, Owner, Show};
use crate::verify::facts::Item;
use crate::verify::tables::TicketTypeRow;
use crate::verify::tickets::{Tickets, quantity};

impl Show {
    /// Items as they are counted.
    pub(in crate::verify) fn counted(&self, items: &[Item]) -> Result<Box<[Tickets]>, String> {
        let count = |item: &Item| {
            let ticket_type_id = item.ticket_type_id;
            let place = self.ticket_types.iter().position(|known| known.ticket_type_id == ticket_type_id);
            let kind = place.ok_or_else(|| format!("the show has no ticket type {ticket_type_id}"))?;
            let too_many = |_| format!("{} tickets of {ticket_type_id} cannot be counted", item.quantity);
            let quantity = i32::try_from(item.quantity).map_err(too_many)?;
            let seat =
                |label: &String| self.seats.number(label).ok_or_else(|| format!("there never was a seat {label}"));
            Ok(Tickets {
                kind: kind as u32,
                quantity,
                unit_price: item.unit_price,
                unit_discount: item.unit_discount,
                seats: item.seats.iter().map(seat).collect::<Result<_, String>>()?,
            })
        };
        items.iter().map(count).collect()
    }

    /// Whether the items of an event are these tickets.
    pub(in crate::verify) fn are(&self, items: &[Item], tickets: &[Tickets]) -> bool {
        self.counted(items).is_ok_and(|counted| *counted == *tickets)
    }

    /// Nothing is overdue when something is decided at this moment.
    pub(in crate::verify) fn check_due(&self, at: DateTime<Utc>) -> Result<(), String> {
        match self.deadlines.first() {
            Some((deadline, owner)) if *deadline <= at => Err(format!(
                "it was decided at {at}, when {owner} had reached its deadline at {deadline}, and that was not recorded"
            )),
            _ => Ok(()),
        }
    }

    /// Nobody waits for tickets that could be theirs when others get some at this moment.
    pub(in crate::verify) fn check_queue(&self, at: DateTime<Utc>, owner: Owner) -> Result<(), String> {
        if !self.is_open(at) {
            return Ok(());
        }
        for kind in self.waitlist.kinds() {
            if let Some(entry_id) = self.next_in_line(kind, at) {
                let joined = self.waitlist.get(entry_id).map_or(0, |entry| entry.position);
                return Err(format!(
                    "{owner} overtakes waitlist entry {entry_id}, which joined at position {joined} and fits"
                ));
            }
        }
        Ok(())
    }

    /// The first one who waits for a type and fits at this moment, while the show is sold.
    pub(in crate::verify) fn next_in_line(&self, kind: u32, at: DateTime<Utc>) -> Option<Uuid> {
        let ticket_type = &self.ticket_types[kind as usize];
        if !ticket_type.is_open(at) {
            return None;
        }
        self.waitlist.first_fitting(kind, ticket_type.available(), |entry| self.may_have(entry))
    }

    /// Whether somebody may hold what they wait for, beside what they hold.
    pub(in crate::verify) fn may_have(&self, entry: &Entry) -> bool {
        let held = self.held.get(&entry.customer_id).copied().unwrap_or(0);
        self.row.max_per_customer.is_none_or(|limit| held.saturating_add(entry.quantity) <= limit)
    }

    /// Whether the show is sold at this moment.
    pub(in crate::verify) fn is_open(&self, at: DateTime<Utc>) -> bool {
        self.row.status == "on_sale" && self.is_window(at)
    }

    /// Whether this moment lies within the show's times of sale.
    pub(in crate::verify) fn is_window(&self, at: DateTime<Utc>) -> bool {
        let closes_at = self.row.sale_closes_at.map_or(self.row.ends_at, |closes_at| closes_at.min(self.row.ends_at));
        self.row.sale_opens_at.is_none_or(|opens_at| at >= opens_at) && at < closes_at
    }

    /// Tickets of a type are sold at this moment.
    pub(in crate::verify) fn check_type(&self, kind: u32, at: DateTime<Utc>) -> Result<(), String> {
        let ticket_type = &self.ticket_types[kind as usize];
        let id = ticket_type.ticket_type_id;
        if ticket_type.is_open(at) { Ok(()) } else { Err(format!("is made at {at}, when {id} is not sold")) }
    }

    /// So many tickets of a type can be had at a time.
    pub(in crate::verify) fn check_quantity(&self, kind: u32, quantity: i32) -> Result<(), String> {
        let TicketTypeRow { ticket_type_id, min_per_booking, max_per_booking, .. } = self.ticket_types[kind as usize];
        let too_few = min_per_booking.is_some_and(|min| quantity < min);
        if too_few || max_per_booking.is_some_and(|max| quantity > max) {
            let (min, max) = (min_per_booking.unwrap_or(1), max_per_booking);
            let at_most = max.map_or(String::new(), |max| format!(", at most {max}"));
            return Err(format!("is about {quantity} tickets of {ticket_type_id}: at least {min}{at_most} at a time"));
        }
        Ok(())
    }

    /// The tickets cost what they should, perhaps with a promo code that is good at this moment.
    pub(in crate::verify) fn check_prices(
        &self,
        tickets: &[Tickets],
        promo_code: Option<&str>,
        at: DateTime<Utc>,
    ) -> Result<(), String> {
        let promo_code = promo_code.map(|code| self.promos.good(code, at)).transpose()?;
        let mut covered = promo_code.is_none();
        for tickets in tickets {
            let TicketTypeRow { ticket_type_id, price_amount, .. } = self.ticket_types[tickets.kind as usize];
            let off = promo_code.map_or(0, |promo_code| promo_code.off(ticket_type_id, price_amount));
            covered = covered || promo_code.is_some_and(|promo_code| promo_code.covers(ticket_type_id));
            let Tickets { unit_price, unit_discount, .. } = *tickets;
            if unit_price != price_amount - off || unit_discount != off {
                let less = if off == 0 { String::new() } else { format!(" less {off}") };
                return Err(format!("pays {unit_price} for {ticket_type_id}, which costs {price_amount}{less}"));
            }
        }
        if covered { Ok(()) } else { Err("uses a promo code that is for none of its tickets".into()) }
    }

    /// Somebody takes tickets: sold, or only set aside.
    pub(in crate::verify) fn take(&mut self, tickets: &[Tickets], owner: Owner, sold: bool) -> Result<(), String> {
        for Tickets { kind, quantity, seats, .. } in tickets {
            let ticket_type = &mut self.ticket_types[*kind as usize];
            let ticket_type_id = ticket_type.ticket_type_id;
            let seated = if ticket_type.reserved { usize::try_from(*quantity).unwrap_or(0) } else { 0 };
            if seats.len() != seated {
                let named = seats.len();
                return Err(format!("{owner} takes {quantity} of {ticket_type_id} and names {named} seats"));
            }
            let count = if sold { &mut ticket_type.sold } else { &mut ticket_type.held };
            *count += i64::from(*quantity);
            if ticket_type.available() < 0 {
                let TicketTypeRow { sold, held, blocked, capacity, .. } = ticket_type;
                let taken = *sold + *held;
                let blocked = if *blocked == 0 { String::new() } else { format!(" and {blocked} blocked") };
                return Err(format!(
                    "{ticket_type_id} is oversold: {taken} of {capacity} are taken{blocked} with {owner}"
                ));
            }
            self.seats.take(seats, *kind, owner, sold)?;
        }
        Ok(())
    }

    /// Somebody's tickets come free.
    pub(in crate::verify) fn give_back(&mut self, tickets: &[Tickets], owner: Owner, sold: bool) -> Result<(), String> {
        for Tickets { kind, quantity, seats, .. } in tickets {
            let ticket_type = &mut self.ticket_types[*kind as usize];
            let count = if sold { &mut ticket_type.sold } else { &mut ticket_type.held };
            *count -= i64::from(*quantity);
            self.seats.give_back(seats, owner)?;
        }
        Ok(())
    }

    /// Somebody buys the tickets that were set aside for them.
    pub(in crate::verify) fn buy(&mut self, tickets: &[Tickets], owner: Owner) -> Result<(), String> {
        for Tickets { kind, quantity, seats, .. } in tickets {
            let ticket_type = &mut self.ticket_types[*kind as usize];
            ticket_type.held -= i64::from(*quantity);
            ticket_type.sold += i64::from(*quantity);
            self.seats.buy(seats, owner)?;
        }
        Ok(())
    }

    /// A customer holds these tickets too, perhaps by a code.
    pub(in crate::verify) fn count_in(
        &mut self,
        customer_id: Uuid,
        tickets: &[Tickets],
        promo_code: Option<&str>,
        owner: Owner,
    ) -> Result<(), String> {
        let held = self.held.entry(customer_id).or_default();
        *held = held.saturating_add(quantity(tickets).unwrap_or(i32::MAX));
        if let Some(limit) = self.row.max_per_customer.filter(|limit| *held > *limit) {
            return Err(format!("customer {customer_id} holds {held} tickets with {owner}, the limit is {limit}"));
        }
        let counted = promo_code.map_or(Ok(()), |code| self.promos.count_in(code, customer_id));
        counted.map_err(|reason| format!("{owner} {reason}"))
    }

    /// A customer holds these tickets no more. The code comes free with the last of a booking's.
    pub(in crate::verify) fn count_out(&mut self, customer_id: Uuid, tickets: &[Tickets], promo_code: Option<&str>) {
        if let Some(held) = self.held.get_mut(&customer_id) {
            *held -= quantity(tickets).unwrap_or(0);
            if *held == 0 {
                self.held.remove(&customer_id);
            }
        }
        if let Some(code) = promo_code {
            self.promos.count_out(code, customer_id);
        }
    }
}

impl TicketTypeRow {
    /// Tickets that nobody has and that are sold; less than none if it is oversold.
    pub(in crate::verify) fn available(&self) -> i64 {
        i64::from(self.capacity) - self.sold - self.held - self.blocked
    }

    /// Whether this moment lies within its own times of sale.
    fn is_open(&self, at: DateTime<Utc>) -> bool {
        self.sale_opens_at.is_none_or(|opens_at| at >= opens_at)
            && self.sale_closes_at.is_none_or(|closes_at| at < closes_at)
    }
}

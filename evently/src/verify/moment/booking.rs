//! How a booking begins, at once, as a hold, or from an offer; and how it is given back.

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::{Moment, Owed};
use crate::verify::facts::{Confirmed, Given, Item, Reduced, RefundReason, SetAside};
use crate::verify::ledger::{Booking, Hold, Status};
use crate::verify::show::{EntryState, Owner};
use crate::verify::tickets::{Tickets, quantity, total, without};

/// A hold can be extended until it is this many times as old as it was to be.
const HOLD_EXTENSIONS: i32 = 3;

/// A booking that begins.
struct Begun<'f> {
    booking_id: Uuid,
    customer_id: Uuid,
    items: &'f [Item],
    currency: &'f str,
    at: DateTime<Utc>,
    policy: u16,
    promo_code: Option<&'f str>,
    offer: Option<Uuid>,
    hold: Option<Hold>,
}

impl Moment<'_> {
    pub(super) fn confirm(&mut self, confirmed: &Confirmed) -> Result<(), String> {
        if self.show.row.payment == "required" {
            let booking_id = confirmed.booking_id;
            return Err(format!("booking {booking_id} is confirmed without being held first, and must be paid"));
        }
        self.begin(&Begun {
            booking_id: confirmed.booking_id,
            customer_id: confirmed.customer_id,
            items: &confirmed.items,
            currency: &confirmed.currency,
            at: confirmed.booked_at,
            policy: confirmed.policy,
            promo_code: confirmed.promo_code.as_deref(),
            offer: confirmed.offer,
            hold: None,
        })
    }

    pub(super) fn hold(&mut self, held: &SetAside) -> Result<(), String> {
        let SetAside { booking_id, held_at, expires_at, extendable_until, .. } = *held;
        let seconds = self.show.row.hold_seconds;
        let until = |times: i32| held_at + TimeDelta::seconds(i64::from(seconds) * i64::from(times));
        if (expires_at, extendable_until) != (until(1), until(HOLD_EXTENSIONS)) {
            return Err(format!(
                "booking {booking_id} is held at {held_at} until {expires_at}, at most {extendable_until}; a hold lasts {seconds} seconds"
            ));
        }
        self.begin(&Begun {
            booking_id,
            customer_id: held.customer_id,
            items: &held.items,
            currency: &held.currency,
            at: held_at,
            policy: held.policy,
            promo_code: held.promo_code.as_deref(),
            offer: held.offer,
            hold: Some(Hold { expires_at, expires_unpaid_at: expires_at, extendable_until }),
        })?;
        self.show.deadlines.insert((expires_at, Owner::Booking(booking_id)));
        Ok(())
    }

    fn begin(&mut self, begun: &Begun) -> Result<(), String> {
        let Begun { booking_id, customer_id, at, .. } = *begun;
        let owner = Owner::Booking(booking_id);
        self.check_sale(begun)?;
        self.show.check_due(at)?;
        let tickets = self.check_tickets(begun)?;
        match begun.offer {
            Some(entry_id) => self.accept(entry_id, begun, &tickets)?,
            None => self.check_offered_to_all(begun, &tickets)?,
        }
        self.show.take(&tickets, owner, begun.hold.is_none())?;
        self.show.count_in(customer_id, &tickets, begun.promo_code, owner)?;
        let mut booking = Booking {
            id: booking_id,
            show_id: self.show.row.show_id,
            customer_id,
            tickets,
            position: self.position,
            booked_at: at,
            cancelled_at: None,
            more: None,
            policy: begun.policy,
            status: if begun.hold.is_some() { Status::Held } else { Status::Confirmed },
        };
        if begun.hold.is_some() || begun.promo_code.is_some() || begun.offer.is_some() {
            let more = booking.more_mut();
            more.hold = begun.hold;
            more.promo_code = begun.promo_code.map(Into::into);
            more.offer = begun.offer;
        }
        self.bookings.add(booking);
        Ok(())
    }

    /// What holds for every booking, whoever it is for.
    fn check_sale(&self, begun: &Begun) -> Result<(), String> {
        let (booking_id, show) = (begun.booking_id, &self.show);
        let word = if begun.hold.is_some() { "held" } else { "confirmed" };
        // An offer that was made while the show was sold stays good when it no longer is.
        if show.is_cancelled() || show.row.status != "on_sale" && begun.offer.is_none() {
            return Err(format!("booking {booking_id} is {word} while the show is {}", show.row.status));
        }
        if begun.offer.is_none() && !show.is_window(begun.at) {
            return Err(format!("booking {booking_id} is made at {}, when the sale is not open", begun.at));
        }
        if Some(begun.currency) != show.row.currency.as_deref() {
            return Err(format!("booking {booking_id} is in {}, the show is not", begun.currency));
        }
        if usize::from(begun.policy) != show.policy_number() {
            let (policy, number) = (begun.policy, show.policy_number());
            return Err(format!("booking {booking_id} has refund policy {policy}, number {number} is in force"));
        }
        Ok(())
    }

    fn check_tickets(&self, begun: &Begun) -> Result<Box<[Tickets]>, String> {
        let booking_id = begun.booking_id;
        if begun.items.is_empty() || begun.items.iter().any(|item| item.quantity == 0) {
            return Err(format!("booking {booking_id} holds no tickets of something"));
        }
        let tickets = self.show.counted(begun.items).map_err(|reason| format!("booking {booking_id}: {reason}"))?;
        if quantity(&tickets).is_none() || total(&tickets).is_none() {
            return Err(format!("booking {booking_id} is too large to be added up"));
        }
        let checked = self.show.check_prices(&tickets, begun.promo_code, begun.at);
        checked.map_err(|reason| format!("booking {booking_id} {reason}"))?;
        Ok(tickets)
    }

    /// What holds for tickets that anybody could have bought.
    fn check_offered_to_all(&self, begun: &Begun, tickets: &[Tickets]) -> Result<(), String> {
        for Tickets { kind, quantity, .. } in tickets {
            let checked = self.show.check_type(*kind, begun.at);
            let checked = checked.and_then(|()| self.show.check_quantity(*kind, *quantity));
            checked.map_err(|reason| format!("booking {} {reason}", begun.booking_id))?;
        }
        self.show.check_queue(begun.at, Owner::Booking(begun.booking_id))
    }

    /// An offer becomes the booking: its tickets come free for it.
    fn accept(&mut self, entry_id: Uuid, begun: &Begun, tickets: &[Tickets]) -> Result<(), String> {
        let booking_id = begun.booking_id;
        if begun.promo_code.is_some() {
            return Err(format!("booking {booking_id} takes an offer with a promo code, which offers know nothing of"));
        }
        let waitlist = &mut self.show.waitlist;
        let entry = waitlist.step(entry_id, begun.customer_id, EntryState::Offered, EntryState::Accepted)?;
        entry.booking_id = Some(booking_id);
        let Some(offer) = entry.offer.as_ref().filter(|offer| *offer.tickets == *tickets) else {
            return Err(format!("booking {booking_id} takes other tickets than waitlist entry {entry_id} was offered"));
        };
        if begun.at >= offer.expires_at {
            let (at, expires_at) = (begun.at, offer.expires_at);
            return Err(format!("booking {booking_id} takes an offer at {at}, which lapsed at {expires_at}"));
        }
        let owner = Owner::Entry(entry_id);
        self.show.deadlines.remove(&(offer.expires_at, owner));
        self.show.give_back(tickets, owner, false)
    }

    pub(super) fn reduce(&mut self, reduced: &Reduced) -> Result<(), String> {
        let Reduced { booking_id, customer_id, items, held } = reduced;
        let from = if *held { Status::Held } else { Status::Confirmed };
        let booking = self.in_state(*booking_id, &[from], "reduced")?;
        let part = self.show.counted(items)?;
        let left = without(&booking.tickets, &part).filter(|_| booking.customer_id == *customer_id);
        let Some(left) = left else {
            let position = booking.position;
            return Err(format!("booking {booking_id}, made at position {position}, gives back what it does not have"));
        };
        self.owe_back(*booking_id, &part)?;
        self.show.give_back(&part, Owner::Booking(*booking_id), !held)?;
        self.show.count_out(*customer_id, &part, None);
        self.booking_mut(*booking_id)?.tickets = left;
        Ok(())
    }

    pub(super) fn cancel(&mut self, cancelled: &Given) -> Result<(), String> {
        let Given { booking_id, customer_id, items } = cancelled;
        if let Ok(booking) = self.booking(*booking_id)
            && booking.status == Status::Cancelled
        {
            return Err(format!("booking {booking_id}, made at position {}, is cancelled again", booking.position));
        }
        self.repeated((*booking_id, *customer_id, items), &[Status::Confirmed], "cancelled")?;
        self.give_all_back(*booking_id)?;
        self.end(*booking_id, Status::Cancelled)
    }

    /// All tickets of a booking are given back, and perhaps money for them.
    pub(super) fn give_all_back(&mut self, booking_id: Uuid) -> Result<(), String> {
        let tickets = self.booking(booking_id)?.tickets.clone();
        self.owe_back(booking_id, &tickets)
    }

    /// Money goes back by the policy, as far as there is any.
    fn owe_back(&mut self, booking_id: Uuid, tickets: &[Tickets]) -> Result<(), String> {
        let booking = self.booking(booking_id)?;
        let refundable = booking.paid() - booking.refunded();
        if refundable > 0 {
            let amounts = self.show.back(booking, tickets, self.recorded_at);
            let amounts = amounts.into_iter().map(|amount| amount.min(refundable)).collect();
            self.show.owed = Some(Owed::Back { booking_id, reason: RefundReason::GivenBack, amounts });
        }
        Ok(())
    }

    /// A live booking ends, and its tickets come free.
    pub(super) fn end(&mut self, booking_id: Uuid, status: Status) -> Result<(), String> {
        let recorded_at = self.recorded_at;
        let booking = self.booking_mut(booking_id)?;
        let (deadline, sold) = (booking.expires_at(), booking.status == Status::Confirmed);
        booking.status = status;
        booking.cancelled_at = (status == Status::Cancelled).then_some(recorded_at);
        let (customer_id, tickets) = (booking.customer_id, booking.tickets.clone());
        let promo_code = booking.promo_code().map(ToOwned::to_owned);
        let owner = Owner::Booking(booking_id);
        if let Some(deadline) = deadline {
            self.show.deadlines.remove(&(deadline, owner));
        }
        self.show.count_out(customer_id, &tickets, promo_code.as_deref());
        self.show.give_back(&tickets, owner, sold)
    }
}

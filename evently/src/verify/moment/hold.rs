//! What becomes of a hold: it is extended, bought in time or late, given up, or it lapses.

use chrono::TimeDelta;
use uuid::Uuid;

use super::{Moment, Owed};
use crate::verify::facts::{Given, HoldConfirmed, HoldExtended, LapsedHold, RefundReason};
use crate::verify::ledger::{Booking, Hold, Status};
use crate::verify::show::Owner;

impl Moment<'_> {
    pub(super) fn extend(&mut self, extended: &HoldExtended) -> Result<(), String> {
        let HoldExtended { booking_id, expires_at } = *extended;
        let Hold { expires_at: before, extendable_until, .. } = self.open(booking_id, &[Status::Held], "extended")?;
        let hold_lasts = TimeDelta::seconds(i64::from(self.show.row.hold_seconds));
        let latest = extendable_until.min(self.recorded_at + hold_lasts);
        if expires_at <= before || expires_at > latest {
            return Err(format!(
                "the deadline of booking {booking_id} goes from {before} to {expires_at}, the last it can have is {latest}"
            ));
        }
        if expires_at < extendable_until {
            self.show.check_due(expires_at - hold_lasts)?;
        }
        self.move_deadline(booking_id, |hold| {
            hold.expires_at = expires_at;
            hold.expires_unpaid_at = expires_at;
        })
    }

    pub(super) fn confirm_hold(&mut self, confirmed: &HoldConfirmed) -> Result<(), String> {
        let HoldConfirmed { booking_id, customer_id, ref items, confirmed_at: at, retaken } = *confirmed;
        let from = if retaken { &[Status::Lapsed][..] } else { &[Status::Held, Status::Paying] };
        let word = if retaken { "taken again" } else { "confirmed" };
        let booking = self.repeated((booking_id, customer_id, items), from, word)?;
        let (tickets, total) = (booking.tickets.clone(), booking.total());
        let (promo_code, paid) = (booking.promo_code().map(ToOwned::to_owned), booking.paid() - booking.refunded());
        let deadline = booking.expires_at();
        if self.show.row.payment == "required" && paid < total {
            return Err(format!("booking {booking_id} is {word}, but only {paid} of {total} are paid"));
        }
        self.show.check_due(at)?;
        let owner = Owner::Booking(booking_id);
        if retaken {
            if !self.show.is_open(at) {
                return Err(format!("booking {booking_id} is taken again at {at}, when the sale is not open"));
            }
            self.show.check_queue(at, owner)?;
            for tickets in &tickets {
                let checked = self.show.check_type(tickets.kind, at);
                checked.map_err(|reason| format!("booking {booking_id}, taken again, {reason}"))?;
            }
            self.show.take(&tickets, owner, true)?;
            self.show.count_in(customer_id, &tickets, promo_code.as_deref(), owner)?;
        } else {
            if let Some(deadline) = deadline {
                self.show.deadlines.remove(&(deadline, owner));
            }
            self.show.buy(&tickets, owner)?;
        }
        self.booking_mut(booking_id)?.status = Status::Confirmed;
        if self.was_paid && paid > total {
            let amounts = vec![paid - total];
            self.show.owed = Some(Owed::Back { booking_id, reason: RefundReason::NotNeeded, amounts });
        }
        Ok(())
    }

    pub(super) fn release(&mut self, released: &Given) -> Result<(), String> {
        let Given { booking_id, customer_id, items } = released;
        self.repeated((*booking_id, *customer_id, items), &[Status::Held, Status::Paying], "released")?;
        self.give_all_back(*booking_id)?;
        self.end(*booking_id, Status::Released)
    }

    pub(super) fn lapse(&mut self, hold: &LapsedHold) -> Result<(), String> {
        let LapsedHold { booking_id, customer_id, items, expires_at } = hold;
        let words = (*booking_id, *customer_id, &items[..]);
        let booking = self.repeated(words, &[Status::Held, Status::Paying], "lapsed")?;
        let deadline = booking.expires_at();
        if deadline != Some(*expires_at) {
            let deadline = deadline.unwrap_or_default();
            return Err(format!("booking {booking_id} lapses at {expires_at}, but its deadline is {deadline}"));
        }
        if self.recorded_at < *expires_at {
            let at = self.recorded_at;
            return Err(format!(
                "booking {booking_id} is recorded as lapsed at {at}, before its deadline at {expires_at}"
            ));
        }
        self.end(*booking_id, Status::Lapsed)
    }

    /// The deadlines of a booking that is held.
    pub(super) fn open(&self, booking_id: Uuid, from: &[Status], word: &str) -> Result<Hold, String> {
        let hold = self.in_state(booking_id, from, word)?.open_hold();
        hold.ok_or_else(|| format!("booking {booking_id} is {word}, but has no deadline"))
    }

    /// Changes the deadlines of a booking that is held.
    pub(super) fn move_deadline(&mut self, booking_id: Uuid, change: impl Fn(&mut Hold)) -> Result<(), String> {
        let booking: &mut Booking = self.booking_mut(booking_id)?;
        let before = booking.expires_at();
        if let Some(hold) = &mut booking.more_mut().hold {
            change(hold);
        }
        let after = booking.expires_at();
        let owner = Owner::Booking(booking_id);
        if let (Some(before), Some(after)) = (before, after) {
            self.show.deadlines.remove(&(before, owner));
            self.show.deadlines.insert((after, owner));
        }
        Ok(())
    }
}

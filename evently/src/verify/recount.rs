//! Everything the log says so far, counted again.

use std::collections::HashMap;

use uuid::Uuid;

use super::facts::{Account, Cancelled, Confirmed, Fact, digest};
use super::ledger::{Booking, Ledger};
use super::show::Show;
use super::walk::{Event, Stream};

/// The count.
#[derive(Default)]
pub(super) struct Recount {
    pub(super) events: u64,
    pub(super) shows: HashMap<Uuid, Show>,
    pub(super) bookings: Ledger,
}

impl Recount {
    /// Counts an event, or says why it should not be there.
    pub(super) fn take(&mut self, event: &Event, stream: Stream) -> Result<(), String> {
        let fact = Fact::read(event.kind, event.schema_version, event.payload)?;
        match stream {
            Stream::Account(account_id) => take_account(event, account_id, &fact)?,
            Stream::Show(show_id) => self.take_show(event, show_id, fact)?,
        }
        self.events += 1;
        Ok(())
    }

    fn take_show(&mut self, event: &Event, show_id: Uuid, fact: Fact) -> Result<(), String> {
        if let Fact::BookingConfirmed(confirmed) = &fact
            && let Some(first) = self.bookings.get(confirmed.booking_id)
        {
            let (booking_id, position) = (first.id, first.position);
            return Err(format!("booking {booking_id} is confirmed again, first at position {position}"));
        }
        let key = if let Fact::BookingConfirmed(confirmed) = &fact { Some(confirmed.booking_id) } else { None };
        if event.key != key {
            return Err("its key is not the id of the booking that it confirms".into());
        }
        if let Fact::ShowCreated(created) = fact {
            if created.show_id != show_id || event.version != 1 {
                return Err("a show is created with the first event of its own stream, and only there".into());
            }
            self.shows.insert(show_id, Show::created(*created, event.recorded_at)?);
            return Ok(());
        }
        let Some(show) = self.shows.get_mut(&show_id) else {
            return Err("something happens to a show that was not created".into());
        };
        match fact {
            Fact::BookingConfirmed(confirmed) => confirm(&mut self.bookings, show, &confirmed, event.position),
            Fact::BookingCancelled(cancelled) => cancel(&mut self.bookings, show, &cancelled, event),
            organized => show.organize(organized, event.recorded_at),
        }
    }
}

fn take_account(event: &Event, account_id: Uuid, fact: &Fact) -> Result<(), String> {
    let (named, is_first) = match fact {
        Fact::AccountRegistered(Account { account_id }) => (*account_id, true),
        Fact::RoleGranted(Account { account_id }) => (*account_id, false),
        _ => return Err(format!("a {} does not belong in the stream of an account", event.kind)),
    };
    if named != account_id {
        return Err(format!("it speaks of another account, {named}"));
    }
    if is_first != (event.version == 1) {
        return Err("an account is registered with the first event of its stream, and only there".into());
    }
    Ok(())
}

fn confirm(bookings: &mut Ledger, show: &mut Show, confirmed: &Confirmed, position: i64) -> Result<(), String> {
    let booking = Booking::of(confirmed, show.row.show_id, position)?;
    show.book(confirmed, booking.quantity)?;
    bookings.add(booking);
    Ok(())
}

fn cancel(bookings: &mut Ledger, show: &mut Show, cancelled: &Cancelled, event: &Event) -> Result<(), String> {
    let booking_id = cancelled.booking_id;
    let booking = bookings.get_mut(booking_id).filter(|booking| booking.show_id == show.row.show_id);
    let Some(booking) = booking else {
        return Err(format!("booking {booking_id} is cancelled, but was never confirmed for this show"));
    };
    if booking.cancelled_at.is_some() {
        return Err(format!("booking {booking_id}, confirmed at position {}, is cancelled again", booking.position));
    }
    if booking.customer_id != cancelled.customer_id || booking.items != digest(&cancelled.items) {
        let position = booking.position;
        return Err(format!("booking {booking_id} is cancelled with other words than it was confirmed at {position}"));
    }
    show.give_back(cancelled, booking.quantity)?;
    booking.cancelled_at = Some(event.recorded_at);
    Ok(())
}

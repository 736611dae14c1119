//! Everything the log says so far, counted again.

use std::collections::HashMap;

use uuid::Uuid;

use super::audit::AuditRows;
use super::customers::Customers;
use super::facts::Fact;
use super::ledger::Ledger;
use super::moment::Moment;
use super::people::Person;
use super::show::Show;
use super::walk::{Event, Stream};

/// The count.
#[derive(Default)]
pub(super) struct Recount {
    pub(super) events: u64,
    pub(super) people: HashMap<Uuid, Person>,
    pub(super) shows: HashMap<Uuid, Show>,
    pub(super) bookings: Ledger,
    pub(super) audit: AuditRows,
    pub(super) customers: Customers,
    /// Where each payment was started, and where each waitlist entry joined.
    named: HashMap<Uuid, i64>,
}

impl Recount {
    /// Counts an event, or says why it should not be there.
    pub(super) fn take(&mut self, event: &Event, stream: Stream) -> Result<(), String> {
        let fact = Fact::read(event.kind, event.schema_version, event.payload)?;
        self.audit.take(event, stream, &fact);
        match stream {
            Stream::Account(account_id) => Person::take(&mut self.people, event, account_id, &fact)?,
            Stream::Show(show_id) => self.take_show(event, show_id, fact)?,
        }
        self.events += 1;
        Ok(())
    }

    /// What is still missing where the log ends.
    pub(super) fn missing(&self) -> Option<String> {
        let owed = |show: &Show| show.owed.as_ref().filter(|owed| !owed.is_optional()).map(ToString::to_string);
        let missing = |(show_id, show)| owed(show).map(|owed| format!("show-{show_id}: {owed}, and the log ends"));
        self.shows.iter().find_map(missing)
    }

    fn take_show(&mut self, event: &Event, show_id: Uuid, fact: Fact) -> Result<(), String> {
        self.begins_once(&fact, event.position)?;
        check_key(event.key, &fact)?;
        let organizer_id = self.shows.get(&show_id).map(|show| show.row.organizer_id);
        self.customers.take(event.position, organizer_id, &fact);
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
        let (bookings, position, recorded_at) = (&mut self.bookings, event.position, event.recorded_at);
        Moment { show, bookings, position, recorded_at, was_paid: false }.take(fact)
    }

    /// What has an id of its own begins once in the whole log.
    fn begins_once(&mut self, fact: &Fact, position: i64) -> Result<(), String> {
        let (id, first, word) = match fact {
            Fact::BookingConfirmed(booking) => (booking.booking_id, self.first(booking.booking_id), "booking"),
            Fact::SeatsHeld(held) => (held.booking_id, self.first(held.booking_id), "booking"),
            Fact::PaymentStarted(started) => {
                (started.payment_id, self.named.insert(started.payment_id, position), "payment")
            }
            Fact::WaitlistJoined(joined) => {
                (joined.entry_id, self.named.insert(joined.entry_id, position), "waitlist entry")
            }
            _ => return Ok(()),
        };
        match first {
            Some(first) => Err(format!("{word} {id} begins again, first at position {first}")),
            None => Ok(()),
        }
    }

    /// Where a booking began.
    fn first(&self, booking_id: Uuid) -> Option<i64> {
        self.bookings.get(booking_id).map(|booking| booking.position)
    }
}

/// The key of an event is the id of what begins with it.
fn check_key(key: Option<Uuid>, fact: &Fact) -> Result<(), String> {
    let (expected, of) = match fact {
        Fact::BookingConfirmed(confirmed) => (Some(confirmed.booking_id), "the booking that it confirms"),
        Fact::SeatsHeld(held) => (Some(held.booking_id), "the booking that it holds"),
        Fact::PaymentStarted(started) => (Some(started.payment_id), "the payment that it starts"),
        Fact::WaitlistJoined(joined) => (Some(joined.entry_id), "the waitlist entry that it makes"),
        _ => (None, ""),
    };
    match expected {
        _ if key == expected => Ok(()),
        Some(_) => Err(format!("its key is not the id of {of}")),
        None => Err("it has a key, though nothing begins with it that has an id".into()),
    }
}

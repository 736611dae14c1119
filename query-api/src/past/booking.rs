//! One booking at some moment. Only what the organizer said of its show and what happened to the booking
//! itself is taken in, so that it costs little memory however many others there are.

use chrono::{DateTime, Utc};
use domain::aggregate::Aggregate;
use domain::ids::BookingId;
use domain::show::{Booking, Event, Schedule, Show, ShowDetails};
use event_log::RecordedEvent;

use crate::bookings::{FoundBooking, Items, TicketNames};
use crate::shows::Venue;

/// The story of one booking.
pub(super) struct Story {
    booking_id: BookingId,
    /// How events name it.
    name: String,
    show: Show,
    cancelled_at: Option<DateTime<Utc>>,
}

impl Story {
    pub(super) fn of(booking_id: BookingId) -> Self {
        Self { booking_id, name: booking_id.to_string(), show: Show::default(), cancelled_at: None }
    }

    pub(super) fn evolve(&mut self, recorded: &RecordedEvent, event: &Event) {
        let is_seating = matches!(event, Event::SeatMapSet(_) | Event::SeatsBlocked(_) | Event::SeatsUnblocked(_));
        if is_seating || !(event.is_organizers() || names(&recorded.payload, &self.name)) {
            return;
        }
        let was_live = self.booking().is_some_and(|booking| booking.status.is_live());
        self.show.evolve(event);
        if was_live && matches!(event, Event::BookingCancelled(_) | Event::ShowCancelled(_)) {
            self.cancelled_at = Some(recorded.recorded_at);
        }
    }

    fn booking(&self) -> Option<&Booking> {
        self.show.booking(self.booking_id)
    }

    /// The booking and its show, as a row of the read model would have them; `None` if it was not made yet.
    pub(super) fn told(&self) -> Option<(FoundBooking, TicketNames)> {
        let (booking, origin) = (self.booking()?, self.show.origin()?);
        let (ShowDetails { title, venue, .. }, Schedule { time_zone, starts_at, ends_at, .. }) =
            (self.show.details()?, self.show.schedule()?);
        let names = self
            .show
            .offered()
            .iter()
            .map(|offered| (offered.ticket_type.ticket_type_id.0, offered.ticket_type.name.as_str().to_owned()));
        let found = FoundBooking {
            booking_id: self.booking_id.0,
            show_id: origin.show_id.0,
            customer_id: booking.customer_id.0,
            items: Items::from(booking.items.to_vec()),
            total_amount: booking.total(),
            currency: self.show.currency()?.as_str().into(),
            status: booking.status.as_str().into(),
            booked_at: booking.booked_at,
            cancelled_at: self.cancelled_at,
            // Of no use outside a list.
            position: 0,
            expires_at: booking.expires_at(),
            promo_code: booking.promo_code().map(|code| code.as_str().into()),
            paid_amount: booking.paid(),
            refunded_amount: booking.refunded(),
            title: title.as_str().into(),
            starts_at: *starts_at,
            ends_at: *ends_at,
            time_zone: time_zone.as_str().into(),
            venue: Venue {
                name: venue.name.as_str().into(),
                city: venue.city.as_str().into(),
                country: venue.country.as_str().into(),
            },
            show_status: self.show.status().as_str().into(),
            // Whether it ended with its show is told by `cancelled_at` already.
            show_cancelled_at: None,
        };
        Some((found, names.collect()))
    }
}

/// Whether a payload names a booking anywhere.
fn names(payload: &[u8], name: &str) -> bool {
    payload.windows(name.len()).any(|window| window == name.as_bytes())
}

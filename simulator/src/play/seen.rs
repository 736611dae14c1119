//! What a client sees of a show with the answer.

use domain::show::{EntryState, Show};

use crate::history::{BookingView, EntryView, View};
use crate::ids::Of;
use crate::plan::Ask;

/// The parts of a show that somebody asks about.
#[derive(Clone, Copy)]
pub(super) struct Seen {
    booking: Option<u32>,
    entry: Option<u32>,
}

impl Seen {
    pub(super) fn of(ask: &Ask) -> Self {
        Self { booking: ask.booking(), entry: ask.entry() }
    }
}

pub(super) fn view(show: &Show, seen: Seen) -> View {
    let booking = seen.booking.and_then(|number| show.booking(Of::Booking.id(number.into()).into()));
    let entry = seen.entry.and_then(|number| show.entry(Of::Entry.id(number.into()).into()));
    View {
        revision: show.revision(),
        status: show.status().as_str(),
        booking: booking.map(|booking| BookingView {
            status: booking.status.as_str(),
            quantity: booking.quantity(),
            total: booking.total(),
            expires_at: booking.expires_at().map(|at| at.timestamp_micros()),
            paid: booking.paid(),
            refunded: booking.refunded(),
        }),
        entry: entry.map(|entry| EntryView {
            state: entry.state.as_str(),
            expires_at: match &entry.state {
                EntryState::Offered { expires_at, .. } => Some(expires_at.timestamp_micros()),
                _ => None,
            },
        }),
    }
}

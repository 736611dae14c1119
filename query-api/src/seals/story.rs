//! The events that a booking's story consists of: those that name it, and what came upon its whole show.

use std::sync::Arc;

use edge::problem::Problem;
use event_log::{Among, RecordedEvent, Search};

use crate::app::App;
use crate::audit;
use crate::bookings::FoundBooking;
use crate::store;

/// The most events of one booking that are proven; the oldest come first.
const STORY_EVENTS_MAX: usize = 500;

/// A booking's events, and what they tell of.
pub(crate) struct Story {
    /// Oldest first.
    pub(crate) events: Vec<Arc<RecordedEvent>>,
    /// There are no more than these.
    pub(crate) complete: bool,
    /// The position up to which the events were looked for.
    pub(crate) as_of: u64,
}

/// The story of a booking, as far as the audit index has come.
pub(crate) async fn of_booking(app: &App, booking: &FoundBooking) -> Result<Story, Problem> {
    let of = (booking.booking_id, booking.show_id, booking.position);
    let found = audit::story_of_booking(&app.pool, of, 0, STORY_EVENTS_MAX + 1).await;
    let (mut positions, as_of) = found.map_err(store::problem)?;
    let complete = positions.len() <= STORY_EVENTS_MAX;
    positions.truncate(STORY_EVENTS_MAX);
    let limit = positions.len();
    let found = app.log.search(&Search { among: Among::These(positions), limit, ..Search::all() }).await;
    let events = found.map_err(|error| unreadable(&error))?.events;
    Ok(Story { events, complete, as_of })
}

fn unreadable(error: &event_log::Unavailable) -> Problem {
    tracing::warn!(%error, "the log cannot be read");
    Problem::unavailable("The log cannot be read at the moment.")
}

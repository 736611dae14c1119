//! What was: a show and its bookings as they were after some event, folded from the log by the rules of the
//! domain. The log never changes, so neither does an answer that is made here.

use std::sync::Arc;
use std::time::Duration;

use axum::http::StatusCode;
use domain::aggregate::Aggregate;
use domain::event::{DecodeError, DomainEvent};
use domain::ids::BookingId;
use domain::show::{Event, Show};
use edge::problem::Problem;
use event_log::{EventLog, Position, RecordedEvent, StreamId};
use tokio::sync::{Semaphore, SemaphorePermit};
use uuid::Uuid;

use crate::app::App;
use crate::as_of::unreadable;
use crate::bookings::{FoundBooking, TicketNames};

mod booking;
mod house;

pub(crate) use house::PastShow;

/// The longest story that is folded for one question, in events of its show.
pub(crate) const PAST_EVENTS_MAX: usize = 250_000;
/// How many stories are folded at once: each takes memory for everything the show remembers.
const PAST_FOLDS_MAX: usize = 4;
/// How long a question waits for its turn, in milliseconds.
const PAST_WAIT_MAX_MS: u64 = 2_000;

/// Who may fold a story now.
pub(crate) struct Past(Semaphore);

impl Default for Past {
    fn default() -> Self {
        Self(Semaphore::new(PAST_FOLDS_MAX))
    }
}

impl Past {
    async fn turn(&self) -> Result<SemaphorePermit<'_>, Problem> {
        let wait = Duration::from_millis(PAST_WAIT_MAX_MS);
        match tokio::time::timeout(wait, self.0.acquire()).await {
            Ok(Ok(permit)) => Ok(permit),
            // Nobody ever closes it.
            Ok(Err(_)) | Err(_) => Err(Problem::unavailable("Too many questions about the past are being answered.")),
        }
    }
}

/// A show as it was after the event at `position`; `None` if it was not there yet.
pub(crate) async fn show(app: &App, show_id: Uuid, position: Position) -> Result<Option<PastShow>, Problem> {
    let _turn = app.past.turn().await?;
    let mut past = PastShow::default();
    let stream = StreamId::new(Show::CATEGORY, show_id);
    fold(&*app.log, stream, position, |_, event| past.evolve(event)).await?;
    Ok(past.exists().then_some(past))
}

/// A booking as it was after the event at `position`, with the names of its ticket types; `None` if it was
/// not made yet.
pub(crate) async fn booking(
    app: &App,
    booking_id: Uuid,
    position: Position,
) -> Result<Option<(FoundBooking, TicketNames)>, Problem> {
    let stream = app.log.find_key(booking_id).await.map_err(unreadable)?;
    let Some(stream) = stream.filter(|stream| stream.category() == Show::CATEGORY) else { return Ok(None) };
    let _turn = app.past.turn().await?;
    let mut story = booking::Story::of(BookingId(booking_id));
    fold(&*app.log, stream, position, |recorded, event| story.evolve(recorded, &event)).await?;
    Ok(story.told())
}

async fn fold(
    log: &dyn EventLog,
    stream: StreamId,
    up_to: Position,
    evolve: impl FnMut(&RecordedEvent, Event) + Send,
) -> Result<(), Problem> {
    fold_within(log, stream, up_to, PAST_EVENTS_MAX, evolve).await
}

/// Takes in a stream's events up to a position, page by page. What a newer Evently wrote and this one does
/// not know is passed over, as projections do.
async fn fold_within(
    log: &dyn EventLog,
    stream: StreamId,
    up_to: Position,
    events_max: usize,
    mut evolve: impl FnMut(&RecordedEvent, Event) + Send,
) -> Result<(), Problem> {
    let mut version = 0;
    loop {
        let page: Vec<Arc<RecordedEvent>> = log.read_stream(stream, version).await.map_err(unreadable)?;
        let Some(last) = page.last() else { return Ok(()) };
        version = last.version;
        for recorded in page.iter().take_while(|recorded| recorded.position <= up_to) {
            if recorded.version > events_max as u64 {
                return Err(too_long(events_max));
            }
            match Event::decode(&recorded.event_type, recorded.schema_version, &recorded.payload) {
                Ok(event) => evolve(recorded, event),
                Err(DecodeError::Unknown { .. }) => {}
                Err(error) => {
                    tracing::error!(%error, event.position = recorded.position, "an event cannot be read");
                    return Err(Problem::internal());
                }
            }
        }
        if last.position >= up_to {
            return Ok(());
        }
    }
}

fn too_long(events_max: usize) -> Problem {
    let detail = format!("The story up to then has more than {events_max} entries; ask as of an earlier moment.");
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "as-of-too-long-a-story", detail).with("limit", events_max)
}

#[cfg(test)]
mod tests;

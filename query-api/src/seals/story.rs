//! The events that a booking's story consists of: those that name it, and the one that called its show off.

use std::sync::Arc;

use domain::event::DomainEvent;
use domain::ids::BookingId;
use domain::show::Event;
use edge::problem::Problem;
use event_log::{EventLog, Position, RecordedEvent, StreamId};
use sqlx::PgPool;
use tokio::sync::Semaphore;
use uuid::Uuid;

use crate::store;

/// The most events of one booking that are proven; the oldest come first.
const STORY_EVENTS_MAX: i64 = 500;
/// How many stories are looked for at once: each goes through its show's stream from the booking on.
const SEARCHES_MAX: usize = 2;

static SEARCHES: Semaphore = Semaphore::const_new(SEARCHES_MAX);

/// The events of a booking, oldest first. The booking's id is the key of its first event, and it stands as it
/// is in the payload of every event that names it.
pub(crate) async fn of_booking(
    pool: &PgPool,
    log: &dyn EventLog,
    booking_id: Uuid,
) -> Result<Vec<Arc<RecordedEvent>>, Problem> {
    let mut story = Vec::new();
    let Some(stream) = log.find_key(booking_id).await.map_err(|error| unreadable(&error))? else { return Ok(story) };
    for position in positions(pool, stream, booking_id).await? {
        let page = log.read_all(position - 1, position, 1).await.map_err(|error| unreadable(&error))?;
        story.extend(page.into_iter().filter(|event| belongs(event, BookingId(booking_id))));
    }
    Ok(story)
}

async fn positions(pool: &PgPool, stream: StreamId, booking_id: Uuid) -> Result<Vec<Position>, Problem> {
    // Nobody closes it; without a permit the search would only be slower.
    let _turn = SEARCHES.acquire().await;
    let positions: Vec<i64> = sqlx::query_scalar(
        "SELECT position FROM events
         WHERE stream = $1 AND version >= (SELECT version FROM events WHERE key = $2)
           AND (type = 'ShowCancelled' OR position(convert_to($2::text, 'UTF8') IN payload) > 0)
         ORDER BY version LIMIT $3",
    )
    .bind(stream.to_string())
    .bind(booking_id)
    .bind(STORY_EVENTS_MAX)
    .fetch_all(pool)
    .await
    .map_err(store::problem)?;
    Ok(positions.into_iter().map(store::unsigned).collect())
}

/// Whether an event that comes after the booking's first is about it.
fn belongs(event: &RecordedEvent, booking_id: BookingId) -> bool {
    match Event::decode(&event.event_type, event.schema_version, &event.payload) {
        // Damaged, or of a newer Evently: its bytes name the booking, and they are what is proven.
        Ok(Event::ShowCancelled(_)) | Err(_) => true,
        Ok(fact) => fact.names_booking(booking_id),
    }
}

fn unreadable(error: &event_log::Unavailable) -> Problem {
    tracing::warn!(%error, "the log cannot be read");
    Problem::unavailable("The log cannot be read at the moment.")
}

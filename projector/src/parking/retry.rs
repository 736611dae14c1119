//! Parked streams that are tried again, after somebody has mended what was wrong.
//!
//! The events from the one that could not be folded up to the checkpoint are folded in order, in one transaction
//! that keeps everybody else from folding, or the stream stays parked with the new error.

use std::collections::HashSet;
use std::sync::Arc;

use event_log::{EventLog, Position, RecordedEvent, StreamId};
use sqlx::{FromRow, PgConnection, PgPool};

use crate::error::FoldError;
use crate::page::{Page, decode};
use crate::projection::{Projection, named, signed, unsigned};

/// The most streams that are tried in one go.
const STREAMS_MAX: i64 = 100;

#[derive(FromRow)]
struct Requested {
    projection: String,
    stream: String,
    position: i64,
}

/// Tries all streams that somebody asked for.
pub(crate) async fn all_requested(log: &Arc<dyn EventLog>, pool: &PgPool) -> Result<(), FoldError> {
    let requested: Vec<Requested> = sqlx::query_as(
        "SELECT projection, stream, position FROM parked_streams
         WHERE retry_requested_at > coalesce(retried_at, '-infinity') ORDER BY retry_requested_at LIMIT $1",
    )
    .bind(STREAMS_MAX)
    .fetch_all(pool)
    .await?;
    for one in requested {
        match retry(log, pool, &one).await {
            Ok(()) => {
                tracing::info!(projection = one.projection, stream = one.stream, "a parked stream is shown again");
            }
            Err(Failure::Event(error)) => {
                tracing::warn!(projection = one.projection, stream = one.stream, error, "a stream stays parked");
                stay_parked(pool, &one, &error).await?;
            }
            Err(Failure::Other(error)) => return Err(error),
        }
    }
    Ok(())
}

enum Failure {
    /// One of its events still cannot be folded.
    Event(String),
    /// It was not the events' fault.
    Other(FoldError),
}

impl<E: Into<FoldError>> From<E> for Failure {
    fn from(error: E) -> Self {
        let error = error.into();
        if error.blames_an_event() { Self::Event(error.to_string()) } else { Self::Other(error) }
    }
}

async fn retry(log: &Arc<dyn EventLog>, pool: &PgPool, one: &Requested) -> Result<(), Failure> {
    let projection =
        named(&one.projection).ok_or_else(|| Failure::Event("this program knows no such projection".into()))?;
    let stream: StreamId = one.stream.parse().map_err(|error| sqlx::Error::Decode(Box::new(error)))?;
    // Most of it is read while others still fold.
    let mut events = Vec::new();
    read_on(log, stream, &mut events).await?;
    let mut transaction = pool.begin().await?;
    let checkpoint = hold_still(&mut transaction, projection).await?;
    read_on(log, stream, &mut events).await?;
    let from = unsigned(one.position).saturating_sub(1);
    events.retain(|event| event.position > from && event.position <= checkpoint);
    let decoded = decode(from, &events, |_| false);
    if let Some(damage) = &decoded.damage {
        return Err(Failure::Event(damage.error.to_string()));
    }
    let parked = HashSet::new();
    projection.write(Page::between(from, checkpoint, &decoded, &parked), &mut transaction).await?;
    sqlx::query("DELETE FROM parked_streams WHERE projection = $1 AND stream = $2")
        .bind(&one.projection)
        .bind(&one.stream)
        .execute(&mut *transaction)
        .await?;
    sqlx::query("UPDATE projection_checkpoints SET generation = generation + 1 WHERE name = $1")
        .bind(&one.projection)
        .execute(&mut *transaction)
        .await?;
    transaction.commit().await?;
    Ok(())
}

/// Reads what a stream has beyond what was read of it.
async fn read_on(
    log: &Arc<dyn EventLog>,
    stream: StreamId,
    events: &mut Vec<Arc<RecordedEvent>>,
) -> Result<(), FoldError> {
    loop {
        let after = events.last().map_or(0, |event| event.version);
        let more = log.read_stream(stream, after).await?;
        if more.is_empty() {
            return Ok(());
        }
        events.extend(more);
    }
}

/// Keeps every projector from folding this projection; tells where it stands.
async fn hold_still(connection: &mut PgConnection, projection: &dyn Projection) -> Result<Position, Failure> {
    let (version, position): (i32, i64) =
        sqlx::query_as("SELECT version, position FROM projection_checkpoints WHERE name = $1 FOR UPDATE")
            .bind(projection.name())
            .fetch_one(connection)
            .await?;
    if version == projection.version() {
        Ok(unsigned(position))
    } else {
        Err(Failure::Event(format!("its rows are of version {version}; a replay makes them anew")))
    }
}

async fn stay_parked(pool: &PgPool, one: &Requested, error: &str) -> Result<(), FoldError> {
    sqlx::query(
        "UPDATE parked_streams SET error = $4, retried_at = now()
         WHERE projection = $1 AND stream = $2 AND position = $3",
    )
    .bind(&one.projection)
    .bind(&one.stream)
    .bind(signed(unsigned(one.position)))
    .bind(error.replace('\0', "\u{fffd}"))
    .execute(pool)
    .await?;
    Ok(())
}

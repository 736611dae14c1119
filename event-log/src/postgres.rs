//! The log in Postgres: one statement per append, positions without holes.
//!
//! Every append locks the one row of `log_head` until it commits, so commit order is position order
//! and a reader can never see position 7 before position 6. There is no sequence, no advisory lock
//! and no `NOTIFY` here, and there must not be: each was measured to lose events or to collapse.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use chrono::{DateTime, Utc};
use sqlx::postgres::PgRow;
use sqlx::{PgPool, Row};
use tokio::sync::watch;
use uuid::Uuid;

use crate::tail::Tail;
use crate::{
    AppendError, Appended, Capabilities, EventLog, Found, Metadata, PAGE_EVENTS_MAX, Position, RecordedEvent, Search,
    Snapshot, StreamAppend, StreamId, Unavailable, Version, keys_carried_twice,
};

mod bare;
mod moments;
mod rows;
mod searching;
mod snapshots;

use rows::Columns;

/// The log in one Postgres database.
pub struct PostgresLog {
    /// Appends, and the question that precedes a refusal: few connections, always the same ones.
    appends: PgPool,
    pool: PgPool,
    tail: Tail,
    head: watch::Sender<Position>,
}

/// The longest wait for an append, in seconds. Postgres itself gives up sooner; this is for a network
/// that has gone silent.
const APPEND_MAX_S: u64 = 35;

/// Takes `n` positions and inserts the events there, or does nothing at all.
///
/// The versions are compared first, so that a stream can have no hole; the unique index decides
/// between two writers who both looked before either wrote.
const APPEND: &str = "\
WITH behind AS MATERIALIZED (
    SELECT 1 FROM unnest($13::text[], $14::bigint[]) AS expected(stream, version)
    WHERE expected.version <> coalesce(
        (SELECT max(e.version) FROM events e WHERE e.stream = expected.stream), 0)
), head AS (
    UPDATE log_head SET position = position + $1, recorded_at = greatest(recorded_at, $2)
    WHERE NOT EXISTS (SELECT FROM behind)
    RETURNING position - $1 AS base, recorded_at
), written AS (
    INSERT INTO events (position, event_id, stream, version, type, schema_version, payload, key,
                        actor, command_id, correlation_id, causation_id, recorded_at)
    SELECT head.base + e.place, e.event_id, e.stream, e.version, e.type, e.schema_version, e.payload, e.key,
           e.actor, e.command_id, e.correlation_id, e.causation_id, head.recorded_at
    FROM head, unnest($3::uuid[], $4::text[], $5::bigint[], $6::text[], $7::smallint[], $8::bytea[], $9::uuid[],
                      $10::uuid[], $11::uuid[], $12::uuid[], $15::uuid[])
        WITH ORDINALITY AS e(event_id, stream, version, type, schema_version, payload, key,
                             actor, command_id, correlation_id, causation_id, place)
)
SELECT base, recorded_at FROM head";

impl PostgresLog {
    /// The log in the database behind `pool`, whose migrations have run.
    pub fn new(pool: PgPool) -> Self {
        Self { appends: pool.clone(), pool, tail: Tail::default(), head: watch::Sender::new(0) }
    }

    /// The same log with connections of their own for appends. A pool hands out its connections in
    /// turns; with one per writer the same server process does all the work and keeps it at hand.
    #[must_use]
    pub fn with_appends(self, appends: PgPool) -> Self {
        Self { appends, ..self }
    }

    async fn spent_keys(&self, batch: &[StreamAppend]) -> Result<Vec<(Uuid, StreamId)>, AppendError> {
        let keys: Vec<Uuid> = batch.iter().flat_map(|append| &append.events).filter_map(|event| event.key).collect();
        let rows = sqlx::query("SELECT key, stream FROM events WHERE key = ANY($1)")
            .bind(keys)
            .fetch_all(&self.pool)
            .await
            .map_err(|error| AppendError::Unavailable(error.to_string()))?;
        let spent = rows.iter().map(|row| Ok((row.try_get("key")?, stream_of(row)?)));
        spent.collect::<Result<_, sqlx::Error>>().map_err(|error| AppendError::Unavailable(error.to_string()))
    }

    /// What a failed append means. Whoever asks must be able to rely on "certainly not written".
    async fn explain(&self, error: sqlx::Error, batch: &[StreamAppend]) -> AppendError {
        match error {
            sqlx::Error::Database(error) if error.constraint() == Some("events_key") => {
                match self.spent_keys(batch).await {
                    Ok(spent) if spent.is_empty() => AppendError::KeysSpent(keys_carried_twice(batch)),
                    Ok(spent) => AppendError::KeysSpent(spent),
                    Err(error) => error,
                }
            }
            sqlx::Error::Database(error) if error.is_unique_violation() => AppendError::Conflict,
            // The server answered, and the answer is not success: the statement was rolled back.
            sqlx::Error::Database(error) => AppendError::Unavailable(error.to_string()),
            error => AppendError::Unknown(error.to_string()),
        }
    }

    /// Keeps what was just written for the readers of this process, and wakes them.
    fn remember(&self, batch: &[StreamAppend], appended: Appended, recorded_at: DateTime<Utc>) {
        let mut position = appended.first;
        let mut events = Vec::new();
        for append in batch {
            for (event, version) in append.events.iter().zip(append.expected_version + 1..) {
                events.push(Arc::new(event.recorded(append.stream, version, position, recorded_at)));
                position += 1;
            }
        }
        self.tail.extend(events);
        self.head.send_if_modified(|head| std::mem::replace(head, appended.last.max(*head)) < appended.last);
    }
}

#[async_trait]
impl EventLog for PostgresLog {
    fn capabilities(&self) -> Capabilities {
        Capabilities { atomic_batches: true, dense_positions: true }
    }

    async fn append(&self, batch: &[StreamAppend], now: DateTime<Utc>) -> Result<Appended, AppendError> {
        let columns = Columns::of(batch);
        let count = columns.len();
        // Acquired on its own, because a failure here is certain: nothing was sent.
        let mut connection =
            self.appends.acquire().await.map_err(|error| AppendError::Unavailable(error.to_string()))?;
        let written = sqlx::query(APPEND)
            .bind(signed(count))
            .bind(now)
            .bind(columns.event_ids)
            .bind(columns.streams)
            .bind(columns.versions)
            .bind(columns.types)
            .bind(columns.schema_versions)
            .bind(columns.payloads)
            .bind(columns.keys)
            .bind(columns.actors)
            .bind(columns.command_ids)
            .bind(columns.correlation_ids)
            .bind(columns.expected_streams)
            .bind(columns.expected_versions)
            .bind(columns.causation_ids)
            .fetch_optional(&mut *connection);
        let Ok(written) = tokio::time::timeout(Duration::from_secs(APPEND_MAX_S), written).await else {
            // Nobody knows what this connection will say next, so it is not used again.
            connection.close_on_drop();
            return Err(AppendError::Unknown(format!("no answer in {APPEND_MAX_S} s")));
        };
        drop(connection);
        let row = match written {
            Ok(Some(row)) => row,
            Ok(None) => return Err(AppendError::Conflict),
            Err(error) => return Err(self.explain(error, batch).await),
        };
        let read = || Ok((unsigned(row.try_get("base")?), row.try_get("recorded_at")?));
        let (base, recorded_at) = read().map_err(|error: sqlx::Error| AppendError::Unknown(error.to_string()))?;
        let appended = Appended { first: base + 1, last: base + count };
        self.remember(batch, appended, recorded_at);
        Ok(appended)
    }

    async fn read_stream(&self, stream: StreamId, after: Version) -> Result<Vec<Arc<RecordedEvent>>, Unavailable> {
        let rows = sqlx::query("SELECT * FROM events WHERE stream = $1 AND version > $2 ORDER BY version LIMIT $3")
            .bind(stream.to_string())
            .bind(signed(after))
            .bind(signed(PAGE_EVENTS_MAX as u64))
            .fetch_all(&self.pool)
            .await?;
        Ok(rows.iter().map(recorded).collect::<Result<_, _>>()?)
    }

    async fn read_all(
        &self,
        after: Position,
        up_to: Position,
        limit: usize,
    ) -> Result<Vec<Arc<RecordedEvent>>, Unavailable> {
        let limit = limit.min(PAGE_EVENTS_MAX);
        if let Some(page) = self.tail.page(after, up_to, limit) {
            return Ok(page);
        }
        let rows =
            sqlx::query("SELECT * FROM events WHERE position > $1 AND position <= $2 ORDER BY position LIMIT $3")
                .bind(signed(after))
                .bind(signed(up_to))
                .bind(signed(limit as u64))
                .fetch_all(&self.pool)
                .await?;
        Ok(rows.iter().map(recorded).collect::<Result<_, _>>()?)
    }

    async fn read_bare(
        &self,
        after: Position,
        up_to: Position,
        limit: usize,
    ) -> Result<Vec<Arc<RecordedEvent>>, Unavailable> {
        bare::read(&self.pool, after, up_to, limit.min(PAGE_EVENTS_MAX)).await
    }

    async fn head(&self) -> Result<Position, Unavailable> {
        let head: i64 = sqlx::query_scalar("SELECT position FROM log_head").fetch_one(&self.pool).await?;
        Ok(unsigned(head))
    }

    async fn position_at(&self, at: DateTime<Utc>) -> Result<Option<(Position, DateTime<Utc>)>, Unavailable> {
        moments::position_at(&self.pool, at).await
    }

    async fn recorded_at(&self, position: Position) -> Result<Option<DateTime<Utc>>, Unavailable> {
        moments::recorded_at(&self.pool, position).await
    }

    async fn search(&self, search: &Search) -> Result<Found, Unavailable> {
        searching::search(&self.pool, search).await
    }

    async fn versions(&self, streams: &[StreamId]) -> Result<Vec<Version>, Unavailable> {
        let names: Vec<String> = streams.iter().map(StreamId::to_string).collect();
        let versions: Vec<i64> = sqlx::query_scalar(
            "SELECT coalesce((SELECT max(e.version) FROM events e WHERE e.stream = asked.stream), 0)
             FROM unnest($1::text[]) WITH ORDINALITY AS asked(stream, place) ORDER BY place",
        )
        .bind(names)
        .fetch_all(&self.appends)
        .await?;
        Ok(versions.into_iter().map(unsigned).collect())
    }

    async fn find_key(&self, key: Uuid) -> Result<Option<StreamId>, Unavailable> {
        let row = sqlx::query("SELECT stream FROM events WHERE key = $1").bind(key).fetch_optional(&self.pool).await?;
        Ok(row.as_ref().map(stream_of).transpose()?)
    }

    async fn read_snapshot(&self, stream: StreamId) -> Result<Option<Snapshot>, Unavailable> {
        snapshots::read(&self.pool, stream).await
    }

    async fn write_snapshot(&self, stream: StreamId, snapshot: &Snapshot) -> Result<(), Unavailable> {
        snapshots::write(&self.pool, stream, snapshot).await
    }

    fn watch_head(&self) -> watch::Receiver<Position> {
        self.head.subscribe()
    }
}

fn recorded(row: &PgRow) -> Result<Arc<RecordedEvent>, sqlx::Error> {
    Ok(Arc::new(RecordedEvent {
        position: unsigned(row.try_get("position")?),
        event_id: row.try_get("event_id")?,
        stream: stream_of(row)?,
        version: unsigned(row.try_get("version")?),
        event_type: Cow::Owned(row.try_get("type")?),
        schema_version: row.try_get::<i16, _>("schema_version")?.cast_unsigned(),
        payload: Bytes::from(row.try_get::<Vec<u8>, _>("payload")?),
        key: row.try_get("key")?,
        metadata: Metadata {
            actor: row.try_get("actor")?,
            command_id: row.try_get("command_id")?,
            correlation_id: row.try_get("correlation_id")?,
            causation_id: row.try_get("causation_id")?,
        },
        recorded_at: row.try_get("recorded_at")?,
    }))
}

fn stream_of(row: &PgRow) -> Result<StreamId, sqlx::Error> {
    row.try_get::<&str, _>("stream")?.parse().map_err(|error| sqlx::Error::Decode(Box::new(error)))
}

impl From<sqlx::Error> for Unavailable {
    fn from(error: sqlx::Error) -> Self {
        Self(error.to_string())
    }
}

/// Postgres counts with signed numbers; ours start at 0 and stay far below 2^63.
fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// The table's checks keep these numbers from being negative.
fn unsigned(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}

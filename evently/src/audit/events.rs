//! The rows of the log as they stand, whatever somebody has made of them.

use sqlx::postgres::PgRow;
use sqlx::{PgConnection, Row as _};
use transparency::{Hash, Leaf};
use uuid::Uuid;

/// The most events that are in memory at once.
const PAGE_EVENTS_MAX: i64 = 5_000;
/// The most bytes of payload that are in memory at once, the last event's aside.
const PAGE_BYTES_MAX: i64 = 64 * 1024 * 1024;

const PAGE: &str = "\
SELECT position, event_id, stream, version, type, schema_version, payload, key, actor, command_id, correlation_id,
       causation_id, CASE WHEN isfinite(recorded_at) THEN (extract(epoch FROM recorded_at) * 1000000)::bigint END AS at
FROM (SELECT *, sum(octet_length(payload)) OVER (ORDER BY position ROWS UNBOUNDED PRECEDING) AS bytes
      FROM (SELECT * FROM events WHERE position > $1 AND position <= $2 ORDER BY position LIMIT $3) AS page) AS page
WHERE bytes - octet_length(payload) < $4
ORDER BY position";

/// An event as it stands in the database.
pub(super) struct Event {
    pub(super) position: i64,
    pub(super) stream: String,
    pub(super) kind: String,
    id: Uuid,
    version: i64,
    schema_version: i16,
    payload: Vec<u8>,
    key: Option<Uuid>,
    actor: Uuid,
    command_id: Uuid,
    correlation_id: Uuid,
    causation_id: Option<Uuid>,
    recorded_at_us: Option<i64>,
}

impl Event {
    fn of(row: &PgRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            position: row.try_get("position")?,
            stream: row.try_get("stream")?,
            kind: row.try_get("type")?,
            id: row.try_get("event_id")?,
            version: row.try_get("version")?,
            schema_version: row.try_get("schema_version")?,
            payload: row.try_get("payload")?,
            key: row.try_get("key")?,
            actor: row.try_get("actor")?,
            command_id: row.try_get("command_id")?,
            correlation_id: row.try_get("correlation_id")?,
            causation_id: row.try_get("causation_id")?,
            recorded_at_us: row.try_get("at")?,
        })
    }

    /// Its leaf hash.
    pub(super) fn hash(&self) -> Hash {
        self.hash_at(self.position)
    }

    /// The leaf hash that it would have at another position.
    pub(super) fn hash_at(&self, position: i64) -> Hash {
        let leaf = Leaf {
            position: position.cast_unsigned(),
            event_id: self.id,
            stream: &self.stream,
            version: self.version.cast_unsigned(),
            event_type: &self.kind,
            schema_version: self.schema_version.cast_unsigned(),
            payload: &self.payload,
            key: self.key,
            actor: self.actor,
            command_id: self.command_id,
            correlation_id: self.correlation_id,
            causation_id: self.causation_id,
            // No event was ever recorded at that time, nor at no time at all.
            recorded_at_us: self.recorded_at_us.unwrap_or(i64::MIN),
        };
        leaf.hash()
    }
}

/// The events with `after < position <= up_to`, a page of them.
pub(super) async fn page(connection: &mut PgConnection, after: i64, up_to: i64) -> Result<Vec<Event>, sqlx::Error> {
    let page = sqlx::query(PAGE).bind(after).bind(up_to).bind(PAGE_EVENTS_MAX).bind(PAGE_BYTES_MAX);
    page.fetch_all(connection).await?.iter().map(Event::of).collect()
}

/// The event at a position, if there is one.
pub(super) async fn at(connection: &mut PgConnection, position: i64) -> Result<Option<Event>, sqlx::Error> {
    Ok(page(connection, position - 1, position).await?.pop())
}

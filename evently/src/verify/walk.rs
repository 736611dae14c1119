//! Goes through the log once, page by page, checks its order, and stops at each projection's checkpoint
//! to compare the read model with the count so far.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use indicatif::ProgressBar;
use sqlx::postgres::PgRow;
use sqlx::{PgConnection, Row as _};
use uuid::Uuid;

use super::Stop;
use super::recount::Recount;
use super::tables::{self, Checkpoint};

/// The most events that are in memory at once.
const PAGE_EVENTS_MAX: i64 = 5_000;
/// The most bytes of payload that are in memory at once, the last event's aside: a seat map has millions.
const PAGE_BYTES_MAX: i64 = 64 * 1024 * 1024;

const PAGE: &str = "\
SELECT position, stream, version, type, schema_version, payload, key, actor, recorded_at
FROM (SELECT *, sum(octet_length(payload)) OVER (ORDER BY position ROWS UNBOUNDED PRECEDING) AS bytes
      FROM (SELECT * FROM events WHERE position > $1 AND position <= $2 ORDER BY position LIMIT $3) AS page) AS page
WHERE bytes - octet_length(payload) < $4
ORDER BY position";

/// An event as it stands in the log.
pub(super) struct Event<'r> {
    pub(super) position: i64,
    pub(super) stream: &'r str,
    pub(super) version: i64,
    pub(super) kind: &'r str,
    pub(super) schema_version: i16,
    pub(super) payload: &'r [u8],
    pub(super) key: Option<Uuid>,
    pub(super) actor: Uuid,
    pub(super) recorded_at: DateTime<Utc>,
}

impl<'r> Event<'r> {
    fn of(row: &'r PgRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            position: row.try_get("position")?,
            stream: row.try_get("stream")?,
            version: row.try_get("version")?,
            kind: row.try_get("type")?,
            schema_version: row.try_get("schema_version")?,
            payload: row.try_get("payload")?,
            key: row.try_get("key")?,
            actor: row.try_get("actor")?,
            recorded_at: row.try_get("recorded_at")?,
        })
    }

    /// The difference that `reason` makes, with the place where it was found.
    fn wrong(&self, reason: &str) -> Stop {
        Stop::Difference(format!("position {}, {} version {}: {reason}", self.position, self.stream, self.version))
    }
}

/// An aggregate's stream.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Stream {
    Account(Uuid),
    Show(Uuid),
}

impl Stream {
    fn named(name: &str) -> Option<Self> {
        let (category, id) = name.split_once('-')?;
        let id = Uuid::try_parse(id).ok()?;
        // Another spelling of the same id would be another stream.
        let stream = match category {
            "account" => Self::Account(id),
            "show" => Self::Show(id),
            _ => return None,
        };
        let mut buffer = Uuid::encode_buffer();
        name.ends_with(&*id.hyphenated().encode_lower(&mut buffer)).then_some(stream)
    }
}

/// The last event seen, and how far each stream has come.
#[derive(Default)]
struct Seen {
    position: i64,
    recorded_at: Option<DateTime<Utc>>,
    versions: HashMap<Stream, i64>,
}

/// Counts the whole log and compares the read models. What is wrong with the log comes first, since the
/// read models cannot be better than that.
pub(super) async fn through(
    connection: &mut PgConnection,
    recount: &mut Recount,
    bar: &ProgressBar,
) -> Result<(), Stop> {
    let (head, head_recorded_at) = head(connection).await?;
    bar.set_length(head.unsigned_abs());
    let (checkpoints, mut late) = tables::checkpoints(connection, head).await?;
    let mut stops: Vec<i64> = checkpoints.iter().map(|checkpoint| checkpoint.position).collect();
    stops.push(head);
    stops.sort_unstable();
    stops.dedup();

    let mut seen = Seen::default();
    for stop in stops {
        read_to(stop, connection, &mut seen, recount, bar).await?;
        let here = checkpoints.iter().filter(|checkpoint| checkpoint.position == stop);
        for table in here.flat_map(|Checkpoint { tables, .. }| *tables) {
            if late.is_none() {
                match table.compare(connection, recount, bar).await {
                    Err(Stop::Difference(difference)) => late = Some(difference),
                    compared => compared?,
                }
            }
        }
    }
    if let Some(missing) = recount.missing() {
        return Err(Stop::Difference(missing));
    }
    if head_recorded_at != seen.recorded_at {
        let difference = "log_head and the last event do not agree on when it was recorded";
        return Err(Stop::Difference(difference.into()));
    }
    late.map_or(Ok(()), |difference| Err(Stop::Difference(difference)))
}

/// Where the log ends, if its two witnesses agree.
async fn head(connection: &mut PgConnection) -> Result<(i64, Option<DateTime<Utc>>), Stop> {
    let (head, recorded_at, last): (i64, Option<DateTime<Utc>>, Option<i64>) = sqlx::query_as(
        "SELECT position, CASE WHEN isfinite(recorded_at) THEN recorded_at END, (SELECT max(position) FROM events)
         FROM log_head",
    )
    .fetch_one(connection)
    .await?;
    let last = last.unwrap_or(0);
    if head != last {
        return Err(Stop::Difference(format!("log_head says {head}, but the last event is at position {last}")));
    }
    Ok((head, recorded_at))
}

/// Counts on up to a position.
async fn read_to(
    stop: i64,
    connection: &mut PgConnection,
    seen: &mut Seen,
    recount: &mut Recount,
    bar: &ProgressBar,
) -> Result<(), Stop> {
    while seen.position < stop {
        let page = sqlx::query(PAGE).bind(seen.position).bind(stop).bind(PAGE_EVENTS_MAX).bind(PAGE_BYTES_MAX);
        let page = page.fetch_all(&mut *connection).await?;
        if page.is_empty() {
            return Err(Stop::Difference(format!("position {} is missing from the log", seen.position + 1)));
        }
        for row in &page {
            let event = Event::of(row)?;
            let stream = seen.take(&event)?;
            recount.take(&event, stream).map_err(|reason| event.wrong(&reason))?;
        }
        bar.inc(page.len() as u64);
    }
    Ok(())
}

impl Seen {
    /// Takes in the next event if it is the next one.
    fn take(&mut self, event: &Event) -> Result<Stream, Stop> {
        if event.position != self.position + 1 {
            let missing = self.position + 1;
            return Err(event.wrong(&format!("position {missing} is missing from the log, this is the next one")));
        }
        let Some(stream) = Stream::named(event.stream) else {
            return Err(event.wrong("this is not the name of a stream"));
        };
        let version = self.versions.entry(stream).or_default();
        *version += 1;
        if event.version != *version {
            return Err(event.wrong(&format!("version {version} of the stream is missing or comes later")));
        }
        if let Some(before) = self.recorded_at.filter(|before| event.recorded_at < *before) {
            let reason = format!("it was recorded at {}, before its predecessor at {before}", event.recorded_at);
            return Err(event.wrong(&reason));
        }
        self.position = event.position;
        self.recorded_at = Some(event.recorded_at);
        Ok(stream)
    }
}

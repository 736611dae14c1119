//! Reading what events say and nothing about where they come from: for those who fold millions of them.

use std::borrow::Cow;
use std::sync::Arc;

use bytes::Bytes;
use sqlx::postgres::PgRow;
use sqlx::{PgPool, Row as _};
use uuid::Uuid;

use super::{signed, unsigned};
use crate::{Metadata, Position, RecordedEvent, Unavailable};

/// The columns in the order in which they are read: by number, as looking up names costs as much as reading.
const READ: &str = "\
SELECT position, stream, type, schema_version, payload, recorded_at FROM events
WHERE position > $1 AND position <= $2 ORDER BY position LIMIT $3";

/// Where every one of them comes from.
const NOWHERE: Metadata =
    Metadata { actor: Uuid::nil(), command_id: Uuid::nil(), correlation_id: Uuid::nil(), causation_id: None };

pub(super) async fn read(
    pool: &PgPool,
    after: Position,
    up_to: Position,
    limit: usize,
) -> Result<Vec<Arc<RecordedEvent>>, Unavailable> {
    let rows =
        sqlx::query(READ).bind(signed(after)).bind(signed(up_to)).bind(signed(limit as u64)).fetch_all(pool).await?;
    Ok(rows.iter().map(recorded).collect::<Result<_, _>>()?)
}

fn recorded(row: &PgRow) -> Result<Arc<RecordedEvent>, sqlx::Error> {
    let stream = row.try_get::<&str, _>(1)?.parse().map_err(|error| sqlx::Error::Decode(Box::new(error)))?;
    Ok(Arc::new(RecordedEvent {
        position: unsigned(row.try_get(0)?),
        event_id: Uuid::nil(),
        stream,
        version: 0,
        event_type: Cow::Owned(row.try_get(2)?),
        schema_version: row.try_get::<i16, _>(3)?.cast_unsigned(),
        payload: Bytes::copy_from_slice(row.try_get::<&[u8], _>(4)?),
        key: None,
        metadata: NOWHERE,
        recorded_at: row.try_get(5)?,
    }))
}

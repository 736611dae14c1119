//! Snapshots in Postgres: one state in rows of bounded size, replaced together.

use bytes::BytesMut;
use sqlx::postgres::PgRow;
use sqlx::{PgPool, Postgres, Row, Transaction};

use super::{signed, unsigned};
use crate::{Snapshot, StreamId, Unavailable};

/// The most bytes of a state in one row.
const CHUNK_BYTES_MAX: usize = 1 << 20;

/// Rows are ordered by the primary key; of one statement they are all of one snapshot.
const READ: &str = "SELECT version, position, schema_version, state FROM snapshots WHERE stream = $1 ORDER BY chunk";

/// The first row is there from the first snapshot on, so writing it keeps other writers of this stream
/// waiting until the transaction ends.
const WRITE_FIRST: &str = "\
INSERT INTO snapshots (stream, chunk, version, position, schema_version, state) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (stream, chunk) DO UPDATE SET
    version = excluded.version, position = excluded.position,
    schema_version = excluded.schema_version, state = excluded.state";

const WRITE_NEXT: &str = "\
INSERT INTO snapshots (stream, chunk, version, position, schema_version, state) VALUES ($1, $2, $3, $4, $5, $6)";

pub(super) async fn read(pool: &PgPool, stream: StreamId) -> Result<Option<Snapshot>, Unavailable> {
    let rows = sqlx::query(READ).bind(stream.to_string()).fetch_all(pool).await?;
    Ok(joined(&rows)?)
}

fn joined(rows: &[PgRow]) -> Result<Option<Snapshot>, sqlx::Error> {
    let Some(first) = rows.first() else { return Ok(None) };
    let mut state = BytesMut::with_capacity(rows.len() * CHUNK_BYTES_MAX);
    for row in rows {
        state.extend_from_slice(row.try_get("state")?);
    }
    Ok(Some(Snapshot {
        version: unsigned(first.try_get("version")?),
        position: unsigned(first.try_get("position")?),
        schema: first.try_get::<i32, _>("schema_version")?.cast_unsigned(),
        state: state.freeze(),
    }))
}

pub(super) async fn write(pool: &PgPool, stream: StreamId, snapshot: &Snapshot) -> Result<(), Unavailable> {
    let stream = stream.to_string();
    let mut transaction = pool.begin().await?;
    let mut rest = snapshot.state.clone();
    let first = rest.split_to(rest.len().min(CHUNK_BYTES_MAX));
    write_chunk(&mut transaction, WRITE_FIRST, &stream, (0, &first), snapshot).await?;
    sqlx::query("DELETE FROM snapshots WHERE stream = $1 AND chunk > 0")
        .bind(&stream)
        .execute(&mut *transaction)
        .await?;
    for (number, chunk) in (1..).zip(rest.chunks(CHUNK_BYTES_MAX)) {
        write_chunk(&mut transaction, WRITE_NEXT, &stream, (number, chunk), snapshot).await?;
    }
    Ok(transaction.commit().await?)
}

async fn write_chunk(
    transaction: &mut Transaction<'_, Postgres>,
    statement: &'static str,
    stream: &str,
    (number, chunk): (i32, &[u8]),
    snapshot: &Snapshot,
) -> Result<(), sqlx::Error> {
    sqlx::query(statement)
        .bind(stream)
        .bind(number)
        .bind(signed(snapshot.version))
        .bind(signed(snapshot.position))
        .bind(snapshot.schema.cast_signed())
        .bind(chunk)
        .execute(&mut **transaction)
        .await?;
    Ok(())
}

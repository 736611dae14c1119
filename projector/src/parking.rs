//! Streams that a projection goes on without, because one of their events cannot be folded.
//!
//! Parking is loud (log, gauge, `evently status`) and final until somebody acts: folding the rest of
//! such a stream would make rows that look right and are not.

pub(crate) mod retry;

use std::collections::HashSet;

use event_log::{Position, StreamId};
use sqlx::{PgConnection, PgPool};

use crate::error::FoldError;
use crate::projection::{Projection, signed};

/// The parked streams of each of some projections, in that order.
pub(crate) async fn load(
    pool: &PgPool,
    projections: &[&'static dyn Projection],
) -> Result<Vec<HashSet<StreamId>>, FoldError> {
    let rows: Vec<(String, String)> =
        sqlx::query_as("SELECT projection, stream FROM parked_streams").fetch_all(pool).await?;
    let of = |name: &str| {
        let streams = rows.iter().filter(|row| row.0 == name);
        streams.map(|row| row.1.parse().map_err(|error| sqlx::Error::Decode(Box::new(error)))).collect()
    };
    Ok(projections.iter().map(|projection| of(projection.name())).collect::<Result<_, sqlx::Error>>()?)
}

/// Writes down that a projection goes on without a stream.
pub(crate) async fn park(
    connection: &mut PgConnection,
    projection: &'static str,
    stream: StreamId,
    position: Position,
    error: &str,
) -> Result<(), FoldError> {
    tracing::error!(projection, %stream, position, error, "a stream is parked: its events are no longer shown");
    // Postgres text cannot hold a NUL, and what a damaged payload made the reader say might.
    let error = error.replace('\0', "\u{fffd}");
    sqlx::query(
        "INSERT INTO parked_streams (projection, stream, position, error) VALUES ($1, $2, $3, $4)
         ON CONFLICT DO NOTHING",
    )
    .bind(projection)
    .bind(stream.to_string())
    .bind(signed(position))
    .bind(error)
    .execute(connection)
    .await?;
    Ok(())
}

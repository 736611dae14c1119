//! How far each projection has come. A checkpoint moves in the transaction that writes the rows it
//! stands for, and only from where it was left: that is what makes every event count exactly once.

use event_log::Position;
use sqlx::{PgConnection, PgPool};

use crate::error::FoldError;
use crate::projection::{PROJECTIONS, signed, unsigned};

/// Where a projection stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProjectionStatus {
    /// Its name.
    pub name: String,
    /// The version of its fold that the tables were made with.
    pub version: i32,
    /// The last position it has taken in.
    pub checkpoint: Position,
    /// How many streams it could not fold and goes on without.
    pub parked_streams: u64,
}

/// Where every projection of the database stands, by name.
pub async fn status(pool: &PgPool) -> Result<Vec<ProjectionStatus>, sqlx::Error> {
    let rows: Vec<(String, i32, i64, i64)> = sqlx::query_as(
        "SELECT name, version, position,
                (SELECT count(*) FROM parked_streams parked WHERE parked.projection = checkpoint.name)
         FROM projection_checkpoints checkpoint ORDER BY name",
    )
    .fetch_all(pool)
    .await?;
    let status = rows.into_iter().map(|(name, version, position, parked)| ProjectionStatus {
        name,
        version,
        checkpoint: unsigned(position),
        parked_streams: unsigned(parked),
    });
    Ok(status.collect())
}

/// The checkpoints of [`PROJECTIONS`], in that order.
pub(crate) async fn load(pool: &PgPool) -> Result<Vec<Position>, FoldError> {
    let rows: Vec<(String, i32, i64)> =
        sqlx::query_as("SELECT name, version, position FROM projection_checkpoints").fetch_all(pool).await?;
    let find = |name: &'static str, expected: i32| {
        let row = rows.iter().find(|row| row.0 == name);
        let (_, found, position) = row.ok_or(FoldError::NoCheckpoint(name))?;
        if *found == expected {
            Ok(unsigned(*position))
        } else {
            Err(FoldError::OtherVersion { name, found: *found, expected })
        }
    };
    PROJECTIONS.iter().map(|projection| find(projection.name(), projection.version())).collect()
}

/// Moves checkpoints, each from where it was left, or none.
///
/// This comes first in its transaction: the rows' locks keep a second projector waiting, which then
/// finds the checkpoints moved and has written nothing.
pub(crate) async fn advance(
    connection: &mut PgConnection,
    moves: &[(&'static str, Position)],
    to: Position,
) -> Result<(), FoldError> {
    let written = sqlx::query(
        "UPDATE projection_checkpoints checkpoint SET position = $3
         FROM unnest($1::text[], $2::bigint[]) AS left_at(name, position)
         WHERE checkpoint.name = left_at.name AND checkpoint.position = left_at.position",
    )
    .bind(moves.iter().map(|(name, _)| *name).collect::<Vec<_>>())
    .bind(moves.iter().map(|(_, from)| signed(*from)).collect::<Vec<_>>())
    .bind(signed(to))
    .execute(connection)
    .await?;
    if written.rows_affected() == moves.len() as u64 { Ok(()) } else { Err(FoldError::Overtaken) }
}

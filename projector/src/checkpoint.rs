//! How far each projection has come. A checkpoint moves in the transaction that writes the rows it
//! stands for, and only from where it was left: that is what makes every event count exactly once.

use event_log::Position;
use sqlx::{PgConnection, PgPool};

use crate::error::FoldError;
use crate::projection::{Group, Projection, signed, unsigned};

/// Where a projection stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProjectionStatus {
    /// Its name.
    pub name: String,
    /// With which others it is folded.
    pub group: Group,
    /// The version of its fold that the tables were made with.
    pub version: i32,
    /// The last position it has taken in.
    pub checkpoint: Position,
    /// How many streams it could not fold and goes on without.
    pub parked_streams: u64,
}

/// Where every projection of the database stands, by name.
pub async fn status(pool: &PgPool) -> Result<Vec<ProjectionStatus>, sqlx::Error> {
    let rows: Vec<(String, bool, i32, i64, i64)> = sqlx::query_as(
        "SELECT name, in_core, version, position,
                (SELECT count(*) FROM parked_streams parked WHERE parked.projection = checkpoint.name)
         FROM projection_checkpoints checkpoint ORDER BY name",
    )
    .fetch_all(pool)
    .await?;
    let status = rows.into_iter().map(|(name, in_core, version, position, parked)| ProjectionStatus {
        name,
        group: if in_core { Group::Core } else { Group::Reports },
        version,
        checkpoint: unsigned(position),
        parked_streams: unsigned(parked),
    });
    Ok(status.collect())
}

/// Where a projection was left, as its row says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Mark {
    /// The version of the fold that made the rows.
    pub(crate) version: i32,
    pub(crate) position: Position,
    /// How often the rows were replaced or mended.
    pub(crate) generation: i64,
}

/// Where each of some projections was left, in that order.
pub(crate) async fn load(pool: &PgPool, projections: &[&'static dyn Projection]) -> Result<Vec<Mark>, FoldError> {
    let rows: Vec<(String, i32, i64, i64)> =
        sqlx::query_as("SELECT name, version, position, generation FROM projection_checkpoints")
            .fetch_all(pool)
            .await?;
    let find = |name: &'static str| {
        let row = rows.iter().find(|row| row.0 == name);
        let (_, version, position, generation) = row.ok_or(FoldError::NoCheckpoint(name))?;
        Ok(Mark { version: *version, position: unsigned(*position), generation: *generation })
    };
    projections.iter().map(|projection| find(projection.name())).collect()
}

/// Moves checkpoints, each from where it was left, or none.
///
/// This comes first in its transaction: the rows' locks keep a second projector waiting, which then
/// finds the checkpoints moved and has written nothing. So does whoever exchanges the tables.
pub(crate) async fn advance(
    connection: &mut PgConnection,
    moves: &[(&'static str, Mark)],
    to: Position,
) -> Result<(), FoldError> {
    let written = sqlx::query(
        "UPDATE projection_checkpoints checkpoint SET position = $5
         FROM unnest($1::text[], $2::int[], $3::bigint[], $4::bigint[]) AS left_at(name, version, position, generation)
         WHERE checkpoint.name = left_at.name AND checkpoint.version = left_at.version
           AND checkpoint.position = left_at.position AND checkpoint.generation = left_at.generation",
    )
    .bind(moves.iter().map(|(name, _)| *name).collect::<Vec<_>>())
    .bind(moves.iter().map(|(_, mark)| mark.version).collect::<Vec<_>>())
    .bind(moves.iter().map(|(_, mark)| signed(mark.position)).collect::<Vec<_>>())
    .bind(moves.iter().map(|(_, mark)| mark.generation).collect::<Vec<_>>())
    .bind(signed(to))
    .execute(connection)
    .await?;
    if written.rows_affected() == moves.len() as u64 { Ok(()) } else { Err(FoldError::Overtaken) }
}

//! The tree's tables: where it stands, its tiles, and the checkpoints that were signed.

use event_log::Position;
use sqlx::PgPool;
use transparency::{HASH_BYTES, Hash, TileId, Tiles};

use super::error::{Refusal, SealError};
use crate::projection::{signed, unsigned};

/// For how many days one checkpoint an hour is kept.
const CHECKPOINTS_KEPT_DAYS: i32 = 90;

/// A tree that was sealed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Head {
    pub(super) size: Position,
    pub(super) root: Hash,
}

/// The last position that a signed checkpoint covers.
pub async fn sealed_position(pool: &PgPool) -> Result<Position, sqlx::Error> {
    sqlx::query_scalar("SELECT size FROM seal_head").fetch_one(pool).await.map(unsigned)
}

/// Where the tree stands, and the checkpoint that was signed last. They must be of the same size.
pub(super) async fn load(pool: &PgPool) -> Result<(Head, Option<String>), SealError> {
    let (size, root, last): (i64, Vec<u8>, Option<(i64, String)>) = {
        let (size, root, last_size, note): (i64, Vec<u8>, Option<i64>, Option<String>) = sqlx::query_as(
            "SELECT head.size, head.root, last.size, last.note
             FROM seal_head head
             LEFT JOIN (SELECT size, note FROM seal_checkpoints ORDER BY size DESC LIMIT 1) last ON true",
        )
        .fetch_one(pool)
        .await?;
        (size, root, last_size.zip(note))
    };
    if last.as_ref().is_some_and(|(last, _)| *last != size) {
        return Err(Refusal::OtherCheckpoint.into());
    }
    let root: [u8; HASH_BYTES] = root.try_into().map_err(|_| Refusal::OtherRoot)?;
    Ok((Head { size: unsigned(size), root: Hash(root) }, last.map(|(_, note)| note)))
}

/// Those of some tiles that are there.
pub(super) async fn tiles(pool: &PgPool, wanted: &[TileId]) -> Result<Tiles, SealError> {
    let rows: Vec<(i16, i64, Vec<u8>)> = sqlx::query_as(
        "SELECT level, number, hashes FROM seal_tiles
         WHERE (level, number) IN (SELECT * FROM unnest($1::smallint[], $2::bigint[]))",
    )
    .bind(wanted.iter().map(|id| i16::from(id.level)).collect::<Vec<_>>())
    .bind(wanted.iter().map(|id| signed(id.number)).collect::<Vec<_>>())
    .fetch_all(pool)
    .await?;
    let tile = |(level, number, hashes): (i16, i64, Vec<u8>)| {
        (TileId { level: level.unsigned_abs() as u8, number: unsigned(number) }, hashes)
    };
    Ok(rows.into_iter().map(tile).collect())
}

/// Moves the tree from where it was left, with its tiles and its checkpoint, or nothing.
///
/// The move comes first in its transaction: the row's lock keeps a second sealer waiting, which then finds
/// that the tree has moved and has written nothing.
pub(super) async fn advance(
    pool: &PgPool,
    from: Head,
    to: Head,
    tiles: &[(TileId, Vec<u8>)],
    note: &str,
    vkey: &str,
) -> Result<(), SealError> {
    let mut transaction = pool.begin().await?;
    let moved = sqlx::query("UPDATE seal_head SET size = $3, root = $4, vkey = $5 WHERE size = $1 AND root = $2")
        .bind(signed(from.size))
        .bind(from.root.0.as_slice())
        .bind(signed(to.size))
        .bind(to.root.0.as_slice())
        .bind(vkey)
        .execute(&mut *transaction)
        .await?;
    if moved.rows_affected() != 1 {
        return Err(SealError::Overtaken);
    }
    sqlx::query(
        "INSERT INTO seal_tiles (level, number, hashes)
         SELECT * FROM unnest($1::smallint[], $2::bigint[], $3::bytea[])
         ON CONFLICT (level, number) DO UPDATE SET hashes = excluded.hashes",
    )
    .bind(tiles.iter().map(|(id, _)| i16::from(id.level)).collect::<Vec<_>>())
    .bind(tiles.iter().map(|(id, _)| signed(id.number)).collect::<Vec<_>>())
    .bind(tiles.iter().map(|(_, hashes)| hashes.as_slice()).collect::<Vec<_>>())
    .execute(&mut *transaction)
    .await?;
    // The one before is only kept if it was the last of its hour.
    sqlx::query(
        "DELETE FROM seal_checkpoints
         WHERE size = $1 AND signed_at >= date_trunc('hour', now()) OR signed_at < now() - make_interval(days => $2)",
    )
    .bind(signed(from.size))
    .bind(CHECKPOINTS_KEPT_DAYS)
    .execute(&mut *transaction)
    .await?;
    sqlx::query(
        "INSERT INTO seal_checkpoints (size, note, signed_at) VALUES ($1, $2, now())
         ON CONFLICT (size) DO UPDATE SET note = excluded.note, signed_at = excluded.signed_at",
    )
    .bind(signed(to.size))
    .bind(note)
    .execute(&mut *transaction)
    .await?;
    transaction.commit().await?;
    Ok(())
}

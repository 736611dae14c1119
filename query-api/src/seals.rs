//! The tree over the log as the sealer keeps it: the signed checkpoint, tiles, and waiting for a position to be
//! sealed. `seals/story.rs` finds the events that are proven.

use std::time::Duration;

use axum::http::StatusCode;
use edge::extract::MinPosition;
use edge::problem::Problem;
use event_log::Position;
use sqlx::{FromRow, PgPool};
use tokio::time::Instant;
use transparency::{HASH_BYTES, TileId, TilePath, Tiles};

use crate::store;

pub(crate) mod story;

/// How long a query waits for a position to be sealed, in milliseconds. It takes half a second, if all is well.
const SEAL_WAIT_MAX_MS: u64 = 3_000;
/// How often it looks meanwhile, in milliseconds.
const SEAL_POLL_MS: u64 = 50;

/// The checkpoint that was signed last.
#[derive(Debug, FromRow)]
pub(crate) struct Signed {
    /// A signed note.
    pub(crate) note: String,
    /// The public key, as other tools write it.
    pub(crate) vkey: String,
    #[sqlx(try_from = "i64")]
    pub(crate) size: u64,
    pub(crate) root: Vec<u8>,
}

/// The last checkpoint, once it covers a position.
pub(crate) async fn covering(pool: &PgPool, MinPosition(wanted): MinPosition) -> Result<Signed, Problem> {
    let wanted = wanted.unwrap_or(0);
    if i64::try_from(wanted).is_err() {
        let detail = "Evently-Min-Position is larger than any position can be.";
        return Err(Problem::bad_request("malformed-position", detail));
    }
    let deadline = Instant::now() + Duration::from_millis(SEAL_WAIT_MAX_MS);
    loop {
        let signed = last(pool).await?;
        let sealed = signed.as_ref().map_or(0, |signed| signed.size);
        match signed {
            Some(signed) if signed.size >= wanted => return Ok(signed),
            _ if Instant::now() >= deadline => return Err(not_sealed_yet(wanted, sealed)),
            _ => tokio::time::sleep(Duration::from_millis(SEAL_POLL_MS)).await,
        }
    }
}

async fn last(pool: &PgPool) -> Result<Option<Signed>, Problem> {
    sqlx::query_as(
        "SELECT signed.note, head.vkey, head.size, head.root FROM seal_head head JOIN seal_checkpoints signed USING (size)",
    )
    .fetch_optional(pool)
    .await
    .map_err(store::problem)
}

fn not_sealed_yet(wanted: Position, sealed: Position) -> Problem {
    let detail = format!("The log is sealed up to position {sealed}, not yet up to {wanted}. Ask again.");
    Problem::new(StatusCode::SERVICE_UNAVAILABLE, "not-sealed-yet", detail)
        .with("position", wanted)
        .with("sealed_position", sealed)
        .retry_after(1)
}

/// The first hashes of a tile, if it has so many.
pub(crate) async fn tile(pool: &PgPool, path: TilePath) -> Result<Option<Vec<u8>>, Problem> {
    let mut tiles = tiles(pool, &[path.tile]).await?;
    let bytes = path.width as usize * HASH_BYTES;
    let hashes = tiles.remove(&path.tile).filter(|hashes| hashes.len() >= bytes);
    Ok(hashes.map(|mut hashes| {
        hashes.truncate(bytes);
        hashes
    }))
}

/// Those of some tiles that are there.
pub(crate) async fn tiles(pool: &PgPool, wanted: &[TileId]) -> Result<Tiles, Problem> {
    // Tiles whose number is too large for the table are not there.
    let wanted = || wanted.iter().filter_map(|id| Some((i16::from(id.level), i64::try_from(id.number).ok()?)));
    let rows: Vec<(i16, i64, Vec<u8>)> = sqlx::query_as(
        "SELECT level, number, hashes FROM seal_tiles
         WHERE (level, number) IN (SELECT * FROM unnest($1::smallint[], $2::bigint[]))",
    )
    .bind(wanted().map(|(level, _)| level).collect::<Vec<_>>())
    .bind(wanted().map(|(_, number)| number).collect::<Vec<_>>())
    .fetch_all(pool)
    .await
    .map_err(store::problem)?;
    let tile = |(level, number, hashes): (i16, i64, Vec<u8>)| {
        (TileId { level: level.unsigned_abs() as u8, number: store::unsigned(number) }, hashes)
    };
    Ok(rows.into_iter().map(tile).collect())
}

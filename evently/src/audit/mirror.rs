//! Tiles in a folder, under the paths at which they are published, so that any web server can publish them as well.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use sqlx::PgConnection;
use transparency::{Checkpoint, TILE_WIDTH, TileId, TilePath};

use super::leaves::{Leaves, Source};

/// The file with the checkpoint, beside the folder `tile`.
pub(super) const CHECKPOINT_FILE: &str = "checkpoint";
/// How many tiles are read at once: 2 MiB.
const TILES_MAX: i64 = 256;

/// Where a tile is in a mirror.
pub(super) fn file(folder: &Path, path: TilePath) -> PathBuf {
    folder.join("tile").join(path.to_string())
}

/// Adds the tiles of a checkpoint's tree that are not there yet. What is there stays as it is, which is why it is
/// found out if the tree is not the one that was mirrored before.
pub(super) async fn update(
    connection: &mut PgConnection,
    checkpoint: &Checkpoint,
    folder: &Path,
) -> anyhow::Result<()> {
    for level in 0..8 {
        let mut number = 0;
        loop {
            let missing = missing(folder, checkpoint.size, level, number);
            let Some(first) = missing else { break };
            number = add(connection, checkpoint.size, folder, first).await?;
        }
    }
    let mut leaves = Leaves::new(Source::Mirror(folder), checkpoint.size);
    anyhow::ensure!(
        leaves.are_signed(connection, checkpoint).await?,
        "the tiles in {} do not belong to the checkpoint of the database: the log was rewritten since they were \
         mirrored, or somebody changed them",
        folder.display()
    );
    Ok(())
}

/// The first tile of a level, from `number` on, that a mirror lacks.
fn missing(folder: &Path, size: u64, level: u8, number: u64) -> Option<TileId> {
    let mut tile = TileId { level, number };
    loop {
        let width = tile.width(size);
        if width == 0 {
            return None;
        }
        if !file(folder, TilePath { tile, width }).exists() {
            return Some(tile);
        }
        tile.number += 1;
    }
}

/// Writes some tiles from the first one on; tells which number comes next.
async fn add(connection: &mut PgConnection, size: u64, folder: &Path, first: TileId) -> anyhow::Result<u64> {
    let rows: Vec<(i64, Vec<u8>)> = sqlx::query_as(
        "SELECT number, hashes FROM seal_tiles WHERE level = $1 AND number >= $2 ORDER BY number LIMIT $3",
    )
    .bind(i16::from(first.level))
    .bind(first.number.cast_signed())
    .bind(TILES_MAX)
    .fetch_all(connection)
    .await?;
    let mut next = first.number;
    for (number, hashes) in rows {
        let tile = TileId { level: first.level, number: number.cast_unsigned() };
        let path = TilePath { tile, width: tile.width(size) };
        anyhow::ensure!(
            tile.number == next && hashes.len() as u64 == path.width * 32,
            "tile {path} is missing from the database, or is not as wide as it must be"
        );
        write(folder, path, &hashes)?;
        next += 1;
    }
    anyhow::ensure!(next > first.number, "tile {} of level {} is missing from the database", first.number, first.level);
    Ok(next)
}

fn write(folder: &Path, path: TilePath, hashes: &[u8]) -> anyhow::Result<()> {
    let full = file(folder, TilePath { width: TILE_WIDTH, ..path });
    let narrower = PathBuf::from(format!("{}.p", full.display()));
    let file = file(folder, path);
    if file.exists() {
        return Ok(());
    }
    let parent = file.parent().unwrap_or(folder);
    fs::create_dir_all(parent).with_context(|| format!("cannot create {}", parent.display()))?;
    fs::write(&file, hashes).with_context(|| format!("cannot write {}", file.display()))?;
    // A full tile says all that its partial ones said.
    if path.width == TILE_WIDTH && narrower.exists() {
        fs::remove_dir_all(&narrower).with_context(|| format!("cannot remove {}", narrower.display()))?;
    }
    Ok(())
}

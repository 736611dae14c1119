//! The leaves' hashes, from the tiles of the database or of a mirror: what the log was when it was sealed. They
//! count only once they have the root that was signed.

use std::collections::HashMap;
use std::fs;
use std::ops::Range;
use std::path::Path;

use sqlx::PgConnection;
use transparency::{Checkpoint, HASH_BYTES, Hash, TILE_WIDTH, TileId, TilePath, Tree, hashes};

/// How many tiles are in memory at once: 2 MiB.
const TILES_MAX: u64 = 256;

/// Where tiles are.
#[derive(Clone, Copy)]
pub(super) enum Source<'a> {
    Database,
    /// A folder with the paths of C2SP tlog-tiles in it.
    Mirror(&'a Path),
}

/// The hashes of the first leaves, in order, read as they are needed.
pub(super) struct Leaves<'a> {
    source: Source<'a>,
    size: u64,
    window: Range<u64>,
    tiles: HashMap<u64, Vec<u8>>,
}

impl<'a> Leaves<'a> {
    pub(super) fn new(source: Source<'a>, size: u64) -> Self {
        Self { source, size, window: 0..0, tiles: HashMap::new() }
    }

    /// Whether all of them together have the root that was signed.
    pub(super) async fn are_signed(
        &mut self,
        connection: &mut PgConnection,
        checkpoint: &Checkpoint,
    ) -> Result<bool, sqlx::Error> {
        let mut tree = Tree::default();
        for number in 0..checkpoint.size.div_ceil(TILE_WIDTH) {
            let Some(tile) = self.tile(connection, number).await? else { return Ok(false) };
            hashes(tile).for_each(|leaf| tree.append(leaf));
            // Only the root is wanted; the tiles above are made on the way.
            tree.take_changed();
        }
        Ok(tree.size() == checkpoint.size && tree.root() == checkpoint.root)
    }

    /// The hash of the event that was sealed at a position, from 1 on.
    pub(super) async fn at(
        &mut self,
        connection: &mut PgConnection,
        position: u64,
    ) -> Result<Option<Hash>, sqlx::Error> {
        let index = position - 1;
        let tile = self.tile(connection, index / TILE_WIDTH).await?;
        Ok(tile.and_then(|tile| hashes(tile).nth((index % TILE_WIDTH) as usize)))
    }

    /// A tile of leaves as it was in the tree of this size.
    async fn tile(&mut self, connection: &mut PgConnection, number: u64) -> Result<Option<&[u8]>, sqlx::Error> {
        if !self.window.contains(&number) {
            self.window = number..number + TILES_MAX;
            self.tiles = match self.source {
                Source::Database => stored(connection, &self.window).await?,
                Source::Mirror(folder) => mirrored(folder, &self.window, self.size),
            };
        }
        let bytes = TileId { level: 0, number }.width(self.size) as usize * HASH_BYTES;
        Ok(self.tiles.get(&number).and_then(|tile| tile.get(..bytes)))
    }
}

async fn stored(connection: &mut PgConnection, numbers: &Range<u64>) -> Result<HashMap<u64, Vec<u8>>, sqlx::Error> {
    let rows: Vec<(i64, Vec<u8>)> =
        sqlx::query_as("SELECT number, hashes FROM seal_tiles WHERE level = 0 AND number >= $1 AND number < $2")
            .bind(numbers.start.cast_signed())
            .bind(numbers.end.cast_signed())
            .fetch_all(connection)
            .await?;
    Ok(rows.into_iter().map(|(number, hashes)| (number.cast_unsigned(), hashes)).collect())
}

fn mirrored(folder: &Path, numbers: &Range<u64>, size: u64) -> HashMap<u64, Vec<u8>> {
    let read = |number| {
        let tile = TileId { level: 0, number };
        // As it was in that tree, or as it was later.
        let widths = tile.width(size).max(1)..=TILE_WIDTH;
        widths.into_iter().find_map(|width| fs::read(super::mirror::file(folder, TilePath { tile, width })).ok())
    };
    let present = numbers.clone().take_while(|number| number * TILE_WIDTH < size);
    present.filter_map(|number| Some((number, read(number)?))).collect()
}

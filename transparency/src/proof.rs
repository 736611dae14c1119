//! Proofs out of tiles: that a leaf is in a tree, and that a tree has only grown (RFC 6962, 2.1.1 and 2.1.2).

use std::cell::RefCell;
use std::collections::HashMap;

use tlog_tiles::{Error, Hash, HashReader, Tile, check_record, check_tree, prove_record, prove_tree};

use crate::tile::{TILE_HEIGHT, TileId};

/// Tiles by their places. They may be wider than the tree that is asked about.
pub type Tiles = HashMap<TileId, Vec<u8>>;

/// The tiles do not tell what a proof needs, or there is no such leaf or tree.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no proof can be made of these tiles: {0}")]
pub struct NotInTiles(String);

impl From<Error> for NotInTiles {
    fn from(error: Error) -> Self {
        Self(error.to_string())
    }
}

/// The tiles that [`inclusion`] needs.
pub fn inclusion_tiles(index: u64, size: u64) -> Result<Vec<TileId>, NotInTiles> {
    let wanted = Wanted::default();
    prove_record(size, index, &wanted)?;
    Ok(wanted.tiles())
}

/// The hashes that lead from the leaf with `index` (from 0) to the root of the tree of `size` leaves, the
/// lowest first.
pub fn inclusion(index: u64, size: u64, tiles: &Tiles) -> Result<Vec<Hash>, NotInTiles> {
    Ok(prove_record(size, index, &Held(tiles))?)
}

/// Whether `proof` leads from a leaf to the root.
pub fn proves_inclusion(proof: &[Hash], index: u64, leaf: Hash, size: u64, root: Hash) -> bool {
    check_record(&proof.to_vec(), size, root, index, leaf).is_ok()
}

/// The tiles that [`consistency`] needs.
pub fn consistency_tiles(old_size: u64, size: u64) -> Result<Vec<TileId>, NotInTiles> {
    let wanted = Wanted::default();
    prove_tree(size, old_size, &wanted)?;
    Ok(wanted.tiles())
}

/// The hashes that show that the tree of `size` leaves begins with that of `old_size`, which is not empty.
pub fn consistency(old_size: u64, size: u64, tiles: &Tiles) -> Result<Vec<Hash>, NotInTiles> {
    Ok(prove_tree(size, old_size, &Held(tiles))?)
}

/// Whether `proof` shows that the newer tree begins with the older one. Each is given as size and root.
pub fn proves_consistency(proof: &[Hash], (old_size, old_root): (u64, Hash), (size, root): (u64, Hash)) -> bool {
    check_tree(&proof.to_vec(), size, root, old_size, old_root).is_ok()
}

/// Writes down which tiles are asked for.
#[derive(Default)]
struct Wanted(RefCell<Vec<TileId>>);

impl Wanted {
    fn tiles(self) -> Vec<TileId> {
        let mut tiles = self.0.into_inner();
        tiles.sort_unstable();
        tiles.dedup();
        tiles
    }
}

impl HashReader for Wanted {
    fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<Hash>, Error> {
        self.0.borrow_mut().extend(indexes.iter().map(|index| id(Tile::from_index(TILE_HEIGHT, *index))));
        Ok(vec![Hash::default(); indexes.len()])
    }
}

/// Finds hashes in tiles.
struct Held<'a>(&'a Tiles);

impl HashReader for Held<'_> {
    fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<Hash>, Error> {
        let find = |index: &u64| {
            let tile = Tile::from_index(TILE_HEIGHT, *index);
            let hashes = self.0.get(&id(tile)).ok_or(Error::IndexesNotInTree)?;
            tile.hash_at_index(hashes, *index)
        };
        indexes.iter().map(find).collect()
    }
}

fn id(tile: Tile) -> TileId {
    TileId { level: tile.level(), number: tile.level_index() }
}

#[cfg(test)]
mod tests;

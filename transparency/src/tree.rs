//! The tree as it grows: only its right edge is in memory, at most one partial tile per level.

use tlog_tiles::{EMPTY_HASH, Hash, Tile, node_hash};

use crate::tile::{HASH_BYTES, TILE_BYTES, TILE_HEIGHT, TileId, TilePath};

/// A Merkle tree (RFC 6962) to which leaves are appended. It hands out the tiles that come of it.
#[derive(Clone, Debug, Default)]
pub struct Tree {
    size: u64,
    /// The partial tile of each level, from the leaves up. One that has just become full is empty.
    edge: Vec<Vec<u8>>,
    full: Vec<(TileId, Vec<u8>)>,
    /// How many levels have changed since [`Tree::take_changed`].
    changed: usize,
}

impl Tree {
    /// The partial tiles that a tree of `size` leaves needs to grow on.
    pub fn edge(size: u64) -> Vec<TilePath> {
        let levels = (0..u64::BITS.div_ceil(TILE_HEIGHT.into())).filter_map(|level| {
            let hashes = size >> (level * u32::from(TILE_HEIGHT));
            let (number, width) = (hashes >> TILE_HEIGHT, hashes % crate::TILE_WIDTH);
            (width > 0).then_some(TilePath { tile: TileId { level: level as u8, number }, width })
        });
        levels.collect()
    }

    /// The tree of `size` leaves, from the tiles that [`Tree::edge`] names. `tile` tells the bytes of one;
    /// a tile that has grown since is cut to what it was.
    pub fn resume(size: u64, tile: impl Fn(TileId) -> Option<Vec<u8>>) -> Result<Self, EdgeMissing> {
        let mut tree = Self { size, ..Self::default() };
        for path in Self::edge(size) {
            let bytes = path.width as usize * HASH_BYTES;
            let mut hashes = tile(path.tile).filter(|hashes| hashes.len() >= bytes).ok_or(EdgeMissing(path))?;
            hashes.truncate(bytes);
            hashes.reserve(TILE_BYTES - bytes);
            tree.edge.resize(usize::from(path.tile.level) + 1, Vec::new());
            tree.edge[usize::from(path.tile.level)] = hashes;
        }
        Ok(tree)
    }

    /// How many leaves it has.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Appends the hash of a leaf.
    pub fn append(&mut self, leaf: Hash) {
        self.size += 1;
        let mut hash = leaf;
        for level in 0.. {
            if self.edge.len() == level {
                self.edge.push(Vec::with_capacity(TILE_BYTES));
            }
            self.changed = self.changed.max(level + 1);
            let tile = &mut self.edge[level];
            tile.extend_from_slice(&hash.0);
            if tile.len() < TILE_BYTES {
                return;
            }
            hash = Tile::subtree_hash(tile);
            let full = std::mem::replace(tile, Vec::with_capacity(TILE_BYTES));
            let number = (self.size >> ((level + 1) * usize::from(TILE_HEIGHT))) - 1;
            self.full.push((TileId { level: level as u8, number }, full));
        }
    }

    /// The root: the Merkle tree hash of all leaves.
    pub fn root(&self) -> Hash {
        let mut root: Option<Hash> = None;
        for tile in &self.edge {
            // A partial tile is a row of perfect subtrees, the largest first; what is to the right of
            // it came from the levels below.
            let mut rest = tile.as_slice();
            while !rest.is_empty() {
                let hashes = rest.len() / HASH_BYTES;
                let smallest = 1 << hashes.trailing_zeros();
                let (left, subtree) = rest.split_at((hashes - smallest) * HASH_BYTES);
                let hash = Tile::subtree_hash(subtree);
                root = Some(root.map_or(hash, |right| node_hash(hash, right)));
                rest = left;
            }
        }
        root.unwrap_or(EMPTY_HASH)
    }

    /// The tiles that have become full and the partial ones that have grown since this was last asked.
    pub fn take_changed(&mut self) -> Vec<(TileId, Vec<u8>)> {
        let mut tiles = std::mem::take(&mut self.full);
        let changed = std::mem::take(&mut self.changed);
        let partial = Self::edge(self.size).into_iter().filter(|path| usize::from(path.tile.level) < changed);
        tiles.extend(partial.map(|path| (path.tile, self.edge[usize::from(path.tile.level)].clone())));
        tiles
    }
}

/// A tile of the right edge is not there, or is narrower than it must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("tile {0} of the tree's right edge is missing or too short")]
pub struct EdgeMissing(pub TilePath);

#[cfg(test)]
pub(crate) mod tests;

//! Tiles: 256 hashes of the tree side by side, and the paths under which they are published
//! (C2SP tlog-tiles).

use std::fmt;
use std::str::FromStr;

use tlog_tiles::Hash;

/// How many hashes a full tile has.
pub const TILE_WIDTH: u64 = 256;
/// How many bytes a hash has.
pub const HASH_BYTES: usize = 32;
/// How many bytes a full tile has.
pub const TILE_BYTES: usize = 256 * HASH_BYTES;
/// How many levels of the tree one level of tiles spans: 256 is two to this.
pub(crate) const TILE_HEIGHT: u8 = 8;
/// The highest level that a path may name.
const LEVEL_MAX: u8 = 63;
/// Each element of a path holds three digits of the number.
const PATH_BASE: u64 = 1_000;
/// The longest path of a tile: 63, seven elements for the largest number, the widest partial width.
const PATH_CHARS_MAX: usize = 45;

/// A tile's place: its level (0 holds the leaves' hashes) and its number within the level.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TileId {
    /// Its level. A hash of level 1 stands for a full tile of level 0, and so on.
    pub level: u8,
    /// Its number within the level, from 0.
    pub number: u64,
}

impl TileId {
    /// How many hashes it has in a tree of `size` leaves: 256 if it is full, 0 if it is not there.
    pub fn width(self, size: u64) -> u64 {
        let hashes = size.checked_shr(u32::from(self.level) * u32::from(TILE_HEIGHT)).unwrap_or(0);
        let before = self.number.saturating_mul(TILE_WIDTH);
        hashes.saturating_sub(before).min(TILE_WIDTH)
    }
}

/// What a path names: a tile, and how many hashes of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TilePath {
    /// Which tile.
    pub tile: TileId,
    /// How many hashes: 256 for a full tile, fewer for a partial one, never 0.
    pub width: u64,
}

impl fmt::Display for TilePath {
    /// `<L>/<N>` or `<L>/<N>.p/<W>`, for example `0/x001/x234/067` or `1/000.p/17`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest = self.tile.number;
        let mut number = format!("{:03}", rest % PATH_BASE);
        while rest >= PATH_BASE {
            rest /= PATH_BASE;
            number = format!("x{:03}/{number}", rest % PATH_BASE);
        }
        write!(f, "{}/{number}", self.tile.level)?;
        if self.width < TILE_WIDTH { write!(f, ".p/{}", self.width) } else { Ok(()) }
    }
}

impl FromStr for TilePath {
    type Err = NotATile;

    fn from_str(path: &str) -> Result<Self, NotATile> {
        if path.len() > PATH_CHARS_MAX {
            return Err(NotATile);
        }
        let (full, width) = match path.split_once(".p/") {
            Some((full, width)) => (full, width.parse().map_err(|_| NotATile)?),
            None => (path, TILE_WIDTH),
        };
        let (level, number) = full.split_once('/').ok_or(NotATile)?;
        let level = level.parse().ok().filter(|level| *level <= LEVEL_MAX).ok_or(NotATile)?;
        let number = number.split('/').try_fold(0_u64, |number, element| {
            let digits: u64 = element.trim_start_matches('x').parse().ok()?;
            number.checked_mul(PATH_BASE)?.checked_add(digits)
        });
        let tile = TileId { level, number: number.ok_or(NotATile)? };
        // There is one way to write a path; signs, zeros too many and widths out of range are others.
        let read = Self { tile, width };
        if width > 0 && read.to_string() == path { Ok(read) } else { Err(NotATile) }
    }
}

/// The text is not the path of a tile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not the path of a tile: it should be like 0/x001/234 or, for its first hashes alone, 0/x001/234.p/56")]
pub struct NotATile;

/// The hashes in a tile's bytes.
pub fn hashes(tile: &[u8]) -> impl Iterator<Item = Hash> {
    tile.chunks_exact(HASH_BYTES).map(|hash| {
        let mut bytes = [0; HASH_BYTES];
        bytes.copy_from_slice(hash);
        Hash(bytes)
    })
}

#[cfg(test)]
mod tests;

//! What makes the log provable: an RFC 6962 Merkle tree over its events, kept as tiles (C2SP tlog-tiles),
//! and checkpoints signed as notes (C2SP tlog-checkpoint, signed-note), which existing tools read.
//!
//! Pure: no I/O and no clock. Reading order: `leaf.rs` (the bytes of an event), `tree.rs` (it grows),
//! `tile.rs` (its parts and their paths), `proof.rs`, `note.rs` (keys and checkpoints).

mod leaf;
mod note;
mod proof;
mod tile;
mod tree;

pub use leaf::{Leaf, leaf_bytes, leaf_hash};
pub use note::{BadKey, BadNote, Checkpoint, SealKey, VerifierKey};
pub use proof::{NotInTiles, Tiles, consistency, consistency_tiles, inclusion, inclusion_tiles};
pub use proof::{proves_consistency, proves_inclusion};
pub use tile::{HASH_BYTES, NotATile, TILE_BYTES, TILE_WIDTH, TileId, TilePath, hashes};
pub use tlog_tiles::Hash;
pub use tree::{EdgeMissing, Tree};

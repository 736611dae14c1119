//! How a sale goes, in numbers: one fold of the log, for whoever counts.
//!
//! [`Sale::take`] turns one recorded fact into changes of [`Totals`] of a show and of its ticket types. The
//! totals run from the beginning of the log, so the numbers of any moment are one look-up, and those of a
//! stretch of time the difference of two. What is counted is listed in `analytics/measure.rs`.

mod measure;
mod money;
mod picture;
mod programme;
mod sale;
#[cfg(test)]
mod tests;
mod tickets;
mod totals;

pub use measure::Measure;
pub use money::Before;
pub use picture::{entries, write_entry};
pub use sale::{Moment, Part, Sale, seats_of};
pub use totals::Totals;

/// How many positions of the log share a block, as a power of two: what happened within one can be folded
/// again while somebody waits for an answer.
pub const BLOCK_BITS: u32 = 12;
/// How many positions share a stretch of blocks, as a power of two: at its end everything that changed in it
/// is written down by itself.
pub const STRETCH_BITS: u32 = 16;

/// The block that a position belongs to.
pub fn block_of(position: u64) -> u64 {
    position >> BLOCK_BITS
}

/// The last position of a block.
pub fn end_of_block(block: u64) -> u64 {
    ((block + 1) << BLOCK_BITS) - 1
}

/// The stretch that a position belongs to.
pub fn stretch_of(position: u64) -> u64 {
    position >> STRETCH_BITS
}

/// The first block of a stretch.
pub fn first_block_of(stretch: u64) -> u64 {
    stretch << (STRETCH_BITS - BLOCK_BITS)
}

/// The minute of a moment, counted from the Unix epoch.
pub fn minute_of(at: crate::Timestamp) -> i64 {
    at.timestamp().div_euclid(60)
}

//! What organizers ask about seats.

use alloc::vec::Vec;

use crate::show::event::{SeatLabel, SeatMap};
use crate::text::Text;

/// Sets up the seats.
#[derive(Clone, Debug)]
pub struct SetSeatMap {
    /// The revision that the organizer had before their eyes.
    pub expected_revision: u64,
    /// All seats.
    pub map: SeatMap,
}

/// Does not sell some seats, or sells them again.
#[derive(Clone, Debug)]
pub struct BlockSeats {
    /// Which; each once.
    pub seats: Vec<SeatLabel>,
    /// `false`: sell them again.
    pub block: bool,
    /// Why.
    pub reason: Text<200>,
}

//! Seats: which of them are free, and which of those are the best.
//!
//! A seat is free, taken (sold, held or offered) or blocked. The map is kept as *stretches*: seats of
//! one ticket type side by side in one row. Whoever wants seats together gets them within one stretch,
//! so rows and sections need not be remembered. What each request may have is in `seating/checks.rs`,
//! which seats are the best in `seating/choice.rs`.

mod block;
mod checks;
mod choice;
mod index;
mod ranking;
mod search;
#[cfg(test)]
mod tests;
mod windows;

use alloc::boxed::Box;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use super::event::{Point, Row, Seat, SeatLabel, SeatMapSet};
use crate::ids::TicketTypeId;
use index::{Index, Spot};

/// The seats of a show and what became of them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Written")]
pub struct Seating {
    /// Which of the show's maps it is; 0: it has none.
    version: u32,
    /// All seats, in the map's order.
    stretches: Vec<Stretch>,
    /// Follows from the stretches, and makes them quick to ask.
    #[serde(skip_serializing)]
    index: Index,
}

/// What is written down of it in a snapshot.
#[derive(Deserialize)]
struct Written {
    version: u32,
    stretches: Vec<Stretch>,
}

impl From<Written> for Seating {
    fn from(written: Written) -> Self {
        let index = Index::of(&written.stretches);
        Self { version: written.version, stretches: written.stretches, index }
    }
}

/// Seats of one ticket type side by side.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Stretch {
    ticket_type_id: TicketTypeId,
    places: Box<[Place]>,
}

/// One seat.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Place {
    label: SeatLabel,
    /// The square of how far it is from its section's focal point.
    distance: u64,
    accessible: bool,
    restricted_view: bool,
    state: State,
}

/// What became of a seat.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum State {
    /// It can be had.
    Free,
    /// Sold, held or offered.
    Taken,
    /// Not sold, because the organizer says so.
    Blocked,
}

/// How many seats a ticket type has, and how many of them cannot be had.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// All its seats.
    pub seats: u32,
    /// Those that are sold, held or offered.
    pub taken: u32,
    /// Those that are not sold for now.
    pub blocked: u32,
}

impl Seating {
    /// Which of the show's maps it is, from 1; 0: it has none.
    pub fn version(&self) -> u32 {
        self.version
    }

    /// Whether there are no seats.
    pub fn is_empty(&self) -> bool {
        self.stretches.is_empty()
    }

    /// What became of each seat, in the map's order.
    pub fn states(&self) -> impl Iterator<Item = State> {
        self.places().map(|place| place.state)
    }

    /// The seats of one ticket type.
    pub(super) fn counts(&self, ticket_type_id: TicketTypeId) -> Counts {
        self.index.share(ticket_type_id).map_or_else(Counts::default, |share| Counts {
            seats: share.seats,
            taken: share.tally.taken,
            blocked: share.tally.blocked,
        })
    }

    /// There is a new map. A seat that has the name of an old one is in the state of that one.
    pub(super) fn set(&mut self, set: &SeatMapSet) {
        let mut stretches = Vec::new();
        for section in &set.map.sections {
            for row in &section.rows {
                stretches.extend(stretches_of(row, section.focal_point));
            }
        }
        let by_label = index::by_label(&stretches);
        for place in self.places().filter(|place| place.state != State::Free) {
            if let Some(spot) = index::find(&by_label, &stretches, &place.label) {
                spot.place_mut(&mut stretches).state = place.state;
            }
        }
        self.index = Index::with(by_label, &stretches);
        (self.version, self.stretches) = (set.version, stretches);
    }

    /// These were sold, held or offered.
    pub(super) fn take(&mut self, seats: &[SeatLabel]) {
        self.turn(seats, &[State::Free, State::Blocked], State::Taken);
    }

    /// These were given back.
    pub(super) fn free(&mut self, seats: &[SeatLabel]) {
        self.turn(seats, &[State::Taken], State::Free);
    }

    /// These are not sold for now.
    pub(super) fn block(&mut self, seats: &[SeatLabel]) {
        self.turn(seats, &[State::Free], State::Blocked);
    }

    /// These are sold again.
    pub(super) fn unblock(&mut self, seats: &[SeatLabel]) {
        self.turn(seats, &[State::Blocked], State::Free);
    }

    /// Turns the state of those seats that are there.
    fn turn(&mut self, seats: &[SeatLabel], from: &[State], to: State) {
        let mut touched: Vec<u32> = Vec::new();
        for label in seats {
            let Some(spot) = self.index.find(&self.stretches, label) else { continue };
            let state = &mut spot.place_mut(&mut self.stretches).state;
            if from.contains(state) {
                *state = to;
                touched.extend(self.index.touched_by(spot, &self.stretches));
            }
        }
        touched.sort_unstable();
        touched.dedup();
        for block in touched {
            self.index.refresh(&self.stretches, block);
        }
    }

    /// Every seat, in the map's order.
    fn places(&self) -> impl Iterator<Item = &Place> {
        self.stretches.iter().flat_map(|stretch| &stretch.places)
    }

    fn find(&self, label: &SeatLabel) -> Option<(Spot, &Place)> {
        let spot = self.index.find(&self.stretches, label)?;
        Some((spot, spot.place(&self.stretches)))
    }
}

/// A row's seats, all free.
fn stretches_of(row: &Row, focal_point: Point) -> impl Iterator<Item = Stretch> {
    row.seats.chunk_by(|left, right| left.ticket_type_id == right.ticket_type_id).map(move |seats| Stretch {
        ticket_type_id: seats[0].ticket_type_id,
        places: seats.iter().map(|seat| place(seat, focal_point)).collect(),
    })
}

fn place(seat: &Seat, focal_point: Point) -> Place {
    let (right, back) = (seat.x.abs_diff(focal_point.x), seat.y.abs_diff(focal_point.y));
    Place {
        label: seat.label.clone(),
        // Saturates only where both are billions of units apart: as far as anything can be.
        distance: u64::from(right).pow(2).saturating_add(u64::from(back).pow(2)),
        accessible: seat.accessible,
        restricted_view: seat.restricted_view,
        state: State::Free,
    }
}

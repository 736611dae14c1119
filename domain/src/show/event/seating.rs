//! The seat map and what happened to it.

use alloc::boxed::Box;

use serde::{Deserialize, Serialize};

use super::is_default;
use crate::ids::TicketTypeId;
use crate::text::Text;

/// A seat's name, which no other seat of the show has, for example `A-11`.
pub type SeatLabel = Text<{ SeatMap::LABEL_MAX }>;

/// Its seats became these.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeatMapSet {
    /// Counts the maps of the show, from 1.
    pub version: u32,
    /// All seats, as they are from now on.
    pub map: SeatMap,
}

/// Where people sit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeatMap {
    /// Parts of the house.
    pub sections: Box<[Section]>,
}

impl SeatMap {
    /// The most seats of a show.
    pub const SEATS_MAX: usize = 100_000;
    /// The longest name of a section, a row or a seat, in characters.
    pub const LABEL_MAX: usize = 32;

    /// Every seat, in the map's order.
    pub fn seats(&self) -> impl Iterator<Item = &Seat> {
        self.sections.iter().flat_map(|section| &section.rows).flat_map(|row| &row.seats)
    }
}

/// A part of the house.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Section {
    /// Its name.
    pub name: Text<{ SeatMap::LABEL_MAX }>,
    /// What its best seats are nearest to.
    pub focal_point: Point,
    /// From the front to the back.
    pub rows: Box<[Row]>,
}

/// Seats side by side.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// Its name.
    pub label: Text<{ SeatMap::LABEL_MAX }>,
    /// Each next to the one before it.
    pub seats: Box<[Seat]>,
}

/// A place to sit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seat {
    /// Its name.
    pub label: SeatLabel,
    /// Where it is, to the right.
    pub x: i32,
    /// Where it is, to the back.
    pub y: i32,
    /// What it is sold as.
    pub ticket_type_id: TicketTypeId,
    /// For wheelchairs.
    #[serde(default, skip_serializing_if = "is_default")]
    pub accessible: bool,
    /// One does not see everything from it.
    #[serde(default, skip_serializing_if = "is_default")]
    pub restricted_view: bool,
}

/// A place on the map, in whatever unit the map is drawn in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Point {
    /// To the right.
    pub x: i32,
    /// To the back.
    pub y: i32,
}

/// Seats are not sold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeatsBlocked {
    /// Which. They were free.
    pub seats: Box<[SeatLabel]>,
    /// Why.
    pub reason: Text<200>,
}

/// Seats are sold again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeatsUnblocked {
    /// Which. They were blocked.
    pub seats: Box<[SeatLabel]>,
    /// Why.
    pub reason: Text<200>,
}

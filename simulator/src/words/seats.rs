//! The seat maps of a plan as the domain has them.

use domain::show::{Command, Point, Row, Seat, SeatMap, Section, SetSeatMap};

use super::{kind_id, text};
use crate::plan::{Map, Place};

/// The command that sets up a map.
pub(super) fn set_map(show: u8, map: &Map, expected_revision: u64) -> Command {
    let sections = (0..).zip(&map.sections).map(|(section, (kind, rows))| Section {
        name: text(&format!("Section {section}")),
        focal_point: Point { x: 3, y: 0 },
        rows: (0..).zip(rows).map(|(row, letters)| self::row(show, map, *kind, (section, row), letters)).collect(),
    });
    Command::SetSeatMap(Box::new(SetSeatMap { expected_revision, map: SeatMap { sections: sections.collect() } }))
}

fn row(show: u8, map: &Map, kind: u8, (section, row): (u8, u8), letters: &str) -> Row {
    let seats = (0..).zip(letters.bytes()).map(|(seat, letter)| {
        // Where two seats have one name, it is the second one's.
        let named = if map.doubled && seat == 1 { 0 } else { seat };
        Seat {
            label: text(&Place(section, row, named).label()),
            x: i32::from(seat),
            y: i32::from(row),
            ticket_type_id: kind_id(show, kind),
            accessible: letter == b'a',
            restricted_view: letter == b'r',
        }
    });
    Row { label: text(&format!("{}", row + 1)), seats: seats.collect() }
}

//! Houses are drawn: a string is a row, a letter a seat, and rows are called A, B, C ... from the front.
//! `.` free, `a` accessible, `r` with a restricted view, `x` taken, `#` blocked, `s` free and of another type.

mod best;
mod checks;
mod house;
mod naive;

use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use uuid::Uuid;

use super::*;
use crate::show::command::BestAvailable;
use crate::show::event::{SeatMap, Section};
use crate::show::rejection::Rejection;
use crate::text::Text;

const STALLS: TicketTypeId = TicketTypeId(Uuid::from_u128(0x71));
const BOXES: TicketTypeId = TicketTypeId(Uuid::from_u128(0x72));
const STANDING: TicketTypeId = TicketTypeId(Uuid::from_u128(0x73));
const UNHEARD_OF: TicketTypeId = TicketTypeId(Uuid::from_u128(0x7F));

fn text<const MAX: usize>(text: &str) -> Text<MAX> {
    Text::line(text).unwrap()
}

fn labels(names: &[&str]) -> Vec<SeatLabel> {
    names.iter().map(|name| text(name)).collect()
}

fn names(labels: &[SeatLabel]) -> Vec<&str> {
    labels.iter().map(Text::as_str).collect()
}

/// One section in front of the middle of its first row. Seats are two units apart, so that a middle is a point.
fn section(name: &str, first_row: u8, rows: &[&str]) -> Section {
    let middle = rows.first().map_or(0, |row| row.len().saturating_sub(1)).try_into().unwrap();
    let rows = rows.iter().zip(first_row..).zip(0..).map(|((drawn, letter), y)| {
        let seat = |(x, kind)| Seat {
            label: text(&format!("{}-{}", char::from(letter), x + 1)),
            x: x * 2,
            y: y * 2,
            ticket_type_id: if kind == 's' { BOXES } else { STALLS },
            accessible: kind == 'a',
            restricted_view: kind == 'r',
        };
        Row { label: text(&format!("{}", char::from(letter))), seats: (0..).zip(drawn.chars()).map(seat).collect() }
    });
    Section { name: text(name), focal_point: Point { x: middle, y: 0 }, rows: rows.collect() }
}

fn map(rows: &[&str]) -> SeatMapSet {
    SeatMapSet { version: 1, map: SeatMap { sections: [section("Parkett", b'A', rows)].into() } }
}

fn drawn(rows: &[&str], kind: char) -> Vec<SeatLabel> {
    let set = map(rows);
    let kinds = rows.iter().flat_map(|row| row.chars());
    set.map.seats().zip(kinds).filter(|(_, drawn)| *drawn == kind).map(|(seat, _)| seat.label.clone()).collect()
}

fn house(rows: &[&str]) -> Seating {
    let mut house = Seating::default();
    house.set(&map(rows));
    house.take(&drawn(rows, 'x'));
    house.block(&drawn(rows, '#'));
    house
}

fn together(quantity: u32) -> BestAvailable {
    BestAvailable { quantity, together: true, accessible: 0 }
}

fn apart(quantity: u32) -> BestAvailable {
    BestAvailable { quantity, together: false, accessible: 0 }
}

fn counts(house: &Seating) -> (u32, u32, u32) {
    let Counts { seats, taken, blocked } = house.counts(STALLS);
    (seats, taken, blocked)
}

/// Written down in a snapshot and read back.
fn read_back(house: &Seating) -> Seating {
    let written = serde_json::to_vec(house).unwrap();
    serde_json::from_slice(&written).unwrap()
}

//! `seat_maps` and `seats`: where each seat is, and whether it is free.

use sqlx::postgres::PgRow;
use sqlx::{FromRow as _, Row as _};
use uuid::Uuid;

use super::{Compared, Found, row};
use crate::verify::facts::SeatMap;
use crate::verify::recount::Recount;
use crate::verify::show::{SeatState, digest};

row! {
    /// A row of `seat_maps`, the map aside.
    SeatMapRow {
        version: i32,
        sections: Vec<String>,
    }
}

row! {
    /// A row of `seats`.
    SeatRow {
        ticket_type_id: Uuid,
        section: i32,
        place: i32,
        state: i16,
    }
}

pub(super) fn seat_map(row: &PgRow, recount: &Recount, found: &mut Found) -> Compared {
    let (show_id, map): (Uuid, &str) = (row.try_get("show_id")?, row.try_get("map")?);
    found.add(show_id);
    let seats = recount.shows.get(&show_id).map(|show| &show.seats).filter(|seats| seats.version > 0);
    let Some(seats) = seats else {
        return Ok(Err(format!("the row of show {show_id} is about a map that the log does not know")));
    };
    let should_be = SeatMapRow { version: seats.version, sections: seats.sections.clone() };
    let mut compared = SeatMapRow::from_row(row)?.compare(&should_be);
    if compared.is_ok() && !serde_json::from_str::<SeatMap>(map).is_ok_and(|map| digest(&map) == seats.digest) {
        compared = Err("has another map than the log".into());
    }
    Ok(compared.map_err(|difference| format!("the row of show {show_id} {difference}")))
}

pub(super) fn missing_seat_map(recount: &Recount, found: &Found) -> Option<String> {
    let mut with_map = recount.shows.iter().filter(|(_, show)| show.seats.version > 0);
    with_map.find(|(show_id, _)| !found.has(**show_id)).map(|(show_id, _)| format!("the map of show {show_id}"))
}

pub(super) fn seat(row: &PgRow, recount: &Recount, found: &mut Found) -> Compared {
    let (show_id, label): (Uuid, &str) = (row.try_get("show_id")?, row.try_get("label")?);
    found.add((show_id, label));
    let show = recount.shows.get(&show_id);
    let known = show.and_then(|show| show.seats.find(label).map(|(seat, spot)| (show, seat, spot)));
    let Some((show, seat, spot)) = known else {
        return Ok(Err(format!("seat {label} of show {show_id} is one that the log does not know")));
    };
    let should_be = SeatRow {
        ticket_type_id: show.ticket_types[spot.kind as usize].ticket_type_id,
        section: spot.section,
        place: spot.place,
        state: match seat.state {
            SeatState::Free => 0,
            SeatState::Held(_) => 1,
            SeatState::Sold(_) => 2,
            SeatState::Blocked => 3,
        },
    };
    let compared = SeatRow::from_row(row)?.compare(&should_be);
    Ok(compared.map_err(|difference| format!("seat {label} of show {show_id} {difference}")))
}

pub(super) fn missing_seat(recount: &Recount, found: &Found) -> Option<String> {
    recount.shows.iter().find_map(|(show_id, show)| {
        let (seat, _) = show.seats.in_map().find(|(seat, _)| !found.has((*show_id, &*seat.label)))?;
        Some(format!("seat {} of show {show_id}", seat.label))
    })
}

//! The seat map and what happened to it, as its JSON is documented.

use serde::Deserialize;
use uuid::Uuid;

#[derive(Deserialize)]
pub(in crate::verify) struct SeatMapSet {
    pub(in crate::verify) version: i32,
    pub(in crate::verify) map: SeatMap,
}

#[derive(Hash, Deserialize)]
pub(in crate::verify) struct SeatMap {
    pub(in crate::verify) sections: Vec<Section>,
}

#[derive(Hash, Deserialize)]
pub(in crate::verify) struct Section {
    pub(in crate::verify) name: String,
    pub(in crate::verify) focal_point: Point,
    pub(in crate::verify) rows: Vec<Row>,
}

#[derive(Hash, Deserialize)]
pub(in crate::verify) struct Point {
    pub(in crate::verify) x: i32,
    pub(in crate::verify) y: i32,
}

#[derive(Hash, Deserialize)]
pub(in crate::verify) struct Row {
    pub(in crate::verify) label: String,
    pub(in crate::verify) seats: Vec<Seat>,
}

#[derive(Hash, Deserialize)]
pub(in crate::verify) struct Seat {
    pub(in crate::verify) label: String,
    pub(in crate::verify) x: i32,
    pub(in crate::verify) y: i32,
    pub(in crate::verify) ticket_type_id: Uuid,
    #[serde(default)]
    pub(in crate::verify) accessible: bool,
    #[serde(default)]
    pub(in crate::verify) restricted_view: bool,
}

/// Seats that are not sold from now on, or sold again.
#[derive(Deserialize)]
pub(in crate::verify) struct SeatNames {
    pub(in crate::verify) seats: Vec<String>,
}

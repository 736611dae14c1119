//! Seat maps as the API shows them. The map of a large house takes megabytes, and everybody who looks for
//! a seat wants it, so finished ones are kept: a version of a map never changes.

use bytes::Bytes;
use domain::show;
use edge::problem::Problem;
use serde::Serialize;
use sqlx::PgPool;
use tokio::task::spawn_blocking;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::store;

/// How much the finished maps may take together, in bytes.
const MAPS_BYTES_MAX: u64 = 64 * 1024 * 1024;

/// A finished map.
#[derive(Clone)]
pub(crate) struct Drawn {
    pub(crate) version: i32,
    /// A JSON array of [`Section`].
    pub(crate) sections: Bytes,
}

/// Finished maps by show.
pub(crate) struct SeatMaps(moka::sync::Cache<Uuid, Drawn>);

/// A part of the house.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Section {
    #[schema(example = "Stalls left")]
    name: String,
    /// What its best seats are nearest to.
    focal_point: Point,
    /// From the front to the back.
    rows: Vec<Row>,
}

/// Seats side by side.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Row {
    #[schema(example = "A")]
    label: String,
    /// Each next to the one before it.
    seats: Vec<Seat>,
}

/// A place to sit.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Seat {
    /// No other seat of the event has it.
    #[schema(example = "A-11")]
    label: String,
    position: Point,
    /// What it is sold as.
    ticket_type_id: Uuid,
    /// For wheelchairs; absent if not.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[schema(required = false)]
    accessible: bool,
    /// One does not see everything from it; absent if one does.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[schema(required = false)]
    restricted_view: bool,
}

/// A place on the map, in whatever unit the map is drawn in.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Point {
    /// To the right.
    x: i32,
    /// To the back.
    y: i32,
}

impl Default for SeatMaps {
    fn default() -> Self {
        let weigh = |_: &Uuid, drawn: &Drawn| u32::try_from(drawn.sections.len()).unwrap_or(u32::MAX);
        Self(moka::sync::Cache::builder().max_capacity(MAPS_BYTES_MAX).weigher(weigh).build())
    }
}

impl SeatMaps {
    /// The map of a show that is known to have had this version.
    pub(crate) async fn find(&self, pool: &PgPool, show_id: Uuid, version: i32) -> Result<Option<Drawn>, Problem> {
        if let Some(drawn) = self.0.get(&show_id).filter(|drawn| drawn.version >= version) {
            return Ok(Some(drawn));
        }
        let found: Option<(i32, String)> = sqlx::query_as("SELECT version, map FROM seat_maps WHERE show_id = $1")
            .bind(show_id)
            .fetch_optional(pool)
            .await
            .map_err(store::problem)?;
        let Some((version, map)) = found else { return Ok(None) };
        // A large map takes tenths of a second, in which this thread has others to answer.
        let drawn = spawn_blocking(move || draw(&map)).await.map_err(|_| Problem::internal())?;
        let sections = drawn.map_err(|error| {
            tracing::error!(%error, %show_id, "a seat map is not as it should be");
            Problem::internal()
        })?;
        let drawn = Drawn { version, sections };
        self.0.insert(show_id, drawn.clone());
        Ok(Some(drawn))
    }
}

/// The sections of a map as the API shows them, from the map as the events have it.
fn draw(map: &str) -> Result<Bytes, serde_json::Error> {
    let map: show::SeatMap = serde_json::from_str(map)?;
    let sections: Vec<Section> = map.sections.iter().map(Section::from).collect();
    serde_json::to_vec(&sections).map(Bytes::from)
}

impl From<&show::Section> for Section {
    fn from(section: &show::Section) -> Self {
        let show::Point { x, y } = section.focal_point;
        Self {
            name: section.name.as_str().into(),
            focal_point: Point { x, y },
            rows: section.rows.iter().map(Row::from).collect(),
        }
    }
}

impl From<&show::Row> for Row {
    fn from(row: &show::Row) -> Self {
        Self { label: row.label.as_str().into(), seats: row.seats.iter().map(Seat::from).collect() }
    }
}

impl From<&show::Seat> for Seat {
    fn from(seat: &show::Seat) -> Self {
        Self {
            label: seat.label.as_str().into(),
            position: Point { x: seat.x, y: seat.y },
            ticket_type_id: seat.ticket_type_id.0,
            accessible: seat.accessible,
            restricted_view: seat.restricted_view,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_a_map_in_the_shape_in_which_it_is_sent() {
        let stored = r#"{"sections":[{"name":"Stalls","focal_point":{"x":1,"y":0},"rows":[{"label":"A","seats":[
            {"label":"A-1","x":0,"y":0,"ticket_type_id":"00000000-0000-0000-0000-000000000007"},
            {"label":"A-2","x":2,"y":0,"ticket_type_id":"00000000-0000-0000-0000-000000000007","accessible":true}]}]}]}"#;
        let shown: serde_json::Value = serde_json::from_slice(&draw(stored).unwrap()).unwrap();
        let ticket_type_id = Uuid::from_u128(7);
        let expected = serde_json::json!([{"name": "Stalls", "focal_point": {"x": 1, "y": 0}, "rows": [
            {"label": "A", "seats": [
                {"label": "A-1", "position": {"x": 0, "y": 0}, "ticket_type_id": ticket_type_id},
                {"label": "A-2", "position": {"x": 2, "y": 0}, "ticket_type_id": ticket_type_id, "accessible": true}
            ]}
        ]}]);
        assert_eq!(shown, expected);
    }
}

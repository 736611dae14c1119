//! A seat map as organizers send it, and how it becomes the domain's.

use domain::ids::TicketTypeId;
use domain::show::{Point, Rejection, Row, Seat, SeatMap, Section};
use domain::text::Text;
use edge::extract::JsonBytes;
use edge::problem::Problem;
use serde::Deserialize;
use serde::de::IgnoredAny;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::http::problem::show_refused;
use crate::http::validate::Faults;
use crate::lane::Refused;

/// What a seat takes at least, in bytes of JSON: `{"label":"1"},`. Smaller bodies cannot hold too many.
const SEAT_BYTES_MIN: usize = 14;

/// Where people sit.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct SeatMapBody {
    #[schema(min_items = 1)]
    sections: Vec<SectionBody>,
}

/// A part of the house.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SectionBody {
    #[schema(max_length = 32, example = "Stalls")]
    name: String,
    /// What its best seats are nearest to. Absent: the middle of its first row.
    focal_point: Option<PointBody>,
    /// What its seats are sold as, where they do not say otherwise.
    ticket_type_id: Option<Uuid>,
    /// From the front to the back.
    #[schema(min_items = 1)]
    rows: Vec<RowBody>,
}

/// Seats side by side.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct RowBody {
    #[schema(max_length = 32, example = "A")]
    label: String,
    /// Each next to the one before it.
    #[schema(min_items = 1)]
    seats: Vec<SeatBody>,
}

/// A place to sit.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SeatBody {
    /// A name that no other seat of the event has.
    #[schema(max_length = 32, example = "A-11")]
    label: String,
    /// Absent: counted in its row, and among the rows.
    position: Option<PointBody>,
    /// For wheelchairs.
    #[serde(default)]
    accessible: bool,
    /// One does not see everything from it.
    #[serde(default)]
    restricted_view: bool,
    /// What it is sold as, if that is not what its section is sold as.
    ticket_type_id: Option<Uuid>,
}

/// A place on the map, in whatever unit the map is drawn in.
#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PointBody {
    /// To the right.
    #[schema(example = 11)]
    x: i32,
    /// To the back.
    #[schema(example = 0)]
    y: i32,
}

/// A map of which only the seats are counted: reading it makes nothing.
#[derive(Deserialize)]
struct Counted {
    sections: Vec<CountedSection>,
}

#[derive(Deserialize)]
struct CountedSection {
    rows: Vec<CountedRow>,
}

#[derive(Deserialize)]
struct CountedRow {
    seats: Vec<IgnoredAny>,
}

impl SeatMapBody {
    /// The map, or what is wrong with it.
    pub(super) fn read(body: &JsonBytes) -> Result<SeatMap, Problem> {
        // One with too many seats is known before any of them is made.
        if body.len() > SeatMap::SEATS_MAX * SEAT_BYTES_MIN
            && body.parse::<Counted>().is_ok_and(|map| map.is_too_large())
        {
            let rejection = Rejection::TooManySeats { limit: SeatMap::SEATS_MAX };
            return Err(show_refused(Refused::Rejected(rejection)));
        }
        body.parse::<Self>()?.into_domain()
    }

    fn into_domain(self) -> Result<SeatMap, Problem> {
        let mut faults = Faults::default();
        if self.sections.is_empty() {
            faults.add("/sections", "out-of-range", "must have at least one section");
        }
        let sections = self.sections.into_iter().enumerate();
        let sections: Option<Vec<Section>> =
            sections.map(|(index, section)| section.into_domain(&mut faults, index)).collect();
        faults.finish(sections.map(|sections| SeatMap { sections: sections.into() }))
    }
}

impl Counted {
    fn is_too_large(&self) -> bool {
        let rows = self.sections.iter().flat_map(|section| &section.rows);
        rows.map(|row| row.seats.len()).sum::<usize>() > SeatMap::SEATS_MAX
    }
}

impl SectionBody {
    fn into_domain(self, faults: &mut Faults, index: usize) -> Option<Section> {
        let place = format!("/sections/{index}");
        let name = faults.line(&format!("{place}/name"), &self.name);
        if self.rows.is_empty() {
            faults.add(format!("{place}/rows"), "out-of-range", "must have at least one row");
        }
        let rows = self.rows.into_iter().enumerate();
        let rows: Vec<Option<Row>> =
            rows.map(|(y, row)| row.into_domain(faults, &place, y, self.ticket_type_id)).collect();
        let rows: Box<[Row]> = rows.into_iter().collect::<Option<_>>()?;
        let focal_point = self.focal_point.map_or_else(|| front_middle(&rows), PointBody::into_domain);
        Some(Section { name: name?, focal_point, rows })
    }
}

impl RowBody {
    fn into_domain(self, faults: &mut Faults, section: &str, y: usize, sold_as: Option<Uuid>) -> Option<Row> {
        let place = format!("{section}/rows/{y}");
        let label = faults.line(&format!("{place}/label"), &self.label);
        if self.seats.is_empty() {
            faults.add(format!("{place}/seats"), "out-of-range", "must have at least one seat");
        }
        let seats = self.seats.into_iter().enumerate();
        let seats: Vec<Option<Seat>> =
            seats.map(|(x, seat)| seat.into_domain(faults, &place, (x, y), sold_as)).collect();
        Some(Row { label: label?, seats: seats.into_iter().collect::<Option<_>>()? })
    }
}

impl SeatBody {
    /// Its place in words is made only if something is wrong: there are very many seats.
    fn into_domain(self, faults: &mut Faults, row: &str, at: (usize, usize), sold_as: Option<Uuid>) -> Option<Seat> {
        let place = |member: &str| format!("{row}/seats/{}/{member}", at.0);
        let label = match Text::line(&self.label) {
            Ok(label) => Some(label),
            Err(error) => {
                faults.add(place("label"), "invalid-text", error.to_string());
                None
            }
        };
        let sold_as = self.ticket_type_id.or(sold_as);
        if sold_as.is_none() {
            faults.add(place("ticket_type_id"), "missing", "neither the seat nor its section says what it is sold as");
        }
        let counted = || Point { x: whole(at.0), y: whole(at.1) };
        let Point { x, y } = self.position.map_or_else(counted, PointBody::into_domain);
        let (accessible, restricted_view) = (self.accessible, self.restricted_view);
        Some(Seat { label: label?, x, y, ticket_type_id: TicketTypeId(sold_as?), accessible, restricted_view })
    }
}

impl PointBody {
    fn into_domain(self) -> Point {
        Point { x: self.x, y: self.y }
    }
}

/// The middle of a section's seats from left to right, at the front.
fn front_middle(rows: &[Row]) -> Point {
    let seats = || rows.iter().flat_map(|row| &row.seats);
    let left = seats().map(|seat| seat.x).min().unwrap_or(0);
    let right = seats().map(|seat| seat.x).max().unwrap_or(0);
    Point { x: left.midpoint(right), y: seats().map(|seat| seat.y).min().unwrap_or(0) }
}

fn whole(count: usize) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}

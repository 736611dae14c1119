//! A new seat map: `seat_maps`, the rows of `seats`, and the capacities that follow from it.

use std::collections::{HashMap, HashSet};

use domain::show::{SeatMap, SeatMapSet};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::error::FoldError;
use crate::projection::int;

const SET_MAP: &str = "\
INSERT INTO seat_maps (show_id, version, sections, map) VALUES ($1, $2, $3, $4)
ON CONFLICT (show_id) DO UPDATE SET (version, sections, map) = (EXCLUDED.version, EXCLUDED.sections, EXCLUDED.map)";

/// A seat that was there before keeps its state; one that is where it was is not even touched.
const SET_SEATS: &str = "\
INSERT INTO seats (show_id, ticket_type_id, section, place, label)
SELECT $1, ticket_type_id, section, place, label
FROM unnest($2::uuid[], $3::int[], $4::int[], $5::text[]) AS new(ticket_type_id, section, place, label)
ON CONFLICT (show_id, label) DO UPDATE
    SET (ticket_type_id, section, place) = (EXCLUDED.ticket_type_id, EXCLUDED.section, EXCLUDED.place)
    WHERE (seats.ticket_type_id, seats.section, seats.place)
          IS DISTINCT FROM (EXCLUDED.ticket_type_id, EXCLUDED.section, EXCLUDED.place)";

const SET_CAPACITIES: &str = "\
UPDATE ticket_types t
SET capacity = coalesce((SELECT new.count FROM unnest($2::uuid[], $3::int[]) AS new(ticket_type_id, count)
                         WHERE new.ticket_type_id = t.ticket_type_id), 0)
WHERE t.show_id = $1 AND t.reserved";

/// Makes the map of a show this one.
pub(super) async fn write(show_id: Uuid, set: &SeatMapSet, connection: &mut PgConnection) -> Result<(), FoldError> {
    let sections: Vec<&str> = set.map.sections.iter().map(|section| section.name.as_str()).collect();
    sqlx::query(SET_MAP)
        .bind(show_id)
        .bind(int(set.version))
        .bind(sections)
        .bind(serde_json::to_string(&set.map)?)
        .execute(&mut *connection)
        .await?;
    let places = Places::of(&set.map);
    drop_seats(show_id, &places.labels, connection).await?;
    sqlx::query(SET_SEATS)
        .bind(show_id)
        .bind(places.ticket_type_ids)
        .bind(places.sections)
        .bind(places.in_section)
        .bind(places.labels)
        .execute(&mut *connection)
        .await?;
    let (types, counts): (Vec<Uuid>, Vec<i32>) = places.counts.into_iter().unzip();
    sqlx::query(SET_CAPACITIES).bind(show_id).bind(types).bind(counts).execute(connection).await?;
    Ok(())
}

/// Drops the seats that are not among these.
async fn drop_seats(show_id: Uuid, kept: &[&str], connection: &mut PgConnection) -> Result<(), FoldError> {
    let mut labels: Vec<String> = sqlx::query_scalar("SELECT label FROM seats WHERE show_id = $1")
        .bind(show_id)
        .fetch_all(&mut *connection)
        .await?;
    let kept: HashSet<&str> = kept.iter().copied().collect();
    labels.retain(|label| !kept.contains(label.as_str()));
    if !labels.is_empty() {
        sqlx::query("DELETE FROM seats WHERE show_id = $1 AND label = ANY($2)")
            .bind(show_id)
            .bind(labels)
            .execute(connection)
            .await?;
    }
    Ok(())
}

/// Every seat of a map, one array per column.
#[derive(Default)]
struct Places<'a> {
    ticket_type_ids: Vec<Uuid>,
    sections: Vec<i32>,
    in_section: Vec<i32>,
    labels: Vec<&'a str>,
    /// How many seats each ticket type has.
    counts: HashMap<Uuid, i32>,
}

impl<'a> Places<'a> {
    fn of(map: &'a SeatMap) -> Self {
        let mut all = Self::default();
        for (section, index) in map.sections.iter().zip(0..) {
            for (seat, place) in section.rows.iter().flat_map(|row| &row.seats).zip(0..) {
                all.ticket_type_ids.push(seat.ticket_type_id.0);
                all.sections.push(index);
                all.in_section.push(place);
                all.labels.push(seat.label.as_str());
                *all.counts.entry(seat.ticket_type_id.0).or_default() += 1;
            }
        }
        all
    }
}

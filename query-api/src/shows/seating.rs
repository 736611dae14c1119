//! The seats of a show, each as one letter.

use edge::problem::Problem;
use serde::Serialize;
use sqlx::{FromRow, PgPool};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{FoundShow, Viewer};
use crate::store::{self, Snapshot, as_of, snapshot};

/// A show and all its seats.
#[derive(Debug, FromRow)]
pub(crate) struct SeatedShow {
    #[sqlx(flatten)]
    pub(crate) show: FoundShow,
    /// The version of the map that the seats are of.
    pub(crate) map_version: Option<i32>,
    section_names: Vec<String>,
    /// One number per seat, in no order: see [`Code`].
    seats: Vec<i64>,
}

/// The seats of a section.
#[derive(Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct SectionSeats {
    #[schema(example = "Stalls left")]
    pub(crate) name: String,
    /// One letter per seat, in the order of the seat map: `f` free, `h` held, `s` sold, `b` blocked (or not
    /// for sale to you).
    #[schema(example = "ffhhsbff")]
    pub(crate) seats: String,
}

/// Numbers are a third of the work that sorted strings would be for Postgres, and a house has up to
/// 100,000 seats. `$2` is the access code of whoever asks, `$3` their account.
const FIND: &str = as_of!(
    "SELECT s.*, lower(s.title) AS title_key,
            (SELECT access FROM show_colleagues c WHERE c.show_id = $1 AND c.account_id = $3) AS access,
            coalesce((SELECT json_agg(t ORDER BY t.ordinal) FROM ticket_types t WHERE t.show_id = $1)::text, '[]')
                AS types,
            m.version AS map_version, coalesce(m.sections, '{}') AS section_names,
            coalesce((SELECT array_agg((seat.section::bigint << 23) + (seat.place::bigint << 3) + seat.state
                                 + CASE WHEN seat.ticket_type_id = ANY (ARRAY(
                                       SELECT ticket_type_id FROM ticket_types
                                       WHERE show_id = $1 AND access_code IS NOT NULL
                                         AND access_code IS DISTINCT FROM $2))
                                   THEN 4 ELSE 0 END)
                      FROM seats seat WHERE seat.show_id = $1), '{}') AS seats
     FROM shows s LEFT JOIN seat_maps m USING (show_id) WHERE s.show_id = $1"
);

/// A seat as the statement gives it: its section, its place there, whether a code that was not given hides
/// it, and its state.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Code(i64);

impl Code {
    fn section(self) -> usize {
        usize::try_from(self.0 >> 23).unwrap_or(usize::MAX)
    }

    fn is_hidden(self) -> bool {
        self.0 & 4 != 0
    }

    /// Nothing of a cancelled show is anybody's; its rows still say whose it was.
    fn letter(self, viewer: &Viewer, is_cancelled: bool) -> char {
        match self.0 & 3 {
            3 => 'b',
            _ if self.is_hidden() && *viewer != Viewer::Organizer => 'b',
            _ if is_cancelled => 'f',
            0 => 'f',
            1 => 'h',
            _ => 's',
        }
    }
}

impl SeatedShow {
    /// The seats of each section, in the order of the map; `None` without a map.
    pub(crate) fn sections(&mut self, viewer: &Viewer) -> Option<Vec<SectionSeats>> {
        self.map_version?;
        let is_cancelled = self.show.summary.status == "cancelled";
        let names = std::mem::take(&mut self.section_names).into_iter();
        let mut sections: Vec<SectionSeats> = names.map(|name| SectionSeats { name, seats: String::new() }).collect();
        self.seats.sort_unstable();
        for code in self.seats.iter().map(|seat| Code(*seat)) {
            if let Some(section) = sections.get_mut(code.section()) {
                section.seats.push(code.letter(viewer, is_cancelled));
            }
        }
        Some(sections)
    }
}

/// One show with its seats, as far as a code of [`Viewer::Guest`] goes.
pub(crate) async fn find_seated(
    pool: &PgPool,
    show_id: Uuid,
    access_code: Option<&str>,
    caller: Option<Uuid>,
) -> Result<Snapshot<SeatedShow>, Problem> {
    let found = sqlx::query(FIND).bind(show_id).bind(access_code).bind(caller).fetch_all(pool).await;
    let rows = found.map_err(store::problem)?;
    snapshot(&rows, "show_id").map_err(store::problem)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seat_is_one_letter() {
        let guest = Viewer::Guest { access_code: None };
        let letters = |codes: [i64; 8], viewer: &Viewer, is_cancelled: bool| -> String {
            codes.iter().map(|code| Code(*code).letter(viewer, is_cancelled)).collect()
        };
        let codes = [0, 1, 2, 3, 4, 5, 6, 7];
        assert_eq!(letters(codes, &guest, false), "fhsbbbbb");
        assert_eq!(letters(codes, &Viewer::Organizer, false), "fhsbfhsb");
        assert_eq!(letters(codes, &guest, true), "fffbbbbb");
        assert_eq!(Code((7 << 23) + (99_999 << 3) + 6).section(), 7);
    }
}

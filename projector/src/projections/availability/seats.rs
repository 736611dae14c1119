//! The states of seats, and how many of each ticket type are blocked.

use std::collections::HashMap;

use domain::show::{BookedItem, SeatLabel};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::error::{FoldError, demand_rows};

/// What becomes of seats. Whatever happens to a seat within a page, its row is written once.
#[derive(Default)]
pub(super) struct Seats<'a> {
    states: HashMap<(Uuid, &'a str), State>,
    /// How often a seat was blocked, less how often it was unblocked. Empty unless an organizer did that.
    blocked: HashMap<(Uuid, &'a str), i64>,
}

/// What a seat is, as `seats.state` has it.
#[derive(Clone, Copy)]
pub(super) enum State {
    Free = 0,
    Held = 1,
    Sold = 2,
    Blocked = 3,
}

const UPDATE: &str = "\
UPDATE seats s SET state = new.state
FROM unnest($1::uuid[], $2::text[], $3::smallint[]) AS new(show_id, label, state)
WHERE s.show_id = new.show_id AND s.label = new.label";

/// A seat that is blocked stays what it is sold as, whatever map comes, so looking that up now is soon enough.
const COUNT_BLOCKED: &str = "\
UPDATE ticket_types t SET blocked = t.blocked + change.count
FROM (SELECT s.ticket_type_id, sum(new.count)::bigint AS count
      FROM unnest($1::uuid[], $2::text[], $3::bigint[]) AS new(show_id, label, count)
      JOIN seats s ON s.show_id = new.show_id AND s.label = new.label
      GROUP BY s.ticket_type_id) AS change
WHERE t.ticket_type_id = change.ticket_type_id";

impl<'a> Seats<'a> {
    /// The seats of some items, if they have any, become this.
    pub(super) fn become_of(&mut self, show_id: Uuid, items: &'a [BookedItem], state: State) {
        for item in items {
            self.set(show_id, &item.seats, state);
        }
    }

    pub(super) fn block(&mut self, show_id: Uuid, seats: &'a [SeatLabel]) {
        self.set(show_id, seats, State::Blocked);
        self.count_blocked(show_id, seats, 1);
    }

    pub(super) fn unblock(&mut self, show_id: Uuid, seats: &'a [SeatLabel]) {
        self.set(show_id, seats, State::Free);
        self.count_blocked(show_id, seats, -1);
    }

    fn set(&mut self, show_id: Uuid, seats: &'a [SeatLabel], state: State) {
        self.states.extend(seats.iter().map(|seat| ((show_id, seat.as_str()), state)));
    }

    fn count_blocked(&mut self, show_id: Uuid, seats: &'a [SeatLabel], sign: i64) {
        for seat in seats {
            *self.blocked.entry((show_id, seat.as_str())).or_default() += sign;
        }
    }

    pub(super) async fn write(self, connection: &mut PgConnection) -> Result<(), FoldError> {
        if self.states.is_empty() {
            return Ok(());
        }
        let (show_ids, labels): (Vec<Uuid>, Vec<&str>) = self.states.keys().copied().unzip();
        let states: Vec<i16> = self.states.values().map(|state| *state as i16).collect();
        let written = sqlx::query(UPDATE).bind(show_ids).bind(labels).bind(states).execute(&mut *connection).await?;
        demand_rows("seats", written.rows_affected(), self.states.len())?;
        if !self.blocked.is_empty() {
            let (show_ids, labels): (Vec<Uuid>, Vec<&str>) = self.blocked.keys().copied().unzip();
            let counts: Vec<i64> = self.blocked.into_values().collect();
            sqlx::query(COUNT_BLOCKED).bind(show_ids).bind(labels).bind(counts).execute(connection).await?;
        }
        Ok(())
    }
}

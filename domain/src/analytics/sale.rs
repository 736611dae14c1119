//! The numbers of one show, and how a fact changes them.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use super::money::Before;
use super::{Measure, Totals, money, programme, tickets};
use crate::Timestamp;
use crate::ids::{AccountId, TicketTypeId};
use crate::show::{Event, SeatLabel, SeatMap};

/// Where a fact stands in the log, and when it was recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// Its position.
    pub position: u64,
    /// Its time.
    pub at: Timestamp,
}

/// One show in numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sale {
    organizer: Option<AccountId>,
    total: Totals,
    parts: Vec<Part>,
    /// The position of the last fact, and what it was.
    before: (u64, Before),
    /// What the last fact changed: the show's own numbers by how much, and which of the parts.
    changes: Vec<(Measure, i64)>,
    touched: Vec<usize>,
    marked: bool,
}

/// The numbers of one ticket type, or of what belongs to none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// Which; `None`: no ticket type.
    pub ticket_type_id: Option<TicketTypeId>,
    /// Its numbers.
    pub totals: Totals,
}

impl Sale {
    /// A show as its numbers were written down.
    pub fn new(organizer: AccountId, total: Totals, parts: Vec<Part>) -> Self {
        Self { organizer: Some(organizer), total, parts, ..Self::default() }
    }

    /// Who runs it; `None`: there is no such show.
    pub fn organizer(&self) -> Option<AccountId> {
        self.organizer
    }

    /// The show's numbers.
    pub fn total(&self) -> &Totals {
        &self.total
    }

    /// The numbers of its ticket types, and of what belongs to none once there is something.
    pub fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// What the last fact changed of the show: also what it changes of everything the show belongs to.
    pub fn changes(&self) -> &[(Measure, i64)] {
        &self.changes
    }

    /// Which of [`Self::parts`] the last fact changed; one may be named twice.
    pub fn touched(&self) -> &[usize] {
        &self.touched
    }

    /// Whether the last fact changed anything.
    pub fn is_touched(&self) -> bool {
        self.marked || !self.changes.is_empty() || !self.touched.is_empty()
    }

    /// Whether a fact cannot be taken in without the numbers of the ticket types, even where only the numbers of the
    /// show are wanted.
    pub fn needs_parts(event: &Event) -> bool {
        matches!(
            event,
            Event::SeatMapSet(_)
                | Event::CapacityRaised(_)
                | Event::CapacityLowered(_)
                | Event::ShowPublished(_)
                | Event::ShowCancelled(_)
        )
    }

    /// The position of the seat map that a fact speaks of: [`Self::take`] wants to know its seats.
    pub fn seat_map_for(&self, event: &Event) -> Option<u64> {
        let speaks_of_seats = matches!(event, Event::SeatsBlocked(_) | Event::SeatsUnblocked(_));
        speaks_of_seats.then(|| self.total[Measure::SeatMapAt].cast_unsigned())
    }

    /// Takes in a fact. `seats` says which ticket type each seat is sold as ([`seats_of`]), where
    /// [`Self::seat_map_for`] asked for it. Cannot fail.
    pub fn take(&mut self, moment: Moment, event: &Event, seats: &BTreeMap<SeatLabel, TicketTypeId>) {
        self.changes.clear();
        self.touched.clear();
        self.marked = false;
        programme::take(self, moment, event, seats);
        tickets::take(self, event);
        // What belongs together was appended together.
        let (position, before) = core::mem::take(&mut self.before);
        money::take(self, event, if position + 1 == moment.position { before } else { Before::Nothing });
        self.before = (moment.position, Before::of(event));
        self.stamp(moment);
    }

    /// What a fact that stands right after the last one in the log may refer to: the only thing a show's numbers do
    /// not say.
    pub fn pending(&self) -> &Before {
        &self.before.1
    }

    /// Puts back what [`Self::pending`] said, or [`Before::of`] the last fact that is in the numbers, which stands
    /// at this position.
    pub fn recall(&mut self, position: u64, before: Before) {
        self.before = (position, before);
    }

    pub(super) fn begin(&mut self, organizer: AccountId) {
        self.organizer = Some(organizer);
    }

    /// Counts for the show alone.
    pub(super) fn count(&mut self, measure: Measure, by: i64) {
        if by != 0 {
            self.total[measure] = self.total[measure].saturating_add(by);
            self.changes.push((measure, by));
        }
    }

    /// Counts for a ticket type, and with it for the show.
    pub(super) fn count_of(&mut self, ticket_type_id: Option<TicketTypeId>, measure: Measure, by: i64) {
        if by != 0 {
            let place = self.place_of(ticket_type_id);
            let total = &mut self.parts[place].totals[measure];
            *total = total.saturating_add(by);
            self.touched.push(place);
            self.count(measure, by);
        }
    }

    /// The number of a ticket type.
    pub(super) fn number_of(&self, ticket_type_id: TicketTypeId, measure: Measure) -> i64 {
        let part = self.parts.iter().find(|part| part.ticket_type_id == Some(ticket_type_id));
        part.map_or(0, |part| part.totals[measure])
    }

    /// Marks a ticket type.
    pub(super) fn mark_of(&mut self, ticket_type_id: TicketTypeId, measure: Measure, mark: i64) {
        let place = self.place_of(Some(ticket_type_id));
        self.parts[place].totals[measure] = mark;
        self.touched.push(place);
    }

    /// Marks the show.
    pub(super) fn mark(&mut self, measure: Measure, mark: i64) {
        self.total[measure] = mark;
        self.marked = true;
    }

    fn place_of(&mut self, ticket_type_id: Option<TicketTypeId>) -> usize {
        let found = self.parts.iter().position(|part| part.ticket_type_id == ticket_type_id);
        found.unwrap_or_else(|| {
            self.parts.push(Part { ticket_type_id, totals: Totals::default() });
            self.parts.len() - 1
        })
    }

    /// Says on everything that changed when it did, and whether it is sold out now.
    fn stamp(&mut self, moment: Moment) {
        if !self.is_touched() {
            return;
        }
        for place in &self.touched {
            stamp(&mut self.parts[*place].totals, moment);
        }
        stamp(&mut self.total, moment);
    }
}

fn stamp(totals: &mut Totals, moment: Moment) {
    totals.stamp(moment);
    let sold_out = totals.taken() > 0 && totals.available() <= 0;
    if sold_out && totals[Measure::SoldOut] == 0 {
        let at = moment.at.timestamp_micros();
        totals[Measure::SoldOutLastAt] = at;
        if totals[Measure::SoldOutFirstAt] == 0 {
            totals[Measure::SoldOutFirstAt] = at;
        }
    }
    totals[Measure::SoldOut] = sold_out.into();
}

/// Which ticket type each seat of a map is sold as.
pub fn seats_of(map: &SeatMap) -> BTreeMap<SeatLabel, TicketTypeId> {
    map.seats().map(|seat| (seat.label.clone(), seat.ticket_type_id)).collect()
}

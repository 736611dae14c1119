//! The numbers in memory, and what of them is to be written when.
//!
//! A *segment* is what shares a minute and a stretch of the log: at its end whatever changed in it gets a row. A
//! block is a smaller part of a stretch: at its end, and at that of each page, whatever changed in it is written
//! as one picture. So rows are written once, however small the pages are.

use std::collections::{BTreeMap, HashMap};

use domain::analytics::{
    Before, Measure, Moment, Sale, Totals, block_of, end_of_block, first_block_of, minute_of, stretch_of, write_entry,
};
use domain::ids::TicketTypeId;
use domain::show::SeatLabel;
use uuid::Uuid;

use super::batch::{Batch, NewScope, Picture};
use super::scopes::{Counted, Numbered, Spot, Whole, WholeCounted, name_of};
use crate::page::Fact;

/// All totals, as of the end of the last page.
#[derive(Default)]
pub(super) struct Numbers {
    pub(super) shows: Vec<Counted>,
    pub(super) by_show: HashMap<Uuid, usize>,
    pub(super) wholes: Vec<WholeCounted>,
    pub(super) by_whole: HashMap<Whole, usize>,
    /// How many scopes there are: the next one's number is one more.
    pub(super) scopes: u32,
    /// The position up to which everything is in here.
    pub(super) reached: u64,
    /// The block under way, and the minute of the last fact.
    pub(super) block: u64,
    pub(super) minute: i64,
    /// Counts the segments since this was loaded.
    segment: u64,
    /// What changed in the segment and in the block under way.
    in_segment: Vec<Spot>,
    in_block: Vec<Spot>,
    /// The last fact: its position, and the show that it was about.
    last: (u64, usize),
    /// Room to write in.
    room: Vec<u8>,
}

impl Numbers {
    /// The shows among these that are not in memory.
    pub(super) fn missing(&self, shows: impl Iterator<Item = Uuid>) -> Vec<Uuid> {
        let mut missing: Vec<_> = shows.filter(|show_id| !self.by_show.contains_key(show_id)).collect();
        missing.sort_unstable();
        missing.dedup();
        missing
    }

    pub(super) fn shows_known(&self) -> usize {
        self.shows.len()
    }

    /// Whether a fact speaks of seats that only a seat map knows.
    pub(super) fn asks_for_seats(&self, fact: &Fact) -> bool {
        let show = self.by_show.get(&fact.show_id()).map(|at| &self.shows[*at]);
        show.is_some_and(|show| show.sale.seat_map_for(&fact.event).is_some())
    }

    pub(super) fn add_show(&mut self, show: Counted) -> usize {
        let at = self.shows.len();
        self.by_show.insert(show.show_id, at);
        self.shows.push(show);
        at
    }

    /// Takes in a fact.
    pub(super) fn take(&mut self, fact: &Fact, seats: &BTreeMap<SeatLabel, TicketTypeId>, batch: &mut Batch) {
        self.go_on_to(fact, batch);
        let show_id = fact.show_id();
        let at = match self.by_show.get(&show_id) {
            Some(at) => *at,
            None => self.add_show(Counted { show_id, sale: Sale::default(), scope: None, parts: Vec::new() }),
        };
        self.last = (fact.position, at);
        let moment = Moment { position: fact.position, at: fact.recorded_at };
        self.shows[at].sale.take(moment, &fact.event, seats);
        // A show whose beginning could not be read is nobody's, and counts nowhere.
        let Some(organizer) = self.shows[at].sale.organizer() else { return };
        if !self.shows[at].sale.is_touched() {
            return;
        }
        self.number(at, organizer.0, fact, batch);
        self.note(Spot::Show(at));
        for touched in 0..self.shows[at].sale.touched().len() {
            let place = self.shows[at].sale.touched()[touched];
            self.note(Spot::Part(at, place));
        }
        let currency = self.shows[at].sale.total()[Measure::Currency];
        for organizer_id in [None, Some(organizer.0)] {
            let whole = self.whole(Whole { organizer_id, currency }, fact, batch);
            self.wholes[whole].totals.take(self.shows[at].sale.changes(), moment);
            self.note(Spot::Whole(whole));
        }
    }

    /// Numbers what is new: the show, and those of its parts that are.
    fn number(&mut self, at: usize, organizer_id: Uuid, fact: &Fact, batch: &mut Batch) {
        let show = &mut self.shows[at];
        let new = |scopes: &mut u32, ticket_type_id: Option<TicketTypeId>, kind, batch: &mut Batch| {
            *scopes += 1;
            let name = ticket_type_id.and_then(|ticket_type_id| name_of(ticket_type_id, &fact.event));
            batch.scopes.push(NewScope {
                scope: *scopes,
                kind,
                organizer_id: Some(organizer_id),
                show_id: Some(fact.show_id()),
                ticket_type_id: ticket_type_id.map(|id| id.0),
                name,
                currency: None,
                since: fact.position,
            });
            Numbered::new(*scopes)
        };
        if show.scope.is_none() {
            show.scope = Some(new(&mut self.scopes, None, "show", batch));
        }
        for part in show.sale.parts().iter().skip(show.parts.len()) {
            show.parts.push(new(&mut self.scopes, part.ticket_type_id, "part", batch));
        }
    }

    fn whole(&mut self, whole: Whole, fact: &Fact, batch: &mut Batch) -> usize {
        if let Some(at) = self.by_whole.get(&whole) {
            return *at;
        }
        self.scopes += 1;
        let mut totals = Totals::default();
        totals[Measure::Currency] = whole.currency;
        batch.scopes.push(NewScope {
            scope: self.scopes,
            kind: if whole.organizer_id.is_some() { "organizer" } else { "platform" },
            organizer_id: whole.organizer_id,
            show_id: None,
            ticket_type_id: None,
            name: None,
            currency: Some(totals.currency().map_or_else(String::new, |currency| currency.as_str().into())),
            since: fact.position,
        });
        self.add_whole(whole, WholeCounted { totals, scope: Numbered::new(self.scopes) })
    }

    pub(super) fn add_whole(&mut self, whole: Whole, counted: WholeCounted) -> usize {
        let at = self.wholes.len();
        self.by_whole.insert(whole, at);
        self.wholes.push(counted);
        at
    }

    /// Notes that something changed, once for the segment and once for the block.
    fn note(&mut self, spot: Spot) {
        self.note_in_segment(spot);
        self.note_in_block(spot);
    }

    pub(super) fn note_in_segment(&mut self, spot: Spot) {
        let segment = self.segment;
        let Some(numbered) = self.numbered(spot) else { return };
        if std::mem::replace(&mut numbered.segment, segment) != segment {
            self.in_segment.push(spot);
        }
    }

    pub(super) fn note_in_block(&mut self, spot: Spot) {
        let block = self.block;
        let Some(numbered) = self.numbered(spot) else { return };
        if std::mem::replace(&mut numbered.block, block) != block {
            self.in_block.push(spot);
        }
    }

    fn numbered(&mut self, spot: Spot) -> Option<&mut Numbered> {
        match spot {
            Spot::Whole(at) => Some(&mut self.wholes[at].scope),
            Spot::Part(at, place) => Some(&mut self.shows[at].parts[place]),
            Spot::Show(at) => self.shows[at].scope.as_mut(),
        }
    }

    /// The number of a scope, and its totals.
    fn at(&self, spot: Spot) -> Option<(u32, &Totals)> {
        match spot {
            Spot::Whole(at) => Some((self.wholes[at].scope.scope, &self.wholes[at].totals)),
            Spot::Show(at) => Some((self.shows[at].scope?.scope, self.shows[at].sale.total())),
            Spot::Part(at, place) => {
                let show = &self.shows[at];
                Some((show.parts[place].scope, &show.sale.parts()[place].totals))
            }
        }
    }

    /// Closes what ended before a fact.
    fn go_on_to(&mut self, fact: &Fact, batch: &mut Batch) {
        self.close_blocks(fact.position - 1, batch);
        let minute = minute_of(fact.recorded_at);
        if minute != self.minute {
            self.close_segment(batch);
            self.minute = minute;
        }
    }

    /// Closes every block that ends at a position or before, and with the last one of a stretch the segment.
    fn close_blocks(&mut self, up_to: u64, batch: &mut Batch) {
        while end_of_block(self.block) <= up_to {
            let picture = self.picture(end_of_block(self.block));
            batch.blocks.push(picture);
            self.block += 1;
            self.in_block.clear();
            if self.block == first_block_of(stretch_of(end_of_block(self.block))) {
                self.close_segment_of(stretch_of(end_of_block(self.block - 1)), batch);
            }
        }
    }

    fn close_segment(&mut self, batch: &mut Batch) {
        self.close_segment_of(stretch_of(end_of_block(self.block)), batch);
    }

    fn close_segment_of(&mut self, stretch: u64, batch: &mut Batch) {
        self.segment += 1;
        for spot in std::mem::take(&mut self.in_segment) {
            let Some((scope, totals)) = self.at(spot) else { continue };
            let mut bytes = Vec::new();
            totals.encode(&mut bytes);
            batch.total(scope, self.minute, stretch, bytes);
        }
    }

    /// Writes what a page leaves open.
    pub(super) fn end_page(&mut self, up_to: u64, batch: &mut Batch) {
        self.close_blocks(up_to, batch);
        if block_of(up_to) == self.block {
            let picture = self.picture(up_to);
            batch.blocks.push(picture);
        }
        self.reached = up_to;
    }

    fn picture(&mut self, position: u64) -> Picture {
        let mut room = std::mem::take(&mut self.room);
        let (last, show) = (self.last.0, self.shows.get(self.last.1));
        let show = show.filter(|show| last == position && *show.sale.pending() != Before::Nothing);
        let pending = show.map(|show| (show.sale.pending().clone(), show.show_id));
        let mut picture = Picture { block: self.block, position, pending, ..Picture::default() };
        for spot in &self.in_block {
            let Some((scope, totals)) = self.at(*spot) else { continue };
            let entries = if matches!(spot, Spot::Part(..)) { &mut picture.parts } else { &mut picture.shows };
            write_entry(scope, totals, entries, &mut room);
        }
        self.room = room;
        picture
    }
}

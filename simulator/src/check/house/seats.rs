//! Who sits where.

use std::collections::{HashMap, HashSet};
use std::ops::RangeInclusive;

use super::{Checked, House, Owner, demand};
use crate::check::facts::MapSet;

/// What became of a seat.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::check) enum SeatState {
    Free,
    Owned(Owner),
    Blocked,
}

#[derive(Clone, Copy, Debug)]
pub(in crate::check) struct Seat {
    pub(in crate::check) kind: usize,
    pub(in crate::check) accessible: bool,
    pub(in crate::check) state: SeatState,
}

/// All seats. A seat keeps its number from map to map.
#[derive(Default)]
pub(in crate::check) struct Seats {
    version: u32,
    numbers: HashMap<Box<str>, u16>,
    /// By number; absent, if the map of now has no such seat.
    by_number: Vec<Option<Seat>>,
    /// The numbers of the seats side by side.
    rows: Vec<Vec<u16>>,
}

impl Seats {
    /// The number of a seat that is there.
    pub(in crate::check) fn number(&self, label: &str) -> Option<u16> {
        self.numbers.get(label).copied().filter(|number| self.seat(*number).is_some())
    }

    pub(in crate::check) fn seat(&self, number: u16) -> Option<&Seat> {
        self.by_number.get(usize::from(number)).and_then(Option::as_ref)
    }

    pub(in crate::check) fn is_free(&self, number: u16) -> bool {
        self.seat(number).is_some_and(|seat| seat.state == SeatState::Free)
    }

    /// Every seat with its name.
    pub(in crate::check) fn all(&self) -> impl Iterator<Item = (&str, &Seat)> {
        self.numbers.iter().filter_map(|(label, number)| self.seat(*number).map(|seat| (&**label, seat)))
    }

    /// Whether these seats are side by side in one row.
    pub(in crate::check) fn are_together(&self, numbers: &[u16]) -> bool {
        let in_row = |row: &Vec<u16>| {
            let mut places: Vec<usize> = numbers.iter().filter_map(|n| row.iter().position(|seat| seat == n)).collect();
            places.sort_unstable();
            places.len() == numbers.len() && places.windows(2).all(|pair| pair[0] + 1 == pair[1])
        };
        self.rows.iter().any(in_row)
    }

    /// Whether so many free seats of a type are side by side, with so many accessible ones among them.
    pub(in crate::check) fn has_group(&self, kind: usize, size: u32, accessible: RangeInclusive<usize>) -> bool {
        let is_free = |seat: &&Seat| seat.kind == kind && seat.state == SeatState::Free;
        let fits = |group: &[u16]| {
            let free: Vec<&Seat> = group.iter().filter_map(|number| self.seat(*number)).filter(is_free).collect();
            free.len() == group.len() && accessible.contains(&free.iter().filter(|seat| seat.accessible).count())
        };
        size > 0 && self.rows.iter().any(|row| row.windows(size as usize).any(fits))
    }

    pub(super) fn take(&mut self, numbers: &[u16], kind: usize, owner: Owner) -> Checked {
        for number in numbers {
            let Some(Some(seat)) = self.by_number.get_mut(usize::from(*number)) else { continue };
            demand!(seat.kind == kind, Lawful, "seat {number} is of another ticket type");
            let before = std::mem::replace(&mut seat.state, SeatState::Owned(owner));
            demand!(before == SeatState::Free, OneOwner, "seat {number} was {before:?}, and {owner:?} takes it");
        }
        Ok(())
    }

    pub(super) fn free(&mut self, numbers: &[u16], owner: Owner) -> Checked {
        for number in numbers {
            let Some(Some(seat)) = self.by_number.get_mut(usize::from(*number)) else { continue };
            let before = std::mem::replace(&mut seat.state, SeatState::Free);
            demand!(before == SeatState::Owned(owner), OneOwner, "seat {number} was {before:?}, {owner:?} frees it");
        }
        Ok(())
    }

    /// What one had is another one's.
    pub(super) fn pass_on(&mut self, numbers: &[u16], to: Owner) {
        for number in numbers {
            if let Some(Some(seat)) = self.by_number.get_mut(usize::from(*number)) {
                seat.state = SeatState::Owned(to);
            }
        }
    }
}

impl House {
    pub(super) fn map_set(&mut self, set: &MapSet) -> Checked {
        let seats = &mut self.seats;
        demand!(set.version == seats.version + 1, Lawful, "map {} follows map {}", set.version, seats.version);
        seats.version = set.version;
        let before = std::mem::take(&mut seats.by_number);
        seats.by_number = vec![None; before.len()];
        seats.rows.clear();
        let mut labels = HashSet::new();
        for row in set.map.sections.iter().flat_map(|section| &section.rows) {
            let mut numbers = Vec::with_capacity(row.seats.len());
            for seat in &row.seats {
                demand!(labels.insert(seat.label), OneOwner, "two seats are called {}", seat.label);
                let kind = self.kinds.iter().position(|kind| kind.id == seat.ticket_type_id && kind.reserved);
                demand!(kind.is_some(), Lawful, "seat {} is of no reserved ticket type", seat.label);
                let next = seats.numbers.len() as u16;
                let number = *seats.numbers.entry(seat.label.into()).or_insert(next);
                numbers.push(number);
                seats.by_number.resize(seats.by_number.len().max(usize::from(number) + 1), None);
                let was = before.get(usize::from(number)).copied().flatten();
                let state = was.map_or(SeatState::Free, |seat| seat.state);
                let kind = kind.unwrap_or_default();
                let moved = state != SeatState::Free && was.is_some_and(|seat| seat.kind != kind);
                demand!(!moved, OneOwner, "seat {} is in use and becomes one of another type", seat.label);
                seats.by_number[usize::from(number)] = Some(Seat { kind, accessible: seat.accessible, state });
            }
            seats.rows.push(numbers);
        }
        for (before, now) in before.iter().zip(&seats.by_number) {
            let lost = before.is_some_and(|seat| seat.state != SeatState::Free) && now.is_none();
            demand!(!lost, OneOwner, "a seat in use is not on the new map");
        }
        self.count_seats();
        Ok(())
    }

    pub(super) fn blocked(&mut self, labels: &[&str], block: bool) -> Checked {
        let (from, to) =
            if block { (SeatState::Free, SeatState::Blocked) } else { (SeatState::Blocked, SeatState::Free) };
        for label in labels {
            let number = self.seats.number(label);
            demand!(number.is_some(), Lawful, "there is no seat {label}");
            let Some(Some(seat)) = number.and_then(|number| self.seats.by_number.get_mut(usize::from(number))) else {
                continue;
            };
            demand!(seat.state == from, OneOwner, "seat {label} is {:?} and becomes {to:?}", seat.state);
            seat.state = to;
        }
        self.count_seats();
        Ok(())
    }

    /// The map says how many seats there are of a type.
    fn count_seats(&mut self) {
        for (number, kind) in self.kinds.iter_mut().enumerate().filter(|(_, kind)| kind.reserved) {
            let of_kind = || self.seats.by_number.iter().flatten().filter(|seat| seat.kind == number);
            kind.capacity = of_kind().count() as u32;
            kind.blocked = of_kind().filter(|seat| seat.state == SeatState::Blocked).count() as u32;
        }
    }
}

//! The seats of a show: each belongs to one ticket type and to one owner at most, and a new map drops
//! none that is in use.

use std::collections::HashMap;
use std::fmt;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::Arc;

use uuid::Uuid;

use crate::verify::facts::{SeatMap, SeatMapSet};

/// The seats, and the map they stand in. A seat keeps its number when a new map comes.
#[derive(Default)]
pub(in crate::verify) struct Seats {
    /// 0: there is no map.
    pub(in crate::verify) version: i32,
    /// The names of the sections.
    pub(in crate::verify) sections: Vec<String>,
    /// Stands for the whole map; see [`digest`].
    pub(in crate::verify) digest: u64,
    numbers: HashMap<Arc<str>, u32>,
    all: Vec<Seat>,
}

/// A seat.
pub(in crate::verify) struct Seat {
    pub(in crate::verify) label: Arc<str>,
    /// Where it is in the map, if it is in it.
    pub(in crate::verify) spot: Option<Spot>,
    pub(in crate::verify) state: SeatState,
}

/// A place in the map.
#[derive(Clone, Copy)]
pub(in crate::verify) struct Spot {
    pub(in crate::verify) section: i32,
    /// Counted within the section.
    pub(in crate::verify) place: i32,
    pub(in crate::verify) kind: u32,
}

/// Whose a seat is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in crate::verify) enum SeatState {
    Free,
    Held(Owner),
    Sold(Owner),
    Blocked,
}

/// Who has tickets.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::verify) enum Owner {
    Booking(Uuid),
    /// A waitlist's entry, by an offer.
    Entry(Uuid),
}

impl fmt::Display for Owner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Booking(id) => write!(f, "booking {id}"),
            Self::Entry(id) => write!(f, "waitlist entry {id}"),
        }
    }
}

/// A few bytes that stand for a map: it may have a hundred thousand seats.
pub(in crate::verify) fn digest(map: &SeatMap) -> u64 {
    let mut hasher = DefaultHasher::new();
    map.hash(&mut hasher);
    hasher.finish()
}

impl Seats {
    /// The number of a seat that is or was in the map.
    pub(in crate::verify) fn number(&self, label: &str) -> Option<u32> {
        self.numbers.get(label).copied()
    }

    /// The seats in the map.
    pub(in crate::verify) fn in_map(&self) -> impl Iterator<Item = (&Seat, Spot)> {
        self.all.iter().filter_map(|seat| seat.spot.map(|spot| (seat, spot)))
    }

    /// A seat of the map, by its label.
    pub(in crate::verify) fn find(&self, label: &str) -> Option<(&Seat, Spot)> {
        let seat = &self.all[self.number(label)? as usize];
        seat.spot.map(|spot| (seat, spot))
    }

    /// A new map comes. `kind` tells the place of a ticket type, if it is one with seats.
    pub(super) fn set(&mut self, set: SeatMapSet, kind: impl Fn(Uuid) -> Result<u32, String>) -> Result<(), String> {
        if set.version != self.version + 1 {
            return Err(format!("seat map {} comes after {}", set.version, self.version));
        }
        let before: Vec<Option<Spot>> = self.all.iter_mut().map(|seat| seat.spot.take()).collect();
        for (section, of_section) in (0..).zip(&set.map.sections) {
            for (place, seat) in (0..).zip(of_section.rows.iter().flat_map(|row| &row.seats)) {
                let spot = Spot { section, place, kind: kind(seat.ticket_type_id)? };
                self.put(&seat.label, spot)?;
            }
        }
        for (seat, before) in self.all.iter().zip(&before) {
            let kept = seat.spot.map(|spot| spot.kind) == before.map(|spot| spot.kind);
            if seat.state != SeatState::Free && !kept {
                let (label, version) = (&seat.label, set.version);
                return Err(format!(
                    "seat map {version} drops seat {label} or sells it as something else: it is in use"
                ));
            }
        }
        self.version = set.version;
        self.digest = digest(&set.map);
        self.sections = set.map.sections.into_iter().map(|section| section.name).collect();
        Ok(())
    }

    fn put(&mut self, label: &str, spot: Spot) -> Result<(), String> {
        let Some(number) = self.number(label) else {
            let label: Arc<str> = label.into();
            self.numbers.insert(label.clone(), self.all.len() as u32);
            self.all.push(Seat { label, spot: Some(spot), state: SeatState::Free });
            return Ok(());
        };
        match self.all[number as usize].spot.replace(spot) {
            None => Ok(()),
            Some(_) => Err(format!("two seats of the map are called {label}")),
        }
    }

    /// Somebody takes seats of a type.
    pub(super) fn take(&mut self, seats: &[u32], kind: u32, owner: Owner, sold: bool) -> Result<(), String> {
        for number in seats {
            let seat = &mut self.all[*number as usize];
            let label = &seat.label;
            if seat.spot.is_none_or(|spot| spot.kind != kind) {
                return Err(format!("{owner} takes seat {label}, which the map does not have for this ticket type"));
            }
            match seat.state {
                SeatState::Free => {}
                SeatState::Blocked => return Err(format!("{owner} takes seat {label}, which is blocked")),
                SeatState::Held(first) | SeatState::Sold(first) => {
                    return Err(format!("{owner} takes seat {label}, which {first} has"));
                }
            }
            seat.state = if sold { SeatState::Sold(owner) } else { SeatState::Held(owner) };
        }
        Ok(())
    }

    /// Somebody's seats come free.
    pub(super) fn give_back(&mut self, seats: &[u32], owner: Owner) -> Result<(), String> {
        self.change(seats, owner, SeatState::Free)
    }

    /// Somebody buys the seats they hold.
    pub(super) fn buy(&mut self, seats: &[u32], owner: Owner) -> Result<(), String> {
        self.change(seats, owner, SeatState::Sold(owner))
    }

    fn change(&mut self, seats: &[u32], owner: Owner, state: SeatState) -> Result<(), String> {
        for number in seats {
            let seat = &mut self.all[*number as usize];
            if !matches!(seat.state, SeatState::Held(known) | SeatState::Sold(known) if known == owner) {
                return Err(format!("seat {} is not one that {owner} has", seat.label));
            }
            seat.state = state;
        }
        Ok(())
    }

    /// Seats are blocked or no longer so; tells the type of each.
    pub(super) fn block(&mut self, labels: &[String], block: bool) -> Result<Vec<u32>, String> {
        let (from, to, word) = if block {
            (SeatState::Free, SeatState::Blocked, "blocked")
        } else {
            (SeatState::Blocked, SeatState::Free, "unblocked")
        };
        let mut kinds = Vec::with_capacity(labels.len());
        for label in labels {
            let number = self.number(label);
            let seat = number.map(|number| &mut self.all[number as usize]);
            let Some((seat, spot)) = seat.and_then(|seat| seat.spot.map(|spot| (seat, spot))) else {
                return Err(format!("seat {label} is {word}, but the map does not have it"));
            };
            if seat.state != from {
                let before = if block { "free" } else { "blocked" };
                return Err(format!("seat {label} is {word}, but was not {before}"));
            }
            seat.state = to;
            kinds.push(spot.kind);
        }
        Ok(kinds)
    }
}

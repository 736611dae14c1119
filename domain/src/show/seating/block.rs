//! A few neighbouring seats of a stretch, and the best groups that begin among them. When a seat
//! changes, only its block and perhaps the one before or after it are looked at again, however long the row is.

use alloc::boxed::Box;
use core::ops::Range;

use super::windows::{Window, free_runs, windows};
use super::{Place, State};

/// Groups of up to this size are ranked in advance. Most people come in such groups; for larger
/// ones the free seats of the type are looked at.
pub(super) const RANKED_SIZES: usize = 8;
/// The most seats of a block.
pub(super) const PLACES: usize = 64;
/// So many seats beside a group show whether it leaves a single one there.
const BESIDE: usize = 2;

/// See above.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Block {
    /// Of which stretch.
    pub(super) stretch: u32,
    /// Which seats.
    from: u32,
    to: u32,
    /// How many of them are what.
    pub(super) tally: Tally,
    /// How far the nearest free seat is from the focal point.
    pub(super) nearest: u64,
    /// The best group of 1, 2, 3 ... free seats that begins here, none of them accessible.
    best: Box<[Option<Window>]>,
}

/// How many seats are what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Tally {
    pub(super) free: u32,
    /// Of the free ones.
    pub(super) accessible: u32,
    pub(super) taken: u32,
    pub(super) blocked: u32,
}

impl Block {
    /// The blocks of a stretch.
    pub(super) fn all_of(stretch: u32, places: &[Place]) -> impl Iterator<Item = Self> {
        (0..places.len()).step_by(PLACES).map(move |from| {
            let to = places.len().min(from + PLACES);
            let best = (0..RANKED_SIZES.min(places.len() - from)).map(|_| None).collect();
            let mut block =
                Self { stretch, from: from as u32, to: to as u32, tally: Tally::default(), nearest: u64::MAX, best };
            block.look(places);
            block
        })
    }

    /// Which blocks of a stretch of `length` look different when one of its places does.
    pub(super) fn touched_by(place: usize, length: usize) -> Range<usize> {
        let first = place.saturating_sub(RANKED_SIZES - 1 + BESIDE);
        let last = (place + BESIDE).min(length.saturating_sub(1));
        first / PLACES..last / PLACES + 1
    }

    /// Looks at the stretch again.
    pub(super) fn look(&mut self, places: &[Place]) {
        let (from, to) = (self.from as usize, self.to as usize);
        self.tally = Tally::default();
        self.nearest = u64::MAX;
        for place in &places[from..to] {
            self.tally.count(place);
            if place.state == State::Free {
                self.nearest = self.nearest.min(place.distance);
            }
        }
        self.best.fill(None);
        let around = from.saturating_sub(BESIDE)..places.len().min(to + RANKED_SIZES - 1 + BESIDE);
        for run in free_runs(places, around) {
            for (best, size) in self.best.iter_mut().zip(1..=run.len()) {
                for window in windows(self.stretch, places, run.clone(), size, 0) {
                    let begins_here = (self.from..self.to).contains(&window.first.place);
                    if begins_here && window.accessible == 0 && best.is_none_or(|best| window < best) {
                        *best = Some(window);
                    }
                }
            }
        }
    }

    /// The best group of a size that is ranked.
    pub(super) fn best(&self, size: usize) -> Option<Window> {
        *self.best.get(size.checked_sub(1)?)?
    }
}

impl Tally {
    fn count(&mut self, place: &Place) {
        match place.state {
            State::Free => {
                self.free += 1;
                self.accessible += u32::from(place.accessible);
            }
            State::Taken => self.taken += 1,
            State::Blocked => self.blocked += 1,
        }
    }

    pub(super) fn add(&mut self, other: Self) {
        self.free += other.free;
        self.accessible += other.accessible;
        self.taken += other.taken;
        self.blocked += other.blocked;
    }

    pub(super) fn subtract(&mut self, other: Self) {
        self.free -= other.free;
        self.accessible -= other.accessible;
        self.taken -= other.taken;
        self.blocked -= other.blocked;
    }
}

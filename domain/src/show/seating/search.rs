//! Looks at all free seats of a ticket type: for groups too large to be ranked in advance, for
//! accessible seats, and for people who would rather sit apart than not at all.

use alloc::collections::BinaryHeap;
use alloc::vec::Vec;
use core::cmp::Reverse;
use core::ops::{Range, RangeInclusive};

use super::block::Block;
use super::index::{Share, Spot};
use super::windows::{Window, free_runs, windows};
use super::{Place, Seating, Stretch};

/// The free seats of a ticket type.
pub(super) struct Search<'a> {
    stretches: &'a [Stretch],
    /// In the map's order.
    runs: Vec<Run>,
}

/// Free seats side by side, as far as they go.
struct Run {
    stretch: u32,
    places: Range<usize>,
    /// How many of them are accessible.
    accessible: u32,
    /// The most of them side by side that are.
    accessible_together: u32,
    /// The most of them side by side that are not.
    plain_together: u32,
}

impl Run {
    fn of(stretches: &[Stretch], stretch: u32, places: Range<usize>) -> Self {
        let mut run = Self { stretch, places, accessible: 0, accessible_together: 0, plain_together: 0 };
        for alike in run.seats(stretches).chunk_by(|left, right| left.accessible == right.accessible) {
            let length = alike.len() as u32;
            if alike[0].accessible {
                run.accessible += length;
                run.accessible_together = run.accessible_together.max(length);
            } else {
                run.plain_together = run.plain_together.max(length);
            }
        }
        run
    }

    fn seats<'a>(&self, stretches: &'a [Stretch]) -> &'a [Place] {
        &stretches[self.stretch as usize].places[self.places.clone()]
    }

    fn len(&self) -> u32 {
        self.places.len() as u32
    }

    fn first(&self) -> Spot {
        Spot { stretch: self.stretch, place: self.places.start as u32 }
    }
}

impl<'a> Search<'a> {
    /// The free seats of the stretches that have a block that is of use.
    pub(super) fn of(seating: &'a Seating, share: &Share, of_use: impl Fn(&Block) -> bool) -> Self {
        let stretches = &seating.stretches[..];
        let mut runs = Vec::new();
        for &stretch in share.stretches.iter().filter(|stretch| seating.index.blocks(**stretch).iter().any(&of_use)) {
            let places = &stretches[stretch as usize].places;
            runs.extend(free_runs(places, 0..places.len()).map(|run| Run::of(stretches, stretch, run)));
        }
        Self { stretches, runs }
    }

    /// The best group of `size` with so many accessible seats, as near to `wanted` of them as can be.
    pub(super) fn best(&self, size: u32, accessible: RangeInclusive<u32>, wanted: u32) -> Option<Window> {
        self.groups(size, accessible, wanted).min()
    }

    /// The size of the largest group, at most `limit`, with as many accessible seats as a group of its
    /// size must have. 0: there is none.
    pub(super) fn largest(&self, limit: u32, accessible: impl Fn(u32) -> RangeInclusive<u32>) -> u32 {
        let longest = self.runs.iter().map(Run::len).max().unwrap_or(0);
        (1..=limit.min(longest)).rev().find(|size| self.has(*size, accessible(*size))).unwrap_or(0)
    }

    fn has(&self, size: u32, accessible: RangeInclusive<u32>) -> bool {
        if *accessible.end() == 0 {
            self.runs.iter().any(|run| run.plain_together >= size)
        } else if *accessible.start() == size {
            self.runs.iter().any(|run| run.accessible_together >= size)
        } else {
            self.groups(size, accessible, 0).next().is_some()
        }
    }

    /// Every group of `size` with so many accessible seats.
    fn groups(&self, size: u32, accessible: RangeInclusive<u32>, wanted: u32) -> impl Iterator<Item = Window> {
        let fewest = *accessible.start();
        let promising = move |run: &&Run| run.len() >= size && run.accessible >= fewest;
        self.runs
            .iter()
            .filter(promising)
            .flat_map(move |run| {
                let places = &self.stretches[run.stretch as usize].places;
                windows(run.stretch, places, run.places.clone(), size as usize, wanted)
            })
            .filter(move |window| accessible.contains(&window.accessible))
    }

    /// So many seats, of which so many are accessible, in the largest groups that can be had; groups
    /// of one size from the best on. There must be as many: then a single seat is always a group.
    pub(super) fn apart(mut self, mut seats: u32, mut accessible: u32) -> Vec<Window> {
        let mut chosen = Vec::new();
        while seats > 0 {
            let left = seats;
            let size = self.largest(seats, |size| of_a_group(size, seats, accessible)).max(1);
            let groups = self.groups(size, of_a_group(size, seats, accessible), accessible);
            let mut ranked: BinaryHeap<Reverse<Window>> = groups.map(Reverse).collect();
            while size <= seats
                && let Some(Reverse(window)) = ranked.pop()
            {
                if of_a_group(size, seats, accessible).contains(&window.accessible) && self.take(&window) {
                    seats -= size;
                    accessible -= window.accessible;
                    chosen.push(window);
                }
            }
            if seats == left {
                break;
            }
        }
        chosen
    }

    /// Takes a group out of the free seats, unless some of it is taken out already.
    fn take(&mut self, window: &Window) -> bool {
        let Some(at) = self.runs.partition_point(|run| run.first() <= window.first).checked_sub(1) else {
            return false;
        };
        let (start, stretch, places) =
            (window.first.place as usize, self.runs[at].stretch, self.runs[at].places.clone());
        let end = start + window.size as usize;
        if stretch != window.first.stretch || end > places.end {
            return false;
        }
        // What is left of it may be empty: cheaper than to move all that follow.
        self.runs[at] = Run::of(self.stretches, stretch, end..places.end);
        if start > places.start {
            self.runs.insert(at, Run::of(self.stretches, stretch, places.start..start));
        }
        true
    }
}

/// How many accessible seats a group must have, where `seats` are wanted apart and `accessible` of
/// them accessible: none if none are wanted any more; otherwise one at least, so that nobody is left
/// to sit alone, and enough that the others find room in the seats that are left to choose.
fn of_a_group(size: u32, seats: u32, accessible: u32) -> RangeInclusive<u32> {
    let others = seats.saturating_sub(size);
    accessible.saturating_sub(others).max(accessible.min(1))..=accessible
}

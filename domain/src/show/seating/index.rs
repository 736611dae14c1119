//! What is asked of the seats all the time, kept up to date: where a label is, how many seats of a
//! type are free, and the best small groups. Follows from the stretches alone.

use alloc::vec::Vec;
use core::array;

use super::block::{Block, RANKED_SIZES, Tally};
use super::ranking::Ranking;
use super::windows::{Window, free_runs, windows};
use super::{Place, Stretch};
use crate::ids::TicketTypeId;
use crate::show::event::SeatLabel;

/// Where a seat is. Sorts in the map's order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Spot {
    /// Which stretch of the house.
    pub(super) stretch: u32,
    /// Which place of the stretch.
    pub(super) place: u32,
}

impl Spot {
    pub(super) fn place(self, stretches: &[Stretch]) -> &Place {
        &stretches[self.stretch as usize].places[self.place as usize]
    }

    pub(super) fn place_mut(self, stretches: &mut [Stretch]) -> &mut Place {
        &mut stretches[self.stretch as usize].places[self.place as usize]
    }
}

/// See above.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Index {
    /// All seats, by label.
    by_label: Vec<Spot>,
    /// What belongs to each ticket type, by its id.
    shares: Vec<Share>,
    /// All blocks, in the map's order.
    blocks: Vec<Block>,
    /// Where each stretch's blocks begin.
    first_blocks: Vec<u32>,
    /// Of each block, whose it is: a place in `shares` and one in the tournaments of that.
    owners: Vec<(u32, u32)>,
}

/// What belongs to a ticket type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Share {
    ticket_type_id: TicketTypeId,
    /// Its stretches, in the map's order.
    pub(super) stretches: Vec<u32>,
    /// How many seats it has.
    pub(super) seats: u32,
    /// How many of them are what.
    pub(super) tally: Tally,
    /// Which block has the best group of 1, 2, 3 ... seats.
    rankings: [Ranking; RANKED_SIZES],
}

impl Index {
    pub(super) fn of(stretches: &[Stretch]) -> Self {
        Self::with(by_label(stretches), stretches)
    }

    pub(super) fn with(by_label: Vec<Spot>, stretches: &[Stretch]) -> Self {
        let mut types: Vec<TicketTypeId> = stretches.iter().map(|stretch| stretch.ticket_type_id).collect();
        types.sort_unstable();
        types.dedup();
        let mut index = Self { by_label, shares: types.iter().copied().map(Share::of).collect(), ..Self::default() };
        let mut contestants: Vec<Vec<u32>> = types.iter().map(|_| Vec::new()).collect();
        // A house without seats is as it was before there was a map: nothing at all.
        for (at, stretch) in stretches.iter().enumerate() {
            index.first_blocks.push(index.blocks.len() as u32);
            let owner = types.partition_point(|id| *id < stretch.ticket_type_id);
            let share = &mut index.shares[owner];
            share.stretches.push(at as u32);
            share.seats += stretch.places.len() as u32;
            for block in Block::all_of(at as u32, &stretch.places) {
                share.tally.add(block.tally);
                index.owners.push((owner as u32, contestants[owner].len() as u32));
                contestants[owner].push(index.blocks.len() as u32);
                index.blocks.push(block);
            }
        }
        for (share, contestants) in index.shares.iter_mut().zip(contestants) {
            share.rankings = array::from_fn(|at| Ranking::of(&contestants, better(&index.blocks, at + 1)));
        }
        index
    }

    /// Where a seat is.
    pub(super) fn find(&self, stretches: &[Stretch], label: &SeatLabel) -> Option<Spot> {
        find(&self.by_label, stretches, label)
    }

    /// What belongs to a ticket type, if it has seats.
    pub(super) fn share(&self, ticket_type_id: TicketTypeId) -> Option<&Share> {
        let place = self.shares.binary_search_by_key(&ticket_type_id, |share| share.ticket_type_id).ok()?;
        Some(&self.shares[place])
    }

    /// A stretch, in blocks.
    pub(super) fn blocks(&self, stretch: u32) -> &[Block] {
        let first = self.first_blocks[stretch as usize] as usize;
        let end = self.first_blocks.get(stretch as usize + 1).map_or(self.blocks.len(), |next| *next as usize);
        &self.blocks[first..end]
    }

    /// The best group of some size without an accessible seat.
    pub(super) fn best(&self, stretches: &[Stretch], share: &Share, size: usize) -> Option<Window> {
        match share.rankings.get(size.checked_sub(1)?) {
            Some(ranking) => self.blocks[ranking.winner()? as usize].best(size),
            None => self.best_of_large(stretches, share, size),
        }
    }

    /// Looks at all stretches that are near enough.
    fn best_of_large(&self, stretches: &[Stretch], share: &Share, size: usize) -> Option<Window> {
        let mut best: Option<Window> = None;
        for &stretch in &share.stretches {
            let blocks = self.blocks(stretch);
            let nearest = blocks.iter().map(|block| block.nearest).min().unwrap_or(u64::MAX);
            let at_least = u128::from(nearest) * size as u128;
            let hopeless = best.is_some_and(|best| best.orphans == 0 && best.restricted == 0 && best.cost < at_least);
            if hopeless || blocks.iter().all(|block| block.best(RANKED_SIZES).is_none()) {
                continue;
            }
            let places = &stretches[stretch as usize].places;
            for run in free_runs(places, 0..places.len()).filter(|run| run.len() >= size) {
                let plain = windows(stretch, places, run, size, 0).filter(|window| window.accessible == 0);
                best = best.into_iter().chain(plain).min();
            }
        }
        best
    }

    /// Which blocks look different when a seat does.
    pub(super) fn touched_by(&self, spot: Spot, stretches: &[Stretch]) -> impl Iterator<Item = u32> {
        let first = self.first_blocks[spot.stretch as usize];
        let length = stretches[spot.stretch as usize].places.len();
        Block::touched_by(spot.place as usize, length).map(move |block| first + block as u32)
    }

    /// Looks at a block again.
    pub(super) fn refresh(&mut self, stretches: &[Stretch], block: u32) {
        let (owner, contestant) = self.owners[block as usize];
        let share = &mut self.shares[owner as usize];
        let block = &mut self.blocks[block as usize];
        share.tally.subtract(block.tally);
        block.look(&stretches[block.stretch as usize].places);
        share.tally.add(block.tally);
        for (at, ranking) in share.rankings.iter_mut().enumerate() {
            ranking.play(contestant as usize, better(&self.blocks, at + 1));
        }
    }
}

impl Share {
    fn of(ticket_type_id: TicketTypeId) -> Self {
        Self { ticket_type_id, stretches: Vec::new(), seats: 0, tally: Tally::default(), rankings: Default::default() }
    }
}

/// Which of two blocks has the better group of some size.
fn better(blocks: &[Block], size: usize) -> impl Fn(u32, u32) -> u32 {
    move |left, right| match (blocks[left as usize].best(size), blocks[right as usize].best(size)) {
        (Some(of_left), Some(of_right)) if of_right < of_left => right,
        (None, Some(_)) => right,
        _ => left,
    }
}

/// All seats, by label.
pub(super) fn by_label(stretches: &[Stretch]) -> Vec<Spot> {
    let spots = |(at, stretch): (usize, &Stretch)| {
        (0..stretch.places.len()).map(move |place| Spot { stretch: at as u32, place: place as u32 })
    };
    let mut by_label: Vec<Spot> = stretches.iter().enumerate().flat_map(spots).collect();
    by_label.sort_by(|left, right| left.place(stretches).label.cmp(&right.place(stretches).label));
    by_label
}

/// Where a seat is.
pub(super) fn find(by_label: &[Spot], stretches: &[Stretch], label: &SeatLabel) -> Option<Spot> {
    let at = by_label.binary_search_by(|spot| spot.place(stretches).label.cmp(label)).ok()?;
    Some(by_label[at])
}

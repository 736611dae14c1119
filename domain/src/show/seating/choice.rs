//! The best seats that are left.
//!
//! Seats together are side by side in one row. Of all such groups the best leaves no single free seat
//! behind, then has no restricted view, then is nearest to its section's focal point, then comes first
//! in the map. Accessible seats are kept for those who ask for them until nothing else is left. The
//! same seats are chosen for the same house every time; the event records them, so that a replay never
//! chooses again.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::ops::RangeInclusive;

use super::Seating;
use super::index::{Share, Spot};
use super::search::Search;
use super::windows::Window;
use crate::ids::TicketTypeId;
use crate::show::command::BestAvailable;
use crate::show::event::SeatLabel;
use crate::show::rejection::Rejection;

impl Seating {
    /// The best free seats of a ticket type, in the map's order.
    pub(in crate::show) fn best(
        &self,
        ticket_type_id: TicketTypeId,
        best: BestAvailable,
    ) -> Result<Box<[SeatLabel]>, Rejection> {
        let share = self.index.share(ticket_type_id);
        let free = share.map_or(0, |share| share.tally.free);
        let requested = best.quantity;
        let Some(share) = share.filter(|_| free >= requested) else {
            return Err(Rejection::SoldOut { ticket_type_id, requested, available: free });
        };
        if requested == 0 {
            return Ok(Box::default());
        }
        let (asked, available) = (best.accessible.min(requested), share.tally.accessible);
        if available < asked {
            return Err(Rejection::NoAccessibleSeats { ticket_type_id, requested: asked, available });
        }
        if let Some(window) = self.together(share, requested, asked) {
            return Ok(self.labels(&[window]));
        }
        let search = Search::of(self, share, |block| block.tally.free > 0);
        if best.together {
            let largest = search.largest(requested, |size| of_all(size, wanted(share, size, asked)));
            return Err(Rejection::NotTogether { ticket_type_id, requested, largest, available: free });
        }
        Ok(self.labels(&search.apart(requested, wanted(share, requested, asked))))
    }

    fn together(&self, share: &Share, size: u32, asked: u32) -> Option<Window> {
        let wanted = wanted(share, size, asked);
        if wanted == 0 {
            return self.index.best(&self.stretches, share, size as usize);
        }
        Search::of(self, share, |block| block.tally.accessible > 0).best(size, of_all(size, wanted), wanted)
    }

    fn labels(&self, windows: &[Window]) -> Box<[SeatLabel]> {
        let spots = |window: &Window| {
            let Spot { stretch, place } = window.first;
            (place..place + window.size).map(move |place| Spot { stretch, place })
        };
        let mut spots: Vec<Spot> = windows.iter().flat_map(spots).collect();
        spots.sort_unstable();
        spots.into_iter().map(|spot| spot.place(&self.stretches).label.clone()).collect()
    }
}

/// How many accessible seats are needed for so many seats: those that were asked for, and those
/// that must be taken because nothing else is left.
fn wanted(share: &Share, size: u32, asked: u32) -> u32 {
    let others = share.tally.free - share.tally.accessible;
    asked.min(size).max(size.saturating_sub(others))
}

/// How many accessible seats a group must have that sits together: as many as are wanted, and none
/// if none are. More than wanted if it can't be helped.
fn of_all(size: u32, wanted: u32) -> RangeInclusive<u32> {
    if wanted == 0 { 0..=0 } else { wanted..=size }
}

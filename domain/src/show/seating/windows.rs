//! Groups of free seats side by side, and which of two is better.

use core::ops::Range;

use super::index::Spot;
use super::{Place, State};

/// Some free seats side by side. The lesser one is better: fields count in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Window {
    /// How many accessible seats it has too many, or too few: they are kept for those who ask for them.
    pub(super) off: u32,
    /// How many single free seats it would leave beside it, which hardly anybody wants.
    pub(super) orphans: u32,
    /// From how many of its seats one does not see everything.
    pub(super) restricted: u32,
    /// How far its seats are from the focal point: the sum of the squares.
    pub(super) cost: u128,
    /// Its first seat. Of two equally good ones the first of the map is chosen.
    pub(super) first: Spot,
    /// How many seats.
    pub(super) size: u32,
    /// How many of them are accessible.
    pub(super) accessible: u32,
}

/// The runs of free seats in a part of a stretch, as long as they go there.
pub(super) fn free_runs(places: &[Place], part: Range<usize>) -> impl Iterator<Item = Range<usize>> {
    let (mut from, end) = (part.start, part.end);
    core::iter::from_fn(move || {
        let start = from + places[from..end].iter().position(|place| place.state == State::Free)?;
        let length = places[start..end].iter().position(|place| place.state != State::Free);
        from = length.map_or(end, |length| start + length);
        Some(start..from)
    })
}

/// Every group of `size` within a run of free seats, for someone who wants `wanted` accessible seats.
pub(super) fn windows(
    stretch: u32,
    places: &[Place],
    run: Range<usize>,
    size: usize,
    wanted: u32,
) -> impl Iterator<Item = Window> {
    let (mut accessible, mut restricted, mut cost) = (0_u32, 0_u32, 0_u128);
    run.clone().filter_map(move |last| {
        accessible += u32::from(places[last].accessible);
        restricted += u32::from(places[last].restricted_view);
        cost += u128::from(places[last].distance);
        let first = (last + 1).checked_sub(size).filter(|first| *first >= run.start)?;
        let window = Window {
            off: accessible.abs_diff(wanted),
            orphans: u32::from(first - run.start == 1) + u32::from(run.end - last == 2),
            restricted,
            cost,
            first: Spot { stretch, place: first as u32 },
            size: size as u32,
            accessible,
        };
        accessible -= u32::from(places[first].accessible);
        restricted -= u32::from(places[first].restricted_view);
        cost -= u128::from(places[first].distance);
        Some(window)
    })
}

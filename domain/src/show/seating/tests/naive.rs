//! The rules once more, written down as plainly as they are said and as slow as that is; random houses
//! must be seated the same way by both.

use alloc::vec;
use core::ops::Range;

use proptest::prelude::*;

use super::*;

/// A seat as the naive rules see it. `row` tells the rows of the whole house apart.
struct Chair<'a> {
    seat: &'a Seat,
    row: usize,
    distance: i128,
    free: bool,
}

type Group = Vec<usize>;

struct Naive<'a> {
    chairs: Vec<Chair<'a>>,
    ticket_type_id: TicketTypeId,
}

impl<'a> Naive<'a> {
    fn of(map: &'a SeatMap, house: &Seating, ticket_type_id: TicketTypeId) -> Self {
        let mut chairs = Vec::new();
        let rows = map.sections.iter().flat_map(|section| section.rows.iter().map(move |row| (section, row)));
        for (number, (section, row)) in rows.enumerate() {
            for seat in &row.seats {
                let (x, y) = (i128::from(seat.x - section.focal_point.x), i128::from(seat.y - section.focal_point.y));
                let free = house.are_free(core::slice::from_ref(&seat.label));
                chairs.push(Chair { seat, row: number, distance: x * x + y * y, free });
            }
        }
        Self { chairs, ticket_type_id }
    }

    fn can_be_had(&self, at: usize) -> bool {
        self.chairs.get(at).is_some_and(|chair| chair.free && chair.seat.ticket_type_id == self.ticket_type_id)
    }

    fn accessible(&self, group: &[usize]) -> u32 {
        group.iter().filter(|at| self.chairs[**at].seat.accessible).count() as u32
    }

    fn free(&self) -> Group {
        (0..self.chairs.len()).filter(|at| self.can_be_had(*at)).collect()
    }

    /// Every group of `size` side by side.
    fn groups(&self, size: u32) -> Vec<Group> {
        let begins = 0..(self.chairs.len() + 1).saturating_sub(size as usize);
        let groups = begins.map(|at| (at..at + size as usize).collect::<Group>());
        let in_the_row = |at: usize, first: usize| self.can_be_had(at) && self.chairs[at].row == self.chairs[first].row;
        groups.filter(|group| group.iter().all(|at| in_the_row(*at, group[0]))).collect()
    }

    /// Whether there is a single free seat beside the group on the side that `beside` and `beyond` are on.
    fn is_orphan(&self, group: &[usize], beside: Option<usize>, beyond: Option<usize>) -> bool {
        let free = |at: Option<usize>| {
            at.is_some_and(|at| self.can_be_had(at) && self.chairs[at].row == self.chairs[group[0]].row)
        };
        free(beside) && !free(beyond)
    }

    fn badness(&self, group: &[usize], wanted: u32) -> (u32, u32, usize, i128, usize) {
        let (first, last) = (group[0], group[group.len() - 1]);
        let orphans = u32::from(self.is_orphan(group, first.checked_sub(1), first.checked_sub(2)))
            + u32::from(self.is_orphan(group, Some(last + 1), Some(last + 2)));
        let restricted = group.iter().filter(|at| self.chairs[**at].seat.restricted_view).count();
        let cost = group.iter().map(|at| self.chairs[*at].distance).sum();
        (self.accessible(group).abs_diff(wanted), orphans, restricted, cost, first)
    }

    /// How many accessible seats so many people need: those they ask for, and those they must take.
    fn wanted(&self, size: u32, asked: u32) -> u32 {
        let free = self.free();
        let others = free.len() as u32 - self.accessible(&free);
        asked.min(size).max(size.saturating_sub(others))
    }

    fn together(&self, size: u32, asked: u32) -> Option<Group> {
        let wanted = self.wanted(size, asked);
        let enough = |group: &Group| match self.accessible(group) {
            accessible if wanted == 0 => accessible == 0,
            accessible => accessible >= wanted,
        };
        self.groups(size).into_iter().filter(enough).min_by_key(|group| self.badness(group, wanted))
    }

    fn apart(mut self, mut size: u32, asked: u32) -> Group {
        let mut wanted = self.wanted(size, asked);
        let mut chosen = Vec::new();
        while size > 0 {
            let fits = |accessible: u32, part: u32, size: u32, wanted: u32| {
                let room_for_the_rest = part <= size && wanted.saturating_sub(accessible) <= size - part;
                accessible <= wanted && room_for_the_rest && (wanted == 0 || accessible > 0)
            };
            let groups = |part| {
                let groups = self.groups(part).into_iter();
                groups.filter(|group| fits(self.accessible(group), part, size, wanted)).collect::<Vec<_>>()
            };
            let mut groups = (1..=size).rev().map(groups).find(|groups| !groups.is_empty()).unwrap();
            groups.sort_by_key(|group| self.badness(group, wanted));
            for group in groups {
                let (accessible, part) = (self.accessible(&group), group.len() as u32);
                if fits(accessible, part, size, wanted) && group.iter().all(|at| self.can_be_had(*at)) {
                    (size, wanted) = (size - part, wanted - accessible);
                    for at in group {
                        self.chairs[at].free = false;
                        chosen.push(at);
                    }
                }
            }
        }
        chosen.sort_unstable();
        chosen
    }

    fn best(self, best: BestAvailable) -> Result<Box<[SeatLabel]>, Rejection> {
        let BestAvailable { quantity: requested, together, accessible } = best;
        let (ticket_type_id, free) = (self.ticket_type_id, self.free());
        let (available, accessible_left) = (free.len() as u32, self.accessible(&free));
        let asked = accessible.min(requested);
        if available < requested {
            return Err(Rejection::SoldOut { ticket_type_id, requested, available });
        }
        if accessible_left < asked {
            return Err(Rejection::NoAccessibleSeats { ticket_type_id, requested: asked, available: accessible_left });
        }
        let names: Vec<SeatLabel> = self.chairs.iter().map(|chair| chair.seat.label.clone()).collect();
        let group = match self.together(requested, asked) {
            Some(group) => group,
            None if !together => self.apart(requested, asked),
            None => {
                let largest = (1..requested).rev().find(|size| self.together(*size, asked).is_some()).unwrap_or(0);
                return Err(Rejection::NotTogether { ticket_type_id, requested, largest, available });
            }
        };
        Ok(group.into_iter().map(|at| names[at].clone()).collect())
    }
}

/// Seats, each one of these letters.
fn seats(letters: &str, how_many: Range<usize>) -> impl Strategy<Value = String> + use<> {
    let letter = prop::sample::select(letters.chars().collect::<Vec<_>>());
    prop::collection::vec(letter, how_many).prop_map(|row| row.into_iter().collect())
}

/// Rows as the drawings above; the chances make houses that are neither empty nor full. Some rows have
/// what matters where two blocks meet, after so many seats that are taken.
fn rows() -> impl Strategy<Value = Vec<String>> {
    let mixed = || seats(".......rraaxxxx#ss", 0..14);
    let before_blocks_meet = prop::sample::select(vec![block::PLACES, 2 * block::PLACES]);
    let over_two_blocks = (before_blocks_meet, 0_usize..14, seats("........raxx", 2..24))
        .prop_map(|(meet, before, row)| "x".repeat(meet - before) + &row);
    let row = prop_oneof![
        5 => mixed(),
        2 => seats("................rax", 9..24),
        1 => seats("...aaax", 0..14),
        1 => seats(&(".".repeat(40) + "rax"), 60..150),
        2 => over_two_blocks,
    ];
    prop::collection::vec(row, 1..6)
}

/// Rows in two sections, each with a focal point of its own; in the plain order of a ruler, or where
/// the seats happen to stand.
fn seat_map(rows: &[String], focal: [(i32, i32); 2], muddle: i32) -> SeatMapSet {
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    let (left, right) = rows.split_at(rows.len() / 2);
    let mut sections = [section("Links", b'A', left), section("Rechts", b'N', right)];
    for (section, (x, y)) in sections.iter_mut().zip(focal) {
        section.focal_point = Point { x, y };
        for seat in section.rows.iter_mut().flat_map(|row| &mut row.seats) {
            seat.x = if muddle == 0 { seat.x } else { seat.x * muddle % 17 };
        }
    }
    SeatMapSet { version: 1, map: SeatMap { sections: sections.into() } }
}

fn seated(set: &SeatMapSet, rows: &[String]) -> Seating {
    let mut house = Seating::default();
    house.set(set);
    for (seat, kind) in set.map.seats().zip(rows.iter().flat_map(|row| row.chars())) {
        match kind {
            'x' => house.take(core::slice::from_ref(&seat.label)),
            '#' => house.block(core::slice::from_ref(&seat.label)),
            _ => {}
        }
    }
    house
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_best_seats_are_those_of_the_naive_rules(
        rows in rows(),
        focal in [(-3..30, -5..10), (-3..300, -5..10)],
        muddle in prop_oneof![3 => Just(0), 1 => 1..17],
        wishes in prop::collection::vec((1_u32..20, any::<bool>(), prop_oneof![1 => Just(0), 1 => 0_u32..7]), 1..8),
    ) {
        let set = seat_map(&rows, focal, muddle);
        let mut house = seated(&set, &rows);
        for (quantity, together, accessible) in wishes {
            let best = BestAvailable { quantity, together, accessible };
            let naive = Naive::of(&set.map, &house, STALLS).best(best);
            let quick = house.best(STALLS, best);
            prop_assert_eq!(&quick, &naive, "{:?}", best);
            house.take(&quick.unwrap_or_default());
        }
    }

    #[test]
    fn whatever_happens_to_seats_what_follows_from_them_is_up_to_date(
        rows in rows(),
        happened in prop::collection::vec((0..4, prop::collection::vec(any::<prop::sample::Index>(), 1..6)), 1..40),
    ) {
        let set = seat_map(&rows, [(9, 0), (9, 0)], 0);
        let mut house = seated(&set, &rows);
        let all: Vec<&Seat> = set.map.seats().collect();
        prop_assume!(!all.is_empty());
        for (what, seats) in happened {
            let seats: Vec<SeatLabel> = seats.iter().map(|index| index.get(&all).label.clone()).collect();
            match what {
                0 => house.take(&seats),
                1 => house.free(&seats),
                2 => house.block(&seats),
                _ => house.unblock(&seats),
            }
        }
        prop_assert_eq!(read_back(&house), house);
    }
}

//! Which maps and which seats can be asked for.

use alloc::collections::BTreeSet;
use alloc::vec::Vec;

use super::index::Spot;
use super::{Place, Seating, State};
use crate::ids::TicketTypeId;
use crate::show::event::{Seat, SeatLabel, SeatMap};
use crate::show::rejection::Rejection;

impl Seating {
    /// Whether the house can be seated like this from now on. `is_reserved` says of a ticket type
    /// whether its tickets are seats, and nothing of one that there is not.
    pub(in crate::show) fn check_map(
        &self,
        map: &SeatMap,
        is_reserved: impl Fn(TicketTypeId) -> Option<bool>,
    ) -> Result<(), Rejection> {
        if map.seats().nth(SeatMap::SEATS_MAX).is_some() {
            return Err(Rejection::TooManySeats { limit: SeatMap::SEATS_MAX });
        }
        let mut by_label: Vec<(usize, &Seat)> = map.seats().enumerate().collect();
        by_label.sort_by(|(_, left), (_, right)| left.label.cmp(&right.label));
        let twice = by_label.windows(2).filter(|pair| pair[0].1.label == pair[1].1.label);
        if let Some((_, seat)) = twice.map(|pair| pair[1]).min_by_key(|(at, _)| *at) {
            return Err(Rejection::DuplicateSeatLabel { seat: seat.label.clone() });
        }
        let mut types = BTreeSet::new();
        for ticket_type_id in map.seats().map(|seat| seat.ticket_type_id) {
            if types.insert(ticket_type_id) {
                match is_reserved(ticket_type_id) {
                    None => return Err(Rejection::UnknownTicketType { ticket_type_id }),
                    Some(false) => return Err(Rejection::NotReserved { ticket_type_id }),
                    Some(true) => {}
                }
            }
        }
        let stays = |label: &SeatLabel, ticket_type_id| {
            by_label
                .binary_search_by(|(_, seat)| seat.label.cmp(label))
                .is_ok_and(|at| by_label[at].1.ticket_type_id == ticket_type_id)
        };
        let in_use = self.stretches.iter().flat_map(|stretch| {
            let in_use = stretch.places.iter().filter(|place| place.state != State::Free);
            in_use.filter(|place| !stays(&place.label, stretch.ticket_type_id))
        });
        refuse_if_any(in_use.map(|place| place.label.clone()).collect(), |seats| Rejection::SeatsInUse { seats })
    }

    /// Whether someone can have these seats.
    pub(in crate::show) fn check_named(
        &self,
        ticket_type_id: TicketTypeId,
        seats: &[SeatLabel],
    ) -> Result<(), Rejection> {
        let found = self.find_all(seats, Some(ticket_type_id))?;
        let taken = found.into_iter().filter(|place| place.state != State::Free);
        refuse_if_any(taken.map(|place| place.label.clone()).collect(), |seats| Rejection::SeatsTaken { seats })
    }

    /// Whether these seats are all there and free.
    #[cfg(test)]
    pub(in crate::show) fn are_free(&self, seats: &[SeatLabel]) -> bool {
        seats.iter().all(|seat| self.find(seat).is_some_and(|(_, place)| place.state == State::Free))
    }

    /// Which of these seats change if they are blocked (or unblocked) now: those that are not so
    /// already. Who has a seat keeps it.
    pub(in crate::show) fn check_blocking(
        &self,
        seats: &[SeatLabel],
        block: bool,
    ) -> Result<Vec<SeatLabel>, Rejection> {
        let found = self.find_all(seats, None)?;
        let those = |state| {
            let those = found.iter().filter(move |place| place.state == state);
            those.map(|place| place.label.clone()).collect::<Vec<_>>()
        };
        if !block {
            return Ok(those(State::Blocked));
        }
        refuse_if_any(those(State::Taken), |seats| Rejection::SeatsTaken { seats })?;
        Ok(those(State::Free))
    }

    /// Each of these seats; refuses what is not there, or not of this type, and what is listed twice.
    fn find_all(&self, seats: &[SeatLabel], ticket_type_id: Option<TicketTypeId>) -> Result<Vec<&Place>, Rejection> {
        let mut seen = BTreeSet::new();
        if let Some(seat) = seats.iter().find(|seat| !seen.insert(*seat)) {
            return Err(Rejection::SeatListedTwice { seat: seat.clone() });
        }
        let sold_as = |spot: Spot| self.stretches[spot.stretch as usize].ticket_type_id;
        let find = |seat: &SeatLabel| match self.find(seat) {
            Some((spot, place)) if ticket_type_id.is_none_or(|asked| asked == sold_as(spot)) => Ok(place),
            _ => Err(Rejection::UnknownSeat { seat: seat.clone() }),
        };
        seats.iter().map(find).collect()
    }
}

fn refuse_if_any(seats: Vec<SeatLabel>, rejection: impl FnOnce(Vec<SeatLabel>) -> Rejection) -> Result<(), Rejection> {
    if seats.is_empty() { Ok(()) } else { Err(rejection(seats)) }
}

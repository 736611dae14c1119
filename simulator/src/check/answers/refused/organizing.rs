//! Refusals of the organizer.

use std::collections::HashMap;

use domain::show::Rejection;

use crate::check::answers::Told;
use crate::check::house::{House, SeatState};
use crate::ids::Of;
use crate::plan::{Ask, Change, Map, Place};
use crate::words;

impl Told<'_> {
    pub(super) fn is_organized_so(&self, house: &House, rejection: &Rejection) -> bool {
        let plan = &self.plan.shows[usize::from(self.question.show)];
        match (self.ask(), rejection) {
            (Ask::Revise { .. } | Ask::SetMap { .. }, Rejection::RevisionStale { expected, actual }) => {
                *expected == self.attempt.found.cast_unsigned() && *actual == house.revision && expected != actual
            }
            (Ask::Revise { change: Change::Capacity { kind, capacity }, .. }, rejection) => {
                let kind = house.kind(Of::kind(self.question.show, *kind)).map(|kind| &house.kinds[kind]);
                kind.is_some_and(|kind| match rejection {
                    Rejection::CapacityBelowTaken { requested, taken, .. } => {
                        let lapsed =
                            || house.free_at(house.kind(kind.id).unwrap_or(0), self.attempt.clock.0) - kind.free();
                        requested == capacity && taken > requested && *taken == kind.taken.saturating_sub(lapsed())
                    }
                    _ => {
                        *rejection == Rejection::CapacityFromSeatMap { ticket_type_id: kind.id.into() } && kind.reserved
                    }
                })
            }
            (Ask::Revise { change, .. }, Rejection::ContradictoryTimes) => {
                matches!(change, Change::Times(_) | Change::KindTerms(..) | Change::Added(_))
            }
            (Ask::PutOff { .. }, Rejection::ContradictoryTimes) => true,
            (Ask::PutOff { refund_until, .. }, Rejection::RefundDatePast) => {
                words::moment_us(*refund_until) <= self.attempt.clock.1
            }
            (Ask::Revise { change: Change::Terms(terms), .. }, Rejection::OverlappingPolicySteps) => {
                let steps = terms.policy.as_ref().map_or(&[][..], |policy| &policy.steps);
                steps.windows(2).any(|pair| pair[1].0 >= pair[0].0 || pair[1].1 > pair[0].1)
            }
            (Ask::SetMap { map }, Rejection::DuplicateSeatLabel { .. }) => plan.maps[usize::from(*map)].doubled,
            (Ask::SetMap { map }, Rejection::SeatsInUse { seats }) => {
                let kinds = kinds_by_label(&plan.maps[usize::from(*map)]);
                let lost = |label: &str| {
                    let seat = house.seats.number(label).and_then(|number| house.seats.seat(number));
                    let stays = |seat: &crate::check::house::Seat| {
                        let kind = kinds.get(label).map(|kind| Of::kind(self.question.show, *kind));
                        kind == Some(house.kinds[seat.kind].id)
                    };
                    seat.is_some_and(|seat| seat.state != SeatState::Free && !stays(seat))
                };
                !seats.is_empty() && seats.iter().all(|seat| lost(seat.as_str()))
            }
            (Ask::AddPromo { promo }, Rejection::PromoCodeExists) => {
                let name = words::promo_name(plan.promos[usize::from(*promo)].code);
                house.promo(&name).is_some_and(|index| house.promos[index].active)
            }
            (Ask::RemovePromo { code }, Rejection::NoSuchPromoCode) => house.promo(&words::promo_name(*code)).is_none(),
            _ => false,
        }
    }
}

fn kinds_by_label(map: &Map) -> HashMap<String, u8> {
    let mut kinds = HashMap::new();
    for (section, (kind, rows)) in (0..).zip(&map.sections) {
        for (row, letters) in (0..).zip(rows) {
            kinds.extend((0..letters.len() as u8).map(|seat| (Place(section, row, seat).label(), *kind)));
        }
    }
    kinds
}

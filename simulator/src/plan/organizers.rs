//! What the organizer does: opens the sale, changes nearly everything while it runs, and sometimes ends it.

use super::draw::Draft;
use super::{Ask, By, Change, Ms, Place, Policy, Times, houses};

const HOUR_MS: Ms = 3_600_000;

/// Puts the show on the programme and on sale.
pub(super) fn opens(draft: &mut Draft, show: u8) {
    let organizer = By::Organizer;
    let at = if show == 0 { 0 } else { draft.dice.between(0, 2_000) };
    draft.ask(at, show, organizer, Ask::Create);
    if draft.dice.percent(20) {
        draft.ask(at + 2, show, organizer, Ask::Create);
    }
    if !draft.show(show).maps.is_empty() {
        draft.ask(at + 5, show, organizer, Ask::SetMap { map: 0 });
    }
    for promo in 0..draft.show(show).promos.len() as u8 {
        let late = draft.dice.maybe(30, 0, 20_000).unwrap_or(0);
        draft.ask(at + 10 + late, show, organizer, Ask::AddPromo { promo });
    }
    if draft.dice.percent(95) {
        draft.ask(at + 15, show, organizer, Ask::Publish);
    }
}

/// Changes the show while it is sold.
pub(super) fn runs(draft: &mut Draft, show: u8, busy: Ms) {
    for _ in 0..draft.dice.between(4, 14) {
        let at = draft.dice.between(500, busy);
        let ask = match draft.dice.below(24) {
            0..=1 => {
                draft.ask(at + 100, show, By::Organizer, Ask::Pause);
                let until = at + draft.dice.between(200, 3_000);
                draft.ask(until, show, By::Organizer, Ask::Resume);
                Ask::Pause
            }
            2..=7 => Ask::Revise { change: capacity(draft, show), stale: false },
            8..=11 => blocks(draft, show, at),
            12..=13 if !draft.show(show).maps.is_empty() => {
                Ask::SetMap { map: draft.dice.below(draft.show(show).maps.len() as u32) as u8 }
            }
            14 => Ask::RemovePromo { code: draft.dice.below(4) as u8 },
            15 if !draft.show(show).promos.is_empty() => {
                Ask::AddPromo { promo: draft.dice.below(draft.show(show).promos.len() as u32) as u8 }
            }
            16 => put_off(draft, at),
            17 => Ask::Publish,
            18 => Ask::Resume,
            _ => Ask::Revise { change: change(draft, show), stale: draft.dice.percent(15) },
        };
        draft.ask(at, show, By::Organizer, ask.clone());
        if draft.dice.percent(20) {
            let again = at + draft.dice.between(0, 2_000);
            draft.ask(again, show, By::Organizer, ask);
        }
    }
}

fn capacity(draft: &mut Draft, show: u8) -> Change {
    let kind = draft.dice.below(draft.show(show).kinds.len() as u32) as u8;
    let now = draft.show(show).kinds[usize::from(kind)].capacity;
    Change::Capacity { kind, capacity: draft.dice.between(now.saturating_sub(4), now + 6) }
}

fn blocks(draft: &mut Draft, show: u8, at: Ms) -> Ask {
    let (row, seat) = (draft.dice.below(4) as u8, draft.dice.below(6) as u8);
    let seats: Vec<Place> = (seat..=seat + draft.dice.below(3) as u8).map(|seat| Place(0, row, seat)).collect();
    if draft.dice.percent(80) {
        let later = at + draft.dice.between(100, 8_000);
        draft.ask(later, show, By::Organizer, Ask::Block { seats: seats.clone(), block: false });
    }
    Ask::Block { seats, block: true }
}

fn put_off(draft: &mut Draft, at: Ms) -> Ask {
    let starts = *draft.dice.pick(&[30, 60, 100]) * HOUR_MS + draft.dice.between(0, 40_000);
    let ends = if draft.dice.percent(90) { starts + HOUR_MS } else { starts };
    let refund_until = if draft.dice.percent(85) { at + draft.dice.between(500, 15_000) } else { at / 2 };
    Ask::PutOff { starts, ends, refund_until }
}

fn change(draft: &mut Draft, show: u8) -> Change {
    let times = draft.show(show).times;
    let kinds = draft.show(show).kinds.len() as u32;
    match draft.dice.below(10) {
        0..=1 => Change::Title(draft.dice.below(5)),
        2..=3 => Change::Limit(draft.dice.maybe(70, 1, 6)),
        4 => {
            let reserved = draft.dice.percent(30);
            Change::Added(houses::kind(&mut draft.dice, reserved))
        }
        5..=6 => {
            let mut terms = houses::terms(&mut draft.dice);
            if draft.dice.percent(10) {
                // A later step that gives more than an earlier one.
                terms.policy = Some(Policy { steps: vec![(48, 50), (24, 90)], fee: 0 });
            }
            Change::Terms(terms)
        }
        7..=8 => Change::KindTerms(draft.dice.below(kinds) as u8, houses::kind_terms(&mut draft.dice)),
        _ => {
            let closes = draft.dice.maybe(60, 10_000, 40_000);
            let ends = if draft.dice.percent(5) { 25_000 } else { times.ends };
            Change::Times(Times { starts: times.starts.min(ends - 1_000), ends, closes, ..times })
        }
    }
}

/// Ends the sale, or calls the show off.
pub(super) fn ends(draft: &mut Draft, ends: Ms) {
    for show in 0..draft.shows.len() as u8 {
        let at = draft.dice.between(ends.saturating_sub(15_000), ends);
        let ask = match draft.dice.below(10) {
            0 => Ask::Close,
            1..=2 => Ask::CallOff,
            _ => continue,
        };
        draft.ask(at, show, By::Organizer, ask.clone());
        if draft.dice.percent(50) {
            let again = at + draft.dice.between(0, 3_000);
            draft.ask(again, show, By::Organizer, ask);
        }
    }
}

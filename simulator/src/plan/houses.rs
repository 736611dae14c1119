//! Draws shows: small houses, so that everything in them is scarce.

use super::{Kind, KindTerms, Map, Ms, Policy, Promo, ShowPlan, Terms, Times};
use crate::dice::Dice;

const HOUR_MS: Ms = 3_600_000;

pub(super) fn show(dice: &mut Dice) -> ShowPlan {
    let reserved = match dice.below(10) {
        0..=3 => 0_u8,
        4..=8 => 1,
        _ => 2,
    };
    let general = if reserved == 0 { dice.between(1, 2) } else { dice.below(2) };
    let mut kinds: Vec<Kind> = (0..reserved).map(|_| kind(dice, true)).collect();
    kinds.extend((0..general).map(|_| kind(dice, false)));
    let first = map(dice, reserved);
    let maps = if reserved == 0 { vec![] } else { vec![other(dice, &first), other(dice, &first)] };
    let maps = std::iter::once(first).filter(|_| reserved > 0).chain(maps).collect();
    let promos = (0..dice.below(4)).map(|_| promo(dice, kinds.len() as u8)).collect();
    ShowPlan { times: times(dice), limit: dice.maybe(45, 2, 6), terms: terms(dice), kinds, maps, promos }
}

/// Steps of refund policies end while the run goes on, so that both sides of them are seen.
fn times(dice: &mut Dice) -> Times {
    let starts = *dice.pick(&[24, 48, 72]) * HOUR_MS + dice.between(1_000, 40_000);
    Times {
        starts,
        ends: starts + 2 * HOUR_MS,
        opens: dice.maybe(15, 0, 3_000),
        closes: dice.maybe(15, 15_000, 40_000),
    }
}

pub(super) fn terms(dice: &mut Dice) -> Terms {
    Terms {
        hold_s: dice.between(1, 8),
        offer_s: dice.between(1, 6),
        paid: dice.percent(40),
        policy: dice.percent(70).then(|| policy(dice)),
    }
}

fn policy(dice: &mut Dice) -> Policy {
    let steps = match dice.below(5) {
        0 => vec![(48, 100), (24, 50)],
        1 => vec![(72, 90), (48, 75), (24, 33)],
        2 => vec![(24, 100)],
        3 => vec![(0, 80)],
        _ => vec![],
    };
    Policy { steps, fee: *dice.pick(&[0, 0, 100, 700]) }
}

pub(super) fn kind(dice: &mut Dice, reserved: bool) -> Kind {
    let capacity = match dice.below(10) {
        0..=3 => dice.between(2, 5),
        4..=7 => dice.between(6, 15),
        _ => dice.between(20, 50),
    };
    let price = *dice.pick(&[1_000, 2_500, 4_250, 999, 0]);
    Kind { price, capacity: if reserved { 0 } else { capacity }, reserved, terms: kind_terms(dice) }
}

pub(super) fn kind_terms(dice: &mut Dice) -> KindTerms {
    KindTerms {
        opens: dice.maybe(8, 0, 5_000),
        closes: dice.maybe(8, 15_000, 35_000),
        min: dice.maybe(10, 2, 2),
        max: dice.maybe(20, 2, 4),
        hidden: dice.percent(10),
    }
}

fn map(dice: &mut Dice, kinds: u8) -> Map {
    let mut row = |_| {
        let seats = dice.between(2, 7);
        (0..seats).map(|_| *dice.pick(&['o', 'o', 'o', 'o', 'o', 'r', 'a'])).collect::<String>()
    };
    let sections = (0..kinds).map(|kind| (kind, (0..3).map(&mut row).collect())).collect();
    Map { sections, doubled: false }
}

/// Another map of the same house: rows grow and shrink.
fn other(dice: &mut Dice, map: &Map) -> Map {
    let mut map = map.clone();
    for (kind, rows) in &mut map.sections {
        for row in rows.iter_mut() {
            match dice.below(6) {
                0 => row.push('o'),
                1 if row.len() > 1 => drop(row.pop()),
                _ => {}
            }
        }
        if dice.percent(8) {
            // A section that belongs to another type from now on.
            *kind = 1 - kind.min(&mut 1).to_owned();
        }
    }
    map.doubled = dice.percent(10);
    map
}

fn promo(dice: &mut Dice, kinds: u8) -> Promo {
    let percent = dice.percent(60);
    Promo {
        code: dice.below(3) as u8,
        percent,
        off: if percent { *dice.pick(&[10, 33, 50, 100]) } else { *dice.pick(&[500, 1_000, 5_000]) },
        kinds: if dice.percent(25) { vec![dice.below(u32::from(kinds)) as u8] } else { vec![] },
        uses: dice.maybe(70, 1, 4),
        uses_each: dice.maybe(40, 1, 2),
        from: dice.maybe(10, 0, 5_000),
        until: dice.maybe(15, 10_000, 30_000),
    }
}

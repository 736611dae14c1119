//! What goes wrong: with the log, with the processes and with their clocks. Some runs have fair weather.

use super::draw::Draft;
use super::{Act, Deed, Ms, Trouble};

/// Before this, in milliseconds, nothing goes wrong, so that there is a show to sell.
const FAIR_MS: Ms = 40;

pub(super) fn breaks(draft: &mut Draft, ends: Ms) {
    let (troubles, crashes, jumps) = match draft.dice.below(10) {
        0..=1 => (0, 0, 0),
        2..=7 => (draft.dice.between(2, 8), draft.dice.below(2), draft.dice.below(2)),
        _ => (draft.dice.between(10, 30), draft.dice.below(4), draft.dice.below(3)),
    };
    for _ in 0..troubles {
        let (at, process) = (when(draft, ends), process(draft));
        let trouble = trouble(draft);
        draft.acts.push(Act { at, deed: Deed::Trouble { process, trouble } });
        if draft.dice.percent(10) {
            // Troubles seldom come alone.
            for _ in 0..draft.dice.between(1, 8) {
                draft.acts.push(Act { at, deed: Deed::Trouble { process, trouble } });
            }
        }
    }
    for _ in 0..crashes {
        let (at, process) = (when(draft, ends), process(draft));
        draft.acts.push(Act { at, deed: Deed::Crash { process } });
    }
    for _ in 0..jumps {
        let (at, process) = (when(draft, ends), process(draft));
        let ms = match draft.dice.below(6) {
            0 => -draft.dice.between(1, 50).cast_signed(),
            1 => -draft.dice.between(50, 2_000).cast_signed(),
            2..=4 => draft.dice.between(1, 8_000).cast_signed(),
            _ => draft.dice.between(60_000, 1_000_000).cast_signed(),
        };
        draft.acts.push(Act { at, deed: Deed::Jump { process, ms } });
    }
}

/// Mostly at the moment something is asked, otherwise nobody would notice.
fn when(draft: &mut Draft, ends: Ms) -> Ms {
    let asked = draft.dice.below(draft.acts.len() as u32) as usize;
    draft.acts[asked].at.clamp(FAIR_MS, ends.max(FAIR_MS))
}

fn process(draft: &mut Draft) -> u8 {
    draft.dice.below(u32::from(draft.processes)) as u8
}

fn trouble(draft: &mut Draft) -> Trouble {
    let dice = &mut draft.dice;
    match dice.below(24) {
        0..=4 => Trouble::ReplyLost,
        5..=6 => Trouble::NeverArrived,
        7..=9 => Trouble::LateCommit(*dice.pick(&[0, 1, 5, 50, 1_500])),
        10..=11 => Trouble::Unreachable,
        12 => Trouble::Conflict,
        13..=15 => Trouble::SlowAppend(*dice.pick(&[0, 1, 20, 800]), *dice.pick(&[0, 3, 50, 400])),
        16 => Trouble::SlowRead(*dice.pick(&[1, 30, 1_000])),
        17 => Trouble::ReadFails,
        18 => Trouble::VersionsFail,
        19 => Trouble::SlowVersions(*dice.pick(&[1, 30, 600])),
        20 => Trouble::StaleSnapshot,
        21 => Trouble::BrokenSnapshot,
        22 => *dice.pick(&[Trouble::ForeignSnapshot, Trouble::SnapshotFails]),
        _ => Trouble::SnapshotNotWritten,
    }
}

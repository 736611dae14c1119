//! What the payment provider says: late, twice, out of order, and sometimes nonsense.

use super::draw::Draft;
use super::{Ask, By, Ms, Said};

/// The payment that was begun at `at` has an outcome, or several.
pub(super) fn speaks_of(draft: &mut Draft, show: u8, payment: u32, at: Ms) {
    let said = *draft.dice.pick(&[Said::Succeeded, Said::Succeeded, Said::Succeeded, Said::Failed]);
    let delay = match draft.dice.below(10) {
        // Before it was begun, as far as anybody knows.
        0 => 0,
        1..=7 => draft.dice.between(20, 2_500),
        8 => draft.dice.between(5_000, 20_000),
        // When the hold cannot wait any longer.
        _ => *draft.dice.pick(&[899_999, 900_000, 900_001, 910_000]),
    };
    draft.ask(at + delay, show, By::Platform, Ask::Report { payment, said });
    if draft.dice.percent(40) {
        let again = at + delay + draft.dice.between(0, 5_000);
        draft.ask(again, show, By::Platform, Ask::Report { payment, said });
    }
    if draft.dice.percent(20) {
        let said = *draft.dice.pick(&[Said::Succeeded, Said::Failed, Said::Otherwise]);
        let other = (at + delay).saturating_sub(500) + draft.dice.between(0, 4_000);
        draft.ask(other, show, By::Platform, Ask::Report { payment, said });
    }
}

/// The organizer gives money back out of goodwill, sometimes twice at once.
pub(super) fn is_told_to_refund(draft: &mut Draft, show: u8, booking: u32, at: Ms) {
    let at = at + draft.dice.between(0, 8_000);
    for _ in 0..draft.dice.between(1, 2) {
        let (amount, request) = (*draft.dice.pick(&[-5, 0, 300, 1_000, 2_500, 8_500]), draft.request());
        let ask = Ask::Refund { booking, amount, request };
        draft.ask(at, show, By::Organizer, ask.clone());
        if draft.dice.percent(30) {
            draft.ask(at + 300, show, By::Organizer, ask);
        }
    }
}

/// Refunds of any bookings have outcomes, whether or not there are such refunds.
pub(super) fn speaks_of_refunds(draft: &mut Draft, ends: Ms) {
    for _ in 0..draft.dice.between(10, 40) {
        let show = draft.dice.below(draft.shows.len() as u32) as u8;
        let known = !draft.payers.is_empty() && draft.dice.percent(90);
        let booking = if known { *draft.dice.pick(&draft.payers) } else { draft.any_booking() };
        let refund = *draft.dice.pick(&[1, 1, 1, 2, 3]);
        let said = *draft.dice.pick(&[Said::Succeeded, Said::Succeeded, Said::Failed, Said::Failed, Said::Otherwise]);
        let at = draft.dice.between(ends.saturating_sub(15_000), ends + 15_000);
        draft.ask(at, show, By::Platform, Ask::ReportRefund { booking, refund, said });
        if draft.dice.percent(40) {
            let said = *draft.dice.pick(&[Said::Succeeded, Said::Failed]);
            let again = at + draft.dice.between(0, 5_000);
            draft.ask(again, show, By::Platform, Ask::ReportRefund { booking, refund, said });
        }
        if draft.dice.percent(15) {
            let at = at + draft.dice.between(0, 6_000);
            draft.ask(at, show, By::Organizer, Ask::RetryRefunds);
        }
    }
}

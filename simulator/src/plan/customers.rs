//! What customers do. Each of them has a few stories; what they do after the first step goes on whether or
//! not that succeeded, unless they know that it did not.

use super::draw::Draft;
use super::{Ask, By, Ms, Place, Want, provider};

/// One story of one customer, from its first step on.
pub(super) fn story(draft: &mut Draft, show: u8, customer: u16, at: Ms) {
    let story = Story { show, by: By::Customer(customer), at };
    let paid = draft.show(show).terms.paid;
    match draft.dice.below(20) {
        4..=7 => story.holds(draft),
        8..=9 if !paid => story.holds(draft),
        8..=11 => story.pays(draft),
        12..=16 => story.waits(draft),
        17 if paid => story.pays(draft),
        0..=3 | 17 => story.buys(draft),
        _ => story.meddles(draft),
    }
}

/// Many want a few tickets at the same moment, several times each.
pub(super) fn crowd(draft: &mut Draft, people: u16) {
    for _ in 0..draft.dice.between(2, 4) {
        let (show, at) = (draft.dice.below(draft.shows.len() as u32) as u8, draft.moment());
        let hold = draft.show(show).terms.paid || draft.dice.percent(40);
        for _ in 0..draft.dice.between(30, 150) {
            let by = By::Customer(draft.dice.below(u32::from(people)) as u16);
            let (booking, wants) = (draft.booking(), wants(draft, show));
            let ask = Ask::Book { booking, wants, hold, promo: None, knows: false };
            draft.ask(at, show, by, ask.clone());
            if draft.dice.percent(20) {
                // Pressed twice.
                draft.ask(at, show, by, ask);
            }
        }
    }
}

#[derive(Clone, Copy)]
struct Story {
    show: u8,
    by: By,
    at: Ms,
}

impl Story {
    fn ask(&self, draft: &mut Draft, after: Ms, ask: Ask) {
        draft.ask(self.at + after, self.show, self.by, ask);
    }

    /// Buys at once, perhaps twice by mistake, and may give back.
    fn buys(&self, draft: &mut Draft) {
        let booking = draft.booking();
        let hold = draft.show(self.show).terms.paid && draft.dice.percent(80);
        self.books(draft, booking, hold);
        if draft.dice.percent(45) {
            let after = draft.dice.between(100, 12_000);
            self.gives_back(draft, booking, after);
        }
    }

    fn books(&self, draft: &mut Draft, booking: u32, hold: bool) {
        let codes = draft.show(self.show).promos.len() as u32;
        let promo = if codes > 0 && draft.dice.percent(40) { Some(draft.dice.below(4) as u8) } else { None };
        let knows = draft.dice.percent(60);
        let ask = Ask::Book { booking, wants: wants(draft, self.show), hold, promo, knows };
        self.ask(draft, 0, ask.clone());
        if draft.dice.percent(25) {
            let after = draft.dice.between(1, 15_000);
            self.ask(draft, after, ask);
        }
    }

    fn gives_back(&self, draft: &mut Draft, booking: u32, after: Ms) {
        let part = if draft.dice.percent(40) { vec![part(draft, self.show)] } else { vec![] };
        let (request, preview) = (draft.request(), draft.dice.percent(12));
        let ask = Ask::GiveBack { booking, part, preview, request };
        self.ask(draft, after, ask.clone());
        if draft.dice.percent(30) {
            let again = after + draft.dice.between(0, 3_000);
            self.ask(draft, again, ask);
        }
    }

    /// Holds, thinks about it, and buys: in time, too late, or at the very moment of the deadline.
    fn holds(&self, draft: &mut Draft) {
        let booking = draft.booking();
        self.books(draft, booking, true);
        let hold_ms = draft.show(self.show).terms.hold_s * 1_000;
        let mut after = 0;
        for _ in 0..*draft.dice.pick(&[0, 0, 0, 1, 2, 4]) {
            after += draft.dice.between(1, hold_ms);
            self.ask(draft, after, Ask::Extend { booking });
        }
        if draft.dice.percent(15) {
            let early = draft.dice.between(1, hold_ms);
            self.gives_back(draft, booking, early);
        }
        if draft.dice.percent(75) {
            let around = hold_ms + after;
            let near = [around - 1, around, around + 1, around + 700];
            let at = if draft.dice.percent(50) { draft.dice.between(1, around) } else { *draft.dice.pick(&near) };
            self.confirms(draft, booking, None, at);
            if draft.dice.percent(30) {
                let back = at + draft.dice.between(100, 8_000);
                self.gives_back(draft, booking, back);
            }
        }
    }

    fn confirms(&self, draft: &mut Draft, booking: u32, payment: Option<u32>, after: Ms) {
        let request = draft.request();
        self.ask(draft, after, Ask::Confirm { booking, request, payment });
        if draft.dice.percent(30) {
            let (later, other) = (after + draft.dice.between(0, 2_000), draft.request());
            let request = if draft.dice.percent(60) { request } else { other };
            self.ask(draft, later, Ask::Confirm { booking, request, payment });
        }
    }

    /// Holds, pays, and is told about it by a provider that is not to be relied on.
    fn pays(&self, draft: &mut Draft) {
        let booking = draft.booking();
        self.books(draft, booking, true);
        self.pays_for(draft, booking, 1);
    }

    fn pays_for(&self, draft: &mut Draft, booking: u32, after: Ms) {
        draft.payers.push(booking);
        let hold_ms = draft.show(self.show).terms.hold_s * 1_000;
        let mut at = after + draft.dice.between(1, hold_ms);
        for _ in 0..*draft.dice.pick(&[1, 1, 1, 2]) {
            let payment = draft.payment();
            self.ask(draft, at, Ask::Pay { booking, payment });
            if draft.dice.percent(20) {
                self.ask(draft, at + 50, Ask::Pay { booking, payment });
            }
            if draft.dice.percent(10) {
                let while_paying = at + draft.dice.between(1, 2_000);
                self.gives_back(draft, booking, while_paying);
            }
            provider::speaks_of(draft, self.show, payment, self.at + at);
            if draft.dice.percent(30) {
                let then = at + draft.dice.between(1, 4_000);
                self.confirms(draft, booking, Some(payment), then);
            }
            at += draft.dice.between(500, 5_000);
        }
        if draft.dice.percent(50) {
            let later = at + draft.dice.between(500, 10_000);
            self.gives_back(draft, booking, later);
        }
        if draft.dice.percent(25) {
            provider::is_told_to_refund(draft, self.show, booking, self.at + at);
        }
    }

    /// Waits, looks again and again, and takes or leaves what is offered.
    fn waits(&self, draft: &mut Draft) {
        let (entry, booking) = (draft.entry(), draft.booking());
        let kind = draft.dice.below(draft.show(self.show).kinds.len() as u32) as u8;
        let (quantity, knows) = (*draft.dice.pick(&[1, 1, 1, 2, 2, 3]), draft.dice.percent(80));
        let join = Ask::Join { entry, kind, quantity, knows };
        self.ask(draft, 0, join.clone());
        if draft.dice.percent(20) {
            let again = draft.dice.between(1, 6_000);
            self.ask(draft, again, join);
        }
        if draft.dice.percent(12) {
            let at = draft.dice.between(1, 10_000);
            self.ask(draft, at, Ask::Leave { entry });
        }
        let decline = draft.dice.percent(12);
        let offer_ms = draft.show(self.show).terms.offer_s * 1_000;
        let mut at = 0;
        for _ in 0..draft.dice.between(2, 6) {
            at += draft.dice.between(offer_ms / 4, offer_ms);
            let ask = if decline { Ask::Decline { entry } } else { Ask::Accept { entry, booking } };
            self.ask(draft, at, ask);
        }
        if draft.dice.percent(15) {
            self.ask(draft, at + 200, Ask::Decline { entry });
        }
        if draft.show(self.show).terms.paid {
            self.pays_for(draft, booking, at);
        } else if draft.dice.percent(40) {
            let back = at + draft.dice.between(100, 5_000);
            self.gives_back(draft, booking, back);
        }
    }

    /// Asks for what is not theirs, what is not there, and what makes no sense.
    fn meddles(&self, draft: &mut Draft) {
        let (booking, entry, request) = (draft.any_booking(), draft.any_entry(), draft.request());
        let shows = draft.shows.len() as u32;
        let ask = match draft.dice.below(14) {
            0 => Ask::GiveBack { booking, part: vec![], preview: false, request },
            1 => Ask::Confirm { booking, request, payment: None },
            2 => Ask::Extend { booking },
            3 => Ask::Accept { entry, booking },
            4 => Ask::Decline { entry },
            5 => Ask::Leave { entry },
            6 => Ask::Pause,
            7 => Ask::CallOff,
            8 => Ask::RetryRefunds,
            9 => Ask::Pay { booking, payment: draft.any_payment() },
            10 => Ask::Refund { booking, amount: 100, request },
            11 => Ask::Block { seats: vec![Place(0, 0, 0)], block: true },
            // The key of another booking, perhaps of another show.
            12 => Ask::Book { booking, wants: wants(draft, self.show), hold: true, promo: None, knows: false },
            _ => Ask::Join { entry, kind: 0, quantity: 1, knows: true },
        };
        let show = draft.dice.below(shows) as u8;
        draft.ask(self.at, show, self.by, ask);
    }
}

/// Tickets that can be asked for, now and then ones that make no sense.
fn wants(draft: &mut Draft, show: u8) -> Vec<Want> {
    let kinds = draft.show(show).kinds.len() as u32;
    let first = draft.dice.below(kinds);
    let mut wants = vec![want(draft, show, first as u8)];
    if kinds > 1 && draft.dice.percent(12) {
        wants.push(want(draft, show, ((first + 1) % kinds) as u8));
    }
    wants
}

fn want(draft: &mut Draft, show: u8, kind: u8) -> Want {
    let quantity = *draft.dice.pick(&[1, 1, 1, 2, 2, 3, 4]);
    let reserved = draft.show(show).kinds[usize::from(kind)].reserved != draft.dice.percent(2);
    if !reserved {
        return Want::Some { kind, quantity };
    }
    if draft.dice.percent(55) {
        let (together, accessible) = (draft.dice.percent(70), draft.dice.maybe(15, 1, 2).unwrap_or(0));
        return Want::Best { kind, quantity, together, accessible };
    }
    Want::Seats { kind, seats: seats(draft, kind, quantity) }
}

/// Seats side by side, if there are so many in the row.
fn seats(draft: &mut Draft, section: u8, quantity: u32) -> Vec<Place> {
    let (row, first) = (draft.dice.below(3) as u8, draft.dice.below(5) as u8);
    let mut seats: Vec<Place> = (0..quantity as u8).map(|next| Place(section, row, first + next)).collect();
    if quantity > 1 && draft.dice.percent(3) {
        seats[0] = seats[1];
    }
    seats
}

fn part(draft: &mut Draft, show: u8) -> Want {
    let kind = draft.dice.below(draft.show(show).kinds.len() as u32) as u8;
    if draft.show(show).kinds[usize::from(kind)].reserved && draft.dice.percent(70) {
        return Want::Seats { kind, seats: seats(draft, kind, 1) };
    }
    Want::Some { kind, quantity: *draft.dice.pick(&[1, 1, 2]) }
}

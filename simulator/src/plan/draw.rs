//! Draws a plan: the shows first, then what each person does, then what goes wrong, all in the order of time.

use std::ops::Range;

use super::{Act, Ask, By, Deed, Ms, Plan, Question, ShowPlan, customers, houses, organizers, provider, weather};
use crate::dice::Dice;

/// The most people at one run.
const CUSTOMERS_MAX: u32 = 40;
/// How long, in milliseconds, the busy part of a run takes.
const BUSY_MS: Ms = 30_000;
/// How often the platform's timer asks a show whether something is due.
const TICK_MS: Ms = 1_000;
/// What happens late happens after every payment has had its time.
const LATE_MS: Ms = 930_000;

/// A plan that is being drawn.
pub(super) struct Draft {
    pub(super) dice: Dice,
    pub(super) processes: u8,
    /// How many questions in a hundred go to another process than most.
    stray: u32,
    /// When all questions go to the next process instead.
    elsewhere: Range<Ms>,
    pub(super) shows: Vec<ShowPlan>,
    pub(super) acts: Vec<Act>,
    /// Moments at which many come at once.
    rushes: Vec<Ms>,
    bookings: u32,
    payments: u32,
    entries: u32,
    requests: u32,
    /// Bookings that somebody means to pay for.
    pub(super) payers: Vec<u32>,
}

impl Draft {
    /// Somebody asks, and repeats it some times if there is no answer.
    pub(super) fn ask(&mut self, at: Ms, show: u8, by: By, ask: Ask) {
        // While requests are routed elsewhere, the usual process remembers what is no longer so.
        let elsewhere = u8::from(self.elsewhere.contains(&at));
        let home = (show + elsewhere) % self.processes;
        let stray = self.dice.percent(self.stray);
        let process = if stray { self.dice.below(u32::from(self.processes)) as u8 } else { home };
        let patience = *self.dice.pick(&[0, 2, 3, 3, 5]);
        self.acts.push(Act { at, deed: Deed::Ask(Question { show, process, by, patience, ask }) });
    }

    /// A moment in the busy part; often one at which many come.
    pub(super) fn moment(&mut self) -> Ms {
        if self.dice.percent(65) { *self.dice.pick(&self.rushes) } else { self.dice.between(50, BUSY_MS) }
    }

    pub(super) fn booking(&mut self) -> u32 {
        self.bookings += 1;
        self.bookings
    }

    pub(super) fn payment(&mut self) -> u32 {
        self.payments += 1;
        self.payments
    }

    pub(super) fn entry(&mut self) -> u32 {
        self.entries += 1;
        self.entries
    }

    pub(super) fn request(&mut self) -> u32 {
        self.requests += 1;
        self.requests
    }

    /// A number that somebody has used, or that nobody has.
    pub(super) fn any_booking(&mut self) -> u32 {
        1 + self.dice.below(self.bookings + 1)
    }

    /// The same for payments.
    pub(super) fn any_payment(&mut self) -> u32 {
        1 + self.dice.below(self.payments + 1)
    }

    /// The same for places on waitlists.
    pub(super) fn any_entry(&mut self) -> u32 {
        1 + self.dice.below(self.entries + 1)
    }

    pub(super) fn show(&self, show: u8) -> &ShowPlan {
        &self.shows[usize::from(show)]
    }
}

pub(super) fn plan(seed: u64) -> Plan {
    let mut dice = Dice::new(seed);
    let processes = *dice.pick(&[1, 2, 2, 2, 3, 3]);
    let lanes = *dice.pick(&[1, 1, 2]);
    let stray = *dice.pick(&[0, 1, 1, 1, 2, 2, 3, 15]);
    let begins = dice.between(0, 2 * BUSY_MS);
    let elsewhere = begins..begins + dice.between(1_000, BUSY_MS);
    let snapshots_every = *dice.pick(&[0, 4, 20, 60, 60, 150]);
    let shows = *dice.pick(&[1, 1, 2]);
    let shows = (0..shows).map(|_| houses::show(&mut dice)).collect();
    let rushes = (0..dice.between(2, 6)).map(|_| dice.between(50, BUSY_MS)).collect();
    let acts = Vec::with_capacity(1_024);
    let (bookings, payments, entries, requests) = (0, 0, 0, 0);
    let mut draft = Draft {
        dice,
        processes,
        stray,
        elsewhere,
        shows,
        acts,
        rushes,
        bookings,
        payments,
        entries,
        requests,
        payers: Vec::new(),
    };
    draft.fill();
    let Draft { shows, mut acts, .. } = draft;
    acts.sort_by_key(|act| act.at);
    Plan { seed, processes, lanes, snapshots_every, shows, acts }
}

impl Draft {
    fn fill(&mut self) {
        let people = self.dice.between(CUSTOMERS_MAX / 2, CUSTOMERS_MAX);
        for show in 0..self.shows.len() as u8 {
            organizers::opens(self, show);
            organizers::runs(self, show, BUSY_MS);
        }
        for customer in 0..people as u16 {
            for _ in 0..self.dice.between(3, 6) {
                let (show, at) = (self.dice.below(self.shows.len() as u32) as u8, self.moment());
                customers::story(self, show, customer, at);
            }
        }
        customers::crowd(self, people as u16);
        let ends = if self.dice.percent(25) { self.late(people as u16) } else { BUSY_MS };
        provider::speaks_of_refunds(self, ends);
        organizers::ends(self, ends);
        self.ticks();
        weather::breaks(self, ends);
    }

    /// Long after, some come back.
    fn late(&mut self, people: u16) -> Ms {
        for _ in 0..self.dice.between(5, 25) {
            let show = self.dice.below(self.shows.len() as u32) as u8;
            let at = BUSY_MS + LATE_MS + self.dice.below(5_000);
            let customer = self.dice.below(u32::from(people)) as u16;
            customers::story(self, show, customer, at);
        }
        BUSY_MS + LATE_MS
    }

    fn ticks(&mut self) {
        let last = self.acts.iter().map(|act| act.at).max().unwrap_or(0);
        for show in 0..self.shows.len() as u8 {
            let begin = self.dice.below(TICK_MS);
            let busy = (begin..BUSY_MS + 10 * TICK_MS).step_by(TICK_MS as usize);
            let late = last.saturating_sub(20 * TICK_MS).max(BUSY_MS + 10 * TICK_MS);
            for at in busy.chain((late..last).step_by(TICK_MS as usize)) {
                self.ask(at, show, By::Platform, Ask::Settle);
            }
        }
    }
}

//! Runs plans, one or many, and says what came of them.

use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::check::{Demand, Violation, check};
use crate::history::History;
use crate::plan::Plan;
use crate::play::play;
use crate::tally::Tally;

/// What came of one run.
pub struct Outcome {
    /// What happened.
    pub tally: Tally,
    /// What is left of it.
    pub history: History,
    /// What was wrong with it.
    pub violation: Option<Violation>,
}

/// Runs a plan and checks what is left of it. A panic anywhere is a violation like others.
pub fn one(plan: &Plan) -> Outcome {
    let run = catch_unwind(AssertUnwindSafe(|| {
        let (history, tally) = play(plan);
        let violation = check(plan, &history).err();
        Outcome { tally, history, violation }
    }));
    run.unwrap_or_else(|panic| {
        let words = panic.downcast_ref::<String>().map(String::as_str);
        let what = words.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("a panic").to_owned();
        let violation = Violation { demand: Demand::LanesLive, position: None, attempt: None, what };
        Outcome { tally: Tally::default(), history: History::default(), violation: Some(violation) }
    })
}

/// A seed whose run violates a demand.
#[derive(Clone, Debug)]
pub struct Failure {
    /// The seed.
    pub seed: u64,
    /// What was wrong.
    pub violation: Violation,
}

/// What came of many runs.
#[derive(Debug, Default)]
pub struct Report {
    /// What happened.
    pub tally: Tally,
    /// Those that violate a demand, the lowest seed first.
    pub failures: Vec<Failure>,
    /// How long it took.
    pub elapsed: Duration,
    /// On how many threads.
    pub threads: usize,
}

impl Report {
    /// Commands in a second on one thread.
    pub fn rate(&self) -> f64 {
        self.tally.commands() as f64 / self.elapsed.as_secs_f64() / self.threads.max(1) as f64
    }
}

/// Runs many seeds on some threads; up to the first that fails, if that is enough.
pub fn many(seeds: Range<u64>, threads: usize, first_is_enough: bool) -> Report {
    let (next, stop, begun) = (AtomicU64::new(seeds.start), AtomicBool::new(false), Instant::now());
    let total = Mutex::new(Report { threads, ..Report::default() });
    let work = || {
        let (mut tally, mut failures) = (Tally::default(), Vec::new());
        while !stop.load(Ordering::Relaxed) {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= seeds.end {
                break;
            }
            let outcome = one(&Plan::of(seed));
            tally.add(&outcome.tally);
            if let Some(violation) = outcome.violation {
                failures.push(Failure { seed, violation });
                stop.fetch_or(first_is_enough, Ordering::Relaxed);
            }
        }
        let mut total = total.lock().unwrap_or_else(PoisonError::into_inner);
        total.tally.add(&tally);
        total.failures.append(&mut failures);
    };
    std::thread::scope(|scope| {
        for _ in 0..threads.max(1) {
            scope.spawn(work);
        }
    });
    let mut total = total.into_inner().unwrap_or_else(PoisonError::into_inner);
    total.failures.sort_by_key(|failure| failure.seed);
    total.elapsed = begun.elapsed();
    total
}

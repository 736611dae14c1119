//! A short run of the simulator, and proof that it would notice: everything is tried, the same seed is the same
//! run, and a log that was tampered with does not pass. Long runs: `cargo run --release -p simulator`.

use std::path::Path;
use std::sync::{Arc, LazyLock};

use domain::show::{Rejection, Show};
use event_log::RecordedEvent;
use simulator::check::{Demand, check};
use simulator::history::{Answer, History};
use simulator::plan::Plan;
use simulator::play::play;
use simulator::run::{self, Report};
use simulator::tally::{ASKS, CLOCK_BACK, CLOCK_FORWARD, CRASH, TROUBLES};

/// How many seeds one test run tries.
const SEEDS: u64 = 300;

static REPORT: LazyLock<Report> = LazyLock::new(|| {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    run::many(0..SEEDS, threads, false)
});

/// Refusals that a run of all seeds must have seen.
const REFUSALS: &[&str] = &[
    "no-such-show",
    "no-such-booking",
    "role-forbids",
    "idempotency-key-reused",
    "revision-stale",
    "event-cancelled",
    "sale-closed",
    "not-on-sale",
    "sale-not-open",
    "unknown-ticket-type",
    "sold-out",
    "limit-per-customer",
    "capacity-below-taken",
    "contradictory-times",
    "overlapping-policy-steps",
    "seats-required",
    "not-reserved",
    "unknown-seat",
    "seat-listed-twice",
    "seats-taken",
    "not-together",
    "no-accessible-seats",
    "duplicate-seat-label",
    "seats-in-use",
    "capacity-from-seat-map",
    "quantity-per-booking",
    "promo-code-invalid",
    "promo-code-used-up",
    "promo-code-exists",
    "no-such-promo-code",
    "hold-required",
    "hold-lapsed",
    "hold-not-extendable",
    "already-confirmed",
    "already-cancelled",
    "payment-required",
    "payment-pending",
    "nothing-to-pay",
    "unknown-payment",
    "payment-differs",
    "unknown-refund",
    "refund-exceeds-paid",
    "not-in-booking",
    "tickets-available",
    "already-waiting",
    "no-such-entry",
    "not-offered",
    "offer-lapsed",
    "offer-declined",
    "offer-accepted",
    "refund-date-past",
];

#[test]
fn whatever_goes_wrong_every_answer_is_true() {
    let failures: Vec<String> =
        REPORT.failures.iter().map(|failure| format!("--seed {}: {}", failure.seed, failure.violation)).collect();
    assert!(
        failures.is_empty(),
        "\n{}\n\n`cargo run --release -p simulator --bin simulate -- --seed N` tells the shortest history of it; \
         `--keep simulator/tests/kept/name.json` keeps it as a test.\n",
        failures.join("\n")
    );
}

#[test]
fn everything_that_can_be_asked_is_obeyed_at_least_once() {
    assert_eq!(not_seen(ASKS, |name| REPORT.tally.obeyed.of(name)), Vec::<&str>::new(), "{}", REPORT.tally);
}

#[test]
fn every_refusal_that_matters_is_seen() {
    assert_eq!(not_seen(REFUSALS, |name| REPORT.tally.refused.of(name)), Vec::<&str>::new(), "{}", REPORT.tally);
}

#[test]
fn everything_that_can_go_wrong_does() {
    let broken = [TROUBLES, &[CRASH, CLOCK_BACK, CLOCK_FORWARD]].concat();
    assert_eq!(not_seen(&broken, |name| REPORT.tally.troubles.of(name)), Vec::<&str>::new(), "{}", REPORT.tally);
}

fn not_seen<'a>(names: &[&'a str], count: impl Fn(&str) -> u64) -> Vec<&'a str> {
    names.iter().copied().filter(|name| count(name) == 0).collect()
}

#[test]
fn the_same_seed_is_the_same_run() {
    for seed in [1, 3, 8, 21] {
        let plan = Plan::of(seed);
        let ((one, tally), (again, tally_again)) = (play(&plan), play(&plan));
        assert_eq!(tally, tally_again, "seed {seed}");
        let told = |history: &History| {
            let event = |event: &RecordedEvent| {
                (event.position, event.event_type.clone(), event.recorded_at, event.payload.clone())
            };
            let log: Vec<_> = history.log.iter().map(|written| event(&written.event)).collect();
            let answers: Vec<String> = history.attempts.iter().map(|attempt| format!("{attempt:?}")).collect();
            (log, answers)
        };
        assert_eq!(told(&one), told(&again), "seed {seed}");
    }
}

#[test]
fn plans_that_failed_once_pass_now() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/kept");
    let mut failing = Vec::new();
    for file in std::fs::read_dir(folder).unwrap() {
        let file = file.unwrap().path();
        if file.extension().is_some_and(|extension| extension == "json") {
            let plan: Plan = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
            let violation = run::one(&plan).violation;
            failing.extend(violation.map(|violation| format!("{}: {violation}", file.display())));
        }
    }
    assert_eq!(failing, Vec::<String>::new());
}

/// The first seeds' runs, each tampered with; the demands that were violated then. `None`: nobody noticed.
fn noticed(tamper: impl Fn(&mut History) -> bool) -> Vec<Option<Demand>> {
    let mut noticed = Vec::new();
    for seed in 0..40 {
        let plan = Plan::of(seed);
        let (mut history, _) = play(&plan);
        if tamper(&mut history) {
            noticed.push(check(&plan, &history).err().map(|violation| violation.demand));
        }
    }
    assert!(noticed.len() > 10, "only {} runs had something to tamper with", noticed.len());
    noticed
}

fn edit(history: &mut History, at: usize, edit: impl FnOnce(&mut RecordedEvent)) {
    edit(Arc::make_mut(&mut history.log[at].event));
}

fn find(history: &History, event_type: &str) -> Option<usize> {
    history.log.iter().rposition(|written| written.event.event_type == event_type)
}

#[test]
fn an_event_that_was_taken_out_is_missed() {
    let taken_out = noticed(|history| {
        let at = history.log.len() / 2;
        history.log.remove(at);
        true
    });
    assert!(taken_out.iter().all(Option::is_some), "{taken_out:?}");
    assert!(taken_out.contains(&Some(Demand::Dense)), "{taken_out:?}");
}

#[test]
fn a_booking_that_nobody_was_told_of_is_noticed() {
    let doubled = noticed(|history| {
        let Some(at) = find(history, "SeatsHeld") else { return false };
        edit(history, at, |event| event.metadata.correlation_id = uuid::Uuid::nil());
        true
    });
    assert!(doubled.iter().all(Option::is_some), "{doubled:?}");
}

#[test]
fn an_answer_that_is_not_true_is_noticed() {
    let lied = noticed(|history| {
        // Nothing happened between this question and its answer, so that no other number ever was true.
        let found = history.attempts.iter_mut().filter(|attempt| attempt.asked_head == attempt.answered_head);
        let left = found.filter_map(|attempt| match &mut attempt.answer {
            Answer::Refused(Rejection::SoldOut { available, .. }) => Some(available),
            _ => None,
        });
        let Some(left) = left.last() else { return false };
        *left = left.wrapping_sub(1);
        true
    });
    assert!(lied.iter().all(|demand| *demand == Some(Demand::Explained)), "{lied:?}");
    let swallowed = noticed(|history| {
        let is_first = |answer: &Answer| matches!(answer, Answer::Obeyed { repeated: false, .. });
        let Some(attempt) = history.attempts.iter_mut().rfind(|attempt| is_first(&attempt.answer)) else {
            return false;
        };
        attempt.answer = Answer::Refused(Rejection::NotOnSale);
        true
    });
    assert!(swallowed.iter().all(Option::is_some), "{swallowed:?}");
}

#[test]
fn a_deadline_that_was_moved_is_noticed() {
    let moved = noticed(|history| {
        let Some(at) = find(history, "SeatsHeld") else { return false };
        edit(history, at, |event| {
            let payload = String::from_utf8(event.payload.to_vec()).unwrap();
            let (before, after) = payload.split_once("\"expires_at\":\"2030").unwrap();
            event.payload = format!("{before}\"expires_at\":\"2031{after}").into();
        });
        true
    });
    assert!(moved.iter().all(Option::is_some), "{moved:?}");
}

#[test]
fn a_process_that_remembers_something_else_is_noticed() {
    let forgot = noticed(|history| {
        let Some(remembered) = history.remembered.first_mut() else { return false };
        remembered.state = Show::default();
        true
    });
    assert!(forgot.iter().all(|demand| *demand == Some(Demand::MemoryIsFold)), "{forgot:?}");
}

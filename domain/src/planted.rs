//! Faults planted on purpose, for a test build of the simulator that must find each of them. Without
//! the feature `planted-faults` every `planted!("...")` is `false`, and nothing of this is compiled.

#[cfg(feature = "planted-faults")]
use core::sync::atomic::{AtomicUsize, Ordering};

/// Every fault there is, by name.
pub const FAULTS: [&str; 14] = [
    // In lanes and loading.
    "answer-before-commit",
    "keep-state-after-failed-append",
    "skip-conflict-check-on-refusal",
    "housekeeping-takes-command-id",
    "snapshot-version-off-by-one",
    "forget-key-in-snapshot",
    // In the rules.
    "forget-deadline-on-confirm",
    "skip-limit-on-accept",
    "offer-same-seat-twice",
    "newcomer-overtakes",
    "promo-uses-not-counted",
    "refund-more-than-paid",
    "lapse-keeps-seats",
    "late-confirm-takes-taken-seats",
];

/// Which fault is at work in this process: its place in [`FAULTS`].
#[cfg(feature = "planted-faults")]
static AT_WORK: AtomicUsize = AtomicUsize::new(usize::MAX);

/// Puts one fault to work in this process in place of any other; `None`: none.
///
/// # Panics
/// If there is no such fault.
#[cfg(feature = "planted-faults")]
pub fn plant(fault: Option<&str>) {
    AT_WORK.store(fault.map_or(usize::MAX, place), Ordering::Relaxed);
}

/// Whether the fault at this place of [`FAULTS`] is at work.
#[cfg(feature = "planted-faults")]
pub fn is_at_work(place: usize) -> bool {
    AT_WORK.load(Ordering::Relaxed) == place
}

/// The place of a fault in [`FAULTS`]. A name that is not there does not compile in `planted!`.
///
/// # Panics
/// If there is no such fault.
pub const fn place(fault: &str) -> usize {
    let mut place = 0;
    while place < FAULTS.len() {
        if same(FAULTS[place].as_bytes(), fault.as_bytes()) {
            return place;
        }
        place += 1;
    }
    panic!("no fault has this name; they are listed in domain/src/planted.rs")
}

const fn same(one: &[u8], other: &[u8]) -> bool {
    let mut at = 0;
    while at < one.len() && at < other.len() && one[at] == other[at] {
        at += 1;
    }
    at == one.len() && at == other.len()
}

/// Whether a fault is planted here: `if planted!("offer-same-seat-twice") { ... }`.
#[cfg(feature = "planted-faults")]
#[macro_export]
macro_rules! planted {
    ($fault:literal) => {
        $crate::planted::is_at_work(const { $crate::planted::place($fault) })
    };
}

/// Whether a fault is planted here: never, in this build.
#[cfg(not(feature = "planted-faults"))]
#[macro_export]
macro_rules! planted {
    ($fault:literal) => {{
        const _: usize = $crate::planted::place($fault);
        false
    }};
}

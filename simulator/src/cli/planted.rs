//! The simulator's teeth: each planted fault must be caught, by name.

use std::ops::Range;
use std::process::ExitCode;

use domain::planted::FAULTS;

use super::{complain, say};
use crate::plan::Plan;
use crate::run::{self, Failure};

/// Puts one fault to work, or none.
#[cfg(feature = "planted-faults")]
pub(super) fn plant(fault: Option<&str>) -> Result<(), String> {
    if fault.is_some_and(|fault| !FAULTS.contains(&fault)) {
        return Err(format!("no fault has this name; there are {}", FAULTS.join(", ")));
    }
    domain::planted::plant(fault);
    Ok(())
}

/// Puts one fault to work, or none: not in this build.
#[cfg(not(feature = "planted-faults"))]
pub(super) fn plant(fault: Option<&str>) -> Result<(), String> {
    fault.map_or(Ok(()), |_| Err("this build has no faults; use --features planted-faults".into()))
}

/// Puts each fault to work, and tells which seed caught it, and by what.
pub(super) fn all(seeds: Range<u64>, threads: usize) -> ExitCode {
    // A fault may make a lane panic; that is a way of being caught, and no news.
    std::panic::set_hook(Box::new(|_| {}));
    let mut missed = Vec::new();
    for fault in FAULTS {
        if let Err(why) = plant(Some(fault)) {
            return complain(&why);
        }
        let report = run::many(seeds.clone(), threads, true);
        let _ = plant(None);
        // A seed that fails without the fault as well has not caught it.
        let honest = |failure: &&Failure| run::one(&Plan::of(failure.seed)).violation.is_none();
        if let Some(Failure { seed, violation }) = report.failures.iter().find(honest) {
            say(&format!("{fault}: caught by seed {seed}, after {} seeds: {violation}", report.tally.seeds));
        } else {
            say(&format!("{fault}: not caught in {} seeds", report.tally.seeds));
            missed.push(fault);
        }
    }
    if missed.is_empty() {
        say(&format!("all {} planted faults are caught", FAULTS.len()));
        return ExitCode::SUCCESS;
    }
    complain(&format!("not caught: {}", missed.join(", ")))
}

//! `domain` is pure: no I/O, no async, no clock, no randomness, nothing whose order is chance.

use crate::sources::{none, sources};

const FORBIDDEN: [(&str, &str); 9] = [
    ("async ", "rules are decided at once; waiting belongs to command-api"),
    (".await", "rules are decided at once; waiting belongs to command-api"),
    ("std::", "domain is no_std: use core:: or alloc::"),
    ("extern crate std", "domain is no_std: use core:: or alloc::"),
    ("HashMap", "its order is chance; use BTreeMap"),
    ("HashSet", "its order is chance; use BTreeSet"),
    ("Utc::now", "time is an argument (`Asked::at`)"),
    ("now_v7", "ids are arguments; the edge makes them"),
    ("new_v4", "ids are arguments; the edge makes them"),
];

#[test]
fn domain_is_pure() {
    let mut faults = Vec::new();
    for source in sources().iter().filter(|source| source.path.starts_with("domain/src/") && !source.is_test()) {
        for (at, line) in source.code_lines() {
            for (word, instead) in FORBIDDEN {
                if line.contains(word) {
                    faults.push(format!("{}:{at}: `{}`: {instead}", source.path, word.trim()));
                }
            }
        }
    }
    none(&faults, "Keep the rules pure: what they need comes in as an argument, what they decide goes out as events.");
}

#[test]
fn domain_is_no_std() {
    let root = sources().into_iter().find(|source| source.path == "domain/src/lib.rs").unwrap();
    assert!(root.text.contains("#![no_std]"), "domain/src/lib.rs has lost its #![no_std]; put it back");
}

#[test]
fn stories_wait_for_positions_and_never_sleep() {
    let mut faults = Vec::new();
    for source in sources().iter().filter(|source| source.path.starts_with("tests/stories/")) {
        for (at, line) in source.code_lines() {
            if line.contains("sleep(") {
                faults.push(format!("{}:{at}", source.path));
            }
        }
    }
    none(&faults, "Wait for what you are waiting for: a position (people's reads do it), a gate, an answer.");
}

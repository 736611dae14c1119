//! How long things may be, and how a file begins.

use crate::sources::{Source, none, sources};

const FILE_LINES_MAX: usize = 300;
const TEST_FILE_LINES_MAX: usize = 500;
const FUNCTION_LINES_MAX: usize = 70;
const MAIN_LINES_MAX: usize = 60;

#[test]
fn a_file_is_short_enough_to_read() {
    let mut faults = Vec::new();
    for source in sources() {
        let limit = if source.is_test() { TEST_FILE_LINES_MAX } else { FILE_LINES_MAX };
        let lines = source.text.lines().count();
        if lines > limit {
            faults.push(format!("{}: {lines} lines, at most {limit}", source.path));
        }
    }
    none(&faults, "Split it by what it is about: `foo.rs` and `foo/part.rs`.");
}

#[test]
fn a_main_only_starts_things() {
    let mut faults = Vec::new();
    for source in sources().iter().filter(|source| source.path.ends_with("/src/main.rs")) {
        let lines = source.text.lines().count();
        if lines >= MAIN_LINES_MAX {
            faults.push(format!("{}: {lines} lines, fewer than {MAIN_LINES_MAX}", source.path));
        }
    }
    none(&faults, "Move the work into the library, where tests can call it.");
}

#[test]
fn a_file_says_what_it_is_for() {
    let silent = |source: &&Source| !source.text.starts_with("//! ") || says_nothing(source);
    let faults: Vec<String> = sources().iter().filter(silent).map(|source| source.path.clone()).collect();
    none(&faults, "Begin the file with `//!` and one to three sentences: what it is for, and what it must never do.");
}

/// A first line that is no sentence.
fn says_nothing(source: &Source) -> bool {
    let opening: Vec<&str> = source.text.lines().take_while(|line| line.starts_with("//!")).collect();
    opening.join(" ").split_whitespace().count() < 3
}

#[test]
fn a_function_fits_on_a_screen() {
    let mut faults = Vec::new();
    for source in sources() {
        for (name, at, lines) in functions(&source.text) {
            if lines > FUNCTION_LINES_MAX {
                faults.push(format!("{}:{at}: {name} has {lines} lines, at most {FUNCTION_LINES_MAX}", source.path));
            }
        }
    }
    none(&faults, "Give its parts names: a function per thought.");
}

/// Name, first line and length of each function, by the indentation that rustfmt gives.
fn functions(text: &str) -> Vec<(String, usize, usize)> {
    let lines: Vec<&str> = text.lines().collect();
    let mut found = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let code = line.trim_start();
        let Some((before, after)) = code.split_once("fn ") else { continue };
        let starts = before.split_whitespace().all(|word| {
            ["async", "const", "unsafe", "extern"].contains(&word) || word.starts_with("pub") || word.starts_with("in ")
        });
        if !starts || code.starts_with("//") {
            continue;
        }
        let indent = &line[..line.len() - code.len()];
        let end = format!("{indent}}}");
        let Some(length) = lines[at..].iter().position(|line| *line == end) else { continue };
        // A declaration without a body ends before the next function begins.
        let declared = lines[at..at + length].iter().take_while(|line| !line.ends_with('{')).any(|l| l.ends_with(';'));
        if !declared {
            let name = after.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap();
            found.push((name.to_owned(), at + 1, length + 1));
        }
    }
    found
}

#[test]
fn what_ships_never_unwraps() {
    let mut faults = Vec::new();
    for source in sources().iter().filter(|source| !source.is_test()) {
        for (at, line) in source.code_lines() {
            if line.contains(".unwrap()") {
                faults.push(format!("{}:{at}", source.path));
            }
        }
    }
    none(&faults, "Handle the case, or use `expect` with the reason why it cannot happen.");
}

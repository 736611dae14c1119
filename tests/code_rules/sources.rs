//! The sources of the workspace, as text.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// A source file.
pub(crate) struct Source {
    /// From the workspace's root on, with `/`.
    pub(crate) path: String,
    pub(crate) text: String,
}

impl Source {
    /// Whether it is only compiled for tests.
    pub(crate) fn is_test(&self) -> bool {
        let in_folder = self.path.split('/').rev().skip(1).any(|folder| folder == "tests");
        in_folder || self.path.ends_with("/tests.rs") || self.path == "domain/src/testing.rs"
    }

    /// What is compiled for more than tests: everything before `#[cfg(test)] mod`.
    pub(crate) fn shipped(&self) -> &str {
        self.text.split("#[cfg(test)]\nmod tests {").next().unwrap()
    }

    /// Its lines without comments, numbered from 1.
    pub(crate) fn code_lines(&self) -> impl Iterator<Item = (usize, &str)> {
        let numbered = self.shipped().lines().enumerate();
        numbered
            .map(|(at, line)| (at + 1, line.split("//").next().unwrap()))
            .filter(|(_, code)| !code.trim().is_empty())
    }
}

/// The folder of the workspace.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// What cargo knows about our own packages.
pub(crate) fn packages() -> Vec<Value> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--offline", "--format-version", "1"])
        .current_dir(root())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    metadata["packages"].as_array().unwrap().clone()
}

/// Every Rust file of ours.
pub(crate) fn sources() -> Vec<Source> {
    let mut sources = Vec::new();
    for package in packages() {
        let manifest = PathBuf::from(package["manifest_path"].as_str().unwrap());
        collect(manifest.parent().unwrap(), &mut sources);
    }
    assert!(sources.len() > 50, "only {} sources found: does this test look in the right place?", sources.len());
    sources
}

fn collect(folder: &Path, into: &mut Vec<Source>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, into);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).unwrap();
            let path = path.strip_prefix(root()).unwrap().to_str().unwrap().replace('\\', "/");
            into.push(Source { path, text });
        }
    }
}

/// Fails with all faults at once, and with what to do about them.
#[track_caller]
pub(crate) fn none(faults: &[String], what_to_do: &str) {
    assert!(faults.is_empty(), "\n{}\n\n{what_to_do}\n", faults.join("\n"));
}

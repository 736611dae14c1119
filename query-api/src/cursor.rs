//! Where the next page of a list begins: opaque to clients, and good for the very list it came from.
//!
//! A cursor is base64url of a version, the list's scope, the place in it, and a checksum. The checksum
//! finds accidents and tampering, not forgers: a forged cursor opens nothing that its owner may not see.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use edge::problem::Problem;
use sha2::{Digest, Sha256};

/// Goes up when the bytes mean something else.
const VERSION: u8 = 1;
/// How much of a SHA-256 is kept.
const HASH_BYTES: usize = 8;
/// The longest cursor that is looked at; ours hold at most a title of 200 characters.
const CURSOR_BYTES_MAX: usize = 2_048;

/// What a list was asked for. A cursor continues only the list with the same scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Scope([u8; HASH_BYTES]);

impl Scope {
    /// The list named by these words, in this order.
    pub(crate) fn of(words: &[&str]) -> Self {
        let mut hash = Sha256::new();
        for word in words {
            // With its length, so that words cannot run into one another.
            hash.update(word.len().to_be_bytes());
            hash.update(word);
        }
        Self(shortened(hash))
    }

    /// Writes down a place in the list.
    pub(crate) fn seal(self, place: &[u8]) -> String {
        let mut bytes = Vec::with_capacity(1 + 2 * HASH_BYTES + place.len());
        bytes.push(VERSION);
        bytes.extend_from_slice(&self.0);
        bytes.extend_from_slice(place);
        bytes.extend_from_slice(&checksum(&bytes));
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// Reads a place back.
    pub(crate) fn open(self, cursor: &str) -> Result<Vec<u8>, Problem> {
        self.read(cursor).ok_or_else(invalid)
    }

    fn read(self, cursor: &str) -> Option<Vec<u8>> {
        if cursor.len() > CURSOR_BYTES_MAX {
            return None;
        }
        let bytes = URL_SAFE_NO_PAD.decode(cursor).ok()?;
        let (sealed, sum) = bytes.split_last_chunk::<HASH_BYTES>()?;
        let (version, scoped) = sealed.split_first()?;
        let (scope, place) = scoped.split_first_chunk::<HASH_BYTES>()?;
        (*sum == checksum(sealed) && *version == VERSION && *scope == self.0).then(|| place.to_vec())
    }
}

/// A cursor that was damaged, or belongs to another list.
pub(crate) fn invalid() -> Problem {
    Problem::bad_request(
        "invalid-cursor",
        "The cursor does not continue this list: send it as it was given, with the same parameters.",
    )
    .with("parameter", "cursor")
}

fn checksum(bytes: &[u8]) -> [u8; HASH_BYTES] {
    shortened(Sha256::new().chain_update(bytes))
}

fn shortened(hash: Sha256) -> [u8; HASH_BYTES] {
    let mut short = [0; HASH_BYTES];
    short.copy_from_slice(&hash.finalize()[..HASH_BYTES]);
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gives_back_the_place() {
        let scope = Scope::of(&["events", "title"]);
        for place in [&b""[..], b"x", &[0xFF; 300]] {
            assert_eq!(scope.open(&scope.seal(place)).unwrap(), place);
        }
    }

    #[test]
    fn refuses_the_cursor_of_another_list() {
        let cursor = Scope::of(&["events", "ab", "c"]).seal(b"place");
        for other in [&["events", "a", "bc"][..], &["events", "ab"], &["bookings", "ab", "c"]] {
            assert_eq!(Scope::of(other).open(&cursor).unwrap_err().code(), "invalid-cursor");
        }
    }

    #[test]
    fn refuses_a_cursor_with_any_letter_changed() {
        let scope = Scope::of(&["events"]);
        let cursor = scope.seal(b"place");
        for at in 0..cursor.len() {
            let mut letters = cursor.clone().into_bytes();
            letters[at] = if letters[at] == b'A' { b'B' } else { b'A' };
            let tampered = String::from_utf8(letters).unwrap();
            assert!(scope.open(&tampered).is_err(), "{tampered}");
        }
    }

    #[test]
    fn refuses_what_is_no_cursor() {
        let scope = Scope::of(&["events"]);
        for text in ["", "x", "!!!", "AAAA", &"A".repeat(10_000), "%00", "é"] {
            assert_eq!(scope.open(text).unwrap_err().code(), "invalid-cursor", "{text}");
        }
    }
}

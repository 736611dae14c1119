//! Words that people typed: trimmed, not blank, of bounded length, free of control characters.

use alloc::string::String;

use serde::{Deserialize, Serialize};

/// A line (or, with newlines, a page) of at most `MAX` characters.
///
/// Reading it back from the log never fails: a limit that shrinks later binds new words only.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Text<const MAX: usize>(String);

impl<const MAX: usize> Text<MAX> {
    /// Takes one line of text.
    pub fn line(raw: &str) -> Result<Self, NotAText> {
        Self::checked(raw, char::is_control)
    }

    /// Takes text that may run over several lines.
    pub fn page(raw: &str) -> Result<Self, NotAText> {
        Self::checked(raw, |c| c.is_control() && !matches!(c, '\n' | '\r' | '\t'))
    }

    fn checked(raw: &str, forbidden: impl Fn(char) -> bool) -> Result<Self, NotAText> {
        let text = raw.trim();
        if text.is_empty() {
            Err(NotAText::Blank)
        } else if text.chars().count() > MAX {
            Err(NotAText::TooLong { limit: MAX })
        } else if text.chars().any(forbidden) {
            Err(NotAText::ControlCharacter)
        } else {
            Ok(Self(text.into()))
        }
    }

    /// The words.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Why words were not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAText {
    /// Nothing but white space.
    #[error("must not be blank")]
    Blank,
    /// More than the limit.
    #[error("must be at most {limit} characters")]
    TooLong {
        /// The most characters allowed.
        limit: usize,
    },
    /// Contains a character that is not meant to be seen.
    #[error("must not contain control characters")]
    ControlCharacter,
}

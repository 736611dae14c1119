//! Names of streams.

use std::fmt;
use std::str::FromStr;

use uuid::Uuid;

/// An aggregate's stream: its category and id, written `show-<uuid>`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StreamId {
    category: &'static str,
    id: Uuid,
}

/// Every category there is. A name in the log that is not among them is not ours.
const CATEGORIES: [&str; 2] = ["account", "show"];

impl StreamId {
    /// The stream of one aggregate.
    pub const fn new(category: &'static str, id: Uuid) -> Self {
        Self { category, id }
    }

    /// Which kind of aggregate.
    pub fn category(&self) -> &'static str {
        self.category
    }

    /// Which one.
    pub fn id(&self) -> Uuid {
        self.id
    }
}

impl fmt::Display for StreamId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.category, self.id)
    }
}

impl FromStr for StreamId {
    type Err = NotAStream;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        let (category, id) = name.split_once('-').ok_or(NotAStream)?;
        let category = CATEGORIES.into_iter().find(|known| *known == category).ok_or(NotAStream)?;
        Ok(Self { category, id: id.parse().map_err(|_| NotAStream)? })
    }
}

/// The text does not name a stream of Evently.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a stream name: it should be a category and an id, like show-<uuid>")]
pub struct NotAStream;

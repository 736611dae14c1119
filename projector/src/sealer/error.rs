//! Why nothing was sealed, and when it must not be.

use event_log::{Position, Unavailable};
use transparency::{EdgeMissing, NotInTiles};

/// Why nothing was sealed.
#[derive(Debug, thiserror::Error)]
pub(super) enum SealError {
    /// The log could not be read.
    #[error(transparent)]
    Log(#[from] Unavailable),
    /// The tree could not be read or written.
    #[error(transparent)]
    Store(#[from] sqlx::Error),
    /// Another sealer moved the tree on.
    #[error("the tree is not where it was left")]
    Overtaken,
    /// A signature would vouch for what is not so.
    #[error(transparent)]
    Refused(#[from] Refusal),
}

/// What the log or the tree has become since it was sealed. Each of these says that somebody, or a restored
/// backup, has changed what must not change.
#[derive(Debug, thiserror::Error)]
pub(super) enum Refusal {
    #[error("the log ends at position {head}, but it was sealed up to {sealed}")]
    Shorter { sealed: Position, head: Position },
    #[error("position {0} is missing from the log")]
    Missing(Position),
    #[error("the event at position {0} is not the one that was sealed")]
    Altered(Position),
    #[error(transparent)]
    Edge(#[from] EdgeMissing),
    #[error(transparent)]
    Tiles(#[from] NotInTiles),
    #[error("the tiles do not have the root that was sealed")]
    OtherRoot,
    #[error("the checkpoint that was signed last is not of the tree that is stored")]
    OtherCheckpoint,
    #[error("this store may leave holes between positions, so that no tree can be built over it")]
    NotDense,
}

impl From<EdgeMissing> for SealError {
    fn from(missing: EdgeMissing) -> Self {
        Self::Refused(missing.into())
    }
}

impl From<NotInTiles> for SealError {
    fn from(missing: NotInTiles) -> Self {
        Self::Refused(missing.into())
    }
}

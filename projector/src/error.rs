//! Why a page was not folded, and whether one of its events is to blame.

use event_log::Unavailable;

/// Why a page was not folded.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FoldError {
    /// The log could not be read.
    #[error(transparent)]
    Log(#[from] Unavailable),
    /// The read models could not be written.
    #[error(transparent)]
    Store(#[from] sqlx::Error),
    /// Somebody else moved a checkpoint, or a crash moved it back.
    #[error("the checkpoints are not where they were left; reading them again")]
    Overtaken,
    /// The migrations have not run, or somebody deleted the row.
    #[error("projection {0} has no row in projection_checkpoints")]
    NoCheckpoint(&'static str),
    /// Tables could not be exchanged for so many seconds.
    #[error(
        "for {0} s somebody had the tables in use at every try to exchange them: an export, a backup or a vacuum \
         that pg_stat_activity shows; the exchange waits until that has ended"
    )]
    InUse(u64),
    /// An event speaks of rows that no earlier event made.
    #[error("only {found} of the {expected} rows in {table} that the events speak of exist")]
    RowsMissing { table: &'static str, found: u64, expected: u64 },
    /// An event gives back what its booking never had.
    #[error("an event gives back tickets that booking {0} does not have")]
    NotInBooking(uuid::Uuid),
    /// Numbers that run from the beginning of the log cannot be mended in the middle.
    #[error("what was left out cannot be added later: this projection must be replayed as a whole")]
    OutOfOrder,
    /// A row could not be written as JSON or read back.
    #[error(transparent)]
    Json(#[from] serde_json::Error),
}

/// SQLSTATE classes that speak of the data and not of the server: cardinality violation, data
/// exception, integrity violation, program limit exceeded. A missing table or grant is not among them:
/// parking every stream because a migration is late would be worse than waiting.
const BLAMED_CLASSES: [&str; 4] = ["21", "22", "23", "54"];

impl FoldError {
    /// Whether trying again can never help, because an event of the page is at fault.
    pub(crate) fn blames_an_event(&self) -> bool {
        match self {
            Self::RowsMissing { .. } | Self::NotInBooking(_) | Self::OutOfOrder | Self::Json(_) => true,
            Self::Store(sqlx::Error::Database(error)) => {
                error.code().is_some_and(|code| BLAMED_CLASSES.iter().any(|class| code.starts_with(class)))
            }
            Self::Log(_) | Self::Store(_) | Self::Overtaken | Self::NoCheckpoint(_) | Self::InUse(_) => false,
        }
    }
}

/// Demands that a statement found every row it was about.
pub(crate) fn demand_rows(table: &'static str, found: u64, expected: usize) -> Result<(), FoldError> {
    let expected = expected as u64;
    if found == expected { Ok(()) } else { Err(FoldError::RowsMissing { table, found, expected }) }
}

//! What a projection is, and the list of them.

use async_trait::async_trait;
use sqlx::PgConnection;

use crate::error::FoldError;
use crate::page::Page;
use crate::projections::{Availability, Bookings, Payments, Shows, Waitlist};

/// A read model: a name, a version, and a fold of the log into its tables.
#[async_trait]
pub(crate) trait Projection: Send + Sync {
    /// Its row in `projection_checkpoints`.
    fn name(&self) -> &'static str;

    /// Goes up when the fold or the tables change so that the rows must be made anew.
    fn version(&self) -> i32 {
        1
    }

    /// Folds a page in memory and writes what came of it, in a transaction that the caller commits.
    async fn write(&self, page: Page<'_>, connection: &mut PgConnection) -> Result<(), FoldError>;
}

/// Every projection there is. Each has a row in `projection_checkpoints`, made by its migration.
pub(crate) const PROJECTIONS: [&dyn Projection; 5] = [&Shows, &Availability, &Bookings, &Waitlist, &Payments];

/// Postgres counts with signed numbers; positions stay far below 2^63.
pub(crate) fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// The tables' checks keep positions from being negative.
pub(crate) fn unsigned(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}

/// Postgres' `int`, for numbers that the domain bounds by millions.
pub(crate) fn int(number: u32) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

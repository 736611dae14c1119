//! What a projection is, and the two lists of them.

use std::any::Any;

use async_trait::async_trait;
use sqlx::PgConnection;

use crate::error::FoldError;
use crate::page::Page;
use crate::projections::{Analytics, AuditIndex, Availability, Bookings, Customers, Payments, People, Shows, Waitlist};

/// A read model: a name, a version, and a fold of the log into its tables.
#[async_trait]
pub(crate) trait Projection: Send + Sync {
    /// Its row in `projection_checkpoints`.
    fn name(&self) -> &'static str;

    /// Goes up when the fold or the tables change so that the rows must be made anew.
    fn version(&self) -> i32 {
        1
    }

    /// The tables it writes, all of them. They are nobody else's, and it reads no others.
    fn tables(&self) -> &'static [&'static str];

    /// Indexes of these tables that folding does without: a replay makes them after the bulk of the rows. An
    /// index that the fold's statements need must not be among them.
    fn deferred_indexes(&self) -> &'static [&'static str] {
        &[]
    }

    /// Whether it asks for [`Page::recorded`]. For those that do not, a replay reads only what events say and not
    /// where they come from, which is half of the reading.
    fn reads_recorded(&self) -> bool {
        false
    }

    /// Tables each of whose rows is born of exactly one event of these types: their number is known without the
    /// fold, so a replay is checked against it.
    fn born_of(&self) -> &'static [(&'static str, &'static [&'static str])] {
        &[]
    }

    /// A statement that counts, without the fold, something in these tables and the same in the log up to the position
    /// `$1`: a replay is checked against it. No row if there is nothing to compare.
    fn tally(&self) -> Option<&'static str> {
        None
    }

    /// Folds a page in memory and writes what came of it, in a transaction that the caller commits.
    async fn write(&self, page: Page<'_>, connection: &mut PgConnection) -> Result<(), FoldError>;

    /// The same, for a projection that would rather not read its rows again for every page.
    async fn write_on(
        &self,
        page: Page<'_>,
        _memory: &mut Memory,
        connection: &mut PgConnection,
    ) -> Result<(), FoldError> {
        self.write(page, connection).await
    }
}

/// What a projection remembers of the page before: what it leaves here is there again with the next page. It is
/// empty at first, and whenever a page was not committed or somebody else moved the checkpoint.
pub(crate) type Memory = Option<Box<dyn Any + Send + Sync>>;

/// Which projections are folded together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    /// What the sale and its queries need, as soon as can be: `Evently-Min-Position` waits for these.
    Core,
    /// What may lag behind a little, and must never hold up the core.
    Reports,
}

/// The projections of [`Group::Core`]. Each has a row in `projection_checkpoints`, made by its migration.
const CORE: &[&dyn Projection] = &[&Shows, &Availability, &Bookings, &Waitlist, &Payments, &People];

/// The projections of [`Group::Reports`]. Their rows have `in_core` false.
const REPORTS: &[&dyn Projection] = &[&Analytics, &AuditIndex, &Customers];

impl Group {
    /// Whether there is nothing to fold in this group.
    pub fn is_empty(self) -> bool {
        self.projections().is_empty()
    }

    /// Its projections, in the order in which they are written.
    pub(crate) fn projections(self) -> &'static [&'static dyn Projection] {
        match self {
            Self::Core => CORE,
            Self::Reports => REPORTS,
        }
    }
}

/// Every projection that this program knows.
pub(crate) fn all() -> impl Iterator<Item = &'static dyn Projection> {
    CORE.iter().chain(REPORTS).copied()
}

/// The projection of this name, if this program knows it.
pub(crate) fn named(name: &str) -> Option<&'static dyn Projection> {
    all().find(|projection| projection.name() == name)
}

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

//! `evently verify`: counts the whole log again and compares the read models with the count.
//!
//! Nothing here uses the domain's rules or the projector's folds: a mistake in those would hide itself.
//! `verify/walk.rs` goes through the log, `verify/moment.rs` and `verify/show.rs` have the rules, each group
//! of them in a file, and `verify/tables.rs` compares.

mod audit;
mod customers;
mod facts;
mod ledger;
mod moment;
mod people;
mod recount;
mod show;
mod tables;
mod tickets;
mod walk;

use std::process::ExitCode;

use indicatif::{ProgressBar, ProgressStyle};
use sqlx::PgPool;

use crate::cli::Settings;
use crate::database::Database;
use crate::say;
use recount::Recount;

/// What a recount found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// How many events were checked.
    pub events: u64,
    /// How many shows they speak of.
    pub shows: u64,
    /// How many bookings there ever were, held ones included.
    pub bookings: u64,
    /// The first thing that is not as it should be, in one sentence; nothing was checked after it.
    pub difference: Option<String>,
}

/// Why a recount ends early.
enum Stop {
    /// Something is not as it should be.
    Difference(String),
    /// The database did not answer.
    Failed(sqlx::Error),
}

impl From<sqlx::Error> for Stop {
    fn from(error: sqlx::Error) -> Self {
        Self::Failed(error)
    }
}

/// Recounts the log behind `pool` and compares the read models, each as of its checkpoint. The platform
/// may go on working meanwhile: everything is read from one picture of the database.
pub async fn verify_database(pool: &PgPool) -> anyhow::Result<Report> {
    recount(pool, &ProgressBar::hidden()).await
}

/// Verifies; exit code 1 if anything is not as it should be.
pub(crate) async fn verify(settings: &Settings) -> anyhow::Result<ExitCode> {
    let database = Database::open(settings).await?;
    let pool = database.pool(1);
    let report = recount(&pool, &progress_bar()?).await;
    pool.close().await;
    database.close().await?;
    let Report { events, shows, bookings, difference } = report?;
    if let Some(difference) = difference {
        say(&format!("Not right: {difference}."));
        return Ok(ExitCode::FAILURE);
    }
    say(&format!("All right: {events} events, {shows} shows, {bookings} bookings; the read models agree."));
    Ok(ExitCode::SUCCESS)
}

async fn recount(pool: &PgPool, bar: &ProgressBar) -> anyhow::Result<Report> {
    let mut picture = pool.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await?;
    // Before anything is read: a replay that exchanged tables after the picture was taken would show others.
    sqlx::query(tables::HOLD).execute(&mut *picture).await?;
    let mut recount = Recount::default();
    let ended = walk::through(&mut picture, &mut recount, bar).await;
    bar.finish_and_clear();
    let difference = match ended {
        Ok(()) => None,
        Err(Stop::Difference(difference)) => Some(difference),
        Err(Stop::Failed(error)) => return Err(error.into()),
    };
    picture.rollback().await?;
    let (shows, bookings) = (recount.shows.len() as u64, recount.bookings.len() as u64);
    Ok(Report { events: recount.events, shows, bookings, difference })
}

/// Hidden by itself where there is no terminal.
fn progress_bar() -> anyhow::Result<ProgressBar> {
    let style = "{msg} {wide_bar} {human_pos}/{human_len} events, {per_sec}, {eta} left";
    Ok(ProgressBar::new(0).with_style(ProgressStyle::with_template(style)?).with_message("Recounting"))
}

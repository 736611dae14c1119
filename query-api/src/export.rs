//! Exports: rows as a file, however many there are, in little memory.
//!
//! Whoever exports names the columns once and pushes rows; they leave in chunks through a short queue, so that
//! nobody reads further ahead than a client can take, and a client that hangs up ends the reading. To spreadsheets a
//! cell is what it looks like: text that would be a formula there is made text again (see `csv.rs`).

mod csv;
mod ndjson;
mod rows;

use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use axum::body::Body;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::Response;
use chrono::{DateTime, Utc};
use domain::ids::AccountId;
use edge::problem::Problem;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

pub(crate) use rows::{Rows, Stopped};

/// How many exports run at once. Each keeps a connection to the database for as long as it takes.
pub(crate) const EXPORTS_MAX: usize = 3;
/// How many of one account: nobody keeps the others from theirs.
const EXPORTS_OF_ACCOUNT_MAX: usize = 1;
/// When to try again if there are that many, in seconds.
const EXPORT_RETRY_S: u64 = 5;

/// Tells which position of the log an export is about.
pub(crate) const EVENTLY_AS_OF_POSITION: HeaderName = HeaderName::from_static("evently-as-of-position");

/// How the rows of a file are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    /// RFC 4180, with a header; safe to open in a spreadsheet.
    Csv,
    /// One JSON object per line.
    Ndjson,
}

impl Format {
    /// Reads `?format=`; CSV if it is not said.
    pub(crate) fn parse(word: Option<&str>) -> Result<Self, Problem> {
        match word {
            None | Some("csv") => Ok(Self::Csv),
            Some("ndjson") => Ok(Self::Ndjson),
            Some(_) => {
                let detail = "There are two formats: csv and ndjson.";
                let problem = Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "unknown-format", detail);
                Err(problem.with("parameter", "format"))
            }
        }
    }

    /// Reads `?format=` where an answer is no file unless it is said.
    pub(crate) fn wished(word: Option<&str>) -> Result<Option<Self>, Problem> {
        word.map(|word| Self::parse(Some(word))).transpose()
    }

    fn extension(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Ndjson => "ndjson",
        }
    }

    fn media_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8; header=present",
            Self::Ndjson => "application/x-ndjson",
        }
    }
}

/// A column of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Column {
    /// Text, a number or a time.
    Plain(&'static str),
    /// An amount of money: in a CSV file two columns, `<name>_amount` in minor units and `<name>_currency`.
    Money(&'static str),
}

/// A cell of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Field<'a> {
    /// Whatever people wrote, or a word of ours.
    Text(Cow<'a, str>),
    /// A whole number.
    Number(i64),
    /// A time in UTC.
    Time(DateTime<Utc>),
    /// Minor units and their currency.
    Money(i64, Cow<'a, str>),
    /// Nothing.
    Null,
}

impl<'a> Field<'a> {
    pub(crate) fn text(text: impl Into<Cow<'a, str>>) -> Self {
        Self::Text(text.into())
    }

    pub(crate) fn time(at: Option<DateTime<Utc>>) -> Self {
        at.map_or(Self::Null, Self::Time)
    }
}

/// Who may export now.
pub(crate) struct Exports {
    places: Arc<Semaphore>,
    /// Whose exports are running.
    running: Arc<Mutex<HashSet<AccountId>>>,
}

impl Default for Exports {
    fn default() -> Self {
        Self { places: Arc::new(Semaphore::new(EXPORTS_MAX)), running: Arc::default() }
    }
}

/// A place among those who export, until it is dropped.
pub(crate) struct Turn {
    whose: AccountId,
    running: Arc<Mutex<HashSet<AccountId>>>,
    #[expect(dead_code, reason = "it is dropped in the end")]
    place: OwnedSemaphorePermit,
}

impl Exports {
    /// A turn of an account, if there is one now; an export may take minutes, so nobody waits for one.
    pub(crate) fn turn(&self, whose: AccountId) -> Result<Turn, Problem> {
        let full = |_| {
            let detail = format!("{EXPORTS_MAX} exports are running already; try again when one has ended.");
            too_many(EXPORTS_MAX, detail)
        };
        let place = Arc::clone(&self.places).try_acquire_owned().map_err(full)?;
        if !self.running.lock().unwrap_or_else(PoisonError::into_inner).insert(whose) {
            let detail = "An export of yours is running already; try again when it has ended.";
            return Err(too_many(EXPORTS_OF_ACCOUNT_MAX, detail));
        }
        Ok(Turn { whose, running: Arc::clone(&self.running), place })
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.running.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.whose);
    }
}

fn too_many(limit: usize, detail: impl Into<String>) -> Problem {
    Problem::new(StatusCode::SERVICE_UNAVAILABLE, "too-many-exports", detail)
        .with("limit", limit)
        .retry_after(EXPORT_RETRY_S)
}

/// A file that is about to be written.
pub(crate) struct Export {
    pub(crate) format: Format,
    pub(crate) columns: &'static [Column],
    /// Its name without the ending: letters, digits and hyphens alone.
    pub(crate) name: String,
    /// The position of the log that all rows tell of.
    pub(crate) as_of_position: u64,
}

impl Export {
    /// Answers with the rows that `produce` pushes. It runs beside the answer and is stopped with it; what it
    /// gives back is what was pushed, wholly. Whoever gets less than that is cut off, and so notices.
    pub(crate) fn respond<P>(self, turn: Turn, produce: impl FnOnce(Rows) -> P) -> Response
    where
        P: Future<Output = Result<Rows, Stopped>> + Send + 'static,
    {
        let (rows, body) = rows::open(self.format, self.columns);
        let produced = produce(rows);
        tokio::spawn(rows::run(turn, produced));
        let mut response = Response::new(Body::new(body));
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(self.format.media_type()));
        headers.insert(EVENTLY_AS_OF_POSITION, self.as_of_position.into());
        let safe: String =
            self.name.chars().filter(|letter| letter.is_ascii_alphanumeric() || *letter == '-').collect();
        let disposition = format!("attachment; filename=\"{safe}.{}\"", self.format.extension());
        if let Ok(disposition) = HeaderValue::try_from(disposition) {
            headers.insert(CONTENT_DISPOSITION, disposition);
        }
        response
    }
}

#[cfg(test)]
mod tests;

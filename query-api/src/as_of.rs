//! As of when: the moment in the past that a question is about, turned into a position of the log.
//!
//! A struct of query parameters has the two fields of [`AsOfParameters`] as its own, because numbers do not
//! survive `#[serde(flatten)]` in a query; [`resolve`] then says which position is meant.

use axum::http::StatusCode;
use chrono::{DateTime, SecondsFormat, Utc};
use edge::problem::Problem;
use event_log::{EventLog, Unavailable};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::app::App;

/// What a question says about its moment. At most one of them may be said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct AsOfParameters {
    /// As it was after everything that was recorded at this time or before (RFC 3339).
    #[param(example = "2027-01-01T00:00:00Z")]
    pub(crate) as_of: Option<DateTime<Utc>>,
    /// As it was after the event at this position of the log.
    #[param(minimum = 1, example = 48_213)]
    pub(crate) as_of_position: Option<u64>,
}

impl AsOfParameters {
    /// Whether the question is about a moment of the caller's choice, and not about now.
    pub(crate) fn is_asked(self) -> bool {
        self != Self::default()
    }
}

/// The moment that an answer is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct AsOf {
    /// The last event that counts; 0 only where nobody asked and nothing has happened yet.
    pub(crate) position: u64,
    /// When it was recorded; the Unix epoch for position 0.
    pub(crate) recorded_at: DateTime<Utc>,
    /// Whether the caller chose it. Otherwise it is where the read models stand.
    pub(crate) asked: bool,
}

/// The moment that is meant. A position is the head's at most, a time is not in the future; a time after
/// the last event means the last event.
pub(crate) async fn resolve(app: &App, parameters: AsOfParameters) -> Result<AsOf, Problem> {
    resolve_on(&*app.log, app.freshness.reached(), parameters, Utc::now()).await
}

/// The same, for an answer whose tables stand elsewhere than the core read models.
pub(crate) async fn resolve_for(app: &App, reached: u64, parameters: AsOfParameters) -> Result<AsOf, Problem> {
    resolve_on(&*app.log, reached, parameters, Utc::now()).await
}

async fn resolve_on(
    log: &dyn EventLog,
    reached: u64,
    parameters: AsOfParameters,
    now: DateTime<Utc>,
) -> Result<AsOf, Problem> {
    match (parameters.as_of, parameters.as_of_position) {
        (Some(_), Some(_)) => {
            let detail = "Say as_of or as_of_position, not both: they could mean different moments.";
            Err(refused("as-of-twice", detail))
        }
        (Some(at), None) => at_time(log, at, now).await,
        (None, Some(position)) => at_position(log, position).await,
        (None, None) => {
            let recorded_at = log.recorded_at(reached).await.map_err(unreadable)?.unwrap_or(DateTime::UNIX_EPOCH);
            Ok(AsOf { position: reached, recorded_at, asked: false })
        }
    }
}

async fn at_time(log: &dyn EventLog, at: DateTime<Utc>, now: DateTime<Utc>) -> Result<AsOf, Problem> {
    let found = log.position_at(at).await.map_err(unreadable)?;
    // The clock of whoever writes may be ahead of ours: what the log has reached is not the future.
    let is_future = at > now && {
        let head = log.head().await.map_err(unreadable)?;
        log.recorded_at(head).await.map_err(unreadable)?.is_none_or(|last| at > last)
    };
    if is_future {
        let detail = "Nobody knows yet how things will be then: as_of must not be in the future.";
        return Err(refused("as-of-in-the-future", detail).with("now", written(now)));
    }
    let (position, recorded_at) = found.ok_or_else(before_the_first)?;
    Ok(AsOf { position, recorded_at, asked: true })
}

async fn at_position(log: &dyn EventLog, position: u64) -> Result<AsOf, Problem> {
    if position == 0 {
        return Err(before_the_first());
    }
    if let Some(recorded_at) = log.recorded_at(position).await.map_err(unreadable)? {
        return Ok(AsOf { position, recorded_at, asked: true });
    }
    let head = log.head().await.map_err(unreadable)?;
    let detail = format!("The log ends at position {head}; there is no {position} yet.");
    Err(refused("position-beyond-head", detail).with("position", position).with("head", head))
}

fn before_the_first() -> Problem {
    refused("as-of-before-the-first-event", "Nothing had happened yet: the first event came later.")
}

fn refused(code: &'static str, detail: impl Into<String>) -> Problem {
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, code, detail)
}

fn written(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::AutoSi, true)
}

/// What a log that cannot be read means to whoever asked. This is the one place where it is logged.
#[expect(clippy::needless_pass_by_value, reason = "it is what `map_err` hands over")]
pub(crate) fn unreadable(error: Unavailable) -> Problem {
    tracing::warn!(%error, "the log cannot be read");
    Problem::unavailable("The log cannot be read at the moment.")
}

#[cfg(test)]
mod tests;

//! What a list of events is asked for: parameters, checked once, and the cursor that goes with them.

use chrono::{DateTime, Datelike, SecondsFormat, Utc};
use domain::access::{Action, Actor, may};
use domain::ids::AccountId;
use domain::show::Status;
use edge::problem::Problem;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::cursor::{self, Scope};
use crate::list::searched;
use crate::shows::EventSummary;

/// The query parameters of the list of events.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct EventParameters {
    /// Only events in this state. `draft` lists your own drafts and those that you have access to (an admin:
    /// all) and needs a token; otherwise drafts are not listed.
    #[param(inline)]
    pub(crate) status: Option<StatusWord>,
    /// Only events in this city, in upper or lower case.
    #[param(example = "Leipzig")]
    pub(crate) city: Option<String>,
    /// Only events with this text in title, venue or description, in upper or lower case.
    #[param(example = "clara")]
    pub(crate) q: Option<String>,
    /// Only events that start at this time or later (RFC 3339).
    #[param(example = "2027-01-01T00:00:00Z")]
    pub(crate) starts_after: Option<DateTime<Utc>>,
    /// Only events that start before this time (RFC 3339).
    #[param(example = "2028-01-01T00:00:00Z")]
    pub(crate) starts_before: Option<DateTime<Utc>>,
    /// The order; a minus turns it round.
    #[serde(default)]
    #[param(inline)]
    pub(crate) sort: Sort,
    /// `page.next` of the page before.
    pub(crate) cursor: Option<String>,
    /// How many at most, from 1 to 200; 50 if not said.
    #[param(minimum = 1, maximum = 200, default = 50)]
    pub(crate) limit: Option<u32>,
}

/// Where an event stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum StatusWord {
    Draft,
    OnSale,
    Paused,
    Closed,
    Cancelled,
}

impl From<StatusWord> for Status {
    fn from(word: StatusWord) -> Self {
        match word {
            StatusWord::Draft => Self::Draft,
            StatusWord::OnSale => Self::OnSale,
            StatusWord::Paused => Self::Paused,
            StatusWord::Closed => Self::Closed,
            StatusWord::Cancelled => Self::Cancelled,
        }
    }
}

/// The order of a list of events. Equal ones follow their ids.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, ToSchema)]
pub(crate) enum Sort {
    #[default]
    #[serde(rename = "starts_at")]
    StartsAt,
    #[serde(rename = "-starts_at")]
    StartsAtDown,
    #[serde(rename = "title")]
    Title,
    #[serde(rename = "-title")]
    TitleDown,
}

/// What the list of events shows, and to whom.
#[derive(Clone, Debug, Default)]
pub(crate) struct EventFilter {
    /// `None`: everything that is public.
    pub(crate) status: Option<Status>,
    /// Whose events alone; set where only drafts that one has access to may be seen.
    pub(crate) organizer: Option<Uuid>,
    pub(crate) city: Option<String>,
    pub(crate) q: Option<String>,
    pub(crate) starts_after: Option<DateTime<Utc>>,
    pub(crate) starts_before: Option<DateTime<Utc>>,
    pub(crate) sort: Sort,
}

/// The entry after which a list goes on.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) show_id: Uuid,
    /// What the list is sorted by, as text.
    pub(crate) key: String,
}

impl EventFilter {
    /// What `caller` is shown for these parameters.
    pub(crate) fn new(parameters: &EventParameters, caller: Option<Actor>) -> Result<Self, Problem> {
        let status = parameters.status.map(Status::from);
        let organizer = if status == Some(Status::Draft) { whose_drafts(caller)? } else { None };
        Ok(Self {
            status,
            organizer,
            city: searched("city", parameters.city.as_deref())?,
            q: searched("q", parameters.q.as_deref())?,
            starts_after: in_range("starts_after", parameters.starts_after)?,
            starts_before: in_range("starts_before", parameters.starts_before)?,
            sort: parameters.sort,
        })
    }

    /// Whether everybody gets the same answer.
    pub(crate) fn is_public(&self) -> bool {
        self.status != Some(Status::Draft)
    }

    fn scope(&self) -> Scope {
        let time = |at: Option<DateTime<Utc>>| at.map_or(String::new(), |at| at.timestamp_micros().to_string());
        Scope::of(&[
            "events",
            self.status.map_or("", Status::as_str),
            &self.organizer.map_or(String::new(), |organizer| organizer.to_string()),
            self.city.as_deref().unwrap_or(""),
            self.q.as_deref().unwrap_or(""),
            &time(self.starts_after),
            &time(self.starts_before),
            match self.sort {
                Sort::StartsAt => "starts_at",
                Sort::StartsAtDown => "-starts_at",
                Sort::Title => "title",
                Sort::TitleDown => "-title",
            },
        ])
    }

    /// The cursor that goes on after an entry.
    pub(crate) fn cursor_after(&self, entry: &EventSummary) -> String {
        let mut place = entry.event_id.as_bytes().to_vec();
        match self.sort {
            Sort::StartsAt | Sort::StartsAtDown => {
                place.extend_from_slice(entry.starts_at.to_rfc3339_opts(SecondsFormat::Micros, true).as_bytes());
            }
            Sort::Title | Sort::TitleDown => place.extend_from_slice(entry.title_key.as_bytes()),
        }
        self.scope().seal(&place)
    }

    /// Where a cursor of this very list goes on.
    pub(crate) fn place(&self, cursor: &str) -> Result<Place, Problem> {
        let bytes = self.scope().open(cursor)?;
        let (show_id, key) = bytes.split_first_chunk().ok_or_else(cursor::invalid)?;
        let key = String::from_utf8(key.to_vec()).map_err(|_| cursor::invalid())?;
        let fits = match self.sort {
            Sort::StartsAt | Sort::StartsAtDown => DateTime::parse_from_rfc3339(&key).is_ok(),
            Sort::Title | Sort::TitleDown => !key.contains('\0'),
        };
        if fits { Ok(Place { show_id: Uuid::from_bytes(*show_id), key }) } else { Err(cursor::invalid()) }
    }
}

/// Whose drafts a caller may list: an admin everybody's, others their own and their colleagues'.
fn whose_drafts(caller: Option<Actor>) -> Result<Option<Uuid>, Problem> {
    let Some(caller) = caller else {
        return Err(Problem::unauthorized(
            "missing-token",
            "Sign in to see your drafts, and send the token as bearer.",
        ));
    };
    let nobody = AccountId(Uuid::nil());
    let all = may(&caller, Action::OwnShow { organizer: nobody });
    Ok(if all { None } else { Some(caller.account_id.0) })
}

/// RFC 3339 knows the years 0 to 9999, and Postgres has no year 0.
fn in_range(parameter: &'static str, at: Option<DateTime<Utc>>) -> Result<Option<DateTime<Utc>>, Problem> {
    match at {
        Some(at) if !(1..=9999).contains(&at.year()) => {
            let detail = format!("Query parameters: {parameter}: the year must be from 1 to 9999.");
            Err(Problem::bad_request("malformed-query", detail).with("parameter", parameter))
        }
        at => Ok(at),
    }
}

#[cfg(test)]
mod tests;

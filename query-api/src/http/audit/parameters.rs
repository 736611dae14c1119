//! What can be asked of the audit trail, and the part of the log that it means.

use axum::http::StatusCode;
use chrono::{DateTime, TimeDelta, Utc};
use domain::audit::is_event_type;
use edge::problem::Problem;
use event_log::StreamId;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::place;
use crate::app::App;
use crate::as_of::unreadable;
use crate::audit::{Filter, Range};
use crate::cursor::Scope;

/// From which end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Order {
    /// The newest first.
    #[default]
    Newest,
    /// The oldest first.
    Oldest,
}

/// Which events; all of it must fit.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct AuditParameters {
    /// Of one aggregate: a category and an id.
    #[param(example = "show-0197c2b4-5d2a-7c10-8f3e-2b9a6d4c1e77")]
    stream: Option<String>,
    /// What this account asked for; all zeros: what the platform did by itself.
    actor: Option<Uuid>,
    /// The name of a type, as in the entries.
    #[param(example = "BookingConfirmed")]
    event_type: Option<String>,
    /// What names this booking.
    booking: Option<Uuid>,
    /// Recorded at this time or later.
    from: Option<DateTime<Utc>>,
    /// Recorded before this time.
    to: Option<DateTime<Utc>>,
    /// At this position or after it.
    from_position: Option<u64>,
    /// At this position or before it.
    to_position: Option<u64>,
    /// `newest` (the default) or `oldest` first.
    #[serde(default)]
    #[param(inline, default = "newest")]
    order: Order,
    /// `page.next` of the page before.
    pub(super) cursor: Option<String>,
    /// How many at most, from 1 to 200; 50 if not said.
    #[param(minimum = 1, maximum = 200, default = 50)]
    pub(super) limit: Option<u32>,
}

impl AuditParameters {
    /// The list that a cursor belongs to.
    pub(super) fn scope(&self) -> Scope {
        let asked = format!("{:?}", (self.stream.as_deref(), self.actor, self.event_type.as_deref(), self.booking));
        let range = format!("{:?}", (self.from, self.to, self.from_position, self.to_position, self.order));
        Scope::of(&["audit", &asked, &range])
    }

    /// What is asked for, going on from a cursor's place.
    pub(super) async fn filter(self, app: &App, cursor: Option<i64>) -> Result<Filter, Problem> {
        let stream = self.stream.as_deref().map(stream_named).transpose()?;
        if let Some(event_type) = self.event_type.as_deref().filter(|name| !is_event_type(name)) {
            let detail = format!("There are no events of type {:?}.", event_type.chars().take(80).collect::<String>());
            let problem = Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "unknown-event-type", detail);
            return Err(problem.with("parameter", "event_type"));
        }
        let newest_first = self.order == Order::Newest;
        let after = self.from_position.map_or(0, |position| position.saturating_sub(1));
        let before = self.to_position.map_or(u64::MAX, |position| position.saturating_add(1));
        let mut range = Range { after, before, newest_first };
        if let Some(from) = self.from {
            range.after = range.after.max(last_before(app, from).await?);
        }
        if let Some(to) = self.to {
            range.before = range.before.min(last_before(app, to).await? + 1);
        }
        match cursor {
            Some(position) if newest_first => range.before = range.before.min(place(position)),
            Some(position) => range.after = range.after.max(place(position)),
            None => {}
        }
        Ok(Filter { stream, actor: self.actor, event_type: self.event_type, booking: self.booking, range })
    }
}

/// The last position that was recorded before a time; 0 if the log began later.
async fn last_before(app: &App, at: DateTime<Utc>) -> Result<u64, Problem> {
    // The log keeps whole microseconds, and whatever is finer is dropped.
    let Some(just_before) = at.checked_sub_signed(TimeDelta::nanoseconds(1)) else { return Ok(0) };
    let found = app.log.position_at(just_before).await.map_err(unreadable)?;
    Ok(found.map_or(0, |(position, _)| position))
}

/// The stream of this name. Another spelling of an id would be another stream, so there is only one.
pub(super) fn stream_named(name: &str) -> Result<StreamId, Problem> {
    let stream = name.parse::<StreamId>().ok().filter(|stream| stream.to_string() == name);
    stream.ok_or_else(|| {
        let detail = "A stream is named by its category and an id in lower case, for example show-<uuid>.";
        Problem::bad_request("malformed-stream", detail).with("parameter", "stream")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_the_names_of_streams_and_nothing_else() {
        let name = "show-0197c2b4-5d2a-7c10-8f3e-2b9a6d4c1e77";
        assert_eq!(stream_named(name).unwrap().to_string(), name);
        for name in ["", "show-", "show", "show-42", "tour-0197c2b4-5d2a-7c10-8f3e-2b9a6d4c1e77", &name.to_uppercase()]
        {
            assert_eq!(stream_named(name).unwrap_err().code(), "malformed-stream", "{name}");
        }
        assert!(stream_named("show-0197C2B4-5d2a-7c10-8f3e-2b9a6d4c1e77").is_err());
    }

    #[test]
    fn a_cursor_belongs_to_what_was_asked() {
        let plain = AuditParameters::default().scope();
        let booking = Some(Uuid::from_u128(1));
        for other in [
            AuditParameters { order: Order::Oldest, ..AuditParameters::default() },
            AuditParameters { from_position: Some(1), ..AuditParameters::default() },
            AuditParameters { to_position: Some(1), ..AuditParameters::default() },
            AuditParameters { booking, ..AuditParameters::default() },
            AuditParameters { actor: booking, ..AuditParameters::default() },
            AuditParameters { stream: Some(String::new()), ..AuditParameters::default() },
        ] {
            assert_ne!(other.scope(), plain, "{other:?}");
        }
        assert_eq!(AuditParameters { limit: Some(7), ..AuditParameters::default() }.scope(), plain);
    }
}

//! Finding events for the audit trail: what leads to them, and how far one request looks.
//!
//! What is asked for leads to events by the index of who and what, by their stream, or through the log itself.
//! Whatever else must fit is compared with the events found there, [`SEARCH_EVENTS_MAX`] of them at most.

mod index;

use std::sync::Arc;

use domain::audit::{FREQUENT_TYPES, KeyKind, key_of_type};
use edge::problem::Problem;
use event_log::{Among, RecordedEvent, SEARCH_EVENTS_MAX, Search, StreamId};
use uuid::Uuid;

use crate::app::App;
use crate::as_of::unreadable;
use crate::store;

pub(crate) use index::{Range, story_of_booking};

/// Which events are asked for.
#[derive(Clone, Debug)]
pub(crate) struct Filter {
    pub(crate) stream: Option<StreamId>,
    pub(crate) actor: Option<Uuid>,
    pub(crate) event_type: Option<String>,
    pub(crate) booking: Option<Uuid>,
    pub(crate) range: Range,
}

/// Some of them.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) events: Vec<Arc<RecordedEvent>>,
    /// After which position to go on, in the order asked for; `None`: there are no more.
    pub(crate) next: Option<u64>,
    /// The position that this tells of.
    pub(crate) as_of: u64,
}

/// What leads to the events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Lead {
    Key(KeyKind, Uuid),
    Stream(StreamId),
    Log,
}

impl Filter {
    /// What could lead there, the most promising first.
    fn leads(&self) -> Vec<Lead> {
        let rare = self.event_type.as_deref().filter(|event_type| !FREQUENT_TYPES.contains(event_type));
        let leads = [
            self.booking.map(|booking| Lead::Key(KeyKind::Booking, booking)),
            self.actor.map(|actor| Lead::Key(KeyKind::Actor, actor)),
            self.stream.map(Lead::Stream),
            rare.map(|event_type| Lead::Key(KeyKind::Type, key_of_type(event_type))),
        ];
        leads.into_iter().flatten().collect()
    }

    /// Whether every event that the lead leads to is one that is asked for.
    fn is_all_of(&self, lead: Lead) -> bool {
        let asked = [self.stream.is_some(), self.actor.is_some(), self.event_type.is_some(), self.booking.is_some()];
        asked.into_iter().filter(|asked| *asked).count() == usize::from(lead != Lead::Log)
    }
}

/// Finds at most `limit` events.
pub(crate) async fn search(app: &App, filter: &Filter, limit: u32) -> Result<Found, Problem> {
    let lead = choose(app, filter).await?;
    let limit = limit as usize;
    let as_of = match lead {
        Lead::Key(..) => index::position(&app.pool).await.map_err(store::problem)?,
        Lead::Stream(_) | Lead::Log => app.log.head().await.map_err(unreadable)?,
    };
    let range = filter.range.up_to(as_of);
    let (among, mut looked_to) = match lead {
        Lead::Log => (Among::Log, None),
        Lead::Stream(stream) => (Among::Stream(stream), None),
        Lead::Key(kind, key) => {
            // One more tells whether there are more.
            let most = if filter.is_all_of(lead) { limit } else { SEARCH_EVENTS_MAX };
            let mut positions =
                index::positions(&app.pool, kind, key, range, most + 1).await.map_err(store::problem)?;
            let more = positions.len() > SEARCH_EVENTS_MAX;
            positions.truncate(SEARCH_EVENTS_MAX);
            let looked_to = positions.last().copied().filter(|_| more);
            (Among::These(positions), looked_to)
        }
    };
    let wanted = Search {
        among,
        after: range.after,
        before: range.before,
        newest_first: range.newest_first,
        stream: filter.stream,
        actor: filter.actor,
        event_type: filter.event_type.clone(),
        limit: limit + 1,
    };
    let mut found = app.log.search(&wanted).await.map_err(unreadable)?;
    looked_to = looked_to.or(found.looked_to);
    let next = if found.events.len() > limit {
        found.events.truncate(limit);
        found.events.last().map(|last| last.position)
    } else {
        looked_to
    };
    Ok(Found { events: found.events, next, as_of })
}

/// The lead to the fewest events, as far as it pays to count them.
async fn choose(app: &App, filter: &Filter) -> Result<Lead, Problem> {
    let leads = filter.leads();
    if leads.len() < 2 {
        return Ok(leads.first().copied().unwrap_or(Lead::Log));
    }
    let mut best = (Lead::Log, usize::MAX);
    for lead in leads {
        let count = match lead {
            Lead::Key(kind, key) => index::count(&app.pool, kind, key, filter.range).await.map_err(store::problem)?,
            Lead::Stream(stream) => {
                let versions = app.log.versions(&[stream]).await.map_err(unreadable)?;
                versions.first().map_or(0, |version| *version as usize).min(SEARCH_EVENTS_MAX + 1)
            }
            Lead::Log => usize::MAX,
        };
        if count < best.1 {
            best = (lead, count);
        }
    }
    Ok(best.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_for_leads_there() {
        let stream = StreamId::new("show", Uuid::from_u128(1));
        let range = Range { after: 0, before: u64::MAX, newest_first: true };
        let nothing = Filter { stream: None, actor: None, event_type: None, booking: None, range };
        assert_eq!(nothing.leads(), []);
        assert!(nothing.is_all_of(Lead::Log));
        let frequent = Filter { event_type: Some("BookingConfirmed".into()), ..nothing.clone() };
        assert_eq!(frequent.leads(), [], "they are found by going through the log");
        assert!(!frequent.is_all_of(Lead::Log));
        let of_stream = Filter { stream: Some(stream), ..nothing };
        assert_eq!(of_stream.leads(), [Lead::Stream(stream)]);
        assert!(of_stream.is_all_of(Lead::Stream(stream)));
        let rare = Filter { event_type: Some("RoleGranted".into()), ..of_stream };
        assert_eq!(rare.leads(), [Lead::Stream(stream), Lead::Key(KeyKind::Type, key_of_type("RoleGranted"))]);
        assert!(!rare.is_all_of(Lead::Stream(stream)), "the type must fit too");
    }
}

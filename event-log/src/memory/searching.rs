//! Looking for events in the log in memory.

use uuid::Uuid;

use super::Written;
use crate::search::part;
use crate::{Among, Found, Position, RecordedEvent, Search};

impl Written {
    pub(super) fn search(&self, search: &Search) -> Found {
        let (seen, looked_to) = match &search.among {
            Among::Log => {
                let end = search.before.min(self.events.len() as Position + 1);
                let (after, end, looked_to) = part(search.after, end, search.newest_first);
                (search.window(&(after.saturating_add(1)..end).collect::<Vec<_>>()).0, looked_to)
            }
            Among::Stream(stream) => search.window(self.streams.get(stream).map_or(&[][..], Vec::as_slice)),
            Among::These(positions) => search.window(positions),
            Among::Key(key) => search.window(&self.carrier(*key)),
        };
        let event = |position: &Position| self.events.get(position.checked_sub(1)? as usize).cloned();
        let events = seen.iter().filter_map(event).filter(|event| fits(search, event)).take(search.limit);
        Found { events: events.collect(), looked_to }
    }

    /// The position of the event that carries a key.
    fn carrier(&self, key: Uuid) -> Vec<Position> {
        let stream = self.keys.get(&key).and_then(|stream| self.streams.get(stream));
        let carries = |position: &Position| self.events[*position as usize - 1].key == Some(key);
        stream.into_iter().flatten().copied().filter(carries).collect()
    }
}

fn fits(search: &Search, event: &RecordedEvent) -> bool {
    search.stream.is_none_or(|stream| stream == event.stream)
        && search.actor.is_none_or(|actor| actor == event.metadata.actor)
        && search.event_type.as_ref().is_none_or(|event_type| *event_type == event.event_type)
}

//! Looking for events in the whole log: where, which ones, in which order, and how far one look goes.

use std::sync::Arc;

use uuid::Uuid;

use crate::{Position, RecordedEvent, StreamId};

/// The most events that one search looks at, found or not, so that none takes long.
pub const SEARCH_EVENTS_MAX: usize = 1_000;

/// What is looked for.
#[derive(Clone, Debug)]
pub struct Search {
    /// Where to look.
    pub among: Among,
    /// Only events after this position.
    pub after: Position,
    /// Only events before this position.
    pub before: Position,
    /// In which order, and so from which end.
    pub newest_first: bool,
    /// Only events of this stream.
    pub stream: Option<StreamId>,
    /// Only events that this account asked for.
    pub actor: Option<Uuid>,
    /// Only events of this type.
    pub event_type: Option<String>,
    /// How many events are wanted at most.
    pub limit: usize,
}

/// Where to look.
#[derive(Clone, Debug)]
pub enum Among {
    /// Everywhere.
    Log,
    /// In one stream.
    Stream(StreamId),
    /// At these positions, in any order.
    These(Vec<Position>),
    /// Where the one event is that carries this key.
    Key(Uuid),
}

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// The events, in the order asked for.
    pub events: Vec<Arc<RecordedEvent>>,
    /// Where the look ended because it had lasted long enough ([`SEARCH_EVENTS_MAX`]): beyond this position
    /// nothing was looked at, and there is something. `None`: it looked to the end.
    pub looked_to: Option<Position>,
}

impl Search {
    /// Everything, oldest first, as many as one look sees.
    pub fn all() -> Self {
        Self {
            among: Among::Log,
            after: 0,
            before: Position::MAX,
            newest_first: false,
            stream: None,
            actor: None,
            event_type: None,
            limit: SEARCH_EVENTS_MAX,
        }
    }

    /// The part of these positions that one look sees, in the order asked for, and where it ends.
    pub(crate) fn window(&self, positions: &[Position]) -> (Vec<Position>, Option<Position>) {
        let within = |position: &&Position| **position > self.after && **position < self.before;
        let mut seen: Vec<Position> = positions.iter().filter(within).copied().collect();
        seen.sort_unstable();
        seen.dedup();
        if self.newest_first {
            seen.reverse();
        }
        let more = seen.len() > SEARCH_EVENTS_MAX;
        seen.truncate(SEARCH_EVENTS_MAX);
        let looked_to = seen.last().copied().filter(|_| more);
        (seen, looked_to)
    }
}

/// The part of the numbers after `after` and before `end` that one look sees: after which number it begins,
/// before which it ends, and the last one looked at if there are more.
pub(crate) fn part(after: u64, end: u64, newest_first: bool) -> (u64, u64, Option<u64>) {
    let most = SEARCH_EVENTS_MAX as u64;
    let count = end.saturating_sub(after).saturating_sub(1);
    if count <= most {
        (after, end, None)
    } else if newest_first {
        (end - 1 - most, end, Some(end - most))
    } else {
        (after, after + most + 1, Some(after + most))
    }
}

//! A run of events must stay one run, in whatever order appends are confirmed: what is missing here
//! is read from the store, what is out of order here would be skipped for ever.

use bytes::Bytes;
use chrono::DateTime;
use uuid::Uuid;

use super::*;
use crate::{Metadata, NewEvent, StreamId};

fn events(positions: std::ops::RangeInclusive<Position>) -> Vec<Arc<RecordedEvent>> {
    let metadata =
        Metadata { actor: Uuid::nil(), command_id: Uuid::nil(), correlation_id: Uuid::nil(), causation_id: None };
    let payload = Bytes::new();
    let event =
        NewEvent { event_id: Uuid::nil(), event_type: "SeatsHeld", schema_version: 1, payload, key: None, metadata };
    let recorded =
        |position| event.recorded(StreamId::new("show", Uuid::nil()), position, position, DateTime::UNIX_EPOCH);
    positions.map(|position| Arc::new(recorded(position))).collect()
}

/// A tail that took in appends in this order.
fn tail(appends: impl IntoIterator<Item = std::ops::RangeInclusive<Position>>) -> Tail {
    let tail = Tail::default();
    for positions in appends {
        tail.extend(events(positions));
    }
    tail
}

fn page(tail: &Tail, after: Position, limit: usize) -> Option<Vec<Position>> {
    let page = tail.page(after, Position::MAX, limit)?;
    Some(page.iter().map(|event| event.position).collect())
}

#[test]
fn an_empty_tail_knows_nothing() {
    assert_eq!(page(&tail([]), 0, 9), None);
}

#[test]
fn appends_in_order_make_one_run() {
    let tail = tail([1..=2, 3..=3, 4..=6]);
    assert_eq!(page(&tail, 0, 9), Some(vec![1, 2, 3, 4, 5, 6]));
    assert_eq!(page(&tail, 4, 9), Some(vec![5, 6]));
    assert_eq!(page(&tail, 1, 2), Some(vec![2, 3]));
}

#[test]
fn at_its_end_others_may_know_more() {
    let tail = tail([1..=2]);
    assert_eq!(page(&tail, 2, 9), None);
    assert_eq!(page(&tail, Position::MAX, 9), None);
}

#[test]
fn after_events_of_others_the_run_starts_anew() {
    let tail = tail([1..=2, 5..=6]);
    assert_eq!(page(&tail, 0, 9), None);
    assert_eq!(page(&tail, 3, 9), None);
    assert_eq!(page(&tail, 4, 9), Some(vec![5, 6]));
}

#[test]
fn an_append_confirmed_after_its_successor_is_left_out() {
    let tail = tail([1..=2, 5..=6, 3..=4, 7..=7]);
    assert_eq!(page(&tail, 2, 9), None, "the older one is not here");
    assert_eq!(page(&tail, 4, 9), Some(vec![5, 6, 7]));
}

#[test]
fn the_oldest_events_make_room_for_the_newest() {
    let last = TAIL_EVENTS_MAX as Position + 3;
    let tail = tail([1..=last - 1, last..=last]);
    assert_eq!(page(&tail, 2, 9), None);
    assert_eq!(page(&tail, 3, 1), Some(vec![4]));
    assert_eq!(page(&tail, last - 1, 9), Some(vec![last]));
}

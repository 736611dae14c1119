//! How far a story is folded.

use bytes::Bytes;
use chrono::DateTime;
use event_log::memory::MemoryLog;
use event_log::{Metadata, NewEvent, PAGE_EVENTS_MAX, StreamAppend};

use super::*;

fn stream() -> StreamId {
    StreamId::new("show", Uuid::nil())
}

/// A log whose one show was paused very often, with an event of a newer Evently in between.
async fn log(events: usize) -> MemoryLog {
    let log = MemoryLog::default();
    let nobody = Uuid::nil();
    let metadata = Metadata { actor: nobody, command_id: nobody, correlation_id: nobody, causation_id: None };
    let events = (0..events).map(|number| NewEvent {
        event_id: nobody,
        event_type: if number == 1 { "DreamtOf" } else { "SalePaused" },
        schema_version: 1,
        payload: Bytes::from_static(b"{}"),
        key: None,
        metadata,
    });
    let append = StreamAppend { stream: stream(), expected_version: 0, events: events.collect() };
    log.append(&[append], DateTime::UNIX_EPOCH).await.unwrap();
    log
}

async fn positions(log: &MemoryLog, up_to: Position, events_max: usize) -> Result<Vec<Position>, &'static str> {
    let mut seen = Vec::new();
    let folded = fold_within(log, stream(), up_to, events_max, |recorded, _| seen.push(recorded.position)).await;
    folded.map(|()| seen).map_err(|problem| problem.code())
}

#[tokio::test]
async fn takes_in_every_page_up_to_the_position_and_nothing_after_it() {
    let count = PAGE_EVENTS_MAX + 10;
    let log = log(count).await;
    let known = |up_to: usize| (1..=up_to as Position).filter(|position| *position != 2).collect::<Vec<_>>();
    for up_to in [1, 2, 3, PAGE_EVENTS_MAX - 1, PAGE_EVENTS_MAX, PAGE_EVENTS_MAX + 1, count] {
        assert_eq!(positions(&log, up_to as Position, count).await, Ok(known(up_to)), "up to {up_to}");
    }
    assert_eq!(positions(&log, Position::MAX, count).await, Ok(known(count)));
}

#[tokio::test]
async fn refuses_a_story_that_is_too_long() {
    let log = log(20).await;
    assert_eq!(positions(&log, 19, 19).await.map(|seen| seen.len()), Ok(18));
    assert_eq!(positions(&log, 20, 19).await, Err("as-of-too-long-a-story"));
}

#[tokio::test(start_paused = true)]
async fn only_so_many_stories_are_folded_at_once() {
    let past = Past::default();
    let mut turns = Vec::new();
    for _ in 0..PAST_FOLDS_MAX {
        turns.push(past.turn().await.unwrap());
    }
    assert_eq!(past.turn().await.unwrap_err().code(), "unavailable");
    turns.pop();
    assert!(past.turn().await.is_ok());
}

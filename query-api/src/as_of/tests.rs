//! Moments of a log with events at noon, ten seconds later, and ten seconds after that.

use bytes::Bytes;
use event_log::memory::MemoryLog;
use event_log::{Metadata, NewEvent, StreamAppend, StreamId};
use serde_json::{Value, to_value};
use uuid::Uuid;

use super::*;

fn noon(plus_s: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_780_000_000 + plus_s, 0).unwrap()
}

async fn log() -> MemoryLog {
    let log = MemoryLog::default();
    let nobody = Uuid::nil();
    let metadata = Metadata { actor: nobody, command_id: nobody, correlation_id: nobody, causation_id: None };
    let (payload, key) = (Bytes::from_static(b"{}"), None);
    let event = NewEvent { event_id: nobody, event_type: "Rang", schema_version: 1, payload, key, metadata };
    for version in 0..3 {
        let stream = StreamId::new("show", nobody);
        let append = StreamAppend { stream, expected_version: version, events: vec![event.clone()] };
        log.append(&[append], noon(10 * i64::try_from(version).unwrap())).await.unwrap();
    }
    log
}

fn time(plus_s: i64) -> AsOfParameters {
    AsOfParameters { as_of: Some(noon(plus_s)), as_of_position: None }
}

fn position(position: u64) -> AsOfParameters {
    AsOfParameters { as_of: None, as_of_position: Some(position) }
}

/// What is meant when a minute after noon is now and the read models stand at 2.
async fn meant(log: &MemoryLog, parameters: AsOfParameters) -> Result<(u64, i64, bool), Value> {
    let resolved = resolve_on(log, 2, parameters, noon(60)).await;
    let AsOf { position, recorded_at, asked } = resolved.map_err(|problem| to_value(&problem).unwrap())?;
    Ok((position, (recorded_at - noon(0)).num_seconds(), asked))
}

async fn code(log: &MemoryLog, parameters: AsOfParameters) -> String {
    meant(log, parameters).await.unwrap_err()["code"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_time_means_the_last_event_by_then() {
    let log = log().await;
    for (plus_s, expected) in [(0, (1, 0)), (9, (1, 0)), (10, (2, 10)), (20, (3, 20)), (60, (3, 20))] {
        assert_eq!(meant(&log, time(plus_s)).await, Ok((expected.0, expected.1, true)), "{plus_s} s after noon");
    }
}

#[tokio::test]
async fn a_position_means_itself() {
    let log = log().await;
    for at in 1..=3 {
        assert_eq!(meant(&log, position(at)).await, Ok((at, 10 * (at.cast_signed() - 1), true)));
    }
}

#[tokio::test]
async fn nothing_said_means_where_the_read_models_stand() {
    assert_eq!(meant(&log().await, AsOfParameters::default()).await, Ok((2, 10, false)));
    let empty = resolve_on(&MemoryLog::default(), 0, AsOfParameters::default(), noon(60)).await.unwrap();
    assert_eq!(empty, AsOf { position: 0, recorded_at: DateTime::UNIX_EPOCH, asked: false });
}

#[tokio::test]
async fn the_future_is_not_known() {
    let log = log().await;
    assert_eq!(code(&log, time(61)).await, "as-of-in-the-future");
    assert_eq!(code(&MemoryLog::default(), time(61)).await, "as-of-in-the-future");
    let far = AsOfParameters { as_of: Some(DateTime::<Utc>::MAX_UTC), as_of_position: None };
    assert_eq!(code(&log, far).await, "as-of-in-the-future");
    // Whoever wrote the last event has a clock that is ahead of ours.
    let early = resolve_on(&log, 2, time(20), noon(5)).await.unwrap();
    assert_eq!(early.position, 3);
}

#[tokio::test]
async fn nothing_was_before_the_first_event() {
    let log = log().await;
    let long_ago = AsOfParameters { as_of: Some(DateTime::<Utc>::MIN_UTC), as_of_position: None };
    for parameters in [time(-1), long_ago, position(0)] {
        assert_eq!(code(&log, parameters).await, "as-of-before-the-first-event");
    }
    assert_eq!(code(&MemoryLog::default(), time(0)).await, "as-of-before-the-first-event");
}

#[tokio::test]
async fn a_position_beyond_the_head_is_named_with_the_head() {
    let log = log().await;
    for beyond in [4, u64::MAX] {
        let problem = meant(&log, position(beyond)).await.unwrap_err();
        assert_eq!(problem["code"], "position-beyond-head");
        assert_eq!((&problem["position"], &problem["head"]), (&Value::from(beyond), &Value::from(3)));
    }
}

#[tokio::test]
async fn two_moments_are_one_too_many() {
    let both = AsOfParameters { as_of: Some(noon(10)), as_of_position: Some(2) };
    assert!(both.is_asked() && !AsOfParameters::default().is_asked());
    assert_eq!(code(&log().await, both).await, "as-of-twice");
}

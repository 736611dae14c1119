//! Which event was the last at some time.

use chrono::{DateTime, TimeDelta, Utc};
use event_log::{EventLog, Position};

use super::history::{everything, noon, seconds, some, stream, write};
use super::world::World;

const INSTANT: TimeDelta = TimeDelta::microseconds(1);

async fn at(log: &dyn EventLog, at: DateTime<Utc>) -> Option<Position> {
    let found = log.position_at(at).await.unwrap();
    if let Some((position, recorded_at)) = found {
        assert_eq!(log.recorded_at(position).await, Ok(Some(recorded_at)));
    }
    found.map(|(position, _)| position)
}

pub(crate) async fn an_empty_log_has_no_moment(world: &World) {
    for log in [&*world.here, &*world.there] {
        for moment in [DateTime::<Utc>::MIN_UTC, noon(), DateTime::<Utc>::MAX_UTC] {
            assert_eq!(at(log, moment).await, None);
        }
        for position in [0, 1, Position::MAX] {
            assert_eq!(log.recorded_at(position).await, Ok(None));
        }
    }
}

pub(crate) async fn a_moment_has_the_last_event_recorded_by_then(world: &World) {
    for (version, after_noon) in [(0, 0), (1, 10), (2, 20)] {
        world.door(version).append(&[some(1, stream(1), version as u64)], seconds(after_noon)).await.unwrap();
    }
    for log in [&*world.here, &*world.there] {
        for before in [DateTime::<Utc>::MIN_UTC, DateTime::UNIX_EPOCH, noon() - INSTANT] {
            assert_eq!(at(log, before).await, None, "{before} is before the first");
        }
        for (position, after_noon) in [(1, 0), (2, 10), (3, 20)] {
            assert_eq!(log.recorded_at(position).await, Ok(Some(seconds(after_noon))));
            assert_eq!(at(log, seconds(after_noon)).await, Some(position), "exactly at");
            assert_eq!(at(log, seconds(after_noon) + INSTANT).await, Some(position), "just after");
            assert_eq!(at(log, seconds(after_noon + 5)).await, Some(position), "between");
        }
        assert_eq!(at(log, seconds(10) - INSTANT).await, Some(1));
        assert_eq!(at(log, DateTime::<Utc>::MAX_UTC).await, Some(3), "after the last");
        for position in [0, 4, Position::MAX] {
            assert_eq!(log.recorded_at(position).await, Ok(None));
        }
    }
}

pub(crate) async fn of_events_recorded_at_once_the_last_one_counts(world: &World) {
    write(&*world.here, &[some(3, stream(1), 0), some(2, stream(2), 0)]).await;
    write(&*world.there, &[some(2, stream(3), 0)]).await;
    // The clock of this writer is behind, so its event is recorded at noon as well.
    world.here.append(&[some(1, stream(1), 3)], seconds(-60)).await.unwrap();
    world.here.append(&[some(1, stream(1), 4)], seconds(1)).await.unwrap();
    for log in [&*world.here, &*world.there] {
        assert_eq!(at(log, noon() - INSTANT).await, None);
        assert_eq!(at(log, noon()).await, Some(8));
        assert_eq!(at(log, seconds(1)).await, Some(9));
    }
}

pub(crate) async fn every_event_of_a_long_log_is_found_at_its_moment(world: &World) {
    for turn in 0..33_usize {
        let after_noon = i64::try_from(turn).unwrap();
        world.door(turn).append(&[some(1 + turn % 4, stream(turn), 0)], seconds(after_noon)).await.unwrap();
    }
    for log in [&*world.here, &*world.there] {
        let events = everything(log).await;
        for event in &events {
            let last = events.iter().rfind(|other| other.recorded_at <= event.recorded_at).unwrap();
            assert_eq!(at(log, event.recorded_at).await, Some(last.position));
        }
    }
}

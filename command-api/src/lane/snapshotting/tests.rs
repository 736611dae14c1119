//! When a snapshot is due: not while tickets are sold, not for a few events, but before the tail gets long.

use std::time::Duration;

use tokio::time::Instant;

use super::{
    Noted, Rhythm, SNAPSHOT_EVERY_EVENTS, SNAPSHOT_QUIET_S, SNAPSHOT_TAIL_EVENTS_MAX, SNAPSHOT_WORTHY_PART, Snapshots,
};

fn background() -> Rhythm {
    Rhythm::of(Snapshots::Background).unwrap()
}

/// How long after its last note a stream gets a snapshot.
fn due(snapshot: u64, version: u64) -> Option<Duration> {
    let noted = Noted { version, at: Instant::now(), snapshot };
    noted.due(background()).map(|due| due - noted.at)
}

#[test]
fn a_short_stream_gets_none() {
    assert_eq!(due(0, SNAPSHOT_EVERY_EVENTS - 1), None);
    assert_eq!(due(50_000, 50_000 + SNAPSHOT_EVERY_EVENTS - 1), None);
}

#[test]
fn a_stream_gets_one_when_it_is_quiet() {
    let quiet = Duration::from_secs(SNAPSHOT_QUIET_S);
    assert_eq!(due(0, SNAPSHOT_EVERY_EVENTS), Some(quiet));
    assert_eq!(due(50_000, 50_000 + SNAPSHOT_EVERY_EVENTS), Some(quiet));
}

#[test]
fn a_stream_that_never_is_quiet_gets_one_in_the_end() {
    assert_eq!(due(0, SNAPSHOT_TAIL_EVENTS_MAX), Some(Duration::ZERO));
    assert_eq!(due(800_000, 1_000_000), Some(Duration::ZERO));
}

#[test]
fn a_long_stream_gets_one_when_it_is_worth_the_writing() {
    let part = 1_000_000 / SNAPSHOT_WORTHY_PART;
    assert_eq!(due(1_000_000 - part + 1, 1_000_000), None);
    assert!(due(1_000_000 - part, 1_000_000).is_some());
    // However long the stream, its tail is bounded.
    assert!(due(99_000_000 - SNAPSHOT_TAIL_EVENTS_MAX, 99_000_000).is_some());
}

#[test]
fn a_simulation_gets_them_as_soon_as_they_are_due() {
    let rhythm = Rhythm::of(Snapshots::Every(5)).unwrap();
    let due = |snapshot, version| {
        let noted = Noted { version, at: Instant::now(), snapshot };
        noted.due(rhythm).map(|due| due - noted.at)
    };
    assert_eq!((due(0, 4), due(0, 5), due(100, 104)), (None, Some(Duration::ZERO), None));
    assert!(Rhythm::of(Snapshots::Off).is_none());
    assert!(Rhythm::of(Snapshots::Every(0)).is_some(), "nothing is divided by it");
}

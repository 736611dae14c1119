//! Snapshots: a show is in memory sooner, and it is the same show, whatever became of the snapshot.

use std::sync::Arc;

use command_api::lane::{LaneSettings, Lanes, Snapshots};
use domain::show::Show;
use event_log::memory::{Fault, MemoryLog};
use event_log::{EventLog, NewEvent, Snapshot, StreamAppend, StreamId, Version};
use tokio::task::yield_now;
use uuid::Uuid;

use super::gate::GatedLog;
use super::given::Counter;
use crate::support::in_time;

/// How many events make a snapshot here.
const EVERY: u64 = 4;

fn stream(show: Uuid) -> StreamId {
    StreamId::new("show", show)
}

/// Waits until there is a snapshot of this version or a later one.
async fn snapshot(log: &dyn EventLog, show: Uuid, version: Version) -> Snapshot {
    in_time("writing a snapshot", async {
        loop {
            match log.read_snapshot(stream(show)).await.unwrap() {
                Some(snapshot) if snapshot.version >= version => return snapshot,
                _ => yield_now().await,
            }
        }
    })
    .await
}

/// A show of eight events, with a snapshot after all of them and one from before.
async fn a_show_with_snapshots<L: EventLog>(log: &Arc<L>) -> Uuid {
    let counter = Counter::with_snapshots(log, EVERY);
    let show = counter.sells(100).await;
    for version in 3..=8 {
        counter.books(show, Uuid::now_v7(), 1).await.unwrap();
        if version % EVERY == 0 {
            snapshot(&**log, show, version).await;
        }
    }
    show
}

#[tokio::test]
async fn a_process_that_starts_reads_the_snapshot_and_what_came_after() {
    let log = GatedLog::new();
    let show = a_show_with_snapshots(&log).await;
    Counter::on(&log).books(show, Uuid::now_v7(), 1).await.unwrap();
    log.read_after.lock().unwrap().clear();

    let done = Counter::on(&log).books(show, Uuid::now_v7(), 1).await.unwrap();

    assert_eq!(done.view, 92, "no booking is forgotten and none counted twice");
    assert_eq!(*log.read_after.lock().unwrap(), [7], "only the snapshot's last event and those after it were read");
}

#[tokio::test]
async fn a_snapshot_that_is_old_damaged_or_out_of_reach_changes_nothing() {
    let log = Arc::new(MemoryLog::default());
    let show = a_show_with_snapshots(&log).await;
    let faults = [Fault::StaleSnapshot, Fault::DamagedSnapshot(3), Fault::DamagedSnapshot(4_711), Fault::FailSnapshot];
    for (fault, sold) in faults.into_iter().zip(7..) {
        log.inject(fault);
        let done = Counter::on(&log).books(show, Uuid::now_v7(), 1).await.unwrap();
        assert_eq!(done.view, 100 - sold, "{fault:?}");
    }
}

/// Such as the log has it after an older backup was put back.
#[tokio::test]
async fn a_snapshot_that_is_ahead_of_the_log_is_not_believed() {
    let (log, restored) = (Arc::new(MemoryLog::default()), Arc::new(MemoryLog::default()));
    let show = a_show_with_snapshots(&log).await;
    copy(&log, &restored, show, 7).await;
    let ahead = log.read_snapshot(stream(show)).await.unwrap().unwrap();
    restored.write_snapshot(stream(show), &ahead).await.unwrap();

    let done = Counter::on(&restored).books(show, Uuid::now_v7(), 1).await.unwrap();

    assert_eq!(done.view, 94, "five were sold before");
}

#[tokio::test]
async fn a_snapshot_of_another_history_is_not_believed() {
    let (log, other) = (Arc::new(MemoryLog::default()), Arc::new(MemoryLog::default()));
    let show = a_show_with_snapshots(&log).await;
    let counter = Counter::on(&other);
    counter.sells(1).await;
    copy(&log, &other, show, 2).await;
    for _ in 3..=8 {
        counter.books(show, Uuid::now_v7(), 10).await.unwrap();
    }
    let foreign = log.read_snapshot(stream(show)).await.unwrap().unwrap();
    other.write_snapshot(stream(show), &foreign).await.unwrap();

    let done = Counter::on(&other).books(show, Uuid::now_v7(), 1).await.unwrap();

    assert_eq!(done.view, 39, "sixty were sold before");
}

/// Writes the first events of a show to another log.
async fn copy(from: &MemoryLog, to: &MemoryLog, show: Uuid, until: Version) {
    let events = from.read_stream(stream(show), 0).await.unwrap();
    for event in events.iter().take(until as usize) {
        let new = NewEvent {
            event_id: event.event_id,
            event_type: String::leak(event.event_type.to_string()),
            schema_version: event.schema_version,
            payload: event.payload.clone(),
            key: event.key,
            metadata: event.metadata,
        };
        let append = StreamAppend { stream: stream(show), expected_version: event.version - 1, events: vec![new] };
        to.append(&[append], event.recorded_at).await.unwrap();
    }
}

#[tokio::test]
async fn a_command_finds_itself_behind_a_snapshot_that_covers_it() {
    let log = GatedLog::new();
    let counter = Counter::on(&log);
    let (show, booking) = (counter.sells(100).await, Uuid::now_v7());
    log.memory.inject(Fault::LoseReply);
    log.slow.send_replace(Some(show));
    log.reads.close();

    let asking = tokio::spawn({
        let counter = counter.clone();
        async move { counter.books(show, booking, 1).await }
    });
    log.reads.arrived(1).await;
    // Before the lane can look, another process writes a snapshot with that booking in it.
    log.slow.send_replace(None);
    let other = Counter::with_snapshots(&log, EVERY);
    other.books(show, Uuid::now_v7(), 1).await.unwrap();
    let covering = snapshot(&*log, show, 4).await;
    assert_eq!(covering.version, 4);
    log.reads.reopen();

    let done = asking.await.unwrap().unwrap();
    assert!(!done.committed.repeated, "it was this very command that was recorded");
    assert_eq!(done.view, 98);
}

#[tokio::test]
async fn a_snapshot_that_cannot_be_written_is_tried_again_later() {
    let log = Arc::new(MemoryLog::default());
    let counter = Counter::with_snapshots(&log, EVERY);
    let show = counter.sells(100).await;
    // The task reads before it writes; both fail once.
    log.inject(Fault::FailSnapshot);
    log.inject(Fault::FailSnapshot);
    for _ in 0..10 {
        counter.books(show, Uuid::now_v7(), 1).await.unwrap();
        for _ in 0..20 {
            yield_now().await;
        }
    }
    snapshot(&*log, show, 8).await;
}

#[tokio::test]
async fn nothing_goes_on_after_the_lanes_have_stopped() {
    for snapshots in [Snapshots::Off, Snapshots::Background, Snapshots::Every(1)] {
        let log: Arc<dyn EventLog> = Arc::new(MemoryLog::default());
        let (lanes, tasks) = Lanes::<Show>::start(&log, LaneSettings { snapshots, ..LaneSettings::default() });
        let counter = Counter { lanes };
        counter.sells(5).await;
        drop(counter);
        for task in tasks {
            in_time("stopping", task).await.unwrap();
        }
    }
}

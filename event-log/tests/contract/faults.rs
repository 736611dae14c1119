//! The memory log fails on demand, and each failure means exactly what its name says.

use bytes::Bytes;
use event_log::memory::{Fault, MemoryLog};
use event_log::{AppendError, Appended, EventLog, Snapshot};
use tokio::task::yield_now;

use super::history::{assert_untouched, everything, key, keyed, noon, some, stream, these, write};

#[tokio::test]
async fn a_lost_reply_leaves_the_events_in_the_log() {
    let log = MemoryLog::default();
    log.inject(Fault::LoseReply);
    let batch = [these([keyed(key(1))], stream(1), 0), some(2, stream(2), 0)];
    assert!(matches!(log.append(&batch, noon()).await, Err(AppendError::Unknown(_))));
    assert_eq!(log.head().await, Ok(3));
    assert_eq!(*log.watch_head().borrow(), 3, "readers see what the writer does not know of");
    assert_eq!(log.find_key(key(1)).await, Ok(Some(stream(1))));
    assert_eq!(log.append(&batch, noon()).await, Err(AppendError::Conflict), "a repeat finds itself");
}

#[tokio::test]
async fn a_lost_request_leaves_nothing_and_can_be_repeated() {
    let log = MemoryLog::default();
    log.inject(Fault::LoseRequest);
    let batch = [these([keyed(key(1))], stream(1), 0)];
    assert!(matches!(log.append(&batch, noon()).await, Err(AppendError::Unknown(_))));
    assert_eq!((everything(&log).await, log.find_key(key(1)).await), (vec![], Ok(None)));
    assert_eq!(write(&log, &batch).await, Appended { first: 1, last: 1 });
}

#[tokio::test]
async fn a_store_that_cannot_be_reached_writes_nothing() {
    let log = MemoryLog::default();
    write(&log, &[some(1, stream(1), 0)]).await;
    let before = everything(&log).await;
    log.inject(Fault::Refuse);
    assert!(matches!(log.append(&[some(1, stream(1), 1)], noon()).await, Err(AppendError::Unavailable(_))));
    assert_untouched(&log, &before).await;
}

#[tokio::test]
async fn a_conflict_on_demand_writes_nothing() {
    let log = MemoryLog::default();
    log.inject(Fault::Conflict);
    assert_eq!(log.append(&[some(1, stream(1), 0)], noon()).await, Err(AppendError::Conflict));
    assert_untouched(&log, &[]).await;
}

#[tokio::test]
async fn faults_come_in_the_order_they_were_asked_for_and_then_end() {
    let log = MemoryLog::default();
    for fault in [Fault::Refuse, Fault::LoseReply, Fault::Conflict] {
        log.inject(fault);
    }
    let append = [some(1, stream(1), 0)];
    assert!(matches!(log.append(&append, noon()).await, Err(AppendError::Unavailable(_))));
    assert!(matches!(log.append(&append, noon()).await, Err(AppendError::Unknown(_))));
    assert_eq!(log.append(&[some(1, stream(1), 1)], noon()).await, Err(AppendError::Conflict));
    assert_eq!(write(&log, &[some(1, stream(1), 1)]).await, Appended { first: 2, last: 2 });
}

#[tokio::test]
async fn a_lost_reply_to_a_refused_append_is_still_a_refusal() {
    let log = MemoryLog::default();
    log.inject(Fault::LoseReply);
    assert_eq!(log.append(&[some(1, stream(1), 7)], noon()).await, Err(AppendError::Conflict));
    assert_untouched(&log, &[]).await;
}

#[tokio::test]
async fn a_late_commit_is_written_after_nobody_could_tell() {
    let log = MemoryLog::default();
    log.inject(Fault::CommitLate(3));
    let batch = [these([keyed(key(1))], stream(1), 0)];
    assert!(matches!(log.append(&batch, noon()).await, Err(AppendError::Unknown(_))));
    assert_eq!(log.head().await, Ok(0));
    for _ in 0..9 {
        yield_now().await;
    }
    assert_eq!((log.head().await, log.find_key(key(1)).await), (Ok(1), Ok(Some(stream(1)))));
}

#[tokio::test]
async fn a_late_commit_comes_too_late_if_somebody_else_was_first() {
    let log = MemoryLog::default();
    log.inject(Fault::CommitLate(3));
    assert!(log.append(&[some(1, stream(1), 0)], noon()).await.is_err());
    write(&log, &[some(2, stream(1), 0)]).await;
    let before = everything(&log).await;
    for _ in 0..9 {
        yield_now().await;
    }
    assert_untouched(&log, &before).await;
}

#[tokio::test]
async fn a_read_fails_or_takes_its_time_on_demand() {
    let log = MemoryLog::default();
    write(&log, &[these([keyed(key(1))], stream(1), 0)]).await;
    (0..3).for_each(|_| log.inject(Fault::FailRead));
    log.inject(Fault::SlowRead(5));
    assert!(log.read_stream(stream(1), 0).await.is_err());
    assert!(log.versions(&[stream(1)]).await.is_err());
    assert!(log.find_key(key(1)).await.is_err());
    assert_eq!(log.read_stream(stream(1), 0).await.unwrap().len(), 1);
    log.inject(Fault::FailRead);
    log.heal();
    assert_eq!(log.versions(&[stream(1)]).await, Ok(vec![1]));
}

#[tokio::test]
async fn a_snapshot_is_stale_damaged_or_out_of_reach_on_demand() {
    let log = MemoryLog::default();
    let snapshot = |version| Snapshot { version, position: 1, schema: 1, state: Bytes::from_static(b"state") };
    log.inject(Fault::StaleSnapshot);
    assert_eq!(log.read_snapshot(stream(1)).await, Ok(None));
    log.write_snapshot(stream(1), &snapshot(1)).await.unwrap();
    log.write_snapshot(stream(1), &snapshot(2)).await.unwrap();

    for fault in [Fault::StaleSnapshot, Fault::DamagedSnapshot(41), Fault::FailSnapshot, Fault::FailSnapshot] {
        log.inject(fault);
    }
    assert_eq!(log.read_snapshot(stream(1)).await, Ok(Some(snapshot(1))));
    let damaged = Snapshot { state: Bytes::from_static(b"qtate"), ..snapshot(2) };
    assert_eq!(log.read_snapshot(stream(1)).await.unwrap().map(|read| read.version), Some(2));
    log.inject(Fault::DamagedSnapshot(1));
    assert!(log.read_snapshot(stream(1)).await.is_err());
    assert!(log.write_snapshot(stream(1), &snapshot(3)).await.is_err());
    assert_eq!(log.read_snapshot(stream(1)).await, Ok(Some(damaged)));
    assert_eq!(log.read_snapshot(stream(1)).await, Ok(Some(snapshot(2))));
}

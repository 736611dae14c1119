//! What readers see.

use std::sync::Arc;
use std::time::Duration;

use event_log::{EventLog, PAGE_EVENTS_MAX, Position, RecordedEvent};
use tokio::time::timeout;

use super::history::{assert_dense, event, everything, key, keyed, noon, some, stream, these, write};
use super::world::World;

/// How long a wake-up may take on a busy machine.
const WAKE: Duration = Duration::from_secs(10);

async fn page(log: &dyn EventLog, after: Position, up_to: Position, limit: usize) -> Vec<Position> {
    log.read_all(after, up_to, limit).await.unwrap().iter().map(|event| event.position).collect()
}

pub(crate) async fn a_page_respects_after_up_to_and_limit(world: &World) {
    write(&*world.here, &[some(4, stream(1), 0), some(5, stream(2), 0)]).await;
    write(&*world.here, &[some(1, stream(1), 4)]).await;
    let all = Position::MAX;
    for log in [&*world.here, &*world.there] {
        assert_eq!(page(log, 0, all, 100).await, (1..=10).collect::<Vec<_>>());
        assert_eq!(page(log, 0, all, 3).await, [1, 2, 3]);
        assert_eq!(page(log, 3, all, 3).await, [4, 5, 6]);
        assert_eq!(page(log, 3, 5, 100).await, [4, 5]);
        assert_eq!(page(log, 3, 5, 1).await, [4]);
        assert_eq!(page(log, 9, 10, 100).await, [10]);
        for (after, up_to, limit) in
            [(10, all, 100), (0, all, 0), (0, 0, 100), (5, 5, 100), (7, 3, 100), (99, all, 9), (all, all, 9)]
        {
            assert_eq!(page(log, after, up_to, limit).await, [0; 0], "after {after} up to {up_to} limit {limit}");
        }
    }
}

pub(crate) async fn a_bare_page_says_the_same(world: &World) {
    write(&*world.here, &[some(4, stream(1), 0), some(5, stream(2), 0)]).await;
    let what = |event: &Arc<RecordedEvent>| {
        let RecordedEvent { position, stream, event_type, schema_version, payload, recorded_at, .. } = &**event;
        (*position, *stream, event_type.clone(), *schema_version, payload.clone(), *recorded_at)
    };
    for log in [&*world.here, &*world.there] {
        for (after, up_to, limit) in [(0, Position::MAX, 100), (2, 7, 3), (9, 9, 5), (0, 9, 0)] {
            let (bare, whole) = (log.read_bare(after, up_to, limit).await, log.read_all(after, up_to, limit).await);
            let told = |page: Vec<Arc<RecordedEvent>>| page.iter().map(what).collect::<Vec<_>>();
            assert_eq!(told(bare.unwrap()), told(whole.unwrap()), "after {after} up to {up_to} limit {limit}");
        }
    }
}

pub(crate) async fn a_page_holds_no_more_than_the_limit_of_all_pages(world: &World) {
    let count = PAGE_EVENTS_MAX + 1;
    write(&*world.here, &[some(count, stream(1), 0)]).await;
    for log in [&*world.here, &*world.there] {
        assert_eq!(log.read_all(0, Position::MAX, usize::MAX).await.unwrap().len(), PAGE_EVENTS_MAX);
        assert_eq!(log.read_stream(stream(1), 0).await.unwrap().len(), PAGE_EVENTS_MAX);
        let rest = log.read_stream(stream(1), PAGE_EVENTS_MAX as u64).await.unwrap();
        assert_eq!(rest.iter().map(|event| event.version).collect::<Vec<_>>(), [count as u64]);
        assert_eq!(everything(log).await.len(), count);
    }
}

pub(crate) async fn a_log_longer_than_any_cache_is_read_from_its_start(world: &World) {
    let (batches, size) = (7, 5_000);
    for batch in 0..batches {
        let events = (0..size).map(|_| event("{}"));
        write(&*world.here, &[these(events, stream(1), batch * size)]).await;
    }
    for log in [&*world.here, &*world.there] {
        let events = everything(log).await;
        assert_eq!(events.len() as u64, batches * size);
        assert_dense(&events);
    }
}

pub(crate) async fn a_stream_is_read_from_any_version(world: &World) {
    write(&*world.here, &[some(2, stream(1), 0), some(2, stream(2), 0)]).await;
    write(&*world.there, &[some(1, stream(1), 2)]).await;
    for log in [&*world.here, &*world.there] {
        for (after, expected) in [(0, vec![1, 2, 3]), (1, vec![2, 3]), (3, vec![]), (9, vec![])] {
            let read = log.read_stream(stream(1), after).await.unwrap();
            assert!(read.iter().all(|event| event.stream == stream(1)));
            assert_eq!(read.iter().map(|event| event.version).collect::<Vec<_>>(), expected, "after {after}");
        }
        assert_eq!(log.read_stream(stream(3), 0).await, Ok(vec![]));
    }
}

pub(crate) async fn versions_come_in_the_order_asked(world: &World) {
    write(&*world.here, &[some(3, stream(1), 0), some(1, stream(2), 0)]).await;
    for log in [&*world.here, &*world.there] {
        let asked = [stream(2), stream(9), stream(1), stream(2)];
        assert_eq!(log.versions(&asked).await, Ok(vec![1, 0, 3, 1]));
        assert_eq!(log.versions(&[]).await, Ok(vec![]));
        assert_eq!(log.head().await, Ok(4));
    }
}

pub(crate) async fn a_key_is_found_in_its_stream(world: &World) {
    let batch = [these([keyed(key(1)), event("{}")], stream(1), 0), these([keyed(key(2))], stream(2), 0)];
    write(&*world.here, &batch).await;
    for log in [&*world.here, &*world.there] {
        assert_eq!(log.find_key(key(1)).await, Ok(Some(stream(1))));
        assert_eq!(log.find_key(key(2)).await, Ok(Some(stream(2))));
        assert_eq!(log.find_key(key(3)).await, Ok(None));
    }
}

pub(crate) async fn writing_wakes_who_watches_the_head(world: &World) {
    let log = world.here.clone();
    let (mut early, mut head) = (log.watch_head(), log.watch_head());
    let waiting = tokio::spawn(async move {
        timeout(WAKE, early.wait_for(|head| *head >= 5)).await.expect("nobody woke").map(|head| *head).unwrap()
    });
    write(&*log, &[some(3, stream(1), 0)]).await;
    timeout(WAKE, head.changed()).await.expect("nobody woke").unwrap();
    assert_eq!(*head.borrow_and_update(), 3);
    let refused = log.append(&[some(1, stream(1), 0)], noon()).await;
    assert!(refused.is_err() && !head.has_changed().unwrap(), "a refused append woke somebody");
    write(&*log, &[some(2, stream(1), 3)]).await;
    assert_eq!(waiting.await.unwrap(), 5);
    assert_eq!(*log.watch_head().borrow(), 5, "who comes late knows at once");
}

pub(crate) async fn two_processes_that_write_in_turns_both_read_everything(world: &World) {
    for turn in 0..12 {
        // One writes twice, the other once: runs of their own, then holes of the other's.
        let door = world.door(usize::from(turn % 3 == 2));
        write(&*door, &[some(1 + turn % 2, stream(turn), 0)]).await;
        let (here, there) = (everything(&*world.here).await, everything(&*world.there).await);
        assert_dense(&here);
        assert_eq!(here, there);
        for after in 0..=here.len() {
            for log in [&*world.here, &*world.there] {
                // A page may end where this process stopped writing. Only an empty one is the end.
                let page = one_page(log, after).await;
                assert!(here[after..].starts_with(&page), "after {after} on turn {turn}: {page:?}");
                assert_eq!(page.is_empty(), after == here.len(), "after {after} on turn {turn}");
            }
        }
    }
}

async fn one_page(log: &dyn EventLog, after: usize) -> Vec<RecordedEvent> {
    let page = log.read_all(after as Position, Position::MAX, usize::MAX).await.unwrap();
    page.iter().map(|event| (**event).clone()).collect()
}

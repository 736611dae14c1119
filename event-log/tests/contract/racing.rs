//! Many at once.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use event_log::{AppendError, EventLog, Position, RecordedEvent, Version};
use tokio::sync::Barrier;
use tokio::task::JoinSet;
use tokio::time::timeout;
use uuid::Uuid;

use super::history::{assert_dense, event, everything, key, keyed, noon, some, stream, these, write};
use super::world::World;

const RACERS: usize = 16;
const ROUNDS: usize = 25;
const WRITERS: usize = 24;
const APPENDS: usize = 100;
/// How long a race may take on a busy machine; one that hangs ends here.
const RACE: Duration = Duration::from_mins(2);

pub(crate) async fn of_sixteen_racers_exactly_one_wins_each_version(world: &World) {
    let start = Arc::new(Barrier::new(RACERS));
    let mut racers = JoinSet::new();
    for racer in 0..RACERS {
        let (log, start) = (world.door(racer), start.clone());
        racers.spawn(async move {
            let mut won = Vec::new();
            for round in 0..ROUNDS as Version {
                let wish = event(format!("{racer}"));
                let event_id = wish.event_id;
                start.wait().await;
                match log.append(&[these([wish], stream(1), round)], noon()).await {
                    Ok(appended) => won.push((appended.first, round + 1, event_id)),
                    Err(error) => assert_eq!(error, AppendError::Conflict),
                }
            }
            won
        });
    }
    let won = timeout(RACE, racers.join_all()).await.expect("the race hangs");
    let mut won: Vec<_> = won.into_iter().flatten().collect();
    won.sort_unstable();
    let events = everything(&*world.here).await;
    assert_dense(&events);
    let written: Vec<_> = events.iter().map(|event| (event.position, event.version, event.event_id)).collect();
    assert_eq!(won, written, "who was told to have won is who is in the log");
    assert_eq!(written.len(), ROUNDS);
}

pub(crate) async fn of_sixteen_racers_exactly_one_spends_a_key(world: &World) {
    let start = Arc::new(Barrier::new(RACERS));
    let mut racers = JoinSet::new();
    for racer in 0..RACERS {
        let (log, start) = (world.door(racer), start.clone());
        racers.spawn(async move {
            let mut version = 0;
            for round in 0..ROUNDS {
                start.wait().await;
                match log.append(&[these([keyed(key(round))], stream(racer), version)], noon()).await {
                    Ok(_) => version += 1,
                    Err(AppendError::KeysSpent(spent)) => {
                        let owner = log.find_key(key(round)).await.unwrap().expect("somebody spent it");
                        assert_eq!(spent, [(key(round), owner)]);
                        assert_ne!(owner, stream(racer));
                    }
                    Err(error) => panic!("{error}"),
                }
            }
        });
    }
    timeout(RACE, racers.join_all()).await.expect("the race hangs");
    let events = everything(&*world.here).await;
    assert_dense(&events);
    let mut spent: Vec<Uuid> = events.iter().filter_map(|event| event.key).collect();
    spent.sort_unstable();
    assert_eq!(spent, (0..ROUNDS).map(key).collect::<Vec<_>>());
}

pub(crate) async fn readers_skip_no_event_of_twenty_four_writers_and_see_none_twice(world: &World) {
    let total = WRITERS * (0..APPENDS).map(size).sum::<usize>();
    let mut readers = JoinSet::new();
    for reader in 0..4 {
        let log = world.door(reader);
        readers.spawn(async move { follow(&*log, total, [1, 7, 1_000, usize::MAX][reader]).await });
    }
    let mut writers = JoinSet::new();
    for writer in 0..WRITERS {
        let log = world.door(writer);
        writers.spawn(async move {
            let mut version = 0;
            for round in 0..APPENDS {
                let appended = write(&*log, &[some(size(round), stream(writer), version)]).await;
                version += size(round) as Version;
                assert_eq!(appended.last - appended.first + 1, size(round) as Position);
            }
        });
    }
    timeout(RACE, writers.join_all()).await.expect("the writers hang");
    let read = timeout(RACE, readers.join_all()).await.expect("a reader waits for an event it skipped");
    let events = everything(&*world.there).await;
    assert_eq!(events.len(), total);
    assert_dense(&events);
    for seen in read {
        assert!(seen == events, "a reader saw something else than what was written");
    }
}

/// How many events an append of this round has.
fn size(round: usize) -> usize {
    1 + round % 3
}

/// Reads from its checkpoint as projections do, while others write.
async fn follow(log: &dyn EventLog, total: usize, limit: usize) -> Vec<RecordedEvent> {
    let mut seen: Vec<RecordedEvent> = Vec::with_capacity(total);
    while seen.len() < total {
        let checkpoint = seen.last().map_or(0, |last| last.position);
        for event in log.read_all(checkpoint, Position::MAX, limit).await.unwrap() {
            let expected = seen.len() as Position + 1;
            assert_eq!(event.position, expected, "skipped or doubled after checkpoint {checkpoint}");
            seen.push((*event).clone());
        }
        tokio::task::yield_now().await;
    }
    seen
}

pub(crate) async fn an_append_that_nobody_waits_for_is_still_all_or_nothing(world: &World) {
    const DROPPED: usize = 60;
    for number in 0..DROPPED {
        let log = world.door(number);
        let batch = [some(2, stream(2 * number), 0), some(3, stream(2 * number + 1), 0)];
        let append = tokio::spawn(async move { log.append(&batch, noon()).await });
        // From "not begun" to "nearly done", whatever the machine makes of these times.
        tokio::time::sleep(Duration::from_micros(50 * number as u64)).await;
        append.abort();
        let _ = append.await;
    }
    for log in [&*world.here, &*world.there] {
        write(log, &[some(1, stream(DROPPED * 2), log.versions(&[stream(DROPPED * 2)]).await.unwrap()[0])]).await;
    }
    let events = everything(&*world.here).await;
    assert_dense(&events);
    assert_eq!(world.here.head().await, Ok(events.len() as Position));
    let mut counts: HashMap<_, usize> = HashMap::new();
    for event in &events {
        *counts.entry(event.stream).or_default() += 1;
    }
    for number in 0..DROPPED {
        let count = |number| counts.get(&stream(number)).copied().unwrap_or(0);
        let pair = (count(2 * number), count(2 * number + 1));
        assert!(pair == (2, 3) || pair == (0, 0), "half an append: {pair:?}");
    }
}

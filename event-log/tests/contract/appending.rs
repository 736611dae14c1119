//! What an append does, and what it refuses.

use bytes::Bytes;
use event_log::{AppendError, Appended, Capabilities, Metadata, NewEvent, Position, RecordedEvent};
use uuid::Uuid;

use super::history::{
    assert_dense, assert_untouched, event, everything, key, keyed, noon, seconds, some, stream, these, write,
};
use super::world::World;

pub(crate) async fn an_empty_log_knows_nothing(world: &World) {
    let log = &*world.here;
    assert_eq!(log.capabilities(), Capabilities { atomic_batches: true, dense_positions: true });
    assert_eq!(log.head().await, Ok(0));
    assert_eq!(log.read_all(0, Position::MAX, 10).await, Ok(vec![]));
    assert_eq!(log.read_stream(stream(1), 0).await, Ok(vec![]));
    assert_eq!(log.versions(&[stream(1), stream(2)]).await, Ok(vec![0, 0]));
    assert_eq!(log.find_key(key(1)).await, Ok(None));
    assert_eq!(*log.watch_head().borrow(), 0);
}

pub(crate) async fn what_was_written_reads_back_byte_for_byte(world: &World) {
    let payloads = [
        Bytes::from_static(br#"{"b":1,"a":2,  "a":3.10,"n":null}"#),
        Bytes::from_static("{\"title\":\"Größte Nacht \u{1F3B7}\",\"raw\":\"\\u00e9\\/\"}\r\n".as_bytes()),
        Bytes::from_static(b"\x00\xff not even JSON \\x27'"),
        Bytes::new(),
        Bytes::from(vec![b'x'; 300_000]),
    ];
    let metadata = Metadata {
        actor: Uuid::from_u128(1),
        command_id: Uuid::from_u128(2),
        correlation_id: Uuid::from_u128(3),
        causation_id: Some(Uuid::from_u128(4)),
    };
    let mut events: Vec<NewEvent> = payloads.iter().cloned().map(event).collect();
    events[1] = NewEvent { key: Some(key(1)), schema_version: 300, metadata, ..events[1].clone() };
    write(&*world.here, &[these(events.clone(), stream(1), 0)]).await;

    let expected: Vec<_> = (1..).zip(&events).map(|(place, event)| as_recorded(event, place)).collect();
    for log in [&*world.here, &*world.there] {
        assert_eq!(everything(log).await, expected);
        let read = log.read_stream(stream(1), 0).await.unwrap();
        assert!(read.iter().map(|event| &**event).eq(&expected), "{read:?}");
    }
}

/// The first stream's event at this place in the log.
fn as_recorded(event: &NewEvent, place: u64) -> RecordedEvent {
    RecordedEvent {
        position: place,
        event_id: event.event_id,
        stream: stream(1),
        version: place,
        event_type: event.event_type.into(),
        schema_version: event.schema_version,
        payload: event.payload.clone(),
        key: event.key,
        metadata: event.metadata,
        recorded_at: noon(),
    }
}

pub(crate) async fn positions_and_versions_follow_the_order_given(world: &World) {
    let log = &*world.here;
    assert_eq!(write(log, &[some(2, stream(1), 0)]).await, Appended { first: 1, last: 2 });
    let batch = [some(1, stream(2), 0), some(3, stream(1), 2), some(1, stream(3), 0)];
    assert_eq!(write(log, &batch).await, Appended { first: 3, last: 7 });
    let places = everything(&*world.there).await;
    let places: Vec<_> = places.iter().map(|event| (event.position, event.stream, event.version)).collect();
    let (one, two, three) = (stream(1), stream(2), stream(3));
    assert_eq!(places, [(1, one, 1), (2, one, 2), (3, two, 1), (4, one, 3), (5, one, 4), (6, one, 5), (7, three, 1)]);
}

pub(crate) async fn a_writer_behind_the_stream_is_in_conflict(world: &World) {
    write(&*world.there, &[some(3, stream(1), 0)]).await;
    let before = everything(&*world.here).await;
    for behind in [0, 1, 2] {
        let refused = world.here.append(&[some(2, stream(1), behind)], noon()).await;
        assert_eq!(refused, Err(AppendError::Conflict), "expected version {behind}");
    }
    assert_untouched(&*world.here, &before).await;
}

pub(crate) async fn a_writer_ahead_of_the_stream_is_in_conflict(world: &World) {
    write(&*world.there, &[some(3, stream(1), 0)]).await;
    let before = everything(&*world.here).await;
    for (stream, ahead) in [(stream(1), 4), (stream(1), 400), (stream(2), 1)] {
        let refused = world.here.append(&[some(2, stream, ahead)], noon()).await;
        assert_eq!(refused, Err(AppendError::Conflict), "expected version {ahead} of {stream}");
    }
    assert_untouched(&*world.here, &before).await;
}

pub(crate) async fn a_conflict_in_one_stream_keeps_all_streams_out(world: &World) {
    write(&*world.here, &[some(1, stream(2), 0)]).await;
    let before = everything(&*world.here).await;
    for expected in [0, 2] {
        let batch = [some(2, stream(1), 0), some(1, stream(2), expected), some(2, stream(3), 0)];
        assert_eq!(world.here.append(&batch, noon()).await, Err(AppendError::Conflict));
    }
    assert_untouched(&*world.here, &before).await;
}

pub(crate) async fn a_stream_named_twice_is_in_conflict(world: &World) {
    write(&*world.here, &[some(1, stream(1), 0)]).await;
    let before = everything(&*world.here).await;
    for second in [1, 2] {
        let batch = [some(1, stream(1), 1), some(1, stream(1), second)];
        assert_eq!(world.here.append(&batch, noon()).await, Err(AppendError::Conflict));
    }
    assert_untouched(&*world.here, &before).await;
}

pub(crate) async fn a_spent_key_is_named_with_its_stream(world: &World) {
    write(&*world.there, &[these([event("{}"), keyed(key(1))], stream(1), 0)]).await;
    let before = everything(&*world.here).await;
    let batch = [some(1, stream(2), 0), these([keyed(key(2)), keyed(key(1))], stream(3), 0)];
    let refused = world.here.append(&batch, noon()).await;
    assert_eq!(refused, Err(AppendError::KeysSpent(vec![(key(1), stream(1))])));
    assert_untouched(&*world.here, &before).await;
    assert_eq!(world.here.find_key(key(2)).await, Ok(None), "the key beside it is not spent");
}

pub(crate) async fn every_spent_key_is_named(world: &World) {
    write(&*world.here, &[these([keyed(key(1))], stream(1), 0), these([keyed(key(2))], stream(2), 0)]).await;
    let before = everything(&*world.here).await;
    let batch = [these([keyed(key(2)), keyed(key(3))], stream(3), 0), these([keyed(key(1))], stream(4), 0)];
    let Err(AppendError::KeysSpent(mut spent)) = world.here.append(&batch, noon()).await else {
        panic!("two spent keys were taken");
    };
    spent.sort_unstable();
    assert_eq!(spent, [(key(1), stream(1)), (key(2), stream(2))]);
    assert_untouched(&*world.here, &before).await;
}

pub(crate) async fn a_key_is_spent_for_its_own_stream_too(world: &World) {
    write(&*world.here, &[these([keyed(key(1))], stream(1), 0)]).await;
    let before = everything(&*world.here).await;
    let refused = world.here.append(&[these([keyed(key(1))], stream(1), 1)], noon()).await;
    assert_eq!(refused, Err(AppendError::KeysSpent(vec![(key(1), stream(1))])));
    assert_untouched(&*world.here, &before).await;
}

/// Whoever is told so can refuse the second and write the rest; an empty list would stop them all.
pub(crate) async fn a_key_that_two_streams_carry_at_once_is_spent_by_the_first(world: &World) {
    let batch = [some(1, stream(1), 0), these([keyed(key(1))], stream(2), 0), these([keyed(key(1))], stream(3), 0)];
    let refused = world.here.append(&batch, noon()).await;
    assert_eq!(refused, Err(AppendError::KeysSpent(vec![(key(1), stream(2))])));
    assert_untouched(&*world.here, &[]).await;
}

pub(crate) async fn recorded_time_never_goes_backwards(world: &World) {
    let clocks = [10, -5, 9, 11, 11, -3_600, 12];
    for (now, version) in clocks.into_iter().zip(0..) {
        let door = world.door(version as usize);
        door.append(&[some(1, stream(1), version)], seconds(now)).await.unwrap();
    }
    for log in [&*world.here, &*world.there] {
        let events = everything(log).await;
        assert_dense(&events);
        let recorded: Vec<_> = events.iter().map(|event| event.recorded_at).collect();
        assert_eq!(recorded, [10, 10, 10, 11, 11, 11, 12].map(seconds));
    }
}

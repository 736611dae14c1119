//! Snapshots: the last one that was written, whole, and no part of the truth.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use event_log::{Snapshot, Version};
use tokio::sync::Barrier;
use tokio::task::JoinSet;
use tokio::time::timeout;

use super::history::{assert_untouched, everything, some, stream, write};
use super::world::World;

const WRITERS: usize = 6;
const ROUNDS: usize = 8;
/// More than two rows' worth, and not a whole number of them.
const LARGE: usize = (5 << 19) + 7;
/// How long a race may take on a busy machine; one that hangs ends here.
const RACE: Duration = Duration::from_mins(2);

fn snapshot(version: Version, state: impl Into<Bytes>) -> Snapshot {
    Snapshot { version, position: version + 7, schema: 3, state: state.into() }
}

/// Bytes that differ from place to place and from one number to the next.
fn bytes(count: usize, number: u64) -> Bytes {
    (0..count as u64).map(|at| (at.wrapping_mul(31) ^ (at >> 20) ^ number) as u8).collect()
}

pub(crate) async fn a_stream_without_a_snapshot_has_none(world: &World) {
    write(&*world.here, &[some(2, stream(1), 0)]).await;
    for log in [&*world.here, &*world.there] {
        assert_eq!(log.read_snapshot(stream(1)).await, Ok(None));
        assert_eq!(log.read_snapshot(stream(2)).await, Ok(None));
    }
}

pub(crate) async fn a_snapshot_reads_back_byte_for_byte(world: &World) {
    let states = [Bytes::from_static(b"\x00\xff'\\x27"), Bytes::new(), bytes(1 << 20, 1)];
    for (state, number) in states.into_iter().zip(1..) {
        let written = Snapshot { schema: u32::MAX >> 1, ..snapshot(number, state) };
        world.here.write_snapshot(stream(1), &written).await.unwrap();
        for log in [&*world.here, &*world.there] {
            assert_eq!(log.read_snapshot(stream(1)).await, Ok(Some(written.clone())));
        }
    }
}

/// Not even an older one is kept out: what was written before may be of no use to anybody any more.
pub(crate) async fn a_snapshot_takes_the_place_of_any_other(world: &World) {
    for (version, size) in [(10, 300), (20, LARGE), (15, 2), (20, LARGE), (1, 0)] {
        let written = snapshot(version, bytes(size, version));
        world.door(version as usize).write_snapshot(stream(1), &written).await.unwrap();
        for log in [&*world.here, &*world.there] {
            assert_eq!(log.read_snapshot(stream(1)).await, Ok(Some(written.clone())));
        }
    }
}

pub(crate) async fn a_snapshot_belongs_to_one_stream(world: &World) {
    let (one, other) = (snapshot(1, "one"), snapshot(2, "other"));
    world.here.write_snapshot(stream(1), &one).await.unwrap();
    world.here.write_snapshot(stream(2), &other).await.unwrap();
    assert_eq!(world.there.read_snapshot(stream(1)).await, Ok(Some(one)));
    assert_eq!(world.there.read_snapshot(stream(2)).await, Ok(Some(other)));
}

pub(crate) async fn a_snapshot_can_be_larger_than_any_row(world: &World) {
    let written = snapshot(1_000_000, bytes(LARGE, 1));
    world.here.write_snapshot(stream(1), &written).await.unwrap();
    assert_eq!(world.there.read_snapshot(stream(1)).await, Ok(Some(written)));
}

pub(crate) async fn a_snapshot_is_replaced_wholly_or_not_at_all(world: &World) {
    let start = Arc::new(Barrier::new(WRITERS));
    let mut writers = JoinSet::new();
    for writer in 0..WRITERS {
        let (log, start) = (world.door(writer), start.clone());
        writers.spawn(async move {
            start.wait().await;
            for round in 0..ROUNDS {
                let version = (writer * ROUNDS + round + 1) as Version;
                // Some shrink what others have written, some make it grow.
                let size = LARGE * (writer + round) / (WRITERS + ROUNDS);
                log.write_snapshot(stream(1), &snapshot(version, bytes(size, version))).await.unwrap();
                let read = log.read_snapshot(stream(1)).await.unwrap().expect("one is there by now");
                let whole = bytes(read.state.len(), read.version);
                assert!(read == snapshot(read.version, whole), "half of one snapshot, half of another");
            }
        });
    }
    timeout(RACE, writers.join_all()).await.expect("the writers hang");
}

pub(crate) async fn a_snapshot_changes_nothing_about_the_log(world: &World) {
    write(&*world.here, &[some(2, stream(1), 0)]).await;
    let before = everything(&*world.here).await;
    world.here.write_snapshot(stream(1), &snapshot(2, "state")).await.unwrap();
    world.here.write_snapshot(stream(9), &snapshot(5, "of a stream that is not there")).await.unwrap();
    assert_eq!(world.there.versions(&[stream(1), stream(9)]).await, Ok(vec![2, 0]));
    assert_untouched(&*world.there, &before).await;
}

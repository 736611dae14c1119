//! Looking for events in the whole log.

use event_log::{Among, EventLog, Metadata, NewEvent, Position, SEARCH_EVENTS_MAX, Search};
use uuid::Uuid;

use super::history::{event, key, keyed, some, stream, these, write};
use super::world::World;

const ADA: Uuid = Uuid::from_u128(0xADA);
const BEN: Uuid = Uuid::from_u128(0xBE);

fn by(actor: Uuid, event_type: &'static str) -> NewEvent {
    let plain = event("{}");
    NewEvent { event_type, metadata: Metadata { actor, ..plain.metadata }, ..plain }
}

/// Nine events: those of one stream stand at 1, 2, 3, 6, 7, 8, those of another at 4, 5, 9.
async fn nine(world: &World) {
    let first = [by(ADA, "SeatsHeld"), by(BEN, "SeatsHeld"), by(ADA, "HoldReleased")];
    write(&*world.here, &[these(first, stream(1), 0), these([by(BEN, "SeatsHeld"), by(ADA, "X")], stream(2), 0)]).await;
    let then = [by(BEN, "HoldReleased"), by(ADA, "SeatsHeld"), by(BEN, "SeatsHeld")];
    write(&*world.there, &[these(then, stream(1), 3), these([by(ADA, "SeatsHeld")], stream(2), 2)]).await;
}

/// What is found, and where the look ended.
async fn found(log: &dyn EventLog, search: Search) -> (Vec<Position>, Option<Position>) {
    let found = log.search(&search).await.unwrap();
    (found.events.iter().map(|event| event.position).collect(), found.looked_to)
}

pub(crate) async fn everything_is_found_from_either_end(world: &World) {
    assert_eq!(found(&*world.here, Search::all()).await, (vec![], None), "an empty log");
    nine(world).await;
    for log in [&*world.here, &*world.there] {
        let all = Search::all;
        assert_eq!(found(log, all()).await, ((1..=9).collect(), None));
        assert_eq!(found(log, Search { newest_first: true, ..all() }).await, ((1..=9).rev().collect(), None));
        let between = Search { after: 2, before: 6, ..all() };
        assert_eq!(found(log, between.clone()).await.0, [3, 4, 5]);
        assert_eq!(found(log, Search { newest_first: true, limit: 2, ..between.clone() }).await.0, [5, 4]);
        assert_eq!(found(log, Search { limit: 0, ..between }).await.0, [0; 0]);
        for (after, before) in [(9, Position::MAX), (0, 0), (0, 1), (5, 5), (7, 3), (Position::MAX, Position::MAX)] {
            for newest_first in [false, true] {
                let nothing = Search { after, before, newest_first, ..all() };
                assert_eq!(found(log, nothing).await, (vec![], None), "after {after} before {before}");
            }
        }
    }
}

pub(crate) async fn what_is_wanted_besides_is_all_there(world: &World) {
    nine(world).await;
    for log in [&*world.here, &*world.there] {
        let by_ada = Search { actor: Some(ADA), ..Search::all() };
        assert_eq!(found(log, by_ada.clone()).await.0, [1, 3, 5, 7, 9]);
        let held = Search { event_type: Some("SeatsHeld".into()), ..by_ada.clone() };
        assert_eq!(found(log, held.clone()).await.0, [1, 7, 9]);
        assert_eq!(found(log, Search { stream: Some(stream(2)), ..held.clone() }).await.0, [9]);
        assert_eq!(found(log, Search { newest_first: true, limit: 2, ..held }).await.0, [9, 7]);
        let unknown = Search { event_type: Some("Seats".into()), ..by_ada };
        assert_eq!(found(log, unknown).await.0, [0; 0]);
    }
}

pub(crate) async fn a_stream_is_searched_between_positions(world: &World) {
    nine(world).await;
    for log in [&*world.here, &*world.there] {
        let among = |number| Search { among: Among::Stream(stream(number)), ..Search::all() };
        assert_eq!(found(log, among(1)).await.0, [1, 2, 3, 6, 7, 8]);
        assert_eq!(found(log, Search { newest_first: true, limit: 2, ..among(1) }).await.0, [8, 7]);
        assert_eq!(found(log, among(3)).await, (vec![], None));
        for after in 0..10 {
            for before in 0..11 {
                let expected: Vec<Position> =
                    [4, 5, 9].into_iter().filter(|position| *position > after && *position < before).collect();
                assert_eq!(found(log, Search { after, before, ..among(2) }).await.0, expected, "{after} {before}");
            }
        }
        assert_eq!(found(log, Search { actor: Some(BEN), after: 3, ..among(1) }).await.0, [6, 8]);
    }
}

pub(crate) async fn events_are_found_at_their_positions(world: &World) {
    nine(world).await;
    for log in [&*world.here, &*world.there] {
        let these = Search { among: Among::These(vec![7, 2, 99, 4, 2]), ..Search::all() };
        assert_eq!(found(log, these.clone()).await, (vec![2, 4, 7], None));
        assert_eq!(found(log, Search { newest_first: true, ..these.clone() }).await.0, [7, 4, 2]);
        assert_eq!(found(log, Search { after: 2, before: 7, ..these.clone() }).await.0, [4]);
        assert_eq!(found(log, Search { actor: Some(BEN), ..these.clone() }).await.0, [2, 4]);
        assert_eq!(found(log, Search { stream: Some(stream(1)), limit: 1, ..these }).await.0, [2]);
        assert_eq!(found(log, Search { among: Among::These(vec![]), ..Search::all() }).await.0, [0; 0]);
    }
}

pub(crate) async fn an_event_is_found_by_its_key(world: &World) {
    write(&*world.here, &[these([event("{}"), keyed(key(1))], stream(1), 0)]).await;
    write(&*world.there, &[these([keyed(key(2))], stream(2), 0)]).await;
    for log in [&*world.here, &*world.there] {
        let by = |number| Search { among: Among::Key(key(number)), ..Search::all() };
        assert_eq!(found(log, by(1)).await, (vec![2], None));
        assert_eq!(found(log, by(2)).await.0, [3]);
        assert_eq!(found(log, by(3)).await.0, [0; 0]);
        assert_eq!(found(log, Search { actor: Some(ADA), ..by(1) }).await.0, [0; 0]);
    }
}

/// Nothing is found, and yet each look says how far it went, so that the next one goes on from there.
pub(crate) async fn a_look_ends_and_says_where(world: &World) {
    let (most, rest) = (SEARCH_EVENTS_MAX, 5);
    write(&*world.here, &[some(1, stream(2), 0), some(most + rest, stream(1), 0)]).await;
    let last = (1 + most + rest) as Position;
    let positions: Vec<Position> = (2..=last).collect();
    for log in [&*world.here, &*world.there] {
        for (among, first) in [(Among::Log, 1), (Among::Stream(stream(1)), 2), (Among::These(positions.clone()), 2)] {
            let nobody = Search { among, actor: Some(ADA), ..Search::all() };
            let end = first + most as Position - 1;
            assert_eq!(found(log, nobody.clone()).await, (vec![], Some(end)), "{first}");
            assert_eq!(found(log, Search { after: end, ..nobody.clone() }).await, (vec![], None));
            let back = Search { newest_first: true, ..nobody };
            let end = last - most as Position + 1;
            assert_eq!(found(log, back.clone()).await, (vec![], Some(end)), "{first}, backwards");
            assert_eq!(found(log, Search { before: end, ..back }).await, (vec![], None));
        }
    }
}

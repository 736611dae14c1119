//! A snapshot gives back the state that was written, or nothing; and its bytes mean the same for as long
//! as its schema has the same number.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use domain::aggregate::{Aggregate as _, replay};
use domain::event::DomainEvent as _;
use domain::show::{Event, Show};
use event_log::{Snapshot, StreamId};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::super::memory::Loaded;
use super::{HEADER_BYTES, Unusable, decode, encode};

/// A show's life with every event there is, by the goldens of `domain`: they are never rewritten.
const HISTORY: [&str; 46] = [
    "ShowCreated.v1",
    "ShowCreated.v2",
    "TicketTypeAdded.v1",
    "TicketTypeAdded.v2",
    "SeatMapSet.v1",
    "SaleTermsSet.v1",
    "PromoCodeAdded.v1",
    "TicketTermsSet.v1",
    "CapacityRaised.v1",
    "CustomerLimitSet.v1",
    "ShowDescribed.v1",
    "ShowScheduled.v1",
    "ShowPublished.v1",
    "SeatsBlocked.v1",
    "SeatsUnblocked.v1",
    "WaitlistJoined.v1",
    "SeatsOffered.v1",
    "SeatsHeld.v1",
    "HoldExtended.v1",
    "PaymentStarted.v1",
    "PaymentFailed.v1",
    "PaymentSucceeded.v1",
    "HoldConfirmed.v1",
    "RefundDue.v1",
    "RefundFailed.v1",
    "RefundRetried.v1",
    "RefundSucceeded.v1",
    "BookingConfirmed.v1",
    "BookingReduced.v1",
    "BookingCancelled.v1",
    "BookingConfirmed.v2",
    "ShowRescheduled.v1",
    "ColleagueAdded.v1",
    "SalePaused.v1",
    "SaleResumed.v1",
    "HoldsLapsed.v1",
    "HoldReleased.v1",
    "OffersLapsed.v1",
    "OfferDeclined.v1",
    "WaitlistLeft.v1",
    "PromoCodeRemoved.v1",
    "CapacityLowered.v1",
    "ColleagueRemoved.v1",
    "SaleClosed.v1",
    "ShowCancelled.v1",
    "ShowPublished.v1",
];
/// Goldens of other aggregates.
const OTHERS: [&str; 6] = [
    "AccountRegistered.v1",
    "RoleGranted.v1",
    "AccountSuspended.v1",
    "AccountReinstated.v1",
    "SessionsEnded.v1",
    "AccountErased.v1",
];

fn goldens() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../domain/tests/goldens")
}

fn history() -> Vec<Event> {
    let event = |name: &str| {
        let payload = std::fs::read(goldens().join(format!("{name}.json"))).unwrap();
        let (event_type, version) = name.split_once(".v").unwrap();
        Event::decode(event_type, version.parse().unwrap(), &payload).unwrap()
    };
    HISTORY.into_iter().map(event).collect()
}

fn stream() -> StreamId {
    StreamId::new("show", Uuid::from_u128(1))
}

/// The show after so many events.
fn after(events: usize) -> Loaded<Show> {
    Loaded { state: replay(&history()[..events]), version: events as u64, position: events as u64 + 100 }
}

fn written() -> Snapshot {
    encode(stream(), &after(30)).unwrap()
}

fn refused(snapshot: &Snapshot) -> Option<Unusable> {
    decode::<Show>(stream(), snapshot).err()
}

#[test]
fn a_state_reads_back_as_it_was_after_every_event() {
    for events in 0..=HISTORY.len() {
        let loaded = after(events);
        let snapshot = encode(stream(), &loaded).unwrap();
        let read = decode::<Show>(stream(), &snapshot).unwrap();
        assert_eq!(read.state, loaded.state, "after {:?}", HISTORY[..events].last());
        assert_eq!((read.version, read.position), (loaded.version, loaded.position));
        assert_eq!(encode(stream(), &read).unwrap(), snapshot, "the same state is the same bytes");
    }
}

#[test]
fn no_turned_bit_goes_unnoticed() {
    let snapshot = written();
    for at in 0..snapshot.state.len() {
        let mut bytes = snapshot.state.to_vec();
        bytes[at] ^= 1 << (at % 8);
        let damaged = Snapshot { state: Bytes::from(bytes), ..snapshot.clone() };
        let expected = if at == 0 { Unusable::OtherFormat } else { Unusable::Damaged };
        assert_eq!(refused(&damaged), Some(expected), "byte {at}");
    }
}

#[test]
fn a_snapshot_that_was_cut_short_or_went_on_gives_no_state() {
    let snapshot = written();
    for length in [0, 1, HEADER_BYTES - 1, HEADER_BYTES, snapshot.state.len() - 1] {
        let cut = Snapshot { state: snapshot.state.slice(..length), ..snapshot.clone() };
        assert_eq!(refused(&cut), Some(Unusable::Damaged), "{length} bytes");
    }
    let longer = [&snapshot.state[..], b"x"].concat();
    assert_eq!(refused(&Snapshot { state: Bytes::from(longer), ..snapshot }), Some(Unusable::Damaged));
}

#[test]
fn a_snapshot_is_good_for_its_place_in_the_log_alone() {
    let snapshot = written();
    let elsewhere = StreamId::new("show", Uuid::from_u128(2));
    assert_eq!(decode::<Show>(elsewhere, &snapshot).err(), Some(Unusable::Damaged));
    assert_eq!(refused(&Snapshot { version: 29, ..snapshot.clone() }), Some(Unusable::Damaged));
    assert_eq!(refused(&Snapshot { position: 131, ..snapshot.clone() }), Some(Unusable::Damaged));
    assert_eq!(refused(&snapshot), None);
}

#[test]
fn a_snapshot_of_another_fold_gives_no_state() {
    let found = Show::SNAPSHOT_SCHEMA + 1;
    let other = Snapshot { schema: found, ..written() };
    assert_eq!(refused(&other), Some(Unusable::OtherSchema { found, expected: Show::SNAPSHOT_SCHEMA }));
}

/// The shape of a show's state, in one number for each event: a changed fold or a changed type changes
/// the numbers from some event on.
fn shape() -> String {
    let mut shape = format!("schema {}\n", Show::SNAPSHOT_SCHEMA);
    for (name, events) in HISTORY.into_iter().zip(1..) {
        let snapshot = encode(stream(), &after(events)).unwrap();
        let hash = Sha256::digest(&snapshot.state[HEADER_BYTES..]);
        let _ =
            writeln!(shape, "{name} {}", hash[..8].iter().fold(String::new(), |hex, byte| format!("{hex}{byte:02x}")));
    }
    shape
}

#[test]
fn the_shape_of_a_show_changes_only_with_the_number_of_its_schema() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/goldens/show-snapshot.txt");
    if std::env::var_os("UPDATE_GOLDENS").is_some_and(|update| update == "1") {
        std::fs::write(&file, shape()).unwrap();
    }
    let golden = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(
        golden == shape(),
        "The fold or the state of a show has changed, or the number of its schema. Snapshots that were written \
         before must not be read as what they are not: raise `Show::SNAPSHOT_SCHEMA` (domain/src/show.rs) if it has \
         not been raised since the last release, then run with UPDATE_GOLDENS=1.\n{}",
        first_difference(&golden, &shape())
    );
}

fn first_difference(golden: &str, shape: &str) -> String {
    let lines = golden.lines().chain(["(end)"]).zip(shape.lines().chain(["(end)"]));
    lines.filter(|(before, now)| before != now).map(|(before, now)| format!("{before} became {now}")).take(1).collect()
}

#[test]
fn the_history_holds_every_event_there_is() {
    let known: BTreeSet<&str> = HISTORY.into_iter().chain(OTHERS).collect();
    for file in std::fs::read_dir(goldens()).unwrap() {
        let name = file.unwrap().file_name().into_string().unwrap();
        let name = name.strip_suffix(".json").unwrap();
        assert!(known.contains(name), "{name} is new: put it in its place in HISTORY and raise SNAPSHOT_SCHEMA");
    }
}

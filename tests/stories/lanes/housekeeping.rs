//! What is due by itself: it is recorded with the command that meets it, and it is nobody's command.

use std::sync::Arc;

use command_api::lane::Refused;
use domain::show::Rejection;
use event_log::memory::{Fault, MemoryLog};
use event_log::{EventLog as _, Position, RecordedEvent};
use uuid::Uuid;

use super::given::{Counter, Outcome, a_counter, a_counter_with_a_clock, ticket_type, times_confirmed};

const NINE_MINUTES: i64 = 540;
const TEN_MINUTES: i64 = 600;

async fn since(log: &MemoryLog, after: Position) -> Vec<Arc<RecordedEvent>> {
    log.read_all(after, Position::MAX, usize::MAX).await.unwrap()
}

async fn kinds_since(log: &MemoryLog, after: Position) -> Vec<String> {
    since(log, after).await.iter().map(|event| event.event_type.to_string()).collect()
}

fn sold_out(outcome: &Outcome, show: Uuid, requested: u32, available: u32) {
    let sold_out = Rejection::SoldOut { ticket_type_id: ticket_type(show), requested, available };
    assert_eq!(outcome.as_ref().unwrap_err(), &Refused::Rejected(sold_out));
}

#[tokio::test]
async fn a_lapse_is_recorded_before_the_booking_that_needs_it() {
    let (log, counter, hands) = a_counter_with_a_clock();
    let show = counter.sells(2).await;
    let held = counter.holds(show, Uuid::now_v7(), 2).await.unwrap();
    sold_out(&counter.books(show, Uuid::now_v7(), 1).await, show, 1, 0);

    hands.turn(TEN_MINUTES);
    let done = counter.books(show, Uuid::now_v7(), 2).await.unwrap();

    let events = since(&log, held.committed.position).await;
    let kinds: Vec<&str> = events.iter().map(|event| &*event.event_type).collect();
    assert_eq!(kinds, ["HoldsLapsed", "BookingConfirmed"]);
    let [lapse, booking] = [0, 1].map(|at| events[at].metadata);
    assert!(lapse.actor.is_nil() && !booking.actor.is_nil(), "nobody asked for the lapse");
    assert_ne!(lapse.command_id, booking.command_id);
    assert_eq!(done.committed.position, events[1].position);
}

#[tokio::test]
async fn a_refusal_records_what_was_due_and_nothing_else() {
    let (log, counter, hands) = a_counter_with_a_clock();
    let show = counter.sells(2).await;
    let held = counter.holds(show, Uuid::now_v7(), 2).await.unwrap();

    hands.turn(TEN_MINUTES);
    sold_out(&counter.books(show, Uuid::now_v7(), 3).await, show, 3, 2);

    assert_eq!(kinds_since(&log, held.committed.position).await, ["HoldsLapsed"]);
}

/// The refused command's own id is not in the log, though events of its batch are.
#[tokio::test]
async fn a_refusal_whose_housekeeping_was_written_unseen_is_still_a_refusal() {
    let (log, counter, hands) = a_counter_with_a_clock();
    let show = counter.sells(2).await;
    let held = counter.holds(show, Uuid::now_v7(), 2).await.unwrap();

    hands.turn(TEN_MINUTES);
    log.inject(Fault::LoseReply);
    sold_out(&counter.books(show, Uuid::now_v7(), 3).await, show, 3, 2);

    assert_eq!(kinds_since(&log, held.committed.position).await, ["HoldsLapsed"], "and the lapse is recorded once");
}

#[tokio::test]
async fn a_booking_that_was_written_unseen_behind_a_lapse_is_found() {
    let (log, counter, hands) = a_counter_with_a_clock();
    let (show, booking) = (counter.sells(2).await, Uuid::now_v7());
    counter.holds(show, Uuid::now_v7(), 2).await.unwrap();

    hands.turn(TEN_MINUTES);
    log.inject(Fault::LoseReply);
    let done = counter.books(show, booking, 2).await.unwrap();

    assert!(!done.committed.repeated);
    assert_eq!(times_confirmed(&*log, booking).await, 1);
}

#[tokio::test]
async fn what_comes_free_is_offered_in_the_append_that_frees_it() {
    let (log, counter) = a_counter();
    let (show, booking) = (counter.sells(2).await, Uuid::now_v7());
    counter.books(show, booking, 2).await.unwrap();
    let waits = counter.waits(show, 2).await.unwrap();
    log.inject(Fault::LoseRequest);

    let done = counter.gives_back(show, booking).await.unwrap();

    assert_eq!(done.view, 0, "the seats are another's already");
    assert_eq!(kinds_since(&log, waits.committed.position).await, ["BookingCancelled", "SeatsOffered"]);
    assert_eq!(
        done.committed.position,
        log.head().await.unwrap(),
        "who waits for the answer's position sees the offer"
    );
    sold_out(&counter.books(show, Uuid::now_v7(), 1).await, show, 1, 0);
}

#[tokio::test]
async fn settling_alone_asks_for_nothing_and_tells_how_far_it_came() {
    let (log, counter, hands) = a_counter_with_a_clock();
    let show = counter.sells(2).await;
    let held = counter.holds(show, Uuid::now_v7(), 2).await.unwrap();

    let early = counter.settles(show).await.unwrap();
    assert_eq!((early.committed.repeated, early.committed.position), (true, held.committed.position));

    hands.turn(TEN_MINUTES);
    let due = counter.settles(show).await.unwrap();
    assert_eq!(kinds_since(&log, held.committed.position).await, ["HoldsLapsed"]);
    assert_eq!((due.committed.repeated, due.committed.position), (true, log.head().await.unwrap()));
    assert_eq!(due.view, 2);
}

#[tokio::test]
async fn a_clock_that_goes_back_revives_nothing() {
    let (log, counter, hands) = a_counter_with_a_clock();
    let (show, other) = (counter.sells(2).await, counter.sells(2).await);
    let hold = Uuid::now_v7();
    counter.holds(show, hold, 2).await.unwrap();
    hands.turn(TEN_MINUTES);
    // The lane has seen the later time, though not yet with this show.
    counter.settles(other).await.unwrap();

    hands.turn(-NINE_MINUTES);
    let booked = counter.books(show, Uuid::now_v7(), 2).await.unwrap();

    assert_eq!(booked.view, 0, "the hold had lapsed and stays so");
    let events = since(&log, 0).await;
    assert!(events.is_sorted_by_key(|event| event.recorded_at));
}

#[tokio::test]
async fn two_processes_record_a_lapse_once() {
    let (log, here, hands) = a_counter_with_a_clock();
    let there = Counter::with_a_clock(&log, &hands);
    let show = here.sells(2).await;
    let held = here.holds(show, Uuid::now_v7(), 2).await.unwrap();
    there.settles(show).await.unwrap();

    hands.turn(TEN_MINUTES);
    let (here, there) = tokio::join!(here.settles(show), there.settles(show));

    assert_eq!((here.unwrap().view, there.unwrap().view), (2, 2));
    assert_eq!(kinds_since(&log, held.committed.position).await, ["HoldsLapsed"]);
}

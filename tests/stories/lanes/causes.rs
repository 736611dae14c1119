//! Who stands for each event, and what it follows from.

use std::sync::Arc;

use domain::access::Actor;
use domain::ids::{EntryId, PaymentId};
use domain::money::{Currency, Money};
use domain::show::{Command, JoinWaitlist, Outcome, ReportPayment, StartPayment};
use domain::text::Text;
use event_log::memory::MemoryLog;
use event_log::{EventLog as _, Position, RecordedEvent};
use uuid::Uuid;

use super::given::{ADA, OLGA, a_counter, a_counter_with_a_clock, ticket_type};

const TEN_MINUTES: i64 = 600;

async fn since(log: &MemoryLog, after: Position) -> Vec<Arc<RecordedEvent>> {
    log.read_all(after, Position::MAX, usize::MAX).await.unwrap()
}

fn kinds(events: &[Arc<RecordedEvent>]) -> Vec<&str> {
    events.iter().map(|event| &*event.event_type).collect()
}

/// Which of these events each follows from.
fn causes(events: &[Arc<RecordedEvent>]) -> Vec<Option<usize>> {
    let place = |id: Uuid| events.iter().position(|event| event.event_id == id).expect("a cause is in the log");
    events.iter().map(|event| event.metadata.causation_id.map(place)).collect()
}

#[tokio::test]
async fn an_offer_follows_from_the_cancellation_that_freed_its_tickets() {
    let (log, counter) = a_counter();
    let (show, booking) = (counter.sells(2).await, Uuid::now_v7());
    counter.books(show, booking, 2).await.unwrap();
    counter.waits(show, 1).await.unwrap();
    let join = JoinWaitlist {
        entry_id: EntryId(Uuid::now_v7()),
        customer_id: OLGA.account_id,
        ticket_type_id: ticket_type(show),
        quantity: 1,
        access_code: None,
    };
    let waits = counter.execute(show, Command::JoinWaitlist(join), OLGA).await.unwrap().committed.position;

    counter.gives_back(show, booking).await.unwrap();

    let events = since(&log, waits).await;
    assert_eq!(kinds(&events), ["BookingCancelled", "SeatsOffered", "SeatsOffered"]);
    assert_eq!(causes(&events), [None, Some(0), Some(0)], "the second offer does not follow from the first");
    let [cancelled, offered] = [0, 1].map(|at| events[at].metadata);
    assert_eq!(cancelled.actor, ADA.account_id.0);
    assert_eq!(offered.actor, Actor::PLATFORM.account_id.0);
    assert_eq!(offered.correlation_id, cancelled.correlation_id, "both came with one request");
    assert_ne!(offered.command_id, cancelled.command_id);
}

#[tokio::test]
async fn a_lapse_follows_from_nothing_and_an_offer_from_the_lapse() {
    let (log, counter, hands) = a_counter_with_a_clock();
    let show = counter.sells(2).await;
    counter.holds(show, Uuid::now_v7(), 2).await.unwrap();
    let waits = counter.waits(show, 1).await.unwrap().committed.position;

    hands.turn(TEN_MINUTES);
    let booked = counter.books(show, Uuid::now_v7(), 1).await.unwrap();

    let events = since(&log, waits).await;
    assert_eq!(kinds(&events), ["HoldsLapsed", "SeatsOffered", "BookingConfirmed"]);
    assert_eq!(causes(&events), [None, Some(0), None]);
    let actors: Vec<Uuid> = events.iter().map(|event| event.metadata.actor).collect();
    assert_eq!(actors, [Uuid::nil(), Uuid::nil(), ADA.account_id.0], "whoever finds a lapse did not do it");
    let request = events[2].metadata.correlation_id;
    assert!(events.iter().all(|event| event.metadata.correlation_id == request), "they are of one request");
    assert_eq!(booked.committed.position, events[2].position);
}

/// Money that comes for a hold confirms it, in one decision that no person asked for.
#[tokio::test]
async fn what_the_provider_says_has_consequences() {
    let (log, counter) = a_counter();
    let (show, booking) = (counter.sells(2).await, Uuid::now_v7());
    counter.holds(show, booking, 2).await.unwrap();
    let payment_id = PaymentId(Uuid::now_v7());
    let method = Text::line("card").unwrap();
    let pay = StartPayment { booking_id: booking.into(), payment_id, method };
    let started = counter.execute(show, Command::StartPayment(pay), ADA).await.unwrap();

    let paid = Outcome::Succeeded(Money { amount: 8500, currency: Currency::try_from("EUR").unwrap() });
    let report = Command::ReportPayment(ReportPayment { payment_id, outcome: paid });
    counter.execute(show, report, Actor::PLATFORM).await.unwrap();

    let events = since(&log, started.committed.position).await;
    assert_eq!(kinds(&events), ["PaymentSucceeded", "HoldConfirmed"]);
    assert_eq!(causes(&events), [None, Some(0)]);
}

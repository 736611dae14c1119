//! Whatever anybody asks, in any order and at any time: the promises of a show hold.
//!
//! The histories come from `properties/crowd.rs`; `properties/ledger.rs` counts them by itself, from
//! the events alone, and never asks the show how it counts.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop loudly")]

mod properties {
    pub(crate) mod crowd;
    pub(crate) mod ledger;
}

use std::collections::BTreeSet;

use domain::aggregate::{Aggregate, Asked, replay};
use domain::event::DomainEvent;
use domain::show::{Command, Event, Rejection, Show, Status};
use properties::crowd::{ANYBODY, Wish, histories, moment};
use properties::ledger::Ledger;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

/// How long a history is at most. Shrinking takes it from there.
const WISHES_MAX: usize = 60;

/// Runs a history and looks at every decision: the show before it, what was asked, what was decided.
fn live(wishes: &[Wish], mut look: impl FnMut(&Show, &Command, &Asked, &Result<Vec<Event>, Rejection>)) -> Vec<Event> {
    let (mut show, mut history) = (Show::default(), Vec::new());
    for wish in wishes {
        let (command, asked) = wish.spoken_to(&show);
        let outcome = show.decide(&command, &asked);
        look(&show, &command, &asked, &outcome);
        for event in outcome.into_iter().flatten() {
            show.evolve(&event);
            history.push(event);
        }
    }
    history
}

fn after(show: &Show, events: &[Event]) -> Show {
    let mut after = show.clone();
    for event in events {
        after.evolve(event);
    }
    after
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_seat_is_taken_twice_and_the_count_is_the_sum_of_live_bookings(wishes in histories(WISHES_MAX)) {
        let mut ledger = Ledger::default();
        live(&wishes, |show, command, _, outcome| {
            let events = outcome.as_deref().unwrap_or_default();
            let show = after(show, events);
            for event in events {
                ledger.enter(event);
            }
            for offered in show.offered() {
                let id = offered.ticket_type.ticket_type_id;
                assert!(offered.taken <= offered.ticket_type.capacity, "oversold {offered:?} by {command:?}");
                assert_eq!(offered.taken, ledger.taken(id), "miscounted by {command:?}");
            }
            assert_eq!(show.booking_count(), ledger.booking_count());
            for (booking_id, live) in ledger.bookings() {
                assert_eq!(show.booking(booking_id).map(|booking| !booking.cancelled), Some(live));
            }
        });
    }

    #[test]
    fn no_booking_takes_a_customer_over_the_limit_of_that_moment(wishes in histories(WISHES_MAX)) {
        let mut ledger = Ledger::default();
        for event in live(&wishes, |_, _, _, _| {}) {
            ledger.enter(&event);
            if let (Event::BookingConfirmed(booking), Some(limit)) = (&event, ledger.limit) {
                prop_assert!(ledger.held(booking.customer_id) <= limit, "{event:?}");
            }
        }
    }

    #[test]
    fn replaying_the_written_events_gives_the_live_state(wishes in histories(WISHES_MAX)) {
        let mut live_state = Show::default();
        let history = live(&wishes, |show, _, _, outcome| {
            live_state = after(show, outcome.as_deref().unwrap_or_default());
        });
        let read_back: Vec<Event> = history
            .iter()
            .map(|event| Event::decode(event.event_type(), event.schema_version(), &event.encode()).unwrap())
            .collect();
        prop_assert_eq!(&read_back, &history);
        prop_assert_eq!(replay::<Show>(&read_back), live_state);
    }

    #[test]
    fn asking_again_right_after_being_obeyed_decides_nothing(wishes in histories(WISHES_MAX)) {
        live(&wishes, |show, command, asked, outcome| {
            let Ok(events) = outcome else { return };
            let again = after(show, events).decide(command, asked);
            match command {
                // The revision the organizer had seen is gone; `If-Match` says so.
                Command::ReviseShow(_) if !events.is_empty() => {
                    assert!(matches!(again, Err(Rejection::RevisionStale { .. })), "{command:?} gave {again:?}");
                }
                _ => assert_eq!(again, Ok(vec![]), "{command:?}"),
            }
        });
    }

    #[test]
    fn asking_again_much_later_books_and_cancels_nothing_twice(
        wishes in histories(WISHES_MAX),
        picked: prop::sample::Index,
        hour in -3_i64..10,
    ) {
        let mut obeyed = Vec::new();
        let history = live(&wishes, |_, command, asked, outcome| {
            if outcome.is_ok() && matches!(command, Command::BookTickets(_) | Command::CancelBooking(_)) {
                obeyed.push((command.clone(), asked.by));
            }
        });
        if !obeyed.is_empty() {
            let (command, by) = picked.get(&obeyed);
            let again = replay::<Show>(&history).decide(command, &Asked { by: *by, at: moment(hour) });
            prop_assert_eq!(again, Ok(vec![]), "{:?}", command);
        }
    }

    #[test]
    fn a_refusal_is_told_by_the_same_show_a_second_time(wishes in histories(WISHES_MAX)) {
        live(&wishes, |show, command, asked, outcome| {
            if outcome.is_err() {
                assert_eq!(show.decide(command, asked), *outcome);
            }
        });
    }

    #[test]
    fn sold_out_is_never_said_while_there_is_enough(wishes in histories(WISHES_MAX)) {
        let mut ledger = Ledger::default();
        live(&wishes, |show, _, _, outcome| {
            if let Err(Rejection::SoldOut { ticket_type_id, requested, available }) = *outcome {
                let offered = show.offered().iter().find(|offered| offered.ticket_type.ticket_type_id == ticket_type_id);
                let left = offered.unwrap().ticket_type.capacity - ledger.taken(ticket_type_id);
                assert_eq!((available, requested > left), (left, true));
            }
            outcome.iter().flatten().for_each(|event| ledger.enter(event));
        });
    }

    #[test]
    fn what_is_left_can_be_booked_to_the_last_ticket(wishes in histories(WISHES_MAX)) {
        let history = live(&wishes, |_, _, _, _| {});
        let show = replay::<Show>(&history);
        if show.status() != Status::OnSale || show.max_per_customer().is_some() {
            return Ok(());
        }
        let schedule = show.schedule().unwrap();
        let at = schedule.sale_opens_at.unwrap_or(schedule.sale_end() - chrono::TimeDelta::microseconds(1));
        let left: Vec<_> = show
            .offered()
            .iter()
            .map(|offered| (offered.ticket_type.ticket_type_id, offered.available()))
            .filter(|(_, available)| *available > 0)
            .collect();
        if !left.is_empty() {
            let (command, by) = Wish::for_all_of(&left);
            let events = show.decide(&command, &Asked { by, at }).expect("a sale with tickets left sells them");
            prop_assert!(after(&show, &events).offered().iter().all(|offered| offered.available() == 0));
        }
    }
}

/// The properties above are worth as much as their histories: every event and every refusal must
/// come up in them.
#[test]
fn the_crowd_meets_every_event_and_every_refusal() {
    let mut runner = TestRunner::deterministic();
    let (mut events, mut refusals, mut steps) = (BTreeSet::new(), BTreeSet::new(), 0);
    for _ in 0..2_000 {
        let wishes = histories(WISHES_MAX).new_tree(&mut runner).unwrap().current();
        steps += wishes.len();
        live(&wishes, |_, _, _, outcome| match outcome {
            Ok(decided) => events.extend(decided.iter().map(DomainEvent::event_type)),
            Err(refusal) => {
                let name = format!("{refusal:?}");
                refusals.insert(name.split([' ', '{']).next().unwrap_or_default().to_owned());
            }
        });
    }
    assert_eq!(events.len(), 14, "in {steps} wishes of {} people: {events:?}", ANYBODY.len());
    assert_eq!(refusals.len(), 19, "in {steps} wishes of {} people: {refusals:?}", ANYBODY.len());
}

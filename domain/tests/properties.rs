//! Whatever anybody asks, in any order and at any time: the promises of a show hold.
//!
//! The histories come from `properties/crowd.rs`; `properties/ledger.rs` keeps the books by itself, from
//! the events alone, and never asks the show how it counts.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop loudly")]

mod properties {
    pub(crate) mod crowd;
    pub(crate) mod house;
    pub(crate) mod ledger;
    pub(crate) mod measures;
    pub(crate) mod promises;
    pub(crate) mod speech;
}

use std::collections::BTreeSet;

use domain::Timestamp;
use domain::aggregate::{Aggregate, Asked, replay, settle_all};
use domain::event::DomainEvent;
use domain::show::{Command, EntryState, Event, Outcome, Rejection, Show, Status, TicketTerms};
use properties::crowd::{Wish, all_of, histories, minutes};
use properties::house::moment;
use properties::ledger::Ledger;
use properties::measures;
use properties::promises;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

/// How long a history is at most. Shrinking takes it from there.
const WISHES_MAX: usize = 120;

/// A decision: the show and the books before it, what was asked, what was decided.
struct Decision<'a> {
    show: &'a Show,
    ledger: &'a Ledger,
    command: &'a Command,
    asked: &'a Asked,
    outcome: &'a Result<Vec<Event>, Rejection>,
}

/// What happened, and when.
type History = Vec<(Timestamp, Event)>;

/// Runs a history as a lane does, and looks at every decision, and at the show whenever it is settled.
fn live(
    wishes: &[Wish],
    mut decided: impl FnMut(&Decision),
    mut settled: impl FnMut(&Show, &Ledger, Timestamp),
) -> History {
    let (mut show, mut ledger, mut history, mut at) = (Show::default(), Ledger::default(), Vec::new(), moment(0));
    for wish in wishes {
        at += minutes(wish.later);
        let mut record = |ledger: &mut Ledger, events: Vec<Event>| {
            for event in &events {
                ledger.enter(event);
            }
            history.extend(events.into_iter().map(|event| (at, event)));
        };
        record(&mut ledger, settle_all(&mut show, at));
        settled(&show, &ledger, at);
        let (command, asked) = wish.spoken_to(&show, &ledger, at);
        let outcome = show.decide(&command, &asked);
        decided(&Decision { show: &show, ledger: &ledger, command: &command, asked: &asked, outcome: &outcome });
        let events = outcome.unwrap_or_default();
        for event in &events {
            show.evolve(event);
        }
        record(&mut ledger, events);
        record(&mut ledger, settle_all(&mut show, at));
        settled(&show, &ledger, at);
    }
    history
}

/// The history alone.
fn lived(wishes: &[Wish]) -> History {
    live(wishes, |_| {}, |_, _, _| {})
}

/// Looks at each event with the books before and after it.
fn retold(history: &History, mut look: impl FnMut(&Ledger, Timestamp, &Event, &Ledger)) {
    let mut ledger = Ledger::default();
    for (at, event) in history {
        let before = ledger.clone();
        ledger.enter(event);
        look(&before, *at, event, &ledger);
    }
}

/// The show after a decision and what follows from it.
fn after(show: &Show, events: &[Event], at: Timestamp) -> Show {
    let mut after = show.clone();
    for event in events {
        after.evolve(event);
    }
    settle_all(&mut after, at);
    after
}

fn events(history: &History) -> impl Iterator<Item = &Event> {
    history.iter().map(|(_, event)| event)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 192, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_seat_is_taken_twice_and_the_count_is_the_sum_of_what_lives(wishes in histories(WISHES_MAX)) {
        let history = live(&wishes, |_| {}, |show, ledger, _| promises::same_count(show, ledger));
        retold(&history, |_, _, _, ledger| ledger.check_seats());
    }

    #[test]
    fn bookings_and_places_stand_as_the_books_say(wishes in histories(WISHES_MAX)) {
        live(&wishes, |_| {}, |show, ledger, _| promises::same_bookings(show, ledger));
    }

    #[test]
    fn no_taking_exceeds_the_limit_of_that_moment(wishes in histories(WISHES_MAX)) {
        retold(&lived(&wishes), |_, _, event, after| promises::within_limit(event, after));
    }

    #[test]
    fn deadlines_are_met_exactly(wishes in histories(WISHES_MAX)) {
        let overdue = |ledger: &Ledger, at| ledger.deadlines().filter(|deadline| *deadline <= at).count();
        let history = live(&wishes, |_| {}, |_, ledger, at| assert_eq!(overdue(ledger, at), 0));
        retold(&history, |before, at, event, _| promises::in_time(before, at, event));
    }

    #[test]
    fn never_more_goes_back_than_came_in_and_what_must_be_paid_is_paid(wishes in histories(WISHES_MAX)) {
        retold(&lived(&wishes), |_, _, event, after| promises::money(event, after));
    }

    #[test]
    fn promo_codes_are_used_within_their_rules(wishes in histories(WISHES_MAX)) {
        retold(&lived(&wishes), promises::promo_codes);
    }

    #[test]
    fn who_waits_is_served_in_order_and_nobody_overtakes(wishes in histories(WISHES_MAX)) {
        let history = live(&wishes, |_| {}, |_, ledger, at| promises::nobody_who_fits_waits(ledger, at));
        retold(&history, |before, at, event, _| promises::in_turn(before, at, event));
    }

    #[test]
    fn replaying_the_written_events_gives_the_live_state(wishes in histories(WISHES_MAX)) {
        let mut live_state = Show::default();
        let history = live(&wishes, |_| {}, |show, _, _| live_state = show.clone());
        let read_back: Vec<Event> = events(&history)
            .map(|event| Event::decode(event.event_type(), event.schema_version(), &event.encode()).unwrap())
            .collect();
        prop_assert!(events(&history).eq(&read_back));
        prop_assert_eq!(replay::<Show>(&read_back), live_state);
    }

    #[test]
    fn a_state_written_down_and_the_events_since_give_the_live_state(
        wishes in histories(WISHES_MAX),
        cut: prop::sample::Index,
    ) {
        let history = lived(&wishes);
        let (early, late) = history.split_at(cut.index(history.len() + 1));
        let written = serde_json::to_vec(&replay::<Show>(early.iter().map(|(_, event)| event))).unwrap();
        let mut show: Show = serde_json::from_slice(&written).unwrap();
        prop_assert_eq!(serde_json::to_vec(&show).unwrap(), written);
        for (_, event) in late {
            show.evolve(event);
        }
        prop_assert_eq!(show, replay::<Show>(events(&history)));
    }

    #[test]
    fn analytics_counts_what_the_show_counts_and_what_the_payments_say(
        wishes in histories(WISHES_MAX),
        cut: prop::sample::Index,
    ) {
        let history = lived(&wishes);
        let early = &history[..cut.index(history.len() + 1)];
        let (mut show, mut ledger) = (Show::default(), Ledger::default());
        for (_, event) in early {
            show.evolve(event);
            ledger.enter(event);
        }
        let sale = measures::sale_of(early);
        measures::same_numbers(&sale, &show, &ledger);
        // And it makes no difference where it was written down and read back.
        let mut resumed = measures::written_and_read(&sale, early.len() as u64);
        measures::go_on(&mut resumed, early.len(), &history);
        let whole = measures::sale_of(&history);
        prop_assert_eq!(resumed.total(), whole.total());
        prop_assert_eq!(resumed.parts(), whole.parts());
    }

    #[test]
    fn asking_again_right_after_being_obeyed_decides_nothing(wishes in histories(WISHES_MAX)) {
        let decided = |decision: &Decision| {
            let Decision { show, command, asked, outcome: Ok(events), .. } = decision else { return };
            let again = after(show, events, asked.at).decide(command, asked);
            match command {
                // The revision the organizer had seen is gone; `If-Match` says so.
                Command::ReviseShow(_) | Command::SetSeatMap(_) if !events.is_empty() => {
                    assert!(matches!(again, Err(Rejection::RevisionStale { .. })), "{command:?} gave {again:?}");
                }
                // Nobody can tell a request without a name from another one.
                Command::ConfirmBooking(confirm) if confirm.request.is_none() && !events.is_empty() => {
                    // Unless it names a payment that came in.
                    let named = again == Ok(vec![]) && confirm.payment_reference.is_some();
                    assert!(named || again == Err(Rejection::AlreadyConfirmed), "{command:?} gave {again:?}");
                }
                Command::CancelBooking(cancel) if cancel.request.is_none() && !cancel.items.is_empty() => {}
                // As far as it goes is as far as it goes.
                Command::ExtendHold { .. } if matches!(again, Err(Rejection::HoldNotExtendable { .. })) => {}
                _ => assert_eq!(again, Ok(vec![]), "{command:?}"),
            }
        };
        live(&wishes, decided, |_, _, _| {});
    }

    #[test]
    fn asking_again_much_later_does_nothing_twice(
        wishes in histories(WISHES_MAX),
        picked: prop::sample::Index,
        hour in -3_i64..10,
    ) {
        let mut obeyed = Vec::new();
        let history = live(
            &wishes,
            |decision| {
                if decision.outcome.as_ref().is_ok_and(|events| !events.is_empty()) && is_known_for_ever(decision.command) {
                    obeyed.push((decision.command.clone(), decision.asked.by));
                }
            },
            |_, _, _| {},
        );
        if !obeyed.is_empty() {
            let (command, by) = picked.get(&obeyed);
            let mut show = replay::<Show>(events(&history));
            settle_all(&mut show, moment(hour));
            prop_assert_eq!(show.decide(command, &Asked { by: *by, at: moment(hour) }), Ok(vec![]), "{:?}", command);
        }
    }

    #[test]
    fn a_refusal_is_told_by_the_same_show_a_second_time(wishes in histories(WISHES_MAX)) {
        let decided = |decision: &Decision| {
            if decision.outcome.is_err() {
                assert_eq!(decision.show.decide(decision.command, decision.asked), *decision.outcome);
            }
        };
        live(&wishes, decided, |_, _, _| {});
    }

    #[test]
    fn sold_out_is_never_said_while_there_is_enough(wishes in histories(WISHES_MAX)) {
        let decided = |decision: &Decision| promises::true_refusal(decision.ledger, decision.outcome.as_ref().err());
        live(&wishes, decided, |_, _, _| {});
    }

    #[test]
    fn what_is_left_can_be_held_to_the_last_ticket(wishes in histories(WISHES_MAX)) {
        let mut show = replay::<Show>(events(&lived(&wishes)));
        if show.status() != Status::OnSale || show.max_per_customer().is_some() {
            return Ok(());
        }
        let schedule = show.schedule().unwrap();
        let at = schedule.sale_opens_at.unwrap_or(schedule.sale_end() - chrono::TimeDelta::microseconds(1));
        settle_all(&mut show, at);
        let is_plain = |terms: &TicketTerms| {
            let TicketTerms { reserved, access_code, .. } = terms.clone();
            *terms == TicketTerms { reserved, access_code, ..TicketTerms::default() }
        };
        let left: Vec<_> = show
            .offered()
            .iter()
            .filter(|offered| is_plain(&offered.ticket_type.terms) && offered.available() > 0)
            .map(|offered| (offered.ticket_type.ticket_type_id, offered.available()))
            .collect();
        if !left.is_empty() {
            let (command, by) = all_of(&left, &show);
            let events = show.decide(&command, &Asked { by, at }).expect("a sale with tickets left sells them");
            let after = after(&show, &events, at);
            let gone = |offered: &&domain::show::Offered| offered.available() == 0;
            prop_assert!(after.offered().iter().filter(|offered| is_plain(&offered.ticket_type.terms)).all(|it| gone(&it)));
        }
    }
}

/// Whether a command is known again for ever once it has had an effect.
fn is_known_for_ever(command: &Command) -> bool {
    match command {
        Command::CancelBooking(cancel) => cancel.items.is_empty() || cancel.request.is_some(),
        Command::ConfirmBooking(confirm) => confirm.request.is_some(),
        // What failed once may be tried again, and fail again.
        Command::ReportRefund(report) => matches!(report.outcome, Outcome::Succeeded(_)),
        Command::BookTickets(_)
        | Command::StartPayment(_)
        | Command::ReportPayment(_)
        | Command::RefundBooking(_)
        | Command::JoinWaitlist(_)
        | Command::LeaveWaitlist { .. }
        | Command::AcceptOffer { .. }
        | Command::DeclineOffer { .. }
        | Command::CreateShow(_)
        | Command::CancelShow(_) => true,
        _ => false,
    }
}

/// The properties above are worth as much as their histories: every event and every refusal that a small
/// show can give must come up in them.
#[test]
fn the_crowd_meets_every_event_and_every_refusal() {
    let mut runner = TestRunner::deterministic();
    let (mut seen, mut refusals, mut states, mut steps) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new(), 0);
    for _ in 0..1_000 {
        let wishes = histories(WISHES_MAX).new_tree(&mut runner).unwrap().current();
        steps += wishes.len();
        let refused = |decision: &Decision| {
            if let Err(refusal) = decision.outcome {
                let name = format!("{refusal:?}");
                refusals.insert(name.split([' ', '{']).next().unwrap_or_default().to_owned());
            }
        };
        let looked = |show: &Show, ledger: &Ledger, _| {
            let places = ledger.places.iter().filter_map(|place| show.entry(place.entry_id));
            states.extend(places.map(|entry| entry.state.as_str()));
            states.extend(ledger.bookings.values().map(|booking| booking.status.as_str()));
        };
        seen.extend(events(&live(&wishes, refused, looked)).map(DomainEvent::event_type));
    }
    assert_eq!(seen.len(), 40, "in {steps} wishes: {seen:?}");
    // The others are about more people, seats and codes than a small show has.
    assert_eq!(refusals.len(), 56, "in {steps} wishes: {refusals:?}");
    assert_eq!(states.len(), 12 - 1, "a place and a booking can both have lapsed: {states:?}");
    assert!(states.contains(EntryState::Waiting.as_str()));
}

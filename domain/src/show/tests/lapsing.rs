//! What ends by itself, exactly at its deadline, and is recorded by whatever is asked next.

use super::*;
use crate::show::{HoldExtended, LAPSES_PER_EVENT_MAX, Rejection};

const TWO: [(TicketTypeId, u32); 1] = [(SEATS, 2)];
const ALL: [(TicketTypeId, u32); 1] = [(SEATS, 10)];

fn lapse(booking_id: BookingId, customer: Actor, quantity: u32, expires_at: Timestamp) -> LapsedHold {
    let (customer_id, items) = (customer.account_id, booked_items(&[(SEATS, quantity)]));
    LapsedHold { booking_id, customer_id, items, expires_at }
}

#[test]
fn a_hold_lapses_at_its_deadline_and_not_a_moment_sooner() {
    on_sale([held(FIRST, ANNA, &TWO)]).at(ADMIN, DEADLINE - A_MOMENT).when(&Command::Settle).then_nothing();
    on_sale([held(FIRST, ANNA, &TWO)])
        .at(ADMIN, DEADLINE)
        .when(&Command::Settle)
        .then([lapsed(FIRST, ANNA, &TWO, DEADLINE)]);
}

#[test]
fn a_lapse_is_recorded_once() {
    on_sale([held(FIRST, ANNA, &TWO), lapsed(FIRST, ANNA, &TWO, DEADLINE)])
        .at(ADMIN, hours(3))
        .when(&Command::Settle)
        .then_nothing();
}

#[test]
fn a_show_that_does_not_exist_is_not_settled() {
    nothing().at(ADMIN, NOON).when(&Command::Settle).then_rejected(Rejection::NoSuchShow);
}

#[test]
fn from_the_deadline_on_the_tickets_are_sold_and_the_lapse_comes_first() {
    let wish = book(SECOND, BORIS, &ALL);
    on_sale([held(FIRST, ANNA, &ALL)]).at(BORIS, DEADLINE - A_MOMENT).when(&wish).then_rejected(Rejection::SoldOut {
        ticket_type_id: SEATS,
        requested: 10,
        available: 0,
    });
    let (customer_id, currency) = (BORIS.account_id, money(0, "EUR").currency);
    let sold = BookingConfirmed { booked_at: DEADLINE, ..confirmed(SECOND, customer_id, booked_items(&ALL), currency) };
    on_sale([held(FIRST, ANNA, &ALL)])
        .at(BORIS, DEADLINE)
        .when(&wish)
        .then([lapsed(FIRST, ANNA, &ALL, DEADLINE), sold.into()]);
}

#[test]
fn a_refusal_does_not_keep_a_lapse_from_being_recorded() {
    on_sale([held(FIRST, ANNA, &TWO)])
        .at(BORIS, DEADLINE)
        .when(&give_back(SECOND))
        .then_rejected_after([lapsed(FIRST, ANNA, &TWO, DEADLINE)], Rejection::NoSuchBooking);
}

#[test]
fn many_lapses_are_one_fact_the_earliest_first() {
    let late = HoldExtended { booking_id: FIRST, expires_at: minutes(12) };
    let one_of = |lapses: &[LapsedHold]| HoldsLapsed { holds: lapses.into() }.into();
    on_sale([held(FIRST, ANNA, &TWO), late.into(), held(SECOND, BORIS, &TWO), held(THIRD, ANNA, &TWO)])
        .at(ADMIN, minutes(12))
        .when(&Command::Settle)
        .then([one_of(&[
            lapse(SECOND, BORIS, 2, DEADLINE),
            lapse(THIRD, ANNA, 2, DEADLINE),
            lapse(FIRST, ANNA, 2, minutes(12)),
        ])]);
}

#[test]
fn more_lapses_than_one_fact_can_tell_are_told_in_several() {
    let id = |n: usize| BookingId(Uuid::from_u128(0x1_0000 + n as u128));
    let holds = (0..=LAPSES_PER_EVENT_MAX).map(|n| held(id(n), ANNA, &[(SEATS, 1)]));
    let lapses: Vec<LapsedHold> = (0..=LAPSES_PER_EVENT_MAX).map(|n| lapse(id(n), ANNA, 1, DEADLINE)).collect();
    let (first, last) = lapses.split_at(LAPSES_PER_EVENT_MAX);
    on_sale_as(|show| show.ticket_types[0].capacity = 2_000, holds)
        .at(ADMIN, DEADLINE)
        .when(&Command::Settle)
        .then([HoldsLapsed { holds: first.into() }.into(), HoldsLapsed { holds: last.into() }.into()]);
}

#[test]
fn holds_and_offers_lapse_together() {
    // Everything is taken: held, or offered to Boris. Nobody else waits.
    let history = [held(FIRST, ANNA, &[(SEATS, 8)]), joined(PLACE, BORIS, 2), offered(PLACE, BORIS, 2)];
    on_sale(history)
        .at(ADMIN, OFFERED_UNTIL)
        .when(&Command::Settle)
        .then([lapsed(FIRST, ANNA, &[(SEATS, 8)], DEADLINE), offer_lapsed(PLACE, BORIS, 2, OFFERED_UNTIL)]);
}

#[test]
fn what_lapsed_no_longer_counts_towards_the_limit() {
    let (customer_id, currency) = (ANNA.account_id, money(0, "EUR").currency);
    let sold = BookingConfirmed { booked_at: DEADLINE, ..confirmed(SECOND, customer_id, booked_items(&TWO), currency) };
    on_sale_as(|show| show.max_per_customer = Some(2), [held(FIRST, ANNA, &TWO)])
        .at(ANNA, DEADLINE)
        .when(&book(SECOND, ANNA, &TWO))
        .then([lapsed(FIRST, ANNA, &TWO, DEADLINE), sold.into()]);
}

#[test]
fn while_it_is_being_paid_a_hold_lapses_later() {
    let history = [held(FIRST, ANNA, &TWO), paying(PAYMENT, FIRST, ANNA, 8_500)];
    on_sale(history.clone()).at(ADMIN, PAYING_UNTIL - A_MOMENT).when(&Command::Settle).then_nothing();
    on_sale(history).at(ADMIN, PAYING_UNTIL).when(&Command::Settle).then([lapsed(FIRST, ANNA, &TWO, PAYING_UNTIL)]);
}

#[test]
fn lapses_are_recorded_while_nothing_is_sold() {
    for pause in [paused(), closed()] {
        on_sale([held(FIRST, ANNA, &TWO), pause])
            .at(ADMIN, DEADLINE)
            .when(&Command::Settle)
            .then([lapsed(FIRST, ANNA, &TWO, DEADLINE)]);
    }
}

#[test]
fn what_ended_before_its_deadline_does_not_lapse() {
    let first = held(FIRST, ANNA, &TWO);
    let ends = [released(FIRST, ANNA, &TWO), hold_confirmed(FIRST, ANNA, &TWO).into(), called_off()];
    for end in ends {
        on_sale([first.clone(), end]).at(ADMIN, DEADLINE).when(&Command::Settle).then_nothing();
    }
}

#[test]
fn without_settling_too_what_is_past_its_deadline_is_over() {
    use crate::aggregate::{Aggregate, Asked, replay};
    let since = [held(FIRST, ANNA, &TWO), joined(PLACE, ANNA, 2), offered_until(PLACE, ANNA, 2, DEADLINE)];
    let history: Vec<Event> = [Event::from(evening()), published()].into_iter().chain(since).collect();
    let show = replay::<Show>(&history);
    let decide = |command| show.decide(&command, &Asked { by: ADMIN, at: DEADLINE });
    for command in [Command::ExtendHold { booking_id: FIRST }, confirm(FIRST, None), pay(PAYMENT, FIRST)] {
        assert_eq!(decide(command), Err(Rejection::HoldLapsed));
    }
    let accept = Command::AcceptOffer { entry_id: PLACE, booking_id: SECOND };
    assert_eq!(decide(accept), Err(Rejection::OfferLapsed));
    let paying = PaymentStarted { expires_at: DEADLINE, ..payment_started(PAYMENT, FIRST, ANNA, 8_500) };
    let show = replay::<Show>(history.iter().chain([&paying.into()]));
    let due = refund_due(FIRST, 1, ANNA, 8_500, RefundReason::NotNeeded);
    assert_eq!(
        show.decide(&it_succeeded(PAYMENT, 8_500), &Asked { by: PROVIDER, at: DEADLINE }),
        Ok(vec![paid(PAYMENT, FIRST, ANNA, 8_500), due])
    );
}

//! Paying for what is held. The provider may say things late, twice and in any order.

use super::*;
use crate::show::{HoldExtended, Rejection};

const TWO: [(TicketTypeId, u32); 1] = [(SEATS, 2)];
const ALL: [(TicketTypeId, u32); 1] = [(SEATS, 10)];

fn bought_at(confirmed_at: Timestamp) -> HoldConfirmed {
    HoldConfirmed { confirmed_at, ..hold_confirmed(FIRST, ANNA, &TWO) }
}

/// Anna went to pay for two held seats at noon, and what happened since.
fn being_paid(since: impl IntoIterator<Item = Event>) -> Given<Show> {
    on_paid_sale([held(FIRST, ANNA, &TWO), paying(PAYMENT, FIRST, ANNA, 8_500)].into_iter().chain(since))
}

fn not_needed(amount: i64) -> Event {
    refund_due(FIRST, 1, ANNA, amount, RefundReason::NotNeeded)
}

#[test]
fn a_customer_goes_to_pay_for_all_that_is_held() {
    on_paid_sale([held(FIRST, ANNA, &TWO)])
        .at(ANNA, NOON)
        .when(&pay(PAYMENT, FIRST))
        .then([paying(PAYMENT, FIRST, ANNA, 8_500)]);
    let reduced = BookingReduced { held: true, ..reduced(FIRST, ANNA, &[(SEATS, 1)], None) };
    on_paid_sale([held(FIRST, ANNA, &TWO), reduced.into()])
        .at(ANNA, NOON)
        .when(&pay(PAYMENT, FIRST))
        .then([paying(PAYMENT, FIRST, ANNA, 4_250)]);
}

#[test]
fn what_need_not_be_paid_can_be_paid() {
    on_sale([held(FIRST, ANNA, &TWO)])
        .at(ANNA, NOON)
        .when(&pay(PAYMENT, FIRST))
        .then([paying(PAYMENT, FIRST, ANNA, 8_500)]);
}

#[test]
fn paying_gives_a_hold_fifteen_minutes_from_that_moment() {
    let last = DEADLINE - A_MOMENT;
    let started =
        PaymentStarted { expires_at: last + TimeDelta::minutes(15), ..payment_started(PAYMENT, FIRST, ANNA, 8_500) };
    on_paid_sale([held(FIRST, ANNA, &TWO)]).at(ANNA, last).when(&pay(PAYMENT, FIRST)).then([started.into()]);
}

#[test]
fn paying_never_makes_a_hold_shorter() {
    let long = SeatsHeld { expires_at: minutes(60), extendable_until: hours(3), ..seats_held(FIRST, ANNA, &TWO) };
    let started = PaymentStarted { expires_at: minutes(60), ..payment_started(PAYMENT, FIRST, ANNA, 8_500) };
    on_paid_sale([long.clone().into()]).at(ANNA, NOON).when(&pay(PAYMENT, FIRST)).then([started.into()]);
    let extended = HoldExtended { booking_id: FIRST, expires_at: minutes(70) };
    let started = PaymentStarted { expires_at: minutes(70), ..payment_started(PAYMENT, FIRST, ANNA, 8_500) };
    on_paid_sale([long.into(), extended.into()])
        .at(ANNA, minutes(50))
        .when(&pay(PAYMENT, FIRST))
        .then([started.into()]);
}

#[test]
fn however_often_somebody_goes_to_pay_the_hold_ends_somewhere() {
    let extended = HoldExtended { booking_id: FIRST, expires_at: HELD_UNTIL_MAX };
    let started = PaymentStarted { expires_at: minutes(40), ..payment_started(PAYMENT, FIRST, ANNA, 8_500) };
    let again = PaymentStarted { expires_at: minutes(45), ..payment_started(RETRY, FIRST, ANNA, 8_500) };
    let failed = not_paid(PAYMENT, FIRST, Some(minutes(36)));
    on_paid_sale([held(FIRST, ANNA, &TWO), extended.into(), started.into(), failed])
        .at(ANNA, minutes(35))
        .when(&pay(RETRY, FIRST))
        .then([again.into()]);
}

#[test]
fn going_to_pay_again_with_the_same_key_is_quiet() {
    being_paid([]).at(ANNA, minutes(1)).when(&pay(PAYMENT, FIRST)).then_nothing();
    being_paid([called_off()]).at(ANNA, minutes(1)).when(&pay(PAYMENT, FIRST)).then_nothing();
}

#[test]
fn a_key_that_paid_otherwise_is_refused() {
    let by_transfer = StartPayment { booking_id: FIRST, payment_id: PAYMENT, method: line("transfer") };
    being_paid([])
        .at(ANNA, minutes(1))
        .when(&Command::StartPayment(by_transfer))
        .then_rejected(Rejection::IdempotencyKeyReused);
    being_paid([held(SECOND, ANNA, &TWO)])
        .at(ANNA, minutes(1))
        .when(&pay(PAYMENT, SECOND))
        .then_rejected(Rejection::IdempotencyKeyReused);
}

#[test]
fn only_a_hold_is_paid() {
    let first = held(FIRST, ANNA, &TWO);
    let refusals = [
        (vec![first.clone(), paying(RETRY, FIRST, ANNA, 8_500)], Rejection::PaymentPending),
        (vec![first.clone(), lapsed(FIRST, ANNA, &TWO, DEADLINE)], Rejection::HoldLapsed),
        (vec![first.clone(), hold_confirmed(FIRST, ANNA, &TWO).into()], Rejection::AlreadyConfirmed),
        (vec![first.clone(), released(FIRST, ANNA, &TWO)], Rejection::AlreadyCancelled),
        (vec![first, called_off()], Rejection::EventCancelled),
        (vec![], Rejection::NoSuchBooking),
    ];
    for (history, refusal) in refusals {
        on_paid_sale(history).at(ANNA, minutes(1)).when(&pay(PAYMENT, FIRST)).then_rejected(refusal);
    }
    on_paid_sale([held(FIRST, ANNA, &TWO)])
        .at(ANNA, DEADLINE)
        .when(&pay(PAYMENT, FIRST))
        .then_rejected_after([lapsed(FIRST, ANNA, &TWO, DEADLINE)], Rejection::HoldLapsed);
}

#[test]
fn what_costs_nothing_is_not_paid() {
    let free = SeatsHeld { items: Box::new([booked_item(SEATS, 2, 0)]), ..seats_held(FIRST, ANNA, &TWO) };
    on_paid_sale([free.into()]).at(ANNA, NOON).when(&pay(PAYMENT, FIRST)).then_rejected(Rejection::NothingToPay);
}

#[test]
fn money_that_comes_in_buys_what_is_held() {
    being_paid([])
        .at(PROVIDER, minutes(1))
        .when(&it_succeeded(PAYMENT, 8_500))
        .then([paid(PAYMENT, FIRST, ANNA, 8_500), bought_at(minutes(1)).into()]);
}

#[test]
fn money_that_comes_in_a_moment_before_the_deadline_is_in_time() {
    let last = PAYING_UNTIL - A_MOMENT;
    being_paid([booked(SECOND, BORIS, &[(SEATS, 8)])])
        .at(PROVIDER, last)
        .when(&it_succeeded(PAYMENT, 8_500))
        .then([paid(PAYMENT, FIRST, ANNA, 8_500), bought_at(last).into()]);
}

#[test]
fn money_that_comes_in_late_takes_the_same_tickets_if_they_are_still_free() {
    let retaken = HoldConfirmed { retaken: true, ..bought_at(PAYING_UNTIL) };
    being_paid([booked(SECOND, BORIS, &[(SEATS, 8)])])
        .at(PROVIDER, PAYING_UNTIL)
        .when(&it_succeeded(PAYMENT, 8_500))
        .then([lapsed(FIRST, ANNA, &TWO, PAYING_UNTIL), paid(PAYMENT, FIRST, ANNA, 8_500), retaken.into()]);
}

#[test]
fn money_that_comes_in_too_late_goes_back() {
    let lapsed = lapsed(FIRST, ANNA, &TWO, PAYING_UNTIL);
    being_paid([lapsed, booked(SECOND, BORIS, &[(SEATS, 9)])])
        .at(PROVIDER, minutes(20))
        .when(&it_succeeded(PAYMENT, 8_500))
        .then([paid(PAYMENT, FIRST, ANNA, 8_500), not_needed(8_500)]);
}

#[test]
fn money_that_comes_in_when_nothing_is_sold_any_more_goes_back() {
    for end in [paused(), closed()] {
        being_paid([lapsed(FIRST, ANNA, &TWO, PAYING_UNTIL), end])
            .at(PROVIDER, minutes(20))
            .when(&it_succeeded(PAYMENT, 8_500))
            .then([paid(PAYMENT, FIRST, ANNA, 8_500), not_needed(8_500)]);
        // In time, a hold is a promise that the end of the sale does not break.
    }
    being_paid([closed()])
        .at(PROVIDER, minutes(1))
        .when(&it_succeeded(PAYMENT, 8_500))
        .then([paid(PAYMENT, FIRST, ANNA, 8_500), bought_at(minutes(1)).into()]);
}

#[test]
fn who_waits_goes_before_money_that_comes_in_late() {
    let history = [held(FIRST, ANNA, &ALL), paying(PAYMENT, FIRST, ANNA, 42_500), joined(PLACE, BORIS, 10)];
    on_paid_sale(history).at(PROVIDER, PAYING_UNTIL).when(&it_succeeded(PAYMENT, 42_500)).then([
        lapsed(FIRST, ANNA, &ALL, PAYING_UNTIL),
        offered_until(PLACE, BORIS, 10, minutes(30)),
        paid(PAYMENT, FIRST, ANNA, 42_500),
        not_needed(42_500),
    ]);
}

#[test]
fn money_for_a_hold_that_was_given_up_goes_back() {
    being_paid([released(FIRST, ANNA, &TWO)])
        .at(PROVIDER, minutes(1))
        .when(&it_succeeded(PAYMENT, 8_500))
        .then([paid(PAYMENT, FIRST, ANNA, 8_500), not_needed(8_500)]);
}

#[test]
fn money_that_comes_in_after_the_show_was_called_off_goes_back() {
    being_paid([called_off()])
        .at(PROVIDER, minutes(1))
        .when(&it_succeeded(PAYMENT, 8_500))
        .then([paid(PAYMENT, FIRST, ANNA, 8_500), refund_due(FIRST, 1, ANNA, 8_500, RefundReason::EventCancelled)]);
}

/// The first payment failed, so Anna tries again.
fn second_try() -> [Event; 2] {
    [not_paid(PAYMENT, FIRST, Some(DEADLINE)), paying(RETRY, FIRST, ANNA, 8_500)]
}

#[test]
fn money_that_comes_in_twice_goes_back_once() {
    let once = [paid(RETRY, FIRST, ANNA, 8_500), bought_at(NOON).into()];
    being_paid(second_try().into_iter().chain(once))
        .at(PROVIDER, minutes(1))
        .when(&it_succeeded(PAYMENT, 8_500))
        .then([paid(PAYMENT, FIRST, ANNA, 8_500), not_needed(8_500)]);
}

#[test]
fn a_payment_that_failed_and_then_succeeds_counts_also_while_another_is_being_made() {
    being_paid([not_paid(PAYMENT, FIRST, Some(DEADLINE))])
        .at(PROVIDER, minutes(1))
        .when(&it_succeeded(PAYMENT, 8_500))
        .then([paid(PAYMENT, FIRST, ANNA, 8_500), bought_at(minutes(1)).into()]);
    being_paid(second_try())
        .at(PROVIDER, minutes(1))
        .when(&it_succeeded(PAYMENT, 8_500))
        .then([paid(PAYMENT, FIRST, ANNA, 8_500), bought_at(minutes(1)).into()]);
}

#[test]
fn money_for_a_part_that_was_given_up_meanwhile_goes_back() {
    let smaller = BookingReduced { held: true, ..reduced(FIRST, ANNA, &[(SEATS, 1)], None) };
    let one = HoldConfirmed { items: booked_items(&[(SEATS, 1)]), ..bought_at(minutes(1)) };
    being_paid([not_paid(PAYMENT, FIRST, Some(DEADLINE)), smaller.into()])
        .at(PROVIDER, minutes(1))
        .when(&it_succeeded(PAYMENT, 8_500))
        .then([paid(PAYMENT, FIRST, ANNA, 8_500), one.into(), not_needed(4_250)]);
}

#[test]
fn a_success_is_counted_once_however_often_it_is_told() {
    on_paid_sale(bought(FIRST, ANNA)).at(PROVIDER, hours(5)).when(&it_succeeded(PAYMENT, 8_500)).then_nothing();
    let late = [lapsed(FIRST, ANNA, &TWO, PAYING_UNTIL), paid(PAYMENT, FIRST, ANNA, 8_500), not_needed(8_500)];
    being_paid(late).at(PROVIDER, hours(5)).when(&it_succeeded(PAYMENT, 8_500)).then_nothing();
}

#[test]
fn a_failure_after_a_success_changes_nothing() {
    on_paid_sale(bought(FIRST, ANNA)).at(PROVIDER, minutes(1)).when(&it_failed(PAYMENT)).then_nothing();
}

#[test]
fn a_failure_is_told_once() {
    being_paid([not_paid(PAYMENT, FIRST, Some(DEADLINE))])
        .at(PROVIDER, minutes(1))
        .when(&it_failed(PAYMENT))
        .then_nothing();
    being_paid(second_try()).at(PROVIDER, minutes(1)).when(&it_failed(PAYMENT)).then_nothing();
}

#[test]
fn after_a_failure_a_hold_has_its_own_deadline_again_or_a_minute_for_another_try() {
    let failed_at = [
        (minutes(5), DEADLINE),
        (minutes(9), DEADLINE),
        (minutes(9) + A_MOMENT, DEADLINE + A_MOMENT),
        (minutes(12), minutes(13)),
        (PAYING_UNTIL - A_MOMENT, PAYING_UNTIL),
    ];
    for (at, expires_at) in failed_at {
        being_paid([]).at(PROVIDER, at).when(&it_failed(PAYMENT)).then([not_paid(PAYMENT, FIRST, Some(expires_at))]);
    }
}

#[test]
fn a_hold_that_was_extended_has_that_deadline_again_after_a_failure() {
    let extended = HoldExtended { booking_id: FIRST, expires_at: minutes(13) };
    on_paid_sale([held(FIRST, ANNA, &TWO), extended.into(), paying(PAYMENT, FIRST, ANNA, 8_500)])
        .at(PROVIDER, minutes(5))
        .when(&it_failed(PAYMENT))
        .then([not_paid(PAYMENT, FIRST, Some(minutes(13)))]);
}

#[test]
fn after_a_failure_the_hold_lapses_at_that_deadline() {
    being_paid([not_paid(PAYMENT, FIRST, Some(DEADLINE))])
        .at(ADMIN, DEADLINE)
        .when(&Command::Settle)
        .then([lapsed(FIRST, ANNA, &TWO, DEADLINE)]);
}

#[test]
fn a_failure_that_comes_late_moves_no_deadline() {
    being_paid([])
        .at(PROVIDER, PAYING_UNTIL)
        .when(&it_failed(PAYMENT))
        .then([lapsed(FIRST, ANNA, &TWO, PAYING_UNTIL), not_paid(PAYMENT, FIRST, None)]);
    being_paid([called_off()])
        .at(PROVIDER, minutes(1))
        .when(&it_failed(PAYMENT))
        .then([not_paid(PAYMENT, FIRST, None)]);
}

#[test]
fn another_amount_than_was_asked_for_is_refused_at_any_time() {
    for wrong in [money(8_499, "EUR"), money(8_500, "CHF"), money(-8_500, "EUR")] {
        let command = ReportPayment { payment_id: PAYMENT, outcome: Outcome::Succeeded(wrong) };
        for history in [vec![], vec![paid(PAYMENT, FIRST, ANNA, 8_500), bought_at(NOON).into()]] {
            being_paid(history)
                .at(PROVIDER, minutes(1))
                .when(&Command::ReportPayment(command.clone()))
                .then_rejected(Rejection::PaymentDiffers);
        }
    }
}

#[test]
fn a_payment_that_was_never_started_is_not_known() {
    for command in [it_succeeded(RETRY, 8_500), it_failed(RETRY)] {
        being_paid([]).at(PROVIDER, minutes(1)).when(&command).then_rejected(Rejection::NoSuchPayment);
        nothing().at(PROVIDER, minutes(1)).when(&command).then_rejected(Rejection::NoSuchPayment);
    }
}

#[test]
fn only_the_provider_says_what_became_of_a_payment() {
    for somebody in [ANNA, ORGANIZER] {
        for command in [it_succeeded(PAYMENT, 8_500), it_failed(PAYMENT)] {
            being_paid([]).at(somebody, minutes(1)).when(&command).then_rejected(Rejection::RoleForbids);
        }
    }
}

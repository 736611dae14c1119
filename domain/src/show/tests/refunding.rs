//! Giving money back: by the organizer's goodwill, because the show was called off, and what the
//! provider says of it.

use super::*;
use crate::show::{REFUNDS_RETRIED_MAX, RefundFailed, RefundRetried, RefundSucceeded, Rejection, ReportRefund};

fn goodwill(refund: u32, amount: i64, request: Uuid) -> Event {
    let (customer_id, money) = (ANNA.account_id, money(amount, "EUR"));
    let (reason, request) = (RefundReason::Goodwill, Some(request));
    RefundDue { booking_id: FIRST, refund, customer_id, money, reason, request }.into()
}

fn report(refund: u32, outcome: Outcome) -> Command {
    Command::ReportRefund(ReportRefund { booking_id: FIRST, refund, outcome })
}

fn went(refund: u32, amount: i64) -> Command {
    report(refund, Outcome::Succeeded(money(amount, "EUR")))
}

fn did_not_go(refund: u32) -> Command {
    report(refund, Outcome::Failed(line("Account closed")))
}

fn refunded(refund: u32, amount: i64) -> Event {
    RefundSucceeded { booking_id: FIRST, refund, money: money(amount, "EUR") }.into()
}

fn not_refunded(refund: u32) -> Event {
    RefundFailed { booking_id: FIRST, refund, reason: line("Account closed") }.into()
}

fn retried(refund: u32) -> Event {
    RefundRetried { booking_id: FIRST, refund }.into()
}

/// Anna has paid 85.00 for two seats, and what happened since.
fn paid_for(since: impl IntoIterator<Item = Event>) -> Given<Show> {
    on_paid_sale(bought(FIRST, ANNA).into_iter().chain(since))
}

#[test]
fn an_organizer_gives_money_back() {
    for organizer in [ORGANIZER, ADMIN] {
        paid_for([]).at(organizer, NOON).when(&refund(FIRST, 1_000, REQUEST)).then([goodwill(1, 1_000, REQUEST)]);
    }
}

#[test]
fn refunds_of_a_booking_are_counted() {
    paid_for([goodwill(1, 1_000, REQUEST)])
        .at(ORGANIZER, NOON)
        .when(&refund(FIRST, 1_000, OTHER_REQUEST))
        .then([goodwill(2, 1_000, OTHER_REQUEST)]);
}

#[test]
fn the_same_request_gives_back_once() {
    for since in [vec![], vec![called_off()], vec![refunded(1, 1_000)]] {
        paid_for([goodwill(1, 1_000, REQUEST)].into_iter().chain(since))
            .at(ORGANIZER, hours(5))
            .when(&refund(FIRST, 1_000, REQUEST))
            .then_nothing();
    }
    paid_for([goodwill(1, 1_000, REQUEST)])
        .at(ORGANIZER, NOON)
        .when(&refund(FIRST, 1_001, REQUEST))
        .then_rejected(Rejection::IdempotencyKeyReused);
}

#[test]
fn never_more_goes_back_than_came_in() {
    paid_for([])
        .at(ORGANIZER, NOON)
        .when(&refund(FIRST, 8_501, REQUEST))
        .then_rejected(Rejection::RefundExceedsPaid { requested: 8_501, refundable: 8_500 });
    // Two at once: the second is decided after the first.
    let first = goodwill(1, 5_000, REQUEST);
    paid_for([first.clone()])
        .at(ORGANIZER, NOON)
        .when(&refund(FIRST, 5_000, OTHER_REQUEST))
        .then_rejected(Rejection::RefundExceedsPaid { requested: 5_000, refundable: 3_500 });
    paid_for([first]).at(ORGANIZER, NOON).when(&refund(FIRST, 3_500, OTHER_REQUEST)).then([goodwill(
        2,
        3_500,
        OTHER_REQUEST,
    )]);
}

#[test]
fn a_refund_that_failed_is_still_owed_and_not_given_back_once_more() {
    paid_for([goodwill(1, 5_000, REQUEST), not_refunded(1)])
        .at(ORGANIZER, NOON)
        .when(&refund(FIRST, 5_000, OTHER_REQUEST))
        .then_rejected(Rejection::RefundExceedsPaid { requested: 5_000, refundable: 3_500 });
}

#[test]
fn nothing_and_less_is_not_given_back() {
    for requested in [0, -1, i64::MIN] {
        paid_for([])
            .at(ORGANIZER, NOON)
            .when(&refund(FIRST, requested, REQUEST))
            .then_rejected(Rejection::RefundExceedsPaid { requested, refundable: 8_500 });
    }
}

#[test]
fn what_was_not_paid_here_is_not_given_back_here() {
    on_sale([booked(FIRST, ANNA, &[(SEATS, 2)])])
        .at(ORGANIZER, NOON)
        .when(&refund(FIRST, 1, REQUEST))
        .then_rejected(Rejection::RefundExceedsPaid { requested: 1, refundable: 0 });
}

#[test]
fn money_is_given_back_by_those_who_run_the_show() {
    for command in [refund(FIRST, 1_000, REQUEST), Command::RetryRefunds] {
        paid_for([]).at(RIVAL, NOON).when(&command).then_rejected(Rejection::NotYourShow);
        paid_for([]).at(ANNA, NOON).when(&command).then_rejected(Rejection::RoleForbids);
        draft([]).at(RIVAL, NOON).when(&command).then_rejected(Rejection::NoSuchShow);
        nothing().at(ADMIN, NOON).when(&command).then_rejected(Rejection::NoSuchShow);
    }
    paid_for([]).at(ORGANIZER, NOON).when(&refund(SECOND, 1, REQUEST)).then_rejected(Rejection::NoSuchBooking);
}

#[test]
fn what_the_provider_says_of_a_refund_is_recorded_once() {
    let due = goodwill(1, 1_000, REQUEST);
    paid_for([due.clone()]).at(PROVIDER, NOON).when(&went(1, 1_000)).then([refunded(1, 1_000)]);
    paid_for([due.clone(), refunded(1, 1_000)]).at(PROVIDER, NOON).when(&went(1, 1_000)).then_nothing();
    paid_for([due.clone()]).at(PROVIDER, NOON).when(&did_not_go(1)).then([not_refunded(1)]);
    paid_for([due, not_refunded(1)]).at(PROVIDER, NOON).when(&did_not_go(1)).then_nothing();
}

#[test]
fn a_refund_that_went_stays_so_and_one_that_failed_may_still_go() {
    let due = goodwill(1, 1_000, REQUEST);
    paid_for([due.clone(), refunded(1, 1_000)]).at(PROVIDER, NOON).when(&did_not_go(1)).then_nothing();
    paid_for([due, not_refunded(1)]).at(PROVIDER, NOON).when(&went(1, 1_000)).then([refunded(1, 1_000)]);
}

#[test]
fn a_refund_of_another_amount_is_refused() {
    for wrong in [money(999, "EUR"), money(1_000, "CHF")] {
        for since in [None, Some(refunded(1, 1_000))] {
            paid_for([goodwill(1, 1_000, REQUEST)].into_iter().chain(since))
                .at(PROVIDER, NOON)
                .when(&report(1, Outcome::Succeeded(wrong)))
                .then_rejected(Rejection::PaymentDiffers);
        }
    }
}

#[test]
fn a_refund_that_was_never_due_is_not_known() {
    for refund in [0, 2, u32::MAX] {
        for command in [went(refund, 1_000), did_not_go(refund)] {
            paid_for([goodwill(1, 1_000, REQUEST)])
                .at(PROVIDER, NOON)
                .when(&command)
                .then_rejected(Rejection::NoSuchRefund);
        }
    }
    on_sale([]).at(PROVIDER, NOON).when(&went(1, 1_000)).then_rejected(Rejection::NoSuchRefund);
}

#[test]
fn only_the_provider_says_what_became_of_a_refund() {
    for somebody in [ANNA, ORGANIZER] {
        for command in [went(1, 1_000), did_not_go(1)] {
            paid_for([goodwill(1, 1_000, REQUEST)])
                .at(somebody, NOON)
                .when(&command)
                .then_rejected(Rejection::RoleForbids);
        }
    }
}

#[test]
fn every_refund_that_failed_is_tried_again() {
    let dues = [goodwill(1, 1_000, REQUEST), goodwill(2, 2_000, OTHER_REQUEST)];
    let failed = [not_refunded(1), not_refunded(2)];
    let history = || dues.clone().into_iter().chain(failed.clone());
    paid_for(history()).at(ORGANIZER, NOON).when(&Command::RetryRefunds).then([retried(1), retried(2)]);
    paid_for(history().chain([refunded(1, 1_000)])).at(ORGANIZER, NOON).when(&Command::RetryRefunds).then([retried(2)]);
    paid_for(history().chain([called_off()]))
        .at(ORGANIZER, NOON)
        .when(&Command::RetryRefunds)
        .then([retried(1), retried(2)]);
}

#[test]
fn trying_again_twice_is_quiet_until_it_fails_again() {
    let history = [goodwill(1, 1_000, REQUEST), not_refunded(1), retried(1)];
    paid_for([]).at(ORGANIZER, NOON).when(&Command::RetryRefunds).then_nothing();
    paid_for(history.clone()).at(ORGANIZER, NOON).when(&Command::RetryRefunds).then_nothing();
    paid_for(history.clone()).at(PROVIDER, NOON).when(&did_not_go(1)).then([not_refunded(1)]);
    paid_for(history).at(PROVIDER, NOON).when(&went(1, 1_000)).then([refunded(1, 1_000)]);
}

#[test]
fn one_command_tries_only_so_many_again() {
    let count = u32::try_from(REFUNDS_RETRIED_MAX).unwrap() + 1;
    let failed = (1..=count).flat_map(|n| [goodwill(n, 1, Uuid::from_u128(n.into())), not_refunded(n)]);
    paid_for(failed).at(ORGANIZER, NOON).when(&Command::RetryRefunds).then((1..count).map(retried));
}

#[test]
fn calling_off_makes_everything_that_was_paid_due_back() {
    paid_for([called_off()]).at(PROVIDER, NOON).when(&went(1, 8_500)).then([refunded(1, 8_500)]);
    paid_for([called_off()]).at(PROVIDER, NOON).when(&did_not_go(1)).then([not_refunded(1)]);
    paid_for([called_off(), not_refunded(1)]).at(ORGANIZER, NOON).when(&Command::RetryRefunds).then([retried(1)]);
}

#[test]
fn calling_off_makes_only_the_rest_due_back() {
    let some = [goodwill(1, 1_000, REQUEST), called_off()];
    paid_for(some.clone()).at(PROVIDER, NOON).when(&went(2, 7_500)).then([refunded(2, 7_500)]);
    paid_for(some).at(PROVIDER, NOON).when(&went(2, 8_500)).then_rejected(Rejection::PaymentDiffers);
    let all = [goodwill(1, 8_500, REQUEST), not_refunded(1), called_off()];
    paid_for(all).at(PROVIDER, NOON).when(&went(2, 0)).then_rejected(Rejection::NoSuchRefund);
}

#[test]
fn calling_off_gives_the_rest_back_also_for_tickets_that_were_given_back() {
    let given_back =
        [given_back(FIRST, ANNA, &[(SEATS, 2)]), refund_due(FIRST, 1, ANNA, 4_250, RefundReason::GivenBack)];
    paid_for(given_back.into_iter().chain([called_off()]))
        .at(PROVIDER, NOON)
        .when(&went(2, 4_250))
        .then([refunded(2, 4_250)]);
}

#[test]
fn after_calling_off_nothing_more_is_given_back() {
    paid_for([called_off()])
        .at(ORGANIZER, NOON)
        .when(&refund(FIRST, 1, REQUEST))
        .then_rejected(Rejection::RefundExceedsPaid { requested: 1, refundable: 0 });
}

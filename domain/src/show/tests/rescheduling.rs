//! Putting a show off: bookings stay, and for a while everything comes back for them.

use super::*;
use crate::show::{RefundPolicy, Rejection, RescheduleShow, ShowRescheduled};

const TWO: [(TicketTypeId, u32); 1] = [(SEATS, 2)];
const LATER: Timestamp = hours(28);
const REFUND_UNTIL: Timestamp = hours(3);
const DECIDED: Timestamp = minutes(1);

fn put_off(refund_until: Timestamp) -> Command {
    Command::RescheduleShow(RescheduleShow { starts_at: LATER, ends_at: LATER + TimeDelta::hours(2), refund_until })
}

fn later() -> Schedule {
    Schedule { starts_at: LATER, ends_at: LATER + TimeDelta::hours(2), ..schedule() }
}

fn was_put_off() -> Event {
    ShowRescheduled { schedule: later(), refund_until: REFUND_UNTIL, rescheduled_at: DECIDED }.into()
}

/// Anna paid 85.00 for two seats at this moment; by the policy nothing comes back.
fn paid_strictly(booked_at: Timestamp, since: impl IntoIterator<Item = Event>) -> Given<Show> {
    let strict = |show: &mut ShowCreated| {
        show.terms.payment = Payment::Required;
        show.terms.refund_policy = Some(RefundPolicy { steps: Box::default(), fee: 100 });
    };
    let [_, paying, paid, confirmed] = bought(FIRST, ANNA);
    let held = SeatsHeld { policy: 1, held_at: booked_at, ..seats_held(FIRST, ANNA, &TWO) };
    on_sale_as(strict, [held.into(), paying, paid, confirmed].into_iter().chain(since))
}

fn all_back() -> [Event; 2] {
    [given_back(FIRST, ANNA, &TWO), refund_due(FIRST, 1, ANNA, 8_500, RefundReason::GivenBack)]
}

#[test]
fn a_show_is_put_off_and_its_bookings_stay() {
    for organizer in [ORGANIZER, ADMIN] {
        on_sale([booked(FIRST, ANNA, &TWO)]).at(organizer, DECIDED).when(&put_off(REFUND_UNTIL)).then([was_put_off()]);
    }
    on_sale([booked(FIRST, ANNA, &[(SEATS, 10)]), was_put_off()])
        .at(BORIS, hours(20))
        .when(&book(SECOND, BORIS, &[(SEATS, 1)]))
        .then_rejected(Rejection::SoldOut { ticket_type_id: SEATS, requested: 1, available: 0 });
}

#[test]
fn a_show_is_put_off_wherever_its_sale_stands() {
    draft([]).at(ORGANIZER, DECIDED).when(&put_off(REFUND_UNTIL)).then([was_put_off()]);
    on_sale([paused()]).at(ORGANIZER, DECIDED).when(&put_off(REFUND_UNTIL)).then([was_put_off()]);
    on_sale([closed()]).at(ORGANIZER, DECIDED).when(&put_off(REFUND_UNTIL)).then([was_put_off()]);
}

#[test]
fn putting_off_to_the_same_time_again_is_quiet_also_when_the_refund_date_has_passed() {
    for at in [DECIDED, REFUND_UNTIL, LATER] {
        on_sale([was_put_off()]).at(ORGANIZER, at).when(&put_off(REFUND_UNTIL)).then_nothing();
    }
}

#[test]
fn another_refund_date_is_another_fact() {
    let longer = ShowRescheduled { schedule: later(), refund_until: hours(5), rescheduled_at: hours(1) };
    on_sale([was_put_off()]).at(ORGANIZER, hours(1)).when(&put_off(hours(5))).then([longer.into()]);
}

#[test]
fn the_refund_date_lies_ahead() {
    for past in [DECIDED, DECIDED - A_MOMENT] {
        on_sale([]).at(ORGANIZER, DECIDED).when(&put_off(past)).then_rejected(Rejection::RefundDatePast);
    }
    let soon = DECIDED + A_MOMENT;
    on_sale([]).at(ORGANIZER, DECIDED).when(&put_off(soon)).then([ShowRescheduled {
        schedule: later(),
        refund_until: soon,
        rescheduled_at: DECIDED,
    }
    .into()]);
}

#[test]
fn new_times_may_not_contradict_each_other() {
    let backwards = RescheduleShow { starts_at: LATER, ends_at: LATER, refund_until: REFUND_UNTIL };
    let before_the_sale = RescheduleShow { starts_at: hours(-3), ends_at: OPENS, refund_until: REFUND_UNTIL };
    for wrong in [backwards, before_the_sale] {
        on_sale([])
            .at(ORGANIZER, DECIDED)
            .when(&Command::RescheduleShow(wrong))
            .then_rejected(Rejection::ContradictoryTimes);
    }
}

#[test]
fn putting_off_is_for_those_who_run_the_show_and_not_for_a_cancelled_one() {
    let wish = put_off(REFUND_UNTIL);
    on_sale([]).at(RIVAL, NOON).when(&wish).then_rejected(Rejection::NotYourShow);
    on_sale([]).at(ANNA, NOON).when(&wish).then_rejected(Rejection::RoleForbids);
    draft([]).at(RIVAL, NOON).when(&wish).then_rejected(Rejection::NoSuchShow);
    nothing().at(ADMIN, NOON).when(&wish).then_rejected(Rejection::NoSuchShow);
    on_sale([called_off()]).at(ORGANIZER, NOON).when(&wish).then_rejected(Rejection::EventCancelled);
}

#[test]
fn whoever_had_booked_gets_everything_back_until_a_moment_before_the_date() {
    for at in [DECIDED, REFUND_UNTIL - A_MOMENT] {
        paid_strictly(NOON, [was_put_off()]).at(ANNA, at).when(&give_back(FIRST)).then(all_back());
    }
    paid_strictly(NOON, [was_put_off()])
        .at(ANNA, REFUND_UNTIL)
        .when(&give_back(FIRST))
        .then([given_back(FIRST, ANNA, &TWO)]);
}

#[test]
fn whoever_booked_when_the_new_times_were_known_is_not_meant() {
    paid_strictly(DECIDED - A_MOMENT, [was_put_off()]).at(ANNA, hours(1)).when(&give_back(FIRST)).then(all_back());
    paid_strictly(DECIDED, [was_put_off()])
        .at(ANNA, hours(1))
        .when(&give_back(FIRST))
        .then([given_back(FIRST, ANNA, &TWO)]);
}

#[test]
fn part_of_a_booking_comes_back_in_full_as_well() {
    paid_strictly(NOON, [was_put_off()]).at(ANNA, hours(1)).when(&part_of(FIRST, &[(SEATS, 1)], None)).then([
        reduced(FIRST, ANNA, &[(SEATS, 1)], None).into(),
        refund_due(FIRST, 1, ANNA, 4_250, RefundReason::GivenBack),
    ]);
}

#[test]
fn everything_else_goes_by_the_new_times() {
    // The sale closes, and tickets can be given back, until the show that was put off is over.
    let at = ENDS + A_MOMENT;
    on_sale([booked(FIRST, ANNA, &TWO), was_put_off()])
        .at(ANNA, at)
        .when(&give_back(FIRST))
        .then([given_back(FIRST, ANNA, &TWO)]);
    let (customer_id, currency) = (BORIS.account_id, money(0, "EUR").currency);
    let sold = BookingConfirmed { booked_at: at, ..confirmed(SECOND, customer_id, booked_items(&TWO), currency) };
    on_sale([was_put_off()]).at(BORIS, at).when(&book(SECOND, BORIS, &TWO)).then([sold.into()]);
}

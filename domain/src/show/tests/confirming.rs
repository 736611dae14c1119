//! Buying what is held: in time, or late and still free.

use super::*;
use crate::show::{
    CapacityLowered, Discount, Point, PromoCode, PromoCodeAdded, Rejection, Row, Seat, SeatMap, SeatMapSet, Section,
    TicketTermsSet,
};

const TWO: [(TicketTypeId, u32); 1] = [(SEATS, 2)];
const ALL: [(TicketTypeId, u32); 1] = [(SEATS, 10)];

fn at(confirmed_at: Timestamp) -> HoldConfirmed {
    HoldConfirmed { confirmed_at, request: Some(REQUEST), ..hold_confirmed(FIRST, ANNA, &TWO) }
}

fn retaken(confirmed_at: Timestamp) -> Event {
    HoldConfirmed { retaken: true, ..at(confirmed_at) }.into()
}

fn wish() -> Command {
    confirm(FIRST, Some(REQUEST))
}

fn referring_to(payment_id: PaymentId) -> Command {
    Command::ConfirmBooking(ConfirmBooking {
        booking_id: FIRST,
        payment_reference: Some(line(&alloc::format!("{payment_id}"))),
        request: None,
    })
}

#[test]
fn what_is_held_is_bought() {
    on_sale([held(FIRST, ANNA, &TWO)]).at(ANNA, NOON).when(&wish()).then([at(NOON).into()]);
}

#[test]
fn how_it_was_paid_is_recorded_in_the_customers_words() {
    let reference = Some(line("Transfer of May 4"));
    let command = ConfirmBooking { booking_id: FIRST, payment_reference: reference.clone(), request: None };
    on_sale([held(FIRST, ANNA, &TWO)]).at(ANNA, NOON).when(&Command::ConfirmBooking(command)).then([HoldConfirmed {
        payment_reference: reference,
        ..hold_confirmed(FIRST, ANNA, &TWO)
    }
    .into()]);
}

#[test]
fn a_hold_is_bought_in_time_until_the_moment_before_its_deadline() {
    let last = DEADLINE - A_MOMENT;
    on_sale([held(FIRST, ANNA, &TWO)]).at(ANNA, last).when(&wish()).then([at(last).into()]);
    on_sale([held(FIRST, ANNA, &TWO)])
        .at(ANNA, DEADLINE)
        .when(&wish())
        .then([lapsed(FIRST, ANNA, &TWO, DEADLINE), retaken(DEADLINE)]);
}

#[test]
fn what_is_left_of_a_hold_is_bought() {
    let reduced = BookingReduced { held: true, ..reduced(FIRST, ANNA, &[(SEATS, 1)], None) };
    on_sale([held(FIRST, ANNA, &TWO), reduced.into()])
        .at(ANNA, NOON)
        .when(&confirm(FIRST, None))
        .then([hold_confirmed(FIRST, ANNA, &[(SEATS, 1)]).into()]);
}

#[test]
fn what_is_bought_does_not_lapse_and_is_taken_once() {
    on_sale([held(FIRST, ANNA, &[(SEATS, 8)]), hold_confirmed(FIRST, ANNA, &[(SEATS, 8)]).into()])
        .at(BORIS, NOON)
        .when(&book(SECOND, BORIS, &TWO))
        .then([booked(SECOND, BORIS, &TWO)]);
}

#[test]
fn a_late_confirm_takes_the_same_tickets_if_they_are_still_free() {
    let history = [held(FIRST, ANNA, &TWO), lapsed(FIRST, ANNA, &TWO, DEADLINE), booked(SECOND, BORIS, &[(SEATS, 8)])];
    on_sale(history).at(ANNA, minutes(20)).when(&wish()).then([retaken(minutes(20))]);
}

#[test]
fn what_was_retaken_is_taken() {
    let since = [held(FIRST, ANNA, &ALL), lapsed(FIRST, ANNA, &ALL, DEADLINE)];
    let again = HoldConfirmed { retaken: true, ..hold_confirmed(FIRST, ANNA, &ALL) };
    on_sale(since.into_iter().chain([again.into()]))
        .at(BORIS, minutes(11))
        .when(&book(SECOND, BORIS, &[(SEATS, 1)]))
        .then_rejected(Rejection::SoldOut { ticket_type_id: SEATS, requested: 1, available: 0 });
}

/// What can happen to a hold of two seats between its lapse and a confirm that comes late.
fn too_late(since: impl IntoIterator<Item = Event>) -> Vec<Event> {
    [held(FIRST, ANNA, &TWO), lapsed(FIRST, ANNA, &TWO, DEADLINE)].into_iter().chain(since).collect()
}

#[test]
fn a_late_confirm_is_refused_when_somebody_else_has_the_tickets() {
    on_sale(too_late([booked(SECOND, BORIS, &[(SEATS, 9)])]))
        .at(ANNA, minutes(20))
        .when(&wish())
        .then_rejected(Rejection::HoldLapsed);
    on_sale(too_late([CapacityLowered { ticket_type_id: SEATS, capacity: 1 }.into()]))
        .at(ANNA, minutes(20))
        .when(&wish())
        .then_rejected(Rejection::HoldLapsed);
}

#[test]
fn a_late_confirm_is_refused_when_nothing_is_sold_any_more() {
    let mut terms = TicketTerms { sale_closes_at: Some(minutes(20)), ..TicketTerms::default() };
    let type_closed = TicketTermsSet { ticket_type_id: SEATS, terms: terms.clone() };
    for end in [paused(), closed(), called_off(), type_closed.into()] {
        on_sale(too_late([end])).at(ANNA, minutes(20)).when(&wish()).then_rejected(Rejection::HoldLapsed);
    }
    on_sale(too_late([])).at(ANNA, ENDS).when(&wish()).then_rejected(Rejection::HoldLapsed);
    terms.sale_closes_at = Some(minutes(20) + A_MOMENT);
    let type_open = TicketTermsSet { ticket_type_id: SEATS, terms };
    on_sale(too_late([type_open.into()])).at(ANNA, minutes(20)).when(&wish()).then([retaken(minutes(20))]);
}

#[test]
fn a_late_confirm_is_refused_when_it_would_exceed_the_limit() {
    on_sale_as(|show| show.max_per_customer = Some(3), too_late([booked(SECOND, ANNA, &TWO)]))
        .at(ANNA, minutes(20))
        .when(&wish())
        .then_rejected(Rejection::HoldLapsed);
}

#[test]
fn a_late_confirm_is_refused_when_its_promo_code_is_used_up() {
    let code = || Some(line("ONCE"));
    let once = PromoCode {
        code: line("ONCE"),
        discount: Discount::Amount(0),
        ticket_type_ids: Box::default(),
        uses_max: Some(1),
        uses_per_customer_max: None,
        valid_from: None,
        valid_until: None,
    };
    let held = SeatsHeld { promo_code: code(), ..seats_held(FIRST, ANNA, &TWO) };
    let history = |since: Option<Event>| {
        let added = PromoCodeAdded { promo_code: once.clone() };
        let lapsed = lapsed(FIRST, ANNA, &TWO, DEADLINE);
        [added.into(), held.clone().into(), lapsed].into_iter().chain(since)
    };
    let (customer_id, currency) = (BORIS.account_id, money(0, "EUR").currency);
    let other = BookingConfirmed { promo_code: code(), ..confirmed(SECOND, customer_id, booked_items(&TWO), currency) };
    on_sale(history(None)).at(ANNA, minutes(20)).when(&wish()).then([retaken(minutes(20))]);
    on_sale(history(Some(other.into()))).at(ANNA, minutes(20)).when(&wish()).then_rejected(Rejection::HoldLapsed);
}

#[test]
fn a_late_confirm_is_refused_when_somebody_waits_who_fits() {
    let to_carla = offered_until(PLACE, CARLA, 10, DEADLINE + TimeDelta::minutes(15));
    on_sale([held(FIRST, ANNA, &ALL), joined(PLACE, CARLA, 10)])
        .at(ANNA, DEADLINE)
        .when(&wish())
        .then_rejected_after([lapsed(FIRST, ANNA, &ALL, DEADLINE), to_carla], Rejection::HoldLapsed);
}

/// One seat, sold as this.
fn one_seat(version: u32, ticket_type_id: TicketTypeId) -> Event {
    let (x, y) = (0, 0);
    let seat = Seat { label: line("A-1"), x, y, ticket_type_id, accessible: false, restricted_view: false };
    let rows = [Row { label: line("A"), seats: [seat].into() }].into();
    let section = Section { name: line("Hall"), focal_point: Point { x, y }, rows };
    SeatMapSet { version, map: SeatMap { sections: [section].into() } }.into()
}

#[test]
fn a_late_confirm_is_refused_when_its_seat_is_sold_as_something_else_now() {
    let reserved = |show: &mut ShowCreated| {
        for ticket_type in &mut show.ticket_types {
            (ticket_type.capacity, ticket_type.terms.reserved) = (0, true);
        }
    };
    let mut held = seats_held(FIRST, ANNA, &[(SEATS, 1)]);
    held.items[0].seats = [line("A-1")].into();
    let (customer_id, items) = (ANNA.account_id, held.items.clone());
    let lapse = LapsedHold { booking_id: FIRST, customer_id, items, expires_at: DEADLINE };
    let lapsed = Event::from(HoldsLapsed { holds: [lapse].into() });
    let history = |then| [one_seat(1, SEATS), held.clone().into(), lapsed.clone(), one_seat(2, then)];
    let taken = HoldConfirmed { items: held.items.clone(), retaken: true, ..at(minutes(20)) };
    on_sale_as(reserved, history(SEATS)).at(ANNA, minutes(20)).when(&wish()).then([taken.into()]);
    on_sale_as(reserved, history(STANDING)).at(ANNA, minutes(20)).when(&wish()).then_rejected(Rejection::HoldLapsed);
}

#[test]
fn a_type_that_is_held_twice_is_counted_twice_when_it_is_retaken() {
    let twice = [(SEATS, 4), (SEATS, 3)];
    let history = |others| {
        [held(FIRST, ANNA, &twice), lapsed(FIRST, ANNA, &twice, DEADLINE), booked(SECOND, BORIS, &[(SEATS, others)])]
    };
    let all = HoldConfirmed { items: booked_items(&twice), ..at(minutes(20)) };
    on_sale(history(3)).at(ANNA, minutes(20)).when(&wish()).then([HoldConfirmed { retaken: true, ..all }.into()]);
    on_sale(history(4)).at(ANNA, minutes(20)).when(&wish()).then_rejected(Rejection::HoldLapsed);
}

#[test]
fn where_tickets_are_paid_a_confirm_needs_a_payment() {
    on_paid_sale([held(FIRST, ANNA, &TWO)])
        .at(ANNA, NOON)
        .when(&wish())
        .then_rejected(Rejection::PaymentRequired { due: 8_500 });
    let failed =
        [held(FIRST, ANNA, &TWO), paying(PAYMENT, FIRST, ANNA, 8_500), not_paid(PAYMENT, FIRST, Some(DEADLINE))];
    on_paid_sale(failed).at(ANNA, NOON).when(&wish()).then_rejected(Rejection::PaymentRequired { due: 8_500 });
}

#[test]
fn what_costs_nothing_needs_no_payment() {
    let free = |show: &mut ShowCreated| {
        show.terms.payment = Payment::Required;
        show.ticket_types[0].price.amount = 0;
    };
    let items: Box<[BookedItem]> = Box::new([booked_item(SEATS, 2, 0)]);
    let held = SeatsHeld { items: items.clone(), ..seats_held(FIRST, ANNA, &TWO) };
    on_sale_as(free, [held.into()]).at(ANNA, NOON).when(&wish()).then([HoldConfirmed { items, ..at(NOON) }.into()]);
}

#[test]
fn an_unpaid_hold_is_not_retaken() {
    on_paid_sale(too_late([])).at(ANNA, minutes(20)).when(&wish()).then_rejected(Rejection::HoldLapsed);
}

#[test]
fn only_a_hold_is_confirmed() {
    let first = held(FIRST, ANNA, &TWO);
    let refusals = [
        (vec![first.clone(), paying(PAYMENT, FIRST, ANNA, 8_500)], Rejection::PaymentPending),
        (vec![booked(FIRST, ANNA, &TWO)], Rejection::AlreadyConfirmed),
        (vec![first.clone(), released(FIRST, ANNA, &TWO)], Rejection::AlreadyCancelled),
        (vec![booked(FIRST, ANNA, &TWO), given_back(FIRST, ANNA, &TWO)], Rejection::AlreadyCancelled),
        (vec![first, called_off()], Rejection::EventCancelled),
        (vec![], Rejection::NoSuchBooking),
    ];
    for (history, refusal) in refusals {
        on_sale(history).at(ANNA, minutes(1)).when(&wish()).then_rejected(refusal);
    }
}

#[test]
fn confirming_again_with_the_same_request_is_quiet_whatever_became_of_it() {
    let history = vec![held(FIRST, ANNA, &TWO), at(NOON).into()];
    on_sale(history.clone()).at(ANNA, minutes(20)).when(&wish()).then_nothing();
    for end in [given_back(FIRST, ANNA, &TWO), called_off()] {
        on_sale(history.clone().into_iter().chain([end])).at(ANNA, minutes(20)).when(&wish()).then_nothing();
    }
}

#[test]
fn confirming_twice_is_refused() {
    let history = [held(FIRST, ANNA, &TWO), at(NOON).into()];
    for request in [Some(OTHER_REQUEST), None] {
        on_sale(history.clone())
            .at(ANNA, NOON)
            .when(&confirm(FIRST, request))
            .then_rejected(Rejection::AlreadyConfirmed);
    }
    let by_nobody = [held(FIRST, ANNA, &TWO), hold_confirmed(FIRST, ANNA, &TWO).into()];
    on_sale(by_nobody).at(ANNA, NOON).when(&confirm(FIRST, None)).then_rejected(Rejection::AlreadyConfirmed);
}

#[test]
fn a_confirm_that_names_the_payment_which_confirmed_it_is_quiet() {
    on_paid_sale(bought(FIRST, ANNA)).at(ANNA, NOON).when(&referring_to(PAYMENT)).then_nothing();
    on_paid_sale(bought(FIRST, ANNA))
        .at(ANNA, NOON)
        .when(&referring_to(RETRY))
        .then_rejected(Rejection::AlreadyConfirmed);
    let failed =
        [held(FIRST, ANNA, &TWO), paying(PAYMENT, FIRST, ANNA, 8_500), not_paid(PAYMENT, FIRST, Some(DEADLINE))];
    on_sale(failed.into_iter().chain([at(NOON).into()]))
        .at(ANNA, NOON)
        .when(&referring_to(PAYMENT))
        .then_rejected(Rejection::AlreadyConfirmed);
    let back = bought(FIRST, ANNA).into_iter().chain([given_back(FIRST, ANNA, &TWO)]);
    on_paid_sale(back).at(ANNA, NOON).when(&referring_to(PAYMENT)).then_rejected(Rejection::AlreadyCancelled);
}

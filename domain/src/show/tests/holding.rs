//! Holding tickets, holding on for longer, and letting go.

use super::*;
use crate::show::{HoldExtended, Rejection, SaleTermsSet, TicketTypeAdded};

const TWO: [(TicketTypeId, u32); 1] = [(SEATS, 2)];

fn extend(booking_id: BookingId) -> Command {
    Command::ExtendHold { booking_id }
}

fn extended(booking_id: BookingId, expires_at: Timestamp) -> Event {
    HoldExtended { booking_id, expires_at }.into()
}

#[test]
fn tickets_are_held_until_a_deadline() {
    on_sale([]).at(ANNA, NOON).when(&hold(FIRST, ANNA, &TWO)).then([held(FIRST, ANNA, &TWO)]);
}

#[test]
fn the_show_says_how_long() {
    let short = SeatsHeld {
        expires_at: NOON + TimeDelta::seconds(20),
        extendable_until: NOON + TimeDelta::seconds(60),
        ..seats_held(FIRST, ANNA, &TWO)
    };
    on_sale_as(|show| show.terms.hold_seconds = 20, [])
        .at(ANNA, NOON)
        .when(&hold(FIRST, ANNA, &TWO))
        .then([short.into()]);
}

#[test]
fn holding_again_is_quiet_whatever_became_of_it() {
    let first = held(FIRST, ANNA, &TWO);
    let histories = [
        vec![first.clone()],
        vec![first.clone(), lapsed(FIRST, ANNA, &TWO, DEADLINE)],
        vec![first.clone(), released(FIRST, ANNA, &TWO)],
        vec![first.clone(), hold_confirmed(FIRST, ANNA, &TWO).into()],
        vec![first, called_off()],
    ];
    for history in histories {
        on_sale(history).at(ANNA, NOON).when(&hold(FIRST, ANNA, &TWO)).then_nothing();
    }
}

#[test]
fn holding_and_buying_are_different_requests() {
    on_sale([held(FIRST, ANNA, &TWO)])
        .at(ANNA, NOON)
        .when(&book(FIRST, ANNA, &TWO))
        .then_rejected(Rejection::IdempotencyKeyReused);
    on_sale([booked(FIRST, ANNA, &TWO)])
        .at(ANNA, NOON)
        .when(&hold(FIRST, ANNA, &TWO))
        .then_rejected(Rejection::IdempotencyKeyReused);
}

#[test]
fn codes_make_it_a_different_request() {
    let with_code = BookTickets { promo_code: Some(line("EARLY")), ..wanted(FIRST, ANNA, &TWO) };
    let with_other = BookTickets { access_code: Some(line("EARLY")), ..wanted(FIRST, ANNA, &TWO) };
    for other in [with_code, with_other] {
        on_sale([held(FIRST, ANNA, &TWO)])
            .at(ANNA, NOON)
            .when(&Command::BookTickets(BookTickets { hold: true, ..other }))
            .then_rejected(Rejection::IdempotencyKeyReused);
    }
}

#[test]
fn what_is_held_is_not_for_sale() {
    on_sale([held(FIRST, ANNA, &[(SEATS, 9)])])
        .at(BORIS, NOON)
        .when(&book(SECOND, BORIS, &TWO))
        .then_rejected(Rejection::SoldOut { ticket_type_id: SEATS, requested: 2, available: 1 });
}

#[test]
fn what_is_held_counts_towards_the_limit() {
    on_sale_as(|show| show.max_per_customer = Some(3), [held(FIRST, ANNA, &TWO)])
        .at(ANNA, NOON)
        .when(&hold(SECOND, ANNA, &TWO))
        .then_rejected(Rejection::LimitPerCustomer { limit: 3, already_held: 2, requested: 2 });
}

#[test]
fn nothing_of_a_cancelled_show_is_held() {
    on_sale([called_off()]).at(ANNA, NOON).when(&hold(FIRST, ANNA, &TWO)).then_rejected(Rejection::EventCancelled);
}

#[test]
fn where_tickets_are_paid_they_are_held_first() {
    on_paid_sale([]).at(ANNA, NOON).when(&book(FIRST, ANNA, &TWO)).then_rejected(Rejection::HoldRequired);
    on_paid_sale([]).at(ANNA, NOON).when(&hold(FIRST, ANNA, &TWO)).then([held(FIRST, ANNA, &TWO)]);
}

#[test]
fn a_hold_keeps_the_price_of_its_moment() {
    let dear = TicketType { price: money(9_900, "EUR"), ..ticket_type(UNHEARD_OF, 5) };
    let wish = [(UNHEARD_OF, 1)];
    let items = Box::new([booked_item(UNHEARD_OF, 1, 9_900)]);
    let at_that_price = SeatsHeld { items, ..seats_held(FIRST, ANNA, &wish) };
    on_sale([TicketTypeAdded { ticket_type: dear }.into()])
        .at(ANNA, NOON)
        .when(&hold(FIRST, ANNA, &wish))
        .then([at_that_price.into()]);
}

#[test]
fn holding_on_lasts_as_long_as_a_new_hold() {
    on_sale([held(FIRST, ANNA, &TWO)]).at(ANNA, minutes(4)).when(&extend(FIRST)).then([extended(FIRST, minutes(14))]);
}

#[test]
fn holding_on_is_possible_until_the_deadline_and_not_at_it() {
    let last = DEADLINE - A_MOMENT;
    on_sale([held(FIRST, ANNA, &TWO)])
        .at(ANNA, last)
        .when(&extend(FIRST))
        .then([extended(FIRST, last + TimeDelta::minutes(10))]);
    on_sale([held(FIRST, ANNA, &TWO)])
        .at(ANNA, DEADLINE)
        .when(&extend(FIRST))
        .then_rejected_after([lapsed(FIRST, ANNA, &TWO, DEADLINE)], Rejection::HoldLapsed);
}

#[test]
fn holding_on_ends_somewhere() {
    let history = [held(FIRST, ANNA, &TWO), extended(FIRST, minutes(19)), extended(FIRST, minutes(28))];
    on_sale(history.clone()).at(ANNA, minutes(25)).when(&extend(FIRST)).then([extended(FIRST, HELD_UNTIL_MAX)]);
    on_sale(history.into_iter().chain([extended(FIRST, HELD_UNTIL_MAX)]))
        .at(ANNA, minutes(27))
        .when(&extend(FIRST))
        .then_rejected(Rejection::HoldNotExtendable { expires_at: HELD_UNTIL_MAX });
}

#[test]
fn holding_on_again_in_the_same_moment_is_quiet() {
    on_sale([held(FIRST, ANNA, &TWO)]).at(ANNA, NOON).when(&extend(FIRST)).then_nothing();
    on_sale([held(FIRST, ANNA, &TWO), extended(FIRST, minutes(14))])
        .at(ANNA, minutes(4))
        .when(&extend(FIRST))
        .then_nothing();
}

#[test]
fn holding_on_never_makes_a_hold_shorter() {
    let shorter = SaleTermsSet { terms: SaleTerms { hold_seconds: 60, ..SaleTerms::default() } };
    on_sale([held(FIRST, ANNA, &TWO), shorter.into()]).at(ANNA, minutes(4)).when(&extend(FIRST)).then_nothing();
}

#[test]
fn an_extended_hold_lapses_at_its_new_deadline() {
    let history = [held(FIRST, ANNA, &TWO), extended(FIRST, minutes(14))];
    on_sale(history.clone()).at(ADMIN, minutes(14) - A_MOMENT).when(&Command::Settle).then_nothing();
    on_sale(history).at(ADMIN, minutes(14)).when(&Command::Settle).then([lapsed(FIRST, ANNA, &TWO, minutes(14))]);
}

#[test]
fn only_a_hold_is_held_on_to() {
    let first = held(FIRST, ANNA, &TWO);
    let refusals = [
        (vec![first.clone(), lapsed(FIRST, ANNA, &TWO, DEADLINE)], Rejection::HoldLapsed),
        (vec![first.clone(), paying(PAYMENT, FIRST, ANNA, 8_500)], Rejection::PaymentPending),
        (vec![first.clone(), hold_confirmed(FIRST, ANNA, &TWO).into()], Rejection::AlreadyConfirmed),
        (vec![booked(FIRST, ANNA, &TWO)], Rejection::AlreadyConfirmed),
        (vec![first.clone(), released(FIRST, ANNA, &TWO)], Rejection::AlreadyCancelled),
        (vec![booked(FIRST, ANNA, &TWO), given_back(FIRST, ANNA, &TWO)], Rejection::AlreadyCancelled),
        (vec![first, called_off()], Rejection::EventCancelled),
        (vec![], Rejection::NoSuchBooking),
    ];
    for (history, refusal) in refusals {
        on_sale(history).at(ANNA, minutes(1)).when(&extend(FIRST)).then_rejected(refusal);
    }
}

#[test]
fn a_hold_is_its_holders_own() {
    for outsider in [BORIS, ORGANIZER] {
        for command in [extend(FIRST), confirm(FIRST, None), pay(PAYMENT, FIRST), give_back(FIRST)] {
            on_sale([held(FIRST, ANNA, &TWO)])
                .at(outsider, minutes(1))
                .when(&command)
                .then_rejected(Rejection::NoSuchBooking);
        }
    }
    on_sale([held(FIRST, ANNA, &TWO)]).at(ADMIN, minutes(1)).when(&extend(FIRST)).then([extended(FIRST, minutes(11))]);
}

#[test]
fn a_hold_is_given_up() {
    on_sale([held(FIRST, ANNA, &TWO)]).at(ANNA, NOON).when(&give_back(FIRST)).then([released(FIRST, ANNA, &TWO)]);
}

#[test]
fn giving_a_hold_up_again_is_quiet_and_so_it_is_once_it_has_lapsed() {
    for end in [released(FIRST, ANNA, &TWO), lapsed(FIRST, ANNA, &TWO, DEADLINE)] {
        on_sale([held(FIRST, ANNA, &TWO), end]).at(ANNA, minutes(11)).when(&give_back(FIRST)).then_nothing();
    }
}

#[test]
fn what_was_given_up_can_be_held_at_once() {
    on_sale([held(FIRST, ANNA, &[(SEATS, 10)]), released(FIRST, ANNA, &[(SEATS, 10)])])
        .at(BORIS, NOON)
        .when(&hold(SECOND, BORIS, &[(SEATS, 10)]))
        .then([held(SECOND, BORIS, &[(SEATS, 10)])]);
}

#[test]
fn part_of_a_hold_is_given_up() {
    let reduced = BookingReduced { held: true, ..reduced(FIRST, ANNA, &[(SEATS, 1)], Some(REQUEST)) };
    on_sale([held(FIRST, ANNA, &TWO)])
        .at(ANNA, NOON)
        .when(&part_of(FIRST, &[(SEATS, 1)], Some(REQUEST)))
        .then([reduced.clone().into()]);
    // The rest of it lapses when it would have.
    on_sale([held(FIRST, ANNA, &TWO), reduced.into()]).at(ANNA, DEADLINE).when(&Command::Settle).then([lapsed(
        FIRST,
        ANNA,
        &[(SEATS, 1)],
        DEADLINE,
    )]);
}

#[test]
fn a_hold_is_given_up_even_while_it_is_being_paid_but_not_in_part() {
    let history = [held(FIRST, ANNA, &TWO), paying(PAYMENT, FIRST, ANNA, 8_500)];
    on_sale(history.clone()).at(ANNA, NOON).when(&give_back(FIRST)).then([released(FIRST, ANNA, &TWO)]);
    for preview in [false, true] {
        let Command::CancelBooking(part) = part_of(FIRST, &[(SEATS, 1)], None) else { unreachable!() };
        on_sale(history.clone())
            .at(ANNA, NOON)
            .when(&Command::CancelBooking(CancelBooking { preview, ..part }))
            .then_rejected(Rejection::PaymentPending);
    }
}

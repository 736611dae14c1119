//! Giving tickets back.

use super::*;
use crate::show::Rejection;

const TWO: [(TicketTypeId, u32); 2] = [(SEATS, 1), (STANDING, 1)];

#[test]
fn a_customer_gives_a_booking_back_whole() {
    on_sale([booked(FIRST, ANNA, &TWO)]).at(ANNA, NOON).when(&give_back(FIRST)).then([given_back(FIRST, ANNA, &TWO)]);
}

#[test]
fn giving_back_again_is_quiet() {
    on_sale([booked(FIRST, ANNA, &TWO), given_back(FIRST, ANNA, &TWO)])
        .at(ANNA, NOON)
        .when(&give_back(FIRST))
        .then_nothing();
}

#[test]
fn giving_back_again_is_quiet_even_after_the_show() {
    on_sale([booked(FIRST, ANNA, &TWO), given_back(FIRST, ANNA, &TWO)])
        .at(ANNA, ENDS)
        .when(&give_back(FIRST))
        .then_nothing();
}

#[test]
fn giving_back_is_quiet_when_the_show_was_called_off() {
    on_sale([booked(FIRST, ANNA, &TWO), called_off()]).at(ANNA, NOON).when(&give_back(FIRST)).then_nothing();
}

#[test]
fn tickets_can_be_given_back_while_nothing_is_sold() {
    for pause in [paused(), closed()] {
        on_sale([booked(FIRST, ANNA, &TWO), pause])
            .at(ANNA, NOON)
            .when(&give_back(FIRST))
            .then([given_back(FIRST, ANNA, &TWO)]);
    }
}

#[test]
fn a_booking_that_does_not_exist_cannot_be_given_back() {
    on_sale([booked(FIRST, ANNA, &TWO)])
        .at(ANNA, NOON)
        .when(&give_back(SECOND))
        .then_rejected(Rejection::NoSuchBooking);
    nothing().at(ADMIN, NOON).when(&give_back(FIRST)).then_rejected(Rejection::NoSuchBooking);
}

#[test]
fn another_customers_booking_looks_as_if_it_did_not_exist() {
    for outsider in [BORIS, ORGANIZER] {
        on_sale([booked(FIRST, ANNA, &TWO)])
            .at(outsider, NOON)
            .when(&give_back(FIRST))
            .then_rejected(Rejection::NoSuchBooking);
    }
}

#[test]
fn a_cancelled_booking_of_another_customer_looks_as_if_it_did_not_exist() {
    on_sale([booked(FIRST, ANNA, &TWO), given_back(FIRST, ANNA, &TWO)])
        .at(BORIS, NOON)
        .when(&give_back(FIRST))
        .then_rejected(Rejection::NoSuchBooking);
}

#[test]
fn an_admin_gives_any_booking_back() {
    on_sale([booked(FIRST, ANNA, &TWO)]).at(ADMIN, NOON).when(&give_back(FIRST)).then([given_back(FIRST, ANNA, &TWO)]);
}

#[test]
fn a_customer_gives_back_until_the_show_is_over() {
    let history = [booked(FIRST, ANNA, &TWO)];
    on_sale(history.clone()).at(ANNA, ENDS - A_MOMENT).when(&give_back(FIRST)).then([given_back(FIRST, ANNA, &TWO)]);
    on_sale(history).at(ANNA, ENDS).when(&give_back(FIRST)).then_rejected(Rejection::EventOver);
}

#[test]
fn an_admin_gives_back_even_after_the_show() {
    on_sale([booked(FIRST, ANNA, &TWO)]).at(ADMIN, ENDS).when(&give_back(FIRST)).then([given_back(FIRST, ANNA, &TWO)]);
}

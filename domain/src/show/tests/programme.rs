//! Putting a show on the programme.

use super::*;
use crate::show::{Rejection, TICKET_TYPES_MAX};

#[test]
fn an_organizer_puts_a_show_on_the_programme() {
    nothing().at(ORGANIZER, NOON).when(&create(evening())).then([evening().into()]);
}

#[test]
fn an_admin_puts_a_show_on_the_programme() {
    nothing().at(ADMIN, NOON).when(&create(evening())).then([evening().into()]);
}

#[test]
fn creating_the_same_show_again_is_quiet() {
    draft([]).at(ORGANIZER, NOON).when(&create(evening())).then_nothing();
}

#[test]
fn creating_the_same_show_again_is_quiet_whatever_happened_since() {
    on_sale([booked(FIRST, ANNA, &[(SEATS, 1)]), called_off()])
        .at(ORGANIZER, ENDS)
        .when(&create(evening()))
        .then_nothing();
}

#[test]
fn creating_another_show_under_the_same_key_is_refused() {
    let mut another = evening();
    another.details.title = line("Another Evening");
    draft([]).at(ORGANIZER, NOON).when(&create(another)).then_rejected(Rejection::IdempotencyKeyReused);
}

#[test]
fn a_customer_cannot_create_a_show() {
    nothing().at(ANNA, NOON).when(&create(evening())).then_rejected(Rejection::RoleForbids);
}

#[test]
fn a_show_cannot_end_before_it_starts() {
    let mut backwards = evening();
    backwards.schedule.ends_at = STARTS - A_MOMENT;
    nothing().at(ORGANIZER, NOON).when(&create(backwards)).then_rejected(Rejection::ContradictoryTimes);
}

#[test]
fn a_show_cannot_end_when_it_starts() {
    let mut empty = evening();
    empty.schedule.ends_at = STARTS;
    nothing().at(ORGANIZER, NOON).when(&create(empty)).then_rejected(Rejection::ContradictoryTimes);
}

#[test]
fn a_sale_cannot_close_when_it_opens() {
    let mut empty = evening();
    empty.schedule.sale_closes_at = Some(OPENS);
    nothing().at(ORGANIZER, NOON).when(&create(empty)).then_rejected(Rejection::ContradictoryTimes);
}

#[test]
fn a_sale_cannot_open_when_the_show_is_over() {
    let mut late = evening();
    late.schedule.sale_opens_at = Some(ENDS);
    nothing().at(ORGANIZER, NOON).when(&create(late)).then_rejected(Rejection::ContradictoryTimes);
}

#[test]
fn a_sale_may_close_a_moment_after_it_opens() {
    let mut short = evening();
    short.schedule.sale_closes_at = Some(OPENS + A_MOMENT);
    nothing().at(ORGANIZER, NOON).when(&create(short.clone())).then([short.into()]);
}

#[test]
fn a_sale_without_an_opening_time_contradicts_nothing() {
    let mut open = evening();
    open.schedule.sale_opens_at = None;
    open.schedule.sale_closes_at = Some(OPENS);
    nothing().at(ORGANIZER, NOON).when(&create(open.clone())).then([open.into()]);
}

#[test]
fn prices_in_two_currencies_are_refused() {
    let mut mixed = evening();
    mixed.ticket_types[1].price = money(4_250, "CHF");
    nothing().at(ORGANIZER, NOON).when(&create(mixed)).then_rejected(Rejection::MixedCurrencies);
}

fn with_ticket_types(count: usize) -> ShowCreated {
    let mut crowded = evening();
    crowded.ticket_types = (1..=count as u128).map(|id| ticket_type(TicketTypeId(Uuid::from_u128(id)), 1)).collect();
    crowded
}

#[test]
fn a_show_may_have_as_many_ticket_types_as_the_limit_says() {
    let full = with_ticket_types(TICKET_TYPES_MAX);
    nothing().at(ORGANIZER, NOON).when(&create(full.clone())).then([full.into()]);
}

#[test]
fn one_ticket_type_more_than_the_limit_is_refused() {
    nothing()
        .at(ORGANIZER, NOON)
        .when(&create(with_ticket_types(TICKET_TYPES_MAX + 1)))
        .then_rejected(Rejection::TooManyTicketTypes { limit: TICKET_TYPES_MAX });
}

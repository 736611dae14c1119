//! Buying tickets.

use super::*;
use crate::show::{
    CapacityLowered, CapacityRaised, CustomerLimitSet, Rejection, SaleResumed, ShowScheduled, TicketTypeAdded,
};

fn sold_out(requested: u32, available: u32) -> Rejection {
    Rejection::SoldOut { ticket_type_id: SEATS, requested, available }
}

/// The evening on sale with at most four tickets for one customer.
fn at_most_four(since: impl IntoIterator<Item = Event>) -> Given<Show> {
    let limited = ShowCreated { max_per_customer: Some(4), ..evening() };
    given([limited.into(), published()].into_iter().chain(since))
}

#[test]
fn a_customer_books_at_the_shows_prices() {
    on_sale([]).at(ANNA, NOON).when(&book(FIRST, ANNA, &[(SEATS, 2)])).then([booked(FIRST, ANNA, &[(SEATS, 2)])]);
}

#[test]
fn one_booking_holds_several_ticket_types_in_the_order_asked() {
    let items = [(STANDING, 3), (SEATS, 1)];
    on_sale([]).at(ANNA, NOON).when(&book(FIRST, ANNA, &items)).then([booked(FIRST, ANNA, &items)]);
}

#[test]
fn the_price_is_the_one_of_the_ticket_type() {
    let dear = TicketType { price: money(9_900, "EUR"), ..ticket_type(UNHEARD_OF, 5) };
    let items = Box::new([booked_item(UNHEARD_OF, 2, 9_900)]);
    let (customer_id, currency) = (ANNA.account_id, money(0, "EUR").currency);
    on_sale([TicketTypeAdded { ticket_type: dear }.into()])
        .at(ANNA, OPENS)
        .when(&book(FIRST, ANNA, &[(UNHEARD_OF, 2)]))
        .then([BookingConfirmed { booked_at: OPENS, ..confirmed(FIRST, customer_id, items, currency) }.into()]);
}

#[test]
fn booking_again_is_quiet() {
    on_sale([booked(FIRST, ANNA, &[(SEATS, 2)])]).at(ANNA, NOON).when(&book(FIRST, ANNA, &[(SEATS, 2)])).then_nothing();
}

#[test]
fn booking_again_is_quiet_even_when_nothing_is_left() {
    on_sale([booked(FIRST, ANNA, &[(SEATS, 10)])])
        .at(ANNA, NOON)
        .when(&book(FIRST, ANNA, &[(SEATS, 10)]))
        .then_nothing();
}

#[test]
fn booking_again_is_quiet_after_the_sale() {
    let first = booked(FIRST, ANNA, &[(SEATS, 2)]);
    for since in [vec![first.clone(), closed()], vec![first.clone(), called_off()], vec![first, paused()]] {
        on_sale(since).at(ANNA, ENDS).when(&book(FIRST, ANNA, &[(SEATS, 2)])).then_nothing();
    }
}

#[test]
fn a_late_repeat_revives_nothing() {
    on_sale([booked(FIRST, ANNA, &[(SEATS, 2)]), given_back(FIRST, ANNA, &[(SEATS, 2)])])
        .at(ANNA, NOON)
        .when(&book(FIRST, ANNA, &[(SEATS, 2)]))
        .then_nothing();
}

#[test]
fn a_key_that_booked_something_else_is_refused() {
    let first = [booked(FIRST, ANNA, &[(SEATS, 2)])];
    let others: [&[_]; 4] = [&[(SEATS, 3)], &[(STANDING, 2)], &[(SEATS, 2), (STANDING, 1)], &[]];
    for other in others {
        on_sale(first.clone())
            .at(ANNA, NOON)
            .when(&book(FIRST, ANNA, other))
            .then_rejected(Rejection::IdempotencyKeyReused);
    }
}

#[test]
fn a_key_that_somebody_else_booked_with_is_refused() {
    on_sale([booked(FIRST, ANNA, &[(SEATS, 2)])])
        .at(BORIS, NOON)
        .when(&book(FIRST, BORIS, &[(SEATS, 2)]))
        .then_rejected(Rejection::IdempotencyKeyReused);
}

#[test]
fn a_show_that_does_not_exist_cannot_be_booked() {
    nothing().at(ANNA, NOON).when(&book(FIRST, ANNA, &[(SEATS, 1)])).then_rejected(Rejection::NoSuchShow);
}

#[test]
fn a_draft_is_not_on_sale_and_to_strangers_does_not_exist() {
    let wish = book(FIRST, ORGANIZER, &[(SEATS, 1)]);
    draft([]).at(ORGANIZER, NOON).when(&wish).then_rejected(Rejection::NotOnSale);
    draft([]).at(ANNA, NOON).when(&book(FIRST, ANNA, &[(SEATS, 1)])).then_rejected(Rejection::NoSuchShow);
}

#[test]
fn nothing_is_sold_after_the_end_whatever_the_sale_window_says() {
    let mut late = evening();
    late.schedule.sale_closes_at = Some(ENDS + A_MOMENT);
    let published = || given::<Show>([late.clone().into(), published()]);
    let wish = book(FIRST, ANNA, &[(SEATS, 1)]);
    published().at(ANNA, ENDS).when(&wish).then_rejected(Rejection::SaleClosed);
}

#[test]
fn a_paused_show_is_not_on_sale() {
    on_sale([paused()]).at(ANNA, NOON).when(&book(FIRST, ANNA, &[(SEATS, 1)])).then_rejected(Rejection::NotOnSale);
}

#[test]
fn a_resumed_show_is_on_sale() {
    on_sale([paused(), SaleResumed {}.into()]).at(ANNA, NOON).when(&book(FIRST, ANNA, &[(SEATS, 1)])).then([booked(
        FIRST,
        ANNA,
        &[(SEATS, 1)],
    )]);
}

#[test]
fn a_closed_sale_sells_nothing() {
    on_sale([closed()]).at(ANNA, NOON).when(&book(FIRST, ANNA, &[(SEATS, 1)])).then_rejected(Rejection::SaleClosed);
}

#[test]
fn a_cancelled_show_sells_nothing() {
    on_sale([called_off()])
        .at(ANNA, NOON)
        .when(&book(FIRST, ANNA, &[(SEATS, 1)]))
        .then_rejected(Rejection::EventCancelled);
}

#[test]
fn nothing_is_sold_before_the_sale_opens() {
    on_sale([])
        .at(ANNA, OPENS - A_MOMENT)
        .when(&book(FIRST, ANNA, &[(SEATS, 1)]))
        .then_rejected(Rejection::SaleNotOpen { opens_at: OPENS });
}

#[test]
fn the_sale_opens_at_the_very_moment_promised() {
    let Event::BookingConfirmed(noon) = booked(FIRST, ANNA, &[(SEATS, 1)]) else { unreachable!() };
    on_sale([]).at(ANNA, OPENS).when(&book(FIRST, ANNA, &[(SEATS, 1)])).then([BookingConfirmed {
        booked_at: OPENS,
        ..noon
    }
    .into()]);
}

#[test]
fn without_a_closing_time_the_sale_closes_when_the_show_ends() {
    let last = ENDS - A_MOMENT;
    let Event::BookingConfirmed(noon) = booked(FIRST, ANNA, &[(SEATS, 1)]) else { unreachable!() };
    let command = book(FIRST, ANNA, &[(SEATS, 1)]);
    on_sale([]).at(ANNA, last).when(&command).then([BookingConfirmed { booked_at: last, ..noon }.into()]);
    on_sale([]).at(ANNA, ENDS).when(&command).then_rejected(Rejection::SaleClosed);
}

#[test]
fn the_sale_closes_at_its_closing_time() {
    let mut short = evening();
    short.schedule.sale_closes_at = Some(NOON);
    let history = [short.into(), published()];
    given::<Show>(history).at(ANNA, NOON).when(&book(FIRST, ANNA, &[(SEATS, 1)])).then_rejected(Rejection::SaleClosed);
}

#[test]
fn a_ticket_type_the_show_does_not_sell_is_refused() {
    on_sale([])
        .at(ANNA, NOON)
        .when(&book(FIRST, ANNA, &[(SEATS, 1), (UNHEARD_OF, 1)]))
        .then_rejected(Rejection::UnknownTicketType { ticket_type_id: UNHEARD_OF });
}

#[test]
fn the_last_ticket_can_be_booked() {
    on_sale([booked(FIRST, ANNA, &[(SEATS, 9)])])
        .at(BORIS, NOON)
        .when(&book(SECOND, BORIS, &[(SEATS, 1)]))
        .then([booked(SECOND, BORIS, &[(SEATS, 1)])]);
}

#[test]
fn one_ticket_more_than_are_left_is_sold_out() {
    on_sale([booked(FIRST, ANNA, &[(SEATS, 9)])])
        .at(BORIS, NOON)
        .when(&book(SECOND, BORIS, &[(SEATS, 2)]))
        .then_rejected(sold_out(2, 1));
}

#[test]
fn a_ticket_type_asked_for_twice_is_counted_twice() {
    on_sale([booked(FIRST, ANNA, &[(SEATS, 4)])])
        .at(BORIS, NOON)
        .when(&book(SECOND, BORIS, &[(SEATS, 4), (SEATS, 3)]))
        .then_rejected(sold_out(7, 6));
}

#[test]
fn a_booking_is_refused_whole_when_one_of_its_types_is_sold_out() {
    on_sale([booked(FIRST, ANNA, &[(SEATS, 10)])])
        .at(BORIS, NOON)
        .when(&book(SECOND, BORIS, &[(STANDING, 1), (SEATS, 1)]))
        .then_rejected(sold_out(1, 0));
}

#[test]
fn what_was_given_back_can_be_booked_at_once() {
    on_sale([booked(FIRST, ANNA, &[(SEATS, 10)]), given_back(FIRST, ANNA, &[(SEATS, 10)])])
        .at(BORIS, NOON)
        .when(&book(SECOND, BORIS, &[(SEATS, 10)]))
        .then([booked(SECOND, BORIS, &[(SEATS, 10)])]);
}

#[test]
fn a_raised_capacity_is_sold() {
    let raised = CapacityRaised { ticket_type_id: SEATS, capacity: 11 };
    on_sale([booked(FIRST, ANNA, &[(SEATS, 10)]), raised.into()])
        .at(BORIS, NOON)
        .when(&book(SECOND, BORIS, &[(SEATS, 1)]))
        .then([booked(SECOND, BORIS, &[(SEATS, 1)])]);
}

#[test]
fn a_lowered_capacity_is_not_sold() {
    let lowered = CapacityLowered { ticket_type_id: SEATS, capacity: 4 };
    on_sale([booked(FIRST, ANNA, &[(SEATS, 4)]), lowered.into()])
        .at(BORIS, NOON)
        .when(&book(SECOND, BORIS, &[(SEATS, 1)]))
        .then_rejected(sold_out(1, 0));
}

#[test]
fn a_customer_may_hold_as_many_as_the_limit_says() {
    at_most_four([booked(FIRST, ANNA, &[(SEATS, 1)])])
        .at(ANNA, NOON)
        .when(&book(SECOND, ANNA, &[(SEATS, 1), (STANDING, 2)]))
        .then([booked(SECOND, ANNA, &[(SEATS, 1), (STANDING, 2)])]);
}

#[test]
fn a_customer_cannot_hold_more_than_the_limit_over_all_bookings_and_types() {
    at_most_four([booked(FIRST, ANNA, &[(SEATS, 2)])])
        .at(ANNA, NOON)
        .when(&book(SECOND, ANNA, &[(SEATS, 1), (STANDING, 2)]))
        .then_rejected(Rejection::LimitPerCustomer { limit: 4, already_held: 2, requested: 3 });
}

#[test]
fn the_limit_is_each_customers_own() {
    at_most_four([booked(FIRST, ANNA, &[(SEATS, 4)])])
        .at(BORIS, NOON)
        .when(&book(SECOND, BORIS, &[(SEATS, 4)]))
        .then([booked(SECOND, BORIS, &[(SEATS, 4)])]);
}

#[test]
fn what_was_given_back_no_longer_counts_towards_the_limit() {
    at_most_four([booked(FIRST, ANNA, &[(SEATS, 4)]), given_back(FIRST, ANNA, &[(SEATS, 4)])])
        .at(ANNA, NOON)
        .when(&book(SECOND, ANNA, &[(SEATS, 4)]))
        .then([booked(SECOND, ANNA, &[(SEATS, 4)])]);
}

#[test]
fn giving_one_booking_back_leaves_the_other_counting() {
    let (first, back) = (booked(FIRST, ANNA, &[(SEATS, 1)]), given_back(FIRST, ANNA, &[(SEATS, 1)]));
    at_most_four([first, booked(SECOND, ANNA, &[(SEATS, 3)]), back])
        .at(ANNA, NOON)
        .when(&book(THIRD, ANNA, &[(SEATS, 2)]))
        .then_rejected(Rejection::LimitPerCustomer { limit: 4, already_held: 3, requested: 2 });
}

#[test]
fn a_limit_set_later_counts_what_is_held_already() {
    on_sale([booked(FIRST, ANNA, &[(SEATS, 6)]), CustomerLimitSet { max_per_customer: Some(5) }.into()])
        .at(ANNA, NOON)
        .when(&book(SECOND, ANNA, &[(SEATS, 1)]))
        .then_rejected(Rejection::LimitPerCustomer { limit: 5, already_held: 6, requested: 1 });
}

#[test]
fn a_lifted_limit_binds_nobody() {
    at_most_four([CustomerLimitSet { max_per_customer: None }.into()])
        .at(ANNA, NOON)
        .when(&book(FIRST, ANNA, &[(SEATS, 10)]))
        .then([booked(FIRST, ANNA, &[(SEATS, 10)])]);
}

#[test]
fn new_sale_times_bind() {
    let postponed = Schedule { sale_opens_at: Some(NOON + A_MOMENT), ..schedule() };
    on_sale([ShowScheduled { schedule: postponed }.into()])
        .at(ANNA, NOON)
        .when(&book(FIRST, ANNA, &[(SEATS, 1)]))
        .then_rejected(Rejection::SaleNotOpen { opens_at: NOON + A_MOMENT });
}

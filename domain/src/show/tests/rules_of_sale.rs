//! When ticket types are sold, to whom, and how many at a time.

use super::*;
use crate::show::{BOOKING_TICKETS_MAX, Rejection, TicketTermsSet};

/// The evening on sale, its seats under these terms, and what happened since.
fn sold_as(terms: TicketTerms, since: impl IntoIterator<Item = Event>) -> Given<Show> {
    on_sale_as(|show| show.ticket_types[0].terms = terms, since)
}

fn at_a_time(min: Option<u32>, max: Option<u32>) -> TicketTerms {
    TicketTerms { min_per_booking: min, max_per_booking: max, ..TicketTerms::default() }
}

fn between(opens: Option<Timestamp>, closes: Option<Timestamp>) -> TicketTerms {
    TicketTerms { sale_opens_at: opens, sale_closes_at: closes, ..TicketTerms::default() }
}

fn for_friends() -> TicketTerms {
    TicketTerms { access_code: Some(line("FRIENDS")), ..TicketTerms::default() }
}

fn with_code(code: &str, items: &[(TicketTypeId, u32)]) -> Command {
    Command::BookTickets(BookTickets { access_code: Some(line(code)), ..wanted(FIRST, ANNA, items) })
}

#[test]
fn a_ticket_type_is_sold_from_its_opening_on() {
    let wish = book(FIRST, ANNA, &[(SEATS, 2)]);
    let (later, terms) = (NOON + A_MOMENT, |at| between(Some(at), None));
    sold_as(terms(NOON), []).at(ANNA, NOON).when(&wish).then([booked(FIRST, ANNA, &[(SEATS, 2)])]);
    sold_as(terms(later), []).at(ANNA, NOON).when(&wish).then_rejected(Rejection::SaleNotOpen { opens_at: later });
}

#[test]
fn a_ticket_type_is_sold_until_a_moment_before_its_closing() {
    let wish = book(FIRST, ANNA, &[(SEATS, 2)]);
    let terms = |at| between(None, Some(at));
    sold_as(terms(NOON + A_MOMENT), []).at(ANNA, NOON).when(&wish).then([booked(FIRST, ANNA, &[(SEATS, 2)])]);
    sold_as(terms(NOON), []).at(ANNA, NOON).when(&wish).then_rejected(Rejection::SaleClosed);
}

#[test]
fn a_ticket_types_window_lies_within_the_shows() {
    let wish = book(FIRST, ANNA, &[(SEATS, 2)]);
    let wide = || between(Some(hours(-9)), Some(hours(9)));
    sold_as(wide(), [])
        .at(ANNA, OPENS - A_MOMENT)
        .when(&wish)
        .then_rejected(Rejection::SaleNotOpen { opens_at: OPENS });
    sold_as(wide(), []).at(ANNA, ENDS).when(&wish).then_rejected(Rejection::SaleClosed);
}

#[test]
fn other_ticket_types_are_sold_meanwhile() {
    let shut = || between(None, Some(NOON));
    let items = [(STANDING, 1)];
    sold_as(shut(), []).at(ANNA, NOON).when(&book(FIRST, ANNA, &items)).then([booked(FIRST, ANNA, &items)]);
    sold_as(shut(), [])
        .at(ANNA, NOON)
        .when(&book(FIRST, ANNA, &[(STANDING, 1), (SEATS, 1)]))
        .then_rejected(Rejection::SaleClosed);
}

#[test]
fn one_booking_has_no_fewer_and_no_more_than_the_ticket_type_allows() {
    for (requested, allowed) in [(1, false), (2, true), (4, true), (5, false)] {
        let when =
            sold_as(at_a_time(Some(2), Some(4)), []).at(ANNA, NOON).when(&book(FIRST, ANNA, &[(SEATS, requested)]));
        if allowed {
            when.then([booked(FIRST, ANNA, &[(SEATS, requested)])]);
        } else {
            when.then_rejected(Rejection::QuantityPerBooking { ticket_type_id: SEATS, min: 2, max: 4, requested });
        }
    }
}

#[test]
fn that_is_for_each_booking_and_not_for_each_customer() {
    let four = [(SEATS, 4)];
    sold_as(at_a_time(None, Some(4)), [booked(FIRST, ANNA, &four)])
        .at(ANNA, NOON)
        .when(&book(SECOND, ANNA, &four))
        .then([booked(SECOND, ANNA, &four)]);
}

#[test]
fn no_booking_has_more_tickets_than_any_can_have() {
    let huge = |show: &mut ShowCreated| {
        show.ticket_types[0].capacity = 5_000;
        show.ticket_types[0].terms.max_per_booking = Some(5_000);
    };
    let requested = BOOKING_TICKETS_MAX + 1;
    on_sale_as(huge, []).at(ANNA, NOON).when(&book(FIRST, ANNA, &[(SEATS, requested)])).then_rejected(
        Rejection::QuantityPerBooking { ticket_type_id: SEATS, min: 1, max: BOOKING_TICKETS_MAX, requested },
    );
}

#[test]
fn part_of_a_booking_may_be_given_back_whatever_the_fewest_is() {
    sold_as(at_a_time(Some(2), None), [booked(FIRST, ANNA, &[(SEATS, 2)])])
        .at(ANNA, NOON)
        .when(&part_of(FIRST, &[(SEATS, 1)], None))
        .then([reduced(FIRST, ANNA, &[(SEATS, 1)], None).into()]);
}

#[test]
fn a_hidden_ticket_type_does_not_exist_for_those_who_do_not_know_its_code() {
    let unknown = Rejection::UnknownTicketType { ticket_type_id: SEATS };
    for wish in [book(FIRST, ANNA, &[(SEATS, 1)]), with_code("FIENDS", &[(SEATS, 1)])] {
        sold_as(for_friends(), []).at(ANNA, NOON).when(&wish).then_rejected(unknown.clone());
    }
}

#[test]
fn whoever_knows_its_code_buys_a_hidden_ticket_type_and_others_as_well() {
    let items = [(SEATS, 1), (STANDING, 1)];
    let wish = BookTickets { access_code: Some(line("FRIENDS")), ..wanted(FIRST, ANNA, &items) };
    let (customer_id, currency) = (ANNA.account_id, money(0, "EUR").currency);
    let sold =
        BookingConfirmed { asked: fingerprint(&wish), ..confirmed(FIRST, customer_id, booked_items(&items), currency) };
    sold_as(for_friends(), []).at(ANNA, NOON).when(&with_code("FRIENDS", &items)).then([sold.clone().into()]);
    sold_as(for_friends(), [sold.into()]).at(ANNA, NOON).when(&with_code("FRIENDS", &items)).then_nothing();
}

#[test]
fn new_terms_of_a_ticket_type_are_recorded_whole_and_bind() {
    let terms = at_a_time(Some(2), Some(4));
    let wish = |terms: TicketTerms| {
        revise(ReviseShow { expected_revision: 2, ticket_terms: vec![(SEATS, terms)], ..ReviseShow::default() })
    };
    let set = TicketTermsSet { ticket_type_id: SEATS, terms: terms.clone() };
    on_sale([]).at(ORGANIZER, NOON).when(&wish(terms)).then([set.clone().into()]);
    on_sale([]).at(ORGANIZER, NOON).when(&wish(TicketTerms::default())).then_nothing();
    on_sale([set.into()])
        .at(ANNA, NOON)
        .when(&book(FIRST, ANNA, &[(SEATS, 1)]))
        .then_rejected(Rejection::QuantityPerBooking { ticket_type_id: SEATS, min: 2, max: 4, requested: 1 });
}

#[test]
fn whether_a_ticket_type_has_seats_is_settled_when_it_is_added() {
    let reserved = TicketTerms { reserved: true, ..at_a_time(Some(2), None) };
    let wish = ReviseShow { expected_revision: 2, ticket_terms: vec![(SEATS, reserved)], ..ReviseShow::default() };
    on_sale([]).at(ORGANIZER, NOON).when(&revise(wish)).then([TicketTermsSet {
        ticket_type_id: SEATS,
        terms: at_a_time(Some(2), None),
    }
    .into()]);
}

#[test]
fn terms_that_let_nobody_buy_are_refused() {
    let wrong = [between(Some(NOON), Some(NOON)), between(Some(STARTS), Some(NOON)), at_a_time(Some(3), Some(2))];
    for terms in wrong {
        let mut show = evening();
        show.ticket_types[1].terms = terms.clone();
        nothing().at(ORGANIZER, NOON).when(&create(show)).then_rejected(Rejection::ContradictoryTimes);
        let added = TicketType { terms: terms.clone(), ..ticket_type(UNHEARD_OF, 1) };
        let wish = ReviseShow { expected_revision: 1, added: vec![added], ..ReviseShow::default() };
        draft([]).at(ORGANIZER, NOON).when(&revise(wish)).then_rejected(Rejection::ContradictoryTimes);
        let wish = ReviseShow { expected_revision: 1, ticket_terms: vec![(SEATS, terms)], ..ReviseShow::default() };
        draft([]).at(ORGANIZER, NOON).when(&revise(wish)).then_rejected(Rejection::ContradictoryTimes);
    }
    let wish =
        ReviseShow { expected_revision: 1, ticket_terms: vec![(UNHEARD_OF, for_friends())], ..ReviseShow::default() };
    draft([])
        .at(ORGANIZER, NOON)
        .when(&revise(wish))
        .then_rejected(Rejection::UnknownTicketType { ticket_type_id: UNHEARD_OF });
}

#[test]
fn the_limit_for_one_customer_counts_bookings_and_holds_alike() {
    let limited = |show: &mut ShowCreated| show.max_per_customer = Some(5);
    on_sale_as(limited, [booked(FIRST, ANNA, &[(SEATS, 2)]), held(SECOND, ANNA, &[(STANDING, 2)])])
        .at(ANNA, NOON)
        .when(&hold(THIRD, ANNA, &[(SEATS, 2)]))
        .then_rejected(Rejection::LimitPerCustomer { limit: 5, already_held: 4, requested: 2 });
}

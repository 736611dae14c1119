//! Offering what comes free to those who wait: in the decision that frees it, first come, first served.

use super::*;
use crate::show::{
    CustomerLimitSet, OfferDeclined, Rejection, SaleResumed, SaleTermsSet, TicketTermsSet, TicketTypeAdded,
    WaitlistLeft,
};

/// Carla has all ten seats, and these people wait for so many.
fn waited_for(places: &[(EntryId, Actor, u32)]) -> Vec<Event> {
    let waiting = places.iter().map(|&(entry_id, customer, quantity)| joined(entry_id, customer, quantity));
    [booked(FIRST, CARLA, &[(SEATS, 10)])].into_iter().chain(waiting).collect()
}

/// Carla gives so many of them back.
fn frees(quantity: u32) -> Command {
    part_of(FIRST, &[(SEATS, quantity)], Some(REQUEST))
}

fn freed(quantity: u32) -> Event {
    reduced(FIRST, CARLA, &[(SEATS, quantity)], Some(REQUEST)).into()
}

fn accept(entry_id: EntryId, booking_id: BookingId) -> Command {
    Command::AcceptOffer { entry_id, booking_id }
}

fn decline(entry_id: EntryId) -> Command {
    Command::DeclineOffer { entry_id }
}

fn declined(entry_id: EntryId, customer: Actor, quantity: u32) -> Event {
    OfferDeclined { entry_id, customer_id: customer.account_id, items: booked_items(&[(SEATS, quantity)]) }.into()
}

/// What was offered was bought at noon.
fn accepted(entry_id: EntryId, booking_id: BookingId, customer: Actor, quantity: u32) -> BookingConfirmed {
    let (customer_id, currency) = (customer.account_id, money(0, "EUR").currency);
    let items = booked_items(&[(SEATS, quantity)]);
    BookingConfirmed { offer: Some(entry_id), asked: 1, ..confirmed(booking_id, customer_id, items, currency) }
}

/// Anna is offered two of the seats that Carla gave back, at noon.
fn offered_to_anna(since: impl IntoIterator<Item = Event>) -> Given<Show> {
    let offered = [freed(2), offered(PLACE, ANNA, 2)];
    on_sale(waited_for(&[(PLACE, ANNA, 2)]).into_iter().chain(offered).chain(since))
}

#[test]
fn what_is_given_back_is_offered_in_the_same_decision() {
    on_sale(waited_for(&[(PLACE, ANNA, 2)]))
        .at(CARLA, NOON)
        .when(&give_back(FIRST))
        .then([given_back(FIRST, CARLA, &[(SEATS, 10)]), offered(PLACE, ANNA, 2)]);
    on_sale(waited_for(&[(PLACE, ANNA, 2)])).at(CARLA, NOON).when(&frees(2)).then([freed(2), offered(PLACE, ANNA, 2)]);
}

#[test]
fn what_lapses_or_is_given_up_is_offered_in_the_same_decision() {
    let history = [held(FIRST, CARLA, &[(SEATS, 10)]), joined(PLACE, ANNA, 2)];
    on_sale(history.clone())
        .at(CARLA, NOON)
        .when(&give_back(FIRST))
        .then([released(FIRST, CARLA, &[(SEATS, 10)]), offered(PLACE, ANNA, 2)]);
    on_sale(history)
        .at(ADMIN, DEADLINE)
        .when(&Command::Settle)
        .then([lapsed(FIRST, CARLA, &[(SEATS, 10)], DEADLINE), offered_until(PLACE, ANNA, 2, minutes(25))]);
}

#[test]
fn a_raised_capacity_is_offered() {
    let more = crate::show::CapacityWish { ticket_type_id: SEATS, capacity: 12 };
    let wish = ReviseShow { expected_revision: 2, capacities: vec![more], ..ReviseShow::default() };
    on_sale(waited_for(&[(PLACE, ANNA, 2)]))
        .at(ORGANIZER, NOON)
        .when(&revise(wish))
        .then([more_seats(12), offered(PLACE, ANNA, 2)]);
}

#[test]
fn the_show_says_how_long_an_offer_lasts() {
    on_sale_as(|show| show.terms.offer_seconds = 86_400, waited_for(&[(PLACE, ANNA, 2)]))
        .at(CARLA, NOON)
        .when(&frees(2))
        .then([freed(2), offered_until(PLACE, ANNA, 2, hours(24))]);
}

#[test]
fn first_come_first_served_as_far_as_it_goes() {
    on_sale(waited_for(&[(NEXT, BORIS, 2), (PLACE, ANNA, 2), (LAST, ORGANIZER, 2)]))
        .at(CARLA, NOON)
        .when(&frees(5))
        .then([freed(5), offered(NEXT, BORIS, 2), offered(PLACE, ANNA, 2)]);
}

#[test]
fn who_wants_more_does_not_come_later_for_it_nor_who_wants_fewer() {
    on_sale(waited_for(&[(NEXT, BORIS, 3), (PLACE, ANNA, 1)]))
        .at(CARLA, NOON)
        .when(&frees(3))
        .then([freed(3), offered(NEXT, BORIS, 3)]);
    on_sale(waited_for(&[(NEXT, BORIS, 1), (PLACE, ANNA, 3)]))
        .at(CARLA, NOON)
        .when(&frees(3))
        .then([freed(3), offered(NEXT, BORIS, 1)]);
}

#[test]
fn who_wants_more_than_is_free_is_passed_over_and_keeps_the_place() {
    let waiting = waited_for(&[(PLACE, ANNA, 4), (NEXT, BORIS, 2), (LAST, ORGANIZER, 4)]);
    on_sale(waiting.clone()).at(CARLA, NOON).when(&frees(3)).then([freed(3), offered(NEXT, BORIS, 2)]);
    let since = [freed(3), offered(NEXT, BORIS, 2), declined(NEXT, BORIS, 2)];
    on_sale(waiting.into_iter().chain(since))
        .at(CARLA, NOON)
        .when(&part_of(FIRST, &[(SEATS, 1)], None))
        .then([reduced(FIRST, CARLA, &[(SEATS, 1)], None).into(), offered(PLACE, ANNA, 4)]);
}

#[test]
fn who_may_not_hold_more_is_passed_over_and_keeps_the_place() {
    let others = [booked(SECOND, ANNA, &[(STANDING, 2)])];
    let history = || waited_for(&[(PLACE, ANNA, 2), (NEXT, BORIS, 2)]).into_iter().chain(others.clone());
    let limited = |show: &mut ShowCreated| show.max_per_customer = Some(3);
    on_sale_as(limited, history()).at(CARLA, NOON).when(&frees(4)).then([freed(4), offered(NEXT, BORIS, 2)]);
    // Once she has given the others back, she fits.
    let since = [freed(4), offered(NEXT, BORIS, 2)];
    on_sale_as(limited, history().chain(since))
        .at(ANNA, NOON)
        .when(&give_back(SECOND))
        .then([given_back(SECOND, ANNA, &[(STANDING, 2)]), offered(PLACE, ANNA, 2)]);
}

#[test]
fn who_waits_fits_again_when_the_limit_is_lifted() {
    let history = waited_for(&[(PLACE, ANNA, 2)]).into_iter().chain([freed(4)]);
    let wish = ReviseShow { expected_revision: 3, max_per_customer: Some(Some(2)), ..ReviseShow::default() };
    on_sale(history.chain([CustomerLimitSet { max_per_customer: Some(1) }.into()]))
        .at(ORGANIZER, NOON)
        .when(&revise(wish))
        .then([CustomerLimitSet { max_per_customer: Some(2) }.into(), offered(PLACE, ANNA, 2)]);
}

#[test]
fn each_ticket_type_has_a_queue_of_its_own() {
    let Event::WaitlistJoined(place) = joined(PLACE, ANNA, 2) else { unreachable!() };
    let to_stand = WaitlistJoined { ticket_type_id: STANDING, ..place };
    on_sale([booked(FIRST, CARLA, &[(SEATS, 10), (STANDING, 3)]), to_stand.into(), joined(NEXT, BORIS, 1)])
        .at(CARLA, NOON)
        .when(&frees(3))
        .then([freed(3), offered(NEXT, BORIS, 1)]);
}

#[test]
fn nothing_is_offered_while_nothing_is_sold() {
    for pause in [paused(), closed()] {
        on_sale(waited_for(&[(PLACE, ANNA, 2)]).into_iter().chain([pause]))
            .at(CARLA, NOON)
            .when(&frees(2))
            .then([freed(2)]);
    }
    on_sale(waited_for(&[(PLACE, ANNA, 2)])).at(ADMIN, ENDS).when(&frees(2)).then([freed(2)]);
    on_sale(waited_for(&[(PLACE, ANNA, 2)])).at(CARLA, OPENS - A_MOMENT).when(&frees(2)).then([freed(2)]);
    on_sale(waited_for(&[(PLACE, ANNA, 2)])).at(ORGANIZER, NOON).when(&call_off()).then([called_off()]);
}

#[test]
fn nothing_of_a_ticket_type_is_offered_outside_its_own_window() {
    let window = |opens, closes| {
        let terms = TicketTerms { sale_opens_at: opens, sale_closes_at: closes, ..TicketTerms::default() };
        TicketTermsSet { ticket_type_id: SEATS, terms }.into()
    };
    for shut in [window(Some(NOON + A_MOMENT), None), window(None, Some(NOON))] {
        on_sale(waited_for(&[(PLACE, ANNA, 2)]).into_iter().chain([shut]))
            .at(CARLA, NOON)
            .when(&frees(2))
            .then([freed(2)]);
    }
    for open in [window(Some(NOON), None), window(None, Some(NOON + A_MOMENT))] {
        on_sale(waited_for(&[(PLACE, ANNA, 2)]).into_iter().chain([open]))
            .at(CARLA, NOON)
            .when(&frees(2))
            .then([freed(2), offered(PLACE, ANNA, 2)]);
    }
}

#[test]
fn what_came_free_meanwhile_is_offered_when_the_sale_goes_on() {
    let history = waited_for(&[(PLACE, ANNA, 2)]).into_iter().chain([paused(), freed(2)]);
    on_sale(history)
        .at(ORGANIZER, NOON)
        .when(&Command::Step(Step::Resume))
        .then([SaleResumed {}.into(), offered(PLACE, ANNA, 2)]);
}

#[test]
fn what_is_offered_is_not_for_sale() {
    offered_to_anna([]).at(BORIS, NOON).when(&book(SECOND, BORIS, &[(SEATS, 1)])).then_rejected(Rejection::SoldOut {
        ticket_type_id: SEATS,
        requested: 1,
        available: 0,
    });
}

#[test]
fn a_newcomer_cannot_overtake() {
    // The seats came free, and nobody has asked for anything since.
    let history = waited_for(&[(PLACE, ANNA, 2)]).into_iter().chain([freed(2)]);
    on_sale(history).at(BORIS, NOON).when(&book(SECOND, BORIS, &[(SEATS, 1)])).then_rejected_after(
        [offered(PLACE, ANNA, 2)],
        Rejection::SoldOut { ticket_type_id: SEATS, requested: 1, available: 0 },
    );
}

#[test]
fn what_nobody_who_waits_can_use_is_for_sale() {
    let history = waited_for(&[(PLACE, ANNA, 2)]).into_iter().chain([freed(1)]);
    on_sale(history).at(BORIS, NOON).when(&book(SECOND, BORIS, &[(SEATS, 1)])).then([booked(
        SECOND,
        BORIS,
        &[(SEATS, 1)],
    )]);
}

#[test]
fn without_settling_too_newcomers_find_nothing() {
    use crate::aggregate::{Aggregate, Asked, replay};
    let since = waited_for(&[(PLACE, ANNA, 2)]).into_iter().chain([freed(2)]);
    let history: Vec<Event> = [Event::from(evening()), published()].into_iter().chain(since).collect();
    let show = replay::<Show>(&history);
    let asked = Asked { by: BORIS, at: NOON };
    let none_left = Rejection::SoldOut { ticket_type_id: SEATS, requested: 1, available: 0 };
    assert_eq!(show.decide(&book(SECOND, BORIS, &[(SEATS, 1)]), &asked), Err(none_left));
    assert_eq!(show.decide(&join(NEXT, BORIS, 1), &asked), Ok(vec![joined(NEXT, BORIS, 1)]));
}

#[test]
fn an_offer_becomes_a_booking() {
    for somebody in [ANNA, ADMIN] {
        offered_to_anna([])
            .at(somebody, NOON)
            .when(&accept(PLACE, SECOND))
            .then([accepted(PLACE, SECOND, ANNA, 2).into()]);
    }
}

#[test]
fn where_tickets_are_paid_an_offer_becomes_a_hold() {
    let held = SeatsHeld { offer: Some(PLACE), asked: 1, ..seats_held(SECOND, ANNA, &[(SEATS, 2)]) };
    let history = waited_for(&[(PLACE, ANNA, 2)]).into_iter().chain([freed(2), offered(PLACE, ANNA, 2)]);
    on_paid_sale(history).at(ANNA, NOON).when(&accept(PLACE, SECOND)).then([held.into()]);
}

#[test]
fn what_was_offered_costs_what_it_cost_then_and_is_under_the_policy_of_the_moment_it_is_taken() {
    let policy = Some(crate::show::RefundPolicy { steps: Box::default(), fee: 0 });
    let strict = SaleTermsSet { terms: SaleTerms { refund_policy: policy, ..SaleTerms::default() } };
    offered_to_anna([strict.into()]).at(ANNA, NOON).when(&accept(PLACE, SECOND)).then([BookingConfirmed {
        policy: 1,
        ..accepted(PLACE, SECOND, ANNA, 2)
    }
    .into()]);
}

#[test]
fn what_is_accepted_is_taken_once() {
    offered_to_anna([freed(3), accepted(PLACE, SECOND, ANNA, 2).into()])
        .at(BORIS, NOON)
        .when(&book(THIRD, BORIS, &[(SEATS, 3)]))
        .then([booked(THIRD, BORIS, &[(SEATS, 3)])]);
    let end = [accepted(PLACE, SECOND, ANNA, 2).into(), given_back(SECOND, ANNA, &[(SEATS, 2)])];
    offered_to_anna(end).at(BORIS, NOON).when(&book(THIRD, BORIS, &[(SEATS, 3)])).then_rejected(Rejection::SoldOut {
        ticket_type_id: SEATS,
        requested: 3,
        available: 2,
    });
}

#[test]
fn accepting_again_is_quiet() {
    let taken = || accepted(PLACE, SECOND, ANNA, 2).into();
    offered_to_anna([taken()]).at(ANNA, hours(5)).when(&accept(PLACE, SECOND)).then_nothing();
    offered_to_anna([taken(), called_off()]).at(ANNA, NOON).when(&accept(PLACE, SECOND)).then_nothing();
    offered_to_anna([taken()]).at(ANNA, NOON).when(&accept(PLACE, THIRD)).then_rejected(Rejection::OfferAccepted);
}

#[test]
fn an_offer_is_a_promise_until_a_moment_before_its_deadline() {
    let last = OFFERED_UNTIL - A_MOMENT;
    let taken = BookingConfirmed { booked_at: last, ..accepted(PLACE, SECOND, ANNA, 2) };
    for since in [vec![], vec![paused()], vec![closed()]] {
        offered_to_anna(since).at(ANNA, last).when(&accept(PLACE, SECOND)).then([taken.clone().into()]);
    }
    for command in [accept(PLACE, SECOND), decline(PLACE)] {
        offered_to_anna([])
            .at(ANNA, OFFERED_UNTIL)
            .when(&command)
            .then_rejected_after([offer_lapsed(PLACE, ANNA, 2, OFFERED_UNTIL)], Rejection::OfferLapsed);
    }
}

#[test]
fn an_offer_that_lapses_goes_to_the_next_in_the_same_decision() {
    let waiting = waited_for(&[(PLACE, ANNA, 2), (NEXT, BORIS, 2)]);
    on_sale(waiting.into_iter().chain([freed(2), offered(PLACE, ANNA, 2)]))
        .at(ADMIN, OFFERED_UNTIL)
        .when(&Command::Settle)
        .then([offer_lapsed(PLACE, ANNA, 2, OFFERED_UNTIL), offered_until(NEXT, BORIS, 2, minutes(30))]);
}

#[test]
fn an_offer_that_is_declined_goes_to_the_next() {
    let history = || {
        let waiting = waited_for(&[(PLACE, ANNA, 2), (NEXT, BORIS, 2)]);
        waiting.into_iter().chain([freed(2), offered(PLACE, ANNA, 2)])
    };
    for refusal in [decline(PLACE), Command::LeaveWaitlist { entry_id: PLACE }] {
        on_sale(history()).at(ANNA, NOON).when(&refusal).then([declined(PLACE, ANNA, 2), offered(NEXT, BORIS, 2)]);
    }
}

#[test]
fn declining_again_is_quiet() {
    for repeat in [decline(PLACE), Command::LeaveWaitlist { entry_id: PLACE }] {
        offered_to_anna([declined(PLACE, ANNA, 2)]).at(ANNA, NOON).when(&repeat).then_nothing();
    }
}

#[test]
fn nobody_is_offered_twice_what_they_did_not_take() {
    let ends = [declined(PLACE, ANNA, 2), offer_lapsed(PLACE, ANNA, 2, OFFERED_UNTIL)];
    for end in ends {
        offered_to_anna([end]).at(ADMIN, minutes(20)).when(&Command::Settle).then_nothing();
    }
}

#[test]
fn only_what_is_offered_is_accepted_or_declined() {
    let place = joined(PLACE, ANNA, 2);
    let offer = offered(PLACE, ANNA, 2);
    let left = WaitlistLeft { entry_id: PLACE, customer_id: ANNA.account_id };
    let refusals = [
        (waited_for(&[(PLACE, ANNA, 2)]), Rejection::NotOffered),
        (vec![place.clone(), left.into()], Rejection::OfferDeclined),
        (vec![place.clone(), offer.clone(), offer_lapsed(PLACE, ANNA, 2, OFFERED_UNTIL)], Rejection::OfferLapsed),
        (vec![place.clone(), offer.clone(), called_off()], Rejection::EventCancelled),
        (vec![place.clone(), called_off()], Rejection::EventCancelled),
    ];
    for (history, refusal) in refusals {
        for command in [accept(PLACE, SECOND), decline(PLACE)] {
            on_sale(history.clone()).at(ANNA, NOON).when(&command).then_rejected(refusal.clone());
        }
    }
    offered_to_anna([declined(PLACE, ANNA, 2)])
        .at(ANNA, NOON)
        .when(&accept(PLACE, SECOND))
        .then_rejected(Rejection::OfferDeclined);
    for command in [decline(PLACE), Command::LeaveWaitlist { entry_id: PLACE }] {
        offered_to_anna([accepted(PLACE, SECOND, ANNA, 2).into()])
            .at(ANNA, NOON)
            .when(&command)
            .then_rejected(Rejection::OfferAccepted);
    }
}

#[test]
fn offers_do_not_count_towards_the_limit_until_they_are_accepted() {
    let limited = |show: &mut ShowCreated| show.max_per_customer = Some(3);
    let history = waited_for(&[(PLACE, ANNA, 2)]).into_iter().chain([freed(4), offered(PLACE, ANNA, 2)]);
    let history = || history.clone();
    let two = [(SEATS, 2)];
    on_sale_as(limited, history()).at(ANNA, NOON).when(&book(SECOND, ANNA, &two)).then([booked(SECOND, ANNA, &two)]);
    on_sale_as(limited, history().chain([booked(SECOND, ANNA, &two)]))
        .at(ANNA, NOON)
        .when(&accept(PLACE, THIRD))
        .then_rejected(Rejection::LimitPerCustomer { limit: 3, already_held: 2, requested: 2 });
    on_sale_as(limited, history().chain([accepted(PLACE, SECOND, ANNA, 2).into()]))
        .at(ANNA, NOON)
        .when(&book(THIRD, ANNA, &two))
        .then_rejected(Rejection::LimitPerCustomer { limit: 3, already_held: 2, requested: 2 });
}

#[test]
fn an_offer_is_not_accepted_with_the_key_of_another_booking() {
    offered_to_anna([booked(SECOND, ANNA, &[(STANDING, 1)])])
        .at(ANNA, NOON)
        .when(&accept(PLACE, SECOND))
        .then_rejected(Rejection::IdempotencyKeyReused);
    // Nor is anything booked with the key that an offer was accepted with.
    offered_to_anna([accepted(PLACE, SECOND, ANNA, 2).into()])
        .at(ANNA, NOON)
        .when(&book(SECOND, ANNA, &[(SEATS, 2)]))
        .then_rejected(Rejection::IdempotencyKeyReused);
}

#[test]
fn what_is_added_to_a_show_concerns_nobody_who_waits_for_something_else() {
    let added = TicketTypeAdded { ticket_type: ticket_type(UNHEARD_OF, 5) };
    let wish = ReviseShow { expected_revision: 2, added: vec![ticket_type(UNHEARD_OF, 5)], ..ReviseShow::default() };
    on_sale(waited_for(&[(PLACE, ANNA, 2)])).at(ORGANIZER, NOON).when(&revise(wish)).then([added.into()]);
}

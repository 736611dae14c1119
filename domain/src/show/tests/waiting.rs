//! Waiting for tickets that cannot be had now, and waiting no longer.

use super::*;
use crate::show::{Rejection, TicketTermsSet, WAITLIST_MAX, WaitlistLeft};

fn sold_out() -> Event {
    booked(FIRST, CARLA, &[(SEATS, 10)])
}

fn leave(entry_id: EntryId) -> Command {
    Command::LeaveWaitlist { entry_id }
}

fn left(entry_id: EntryId, customer: Actor) -> Event {
    WaitlistLeft { entry_id, customer_id: customer.account_id }.into()
}

#[test]
fn who_comes_too_late_waits() {
    on_sale([sold_out()]).at(ANNA, NOON).when(&join(PLACE, ANNA, 2)).then([joined(PLACE, ANNA, 2)]);
}

#[test]
fn who_wants_more_than_is_left_waits() {
    on_sale([booked(FIRST, CARLA, &[(SEATS, 9)])])
        .at(ANNA, NOON)
        .when(&join(PLACE, ANNA, 2))
        .then([joined(PLACE, ANNA, 2)]);
}

#[test]
fn who_wants_what_can_be_had_does_not_wait() {
    on_sale([booked(FIRST, CARLA, &[(SEATS, 8)])])
        .at(ANNA, NOON)
        .when(&join(PLACE, ANNA, 2))
        .then_rejected(Rejection::TicketsAvailable { ticket_type_id: SEATS, available: 2 });
}

#[test]
fn what_is_held_or_offered_cannot_be_had() {
    for taken in [held(FIRST, CARLA, &[(SEATS, 9)]), offered(NEXT, CARLA, 9)] {
        on_sale([joined(NEXT, CARLA, 9), taken])
            .at(ANNA, NOON)
            .when(&join(PLACE, ANNA, 2))
            .then([joined(PLACE, ANNA, 2)]);
    }
}

#[test]
fn asking_again_to_wait_is_quiet_whatever_became_of_it() {
    let place = joined(PLACE, ANNA, 2);
    let histories = [
        vec![sold_out(), place.clone()],
        vec![place.clone(), offered(PLACE, ANNA, 2)],
        vec![place.clone(), offered(PLACE, ANNA, 2), offer_lapsed(PLACE, ANNA, 2, OFFERED_UNTIL)],
        vec![place.clone(), left(PLACE, ANNA)],
        vec![place, called_off()],
    ];
    for history in histories {
        on_sale(history).at(ANNA, NOON).when(&join(PLACE, ANNA, 2)).then_nothing();
    }
}

#[test]
fn a_key_that_waits_for_something_else_is_refused() {
    let other_type = JoinWaitlist { ticket_type_id: STANDING, ..waiting(PLACE, ANNA, 2) };
    for other in [join(PLACE, ANNA, 3), join(PLACE, BORIS, 2), Command::JoinWaitlist(other_type)] {
        on_sale([sold_out(), joined(PLACE, ANNA, 2)])
            .at(ANNA, NOON)
            .when(&other)
            .then_rejected(Rejection::IdempotencyKeyReused);
    }
}

#[test]
fn everybody_waits_once_for_a_ticket_type() {
    let all = booked(FIRST, CARLA, &[(SEATS, 10), (STANDING, 3)]);
    let history = [all, joined(PLACE, ANNA, 2)];
    on_sale(history.clone())
        .at(ANNA, NOON)
        .when(&join(NEXT, ANNA, 1))
        .then_rejected(Rejection::AlreadyWaiting { entry_id: PLACE });
    on_sale(history.clone()).at(BORIS, NOON).when(&join(NEXT, BORIS, 1)).then([joined(NEXT, BORIS, 1)]);
    let to_stand = JoinWaitlist { ticket_type_id: STANDING, ..waiting(NEXT, ANNA, 2) };
    let Event::WaitlistJoined(here) = joined(NEXT, ANNA, 2) else { unreachable!() };
    on_sale(history).at(ANNA, NOON).when(&Command::JoinWaitlist(to_stand)).then([WaitlistJoined {
        ticket_type_id: STANDING,
        ..here
    }
    .into()]);
}

#[test]
fn only_what_can_be_bought_at_all_is_waited_for() {
    let many = TicketTerms { max_per_booking: Some(4), ..TicketTerms::default() };
    let set = |terms| TicketTermsSet { ticket_type_id: SEATS, terms }.into();
    let closed_type = TicketTerms { sale_closes_at: Some(NOON), ..TicketTerms::default() };
    let opens_at = NOON + A_MOMENT;
    let not_open = TicketTerms { sale_opens_at: Some(opens_at), ..TicketTerms::default() };
    let hidden = TicketTerms { access_code: Some(line("FRIENDS")), ..TicketTerms::default() };
    let refusals = [
        (set(many), Rejection::QuantityPerBooking { ticket_type_id: SEATS, min: 1, max: 4, requested: 5 }),
        (set(closed_type), Rejection::SaleClosed),
        (set(not_open), Rejection::SaleNotOpen { opens_at }),
        (set(hidden), Rejection::UnknownTicketType { ticket_type_id: SEATS }),
        (paused(), Rejection::NotOnSale),
        (closed(), Rejection::SaleClosed),
        (called_off(), Rejection::EventCancelled),
    ];
    for (event, refusal) in refusals {
        on_sale([sold_out(), event]).at(ANNA, NOON).when(&join(PLACE, ANNA, 5)).then_rejected(refusal);
    }
    on_sale([sold_out()]).at(ANNA, ENDS).when(&join(PLACE, ANNA, 5)).then_rejected(Rejection::SaleClosed);
    draft([]).at(ANNA, NOON).when(&join(PLACE, ANNA, 5)).then_rejected(Rejection::NoSuchShow);
    draft([]).at(ORGANIZER, NOON).when(&join(PLACE, ORGANIZER, 5)).then_rejected(Rejection::NotOnSale);
    nothing().at(ANNA, NOON).when(&join(PLACE, ANNA, 5)).then_rejected(Rejection::NoSuchShow);
}

#[test]
fn a_hidden_ticket_type_is_waited_for_with_its_code() {
    let hidden = TicketTerms { access_code: Some(line("FRIENDS")), ..TicketTerms::default() };
    let with_code = JoinWaitlist { access_code: Some(line("FRIENDS")), ..waiting(PLACE, ANNA, 2) };
    on_sale([sold_out(), TicketTermsSet { ticket_type_id: SEATS, terms: hidden }.into()])
        .at(ANNA, NOON)
        .when(&Command::JoinWaitlist(with_code))
        .then([joined(PLACE, ANNA, 2)]);
}

#[test]
fn nobody_waits_for_more_than_they_may_hold() {
    let history = [booked(FIRST, CARLA, &[(SEATS, 8)]), booked(SECOND, ANNA, &[(SEATS, 2)])];
    let limited = |show: &mut ShowCreated| show.max_per_customer = Some(3);
    on_sale_as(limited, history.clone())
        .at(ANNA, NOON)
        .when(&join(PLACE, ANNA, 2))
        .then_rejected(Rejection::LimitPerCustomer { limit: 3, already_held: 2, requested: 2 });
    on_sale_as(limited, history).at(ANNA, NOON).when(&join(PLACE, ANNA, 1)).then([joined(PLACE, ANNA, 1)]);
}

#[test]
fn only_so_many_wait() {
    let someone = |n: usize| AccountId(Uuid::from_u128(0x10_0000 + n as u128));
    let crowd = (0..WAITLIST_MAX).map(|n| {
        let (entry_id, customer_id) = (EntryId(someone(n).0), someone(n));
        WaitlistJoined { entry_id, customer_id, ticket_type_id: SEATS, quantity: 2, joined_at: NOON }.into()
    });
    let full = || [sold_out()].into_iter().chain(crowd.clone());
    on_sale(full())
        .at(ANNA, NOON)
        .when(&join(PLACE, ANNA, 2))
        .then_rejected(Rejection::WaitlistFull { limit: WAITLIST_MAX });
    let one_left = WaitlistLeft { entry_id: EntryId(someone(7).0), customer_id: someone(7) };
    on_sale(full().chain([one_left.into()])).at(ANNA, NOON).when(&join(PLACE, ANNA, 2)).then([joined(PLACE, ANNA, 2)]);
}

#[test]
fn who_waits_can_leave() {
    for somebody in [ANNA, ADMIN] {
        on_sale([sold_out(), joined(PLACE, ANNA, 2)]).at(somebody, NOON).when(&leave(PLACE)).then([left(PLACE, ANNA)]);
    }
}

#[test]
fn leaving_again_is_quiet_and_so_it_is_when_nothing_is_left_to_leave() {
    let place = joined(PLACE, ANNA, 2);
    let histories = [
        vec![place.clone(), left(PLACE, ANNA)],
        vec![place.clone(), offered(PLACE, ANNA, 2), offer_lapsed(PLACE, ANNA, 2, OFFERED_UNTIL)],
        vec![place, called_off()],
    ];
    for history in histories {
        on_sale(history).at(ANNA, NOON).when(&leave(PLACE)).then_nothing();
    }
}

#[test]
fn who_has_left_may_wait_again_behind_the_others() {
    let back = [sold_out(), joined(PLACE, ANNA, 2), joined(NEXT, BORIS, 2), left(PLACE, ANNA), joined(LAST, ANNA, 2)];
    on_sale(back)
        .at(CARLA, NOON)
        .when(&part_of(FIRST, &[(SEATS, 2)], None))
        .then([reduced(FIRST, CARLA, &[(SEATS, 2)], None).into(), offered(NEXT, BORIS, 2)]);
}

#[test]
fn a_place_that_does_not_exist_or_is_somebody_elses_is_not_known() {
    let booking_id = SECOND;
    let commands =
        |entry_id| [leave(entry_id), Command::AcceptOffer { entry_id, booking_id }, Command::DeclineOffer { entry_id }];
    for command in commands(PLACE) {
        for outsider in [BORIS, ORGANIZER] {
            on_sale([joined(PLACE, ANNA, 2), offered(PLACE, ANNA, 2)])
                .at(outsider, NOON)
                .when(&command)
                .then_rejected(Rejection::NoSuchEntry);
        }
    }
    for command in commands(NEXT) {
        on_sale([]).at(ADMIN, NOON).when(&command).then_rejected(Rejection::NoSuchEntry);
    }
}

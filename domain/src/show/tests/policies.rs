//! What comes back for tickets that are given back, wholly or in part.

use super::*;
use crate::show::{RefundPolicy, RefundStep, Rejection, SaleTermsSet};

const TWO: [(TicketTypeId, u32); 1] = [(SEATS, 2)];

// The show begins four hours after noon: until one everything comes back, until two one half.
const UNTIL_ONE: Timestamp = hours(1);
const UNTIL_TWO: Timestamp = hours(2);

fn step(hours_before: u32, percent: u8) -> RefundStep {
    RefundStep { hours_before, percent }
}

fn policy(steps: &[RefundStep], fee: i64) -> RefundPolicy {
    RefundPolicy { steps: steps.into(), fee }
}

fn lenient() -> RefundPolicy {
    policy(&[step(3, 100), step(2, 50)], 100)
}

fn terms(refund_policy: Option<RefundPolicy>) -> SaleTerms {
    SaleTerms { refund_policy, payment: Payment::Required, ..SaleTerms::default() }
}

fn terms_set(refund_policy: Option<RefundPolicy>) -> Event {
    SaleTermsSet { terms: terms(refund_policy) }.into()
}

/// Anna has paid 85.00 for two seats under a policy.
fn paid_under(policy: RefundPolicy, since: impl IntoIterator<Item = Event>) -> Given<Show> {
    let [_, paying, paid, confirmed] = bought(FIRST, ANNA);
    let held = SeatsHeld { policy: 1, ..seats_held(FIRST, ANNA, &TWO) };
    let bought = [held.into(), paying, paid, confirmed];
    on_sale_as(|show| show.terms = terms(Some(policy)), bought.into_iter().chain(since))
}

fn back(amount: i64, request: Option<Uuid>) -> Event {
    let (customer_id, money) = (ANNA.account_id, money(amount, "EUR"));
    RefundDue { booking_id: FIRST, refund: 1, customer_id, money, reason: RefundReason::GivenBack, request }.into()
}

#[test]
fn a_share_comes_back_until_the_very_end_of_its_step_minus_the_fee_for_each_ticket() {
    let shares = [
        (NOON, 2 * (4_250 - 100)),
        (UNTIL_ONE, 2 * (4_250 - 100)),
        (UNTIL_ONE + A_MOMENT, 2 * (2_125 - 100)),
        (UNTIL_TWO, 2 * (2_125 - 100)),
    ];
    for (at, amount) in shares {
        paid_under(lenient(), [])
            .at(ANNA, at)
            .when(&give_back(FIRST))
            .then([given_back(FIRST, ANNA, &TWO), back(amount, None)]);
    }
}

#[test]
fn after_the_last_step_nothing_comes_back() {
    for at in [UNTIL_TWO + A_MOMENT, ENDS - A_MOMENT] {
        paid_under(lenient(), []).at(ANNA, at).when(&give_back(FIRST)).then([given_back(FIRST, ANNA, &TWO)]);
    }
}

#[test]
fn a_policy_without_steps_gives_nothing_back() {
    paid_under(policy(&[], 0), []).at(ANNA, NOON).when(&give_back(FIRST)).then([given_back(FIRST, ANNA, &TWO)]);
}

#[test]
fn without_a_policy_everything_comes_back_until_the_show_is_over() {
    on_paid_sale(bought(FIRST, ANNA))
        .at(ANNA, ENDS - A_MOMENT)
        .when(&give_back(FIRST))
        .then([given_back(FIRST, ANNA, &TWO), back(8_500, None)]);
    on_paid_sale(bought(FIRST, ANNA)).at(ANNA, ENDS).when(&give_back(FIRST)).then_rejected(Rejection::EventOver);
}

#[test]
fn shares_are_rounded_down_ticket_by_ticket() {
    // A third of 42.50 is 14.025, twice; rounded together it would be 28.05.
    paid_under(policy(&[step(0, 33)], 0), [])
        .at(ANNA, STARTS)
        .when(&give_back(FIRST))
        .then([given_back(FIRST, ANNA, &TWO), back(2 * 1_402, None)]);
}

#[test]
fn the_fee_takes_no_more_than_the_share() {
    for fee in [4_250, i64::MAX] {
        paid_under(policy(&[step(0, 100)], fee), [])
            .at(ANNA, NOON)
            .when(&give_back(FIRST))
            .then([given_back(FIRST, ANNA, &TWO)]);
    }
}

#[test]
fn a_policy_gives_back_no_more_than_the_price_whatever_it_says() {
    for odd in [policy(&[step(0, 255)], 0), policy(&[step(0, 100)], -1_000), policy(&[step(0, 100)], i64::MIN)] {
        paid_under(odd, [])
            .at(ANNA, NOON)
            .when(&part_of(FIRST, &[(SEATS, 1)], Some(REQUEST)))
            .then([reduced(FIRST, ANNA, &[(SEATS, 1)], Some(REQUEST)).into(), back(4_250, Some(REQUEST))]);
    }
}

#[test]
fn a_step_that_ended_before_time_began_has_ended() {
    let steps = [step(u32::MAX, 100), step(0, 10)];
    paid_under(policy(&steps, 0), [])
        .at(ANNA, NOON)
        .when(&give_back(FIRST))
        .then([given_back(FIRST, ANNA, &TWO), back(2 * 425, None)]);
}

#[test]
fn never_more_comes_back_than_is_left_of_what_was_paid() {
    let (customer_id, request) = (ANNA.account_id, Some(OTHER_REQUEST));
    let due = |refund, amount, reason, request| {
        Event::from(RefundDue { booking_id: FIRST, refund, customer_id, money: money(amount, "EUR"), reason, request })
    };
    paid_under(lenient(), [due(1, 1_000, RefundReason::Goodwill, request)])
        .at(ANNA, NOON)
        .when(&give_back(FIRST))
        .then([given_back(FIRST, ANNA, &TWO), due(2, 7_500, RefundReason::GivenBack, None)]);
    paid_under(lenient(), [due(1, 8_500, RefundReason::Goodwill, request)])
        .at(ANNA, NOON)
        .when(&give_back(FIRST))
        .then([given_back(FIRST, ANNA, &TWO)]);
}

#[test]
fn what_was_not_paid_here_does_not_come_back_here() {
    on_sale([booked(FIRST, ANNA, &TWO)]).at(ANNA, NOON).when(&give_back(FIRST)).then([given_back(FIRST, ANNA, &TWO)]);
}

#[test]
fn part_of_a_booking_is_given_back_for_its_part_of_the_price() {
    paid_under(lenient(), [])
        .at(ANNA, NOON)
        .when(&part_of(FIRST, &[(SEATS, 1)], Some(REQUEST)))
        .then([reduced(FIRST, ANNA, &[(SEATS, 1)], Some(REQUEST)).into(), back(4_150, Some(REQUEST))]);
}

#[test]
fn giving_a_part_back_again_with_the_same_request_is_quiet() {
    let first = reduced(FIRST, ANNA, &[(SEATS, 1)], Some(REQUEST)).into();
    let again = part_of(FIRST, &[(SEATS, 1)], Some(REQUEST));
    paid_under(lenient(), [first, back(4_150, Some(REQUEST))]).at(ANNA, NOON).when(&again).then_nothing();
    // Another request, or none, means the other ticket; and that is all that is left.
    let first = reduced(FIRST, ANNA, &[(SEATS, 1)], Some(REQUEST)).into();
    on_sale([booked(FIRST, ANNA, &TWO), first])
        .at(ANNA, NOON)
        .when(&part_of(FIRST, &[(SEATS, 1)], Some(OTHER_REQUEST)))
        .then([given_back(FIRST, ANNA, &[(SEATS, 1)])]);
}

#[test]
fn what_was_given_back_in_part_is_for_sale_and_the_rest_is_not() {
    let history = [booked(FIRST, ANNA, &[(SEATS, 10)]), reduced(FIRST, ANNA, &[(SEATS, 4)], None).into()];
    on_sale(history.clone()).at(BORIS, NOON).when(&book(SECOND, BORIS, &[(SEATS, 4)])).then([booked(
        SECOND,
        BORIS,
        &[(SEATS, 4)],
    )]);
    on_sale(history).at(BORIS, NOON).when(&book(SECOND, BORIS, &[(SEATS, 5)])).then_rejected(Rejection::SoldOut {
        ticket_type_id: SEATS,
        requested: 5,
        available: 4,
    });
}

#[test]
fn what_was_given_back_in_part_no_longer_counts_towards_the_limit() {
    let history = [booked(FIRST, ANNA, &TWO), reduced(FIRST, ANNA, &[(SEATS, 1)], None).into()];
    on_sale_as(|show| show.max_per_customer = Some(2), history)
        .at(ANNA, NOON)
        .when(&book(SECOND, ANNA, &TWO))
        .then_rejected(Rejection::LimitPerCustomer { limit: 2, already_held: 1, requested: 2 });
}

#[test]
fn a_booking_made_again_is_known_also_after_part_of_it_was_given_back() {
    on_sale([booked(FIRST, ANNA, &TWO), reduced(FIRST, ANNA, &[(SEATS, 1)], None).into()])
        .at(ANNA, NOON)
        .when(&book(FIRST, ANNA, &TWO))
        .then_nothing();
}

#[test]
fn one_of_several_ticket_types_is_given_back() {
    let both = [(SEATS, 1), (STANDING, 2)];
    on_sale([booked(FIRST, ANNA, &both)]).at(ANNA, NOON).when(&part_of(FIRST, &[(STANDING, 2)], None)).then([reduced(
        FIRST,
        ANNA,
        &[(STANDING, 2)],
        None,
    )
    .into()]);
    on_sale([booked(FIRST, ANNA, &both), reduced(FIRST, ANNA, &[(STANDING, 2)], None).into()])
        .at(ANNA, NOON)
        .when(&give_back(FIRST))
        .then([given_back(FIRST, ANNA, &[(SEATS, 1)])]);
}

#[test]
fn naming_every_ticket_gives_the_whole_booking_back() {
    on_sale([booked(FIRST, ANNA, &TWO)])
        .at(ANNA, NOON)
        .when(&part_of(FIRST, &TWO, None))
        .then([given_back(FIRST, ANNA, &TWO)]);
}

#[test]
fn only_what_is_in_a_booking_is_given_back() {
    let others: [&[_]; 5] =
        [&[(SEATS, 3)], &[(STANDING, 1)], &[(SEATS, 0)], &[(SEATS, 1), (SEATS, 1)], &[(UNHEARD_OF, 1)]];
    for other in others {
        on_sale([booked(FIRST, ANNA, &TWO)])
            .at(ANNA, NOON)
            .when(&part_of(FIRST, other, None))
            .then_rejected(Rejection::NotInBooking);
    }
}

#[test]
fn a_preview_says_what_would_come_back_and_changes_nothing() {
    let preview = CancelBooking { booking_id: FIRST, items: vec![], preview: true, request: Some(REQUEST) };
    paid_under(lenient(), []).at(ANNA, NOON).when(&Command::CancelBooking(preview.clone())).then_nothing();
    paid_under(lenient(), [])
        .at(BORIS, NOON)
        .when(&Command::CancelBooking(preview))
        .then_rejected(Rejection::NoSuchBooking);
    let history: Vec<Event> = [Event::from(evening()), published()].into_iter().chain(bought(FIRST, ANNA)).collect();
    let show = crate::aggregate::replay::<Show>(&history);
    let Command::CancelBooking(part) = part_of(FIRST, &[(SEATS, 1)], None) else { unreachable!() };
    let cancellation = show.cancellation(&part, NOON).unwrap();
    assert_eq!((cancellation.whole, cancellation.refund), (false, 4_250));
    assert_eq!(cancellation.items, booked_items(&[(SEATS, 1)]));
}

#[test]
fn a_booking_keeps_the_policy_it_was_made_under() {
    for since in [terms_set(Some(policy(&[], 0))), terms_set(None)] {
        paid_under(lenient(), [since])
            .at(ANNA, NOON)
            .when(&give_back(FIRST))
            .then([given_back(FIRST, ANNA, &TWO), back(8_300, None)]);
    }
}

#[test]
fn policies_are_numbered_in_the_order_in_which_they_came_into_force() {
    let (a, b) = (lenient(), policy(&[], 0));
    let histories = [
        (None, vec![], 0),
        (Some(a.clone()), vec![], 1),
        (Some(a.clone()), vec![Some(b.clone())], 2),
        (Some(a.clone()), vec![None], 0),
        // The one in force said again is not another one; one that comes back is.
        (Some(a.clone()), vec![Some(a.clone())], 1),
        (Some(a.clone()), vec![None, Some(a.clone())], 2),
        (Some(a.clone()), vec![Some(b.clone()), Some(a.clone())], 3),
        (None, vec![Some(b), None, None, Some(a)], 2),
    ];
    for (first, then, policy) in histories {
        let held = SeatsHeld { policy, ..seats_held(FIRST, ANNA, &TWO) };
        on_sale_as(|show| show.terms = terms(first), then.into_iter().map(terms_set))
            .at(ANNA, NOON)
            .when(&hold(FIRST, ANNA, &TWO))
            .then([held.into()]);
    }
}

#[test]
fn what_is_bought_at_once_is_under_a_policy_too() {
    let (customer_id, currency) = (ANNA.account_id, money(0, "EUR").currency);
    let under = BookingConfirmed { policy: 1, ..confirmed(FIRST, customer_id, booked_items(&TWO), currency) };
    on_sale_as(|show| show.terms.refund_policy = Some(lenient()), [])
        .at(ANNA, NOON)
        .when(&book(FIRST, ANNA, &TWO))
        .then([under.into()]);
}

#[test]
fn steps_that_overlap_are_refused() {
    let overlapping = [[step(2, 100), step(2, 50)], [step(2, 100), step(3, 50)], [step(3, 50), step(2, 51)]];
    for steps in overlapping {
        let terms = terms(Some(policy(&steps, 0)));
        let show = ShowCreated { terms: terms.clone(), ..evening() };
        nothing().at(ORGANIZER, NOON).when(&create(show)).then_rejected(Rejection::OverlappingPolicySteps);
        let wish = ReviseShow { expected_revision: 1, terms: Some(terms), ..ReviseShow::default() };
        draft([]).at(ORGANIZER, NOON).when(&revise(wish)).then_rejected(Rejection::OverlappingPolicySteps);
    }
}

#[test]
fn steps_one_after_the_other_are_taken() {
    let terms = terms(Some(policy(&[step(168, 100), step(24, 100), step(0, 0)], 0)));
    let wish = ReviseShow { expected_revision: 1, terms: Some(terms.clone()), ..ReviseShow::default() };
    draft([]).at(ORGANIZER, NOON).when(&revise(wish)).then([SaleTermsSet { terms }.into()]);
}

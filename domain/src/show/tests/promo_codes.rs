//! Codes that make tickets cheaper: claimed in the decision that takes the tickets, so that no race
//! can exceed a budget.

use super::*;
use crate::show::{Discount, PROMO_CODES_MAX, PromoCode, PromoCodeAdded, PromoCodeRemoved, Rejection};

const TWO: [(TicketTypeId, u32); 1] = [(SEATS, 2)];

fn percent(percent: u8) -> PromoCode {
    PromoCode {
        code: line("EARLY"),
        discount: Discount::Percent(percent),
        ticket_type_ids: Box::default(),
        uses_max: None,
        uses_per_customer_max: None,
        valid_from: None,
        valid_until: None,
    }
}

fn amount(amount: i64) -> PromoCode {
    PromoCode { discount: Discount::Amount(amount), ..percent(0) }
}

fn added(promo_code: PromoCode) -> Event {
    PromoCodeAdded { promo_code }.into()
}

fn removed() -> Event {
    PromoCodeRemoved { code: line("EARLY") }.into()
}

fn add(promo_code: PromoCode) -> Command {
    Command::AddPromoCode(Box::new(promo_code))
}

fn remove() -> Command {
    Command::RemovePromoCode { code: line("EARLY") }
}

fn with_code(booking_id: BookingId, customer: Actor, items: &[(TicketTypeId, u32)]) -> BookTickets {
    BookTickets { promo_code: Some(line("EARLY")), ..wanted(booking_id, customer, items) }
}

fn book_with_code(booking_id: BookingId, customer: Actor, items: &[(TicketTypeId, u32)]) -> Command {
    Command::BookTickets(with_code(booking_id, customer, items))
}

/// Two seats bought at noon, each so much cheaper.
fn cheaper(booking_id: BookingId, customer: Actor, by: i64) -> Event {
    let items = Box::new([BookedItem { unit_discount: by, ..booked_item(SEATS, 2, 4_250 - by) }]);
    let (customer_id, currency) = (customer.account_id, money(0, "EUR").currency);
    let asked = fingerprint(&with_code(booking_id, customer, &TWO));
    let promo_code = Some(line("EARLY"));
    BookingConfirmed { promo_code, asked, ..confirmed(booking_id, customer_id, items, currency) }.into()
}

fn held_with_code(booking_id: BookingId, customer: Actor) -> SeatsHeld {
    let asked = fingerprint(&BookTickets { hold: true, ..with_code(booking_id, customer, &TWO) });
    SeatsHeld { promo_code: Some(line("EARLY")), asked, ..seats_held(booking_id, customer, &TWO) }
}

#[test]
fn a_share_or_an_amount_of_each_price_is_taken_off() {
    let discounts = [
        (percent(10), 425),
        // 33 % of 42.50 is 14.025.
        (percent(33), 1_402),
        (percent(100), 4_250),
        (percent(255), 4_250),
        (amount(500), 500),
        (amount(4_251), 4_250),
        (amount(i64::MAX), 4_250),
        (amount(0), 0),
        (amount(-500), 0),
    ];
    for (code, by) in discounts {
        on_sale([added(code)]).at(ANNA, NOON).when(&book_with_code(FIRST, ANNA, &TWO)).then([cheaper(FIRST, ANNA, by)]);
    }
}

#[test]
fn only_the_tickets_a_code_is_for_become_cheaper() {
    let for_seats = PromoCode { ticket_type_ids: Box::new([SEATS]), ..amount(250) };
    let items = [(STANDING, 1), (SEATS, 2)];
    let priced = [booked_item(STANDING, 1, 4_250), BookedItem { unit_discount: 250, ..booked_item(SEATS, 2, 4_000) }];
    let (customer_id, currency) = (ANNA.account_id, money(0, "EUR").currency);
    let sold = BookingConfirmed {
        promo_code: Some(line("EARLY")),
        asked: fingerprint(&with_code(FIRST, ANNA, &items)),
        ..confirmed(FIRST, customer_id, Box::new(priced), currency)
    };
    on_sale([added(for_seats)]).at(ANNA, NOON).when(&book_with_code(FIRST, ANNA, &items)).then([sold.into()]);
}

#[test]
fn a_code_for_none_of_the_tickets_is_refused() {
    on_sale([added(PromoCode { ticket_type_ids: Box::new([SEATS]), ..amount(250) })])
        .at(ANNA, NOON)
        .when(&book_with_code(FIRST, ANNA, &[(STANDING, 1)]))
        .then_rejected(Rejection::PromoCodeInvalid);
}

#[test]
fn a_code_that_does_not_exist_or_no_longer_does_is_refused() {
    for history in [vec![], vec![added(percent(10)), removed()]] {
        on_sale(history)
            .at(ANNA, NOON)
            .when(&book_with_code(FIRST, ANNA, &TWO))
            .then_rejected(Rejection::PromoCodeInvalid);
    }
}

#[test]
fn a_code_is_good_from_its_first_moment_until_a_moment_before_its_last() {
    let window = |from, until| added(PromoCode { valid_from: from, valid_until: until, ..percent(10) });
    let wish = book_with_code(FIRST, ANNA, &TWO);
    for good in [window(Some(NOON), None), window(None, Some(NOON + A_MOMENT))] {
        on_sale([good]).at(ANNA, NOON).when(&wish).then([cheaper(FIRST, ANNA, 425)]);
    }
    for bad in [window(Some(NOON + A_MOMENT), None), window(None, Some(NOON))] {
        on_sale([bad]).at(ANNA, NOON).when(&wish).then_rejected(Rejection::PromoCodeInvalid);
    }
}

#[test]
fn a_code_is_used_only_so_often() {
    let twice = added(PromoCode { uses_max: Some(2), ..percent(10) });
    let first = [twice, cheaper(FIRST, ANNA, 425)];
    on_sale(first.clone())
        .at(BORIS, NOON)
        .when(&book_with_code(SECOND, BORIS, &TWO))
        .then([cheaper(SECOND, BORIS, 425)]);
    on_sale(first.into_iter().chain([held_with_code(SECOND, BORIS).into()]))
        .at(CARLA, NOON)
        .when(&book_with_code(THIRD, CARLA, &TWO))
        .then_rejected(Rejection::PromoCodeUsedUp { limit: 2 });
}

#[test]
fn one_customer_uses_a_code_only_so_often() {
    let once = added(PromoCode { uses_per_customer_max: Some(1), uses_max: Some(9), ..percent(10) });
    let first = [once, cheaper(FIRST, ANNA, 425)];
    on_sale(first.clone())
        .at(ANNA, NOON)
        .when(&book_with_code(SECOND, ANNA, &TWO))
        .then_rejected(Rejection::PromoCodeUsedUp { limit: 1 });
    on_sale(first).at(BORIS, NOON).when(&book_with_code(SECOND, BORIS, &TWO)).then([cheaper(SECOND, BORIS, 425)]);
}

#[test]
fn a_code_that_may_not_be_used_at_all_is_used_up() {
    on_sale([added(PromoCode { uses_max: Some(0), ..percent(10) })])
        .at(ANNA, NOON)
        .when(&book_with_code(FIRST, ANNA, &TWO))
        .then_rejected(Rejection::PromoCodeUsedUp { limit: 0 });
}

#[test]
fn a_use_is_given_back_with_the_booking_and_with_the_hold() {
    let once = || added(PromoCode { uses_max: Some(1), uses_per_customer_max: Some(1), ..percent(10) });
    let Event::BookingConfirmed(BookingConfirmed { items, .. }) = cheaper(FIRST, ANNA, 425) else { unreachable!() };
    let back = BookingCancelled { booking_id: FIRST, customer_id: ANNA.account_id, items };
    let histories = [
        vec![once(), cheaper(FIRST, ANNA, 425), back.into()],
        vec![once(), held_with_code(FIRST, ANNA).into(), released(FIRST, ANNA, &TWO)],
        vec![once(), held_with_code(FIRST, ANNA).into(), lapsed(FIRST, ANNA, &TWO, DEADLINE)],
    ];
    for history in histories {
        on_sale(history).at(ANNA, NOON).when(&book_with_code(SECOND, ANNA, &TWO)).then([cheaper(SECOND, ANNA, 425)]);
    }
}

#[test]
fn a_use_is_not_given_back_with_part_of_the_booking() {
    let once = added(PromoCode { uses_max: Some(1), ..percent(10) });
    on_sale([once, cheaper(FIRST, ANNA, 425), reduced(FIRST, ANNA, &[(SEATS, 1)], None).into()])
        .at(BORIS, NOON)
        .when(&book_with_code(SECOND, BORIS, &TWO))
        .then_rejected(Rejection::PromoCodeUsedUp { limit: 1 });
}

#[test]
fn a_confirmed_hold_uses_a_code_once_and_a_retaken_one_again() {
    let twice = || added(PromoCode { uses_max: Some(2), ..percent(10) });
    let bought = || Event::from(hold_confirmed(FIRST, ANNA, &TWO));
    let retaken = HoldConfirmed { retaken: true, ..hold_confirmed(FIRST, ANNA, &TWO) };
    let held = || Event::from(held_with_code(FIRST, ANNA));
    let histories =
        [vec![twice(), held(), bought()], vec![twice(), held(), lapsed(FIRST, ANNA, &TWO, DEADLINE), retaken.into()]];
    for history in histories {
        on_sale(history.clone())
            .at(BORIS, NOON)
            .when(&book_with_code(SECOND, BORIS, &TWO))
            .then([cheaper(SECOND, BORIS, 425)]);
        on_sale(history.into_iter().chain([cheaper(SECOND, BORIS, 425)]))
            .at(CARLA, NOON)
            .when(&book_with_code(THIRD, CARLA, &TWO))
            .then_rejected(Rejection::PromoCodeUsedUp { limit: 2 });
    }
}

#[test]
fn what_was_bought_cheaper_costs_less_and_gives_less_back() {
    on_paid_sale([added(percent(10))])
        .at(ANNA, NOON)
        .when(&Command::BookTickets(BookTickets { hold: true, ..with_code(FIRST, ANNA, &TWO) }))
        .then([discounted().into()]);
    let history = [added(percent(10)), discounted().into()];
    on_paid_sale(history.clone()).at(ANNA, NOON).when(&pay(PAYMENT, FIRST)).then([paying(PAYMENT, FIRST, ANNA, 7_650)]);
    let confirmed = HoldConfirmed { items: discounted().items, ..hold_confirmed(FIRST, ANNA, &TWO) };
    let since = [paying(PAYMENT, FIRST, ANNA, 7_650), paid(PAYMENT, FIRST, ANNA, 7_650), confirmed.into()];
    let back = BookingCancelled { booking_id: FIRST, customer_id: ANNA.account_id, items: discounted().items };
    on_paid_sale(history.into_iter().chain(since))
        .at(ANNA, NOON)
        .when(&give_back(FIRST))
        .then([back.into(), refund_due(FIRST, 1, ANNA, 7_650, RefundReason::GivenBack)]);
}

/// Two seats held at noon, a tenth cheaper.
fn discounted() -> SeatsHeld {
    let items = Box::new([BookedItem { unit_discount: 425, ..booked_item(SEATS, 2, 3_825) }]);
    SeatsHeld { items, ..held_with_code(FIRST, ANNA) }
}

#[test]
fn an_organizer_adds_a_code_once() {
    on_sale([]).at(ORGANIZER, NOON).when(&add(percent(10))).then([added(percent(10))]);
    draft([]).at(ADMIN, NOON).when(&add(percent(10))).then([added(percent(10))]);
    on_sale([added(percent(10))]).at(ORGANIZER, NOON).when(&add(percent(10))).then_nothing();
    on_sale([added(percent(10))]).at(ORGANIZER, NOON).when(&add(percent(11))).then_rejected(Rejection::PromoCodeExists);
}

#[test]
fn an_organizer_removes_a_code_once() {
    on_sale([added(percent(10))]).at(ORGANIZER, NOON).when(&remove()).then([removed()]);
    on_sale([added(percent(10)), removed()]).at(ORGANIZER, NOON).when(&remove()).then_nothing();
    on_sale([]).at(ORGANIZER, NOON).when(&remove()).then_rejected(Rejection::NoSuchPromoCode);
}

#[test]
fn a_code_that_comes_back_does_what_it_does_now_and_its_uses_are_counted_on() {
    let once = PromoCode { uses_max: Some(1), ..percent(20) };
    let history = [added(percent(10)), cheaper(FIRST, ANNA, 425), removed()];
    on_sale(history.clone()).at(ORGANIZER, NOON).when(&add(once.clone())).then([added(once.clone())]);
    on_sale(history.into_iter().chain([added(once)]))
        .at(BORIS, NOON)
        .when(&book_with_code(SECOND, BORIS, &TWO))
        .then_rejected(Rejection::PromoCodeUsedUp { limit: 1 });
}

#[test]
fn a_code_is_for_ticket_types_the_show_sells() {
    on_sale([])
        .at(ORGANIZER, NOON)
        .when(&add(PromoCode { ticket_type_ids: Box::new([SEATS, UNHEARD_OF]), ..percent(10) }))
        .then_rejected(Rejection::UnknownTicketType { ticket_type_id: UNHEARD_OF });
}

#[test]
fn a_code_that_ends_before_it_begins_is_refused() {
    on_sale([])
        .at(ORGANIZER, NOON)
        .when(&add(PromoCode { valid_from: Some(NOON), valid_until: Some(NOON), ..percent(10) }))
        .then_rejected(Rejection::ContradictoryTimes);
}

#[test]
fn a_show_has_only_so_many_codes() {
    let full = (1..PROMO_CODES_MAX).map(|n| added(PromoCode { code: line(&alloc::format!("CODE{n}")), ..percent(10) }));
    let history = || full.clone().chain([added(percent(10))]);
    let another = || add(PromoCode { code: line("LATE"), ..percent(10) });
    let too_many = Rejection::TooManyPromoCodes { limit: PROMO_CODES_MAX };
    on_sale(history()).at(ORGANIZER, NOON).when(&another()).then_rejected(too_many.clone());
    // One that was removed is remembered, and may come back.
    on_sale(history().chain([removed()])).at(ORGANIZER, NOON).when(&another()).then_rejected(too_many);
    on_sale(history().chain([removed()])).at(ORGANIZER, NOON).when(&add(percent(10))).then([added(percent(10))]);
}

#[test]
fn codes_are_for_those_who_run_the_show() {
    for command in [add(percent(10)), remove()] {
        on_sale([added(percent(10))]).at(RIVAL, NOON).when(&command).then_rejected(Rejection::NotYourShow);
        on_sale([added(percent(10))]).at(ANNA, NOON).when(&command).then_rejected(Rejection::RoleForbids);
        draft([]).at(RIVAL, NOON).when(&command).then_rejected(Rejection::NoSuchShow);
        nothing().at(ADMIN, NOON).when(&command).then_rejected(Rejection::NoSuchShow);
    }
    on_sale([called_off()]).at(ORGANIZER, NOON).when(&add(percent(10))).then_rejected(Rejection::EventCancelled);
}

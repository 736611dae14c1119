//! What a show remembers, as far as others read it: the numbers of answers and the words of the API.

use super::*;
use crate::aggregate::{Aggregate, replay};
use crate::event::DomainEvent;
use crate::show::{BookingStatus, HoldExtended, OfferDeclined, Rejection, Status, WaitlistLeft};

fn after(since: impl IntoIterator<Item = Event>) -> Show {
    let history: Vec<Event> = [Event::from(evening())].into_iter().chain(since).collect();
    replay(&history)
}

fn taken(show: &Show) -> Vec<(u32, u32)> {
    show.offered().iter().map(|offered| (offered.taken, offered.available())).collect()
}

#[test]
fn a_show_nobody_created_knows_nothing() {
    let show = Show::default();
    assert_eq!((show.id(), show.details(), show.schedule(), show.revision()), (None, None, None, 0));
    assert_eq!((show.offered().len(), show.booking_count(), show.weight()), (0, 0, 1));
}

#[test]
fn a_created_show_is_a_draft_as_it_was_created() {
    let show = after([]);
    assert_eq!((show.id(), show.origin()), (Some(SHOW), Some(&evening())));
    assert_eq!((show.details(), show.schedule()), (Some(&details()), Some(&schedule())));
    assert_eq!((show.status(), show.revision(), show.max_per_customer()), (Status::Draft, 1, None));
    assert_eq!(taken(&show), [(0, 10), (0, 3)]);
}

#[test]
fn bookings_are_counted_by_ticket_type_and_given_back_the_same_way() {
    let first = [(SEATS, 2), (STANDING, 1)];
    let show = after([published(), booked(FIRST, ANNA, &first), booked(SECOND, BORIS, &[(SEATS, 1)])]);
    assert_eq!(taken(&show), [(3, 7), (1, 2)]);
    let show = after([published(), booked(FIRST, ANNA, &first), given_back(FIRST, ANNA, &first)]);
    assert_eq!(taken(&show), [(0, 10), (0, 3)]);
}

#[test]
fn giving_back_twice_in_the_log_frees_nothing_twice() {
    let (first, back) = (booked(FIRST, ANNA, &[(SEATS, 2)]), given_back(FIRST, ANNA, &[(SEATS, 2)]));
    let show = after([published(), first, booked(SECOND, ANNA, &[(SEATS, 3)]), back.clone(), back]);
    assert_eq!(taken(&show)[0], (3, 7));
}

#[test]
fn calling_off_ends_every_booking_and_forgets_none() {
    let show = after([published(), booked(FIRST, ANNA, &[(SEATS, 2)]), called_off()]);
    assert_eq!(taken(&show), [(0, 10), (0, 3)]);
    assert_eq!((show.status(), show.booking_count()), (Status::Cancelled, 1));
    assert_eq!(show.booking(FIRST).unwrap().status, BookingStatus::Cancelled);
}

#[test]
fn a_booking_is_remembered_for_ever() {
    let history = [published(), booked(FIRST, ANNA, &[(SEATS, 2)]), given_back(FIRST, ANNA, &[(SEATS, 2)])];
    let show = after(history);
    let booking = show.booking(FIRST).unwrap();
    assert_eq!((booking.customer_id, booking.quantity(), booking.booked_at), (ANNA.account_id, 2, NOON));
    assert_eq!(booking.status, BookingStatus::Cancelled);
    assert_eq!((show.booking_count(), show.booking(SECOND)), (1, None));
}

#[test]
fn a_booking_remembers_what_it_was_at_first() {
    let extended = HoldExtended { booking_id: FIRST, expires_at: minutes(12) };
    let less = BookingReduced { held: true, ..reduced(FIRST, ANNA, &[(SEATS, 1)], None) };
    let show =
        after([published(), held(FIRST, ANNA, &[(SEATS, 3)]), extended.into(), less.clone().into(), less.into()]);
    let booking = show.booking(FIRST).unwrap();
    assert_eq!((booking.items.clone(), booking.expires_at()), (booked_items(&[(SEATS, 1)]), Some(minutes(12))));
    assert_eq!(booking.first_items(), &*booked_items(&[(SEATS, 3)]));
    assert_eq!(booking.first_expires_at(), Some(DEADLINE));
}

#[test]
fn every_end_of_a_booking_and_of_a_place_has_its_word() {
    let two = [(SEATS, 2)];
    let booking = |since: &[Event]| {
        let history = [published(), held(FIRST, ANNA, &two)].into_iter().chain(since.iter().cloned());
        after(history).booking(FIRST).unwrap().status.as_str()
    };
    assert_eq!(booking(&[]), "held");
    assert_eq!(booking(&[paying(PAYMENT, FIRST, ANNA, 8_500)]), "paying");
    assert_eq!(booking(&[hold_confirmed(FIRST, ANNA, &two).into()]), "confirmed");
    assert_eq!(booking(&[lapsed(FIRST, ANNA, &two, DEADLINE)]), "lapsed");
    assert_eq!(booking(&[released(FIRST, ANNA, &two)]), "released");
    assert_eq!(booking(&[called_off()]), "cancelled");
    let place = |since: &[Event]| {
        let history = [published(), joined(PLACE, ANNA, 2)].into_iter().chain(since.iter().cloned());
        after(history).entry(PLACE).unwrap().state.as_str()
    };
    let taken = SeatsHeld { offer: Some(PLACE), ..seats_held(FIRST, ANNA, &two) };
    let (customer_id, items) = (ANNA.account_id, booked_items(&two));
    assert_eq!(place(&[]), "waiting");
    assert_eq!(place(&[offered(PLACE, ANNA, 2)]), "offered");
    assert_eq!(place(&[offered(PLACE, ANNA, 2), taken.into()]), "accepted");
    assert_eq!(place(&[OfferDeclined { entry_id: PLACE, customer_id, items }.into()]), "declined");
    assert_eq!(place(&[offered(PLACE, ANNA, 2), offer_lapsed(PLACE, ANNA, 2, OFFERED_UNTIL)]), "lapsed");
    assert_eq!(place(&[called_off()]), "lapsed");
    assert_eq!(place(&[WaitlistLeft { entry_id: PLACE, customer_id }.into()]), "left");
}

#[test]
fn what_was_paid_and_what_went_back_is_told() {
    let show = after([published()].into_iter().chain(bought(FIRST, ANNA)).chain([refund_due(
        FIRST,
        1,
        ANNA,
        1_000,
        RefundReason::Goodwill,
    )]));
    let booking = show.booking(FIRST).unwrap();
    assert_eq!((booking.paid(), booking.refunded(), booking.refundable()), (8_500, 1_000, 7_500));
    assert_eq!(booking.payment(PAYMENT), Some((8_500, PAYING_UNTIL)));
    assert_eq!(booking.payment(RETRY), None);
    let show = after([published()].into_iter().chain(bought(FIRST, ANNA)).chain([called_off()]));
    assert_eq!(show.booking(FIRST).unwrap().refundable(), 0);
}

#[test]
fn only_the_organizer_moves_the_revision_also_when_much_else_happens() {
    let crowd = [held(FIRST, ANNA, &[(SEATS, 2)]), joined(PLACE, BORIS, 9), offered(PLACE, BORIS, 8)];
    let ends = [lapsed(FIRST, ANNA, &[(SEATS, 2)], DEADLINE), offer_lapsed(PLACE, BORIS, 8, OFFERED_UNTIL)];
    assert_eq!(after([published()].into_iter().chain(crowd).chain(ends)).revision(), 2);
    assert_eq!(after([published()].into_iter().chain(bought(FIRST, ANNA))).revision(), 2);
}

#[test]
fn only_what_the_organizer_does_moves_the_revision() {
    assert_eq!(after([published()]).revision(), 2);
    let first = booked(FIRST, ANNA, &[(SEATS, 2)]);
    assert_eq!(after([published(), first.clone(), given_back(FIRST, ANNA, &[(SEATS, 2)])]).revision(), 2);
    assert_eq!(after([published(), first, paused(), called_off()]).revision(), 4);
}

#[test]
fn every_standing_has_its_word() {
    let show = |since: &[Event]| after(since.iter().cloned()).status().as_str();
    assert_eq!(show(&[]), "draft");
    assert_eq!(show(&[published()]), "on_sale");
    assert_eq!(show(&[published(), paused()]), "paused");
    assert_eq!(show(&[published(), closed()]), "closed");
    assert_eq!(show(&[published(), called_off()]), "cancelled");
}

#[test]
fn a_booking_costs_the_sum_of_its_items() {
    let Event::BookingConfirmed(booking) = booked(FIRST, ANNA, &[(SEATS, 2), (STANDING, 3)]) else { unreachable!() };
    assert_eq!(booking.total(), money(5 * 4_250, "EUR"));
    assert_eq!(booking.items[1].price(), 3 * 4_250);
    let show = after([published(), booked(FIRST, ANNA, &[(SEATS, 2), (STANDING, 3)])]);
    assert_eq!(show.booking(FIRST).unwrap().total(), 5 * 4_250);
}

#[test]
fn what_a_client_begins_carries_its_id_as_the_key_and_nothing_else_carries_one() {
    assert_eq!(booked(FIRST, ANNA, &[(SEATS, 2)]).key(), Some(FIRST.0));
    assert_eq!(held(FIRST, ANNA, &[(SEATS, 2)]).key(), Some(FIRST.0));
    assert_eq!(paying(PAYMENT, FIRST, ANNA, 8_500).key(), Some(PAYMENT.0));
    assert_eq!(joined(PLACE, ANNA, 2).key(), Some(PLACE.0));
    let [_, _, paid, confirmed] = bought(FIRST, ANNA);
    for event in [paid, confirmed, offered(PLACE, ANNA, 2), lapsed(FIRST, ANNA, &[(SEATS, 2)], DEADLINE)] {
        assert_eq!(event.key(), None, "{event:?}");
    }
    for event in [evening().into(), published(), called_off(), given_back(FIRST, ANNA, &[(SEATS, 2)])] {
        assert_eq!(event.key(), None, "{event:?}");
    }
    assert_eq!(Show::key_spent(), Rejection::IdempotencyKeyReused);
}

#[test]
fn the_rejection_says_the_numbers_that_matter() {
    let words = |rejection: Rejection| -> String { alloc::format!("{rejection}") };
    assert_eq!(words(Rejection::SoldOut { ticket_type_id: SEATS, requested: 3, available: 1 }), "3 requested, 1 left");
    let limit = words(Rejection::LimitPerCustomer { limit: 4, already_held: 2, requested: 3 });
    assert!(limit.contains('4') && limit.contains('2') && limit.contains('3'), "{limit}");
}

#[test]
fn who_holds_nothing_takes_no_memory() {
    let (first, back) = (booked(FIRST, ANNA, &[(SEATS, 2)]), given_back(FIRST, ANNA, &[(SEATS, 2)]));
    assert!(after([published(), first.clone(), back]).held.is_empty());
    assert!(after([published(), first, called_off()]).held.is_empty());
}

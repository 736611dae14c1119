//! Given facts about a show, then its numbers.

use alloc::collections::BTreeMap;
use alloc::vec;
use alloc::vec::Vec;

use chrono::TimeDelta;
use uuid::Uuid;

use super::{Measure, Moment, Part, Sale, Totals, entries, seats_of, write_entry};
use crate::Timestamp;
use crate::ids::{AccountId, BookingId, EntryId, PaymentId, ShowId, TicketTypeId};
use crate::money::{Currency, Money};
use crate::show::{
    BookedItem, BookingCancelled, BookingConfirmed, BookingReduced, CapacityLowered, Event, HoldConfirmed, HoldsLapsed,
    LapsedHold, OffersLapsed, PaymentSucceeded, Point, RefundDue, RefundReason, RefundSucceeded, Row, SaleTerms,
    Schedule, Seat, SeatMap, SeatMapSet, SeatsBlocked, SeatsHeld, SeatsOffered, SeatsUnblocked, Section, ShowCancelled,
    ShowCreated, ShowDetails, ShowPublished, TicketTerms, TicketType, Venue, WaitlistJoined,
};
use crate::text::Text;

const STALLS: TicketTypeId = TicketTypeId(Uuid::from_u128(1));
const BALCONY: TicketTypeId = TicketTypeId(Uuid::from_u128(2));
const BOOKING: BookingId = BookingId(Uuid::from_u128(0xB));
const ANNA: AccountId = AccountId(Uuid::from_u128(0xA));
const NOON: Timestamp = Timestamp::UNIX_EPOCH;

fn line<const MAX: usize>(text: &str) -> Text<MAX> {
    Text::line(text).unwrap()
}

fn money(amount: i64) -> Money {
    Money { amount, currency: Currency::try_from("EUR").unwrap() }
}

fn ticket_type(ticket_type_id: TicketTypeId, capacity: u32, reserved: bool) -> TicketType {
    let terms = TicketTerms { reserved, ..TicketTerms::default() };
    TicketType { ticket_type_id, name: line("Ticket"), price: money(1_000), capacity, terms }
}

/// Ten tickets in the stalls; the balcony has seats, once there is a map.
fn created() -> Event {
    let venue = Venue { name: line("Kulturhaus"), city: line("Ulm"), country: line("DE") };
    let schedule = Schedule {
        time_zone: line("Europe/Berlin"),
        starts_at: NOON,
        ends_at: NOON + TimeDelta::hours(1),
        sale_opens_at: None,
        sale_closes_at: None,
    };
    ShowCreated {
        show_id: ShowId(Uuid::from_u128(5)),
        organizer_id: AccountId(Uuid::from_u128(0x0)),
        details: ShowDetails { title: line("An Evening"), description: None, venue },
        schedule,
        max_per_customer: None,
        ticket_types: vec![ticket_type(STALLS, 10, false), ticket_type(BALCONY, 0, true)],
        terms: SaleTerms::default(),
    }
    .into()
}

fn items(of: &[(TicketTypeId, u32, i64, i64)]) -> alloc::boxed::Box<[BookedItem]> {
    let item = |&(ticket_type_id, quantity, unit_price, unit_discount)| {
        let seats = alloc::boxed::Box::default();
        BookedItem { ticket_type_id, quantity, unit_price, unit_discount, seats }
    };
    of.iter().map(item).collect()
}

fn held(of: &[(TicketTypeId, u32, i64, i64)], offer: Option<EntryId>) -> Event {
    SeatsHeld {
        booking_id: BOOKING,
        customer_id: ANNA,
        items: items(of),
        currency: money(0).currency,
        held_at: NOON,
        expires_at: NOON,
        extendable_until: NOON,
        policy: 0,
        promo_code: None,
        offer,
        asked: 0,
    }
    .into()
}

fn booked(of: &[(TicketTypeId, u32, i64, i64)]) -> Event {
    let (currency, booked_at) = (money(0).currency, NOON);
    let (policy, promo_code, offer, asked) = (0, None, None, 0);
    let items = items(of);
    BookingConfirmed {
        booking_id: BOOKING,
        customer_id: ANNA,
        items,
        currency,
        booked_at,
        policy,
        promo_code,
        offer,
        asked,
    }
    .into()
}

fn paid(amount: i64) -> Event {
    let payment_id = PaymentId(Uuid::from_u128(7));
    PaymentSucceeded { payment_id, booking_id: BOOKING, customer_id: ANNA, money: money(amount) }.into()
}

fn bought(of: &[(TicketTypeId, u32, i64, i64)], retaken: bool) -> Event {
    let (booking_id, customer_id, items) = (BOOKING, ANNA, items(of));
    let (payment_reference, request) = (None, None);
    HoldConfirmed { booking_id, customer_id, items, confirmed_at: NOON, retaken, payment_reference, request }.into()
}

fn refund(amount: i64, reason: RefundReason) -> Event {
    RefundDue { booking_id: BOOKING, refund: 1, customer_id: ANNA, money: money(amount), reason, request: None }.into()
}

fn published() -> Event {
    ShowPublished {}.into()
}

fn called_off() -> Event {
    ShowCancelled { reason: line("Rain") }.into()
}

/// One fact a minute, from noon.
fn told(events: &[Event]) -> Sale {
    let (mut sale, mut seats) = (Sale::default(), BTreeMap::new());
    for (event, position) in events.iter().zip(1..) {
        if let Event::SeatMapSet(set) = event {
            seats = seats_of(&set.map);
        }
        let at = NOON + TimeDelta::minutes(i64::try_from(position).unwrap());
        sale.take(Moment { position, at }, event, &seats);
    }
    sale
}

fn part(sale: &Sale, ticket_type_id: Option<TicketTypeId>) -> &Totals {
    &sale.parts().iter().find(|part| part.ticket_type_id == ticket_type_id).unwrap().totals
}

#[track_caller]
fn check(totals: &Totals, expected: &[(Measure, i64)]) {
    for (measure, number) in expected {
        assert_eq!(totals[*measure], *number, "{measure:?} in {totals:?}");
    }
}

#[test]
fn a_paid_hold_is_revenue_of_its_types() {
    let wish = [(STALLS, 2, 900, 100), (BALCONY, 1, 500, 0)];
    let waiting = told(&[created(), published(), held(&wish, None), paid(2_300)]);
    check(waiting.total(), &[(Measure::Gross, 2_300), (Measure::Held, 3), (Measure::Sold, 0)]);
    check(part(&waiting, None), &[(Measure::Gross, 2_300)]);

    let sale = told(&[created(), published(), held(&wish, None), paid(2_300), bought(&wish, false)]);
    check(sale.total(), &[(Measure::Gross, 2_500), (Measure::Discounts, 200), (Measure::Held, 0), (Measure::Sold, 3)]);
    check(sale.total(), &[(Measure::HoldsConfirmed, 1), (Measure::Bookings, 1), (Measure::TicketsBooked, 3)]);
    check(part(&sale, Some(STALLS)), &[(Measure::Gross, 2_000), (Measure::Discounts, 200), (Measure::Sold, 2)]);
    check(part(&sale, Some(BALCONY)), &[(Measure::Gross, 500), (Measure::BookedValue, 500)]);
    check(part(&sale, None), &[(Measure::Gross, 0)]);
}

#[test]
fn what_is_confirmed_without_money_is_no_revenue() {
    let wish = [(STALLS, 2, 900, 100)];
    let sale = told(&[created(), held(&wish, None), bought(&wish, false)]);
    check(sale.total(), &[(Measure::Gross, 0), (Measure::BookedValue, 1_800), (Measure::BookedDiscounts, 200)]);
    let direct = told(&[created(), booked(&wish)]);
    check(direct.total(), &[(Measure::BookingsDirect, 1), (Measure::BookedValue, 1_800), (Measure::Gross, 0)]);
}

#[test]
fn a_refund_is_shared_by_price_and_the_rest_is_a_fee() {
    let wish = [(STALLS, 1, 1_000, 0), (BALCONY, 2, 500, 0)];
    let given_back: Event = BookingCancelled { booking_id: BOOKING, customer_id: ANNA, items: items(&wish) }.into();
    let sold = [created(), held(&wish, None), paid(2_000), bought(&wish, false)];
    let sale = told(&[&sold[..], &[given_back, refund(1_001, RefundReason::GivenBack)]].concat());
    check(part(&sale, Some(STALLS)), &[(Measure::Refunds, 500), (Measure::Fees, 500)]);
    check(part(&sale, Some(BALCONY)), &[(Measure::Refunds, 501), (Measure::Fees, 499)]);
    check(sale.total(), &[(Measure::Refunds, 1_001), (Measure::Fees, 999), (Measure::CancelledValue, 2_000)]);
    check(sale.total(), &[(Measure::Bookings, 0), (Measure::TicketsCancelled, 3), (Measure::Sold, 0)]);
    assert_eq!(sale.total().net(), 999);
}

#[test]
fn money_that_bought_nothing_belongs_to_no_type() {
    let wish = [(STALLS, 1, 1_000, 0)];
    let lapsed: Event = HoldsLapsed {
        holds: [LapsedHold { booking_id: BOOKING, customer_id: ANNA, items: items(&wish), expires_at: NOON }].into(),
    }
    .into();
    let back = RefundSucceeded { booking_id: BOOKING, refund: 1, money: money(1_000) }.into();
    let late = [created(), held(&wish, None), lapsed, paid(1_000), refund(1_000, RefundReason::NotNeeded), back];
    let sale = told(&late);
    check(part(&sale, None), &[(Measure::Gross, 1_000), (Measure::Refunds, 1_000)]);
    check(sale.total(), &[(Measure::PaidOut, 1_000), (Measure::TicketsLapsed, 1), (Measure::HoldsLapsed, 1)]);
    check(sale.total(), &[(Measure::Held, 0), (Measure::Fees, 0)]);
}

#[test]
fn a_show_that_is_called_off_owes_what_is_left_of_each_type() {
    let wish = [(STALLS, 1, 1_000, 0), (BALCONY, 1, 500, 0)];
    let part_back: Event = BookingReduced {
        booking_id: BOOKING,
        customer_id: ANNA,
        items: items(&[(BALCONY, 1, 500, 0)]),
        held: false,
        request: None,
    }
    .into();
    let sold = [created(), published(), held(&wish, None), paid(1_500), bought(&wish, false)];
    let goodwill = refund(100, RefundReason::Goodwill);
    let more = [part_back, refund(200, RefundReason::GivenBack), goodwill, called_off()];
    let sale = told(&[&sold[..], &more[..]].concat());
    check(part(&sale, Some(STALLS)), &[(Measure::Refunds, 1_000), (Measure::TicketsCalledOff, 1), (Measure::Sold, 0)]);
    check(part(&sale, Some(BALCONY)), &[(Measure::Refunds, 500), (Measure::TicketsCancelled, 1)]);
    // Out of goodwill 100 had gone back of nothing that was sold: the types owe that much less.
    check(part(&sale, None), &[(Measure::Gross, 0), (Measure::Refunds, 0)]);
    check(sale.total(), &[(Measure::Refunds, 1_500), (Measure::BookingsCalledOff, 1), (Measure::PublicCapacity, 0)]);
    assert_eq!((sale.total().net(), sale.total()[Measure::Capacity]), (0, 10));
}

#[test]
fn a_seat_map_says_how_many_there_are_and_blocked_seats_are_known_by_it() {
    let seat = |label: &str| Seat {
        label: line(label),
        x: 0,
        y: 0,
        ticket_type_id: BALCONY,
        accessible: false,
        restricted_view: false,
    };
    let row = Row { label: line("A"), seats: [seat("A-1"), seat("A-2"), seat("A-3")].into() };
    let section = Section { name: line("Balcony"), focal_point: Point { x: 0, y: 0 }, rows: [row].into() };
    let mapped: Event = SeatMapSet { version: 1, map: SeatMap { sections: [section].into() } }.into();
    let labels = || [line("A-1"), line("A-3")].into();
    let blocked: Event = SeatsBlocked { seats: labels(), reason: line("Camera") }.into();
    let freed: Event = SeatsUnblocked { seats: [line("A-1")].into(), reason: line("No camera") }.into();
    let lower = CapacityLowered { ticket_type_id: STALLS, capacity: 7 }.into();
    let sale = told(&[created(), published(), mapped, blocked, freed.clone(), lower]);
    let balcony = part(&sale, Some(BALCONY));
    check(balcony, &[(Measure::Capacity, 3), (Measure::PublicCapacity, 3), (Measure::Blocked, 1)]);
    check(sale.total(), &[(Measure::Capacity, 10), (Measure::PublicCapacity, 10), (Measure::Blocked, 1)]);
    check(sale.total(), &[(Measure::SeatMapAt, 3)]);
    assert_eq!((sale.seat_map_for(&freed), sale.seat_map_for(&published())), (Some(3), None));
    assert_eq!(balcony.available(), 2);
}

#[test]
fn remembers_when_it_first_and_last_sold_out() {
    let all = [(STALLS, 10, 1_000, 0)];
    let one = [(STALLS, 1, 1_000, 0)];
    let back: Event =
        BookingReduced { booking_id: BOOKING, customer_id: ANNA, items: items(&one), held: false, request: None }
            .into();
    let early = told(&[created(), booked(&all)]);
    let at = |minute: i64| minute * 60_000_000;
    check(early.total(), &[(Measure::SoldOut, 1), (Measure::SoldOutFirstAt, at(2)), (Measure::SoldOutLastAt, at(2))]);
    let later = told(&[created(), booked(&all), back.clone()]);
    check(later.total(), &[(Measure::SoldOut, 0), (Measure::SoldOutFirstAt, at(2)), (Measure::SoldOutLastAt, at(2))]);
    let again = told(&[created(), booked(&all), back, booked(&one), published()]);
    check(again.total(), &[(Measure::SoldOut, 1), (Measure::SoldOutFirstAt, at(2)), (Measure::SoldOutLastAt, at(4))]);
    check(part(&again, Some(STALLS)), &[(Measure::SoldOutLastAt, at(4)), (Measure::Since, 1), (Measure::Touched, 5)]);
    check(part(&again, Some(BALCONY)), &[(Measure::SoldOut, 0), (Measure::SoldOutFirstAt, 0), (Measure::Touched, 1)]);
}

#[test]
fn counts_who_waits_and_what_became_of_offers() {
    let (entry_id, customer_id) = (EntryId(Uuid::from_u128(0xE)), ANNA);
    let joined: Event =
        WaitlistJoined { entry_id, customer_id, ticket_type_id: STALLS, quantity: 2, joined_at: NOON }.into();
    let wish = [(STALLS, 2, 1_000, 0)];
    let currency = money(0).currency;
    let offered: Event = SeatsOffered { entry_id, customer_id, items: items(&wish), currency, expires_at: NOON }.into();
    let open = told(&[created(), joined.clone(), joined.clone(), offered.clone()]);
    check(open.total(), &[(Measure::Waiting, 1), (Measure::Offered, 2), (Measure::TicketsWanted, 4)]);
    let taken = told(&[created(), joined.clone(), offered.clone(), held(&wish, Some(entry_id))]);
    check(taken.total(), &[(Measure::Offered, 0), (Measure::Held, 2), (Measure::OffersAccepted, 1)]);
    let lapsed = OffersLapsed {
        offers: [crate::show::LapsedOffer { entry_id, customer_id, items: items(&wish), expires_at: NOON }].into(),
    };
    let gone = told(&[created(), joined, offered, lapsed.into()]);
    check(gone.total(), &[(Measure::Offered, 0), (Measure::OffersLapsed, 1), (Measure::TicketsOffered, 2)]);
}

#[test]
fn numbers_are_read_back_as_they_were_written() {
    let mut totals = Totals::default();
    for (measure, number) in Measure::ALL.iter().zip([0, 1, -1, 63, -64, 64, i64::MAX, i64::MIN, 4_250]) {
        totals[*measure] = number;
    }
    let mut bytes = Vec::new();
    totals.encode(&mut bytes);
    assert_eq!(Totals::decode(&bytes), Some(totals.clone()));
    assert_eq!(Totals::decode(&bytes[..bytes.len() - 1]), None);
    // A measure that a later program writes.
    assert_eq!(Totals::decode(&[0xff, 0x01, 2]), Some(Totals::default()));

    let (mut picture, mut scratch) = (Vec::new(), Vec::new());
    write_entry(300, &totals, &mut picture, &mut scratch);
    write_entry(7, &Totals::default(), &mut picture, &mut scratch);
    let read: Vec<_> =
        entries(&picture).map(|entry| entry.map(|(scope, bytes)| (scope, Totals::decode(bytes)))).collect();
    assert_eq!(read, [Some((300, Some(totals))), Some((7, Some(Totals::default())))]);
    assert_eq!(entries(&picture[..5]).collect::<Vec<_>>(), [None]);
}

#[test]
fn currencies_and_differences_are_told() {
    let sale = told(&[created(), booked(&[(STALLS, 1, 1_000, 0)])]);
    assert_eq!(sale.total().currency(), Some(money(0).currency));
    assert_eq!(Totals::default().currency(), None);
    let earlier = told(&[created()]);
    let between = sale.total().since(earlier.total());
    check(&between, &[(Measure::Sold, 1), (Measure::Shows, 0), (Measure::Touched, 2)]);
    let mut both = Totals::default();
    both.add(sale.total());
    both.add(earlier.total());
    check(&both, &[(Measure::Shows, 2), (Measure::Sold, 1), (Measure::Touched, 0)]);
    let part = Part { ticket_type_id: None, totals: Totals::default() };
    assert_eq!(Sale::new(ANNA, both.clone(), vec![part]).total(), &both);
}

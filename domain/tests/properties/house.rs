//! The one small show that everybody wants something of: few tickets of every kind.

use chrono::TimeDelta;
use domain::Timestamp;
use domain::ids::{ShowId, TicketTypeId};
use domain::money::{Currency, Money};
use domain::show::{
    Code, Discount, Payment, Point, PromoCode, RefundPolicy, RefundStep, Row, SaleTerms, Schedule, Seat, SeatLabel,
    SeatMap, Section, ShowCreated, ShowDetails, TicketTerms, TicketType, Venue,
};
use domain::text::Text;
use uuid::Uuid;

use super::crowd::ANYBODY;

/// Six tickets, three, none; and seats, as soon as there is a map; and five that are hidden.
pub(crate) const TYPES: [u128; 5] = [1, 2, 3, SEATED, HIDDEN];
pub(crate) const SEATED: u128 = 4;
pub(crate) const HIDDEN: u128 = 5;
/// What the show does not sell.
pub(crate) const UNHEARD_OF: u128 = 9;
/// What opens the hidden type.
pub(crate) const FRIENDS: &str = "FRIENDS";

/// A number of hours after the first moment a sale may open.
pub(crate) fn moment(hour: i64) -> Timestamp {
    Timestamp::UNIX_EPOCH + TimeDelta::hours(hour)
}

pub(crate) fn type_id(id: u128) -> TicketTypeId {
    TicketTypeId(Uuid::from_u128(id))
}

pub(crate) fn line<const MAX: usize>(text: &str) -> Text<MAX> {
    Text::line(text).unwrap()
}

/// How many kinds of show there are; the first three are on sale in most histories.
pub(crate) const EVENINGS: u8 = 6;

/// The show: without (0) and with (1) a limit for one customer, or paid for (2). The others cannot be or,
/// coming second, are not the same.
pub(crate) fn evening(variant: u8) -> ShowCreated {
    let venue = Venue { name: line("Kulturhaus"), city: line("Ulm"), country: line("DE") };
    let schedule = Schedule {
        time_zone: line("Europe/Berlin"),
        starts_at: moment(6),
        ends_at: moment(if variant == 3 { 6 } else { 8 }),
        sale_opens_at: Some(moment(0)),
        sale_closes_at: None,
    };
    let third = ticket_type(3, 0, if variant == 4 { "CHF" } else { "EUR" });
    let terms = |terms| TicketType { terms, ..ticket_type(HIDDEN, 5, "EUR") };
    let seated = TicketTerms { reserved: true, ..TicketTerms::default() };
    let seated = TicketType { terms: seated, ..ticket_type(SEATED, 0, "EUR") };
    let hidden = terms(TicketTerms { access_code: Some(line(FRIENDS)), ..TicketTerms::default() });
    ShowCreated {
        show_id: ShowId(Uuid::from_u128(77)),
        organizer_id: ANYBODY[0].account_id,
        details: ShowDetails { title: line("Evening"), description: None, venue },
        schedule,
        max_per_customer: (variant == 1).then_some(6),
        ticket_types: vec![ticket_type(1, 6, "EUR"), ticket_type(2, 3, "EUR"), third, seated, hidden],
        terms: sale_terms(variant),
    }
}

/// How it is held, paid and given back.
pub(crate) fn sale_terms(variant: u8) -> SaleTerms {
    let step = |hours_before, percent| RefundStep { hours_before, percent };
    let steps = match variant {
        1 => vec![step(5, 100), step(3, 50)],
        5 => vec![step(3, 50), step(5, 100)],
        _ => vec![step(4, 80)],
    };
    SaleTerms {
        hold_seconds: if variant == 3 { 3_600 } else { 300 },
        offer_seconds: 300,
        payment: if variant == 2 { Payment::Required } else { Payment::None },
        refund_policy: (variant > 0).then(|| RefundPolicy { steps: steps.into(), fee: 50 }),
    }
}

pub(crate) fn ticket_type(id: u128, capacity: u32, currency: &str) -> TicketType {
    let price = Money { amount: 4_250, currency: Currency::try_from(currency).unwrap() };
    TicketType { ticket_type_id: type_id(id), name: line("Ticket"), price, capacity, terms: TicketTerms::default() }
}

/// When, to whom and how many at a time a ticket type is sold, in one way or another.
pub(crate) fn ticket_terms(variant: u8) -> TicketTerms {
    let terms = TicketTerms::default();
    match variant {
        0 => TicketTerms { min_per_booking: Some(2), max_per_booking: Some(3), ..terms },
        1 => TicketTerms { sale_opens_at: Some(moment(2)), sale_closes_at: Some(moment(4)), ..terms },
        2 => TicketTerms { access_code: Some(line(FRIENDS)), ..terms },
        3 => TicketTerms { min_per_booking: Some(3), max_per_booking: Some(2), ..terms },
        _ => terms,
    }
}

/// Codes, in several kinds each.
pub(crate) fn promo_code(code: usize, variant: u8) -> PromoCode {
    let for_all = PromoCode {
        code: code_of(code),
        discount: Discount::Percent(33),
        ticket_type_ids: Box::default(),
        uses_max: Some(2),
        uses_per_customer_max: Some(1),
        valid_from: None,
        valid_until: None,
    };
    match variant {
        0 => for_all,
        1 => PromoCode { discount: Discount::Amount(500), uses_per_customer_max: None, ..for_all },
        2 => PromoCode { discount: Discount::Percent(100), valid_until: Some(moment(3)), uses_max: None, ..for_all },
        3 => PromoCode { ticket_type_ids: Box::new([type_id(1)]), uses_max: None, ..for_all },
        4 => PromoCode { ticket_type_ids: Box::new([type_id(UNHEARD_OF)]), ..for_all },
        _ => PromoCode { valid_from: Some(moment(2)), valid_until: Some(moment(2)), ..for_all },
    }
}

pub(crate) fn code_of(code: usize) -> Code {
    line(["EARLY", "LATE", "NEVER"][code % 3])
}

/// The names of ten seats, and of one that there is not.
pub(crate) fn seat(place: usize) -> SeatLabel {
    line(&if place >= 10 { "Z-1".to_owned() } else { format!("{}-{}", ["A", "B"][place / 5], 1 + place % 5) })
}

/// How many kinds of seat map there are; most histories begin with the first.
pub(crate) const MAPS: u8 = 6;

/// Two rows of five seats (0), or one (1), or two in another order and with seats of a type that is added
/// later (2). The others cannot be.
pub(crate) fn seat_map(variant: u8) -> SeatMap {
    let sold_as = |place: usize| match variant {
        2 if place >= 8 => 100,
        3 if place == 3 => UNHEARD_OF,
        4 if place == 3 => 1,
        _ => SEATED,
    };
    let seat = |place: usize| Seat {
        label: seat(if variant == 5 && place == 3 { 2 } else { place }),
        x: i32::try_from(place % 5).unwrap(),
        y: i32::try_from(place / 5).unwrap(),
        ticket_type_id: type_id(sold_as(place)),
        accessible: place.is_multiple_of(5),
        restricted_view: place == 7,
    };
    let row =
        |label: &str, places: std::ops::Range<usize>| Row { label: line(label), seats: places.map(seat).collect() };
    let mut rows = vec![row("A", 0..5), row("B", 5..10)];
    match variant {
        1 => rows.truncate(1),
        2 => rows.reverse(),
        _ => {}
    }
    SeatMap {
        sections: Box::new([Section { name: line("Hall"), focal_point: Point { x: 2, y: 0 }, rows: rows.into() }]),
    }
}

//! The numbers of sales in their tables: what they come to, and that nothing but the log decides what is written.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop loudly")]

use chrono::TimeDelta;
use domain::analytics::{Measure, Totals, entries};
use domain::ids::{AccountId, BookingId, PaymentId};
use domain::money::Money;
use domain::show::{Event, HoldConfirmed, PaymentSucceeded, RefundDue, RefundReason, SeatsHeld, ShowPublished};
use uuid::Uuid;

use crate::given::{World, cancelled, created, euro, items, noon, show_cancelled};

/// How many shows there are.
const SHOWS: u128 = 5;
/// A little more than a stretch of the log.
const EVENTS: u64 = 66_500;

/// The tables, as one text each.
const TABLES: [&str; 4] = [
    "SELECT string_agg(t::text, chr(10) ORDER BY scope) FROM sales_scopes t",
    "SELECT string_agg(t::text, chr(10) ORDER BY scope, minute, stretch) FROM sales_totals t",
    "SELECT string_agg(t::text, chr(10) ORDER BY block) FROM sales_blocks t",
    "SELECT string_agg(t::text, chr(10) ORDER BY show_id, position) FROM sales_titles t",
];

fn show(number: u128) -> Uuid {
    Uuid::from_u128(0xA_0000 + number)
}

fn ticket(number: u128) -> Uuid {
    Uuid::from_u128(0xB_0000 + number)
}

/// What happens to booking after booking: held, paid for, bought, and given back for half of the money.
fn step(number: u128) -> (Uuid, Event) {
    let (turn, at) = (number / 5, number % 5);
    let (show, ticket, customer) = (show(turn % SHOWS), ticket(turn % SHOWS), Uuid::from_u128(0xC));
    let (booking, price) = (Uuid::from_u128(turn + 1), 4_250);
    let (booking_id, customer_id) = (BookingId(booking), AccountId(customer));
    let money = |amount| Money { amount, currency: euro() };
    let event = match at {
        0 => SeatsHeld {
            booking_id,
            customer_id,
            items: items(ticket, 1),
            currency: euro(),
            held_at: noon(),
            expires_at: noon(),
            extendable_until: noon(),
            policy: 0,
            promo_code: None,
            offer: None,
            asked: 0,
        }
        .into(),
        1 => PaymentSucceeded { payment_id: PaymentId(booking), booking_id, customer_id, money: money(price) }.into(),
        2 => HoldConfirmed {
            booking_id,
            customer_id,
            items: items(ticket, 1),
            confirmed_at: noon(),
            retaken: false,
            payment_reference: None,
            request: None,
        }
        .into(),
        3 => cancelled(booking, customer, ticket, 1),
        _ => {
            let reason = RefundReason::GivenBack;
            RefundDue { booking_id, refund: 1, customer_id, money: money(price / 2), reason, request: None }.into()
        }
    };
    (show, event)
}

/// Records a history, and has it folded whenever it has come to one of these positions.
async fn told_in_pages(cuts: &[u64]) -> World {
    let world = World::new().await;
    let mut position = 0;
    for number in 0..SHOWS {
        position = world.append(show(number), &[created(show(number), ticket(number)), ShowPublished {}.into()]).await;
    }
    for number in 0.. {
        if cuts.contains(&position) {
            world.report_until(position).await;
        }
        if position == EVENTS {
            break;
        }
        let (show, event) = step(number);
        // A minute has some hundred events, and no block or stretch ends with one.
        let at = noon() + TimeDelta::milliseconds(i64::try_from(number).unwrap() * 333);
        position = world.append_at(at, show, &[event]).await;
    }
    world
}

/// The beginning and the end of a row.
fn shortened(row: &str) -> String {
    format!("{} ... {}", &row[..row.len().min(400)], &row[row.len().saturating_sub(200)..])
}

async fn tables(world: &World) -> Vec<String> {
    let mut told = Vec::new();
    for table in TABLES {
        told.push(sqlx::query_scalar::<_, String>(table).fetch_one(world.pool()).await.unwrap());
    }
    told
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_but_the_log_decides_what_is_written() {
    let at_once = told_in_pages(&[EVENTS]).await;
    // Between a cancellation and its refund, between a payment and its booking, around the ends of blocks and of the
    // stretch, in the middle of minutes.
    let cuts = [10, 14, 12, 509, 4_094, 4_095, 4_096, 4_099, 9_000, 12_287, 12_290, 65_534, 65_535, 65_536, EVENTS];
    let in_pages = told_in_pages(&cuts).await;

    for (at_once, in_pages) in tables(&at_once).await.iter().zip(tables(&in_pages).await) {
        let rows = at_once.lines().zip(in_pages.lines());
        let first = rows.enumerate().find(|(_, (one, other))| one != other);
        assert!(*at_once == in_pages, "{:?}", first.map(|(at, (one, other))| (at, shortened(one), shortened(other))));
    }
    assert_eq!(at_once.number("SELECT count(*) FROM sales_blocks").await, 17);
    let incomplete = "SELECT count(*) FROM sales_blocks WHERE position <> least((block + 1) * 4096 - 1, 66500)";
    assert_eq!(at_once.number(incomplete).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn everybodys_numbers_are_the_sum_of_all_shows() {
    let world = World::new().await;
    for number in 0..SHOWS {
        world.append(show(number), &[created(show(number), ticket(number)), ShowPublished {}.into()]).await;
    }
    let mut last = 0;
    for number in 0..99 {
        let (show, event) = step(number);
        last = world.append(show, &[event]).await;
    }
    last = last.max(world.append(show(0), &[show_cancelled()]).await);
    world.report_until(last).await;

    let (shows, parts): (Vec<u8>, Vec<u8>) =
        sqlx::query_as("SELECT shows, parts FROM sales_blocks").fetch_one(world.pool()).await.unwrap();
    let kinds: Vec<(i32, String)> =
        sqlx::query_as("SELECT scope, kind FROM sales_scopes").fetch_all(world.pool()).await.unwrap();
    let sum = |picture: &[u8], kind: &str| {
        let mut sum = Totals::default();
        for (scope, bytes) in entries(picture).map(Option::unwrap) {
            if kinds.iter().any(|(of, known)| of.cast_unsigned() == scope && known == kind) {
                sum.add(&Totals::decode(bytes).unwrap());
            }
        }
        sum
    };
    let (platform, organizer, of_shows) = (sum(&shows, "platform"), sum(&shows, "organizer"), sum(&shows, "show"));
    assert_eq!((&platform, &organizer), (&of_shows, &of_shows));
    let of_parts = sum(&parts, "part");
    for measure in Measure::ALL.iter().filter(|measure| measure.adds_up_over_types()) {
        assert_eq!(of_parts[*measure], of_shows[*measure], "{measure:?}");
    }
    // Twenty bookings, nineteen of which were given back for half of the money; four of those were of the show that
    // was called off, so that the other half went back as well.
    let expected = [
        (Measure::Gross, 20 * 4_250),
        (Measure::Refunds, (19 + 4) * 2_125),
        (Measure::Fees, 19 * 2_125),
        (Measure::TicketsBooked, 20),
        (Measure::Shows, 5),
        (Measure::Capacity, 500),
        (Measure::PublicCapacity, 400),
    ];
    for (measure, number) in expected {
        assert_eq!(platform[measure], number, "{measure:?}");
    }
}

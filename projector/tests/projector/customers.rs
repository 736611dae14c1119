//! Who buys, as rows: the same whatever the pages were, and right at every position.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop loudly")]

use std::collections::HashSet;

use domain::ids::{AccountId, BookingId};
use domain::show::{BookingReduced, Event, HoldConfirmed, HoldsLapsed, LapsedHold, ShowCreated};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::given::{World, cancelled, confirmed, created, items, noon};
use crate::{OTHER_SHOW, OTHER_TICKET, SHOW, TICKET};

const OLGA: Uuid = Uuid::from_u128(0xD);
const RITA: Uuid = Uuid::from_u128(0xE);
const PLATFORM: Uuid = Uuid::nil();

fn customer(number: u128) -> Uuid {
    Uuid::from_u128(0xC00 + number)
}

/// A show of Rita's.
fn created_by_rita() -> Event {
    match created(OTHER_SHOW, OTHER_TICKET) {
        Event::ShowCreated(plain) => ShowCreated { organizer_id: AccountId(RITA), ..plain }.into(),
        other => other,
    }
}

fn bought(booking: u128, customer: Uuid, ticket: Uuid) -> Event {
    HoldConfirmed {
        booking_id: BookingId(Uuid::from_u128(booking)),
        customer_id: AccountId(customer),
        items: items(ticket, 2),
        confirmed_at: noon(),
        retaken: false,
        payment_reference: None,
        request: None,
    }
    .into()
}

fn reduced(booking: u128, customer: Uuid, ticket: Uuid, held: bool) -> Event {
    let (booking_id, customer_id) = (BookingId(Uuid::from_u128(booking)), AccountId(customer));
    BookingReduced { booking_id, customer_id, items: items(ticket, 1), held, request: None }.into()
}

fn lapsed(customers: &[Uuid]) -> Event {
    let hold = |customer: &Uuid| LapsedHold {
        booking_id: BookingId(Uuid::from_u128(77)),
        customer_id: AccountId(*customer),
        items: items(TICKET, 1),
        expires_at: noon(),
    };
    HoldsLapsed { holds: customers.iter().map(hold).collect() }.into()
}

/// What happens, show by show. Customers come back, in both shows, and some never buy.
pub(crate) fn story() -> Vec<(Uuid, Event)> {
    let mut story = vec![(SHOW, created(SHOW, TICKET)), (OTHER_SHOW, created_by_rita())];
    for turn in 0..40 {
        let (show, ticket) = if turn % 3 == 1 { (OTHER_SHOW, OTHER_TICKET) } else { (SHOW, TICKET) };
        let who = customer(turn * turn % 13);
        story.push((
            show,
            match turn % 8 {
                3 => lapsed(&[who, customer(90), who]),
                5 => reduced(turn, who, ticket, true),
                6 => reduced(turn, who, ticket, false),
                7 => cancelled(Uuid::from_u128(turn), who, ticket, 3),
                4 => bought(turn, who, ticket),
                _ => confirmed(Uuid::from_u128(turn), who, ticket, 3),
            },
        ));
    }
    story
}

/// Records the story and has it folded whenever it has come to one of these positions.
pub(crate) async fn told_in_pages(world: &World, cuts: &[u64]) {
    for (show, event) in story() {
        let position = world.append(show, &[event]).await;
        if cuts.contains(&position) {
            world.report_until(position).await;
        }
    }
}

pub(crate) async fn rows(world: &World) -> Vec<Value> {
    let mut rows = Vec::new();
    for sql in [
        "SELECT json_agg(t ORDER BY customer_id)::text FROM customer_counts t",
        "SELECT json_agg(t ORDER BY scope_id, ordinal)::text FROM customer_firsts t",
        "SELECT json_agg(t ORDER BY scope_id)::text FROM customer_scopes t",
        "SELECT json_agg(t ORDER BY show_id)::text FROM customer_shows t",
    ] {
        rows.push(world.row(sql).await);
    }
    rows
}

/// How many a scope had by a position, as it is asked for.
async fn buyers(world: &World, scope_id: Uuid, position: i64) -> usize {
    let found: Option<i64> = sqlx::query_scalar(
        "SELECT ordinal FROM customer_firsts WHERE scope_id = $1 AND position <= $2 ORDER BY position DESC LIMIT 1",
    )
    .bind(scope_id)
    .bind(position)
    .fetch_optional(world.pool())
    .await
    .unwrap();
    usize::try_from(found.unwrap_or(0)).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn buyers_are_numbered_whatever_the_pages_were() {
    let last = story().len() as u64;
    let (at_once, in_pages, one_by_one) = (World::new().await, World::new().await, World::new().await);
    told_in_pages(&at_once, &[last]).await;
    told_in_pages(&in_pages, &[1, 2, 3, 7, 8, 20, 21, 41, last]).await;
    told_in_pages(&one_by_one, &(1..=last).collect::<Vec<_>>()).await;

    let told = rows(&at_once).await;
    assert_eq!(rows(&in_pages).await, told);
    assert_eq!(rows(&one_by_one).await, told);

    let mut seen: HashSet<(Uuid, Uuid)> = HashSet::new();
    for (position, (show, event)) in (1..).zip(story()) {
        let who = match event {
            Event::BookingConfirmed(confirmed) => Some(confirmed.customer_id.0),
            Event::HoldConfirmed(confirmed) => Some(confirmed.customer_id.0),
            _ => None,
        };
        let organizer = if show == SHOW { OLGA } else { RITA };
        seen.extend(who.iter().flat_map(|who| [(PLATFORM, *who), (organizer, *who)]));
        for scope in [PLATFORM, OLGA, RITA] {
            let expected = seen.iter().filter(|(of, _)| *of == scope).count();
            assert_eq!(buyers(&one_by_one, scope, position).await, expected, "{scope} as of {position}");
        }
    }
    let both = "SELECT count(*) FROM (SELECT FROM customer_firsts GROUP BY customer_id HAVING count(*) = 3) t";
    assert!(at_once.number(both).await > 0, "somebody bought from both");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_customer_did_is_counted() {
    let world = World::new().await;
    let (ada, bob) = (customer(1), customer(2));
    let events = [
        created(SHOW, TICKET),
        confirmed(Uuid::from_u128(1), ada, TICKET, 3),
        bought(2, ada, TICKET),
        reduced(1, ada, TICKET, false),
        reduced(3, ada, TICKET, true),
        cancelled(Uuid::from_u128(2), ada, TICKET, 2),
        lapsed(&[bob, ada, bob]),
    ];
    let last = world.append(SHOW, &events).await;
    world.report_until(last).await;

    let counts = "SELECT json_agg(json_build_array(bookings, tickets, cancelled_bookings, cancelled_tickets,
                         lapsed_holds) ORDER BY customer_id)::text FROM customer_counts";
    assert_eq!(world.row(counts).await, json!([[2, 5, 1, 3, 1], [0, 0, 0, 0, 2]]));
    assert_eq!(
        world
            .number("SELECT buyers FROM customer_scopes WHERE scope_id = '00000000-0000-0000-0000-00000000000d'")
            .await,
        1
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_numbered_after_those_who_came_later() {
    let world = World::new().await;
    told_in_pages(&world, &[42]).await;
    let told = rows(&world).await;
    // A stream that was parked comes back: its purchases lie before others that are numbered already.
    sqlx::raw_sql("UPDATE projection_checkpoints SET position = 30 WHERE name = 'customers'")
        .execute(world.pool())
        .await
        .unwrap();
    world.report_until(42).await;

    let refused = "SELECT count(*) FROM parked_streams WHERE projection = 'customers' AND error LIKE '%replayed%'";
    assert!(world.number(refused).await > 0);
    assert_eq!(rows(&world).await[1..], told[1..]);
}

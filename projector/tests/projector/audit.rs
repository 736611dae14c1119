//! Given events, then the keys under which they are found.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop loudly")]

use domain::access::Role;
use domain::account::AccountRegistered;
use domain::audit::{KeyKind, key_of_type};
use domain::ids::{AccountId, BookingId, TicketTypeId};
use domain::show::{Event, HoldsLapsed, LapsedHold, SalePaused};
use uuid::Uuid;

use crate::given::{World, cancelled, confirmed, created, items, noon, show_cancelled};
use crate::{ANNA, OTHER_SHOW, SHOW, TICKET};

const OLGA: Uuid = Uuid::from_u128(0xD);
const PLATFORM: Uuid = Uuid::nil();
const FIRST: Uuid = Uuid::from_u128(1);
const SECOND: Uuid = Uuid::from_u128(2);

/// Where events are found under a key.
async fn positions(world: &World, kind: KeyKind, key: Uuid) -> Vec<i64> {
    sqlx::query_scalar("SELECT position FROM audit_index WHERE kind = $1 AND key = $2 ORDER BY position")
        .bind(kind.number())
        .bind(key)
        .fetch_all(world.pool())
        .await
        .unwrap()
}

fn lapsed(bookings: &[Uuid]) -> Event {
    let hold = |booking: &Uuid| LapsedHold {
        booking_id: BookingId(*booking),
        customer_id: AccountId(ANNA),
        items: items(TicketTypeId(TICKET).0, 1),
        expires_at: noon(),
    };
    HoldsLapsed { holds: bookings.iter().map(hold).collect() }.into()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_event_is_found_by_who_did_it_and_by_what_it_names() {
    let world = World::new().await;
    world.append_by(OLGA, SHOW, &[created(SHOW, TICKET), SalePaused {}.into()]).await;
    world.append_by(ANNA, SHOW, &[confirmed(FIRST, ANNA, TICKET, 1), confirmed(SECOND, ANNA, TICKET, 1)]).await;
    world.append_by(PLATFORM, SHOW, &[lapsed(&[SECOND, FIRST, SECOND])]).await;
    world.append_by(ANNA, SHOW, &[cancelled(FIRST, ANNA, TICKET, 1)]).await;
    let last = world.append_by(OLGA, SHOW, &[show_cancelled()]).await;

    world.report_until(last).await;

    assert_eq!(positions(&world, KeyKind::Actor, OLGA).await, [1, 2, 7]);
    assert_eq!(positions(&world, KeyKind::Actor, ANNA).await, [3, 4, 6]);
    assert_eq!(positions(&world, KeyKind::Actor, PLATFORM).await, [5]);
    assert_eq!(positions(&world, KeyKind::Booking, FIRST).await, [5, 6], "what began it is found by its key");
    assert_eq!(positions(&world, KeyKind::Booking, SECOND).await, [5], "once, though it is named twice");
    assert_eq!(positions(&world, KeyKind::Type, key_of_type("SalePaused")).await, [2]);
    assert_eq!(positions(&world, KeyKind::Type, key_of_type("BookingConfirmed")).await, [0; 0], "they are many");
    assert_eq!(positions(&world, KeyKind::EveryBookingOf, SHOW).await, [7]);
    assert_eq!(world.number("SELECT count(*) FROM audit_index").await, 7 + 3 + 5 + 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn accounts_and_what_a_newer_evently_wrote_are_found_too() {
    let world = World::new().await;
    world.append(OTHER_SHOW, &[created(OTHER_SHOW, TICKET)]).await;
    world.append_raw(OTHER_SHOW, "SomethingNewer", (&b"{}"[..]).into()).await;
    let last =
        world.append_to(ANNA, &[AccountRegistered { account_id: AccountId(ANNA), role: Role::Customer }.into()]).await;

    world.report_until(last).await;
    world.report_until(last).await;

    assert_eq!(positions(&world, KeyKind::Actor, PLATFORM).await, [1, 2, 3]);
    for (event_type, position) in [("ShowCreated", 1), ("SomethingNewer", 2), ("AccountRegistered", 3)] {
        assert_eq!(positions(&world, KeyKind::Type, key_of_type(event_type)).await, [position]);
    }
    assert_eq!(world.number("SELECT count(*) FROM audit_index").await, 6, "nothing is indexed twice");
    let core = world.number("SELECT max(position) FROM projection_checkpoints WHERE in_core").await;
    assert_eq!(core, 0, "reports are folded on their own");
}

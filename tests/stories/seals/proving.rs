//! Who owns a booking can prove that it stands in the log.

use chrono::TimeDelta;
use evently::cli::Role;
use serde_json::{Value, json};
use uuid::Uuid;

use super::given::checked;
use crate::support::clock::Time;
use crate::support::world::{self, Desk};
use crate::support::{Person, World, a_show};

fn kinds(events: &[(String, Option<Vec<u8>>)]) -> Vec<&str> {
    events.iter().map(|(kind, _)| kind.as_str()).collect()
}

/// The kinds of the events whose leaf is not shown.
fn hidden(events: &[(String, Option<Vec<u8>>)]) -> Vec<&str> {
    events.iter().filter(|(_, leaf)| leaf.is_none()).map(|(kind, _)| kind.as_str()).collect()
}

async fn proof(person: &Person, booking: Uuid) -> Value {
    person.get(&format!("/api/v1/bookings/{booking}/proof")).await.ok()
}

fn says(leaf: &[u8], text: &str) -> bool {
    leaf.windows(text.len()).any(|window| window == text.as_bytes())
}

#[tokio::test]
async fn every_event_of_a_booking_is_proven_and_no_other() {
    let world = World::start().await;
    let (olga, ada, boris) = (world.organizer(), world.customer(), world.customer());
    let show = a_show().on_sale(&olga).await;
    let held = ada.holds(&show, 2).await.id("booking_id");
    let other = boris.books(&show, 1).await.id("booking_id");
    ada.extends(held).await.ok();
    ada.confirms(held).await.ok();

    let proven = proof(&ada, held).await;
    assert_eq!(proven["booking_id"], held.to_string());
    let events = checked(&proven);
    assert_eq!(kinds(&events), ["SeatsHeld", "HoldExtended", "HoldConfirmed"]);
    for (kind, leaf) in &events {
        let leaf = leaf.as_ref().unwrap();
        assert!(
            says(leaf, &held.to_string()) && says(leaf, kind) && says(leaf, &format!("show-{}", show.id)),
            "{kind}"
        );
        assert!(!says(leaf, &other.to_string()), "{kind}");
    }

    // It goes on with the booking, to the end of its show. What belongs to nobody else's story stays out of it.
    boris.cancels(other).await.ok();
    olga.calls_off(&show, "The singer is ill.").await.ok();
    let events = checked(&proof(&ada, held).await);
    assert_eq!(kinds(&events), ["SeatsHeld", "HoldExtended", "HoldConfirmed", "ShowCancelled"]);
    assert_eq!(hidden(&events), ["ShowCancelled"], "its leaf says who called it off");
    let events = checked(&proof(&boris, other).await);
    assert_eq!(kinds(&events), ["BookingConfirmed", "BookingCancelled", "ShowCancelled"]);
    let events = checked(&proof(&world.admin(), other).await);
    assert_eq!((events.len(), hidden(&events)), (3, Vec::new()), "an admin reads all of it");
}

#[tokio::test]
async fn holds_that_lapse_together_are_proven_without_telling_of_each_other() {
    let time = Time::default();
    let world = World::start_with(|settings| settings.clock = time.clock()).await;
    let (ada, boris, cem) = (world.customer(), world.customer(), world.customer());
    let show = a_show().with("terms", json!({ "hold_seconds": 600 })).on_sale(&world.organizer()).await;
    let first = ada.holds(&show, 1).await.id("booking_id");
    let second = boris.holds(&show, 2).await;
    time.jump(TimeDelta::minutes(11));
    ada.waits_for(second.position() + 1).await;
    let second = second.id("booking_id");

    for (person, own, others) in [(&ada, first, [second, boris.account_id]), (&boris, second, [first, ada.account_id])]
    {
        let events = checked(&proof(person, own).await);
        assert_eq!((kinds(&events), hidden(&events)), (vec!["SeatsHeld", "HoldsLapsed"], vec!["HoldsLapsed"]));
        for leaf in events.iter().filter_map(|(_, leaf)| leaf.as_ref()) {
            assert!(others.iter().all(|other| !says(leaf, &other.to_string())));
        }
    }
    let events = checked(&proof(&world.admin(), first).await);
    assert!(says(events[1].1.as_ref().unwrap(), &second.to_string()), "they lapsed in one event");

    // A hold that lapses alone tells of nobody else, if the platform ended it.
    let alone = cem.holds(&show, 1).await;
    time.jump(TimeDelta::minutes(11));
    cem.waits_for(alone.position() + 1).await;
    let events = checked(&proof(&cem, alone.id("booking_id")).await);
    assert_eq!((kinds(&events), hidden(&events)), (vec!["SeatsHeld", "HoldsLapsed"], Vec::new()));
}

#[tokio::test]
async fn a_proof_is_for_the_owner_and_for_admins() {
    let world = World::start().await;
    let (olga, ada) = (world.organizer(), world.customer());
    let show = a_show().on_sale(&olga).await;
    let booking = ada.books(&show, 1).await.id("booking_id");
    let path = format!("/api/v1/bookings/{booking}/proof");
    assert_eq!(checked(&world.admin().get(&path).await.ok()).len(), 1);
    world.customer().get(&path).await.problem(404, "no-such-booking");
    olga.get(&path).await.problem(404, "no-such-booking");
    world.stranger().get(&path).await.problem(401, "missing-token");
    let unknown = ada.get(&format!("/api/v1/bookings/{}/proof", Uuid::now_v7())).await;
    let foreign = world.customer().get(&path).await;
    assert_eq!(
        unknown.problem(404, "no-such-booking")["detail"],
        foreign.json()["detail"],
        "they cannot be told apart"
    );
    ada.get("/api/v1/bookings/mine/proof").await.problem(400, "malformed-id");
    ada.get(&format!("{path}?of=mine")).await.problem(400, "malformed-query");
}

#[tokio::test]
async fn what_is_not_sealed_yet_is_said_to_be_so() {
    let world = World::start_with(|settings| settings.role = Role::Command).await;
    // Nobody seals here; a query process of its own tells so.
    let query = Desk::open(world.database.options(), |settings| settings.role = Role::Query).await;
    let stranger = world::stranger(query.line());
    let answer = stranger.get("/api/v1/audit/checkpoint").await;
    assert_eq!(answer.problem(503, "not-sealed-yet")["sealed_position"], 0);
    stranger.get("/api/v1/audit/key").await.problem(503, "not-sealed-yet");
    stranger.get("/api/v1/audit/tile/0/000.p/1").await.problem(404, "not-found");
    query.close().await;
}

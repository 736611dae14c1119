//! Who owns a booking can prove that it stands in the log.

use evently::cli::Role;
use uuid::Uuid;

use super::given::checked;
use crate::support::world::{self, Desk};
use crate::support::{World, a_show};

fn kinds(events: &[(String, Vec<u8>)]) -> Vec<&str> {
    events.iter().map(|(kind, _)| kind.as_str()).collect()
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

    let proof = ada.get(&format!("/api/v1/bookings/{held}/proof")).await.ok();
    assert_eq!(proof["booking_id"], held.to_string());
    let events = checked(&proof);
    assert_eq!(kinds(&events), ["SeatsHeld", "HoldExtended", "HoldConfirmed"]);
    for (kind, leaf) in &events {
        assert!(
            says(leaf, &held.to_string()) && says(leaf, kind) && says(leaf, &format!("show-{}", show.id)),
            "{kind}"
        );
        assert!(!says(leaf, &other.to_string()), "{kind}");
    }

    // It goes on with the booking, to the end of its show. What belongs to nobody else's story stays out of it.
    boris.cancels(other).await.ok();
    olga.calls_off(&show, "The singer is ill.").await.ok();
    let proof = ada.get(&format!("/api/v1/bookings/{held}/proof")).await.ok();
    assert_eq!(kinds(&checked(&proof)), ["SeatsHeld", "HoldExtended", "HoldConfirmed", "ShowCancelled"]);
    let proof = boris.get(&format!("/api/v1/bookings/{other}/proof")).await.ok();
    assert_eq!(kinds(&checked(&proof)), ["BookingConfirmed", "BookingCancelled", "ShowCancelled"]);
}

#[tokio::test]
async fn a_proof_is_for_the_owner_and_for_admins() {
    let world = World::start().await;
    let (olga, ada) = (world.organizer(), world.customer());
    let show = a_show().on_sale(&olga).await;
    let booking = ada.books(&show, 1).await.id("booking_id");
    let path = format!("/api/v1/bookings/{booking}/proof");
    assert_eq!(checked(&world.admin().get(&path).await.ok()).len(), 1);
    world.customer().get(&path).await.problem(404, "not-found");
    olga.get(&path).await.problem(404, "not-found");
    world.stranger().get(&path).await.problem(401, "missing-token");
    let unknown = ada.get(&format!("/api/v1/bookings/{}/proof", Uuid::now_v7())).await;
    let foreign = world.customer().get(&path).await;
    assert_eq!(unknown.problem(404, "not-found")["detail"], foreign.json()["detail"], "they cannot be told apart");
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

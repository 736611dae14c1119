//! Offers that are somebody else's, or none.

use serde_json::json;
use uuid::Uuid;

use crate::support::log::count;
use crate::support::{World, a_show};

#[tokio::test]
async fn somebody_elses_offer_does_not_exist() {
    let world = World::start().await;
    let (olga, owner, ada, bob) = (world.organizer(), world.customer(), world.customer(), world.customer());
    let show = a_show().with_seats(1).on_sale(&olga).await;
    let booking = owner.books(&show, 1).await.id("booking_id");
    let entry = ada.joins(&show, 1).await.id("entry_id");
    owner.cancels(booking).await.ok();
    let mut connection = world.database.connect().await;
    let recorded = count(&mut connection).await;

    let nothing = bob.accepts(Uuid::now_v7()).await.problem(404, "no-such-entry");
    for person in [&bob, &olga] {
        assert_eq!(person.accepts(entry).await.problem(404, "no-such-entry"), nothing);
        person.declines(entry).await.problem(404, "no-such-entry");
        person.leaves(entry).await.problem(404, "no-such-entry");
        assert_eq!(person.get(&format!("/api/v1/waitlist/{entry}")).await.status, 404);
    }
    world.stranger().accepts(entry).await.problem(401, "missing-token");
    // A booking is no place on a waitlist.
    ada.accepts(booking).await.problem(404, "no-such-entry");
    for path in ["accept", "decline"] {
        ada.post(&format!("/api/v1/waitlist/42/{path}")).await.problem(400, "malformed-id");
    }
    assert_eq!(count(&mut connection).await, recorded, "nothing is written");
    world.admin().accepts(entry).await.created();
    assert_eq!(ada.sees_entry(entry).await["state"], "accepted");
}

#[tokio::test]
async fn nothing_is_taken_before_it_is_offered() {
    let world = World::start().await;
    let (olga, ada) = (world.organizer(), world.customer());
    let show = a_show().with_seats(1).on_sale(&olga).await;
    world.customer().books(&show, 1).await.created();
    let entry = ada.joins(&show, 1).await.id("entry_id");
    ada.accepts(entry).await.refused("not-offered");
    ada.declines(entry).await.refused("not-offered");
    olga.calls_off(&show, "Rain").await.ok();
    ada.accepts(entry).await.refused("event-cancelled");
    assert_eq!(ada.leaves(entry).await.ok()["state"], "lapsed");
}

#[tokio::test]
async fn the_limit_is_kept_when_an_offer_is_accepted() {
    let world = World::start().await;
    let (owner, ada) = (world.customer(), world.customer());
    let plan = a_show().with_seats(2).with_ticket_type("Balcony", 1_900, 10).with("max_per_customer", 2);
    let show = plan.on_sale(&world.organizer()).await;
    let booking = owner.books(&show, 2).await.id("booking_id");
    let entry = ada.joins(&show, 2).await.id("entry_id");
    owner.cancels(booking).await.ok();
    // They have bought others since the offer was made.
    let balcony = json!([{ "ticket_type_id": show.ticket_types[1], "quantity": 1 }]);
    let other = ada.books_items(show.id, &balcony).await.id("booking_id");

    let problem = ada.accepts(entry).await.refused("limit-per-customer");
    let told = ["limit", "already_held", "requested"].map(|member| problem[member].as_u64().unwrap());
    assert_eq!(told, [2, 1, 2]);
    ada.cancels(other).await.ok();
    ada.accepts(entry).await.created();
    world.verifies().await;
}

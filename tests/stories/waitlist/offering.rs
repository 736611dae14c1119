//! Whatever comes free is offered in the same decision: first in, first out, and nobody overtakes.

use chrono::TimeDelta;
use serde_json::json;
use uuid::Uuid;

use crate::support::clock::Time;
use crate::support::log::facts;
use crate::support::{Person, World, a_show, seats_in};

async fn state(person: &Person, entry: Uuid) -> String {
    person.sees_entry(entry).await["state"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn what_is_given_back_is_offered_before_anybody_else_can_have_it() {
    let world = World::start().await;
    let (owner, ada, bob) = (world.customer(), world.customer(), world.customer());
    let show = a_show().with_seats(2).on_sale(&world.organizer()).await;
    let booking = owner.books(&show, 2).await.id("booking_id");
    let entry = ada.joins(&show, 2).await.id("entry_id");

    owner.cancels(booking).await.ok();

    let seen = ada.sees_entry(entry).await;
    assert_eq!(seen["state"], "offered");
    assert!(seen["offer_expires_at"].is_string());
    let place = ada.get(&format!("/api/v1/events/{}/waitlist", show.id)).await.ok();
    assert!(place["data"][0]["place"].is_null());
    bob.books(&show, 1).await.refused("sold-out");
    owner.books(&show, 1).await.refused("sold-out");
    let facts = facts(&mut world.database.connect().await).await;
    let last: Vec<&str> = facts.iter().rev().take(2).map(|fact| fact.kind.as_str()).collect();
    assert_eq!(last, ["SeatsOffered", "BookingCancelled"], "one after the other, and nothing between");
    let seats = bob.sees_seats(&show).await;
    let sold = &seats["ticket_types"][0];
    assert_eq!((&sold["sold"], &sold["held"], &sold["available"]), (&0.into(), &2.into(), &0.into()));
    world.verifies().await;
}

#[tokio::test]
async fn first_come_first_served_and_who_does_not_fit_keeps_the_place() {
    let world = World::start().await;
    let olga = world.organizer();
    let owner = world.customer();
    let show = a_show().with_seats(4).on_sale(&olga).await;
    let four = owner.books(&show, 4).await.id("booking_id");
    let people = [world.customer(), world.customer(), world.customer(), world.customer()];
    let mut entries = Vec::new();
    for (person, quantity) in people.iter().zip([3, 1, 2, 1]) {
        entries.push(person.joins(&show, quantity).await.id("entry_id"));
    }
    let states = async || {
        let mut states = Vec::new();
        for (person, entry) in people.iter().zip(&entries) {
            states.push(state(person, *entry).await);
        }
        states
    };
    let back = |quantity: u32| {
        owner.gives_back(four, &json!([{ "ticket_type_id": show.ticket_type(), "quantity": quantity }]))
    };

    back(1).await.ok();
    assert_eq!(states().await, ["waiting", "offered", "waiting", "waiting"], "one ticket is too few for the first");
    back(1).await.ok();
    assert_eq!(states().await, ["waiting", "offered", "waiting", "offered"]);
    // A declined offer and what is free beside it are enough for the first of those who wait.
    back(1).await.ok();
    assert_eq!(states().await, ["waiting", "offered", "waiting", "offered"]);
    people[1].declines(entries[1]).await.ok();
    assert_eq!(states().await, ["waiting", "declined", "offered", "offered"]);
    people[2].declines(entries[2]).await.ok();
    people[3].declines(entries[3]).await.ok();
    assert_eq!(states().await, ["offered", "declined", "declined", "declined"], "three of four seats are free");
    world.verifies().await;
}

#[tokio::test]
async fn new_buyers_do_not_overtake_those_who_fit() {
    let world = World::start().await;
    let (olga, owner, ada, bob) = (world.organizer(), world.customer(), world.customer(), world.customer());
    let show = a_show().with_seats(1).on_sale(&olga).await;
    owner.books(&show, 1).await.created();
    let entry = ada.joins(&show, 3).await.id("entry_id");
    let resize =
        |capacity: u32| json!({ "ticket_types": [{ "ticket_type_id": show.ticket_type(), "capacity": capacity }] });

    // Two are too few for who waits, so others may have them.
    let two = olga.revises(&show, &show.etag, &resize(3)).await;
    bob.books(&show, 1).await.created();
    // Raised capacity goes to who waits first.
    let four = olga.revises(&show, &two.etag(), &resize(5)).await;
    four.ok();
    assert_eq!(state(&ada, entry).await, "offered");
    bob.books(&show, 1).await.refused("sold-out");
    world.verifies().await;
}

#[tokio::test]
async fn released_holds_and_unblocked_seats_are_offered_too() {
    let world = World::start().await;
    let (olga, owner, ada, bob) = (world.organizer(), world.customer(), world.customer(), world.customer());
    let show = a_show().reserved().seated(&olga, 1, 3).await;
    olga.blocks(&show, "block", &["A-1"]).await.ok();
    let items = json!([{ "ticket_type_id": show.ticket_type(), "seats": ["A-2", "A-3"] }]);
    let hold = owner.books_with(&show, &json!({ "hold": true, "items": items })).await.id("booking_id");
    let (first, second) = (ada.joins(&show, 1).await.id("entry_id"), bob.joins(&show, 2).await.id("entry_id"));

    olga.blocks(&show, "unblock", &["A-1"]).await.ok();
    let offered = ada.sees_entry(first).await;
    assert_eq!((offered["state"].as_str(), seats_in(&offered)), (Some("offered"), vec!["A-1".to_owned()]));
    owner.cancels(hold).await.ok();
    let offered = bob.sees_entry(second).await;
    assert_eq!((offered["state"].as_str(), seats_in(&offered).len()), (Some("offered"), 2));
    assert_eq!(bob.sees_seats(&show).await["sections"][0]["seats"], "hhh");
    let booking = bob.accepts(second).await.created();
    assert_eq!(seats_in(&booking), seats_in(&offered));
    assert_eq!(bob.sees_seats(&show).await["sections"][0]["seats"], "hss");
    world.verifies().await;
}

#[tokio::test]
async fn an_offer_that_lapses_goes_to_the_next() {
    let time = Time::default();
    let world = World::start_with(|settings| settings.clock = time.clock()).await;
    let (owner, ada, bob) = (world.customer(), world.customer(), world.customer());
    let plan = a_show().with_seats(1).with("terms", json!({ "offer_seconds": 7_200 }));
    let show = plan.on_sale(&world.organizer()).await;
    let booking = owner.books(&show, 1).await.id("booking_id");
    let (first, second) = (ada.joins(&show, 1).await.id("entry_id"), bob.joins(&show, 1).await.id("entry_id"));
    owner.cancels(booking).await.ok();
    assert_eq!(state(&ada, first).await, "offered");
    let mut connection = world.database.connect().await;
    let before = facts(&mut connection).await.len() as u64;

    time.jump(TimeDelta::seconds(7_200));
    // Nobody asks for anything: it lapses, and is offered to the next, in one go.
    ada.waits_for(before + 2).await;

    assert_eq!((state(&ada, first).await, state(&bob, second).await), ("lapsed".to_owned(), "offered".to_owned()));
    let kinds: Vec<String> = facts(&mut connection).await.into_iter().rev().take(2).map(|fact| fact.kind).collect();
    assert_eq!(kinds, ["SeatsOffered", "OffersLapsed"]);
    ada.accepts(first).await.refused("offer-lapsed");
    ada.declines(first).await.refused("offer-lapsed");
    bob.accepts(second).await.created();
    world.verifies().await;
}

#[tokio::test]
async fn nothing_is_offered_once_the_sale_is_closed() {
    let world = World::start().await;
    let (olga, owner, ada, bob) = (world.organizer(), world.customer(), world.customer(), world.customer());
    let show = a_show().with_seats(2).on_sale(&olga).await;
    let booking = owner.books(&show, 1).await.id("booking_id");
    let last = owner.books(&show, 1).await.id("booking_id");
    let (first, second) = (ada.joins(&show, 1).await.id("entry_id"), bob.joins(&show, 1).await.id("entry_id"));

    olga.moves(&show, "pause").await.ok();
    owner.cancels(booking).await.ok();
    assert_eq!(state(&ada, first).await, "waiting", "a paused sale offers nothing");
    olga.moves(&show, "resume").await.ok();
    assert_eq!(state(&ada, first).await, "offered", "and does as soon as it goes on");
    olga.moves(&show, "close").await.ok();
    owner.cancels(last).await.ok();
    assert_eq!(state(&bob, second).await, "waiting");
    // What was offered before stays offered.
    ada.accepts(first).await.created();
    olga.calls_off(&show, "Rain").await.ok();
    assert_eq!(state(&bob, second).await, "lapsed");
    world.verifies().await;
}

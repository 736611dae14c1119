//! The best available seats: side by side, near the focal point, nobody left alone.

use serde_json::json;

use crate::support::log::facts;
use crate::support::{World, a_house, a_show, seat, seats_in};

#[tokio::test]
async fn the_best_seats_are_together_and_nearest_the_middle_of_the_front() {
    let world = World::start().await;
    let ada = world.customer();
    let show = a_show().reserved().seated(&world.organizer(), 3, 7).await;
    let best = |quantity: u32| ada.books_best(&show, &json!({ "quantity": quantity }));

    let first = best(3).await;
    assert_eq!(seats_in(&first.created()), ["A-3", "A-4", "A-5"]);
    // The log says which seats they are: nobody chooses again.
    let fact = facts(&mut world.database.connect().await).await.pop().unwrap();
    assert_eq!(fact.payload["items"][0]["seats"], first.created()["items"][0]["seats"]);
    assert_eq!(seats_in(&best(2).await.created()).len(), 2);
    world.verifies().await;
}

#[tokio::test]
async fn nobody_is_left_alone_where_that_can_be_avoided() {
    let world = World::start().await;
    let show = a_show().reserved().seated(&world.organizer(), 1, 5).await;
    let pair = world.customer().books_best(&show, &json!({ "quantity": 2 })).await.created();
    let left = world.customer().sees_seats(&show).await["sections"][0]["seats"].as_str().unwrap().to_owned();
    let pair = seats_in(&pair);
    assert!(["ssfff", "fffss"].contains(&left.as_str()), "{pair:?} leaves {left}");
}

#[tokio::test]
async fn who_cannot_sit_together_is_told_what_would_be_possible() {
    let world = World::start().await;
    let ada = world.customer();
    let show = a_show().reserved().seated(&world.organizer(), 1, 5).await;
    ada.books_seats(&show, &["A-3"]).await.created();

    let problem = ada.books_best(&show, &json!({ "quantity": 3 })).await.refused("not-together");
    let told = ["requested", "largest", "available"].map(|member| problem[member].as_u64().unwrap());
    assert_eq!(told, [3, 2, 4]);
    assert_eq!(problem["ticket_type_id"], show.ticket_type().to_string());
    let apart = ada.books_best(&show, &json!({ "quantity": 3, "together": false })).await;
    assert_eq!(seats_in(&apart.created()).len(), 3);
    let problem = ada.books_best(&show, &json!({ "quantity": 2 })).await.refused("sold-out");
    assert_eq!((&problem["requested"], &problem["available"]), (&2.into(), &1.into()));
    world.verifies().await;
}

#[tokio::test]
async fn accessible_seats_are_kept_for_those_who_ask() {
    let world = World::start().await;
    let (olga, ada) = (world.organizer(), world.customer());
    let plan = a_show().reserved();
    let draft = plan.draft(&olga).await;
    let mut house = a_house(draft.ticket_type(), 1, 4);
    // The very best seat.
    seat(&mut house, "A-2")["accessible"] = true.into();
    let show = plan.publish_with(&olga, &draft, &house).await;

    let others = ada.books_best(&show, &json!({ "quantity": 2 })).await.created();
    assert_eq!(seats_in(&others), ["A-3", "A-4"]);
    let problem =
        ada.books_best(&show, &json!({ "quantity": 2, "accessible": 2 })).await.refused("no-accessible-seats");
    assert_eq!((&problem["requested"], &problem["available"]), (&2.into(), &1.into()));
    let asked = ada.books_best(&show, &json!({ "quantity": 1, "accessible": 1 })).await.created();
    assert_eq!(seats_in(&asked), ["A-2"]);
    ada.books_best(&show, &json!({ "quantity": 1, "accessible": 1 })).await.refused("no-accessible-seats");
    ada.books_best(&show, &json!({ "quantity": 1 })).await.created();
    world.verifies().await;
}

#[tokio::test]
async fn a_repeat_gets_the_seats_it_was_given() {
    let world = World::start().await;
    let ada = world.customer();
    let show = a_show().reserved().seated(&world.organizer(), 2, 6).await;
    let best = || ada.books_best(&show, &json!({ "quantity": 2 })).key("evening");
    let first = best().await;
    ada.cancels(first.id("booking_id")).await.ok();
    let again = best().await;
    assert_eq!((again.created(), again.is_replay()), (first.created(), true));
    let three = ada.books_best(&show, &json!({ "quantity": 3 })).key("evening").await;
    three.problem(422, "idempotency-key-reused");
}

#[tokio::test]
async fn a_crowd_fills_the_house_and_every_seat_has_one_owner() {
    let world = World::start().await;
    let show = a_show().reserved().seated(&world.organizer(), 5, 8).await;
    let mut crowd = tokio::task::JoinSet::new();
    for person in 0..40 {
        let best = json!({ "quantity": 1 + person % 4, "together": person % 2 == 0 });
        crowd.spawn(world.customer().books_best(&show, &best).into_future());
    }
    let answers = crowd.join_all().await;
    let booked = answers.iter().filter(|answer| answer.status == 201);
    let mut seats: Vec<String> = booked.flat_map(|answer| seats_in(&answer.json())).collect();
    assert!(answers.iter().all(|answer| ["", "sold-out", "not-together"].contains(&answer.code().as_str())));
    let sold = seats.len();
    seats.sort();
    seats.dedup();
    assert_eq!(seats.len(), sold, "no seat twice");
    assert_eq!(world.customer().sees_available(&show).await, 40 - sold as u64);
    world.verifies().await;
}

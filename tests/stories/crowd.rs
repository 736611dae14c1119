//! An on-sale: more people than seats, all at once, through one platform and through two.

use std::collections::HashMap;

use tokio::task::JoinSet;

use crate::support::log::{facts, recount};
use crate::support::{Answer, Person, World, a_show, in_time};

const PEOPLE: usize = 2_000;
const SEATS: u32 = 500;

fn by_outcome(answers: &[Answer]) -> HashMap<(u16, String), usize> {
    let mut counts = HashMap::new();
    for answer in answers {
        *counts.entry((answer.status, answer.code())).or_default() += 1;
    }
    counts
}

#[tokio::test(flavor = "multi_thread")]
async fn two_thousand_people_buy_exactly_five_hundred_seats() {
    let world = World::start().await;
    let show = a_show().with_seats(SEATS).on_sale(&world.organizer()).await;
    let mut crowd = JoinSet::new();
    for _ in 0..PEOPLE {
        crowd.spawn(world.customer().books(&show, 1).into_future());
    }
    let answers = crowd.join_all().await;

    let outcomes = by_outcome(&answers);
    assert_eq!(outcomes.get(&(201, String::new())), Some(&500), "{outcomes:?}");
    assert_eq!(outcomes.get(&(409, "sold-out".into())), Some(&1_500), "{outcomes:?}");
    assert_eq!(outcomes.len(), 2, "{outcomes:?}");
    assert_eq!(world.stranger().get("/readyz").await.ok()["status"], "ready");
    let person = world.customer();
    assert_eq!(person.sees_available(&show).await, 0);
    let found = recount(&facts(&mut world.database.connect().await).await);
    assert_eq!(found.taken[&show.ticket_type()], 500);
    assert_eq!(found.confirmed.len(), 500);
    world.verifies().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn seats_that_come_back_in_the_rush_are_sold_again() {
    let world = World::start().await;
    let show = a_show().with_seats(20).on_sale(&world.organizer()).await;
    let mut crowd = JoinSet::new();
    for n in 0..200 {
        let (person, show) = (world.customer(), show.clone());
        crowd.spawn(async move {
            let answer = person.books(&show, 1).await;
            if answer.status == 201 && n % 2 == 0 {
                person.cancels(answer.id("booking_id")).await.ok();
            }
            answer
        });
    }
    let answers = crowd.join_all().await;
    assert!(answers.iter().all(|answer| answer.status == 201 || answer.code() == "sold-out"));

    // Whoever comes after the rush buys all that is left, and not one more.
    let late = world.customer();
    let left = late.sees_available(&show).await;
    for _ in 0..left {
        late.books(&show, 1).await.created();
    }
    late.books(&show, 1).await.refused("sold-out");
    world.verifies().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_platforms_on_one_database_never_oversell() {
    let world = World::start().await;
    let other = world.second_desk().await;
    let show = a_show().with_seats(100).on_sale(&world.organizer()).await;
    let mut crowd = JoinSet::new();
    for n in 0..300 {
        let here = world.customer();
        let person = if n % 2 == 0 { other.serves(&here) } else { here };
        crowd.spawn(insists(person, show.clone()));
    }
    let answers = in_time("selling through two platforms", crowd.join_all()).await;

    let outcomes = by_outcome(&answers);
    assert_eq!(outcomes.get(&(201, String::new())), Some(&100), "{outcomes:?}");
    assert_eq!(outcomes.get(&(409, "sold-out".into())), Some(&200), "{outcomes:?}");
    let found = recount(&facts(&mut world.database.connect().await).await);
    assert_eq!(found.taken[&show.ticket_type()], 100);
    // Each platform shows what the other has sold.
    let person = world.customer();
    assert_eq!(person.sees_available(&show).await, 0);
    assert_eq!(other.serves(&person).sees_available(&show).await, 0);
    world.verifies().await;
}

/// Books with a key, and again as long as the platform says that it cannot tell.
async fn insists(person: Person, show: crate::support::Show) -> Answer {
    loop {
        let answer = person.books(&show, 1).key("mine").await;
        if answer.status != 503 {
            return answer;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_one_platform_cancels_the_other_sells() {
    let world = World::start().await;
    let other = world.second_desk().await;
    let ada = world.customer();
    let bob = other.serves(&world.customer());
    let show = a_show().with_seats(1).on_sale(&world.organizer()).await;
    for _ in 0..5 {
        let booking = ada.books(&show, 1).await.id("booking_id");
        bob.books(&show, 1).await.refused("sold-out");
        other.serves(&ada).cancels(booking).await.ok();
        let booking = bob.books(&show, 1).await.id("booking_id");
        ada.books(&show, 1).await.refused("sold-out");
        bob.cancels(booking).await.ok();
    }
    world.verifies().await;
}

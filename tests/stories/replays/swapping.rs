//! New tables for old ones, while people book and look; and the way back.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::support::{Person, Show, World, a_show};

/// Books again and again, and reads each time what came of it; tells how many bookings there are.
async fn buys_until(stop: Arc<AtomicBool>, person: Person, show: Show) -> u64 {
    let mut bookings = 0;
    while !stop.load(Ordering::SeqCst) {
        let booking = person.books(&show, 1).await.created()["booking_id"].as_str().unwrap().to_owned();
        bookings += 1;
        let seen = person.get(&format!("/api/v1/bookings/{booking}")).await.ok();
        assert_eq!(seen["status"], "confirmed");
    }
    bookings
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_is_made_anew_while_people_book() {
    let world = World::start().await;
    let admin = world.admin();
    let show = a_show().with_seats(100_000).on_sale(&world.organizer()).await;
    let stop = Arc::new(AtomicBool::new(false));
    let buyers: Vec<_> =
        (0..4).map(|_| tokio::spawn(buys_until(stop.clone(), world.customer(), show.clone()))).collect();

    let first = admin.replays("all").await.id("replay_id");
    tokio::join!(admin.waits_for_phase(first, "swapped"), world.verifies());
    let second = admin.replays("availability").await.id("replay_id");
    let told = admin.waits_for_phase(second, "swapped").await;
    stop.store(true, Ordering::SeqCst);
    let mut bookings = 0;
    for buyer in buyers {
        bookings += buyer.await.unwrap();
    }

    assert!(bookings > 0);
    assert_eq!(admin.sees_available(&show).await, 100_000 - bookings);
    assert_eq!(told["position"], told["head"]);
    assert!(told["ended_at"].is_string() && told["started_at"].is_string(), "{told}");
    world.verifies().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_tables_before_a_replay_serve_again() {
    let world = World::start().await;
    let admin = world.admin();
    let show = a_show().with_seats(100).on_sale(&world.organizer()).await;
    let ada = world.customer();
    ada.books(&show, 1).await.created();
    assert_eq!(ada.sees_available(&show).await, 99);
    let mut connection = world.database.connect().await;
    sqlx::query("UPDATE shows SET title = 'as it was'").execute(&mut connection).await.unwrap();
    let title = async || ada.get(&format!("/api/v1/events/{}", show.id)).await.ok()["title"].clone();
    let replay = admin.replays("all").await.id("replay_id");
    admin.waits_for_phase(replay, "swapped").await;
    assert_ne!(title().await, "as it was");
    ada.books(&show, 2).await.created();

    admin.rolls_back(replay).await.expect(202);
    admin.waits_for_phase(replay, "rolled_back").await;
    ada.books(&show, 4).await.created();

    assert_eq!(ada.sees_available(&show).await, 93, "every booking counts once, before, between and after");
    assert_eq!(title().await, "as it was");
    admin.rolls_back(replay).await.expect(202);
    // What somebody wrote into the old tables is there again, and the next replay makes an end of it.
    let next = admin.replays("shows").await.id("replay_id");
    admin.waits_for_phase(next, "swapped").await;
    world.verifies().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_last_replay_can_be_undone() {
    let world = World::start().await;
    let admin = world.admin();
    let mut replays = Vec::new();
    for projection in ["bookings", "all", "shows"] {
        let replay = admin.replays(projection).await.id("replay_id");
        admin.waits_for_phase(replay, "swapped").await;
        replays.push(replay);
    }
    admin.rolls_back(replays[0]).await.refused("nothing-to-roll-back");
    admin.rolls_back(replays[1]).await.refused("nothing-to-roll-back");
    admin.rolls_back(replays[2]).await.expect(202);
    admin.waits_for_phase(replays[2], "rolled_back").await;
    admin.rolls_back(replays[1]).await.refused("nothing-to-roll-back");
    world.verifies().await;
}

//! Who may ask for a replay, and for what.

use uuid::Uuid;

use crate::support::{World, a_show};

#[tokio::test]
async fn only_admins_replay() {
    let world = World::start().await;
    let nobody = Uuid::now_v7();
    for person in [world.customer(), world.organizer()] {
        person.replays("shows").await.problem(403, "forbidden");
        person.get("/api/v1/admin/replays").await.problem(403, "forbidden");
        person.get(&format!("/api/v1/admin/replays/{nobody}")).await.problem(403, "forbidden");
        person.cancels_replay(nobody).await.problem(403, "forbidden");
        person.rolls_back(nobody).await.problem(403, "forbidden");
        person.unparks("shows", nobody).await.problem(403, "forbidden");
        person.get("/api/v1/admin/projections").await.problem(403, "forbidden");
    }
    let admin = world.admin();
    admin.get(&format!("/api/v1/admin/replays/{nobody}")).await.problem(404, "not-found");
    admin.cancels_replay(nobody).await.problem(404, "not-found");
    admin.rolls_back(nobody).await.problem(404, "not-found");
}

#[tokio::test]
async fn asks_for_what_there_is() {
    let world = World::start().await;
    let admin = world.admin();
    for name in ["nonsense", "", "Shows", "a\0b", "'; DROP TABLE shows"] {
        admin.replays(name).await.problem(422, "unknown-projection");
    }
    let far = admin.builds("shows", 1_000_000).await.problem(422, "position-beyond-head");
    assert!(far["head"].as_u64().is_some_and(|head| head < 1_000_000), "{far}");
    admin.builds("shows", u64::MAX).await.problem(422, "position-beyond-head");
    admin.builds("shows", 0).await.invalid_at("/to_position");
    assert_eq!(admin.get("/api/v1/admin/replays").await.ok()["data"], serde_json::json!([]), "nothing came of it");
}

#[tokio::test]
async fn a_repeated_request_is_the_same_replay() {
    let world = World::start().await;
    let admin = world.admin();
    let first = admin.replays("shows").key("once").await;
    let replay = first.id("replay_id");
    assert_eq!((first.status, first.is_replay()), (202, false));
    admin.waits_for_phase(replay, "swapped").await;

    let again = admin.replays("shows").key("once").await;

    assert_eq!((again.status, again.is_replay(), again.id("replay_id")), (202, true, replay));
    admin.replays("bookings").key("once").await.problem(422, "idempotency-key-reused");
    // Somebody else's key is another key.
    assert_ne!(world.admin().replays("shows").key("once").await.id("replay_id"), replay);
}

#[tokio::test]
async fn what_was_true_then_is_built_beside_and_dropped_again() {
    let world = World::start().await;
    let admin = world.admin();
    let show = a_show().on_sale(&world.organizer()).await;
    world.customer().books(&show, 1).await.created();

    let then = admin.builds("shows", 2).await.id("replay_id");
    let told = admin.waits_for_phase(then, "built").await;

    assert_eq!((&told["position"], &told["to_position"]), (&2.into(), &2.into()));
    assert!(told.get("eta_seconds").is_none() && told.get("ended_at").is_none(), "{told}");
    assert_eq!(admin.replays("shows").await.refused("replay-running")["replay_id"], then.to_string());
    assert_eq!(admin.replays("all").await.refused("replay-running")["replay_id"], then.to_string());
    admin.rolls_back(then).await.refused("nothing-to-roll-back");
    assert_eq!(admin.sees_projection("shows").await["replay_id"], then.to_string());
    admin.cancels_replay(then).await.expect(202);
    admin.waits_for_phase(then, "cancelled").await;
    admin.cancels_replay(then).await.expect(202);
    assert!(admin.sees_projection("shows").await.get("replay_id").is_none());
    let next = admin.replays("all").await.id("replay_id");
    admin.waits_for_phase(next, "swapped").await;
    assert_eq!(admin.cancels_replay(next).await.refused("replay-ended")["phase"], "swapped");
    world.verifies().await;
}

#[tokio::test]
async fn replays_are_listed_the_last_one_first() {
    let world = World::start().await;
    let admin = world.admin();
    let mut asked = Vec::new();
    for projection in ["shows", "bookings", "waitlist"] {
        let replay = admin.replays(projection).await.id("replay_id");
        admin.waits_for_phase(replay, "swapped").await;
        asked.insert(0, replay.to_string());
    }
    let first = admin.get("/api/v1/admin/replays?limit=2").await.ok();
    let next = first["page"]["next"].as_str().unwrap();
    let second = admin.get(&format!("/api/v1/admin/replays?limit=2&cursor={next}")).await.ok();
    let pages = [&first, &second].map(|page| page["data"].as_array().unwrap().clone()).concat();
    let listed: Vec<_> = pages.iter().map(|replay| replay["replay_id"].as_str().unwrap()).collect();
    assert_eq!(listed, asked);
    assert_eq!(second["page"]["has_more"], false);
    assert_eq!(pages[0]["requested_by"], admin.account_id.to_string());
    admin.get("/api/v1/admin/replays?cursor=x").await.problem(400, "invalid-cursor");
    admin.get("/api/v1/admin/replays?limit=0").await.problem(422, "invalid");
}

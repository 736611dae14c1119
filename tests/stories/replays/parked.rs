//! Where read models stand, what they go on without, and how it comes back.

use crate::support::{World, a_show};

#[tokio::test(flavor = "multi_thread")]
async fn admins_see_where_read_models_stand() {
    let world = World::start().await;
    let admin = world.admin();
    let show = a_show().on_sale(&world.organizer()).await;
    world.customer().books(&show, 1).await.created();
    admin.sees_available(&show).await;

    let all = admin.get("/api/v1/admin/projections").await.ok();

    for one in all["data"].as_array().unwrap() {
        assert_eq!(one["version"], 1, "{one}");
        assert_eq!(one["parked"], serde_json::json!([]), "{one}");
        if one["group"] == "core" {
            assert_eq!((&one["checkpoint"], &one["lag_events"]), (&all["head"], &0.into()), "{one}");
            assert_eq!(one["lag_seconds"], 0.0, "{one}");
        }
    }
    let names: Vec<_> = all["data"].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect();
    assert!(["availability", "bookings", "payments", "shows", "waitlist"].iter().all(|name| names.contains(name)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_parked_stream_is_tried_again() {
    let world = World::start().await;
    let admin = world.admin();
    let show = a_show().on_sale(&world.organizer()).await;
    admin.sees_available(&show).await;
    // Nothing of it concerns the waitlist, so it can be folded; its ticket types are there already, so they cannot.
    world.parks("waitlist", show.id).await;
    world.parks("availability", show.id).await;
    let parked = admin.sees_projection("waitlist").await;
    assert_eq!(parked["parked_streams"], 1);
    assert_eq!(parked["parked"][0]["stream"], format!("show-{}", show.id));
    assert_eq!(parked["parked"][0]["error"], "planted");

    assert_eq!(admin.unparks("waitlist", show.id).await.ok()["state"], "folded");
    let still = admin.unparks("availability", show.id).await.refused("still-parked");

    assert!(still["error"].as_str().unwrap().contains("duplicate key"), "{still}");
    assert_eq!(admin.sees_projection("waitlist").await["parked_streams"], 0);
    let stays = admin.sees_projection("availability").await;
    assert_eq!(stays["parked"][0]["error"], still["error"]);
    assert!(stays["parked"][0]["retried_at"].is_string());
    admin.unparks("waitlist", show.id).await.problem(404, "not-found");
    admin.unparks("nonsense", show.id).await.problem(422, "unknown-projection");
    let odd = "/api/v1/admin/projections/shows/parked/%00/retry";
    admin.post(odd).await.problem(404, "not-found");
    // A replay finds nothing wrong with it.
    let replay = admin.replays("availability").await.id("replay_id");
    admin.waits_for_phase(replay, "swapped").await;
    assert_eq!(admin.sees_projection("availability").await["parked_streams"], 0);
    world.verifies().await;
}

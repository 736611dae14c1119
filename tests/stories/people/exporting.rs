//! People get everything that is held about them, and nothing about anybody else.

use serde_json::json;

use super::{Member, signs_in};
use crate::accounts::PASSWORD;
use crate::support::{World, a_show, in_time};

#[tokio::test(flavor = "multi_thread")]
async fn an_export_holds_everything_about_one_person_and_nobody_else() {
    let world = World::start().await;
    let (ada, bob) =
        (Member::signs_up(&world, "ada@example.org").await, Member::signs_up(&world, "bob@example.org").await);
    let plan = a_show().with_seats(3).with("terms", json!({ "payment": "required" }));
    let show = plan.on_sale(&world.organizer()).await;
    let hold = ada.person.holds(&show, 2).await.id("booking_id");
    let paid = ada.person.post(&format!("/api/v1/bookings/{hold}/pay")).json(&json!({})).await;
    ada.person.waits_for(paid.position() + 2).await;
    let open = bob.person.holds(&show, 1).await.id("booking_id");
    let entry = ada.person.joins(&show, 1).await.id("entry_id");
    ada.person.cancels(hold).await.ok();
    ada.is_granted("organizer", &world.admin()).await.ok();
    let tokens = ada.refreshes().await.ok();
    let ada_now = ada.person.with_token(tokens["access_token"].as_str().unwrap());

    let answer = ada_now.get("/api/v1/users/me/export").await;
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let export = answer.ok();
    assert_eq!(export["account"]["email"], "ada@example.org");
    assert_eq!(export["account"]["name"], "ada Tester");
    assert_eq!((&export["account"]["role"], &export["complete"]), (&json!("organizer"), &json!(true)));
    assert_eq!(export["history"][1]["type"], "RoleGranted");
    assert!(export["history"][1].get("actor_id").is_none(), "who granted it is somebody else's business");
    assert_eq!(export["history"][0]["actor_id"], json!(ada.person.account_id));
    assert_eq!(export["bookings"][0]["booking_id"], json!(hold));
    assert_eq!(export["bookings"][0]["status"], "cancelled");
    assert_eq!(export["waitlist_entries"][0]["entry_id"], json!(entry));
    assert_eq!(export["payments"][0]["booking_id"], json!(hold));
    assert_eq!(export["payments"][0]["event_id"], json!(show.id));
    assert_eq!(export["refunds"][0]["refund_id"], format!("{hold}.1"));
    assert_eq!(export["refunds"][0]["money"], export["payments"][0]["money"]);
    let sign_ins = export["sign_ins"].as_array().unwrap();
    assert_eq!(sign_ins.len(), 2, "the token that was used, and its successor");
    assert_eq!(sign_ins[0]["sign_in_id"], sign_ins[1]["sign_in_id"]);

    let told = answer.text();
    for foreign in [bob.person.account_id.to_string(), open.to_string(), "bob".into(), "argon2".into(), "hash".into()] {
        assert!(!told.contains(&foreign), "{foreign} is in {told}");
    }
    let of_bob = bob.person.get("/api/v1/users/me/export").await.ok();
    assert_eq!(of_bob["bookings"][0]["status"], "held", "a hold is among the bookings");
    assert_eq!(of_bob["payments"], json!([]));
}

#[tokio::test]
async fn there_is_no_export_of_what_is_not_known() {
    let world = World::start().await;
    world.customer().get("/api/v1/users/me/export").await.problem(404, "not-found");
    world.stranger().get("/api/v1/users/me/export").await.problem(401, "missing-token");
    let ada = Member::signs_up(&world, "ada@example.org").await;
    ada.person.get("/api/v1/users/me/export?all=true").await.problem(400, "malformed-query");
}

#[tokio::test]
async fn an_export_tells_what_somebody_ran_and_what_was_refused_to_them() {
    let world = World::start().await;
    let admin = Member::admin(&world).await;
    let own = a_show().draft(&admin.person).await;
    let theirs = a_show().on_sale(&world.organizer()).await;
    let built = admin.person.builds("shows", 1).await.id("replay_id");
    let mia = Member::signs_up(&world, "mia@example.org").await;
    let access = format!("/api/v1/admin/events/{}/colleagues/{}", own.id, mia.person.account_id);
    admin.person.put(&access).json(&json!({ "access": "door" })).await.ok();
    mia.is_granted("organizer", &admin.person).await.ok();
    let tokens = mia.refreshes().await.ok();
    let mia = mia.person.with_token(tokens["access_token"].as_str().unwrap());
    mia.calls_off(&theirs, "Rain").await.problem(403, "not-your-event");
    for _ in 0..2 {
        signs_in(&world.stranger(), "mia@example.org", "not her password").await.problem(401, "invalid-credentials");
    }

    // Refusals are written down a moment after the answer.
    let seen = async {
        loop {
            let export = mia.get("/api/v1/users/me/export").await.ok();
            if export["refusals"].as_array().unwrap().len() >= 3 {
                return export;
            }
            tokio::task::yield_now().await;
        }
    };
    let export = in_time("what was refused", seen).await;
    let refusals = export["refusals"].as_array().unwrap();
    let codes: Vec<&str> = refusals.iter().map(|refusal| refusal["code"].as_str().unwrap()).collect();
    assert_eq!(codes, ["invalid-credentials", "invalid-credentials", "not-your-event"]);
    assert_eq!((&refusals[0]["kind"], &refusals[2]["kind"]), (&json!("sign_in"), &json!("command")));
    assert_eq!(refusals[2]["endpoint"], "POST /api/v1/admin/events/{event_id}/cancel");
    assert_eq!(export["accesses"][0]["event_id"], json!(own.id));
    assert_eq!(export["accesses"][0]["access"], "door");
    assert_eq!((&export["events"], &export["replays"]), (&json!([]), &json!([])));
    assert_eq!(export["complete"], true);

    let export = admin.person.get("/api/v1/users/me/export").await.ok();
    assert_eq!(export["events"], json!([{ "event_id": own.id, "title": "Chamber music in winter" }]));
    assert_eq!(export["replays"][0]["replay_id"], json!(built));
    assert_eq!(export["accesses"], json!([]));
}

#[tokio::test]
async fn a_long_history_is_told_from_its_beginning() {
    const TIMES: usize = 110;
    let world = World::start().await;
    let ada = Member::signs_up(&world, "ada@example.org").await;
    let admin = world.admin();
    for _ in 0..TIMES {
        ada.is_granted("organizer", &admin).await.ok();
        ada.is_granted("customer", &admin).await.ok();
    }
    let ada = Member::comes_in(&world, "ada@example.org", PASSWORD).await;
    let export = ada.person.get("/api/v1/users/me/export").await.ok();
    let history = export["history"].as_array().unwrap();
    assert_eq!((history.len(), &export["complete"]), (1 + 2 * TIMES, &json!(true)));
    assert_eq!(history[0]["type"], "AccountRegistered");
    assert_eq!(history[2 * TIMES]["version"], 1 + 2 * TIMES);
}

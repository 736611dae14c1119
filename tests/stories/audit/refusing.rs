//! What was refused to staff and who failed to sign in is on record; what customers are refused is not.

use serde_json::{Value, json};
use uuid::Uuid;

use super::entries;
use crate::support::{Person, World, a_show, in_time};

/// The refusals that fit, as soon as there are so many: they are written down a moment later.
async fn refusals(admin: &Person, query: &str, count: usize) -> Vec<Value> {
    let seen = async {
        loop {
            let page = admin.get(&format!("/api/v1/admin/audit/refusals{query}")).await.ok();
            if entries(&page).len() >= count {
                return entries(&page).to_vec();
            }
            tokio::task::yield_now().await;
        }
    };
    in_time("what is waited for", seen).await
}

#[tokio::test]
async fn a_refused_command_of_staff_is_on_record() {
    let world = World::start().await;
    let (admin, olga, rival, ada) = (world.admin(), world.organizer(), world.organizer(), world.customer());
    let show = a_show().with_seats(1).on_sale(&olga).await;
    let request = Uuid::now_v7();
    let answer = rival.calls_off(&show, "Mine!").header("X-Request-Id", request.to_string()).await;
    answer.problem(403, "not-your-event");
    ada.moves(&show, "close").await.problem(403, "forbidden");
    olga.books(&show, 2).await.refused("sold-out");
    // These are nobody's on record: a customer's in a sale, and a stranger's.
    ada.books(&show, 2).await.refused("sold-out");
    world.stranger().moves(&show, "close").await.problem(401, "missing-token");
    // They are written in order, so whatever came before this one is there when it is.
    rival.moves(&show, "pause").await.problem(403, "not-your-event");

    let found = refusals(&admin, "", 4).await;

    let codes: Vec<&str> = found.iter().map(|entry| entry["code"].as_str().unwrap()).collect();
    assert_eq!(codes, ["not-your-event", "sold-out", "forbidden", "not-your-event"], "the newest first");
    let first = &found[3];
    assert_eq!(first["actor"], rival.account_id.to_string());
    assert_eq!((&first["role"], &first["kind"]), (&"organizer".into(), &"command".into()));
    assert_eq!(first["endpoint"], "POST /api/v1/admin/events/{event_id}/cancel");
    assert_eq!(first["target"], show.id.to_string());
    assert_eq!(first["correlation_id"], request.to_string());
    assert_eq!((&found[1]["target"], &found[2]["role"]), (&Value::Null, &"customer".into()));
    let metrics = world.stranger().get("/metrics").await.text();
    assert!(metrics.contains(r#"evently_refusals_total{code="sold-out"}"#), "all of them are counted");
}

#[tokio::test]
async fn a_failed_sign_in_is_on_record_without_what_was_typed() {
    let world = World::start().await;
    let (admin, stranger) = (world.admin(), world.stranger());
    let person = json!({ "email": "ada@example.org", "password": "correct horse", "name": "Ada Lovelace" });
    let account = stranger.post("/api/v1/auth/register").json(&person).await.id("account_id");
    for email in ["ada@example.org", "eve@example.org"] {
        let typed = json!({ "email": email, "password": "a wrong secret" });
        stranger.post("/api/v1/auth/login").json(&typed).await.problem(401, "invalid-credentials");
    }

    let found = refusals(&admin, "?kind=sign_in", 2).await;

    assert_eq!(found[0]["actor"], Value::Null, "nobody has this address");
    assert_eq!(found[1]["actor"], account.to_string());
    for entry in &found {
        assert_eq!((&entry["kind"], &entry["code"]), (&"sign_in".into(), &"invalid-credentials".into()));
        assert_eq!((&entry["role"], &entry["target"]), (&Value::Null, &Value::Null));
    }
    let rows: Vec<String> = sqlx::query_scalar("SELECT refusals::text FROM refusals")
        .fetch_all(&mut world.database.connect().await)
        .await
        .unwrap();
    for secret in ["ada@", "eve@", "Ada", "secret", "127.0.0.1"] {
        assert!(rows.iter().all(|row| !row.contains(secret)), "{secret} in {rows:?}");
    }
}

#[tokio::test]
async fn refusals_are_found_by_who_what_and_when() {
    let world = World::start().await;
    let (admin, rival) = (world.admin(), world.organizer());
    let show = a_show().on_sale(&world.organizer()).await;
    for step in ["pause", "resume", "close"] {
        rival.moves(&show, step).await.problem(403, "not-your-event");
    }
    world.customer().moves(&show, "pause").await.problem(403, "forbidden");
    let all = refusals(&admin, "", 4).await;
    let actor = format!("actor={}", rival.account_id);
    let (newest, oldest) = (all[0]["at"].as_str().unwrap(), all[3]["at"].as_str().unwrap());

    assert_eq!(refusals(&admin, &format!("?{actor}"), 3).await.len(), 3);
    assert_eq!(refusals(&admin, "?code=forbidden&kind=command", 1).await.len(), 1);
    assert_eq!(refusals(&admin, &format!("?code=forbidden&{actor}"), 0).await.len(), 0);
    assert_eq!(refusals(&admin, &format!("?from={oldest}"), 4).await.len(), 4);
    assert_eq!(refusals(&admin, &format!("?to={oldest}"), 0).await.len(), 0);
    assert!(!refusals(&admin, &format!("?from={newest}"), 1).await.is_empty());

    let path = format!("/api/v1/admin/audit/refusals?{actor}&limit=2");
    let first = admin.get(&path).await.ok();
    let next = first["page"]["next"].as_str().unwrap();
    let rest = admin.get(&format!("{path}&cursor={next}")).await.ok();
    assert_eq!((entries(&first).len(), entries(&rest).len()), (2, 1));
    admin.get(&format!("/api/v1/admin/audit/refusals?cursor={next}")).await.problem(400, "invalid-cursor");
    for query in ["kind=rumour", "code=%00", "from=noon", "actor=1", "x=1"] {
        admin.get(&format!("/api/v1/admin/audit/refusals?{query}")).await.problem(400, "malformed-query");
    }
    rival.get("/api/v1/admin/audit/refusals").await.problem(403, "forbidden");
}

#[tokio::test]
async fn one_account_fills_the_record_only_so_far() {
    let world = World::start().await;
    let (admin, rival, other) = (world.admin(), world.organizer(), world.organizer());
    let show = a_show().on_sale(&world.organizer()).await;
    for _ in 0..70 {
        rival.moves(&show, "close").await.problem(403, "not-your-event");
    }
    other.moves(&show, "close").await.problem(403, "not-your-event");

    refusals(&admin, &format!("?actor={}", other.account_id), 1).await;
    let filled = refusals(&admin, &format!("?actor={}&limit=200", rival.account_id), 60).await;
    assert_eq!(filled.len(), 60, "60 a minute");
}

#[tokio::test]
async fn the_record_is_kept_short() {
    let world = World::start().await;
    let (admin, rival) = (world.admin(), world.organizer());
    let show = a_show().on_sale(&world.organizer()).await;
    let mut owner = world.database.connect().await;
    for (id, age) in [(1_000, "91 days"), (-100_000, "1 day"), (1_001, "89 days")] {
        sqlx::query(
            "INSERT INTO refusals (id, at, kind, endpoint, code, correlation_id) OVERRIDING SYSTEM VALUE
             VALUES ($1, now() - $2::text::interval, 'command', 'POST /', 'old', gen_random_uuid())",
        )
        .bind(id)
        .bind(age)
        .execute(&mut owner)
        .await
        .unwrap();
    }
    rival.moves(&show, "close").await.problem(403, "not-your-event");

    let pruned = async {
        while refusals(&admin, "?code=old", 1).await.len() > 1 {
            tokio::task::yield_now().await;
        }
    };
    in_time("pruning", pruned).await;
    let left = refusals(&admin, "", 2).await;
    assert_eq!(left.len(), 2, "the new one, and the one that is neither too old nor too far back: {left:?}");
}

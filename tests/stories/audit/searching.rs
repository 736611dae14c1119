//! An admin looks for what happened.

use serde_json::{Value, json};
use uuid::Uuid;

use super::{entries, page, positions, types};
use crate::support::{Person, World, a_show};

/// Everything that a search finds, page by page.
async fn all(admin: &Person, query: &str, limit: u32) -> Vec<Value> {
    let (mut found, mut next) = (Vec::new(), String::new());
    loop {
        let some = page(admin, &format!("?{query}&limit={limit}{next}")).await;
        assert!(entries(&some).len() <= limit as usize);
        found.extend(entries(&some).to_vec());
        let Some(cursor) = some["page"]["next"].as_str() else { return found };
        assert_eq!(some["page"]["has_more"], true);
        next = format!("&cursor={cursor}");
    }
}

#[tokio::test]
async fn everything_that_somebody_did_is_found_the_newest_first() {
    let world = World::start().await;
    let (admin, olga, ada) = (world.admin(), world.organizer(), world.customer());
    let show = a_show().on_sale(&olga).await;
    let request = Uuid::now_v7();
    let booking = ada.books(&show, 2).header("X-Request-Id", request.to_string()).await.id("booking_id");
    ada.cancels(booking).await.ok();
    world.customer().books(&show, 1).await.created();

    let by_ada = page(&admin, &format!("?actor={}", ada.account_id)).await;

    assert_eq!(types(&by_ada), ["BookingCancelled", "BookingConfirmed"]);
    let booked = &entries(&by_ada)[1];
    assert_eq!(booked["actor"], ada.account_id.to_string());
    assert_eq!(booked["correlation_id"], request.to_string(), "which request it was");
    assert_eq!(booked["stream"], format!("show-{}", show.id));
    assert_eq!((&booked["causation_id"], &booked["refused"]), (&Value::Null, &false.into()));
    assert_eq!((&booked["version"], &booked["schema_version"]), (&3.into(), &2.into()));
    assert_eq!(booked["payload"]["booking_id"], booking.to_string());
    assert_eq!(booked["payload"]["items"][0]["quantity"], 2);
    for member in ["event_id", "command_id", "recorded_at"] {
        assert!(booked[member].is_string(), "{member}: {booked}");
    }
    let by_olga = page(&admin, &format!("?actor={}&order=oldest", olga.account_id)).await;
    assert_eq!(types(&by_olga), ["ShowCreated", "ShowPublished"]);
    assert_eq!(by_olga["page"], json!({ "next": null, "has_more": false }));
    let nobody = page(&admin, &format!("?actor={}", Uuid::now_v7())).await;
    assert_eq!(types(&nobody), [""; 0]);
    world.verifies().await;
}

#[tokio::test]
async fn what_the_platform_did_by_itself_says_what_it_follows_from() {
    let world = World::start().await;
    let (admin, ada, ben) = (world.admin(), world.customer(), world.customer());
    let show = a_show().with_seats(1).on_sale(&world.organizer()).await;
    let booking = ada.books(&show, 1).await.id("booking_id");
    ben.joins(&show, 1).await.created();
    ada.cancels(booking).await.ok();

    let offered = page(&admin, "?event_type=SeatsOffered").await;
    let cancelled = page(&admin, "?event_type=BookingCancelled").await;

    let (offered, cancelled) = (&entries(&offered)[0], &entries(&cancelled)[0]);
    assert_eq!(offered["actor"], Uuid::nil().to_string());
    assert_eq!(offered["causation_id"], cancelled["event_id"]);
    assert_eq!(offered["correlation_id"], cancelled["correlation_id"]);
    let by_itself = page(&admin, &format!("?actor={}", Uuid::nil())).await;
    assert!(types(&by_itself).contains(&"SeatsOffered"), "{by_itself}");
    assert!(types(&by_itself).contains(&"AccountRegistered"), "the first administrator is its doing");
}

#[tokio::test]
async fn money_follows_from_the_payment_and_the_confirmation_from_the_money() {
    let world = World::start().await;
    let (admin, ada) = (world.admin(), world.customer());
    let show = a_show().with("terms", json!({ "payment": "required" })).on_sale(&world.organizer()).await;
    let booking = ada.holds(&show, 1).await.id("booking_id");
    let paid = ada.post(&format!("/api/v1/bookings/{booking}/pay")).json(&json!({})).await;
    ada.waits_for(paid.position() + 2).await;

    let story = page(&admin, &format!("?booking={booking}&order=oldest")).await;

    assert_eq!(types(&story), ["SeatsHeld", "PaymentStarted", "PaymentSucceeded", "HoldConfirmed"]);
    let entries = entries(&story);
    assert_eq!((&entries[0]["causation_id"], &entries[1]["causation_id"]), (&Value::Null, &Value::Null));
    assert_eq!(entries[2]["causation_id"], entries[1]["event_id"]);
    assert_eq!(entries[3]["causation_id"], entries[2]["event_id"]);
}

#[tokio::test]
async fn filters_are_combined_and_a_booking_is_found_with_all_that_names_it() {
    let world = World::start().await;
    let (admin, olga, ada) = (world.admin(), world.organizer(), world.customer());
    let show = a_show().on_sale(&olga).await;
    let (hold, other) = (ada.holds(&show, 1).await.id("booking_id"), ada.books(&show, 1).await.id("booking_id"));
    ada.extends(hold).await.ok();
    ada.confirms(hold).await.ok();
    olga.books(&show, 1).await.created();
    admin.cancels(hold).await.ok();
    let (stream, actor) = (format!("stream=show-{}", show.id), format!("actor={}", ada.account_id));

    let story = page(&admin, &format!("?booking={hold}&order=oldest")).await;
    assert_eq!(types(&story), ["SeatsHeld", "HoldExtended", "HoldConfirmed", "BookingCancelled"]);
    let own = page(&admin, &format!("?booking={hold}&{actor}&{stream}")).await;
    assert_eq!(types(&own), ["HoldConfirmed", "HoldExtended", "SeatsHeld"]);
    let bought = page(&admin, &format!("?{stream}&event_type=BookingConfirmed&{actor}")).await;
    assert_eq!(entries(&bought)[0]["payload"]["booking_id"], other.to_string());
    assert_eq!(entries(&bought).len(), 1);
    let frequent = page(&admin, "?event_type=SeatsHeld").await;
    assert_eq!(types(&frequent), ["SeatsHeld"], "found by going through the log");
    let elsewhere = page(&admin, &format!("?booking={hold}&stream=show-{}", Uuid::now_v7())).await;
    assert_eq!(types(&elsewhere), [""; 0]);
}

#[tokio::test]
async fn a_search_goes_on_page_by_page_from_either_end() {
    let world = World::start().await;
    let (admin, ada) = (world.admin(), world.customer());
    let show = a_show().on_sale(&world.organizer()).await;
    for _ in 0..7 {
        ada.books(&show, 1).await.created();
    }
    for query in [format!("actor={}", ada.account_id), format!("stream=show-{}", show.id), "from_position=2".into()] {
        let newest = all(&admin, &query, 3).await;
        let mut oldest = all(&admin, &format!("{query}&order=oldest"), 2).await;
        oldest.reverse();
        assert!(newest.len() >= 7);
        assert_eq!(newest, oldest, "{query}");
        assert!(newest.is_sorted_by_key(|entry| std::cmp::Reverse(entry["position"].as_u64())));
    }
    let first = page(&admin, &format!("?actor={}&limit=1", ada.account_id)).await;
    let cursor = first["page"]["next"].as_str().unwrap();
    admin.get(&format!("/api/v1/admin/audit?limit=1&cursor={cursor}")).await.problem(400, "invalid-cursor");
}

#[tokio::test]
async fn a_search_is_bounded_by_positions_and_times() {
    let world = World::start().await;
    let (admin, ada) = (world.admin(), world.customer());
    let show = a_show().on_sale(&world.organizer()).await;
    let at: Vec<u64> = [ada.books(&show, 1).await, ada.books(&show, 1).await, ada.books(&show, 1).await]
        .iter()
        .map(crate::support::Answer::position)
        .collect();
    let actor = format!("actor={}", ada.account_id);

    let middle = page(&admin, &format!("?{actor}&from_position={}&to_position={}", at[1], at[1])).await;
    assert_eq!(positions(&middle), [at[1]]);
    let time = |at: &Value| at["recorded_at"].as_str().unwrap().to_owned();
    let whole = page(&admin, &format!("?{actor}&order=oldest")).await;
    let (first, last) = (time(&entries(&whole)[0]), time(&entries(&whole)[2]));
    let before = page(&admin, &format!("?{actor}&to={first}")).await;
    assert_eq!(positions(&before), [0; 0], "`to` is not part of it");
    let since = page(&admin, &format!("?{actor}&from={last}")).await;
    assert!(positions(&since).contains(&at[2]), "`from` is part of it");
    assert!(!positions(&since).contains(&at[0]) || first == last);
    let stream = page(&admin, &format!("?stream=show-{}&from={first}&to_position={}", show.id, at[1])).await;
    assert_eq!(positions(&stream), [at[1], at[0]]);
    let never = page(&admin, "?from=2999-01-01T00:00:00Z").await;
    assert_eq!(positions(&never), [0; 0]);
}

#[tokio::test]
async fn what_cannot_be_searched_for_is_refused() {
    let world = World::start().await;
    let admin = world.admin();
    let ask = |query: &str| admin.get(&format!("/api/v1/admin/audit?{query}"));
    ask("event_type=ShowSold").await.problem(422, "unknown-event-type");
    for stream in ["", "show", "show-1", "tour-0197c2b4-5d2a-7c10-8f3e-2b9a6d4c1e77"] {
        ask(&format!("stream={stream}")).await.problem(400, "malformed-stream");
    }
    for query in ["actor=1", "from=noon", "order=random", "from_position=-1", "show=1"] {
        ask(query).await.problem(400, "malformed-query");
    }
    ask("limit=201").await.problem(422, "invalid");
    for person in [world.customer(), world.organizer()] {
        person.get("/api/v1/admin/audit").await.problem(403, "forbidden");
    }
}

//! How far one search of the audit trail looks, and how the next one goes on.

use bytes::Bytes;
use chrono::DateTime;
use domain::access::Role::Admin;
use domain::audit::{KeyKind, key_of_type};
use event_log::{EventLog as _, Metadata, NewEvent, SEARCH_EVENTS_MAX, StreamAppend, StreamId};
use serde_json::Value;
use uuid::Uuid;

use crate::given::{ANNA, BERT, World};

/// Appends events of one type that somebody asked for; the log holds nothing else of their stream.
async fn append(world: &World, stream: u128, actor: Uuid, event_type: &'static str, count: usize) {
    let event = |_| NewEvent {
        event_id: Uuid::now_v7(),
        event_type,
        schema_version: 1,
        payload: Bytes::from_static(b"{\"a\":  1}"),
        key: None,
        metadata: Metadata { actor, command_id: ANNA, correlation_id: ANNA, causation_id: None },
    };
    let stream = StreamId::new("show", Uuid::from_u128(stream));
    let append = StreamAppend { stream, expected_version: 0, events: (0..count).map(event).collect() };
    world.log.append(&[append], DateTime::UNIX_EPOCH).await.unwrap();
}

/// Puts a range of positions into the index, under one key.
async fn index(world: &World, kind: KeyKind, key: Uuid, from: usize, to: usize) {
    let kind = kind.number();
    world
        .execute(format!("INSERT INTO audit_index SELECT {kind}, '{key}', n FROM generate_series({from}, {to}) n"))
        .await;
}

async fn ask(world: &World, query: &str) -> Value {
    world.get_as(BERT, Admin, &format!("/api/v1/admin/audit?{query}")).await.ok()
}

/// What a page holds, and the query of the next one.
fn positions(page: &Value) -> Vec<u64> {
    page["data"].as_array().unwrap().iter().map(|entry| entry["position"].as_u64().unwrap()).collect()
}

fn next(page: &Value) -> &str {
    assert_eq!(page["page"]["has_more"], true, "{page}");
    page["page"]["next"].as_str().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_look_through_the_log_ends_in_time_and_goes_on() {
    let world = World::new().await;
    append(&world, 1, ANNA, "SeatsHeld", 1).await;
    append(&world, 2, ANNA, "BookingConfirmed", SEARCH_EVENTS_MAX + 7).await;

    let first = ask(&world, "event_type=SeatsHeld").await;
    assert_eq!(positions(&first), [0; 0], "it is further back than one look goes");
    assert_eq!(first["as_of_position"], SEARCH_EVENTS_MAX as u64 + 8);
    let second = ask(&world, &format!("event_type=SeatsHeld&cursor={}", next(&first))).await;
    assert_eq!(positions(&second), [1]);
    assert_eq!(second["page"]["has_more"], false);
    assert_eq!(second["data"][0]["payload"].to_string(), r#"{"a":1}"#);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_index_leads_to_is_compared_so_far_and_no_further() {
    let world = World::new().await;
    let most = SEARCH_EVENTS_MAX;
    append(&world, 1, ANNA, "SeatsHeld", 2).await;
    append(&world, 2, ANNA, "BookingConfirmed", most + 7).await;
    index(&world, KeyKind::Actor, ANNA, 1, most + 9).await;
    world.stands_at(i64::try_from(most + 9).unwrap()).await;

    let query = format!("actor={ANNA}&event_type=SeatsHeld");
    let first = ask(&world, &query).await;
    assert_eq!(positions(&first), [0; 0]);
    let second = ask(&world, &format!("{query}&cursor={}", next(&first))).await;
    assert_eq!((positions(&second), &second["page"]["has_more"]), (vec![2, 1], &false.into()));
    let oldest = ask(&world, &format!("{query}&order=oldest&limit=1")).await;
    assert_eq!(positions(&oldest), [1]);
    let rest = ask(&world, &format!("{query}&order=oldest&limit=1&cursor={}", next(&oldest))).await;
    assert_eq!(positions(&rest), [2]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_shortest_way_leads() {
    let world = World::new().await;
    append(&world, 1, ANNA, "SalePaused", SEARCH_EVENTS_MAX + 100).await;
    append(&world, 2, BERT, "SalePaused", 1).await;
    let last = SEARCH_EVENTS_MAX + 101;
    index(&world, KeyKind::Actor, ANNA, 1, last - 1).await;
    index(&world, KeyKind::Actor, BERT, last, last).await;
    index(&world, KeyKind::Type, key_of_type("SalePaused"), 1, last).await;
    world.stands_at(i64::try_from(last).unwrap()).await;

    let both = ask(&world, &format!("event_type=SalePaused&actor={BERT}&order=oldest")).await;
    assert_eq!(positions(&both), [last as u64], "at once, though so many are of this type");
    assert_eq!(both["page"]["has_more"], false);
    let of_show = format!("stream=show-{}&actor={ANNA}&event_type=SalePaused", Uuid::from_u128(2));
    let nothing = ask(&world, &of_show).await;
    assert_eq!((positions(&nothing), &nothing["page"]["has_more"]), (vec![], &false.into()));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_index_that_lags_says_so() {
    let world = World::new().await;
    append(&world, 1, ANNA, "SalePaused", 3).await;
    index(&world, KeyKind::Actor, ANNA, 1, 3).await;
    world.stands_at(2).await;

    let by_anna = ask(&world, &format!("actor={ANNA}")).await;
    assert_eq!((positions(&by_anna), &by_anna["as_of_position"]), (vec![2, 1], &2.into()));
    let stream = ask(&world, &format!("stream=show-{}", Uuid::from_u128(1))).await;
    assert_eq!((positions(&stream), &stream["as_of_position"]), (vec![3, 2, 1], &3.into()));
}

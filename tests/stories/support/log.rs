//! The log as an outsider reads it: rows and JSON, none of the platform's own code.

use std::collections::HashMap;

use serde_json::Value;
use sqlx::Row as _;
use sqlx::postgres::PgConnection;
use uuid::Uuid;

/// One event, as far as stories look.
#[derive(Clone, Debug)]
pub(crate) struct Fact {
    pub(crate) kind: String,
    pub(crate) stream: String,
    pub(crate) version: u64,
    pub(crate) payload: Value,
}

/// All events of a database, in order.
pub(crate) async fn facts(connection: &mut PgConnection) -> Vec<Fact> {
    let rows = sqlx::query("SELECT type, stream, version, payload FROM events ORDER BY position")
        .fetch_all(connection)
        .await
        .unwrap();
    let fact = |row: &sqlx::postgres::PgRow| Fact {
        kind: row.get("type"),
        stream: row.get("stream"),
        version: row.get::<i64, _>("version").cast_unsigned(),
        payload: serde_json::from_slice(row.get("payload")).unwrap(),
    };
    rows.iter().map(fact).collect()
}

/// How many events there are.
pub(crate) async fn count(connection: &mut PgConnection) -> i64 {
    sqlx::query_scalar("SELECT count(*) FROM events").fetch_one(connection).await.unwrap()
}

/// What a recount found.
#[derive(Debug, Default)]
pub(crate) struct Recount {
    /// How often each booking was confirmed.
    pub(crate) confirmed: HashMap<Uuid, u32>,
    /// Tickets taken, by ticket type.
    pub(crate) taken: HashMap<Uuid, u64>,
}

/// Counts seats and bookings anew. Panics at the first event that sells more than there is, or that
/// has no place in its stream.
pub(crate) fn recount(facts: &[Fact]) -> Recount {
    let mut found = Recount::default();
    let mut capacity: HashMap<Uuid, u64> = HashMap::new();
    let mut versions: HashMap<&str, u64> = HashMap::new();
    let mut offered: HashMap<&str, Vec<Uuid>> = HashMap::new();
    for fact in facts {
        let version = versions.entry(&fact.stream).or_default();
        *version += 1;
        assert_eq!(*version, fact.version, "versions are dense: {fact:?}");
        let payload = &fact.payload;
        match fact.kind.as_str() {
            "ShowCreated" => {
                for sold in payload["ticket_types"].as_array().unwrap() {
                    capacity.insert(uuid(&sold["ticket_type_id"]), sold["capacity"].as_u64().unwrap());
                    offered.entry(&fact.stream).or_default().push(uuid(&sold["ticket_type_id"]));
                }
            }
            "CapacityRaised" | "CapacityLowered" => {
                capacity.insert(uuid(&payload["ticket_type_id"]), payload["capacity"].as_u64().unwrap());
            }
            "BookingConfirmed" => {
                *found.confirmed.entry(uuid(&payload["booking_id"])).or_default() += 1;
                for item in payload["items"].as_array().unwrap() {
                    *found.taken.entry(uuid(&item["ticket_type_id"])).or_default() +=
                        item["quantity"].as_u64().unwrap();
                }
            }
            "BookingCancelled" => {
                for item in payload["items"].as_array().unwrap() {
                    *found.taken.get_mut(&uuid(&item["ticket_type_id"])).unwrap() -= item["quantity"].as_u64().unwrap();
                }
            }
            "ShowCancelled" => {
                for ticket_type in offered.get(fact.stream.as_str()).into_iter().flatten() {
                    found.taken.insert(*ticket_type, 0);
                }
            }
            _ => {}
        }
        for (ticket_type, taken) in &found.taken {
            assert!(taken <= &capacity[ticket_type], "{taken} of {} sold at {fact:?}", capacity[ticket_type]);
        }
    }
    found
}

fn uuid(json: &Value) -> Uuid {
    json.as_str().unwrap().parse().unwrap()
}

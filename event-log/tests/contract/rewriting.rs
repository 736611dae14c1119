//! The log in Postgres cannot be rewritten, not even by the owner of its tables.

use std::time::Duration;

use bytes::Bytes;
use event_log::Snapshot;
use sqlx::ConnectOptions as _;

use super::database::{Database, log};
use super::history::{assert_untouched, everything, some, stream, write};

/// Every way to change or remove what is recorded, and to make positions start anew.
const ATTEMPTS: [&str; 10] = [
    "UPDATE events SET payload = 'x'",
    "UPDATE events SET recorded_at = now() WHERE position = 1",
    "UPDATE events SET position = position WHERE false",
    "DELETE FROM events",
    "DELETE FROM events WHERE position = 3",
    "TRUNCATE events",
    "TRUNCATE events CASCADE",
    "INSERT INTO events SELECT * FROM events ON CONFLICT (position) DO UPDATE SET payload = 'x'",
    "DELETE FROM log_head",
    "TRUNCATE log_head",
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_owner_of_the_tables_cannot_rewrite_them() {
    let database = Database::create().await;
    let log = database.log();
    write(&*log, &[some(3, stream(1), 0)]).await;
    let before = everything(&*database.log()).await;
    let mut owner = database.owner().await;
    for attempt in ATTEMPTS {
        let refused = sqlx::query(attempt).execute(&mut owner).await.expect_err(attempt).to_string();
        assert!(refused.contains("append-only"), "{attempt}: {refused}");
    }
    assert_untouched(&*database.log(), &before).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_platform_replaces_snapshots_and_never_events() {
    let database = Database::create().await;
    let platform = database.options().clone().options([("role", "evently_app")]);
    let door = log(&platform, Duration::from_secs(20));
    write(&*door, &[some(3, stream(1), 0)]).await;
    for (version, size) in [(2, 3_000_000), (3, 1_000)] {
        let state = Bytes::from(vec![7; size]);
        let snapshot = Snapshot { version, position: version, schema: 1, state };
        door.write_snapshot(stream(1), &snapshot).await.unwrap();
        assert_eq!(door.read_snapshot(stream(1)).await, Ok(Some(snapshot)));
    }
    let mut connection = platform.connect().await.unwrap();
    for attempt in ATTEMPTS {
        assert!(sqlx::query(attempt).execute(&mut connection).await.is_err(), "{attempt}");
    }
}

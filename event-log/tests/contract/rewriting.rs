//! The log in Postgres cannot be rewritten, not even by the owner of its tables.

use super::database::Database;
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

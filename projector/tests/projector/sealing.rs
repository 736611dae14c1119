//! Given a log in Postgres, when the sealer runs, then tiles and signed checkpoints; and what it refuses to sign.
//! Every `unwrap` here is a test that cannot go on.
#![allow(clippy::unwrap_used)]

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use event_log::postgres::PostgresLog;
use event_log::{EventLog, Metadata, NewEvent, PAGE_EVENTS_MAX, Position, StreamAppend, StreamId};
use projector::{Sealer, sealed_position};
use sqlx::postgres::PgPoolOptions;
use sqlx::{AssertSqlSafe, PgPool};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio_util::sync::{CancellationToken, DropGuard};
use transparency::{Checkpoint, Hash, SealKey, TileId, Tree, VerifierKey, hashes, leaf_hash};
use uuid::Uuid;

use crate::given::{World, noon};

const ORIGIN: &str = "evently.local/log";
/// The longest wait for the sealer; only what never ends takes as long.
const WAIT_MAX_S: u64 = 30;

/// A log in a database, and the key that seals it.
struct Vault {
    world: World,
    pkcs8: Vec<u8>,
}

/// A sealer at work; it stops when this is dropped.
struct Sealing {
    sealed: watch::Receiver<Position>,
    refused: watch::Receiver<Option<String>>,
    task: JoinHandle<()>,
    stop: DropGuard,
}

impl Sealing {
    async fn reaches(&mut self, position: Position) {
        in_time(self.sealed.wait_for(|sealed| *sealed >= position)).await.unwrap();
    }

    async fn stop(self) {
        self.stop.disarm().cancel();
        self.task.await.unwrap();
    }
}

impl Vault {
    async fn new() -> Self {
        Self { world: World::new().await, pkcs8: SealKey::generate().unwrap() }
    }

    fn pool(&self) -> &PgPool {
        self.world.pool()
    }

    /// The log as a process that has just started sees it.
    fn log(&self) -> Arc<PostgresLog> {
        Arc::new(PostgresLog::new(self.pool().clone()))
    }

    fn key(&self) -> SealKey {
        SealKey::new(ORIGIN, &self.pkcs8).unwrap()
    }

    fn verifier(&self) -> VerifierKey {
        self.key().verifier().clone()
    }

    /// Records so many events; tells the last position.
    async fn append(&self, count: u64) -> Position {
        let stream = StreamId::new("show", Uuid::from_u128(0x5));
        let id = Uuid::from_u128;
        let metadata = Metadata { actor: id(1), command_id: id(2), correlation_id: id(3), causation_id: None };
        let log = self.log();
        let expected_version = log.versions(&[stream]).await.unwrap()[0];
        let event = |version: u64| NewEvent {
            event_id: Uuid::from_u128(u128::from(version)),
            event_type: "Counted",
            schema_version: 1,
            payload: Bytes::from(format!(r#"{{"version":{version}}}"#)),
            key: None,
            metadata,
        };
        let events = (expected_version + 1..=expected_version + count).map(event).collect();
        log.append(&[StreamAppend { stream, expected_version, events }], noon()).await.unwrap().last
    }

    fn start_with(&self, key: SealKey) -> Sealing {
        // Connections of its own, as a process has: they end with it.
        let options = self.pool().connect_options().as_ref().clone();
        let pool = PgPoolOptions::new().max_connections(2).connect_lazy_with(options);
        let log = Arc::new(PostgresLog::new(pool.clone()));
        let sealer = Sealer::new(log, pool, key);
        let (at, refused) = (sealer.sealed(), sealer.refused());
        let stop = CancellationToken::new();
        let task = tokio::spawn(sealer.run(stop.clone()));
        Sealing { sealed: at, refused, task, stop: stop.drop_guard() }
    }

    fn start(&self) -> Sealing {
        self.start_with(self.key())
    }

    async fn seal_until(&self, position: Position) {
        let mut sealing = self.start();
        sealing.reaches(position).await;
        sealing.stop().await;
    }

    /// What only somebody with all rights can do.
    async fn tamper(&self, table: &str, sql: &'static str) {
        let mut connection = self.pool().acquire().await.unwrap();
        for sql in [&format!("ALTER TABLE {table} DISABLE TRIGGER USER"), sql] {
            sqlx::query(AssertSqlSafe(sql.to_owned())).execute(&mut *connection).await.unwrap();
        }
    }

    async fn last_checkpoint(&self, key: &VerifierKey) -> Checkpoint {
        let note: String = sqlx::query_scalar("SELECT note FROM seal_checkpoints ORDER BY size DESC LIMIT 1")
            .fetch_one(self.pool())
            .await
            .unwrap();
        key.open(&note).unwrap()
    }

    /// Everything that the sealer keeps, as one text, the time of signing aside.
    async fn kept(&self) -> String {
        sqlx::query_scalar(
            "SELECT concat((SELECT seal_head::text FROM seal_head),
                           (SELECT string_agg(t::text, '' ORDER BY level, number) FROM seal_tiles t),
                           (SELECT string_agg(note, '' ORDER BY size) FROM seal_checkpoints))",
        )
        .fetch_one(self.pool())
        .await
        .unwrap()
    }

    /// Waits until the sealer has found the log other than it was; tells why it signs nothing.
    async fn refuses(&self) -> String {
        let before = self.kept().await;
        let mut sealing = self.start();
        let refused = in_time(sealing.refused.wait_for(Option::is_some)).await.unwrap().clone();
        sealing.stop().await;
        assert_eq!(self.kept().await, before);
        refused.unwrap()
    }
}

/// Waits for something that comes soon, or never.
async fn in_time<T>(comes: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(WAIT_MAX_S), comes).await.expect("the sealer neither seals nor refuses")
}

/// The tree over a log, by the book.
async fn recomputed(log: &dyn EventLog, size: Position) -> Tree {
    let mut tree = Tree::default();
    while tree.size() < size {
        for event in log.read_all(tree.size(), size, PAGE_EVENTS_MAX).await.unwrap() {
            tree.append(leaf_hash(&event));
        }
    }
    tree
}

#[tokio::test(flavor = "multi_thread")]
async fn seals_the_log_and_goes_on_where_it_was_stopped() {
    let vault = Vault::new().await;
    vault.start().reaches(0).await;
    for (count, sealed) in [(3, 3), (253, 256), (1, 257), (700, 957)] {
        let last = vault.append(count).await;
        assert_eq!(last, sealed);
        vault.seal_until(last).await;

        let tree = recomputed(&*vault.log(), last).await;
        let checkpoint = vault.last_checkpoint(&vault.verifier()).await;
        assert_eq!((checkpoint.size, checkpoint.root), (last, tree.root()));
        assert_eq!(sealed_position(vault.pool()).await.unwrap(), last);
        let stored: HashMap<TileId, Vec<u8>> = tiles(&vault).await;
        let expected: HashMap<TileId, Vec<u8>> = {
            let mut tree = tree;
            tree.take_changed().into_iter().collect()
        };
        assert_eq!(stored, expected);
    }
    let kept = vault.world.number("SELECT count(*) FROM seal_checkpoints").await;
    assert!(kept <= 2, "one an hour and the last one are kept, not {kept}");
}

#[tokio::test(flavor = "multi_thread")]
async fn signs_an_empty_log_and_signs_again_for_another_key() {
    let vault = Vault::new().await;
    vault.start().reaches(0).await;
    let empty = wait_for_checkpoint(&vault).await;
    assert_eq!((empty.size, empty.root), (0, Tree::default().root()));

    let last = vault.append(5).await;
    vault.seal_until(last).await;
    let other = SealKey::new(ORIGIN, &SealKey::generate().unwrap()).unwrap();
    let verifier = other.verifier().clone();
    let mut sealing = vault.start_with(other);
    sealing.reaches(last).await;
    sealing.stop().await;
    assert_eq!(vault.last_checkpoint(&verifier).await.size, last);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_sealers_never_act_at_once_and_lose_nothing() {
    let vault = Vault::new().await;
    let (mut one, mut other) = (vault.start(), vault.start());
    let mut last = 0;
    for _ in 0..4 {
        last = vault.append(300).await;
        tokio::select! { () = one.reaches(last) => {}, () = other.reaches(last) => {} }
    }
    one.stop().await;
    other.stop().await;
    vault.seal_until(last).await;
    let root: Hash = recomputed(&*vault.log(), last).await.root();
    let checkpoint = vault.last_checkpoint(&vault.verifier()).await;
    assert_eq!((checkpoint.size, checkpoint.root), (last, root));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sealer_that_dies_in_the_middle_leaves_nothing_half_done() {
    let vault = Vault::new().await;
    let mut last = vault.append(100).await;
    for _ in 0..5 {
        let sealing = vault.start();
        last = vault.append(700).await;
        // Dropped wherever it is: its transaction is rolled back with the connection.
        sealing.task.abort();
        let _ = sealing.task.await;
    }
    vault.seal_until(last).await;
    let checkpoint = vault.last_checkpoint(&vault.verifier()).await;
    assert_eq!((checkpoint.size, checkpoint.root), (last, recomputed(&*vault.log(), last).await.root()));
}

#[tokio::test(flavor = "multi_thread")]
async fn refuses_a_log_that_is_not_what_was_sealed() {
    let changes: [(&str, &'static str, &str); 8] = [
        (
            "events",
            "UPDATE events SET payload = payload || ' ' WHERE position = 300",
            "the event at position 300 is not the one that was sealed",
        ),
        (
            "events",
            "UPDATE events SET recorded_at = recorded_at + interval '1 microsecond' WHERE position = 257",
            "the event at position 257 is not the one that was sealed",
        ),
        ("events", "DELETE FROM events WHERE position = 299", "position 299 is missing from the log"),
        ("log_head", "UPDATE log_head SET position = 299", "the log ends at position 299, but it was sealed up to 300"),
        (
            "seal_tiles",
            "UPDATE seal_tiles SET hashes = set_byte(hashes, 0, 255 - get_byte(hashes, 0)) WHERE level = 1",
            "the tiles do not have the root that was sealed",
        ),
        (
            "seal_tiles",
            "UPDATE seal_tiles SET hashes = substring(hashes FOR 32) WHERE level = 0 AND number = 1",
            "tile 0/001.p/44 of the tree's right edge is missing or too short",
        ),
        (
            "seal_tiles",
            "DELETE FROM seal_tiles WHERE level = 1",
            "tile 1/000.p/1 of the tree's right edge is missing or too short",
        ),
        (
            "seal_head",
            "UPDATE seal_head SET root = sha256('another')",
            "the tiles do not have the root that was sealed",
        ),
    ];
    for (table, change, refusal) in changes {
        let vault = Vault::new().await;
        let last = vault.append(300).await;
        vault.seal_until(last).await;
        vault.append(1).await;
        vault.tamper(table, change).await;
        assert_eq!(vault.refuses().await, refusal);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn never_goes_on_from_a_tree_that_is_not_where_it_was_left() {
    let vault = Vault::new().await;
    vault.append(10).await;
    let mut sealing = vault.start();
    sealing.reaches(10).await;
    vault.tamper("seal_head", "UPDATE seal_head SET root = sha256('another')").await;
    vault.append(10).await;
    let refused = in_time(sealing.refused.wait_for(Option::is_some)).await.unwrap().clone();
    assert_eq!(refused.as_deref(), Some("the tiles do not have the root that was sealed"));
    assert_eq!(sealed_position(vault.pool()).await.unwrap(), 10);
    sealing.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn refuses_tiles_and_events_that_were_changed_together() {
    let vault = Vault::new().await;
    vault.append(300).await;
    vault.seal_until(300).await;
    vault.append(1).await;
    // The whole tree is made anew over a changed event; what was signed is all that is left to tell.
    vault.tamper("events", "UPDATE events SET payload = payload || ' ' WHERE position = 300").await;
    let mut tree = recomputed(&*vault.log(), 300).await;
    for table in ["seal_tiles", "seal_head"] {
        vault.tamper(table, "SELECT").await;
    }
    for (id, hashes) in tree.take_changed() {
        sqlx::query("UPDATE seal_tiles SET hashes = $3 WHERE level = $1 AND number = $2")
            .bind(i16::from(id.level))
            .bind(id.number.cast_signed())
            .bind(hashes)
            .execute(vault.pool())
            .await
            .unwrap();
    }
    let root = tree.root().0.to_vec();
    sqlx::query("UPDATE seal_head SET root = $1").bind(root).execute(vault.pool()).await.unwrap();
    assert_eq!(vault.refuses().await, "the checkpoint that was signed last is not of the tree that is stored");
}

#[tokio::test(flavor = "multi_thread")]
async fn refuses_a_hole_that_opens_before_it_is_sealed() {
    let vault = Vault::new().await;
    vault.append(10).await;
    vault.seal_until(10).await;
    vault.append(10).await;
    vault.tamper("events", "DELETE FROM events WHERE position = 15").await;
    assert_eq!(vault.refuses().await, "position 15 is missing from the log");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_platform_cannot_take_the_tree_back() {
    let vault = Vault::new().await;
    let last = vault.append(300).await;
    vault.seal_until(last).await;
    let mut platform = vault.pool().acquire().await.unwrap();
    for role in ["evently_app", "none"] {
        sqlx::query(AssertSqlSafe(format!("SET ROLE {role}"))).execute(&mut *platform).await.unwrap();
        for attempt in [
            "UPDATE seal_tiles SET hashes = set_byte(hashes, 0, 255 - get_byte(hashes, 0))",
            "UPDATE seal_tiles SET hashes = substring(hashes FOR 32) WHERE level = 0",
            "UPDATE seal_tiles SET number = number + 7",
            "DELETE FROM seal_tiles",
            "TRUNCATE seal_tiles",
            "UPDATE seal_head SET size = size - 1",
            "UPDATE seal_head SET root = sha256('another')",
            "DELETE FROM seal_head",
        ] {
            let refused = sqlx::query(attempt).execute(&mut *platform).await.expect_err(attempt);
            let code = refused.as_database_error().and_then(sqlx::error::DatabaseError::code);
            assert_eq!(code.as_deref(), Some("42501"), "{attempt}: {refused}");
        }
    }
    sqlx::query("RESET ROLE").execute(&mut *platform).await.unwrap();
}

async fn tiles(vault: &Vault) -> HashMap<TileId, Vec<u8>> {
    let rows: Vec<(i16, i64, Vec<u8>)> =
        sqlx::query_as("SELECT level, number, hashes FROM seal_tiles").fetch_all(vault.pool()).await.unwrap();
    let tile = |(level, number, bytes): (i16, i64, Vec<u8>)| {
        assert_eq!(hashes(&bytes).count() * 32, bytes.len());
        (TileId { level: level.try_into().unwrap(), number: number.try_into().unwrap() }, bytes)
    };
    rows.into_iter().map(tile).collect()
}

/// The first checkpoint, which is not announced by any position.
async fn wait_for_checkpoint(vault: &Vault) -> Checkpoint {
    let mut sealing = vault.start();
    let counted = "SELECT count(*) FROM seal_checkpoints";
    while vault.world.number(counted).await == 0 {
        tokio::task::yield_now().await;
    }
    sealing.reaches(0).await;
    sealing.stop().await;
    vault.last_checkpoint(&vault.verifier()).await
}

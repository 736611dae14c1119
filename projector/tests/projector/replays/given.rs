//! A worker of replays, and what one asks of it and sees of it.
#![allow(clippy::unwrap_used)]

use std::sync::Arc;
use std::time::Duration;

use event_log::{EventLog, Position};
use projector::Replays;
use projector::replay::{Patience, Refused, ReplayStatus, find, request};
use serde_json::Value;
use sqlx::{AssertSqlSafe, PgPool};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::given::World;

/// How long a test waits for a phase at most.
const PHASE_MAX: Duration = Duration::from_mins(1);

/// Where replays happen.
pub(super) struct Stage {
    pool: PgPool,
    log: Arc<dyn EventLog>,
}

/// A worker at work. It is cut off in the middle when this is dropped, as a crash would do.
pub(super) struct Worker {
    task: JoinHandle<()>,
    stop: CancellationToken,
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Worker {
    /// Ends it as a platform that stops does.
    pub(super) async fn stops(mut self) {
        self.stop.cancel();
        (&mut self.task).await.unwrap();
    }
}

impl Stage {
    pub(super) fn set(world: &World) -> Self {
        Self { pool: world.pool().clone(), log: world.log() }
    }

    /// The same with replays reading the log through something.
    pub(super) fn reading(world: &World, log: Arc<dyn EventLog>) -> Self {
        Self { pool: world.pool().clone(), log }
    }

    pub(super) fn pool(&self) -> &PgPool {
        &self.pool
    }

    pub(super) fn works(&self) -> Worker {
        self.works_with(Patience::default())
    }

    pub(super) fn works_with(&self, patience: Patience) -> Worker {
        let stop = CancellationToken::new();
        let replays = Replays::new(self.log.clone(), self.pool.clone()).with_patience(patience);
        let task = tokio::spawn(replays.run(stop.clone()));
        Worker { task, stop }
    }

    pub(super) async fn asks(&self, projection: &str, to_position: Option<Position>) -> Result<Uuid, Refused> {
        let replay_id = Uuid::new_v4();
        request(&self.pool, replay_id, projection, to_position, None).await.unwrap().map(|()| replay_id)
    }

    pub(super) async fn cancels(&self, replay_id: Uuid) {
        self.tells("UPDATE replays SET cancel_requested = true WHERE replay_id = $1", replay_id).await;
    }

    /// As command-api does it.
    pub(super) async fn rolls_back(&self, replay_id: Uuid) {
        let ask = "WITH asked AS (
                UPDATE replays SET phase = 'rolling_back', ended_at = NULL WHERE replay_id = $1 RETURNING *)
             INSERT INTO replayed_projections (projection, replay_id)
             SELECT name, replay_id FROM projection_checkpoints, asked WHERE asked.projection IN (name, 'all')";
        self.tells(ask, replay_id).await;
    }

    async fn tells(&self, sql: &'static str, replay_id: Uuid) {
        sqlx::query(sql).bind(replay_id).execute(&self.pool).await.unwrap();
    }

    pub(super) async fn status(&self, replay_id: Uuid) -> ReplayStatus {
        find(&self.pool, replay_id).await.unwrap().unwrap()
    }

    /// Waits for a phase; no other may end the replay.
    pub(super) async fn is(&self, replay_id: Uuid, phase: &str) {
        self.becomes(replay_id, |told| {
            assert!(!told.ended || told.phase == phase, "{told:?}");
            told.phase == phase
        })
        .await;
    }

    /// Waits for anything to be true of a replay.
    pub(super) async fn becomes(&self, replay_id: Uuid, is_so: impl Fn(&ReplayStatus) -> bool) {
        let wait = async {
            while !is_so(&self.status(replay_id).await) {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(PHASE_MAX, wait).await.unwrap();
    }
}

/// Everything about the tables but their rows: an exchange must leave it as it was.
pub(super) async fn shape_of_tables(world: &World) -> Value {
    world
        .row(
            "SELECT json_agg(json_build_array(
                 class.relname, class.reloptions, array(SELECT acl::text FROM unnest(class.relacl) acl ORDER BY 1),
                 array(SELECT attname || ' ' || format_type(atttypid, atttypmod) || attnotnull::text
                       FROM pg_attribute WHERE attrelid = class.oid AND attnum > 0 ORDER BY attnum),
                 array(SELECT pg_get_expr(adbin, adrelid) FROM pg_attrdef WHERE adrelid = class.oid ORDER BY adnum),
                 array(SELECT conname || pg_get_constraintdef(oid) FROM pg_constraint
                       WHERE conrelid = class.oid ORDER BY conname),
                 array(SELECT pg_get_indexdef(indexrelid) FROM pg_index WHERE indrelid = class.oid ORDER BY 1)
             ) ORDER BY class.relname)::text
             FROM pg_class class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'",
        )
        .await
}

impl World {
    pub(super) async fn execute(&self, sql: &str) {
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(self.pool()).await.unwrap();
    }
}

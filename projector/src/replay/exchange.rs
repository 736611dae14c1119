//! The swap, and the way back: tables that serve are exchanged for others in one short transaction.
//!
//! The checkpoints' rows are locked first, so that nobody folds meanwhile; then the last gap is closed; only then
//! are the tables locked. Readers wait for the moment of the commit and then find the new tables.

use std::sync::Arc;

use event_log::{EventLog, Position};
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use super::End;
use super::job::{self, Job};
use super::shadow::{Shadow, drop_schema, run};
use crate::error::FoldError;
use crate::folding::Folding;
use crate::projection::{Projection, all, unsigned};

/// How long it waits for those who fold, in milliseconds. Nobody who reads waits behind that.
const HOLD_MS_MAX: u32 = 200;
/// How long it waits for the tables, in milliseconds. Less than Postgres' `deadlock_timeout` (1 s): if it and a reader
/// wait for one another, it is this that gives up. It is also the longest that readers wait behind a try.
const LOCK_MS_MAX: u32 = 50;
/// The most events that are folded while nobody else may.
const GAP_EVENTS_MAX: u64 = 20_000;

/// One exchange of tables.
pub(super) struct Exchange<'a> {
    /// The tables that are to serve.
    from: &'a Shadow,
    job: &'a Job,
    worker: Uuid,
    /// Where those that serve are kept; they are dropped if they have served long enough.
    keep_in: Option<String>,
    /// What the replay is called afterwards.
    phase: &'static str,
}

/// What became of a try.
pub(super) enum Outcome {
    /// The tables are exchanged.
    Done,
    /// Somebody has them in use, or folds faster than this can follow.
    InUse,
    /// The replay is in other hands, or was cancelled.
    Lost,
}

impl<'a> Exchange<'a> {
    /// New tables for old ones, which are kept.
    pub(super) fn swap(from: &'a Shadow, job: &'a Job, worker: Uuid) -> Self {
        Self { from, job, worker, keep_in: Some(job.previous_schema()), phase: "swapped" }
    }

    /// Old tables for new ones, which are not.
    pub(super) fn back(from: &'a Shadow, job: &'a Job, worker: Uuid) -> Self {
        Self { from, job, worker, keep_in: None, phase: "rolled_back" }
    }

    /// Exchanges, or changes nothing.
    pub(super) async fn attempt(
        &self,
        pool: &PgPool,
        log: &Arc<dyn EventLog>,
        folding: &mut Folding,
    ) -> Result<Outcome, End> {
        match self.try_to(pool, log, folding).await {
            Err(End::Broken(FoldError::Store(sqlx::Error::Database(error))))
                if error.code().is_some_and(|code| code == "55P03") =>
            {
                Ok(Outcome::InUse)
            }
            tried => tried,
        }
    }

    async fn try_to(&self, pool: &PgPool, log: &Arc<dyn EventLog>, folding: &mut Folding) -> Result<Outcome, End> {
        let mut transaction = pool.begin().await?;
        run(&mut transaction, format!("SET LOCAL lock_timeout = {HOLD_MS_MAX}")).await?;
        let live = self.hold_still(&mut transaction).await?;
        if !close_gap(log, folding, live).await? {
            return Ok(Outcome::InUse);
        }
        let tables: Vec<String> = self.from.tables().map(|table| format!("{}.{table}", self.from.live)).collect();
        run(&mut transaction, format!("SET LOCAL lock_timeout = {LOCK_MS_MAX}")).await?;
        run(&mut transaction, format!("LOCK TABLE {} IN ACCESS EXCLUSIVE MODE", tables.join(", "))).await?;
        self.put_away(&mut transaction).await?;
        self.put_in_place(&mut transaction).await?;
        drop_schema(&mut transaction, &self.from.schema).await?;
        let reached = folding.reached();
        if !job::exchanged(&mut *transaction, self.job, self.worker, self.phase, reached).await? {
            return Ok(Outcome::Lost);
        }
        transaction.commit().await?;
        Ok(Outcome::Done)
    }

    /// Keeps every projector from folding these projections; tells how far the foremost of them is.
    async fn hold_still(&self, connection: &mut PgConnection) -> Result<Position, sqlx::Error> {
        let names: Vec<&str> = self.from.members.iter().map(|member| member.name()).collect();
        let positions: Vec<i64> = sqlx::query_scalar(
            "SELECT position FROM projection_checkpoints WHERE name = ANY($1) ORDER BY name FOR UPDATE",
        )
        .bind(names)
        .fetch_all(connection)
        .await?;
        Ok(positions.into_iter().map(unsigned).max().unwrap_or(0))
    }

    /// Puts the tables that serve where they are kept, with their checkpoints and parked streams, or drops them.
    async fn put_away(&self, connection: &mut PgConnection) -> Result<(), sqlx::Error> {
        let live = &self.from.live;
        let Some(kept) = &self.keep_in else {
            for table in self.from.tables() {
                run(connection, format!("DROP TABLE {live}.{table}")).await?;
            }
            return Ok(());
        };
        for schema in self.job.superseded_schemas(all().map(Projection::name)) {
            drop_schema(connection, &schema).await?;
        }
        run(connection, format!("CREATE SCHEMA {kept}")).await?;
        for (table, key) in [("projection_checkpoints", "name"), ("parked_streams", "projection")] {
            let names = self.names();
            run(connection, format!("CREATE TABLE {kept}.{table} (LIKE {live}.{table} INCLUDING ALL)")).await?;
            let copy = format!("INSERT INTO {kept}.{table} SELECT * FROM {live}.{table} WHERE {key} IN ({names})");
            run(connection, copy).await?;
        }
        for table in self.from.tables() {
            run(connection, format!("ALTER TABLE {live}.{table} SET SCHEMA {kept}")).await?;
        }
        Ok(())
    }

    /// Lets the other tables serve: with their checkpoints, and with the streams parked that were parked there.
    async fn put_in_place(&self, connection: &mut PgConnection) -> Result<(), sqlx::Error> {
        let Shadow { schema, live, .. } = self.from;
        for table in self.from.tables() {
            run(connection, format!("ALTER TABLE {schema}.{table} SET SCHEMA {live}")).await?;
        }
        let names = self.names();
        run(
            connection,
            format!(
                "UPDATE {live}.projection_checkpoints old
                 SET version = new.version, position = new.position, generation = old.generation + 1
                 FROM {schema}.projection_checkpoints new WHERE new.name = old.name;
                 DELETE FROM {live}.parked_streams WHERE projection IN ({names});
                 INSERT INTO {live}.parked_streams SELECT * FROM {schema}.parked_streams"
            ),
        )
        .await
    }

    /// The names of the projections, for a statement.
    fn names(&self) -> String {
        self.from.members.iter().map(|member| format!("'{}'", member.name())).collect::<Vec<_>>().join(", ")
    }
}

/// Folds what those that served have and these tables have not. `false`: it is too much to make others wait.
async fn close_gap(log: &Arc<dyn EventLog>, folding: &mut Folding, live: Position) -> Result<bool, FoldError> {
    while let Some(reached) = folding.lowest().filter(|reached| *reached < live) {
        if live - reached > GAP_EVENTS_MAX {
            return Ok(false);
        }
        let page = log.read_all(reached, live, event_log::PAGE_EVENTS_MAX).await?;
        folding.take_in(&page).await?;
    }
    Ok(true)
}

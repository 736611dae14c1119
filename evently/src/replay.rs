//! `evently replay`: makes a read model anew, watching a projector do it or doing it here.

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use event_log::Position;
use event_log::postgres::PostgresLog;
use indicatif::{ProgressBar, ProgressStyle};
use projector::Replays;
use projector::replay::{Refused, ReplayStatus, find, open, request};
use sqlx::PgPool;
use tokio::task::JoinHandle;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::cli::Settings;
use crate::database::Database;
use crate::platform::replay_pools;
use crate::say;

/// How long it waits for a projector to begin, before it does the work itself.
const PICK_UP_MAX: Duration = Duration::from_secs(2);
/// How often it looks how far the replay is.
const POLL: Duration = Duration::from_millis(200);

/// Asks for a replay and shows how it goes; exit code 1 if it does not end well.
pub(crate) async fn replay(
    settings: &Settings,
    projection: &str,
    to_position: Option<Position>,
) -> anyhow::Result<ExitCode> {
    let database = Database::open(settings).await?;
    let pool = database.pool(1);
    let outcome = replay_in(&database, &pool, projection, to_position).await;
    pool.close().await;
    database.close().await?;
    outcome
}

async fn replay_in(
    database: &Database,
    pool: &PgPool,
    projection: &str,
    to_position: Option<Position>,
) -> anyhow::Result<ExitCode> {
    let replay_id = ask(pool, projection, to_position).await?;
    let mut here = None;
    let told = tokio::select! {
        told = watch(database, pool, replay_id, &mut here) => Some(told),
        _ = tokio::signal::ctrl_c() => None,
    };
    if let Some(here) = here {
        here.stop().await?;
    }
    let Some(told) = told else {
        say(&format!("Replay {replay_id} is not finished: it goes on where the platform serves, or starts."));
        say(&format!("To cancel it: DELETE /api/v1/admin/replays/{replay_id}"));
        return Ok(ExitCode::FAILURE);
    };
    Ok(tell(&told?))
}

/// Asks for a replay, or finds the same one where somebody left it.
async fn ask(pool: &PgPool, projection: &str, to_position: Option<Position>) -> anyhow::Result<Uuid> {
    let replay_id = Uuid::now_v7();
    let asked = request(pool, replay_id, projection, to_position, None).await.context("the database cannot be read")?;
    if asked == Err(Refused::Running) {
        let same = |one: &ReplayStatus| {
            (one.projection.as_str(), one.to_position) == (projection, to_position) && one.phase != "rolling_back"
        };
        let opened = open(pool).await.context("the database cannot be read")?;
        if let Some(opened) = opened.into_iter().find(same) {
            say(&format!("Replay {} of {projection} was asked for before: it goes on.", opened.replay_id));
            return Ok(opened.replay_id);
        }
    }
    asked.with_context(|| format!("{projection} is not replayed"))?;
    Ok(replay_id)
}

/// Follows a replay to its end.
async fn watch(
    database: &Database,
    pool: &PgPool,
    replay_id: Uuid,
    here: &mut Option<Here>,
) -> anyhow::Result<ReplayStatus> {
    let template = "{msg} {wide_bar} {pos}/{len} events, {per_sec}, {eta} to go";
    let bar = ProgressBar::new(0).with_style(ProgressStyle::with_template(template)?);
    let asked = Instant::now();
    loop {
        let told = find(pool, replay_id).await?.context("the replay is gone")?;
        if told.ended || told.phase == "built" {
            bar.finish_and_clear();
            return Ok(told);
        }
        if here.is_none() && !told.taken && asked.elapsed() >= PICK_UP_MAX {
            *here = Some(Here::start(database));
        }
        bar.set_length(told.head);
        bar.set_position(told.position);
        bar.set_message(told.phase.replace('_', " "));
        tokio::time::sleep(POLL).await;
    }
}

/// How it ended.
fn tell(told: &ReplayStatus) -> ExitCode {
    let ReplayStatus { replay_id, projection, phase, position, .. } = told;
    match phase.as_str() {
        "swapped" => {
            say(&format!("Made anew from {position} events: {projection} serves now."));
            say(&format!("To go back: POST /api/v1/admin/replays/{replay_id}/rollback"));
            ExitCode::SUCCESS
        }
        "built" => {
            say(&format!("Built as of position {position}, in the schema replay_{projection}."));
            say(&format!("To drop it: DELETE /api/v1/admin/replays/{replay_id}"));
            ExitCode::SUCCESS
        }
        other => {
            let why = told.error.as_deref().map_or_else(String::new, |error| format!(": {error}"));
            say(&format!("The replay of {projection} is {other}{why}."));
            ExitCode::FAILURE
        }
    }
}

/// A worker in this process.
struct Here {
    stop: CancellationToken,
    task: JoinHandle<()>,
    pools: [PgPool; 2],
}

impl Here {
    fn start(database: &Database) -> Self {
        let (log, pool) = replay_pools(database);
        let stop = CancellationToken::new();
        let worker = Replays::new(Arc::new(PostgresLog::new(log.clone())), pool.clone());
        let task = tokio::spawn(worker.run(stop.clone()));
        Self { stop, task, pools: [log, pool] }
    }

    /// Lets go of what is not finished.
    async fn stop(self) -> anyhow::Result<()> {
        self.stop.cancel();
        self.task.await?;
        for pool in self.pools {
            pool.close().await;
        }
        Ok(())
    }
}

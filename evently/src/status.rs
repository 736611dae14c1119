//! `evently status`: where the log ends, and how far each projection has come.

use std::process::ExitCode;

use anyhow::Context as _;
use chrono::{DateTime, SecondsFormat, Utc};
use sqlx::PgPool;

use crate::cli::Settings;
use crate::database::Database;
use crate::say;

/// Prints where everything stands.
pub(crate) async fn status(settings: &Settings) -> anyhow::Result<ExitCode> {
    let database = Database::open(settings).await?;
    let pool = database.pool(1);
    let lines = lines(&pool).await;
    pool.close().await;
    database.close().await?;
    for line in lines.context("the database cannot be read")? {
        say(&line);
    }
    Ok(ExitCode::SUCCESS)
}

async fn lines(pool: &PgPool) -> Result<Vec<String>, sqlx::Error> {
    // Asked first: events that arrive in between would show as less lag, never as more than there was.
    let (head, recorded_at): (i64, Option<DateTime<Utc>>) = sqlx::query_as(
        "SELECT position, (SELECT recorded_at FROM events WHERE events.position = log_head.position) FROM log_head",
    )
    .fetch_one(pool)
    .await?;
    let head = head.unsigned_abs();
    let projections = projector::status(pool).await?;
    let sealed = projector::sealed_position(pool).await?;
    let replays = projector::replay::open(pool).await?;

    let last = match recorded_at {
        Some(recorded_at) => {
            format!("last event recorded at {}", recorded_at.to_rfc3339_opts(SecondsFormat::Millis, true))
        }
        None => "no event yet".into(),
    };
    let mut lines = vec![
        format!("Log head {head}, {last}."),
        format!("{:<14} {:>7} {:>12} {:>12} {:>7}", "projection", "version", "checkpoint", "lag", "parked"),
    ];
    lines.extend(projections.into_iter().map(|projection| {
        let lag = head.saturating_sub(projection.checkpoint);
        format!(
            "{:<14} {:>7} {:>12} {:>12} {:>7}",
            projection.name, projection.version, projection.checkpoint, lag, projection.parked_streams
        )
    }));
    lines.push(format!("Sealed up to {sealed}, {} behind.", head.saturating_sub(sealed)));
    lines.extend(replays.into_iter().map(|replay| {
        let projector::replay::ReplayStatus { replay_id, projection, phase, position, head, events_per_s, .. } = replay;
        let doing = phase.replace('_', " ");
        format!("Replay {replay_id} of {projection}: {doing}, {position} of {head}, {events_per_s} events/s.")
    }));
    Ok(lines)
}

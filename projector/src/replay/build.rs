//! A replay from the first event to the swap, and the way back. Where it stands is written in the tables it builds,
//! so whoever takes it up again goes on from there.

use std::time::{Duration, Instant};

use event_log::Position;

use super::exchange::{Exchange, Outcome};
use super::feed::Feed;
use super::job::{self, Job};
use super::pace::Pace;
use super::progress::Progress;
use super::shadow::Shadow;
use super::{End, Replays, verify};
use crate::error::FoldError;
use crate::folding::Folding;
use crate::projection::Projection;

/// So close behind the log the tables may be exchanged: the rest is folded while nobody else does.
const CLOSE_EVENTS: u64 = 5_000;
/// The pause after the first try to exchange tables, in milliseconds; each further one is half as long again. Whoever
/// wants to read waits behind a try, so there should not be many while somebody has the tables in use for long.
const EXCHANGE_PAUSE_MS_MIN: u64 = 200;
/// The longest pause between two tries, in milliseconds.
const EXCHANGE_PAUSE_MS_MAX: u64 = 2_000;

/// Builds, verifies and swaps; or leaves what was true at a position beside the tables that serve.
pub(super) async fn build(
    replays: &Replays,
    job: &Job,
    members: &[&'static dyn Projection],
    progress: &Progress,
) -> Result<(), End> {
    let shadow = Shadow::of(&replays.pool, job.shadow_schema(), members).await?;
    let built = build_in(&shadow, replays, job, progress).await;
    shadow.pool.close().await;
    built
}

async fn build_in(shadow: &Shadow, replays: &Replays, job: &Job, progress: &Progress) -> Result<(), End> {
    shadow.ensure(&replays.pool).await?;
    let mut folding = Folding::load(&shadow.pool, &shadow.members).await?;
    progress.begins_at(folding.reached());
    let head = replays.log.head().await.map_err(FoldError::from)?;
    let goal = job.to_position().unwrap_or(head);
    take_in(replays, &mut folding, goal, progress).await?;
    shadow.finish().await?;
    if job.to_position().is_some() {
        progress.enters("verifying");
        verify::verify(shadow, &folding, goal).await?;
        job::built(&replays.pool, job, replays.worker, goal).await?;
        tracing::info!(replay_id = %job.replay_id, position = goal, "what was true at a position is built");
        return Ok(());
    }
    progress.enters("catching_up");
    catch_up(replays, &mut folding, progress).await?;
    progress.enters("verifying");
    verify::verify(shadow, &folding, folding.reached()).await?;
    verify::no_more_is_parked(shadow).await?;
    let swap = Exchange::swap(shadow, job, replays.worker);
    exchange(replays, &swap, &mut folding, progress).await?;
    tracing::info!(replay_id = %job.replay_id, projection = job.projection, "tables that were made anew serve now");
    Ok(())
}

/// Lets the tables serve again that served before the swap, brought up to date first if this program can.
pub(super) async fn roll_back(
    replays: &Replays,
    job: &Job,
    members: &[&'static dyn Projection],
    progress: &Progress,
) -> Result<(), End> {
    let previous = Shadow::of(&replays.pool, job.previous_schema(), members).await?;
    let back = roll_back_to(&previous, replays, job, progress).await;
    previous.pool.close().await;
    back
}

async fn roll_back_to(previous: &Shadow, replays: &Replays, job: &Job, progress: &Progress) -> Result<(), End> {
    let mut connection = replays.pool.acquire().await?;
    if !previous.same_shapes(&mut connection).await? {
        return Err(End::Failed("the tables before it are gone, or of another shape than those of today".into()));
    }
    drop(connection);
    // Rows of another version are left out: they come back as they were, and stand still.
    let mut folding = Folding::load(&previous.pool, &previous.members).await?;
    progress.begins_at(folding.reached());
    catch_up(replays, &mut folding, progress).await?;
    let back = Exchange::back(previous, job, replays.worker);
    exchange(replays, &back, &mut folding, progress).await?;
    tracing::info!(replay_id = %job.replay_id, projection = job.projection, "the tables before a replay serve again");
    Ok(())
}

/// Folds the log up to a position, resting as the pace says.
async fn take_in(replays: &Replays, folding: &mut Folding, goal: Position, progress: &Progress) -> Result<(), End> {
    progress.aims_at(goal);
    let mut pace = Pace::new(replays.log.clone());
    let feed = |folding: &Folding| {
        let from = folding.lowest().unwrap_or(goal);
        Feed::new(replays.log.clone(), folding.reads_recorded(), from, goal, folding.parked_everywhere())
    };
    let mut ahead = feed(folding);
    loop {
        let begun = Instant::now();
        let Some(decoded) = ahead.page(pace.page_events()).await? else { return Ok(()) };
        folding.fold(&decoded).await?;
        progress.reaches(folding.reached());
        if decoded.damage.is_some() {
            ahead = feed(folding);
        }
        pace.rest(decoded.recorded.len(), begun.elapsed()).await?;
    }
}

/// Folds until the log is not far ahead any more.
async fn catch_up(replays: &Replays, folding: &mut Folding, progress: &Progress) -> Result<(), End> {
    loop {
        let head = replays.log.head().await.map_err(FoldError::from)?;
        take_in(replays, folding, head, progress).await?;
        let head = replays.log.head().await.map_err(FoldError::from)?;
        if folding.lowest().is_none_or(|lowest| head.saturating_sub(lowest) <= CLOSE_EVENTS) {
            return Ok(());
        }
    }
}

/// Tries to exchange tables until nobody has them in use for long, staying close behind the log meanwhile.
async fn exchange(
    replays: &Replays,
    exchange: &Exchange<'_>,
    folding: &mut Folding,
    progress: &Progress,
) -> Result<(), End> {
    let begun = Instant::now();
    let mut pause_ms = EXCHANGE_PAUSE_MS_MIN;
    loop {
        catch_up(replays, folding, progress).await?;
        match exchange.attempt(&replays.pool, &replays.log, folding).await? {
            Outcome::Done => return Ok(()),
            Outcome::Lost => return Err(End::Lost),
            // What was built stays where it is: the worker takes the replay up again there.
            Outcome::InUse if begun.elapsed() >= replays.patience.exchange => {
                return Err(FoldError::InUse(begun.elapsed().as_secs()).into());
            }
            Outcome::InUse => tokio::time::sleep(Duration::from_millis(pause_ms)).await,
        }
        pause_ms = (pause_ms * 3 / 2).min(EXCHANGE_PAUSE_MS_MAX);
    }
}

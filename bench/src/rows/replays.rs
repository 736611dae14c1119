//! Rebuilding read models from a full log: how fast, and what it costs those who book meanwhile.

use std::time::{Duration, Instant};

use anyhow::{Context as _, bail, ensure};
use hyper::StatusCode;
use serde_json::{Value, json};

use super::Bench;
use super::reports::caught_up;
use crate::api::Api;
use crate::load::{Load, Requests};
use crate::row::{Bar, Figure, Row};

const ANALYTICS_PER_SECOND: f64 = 300_000.0;
const EVERYTHING_PER_SECOND: f64 = 80_000.0;
const WHILE_REPLAYING: f64 = 0.8;
/// The longest a replay may take.
const REPLAY_MAX: Duration = Duration::from_mins(4);
const POLL: Duration = Duration::from_millis(20);

pub(super) async fn all(bench: &mut Bench) -> anyhow::Result<()> {
    replay(bench, "replay of the analytics projection", "analytics", ANALYTICS_PER_SECOND).await?;
    replay(bench, "replay of everything", "all", EVERYTHING_PER_SECOND).await?;
    while_booking(bench).await
}

/// One replay from its request to the swap, with nobody else at work.
async fn replay(bench: &mut Bench, name: &'static str, projection: &str, bar: f64) -> anyhow::Result<()> {
    caught_up(bench).await?;
    bench.say(name);
    let (api, before, begun) = (bench.api()?, bench.processes().used(), Instant::now());
    let id = begin(&api, projection).await?;
    let ended = ended(&api, &id).await?;
    let (seconds, used) = (begun.elapsed().as_secs_f64(), bench.processes().used() - before);
    let events = ended["position"].as_u64().context("a replay has no position")?;
    let rate = events as f64 / seconds;
    let remark = format!("{events} events in {seconds:.1} s, from the request to the swap");
    bench.rows.push(Row::new(name, Figure::PerSecond(rate)).cpu(used, seconds).bar(Bar::AtLeast(bar)).remark(remark));
    Ok(())
}

/// Bookings without a replay, and the same while one of everything runs.
async fn while_booking(bench: &mut Bench) -> anyhow::Result<()> {
    let event = bench.event("While everything is replayed").await?;
    let load = bench.load(Requests::book(std::slice::from_ref(&event)), bench.plan.while_replaying)?;
    let name = "bookings without a replay";
    let without = bench.run(name, load.clone()).await;
    bench.rows.push(Row::of(name, &without));
    caught_up(bench).await?;
    let api = bench.api()?;
    let id = begin(&api, "all").await?;
    let name = "bookings while everything is replayed";
    let with = bench.run(name, Load { warm_up: bench.plan.warm_up, ..load }).await;
    let state = look(&api, &id).await?;
    let of_without = Bar::OfOther { name: "without", other: without.rate(), bar: WHILE_REPLAYING };
    let (phase, position, head) = (&state["phase"], &state["position"], &state["head"]);
    ensure!(state["ended_at"].is_null(), "the replay was over before the load: its row would say nothing");
    let remark = format!("the replay was at {position} of {head} ({phase}) when the load ended");
    bench.rows.push(Row::of(name, &with).bar(of_without).remark(remark));
    ended(&api, &id).await?;
    caught_up(bench).await
}

async fn begin(api: &Api, projection: &str) -> anyhow::Result<String> {
    let body = json!({ "projection": projection }).to_string();
    let answer = api.post("/api/v1/admin/replays", body, StatusCode::ACCEPTED).await?;
    Ok(answer["replay_id"].as_str().context("a replay has no replay_id")?.to_owned())
}

async fn look(api: &Api, id: &str) -> anyhow::Result<Value> {
    api.get(&format!("/api/v1/admin/replays/{id}")).await
}

/// Waits until a replay has put its tables in place.
async fn ended(api: &Api, id: &str) -> anyhow::Result<Value> {
    let begun = Instant::now();
    loop {
        let state = look(api, id).await?;
        match state["phase"].as_str() {
            Some("swapped") => return Ok(state),
            Some("failed" | "cancelled") => bail!("the replay ended as {state}"),
            _ => ensure!(begun.elapsed() < REPLAY_MAX, "the replay does not end: {state}"),
        }
        tokio::time::sleep(POLL).await;
    }
}

//! Reports over a full log with many events: the dashboard, now and as of past moments, and the audit trail.

use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use hyper::{StatusCode, Uri};
use tokio::task::JoinSet;

use super::Bench;
use crate::api::Event;
use crate::load::{Load, Requests};
use crate::row::{Bar, Row};

/// The bar of the issue for a dashboard and for a search, in milliseconds.
const P99_MS: f64 = 50.0;
/// People who look at reports at the same moment.
const REPORT_CONNECTIONS: usize = 2;
/// Requests that prepare the programme at once.
const PREPARING: usize = 16;
/// How many different past positions, accounts and streams are asked about.
const QUESTIONS: u64 = 500;
/// How long the reports may take to catch up before the bench goes on.
const CATCH_UP_MAX: Duration = Duration::from_mins(3);
const POLL: Duration = Duration::from_millis(50);

/// Fills the log up to its size and asks.
pub(super) async fn all(bench: &mut Bench) -> anyhow::Result<()> {
    let programme = programme(bench).await?;
    fill(bench, &programme).await?;
    caught_up(bench).await?;
    let head = bench.api()?.head().await?;
    let dashboard = "/api/v1/admin/analytics/dashboard";
    ask(bench, "dashboard, as of now", vec![dashboard.parse()?], head).await?;
    let past = |question: u64| format!("{dashboard}?as_of_position={}", head * (question + 1) / (QUESTIONS + 1));
    ask(bench, "dashboard, as of past positions", paths(past)?, head).await?;
    let actors = bench.people.accounts.clone();
    let actor = |question: u64| format!("/api/v1/admin/audit?actor={}", actors[spread(question, actors.len())]);
    ask(bench, "audit search by actor", paths(actor)?, head).await?;
    let show = |question: u64| &programme[spread(question, programme.len())].id;
    let stream = |question: u64| format!("/api/v1/admin/audit?stream=show-{}", show(question));
    ask(bench, "audit search by stream", paths(stream)?, head).await
}

fn spread(question: u64, count: usize) -> usize {
    question as usize * 7 % count.max(1)
}

fn paths(path: impl Fn(u64) -> String) -> anyhow::Result<Vec<Uri>> {
    (0..QUESTIONS).map(|question| Ok(path(question).parse()?)).collect()
}

/// Puts many events on the programme.
async fn programme(bench: &Bench) -> anyhow::Result<Vec<Event>> {
    let shows = bench.plan.shows;
    bench.say(&format!("putting {shows} events on the programme"));
    let (mut tasks, mut events) = (JoinSet::new(), Vec::with_capacity(shows));
    for number in 1..=shows {
        let api = bench.api()?;
        tasks.spawn(async move { api.event(&format!("Programme, evening {number}"), super::PLENTY).await });
        if tasks.len() >= PREPARING {
            events.push(tasks.join_next().await.context("a task was just started")???);
        }
    }
    while let Some(event) = tasks.join_next().await {
        events.push(event??);
    }
    Ok(events)
}

/// Sells tickets of all of these until the log has its size, and some of each in any case.
async fn fill(bench: &mut Bench, programme: &[Event]) -> anyhow::Result<()> {
    let head = bench.api()?.head().await?;
    let missing = bench.plan.log_events.saturating_sub(head).max(bench.plan.of_programme);
    let what = format!("bookings spread over {} events", programme.len());
    let load = bench.load(Requests::book(programme), bench.plan.fill_max)?;
    let outcome = bench.run(&what, Load { warm_up: Duration::ZERO, requests_max: missing, ..load }).await;
    bench.rows.push(Row::of(what, &outcome));
    bench.caught_up().await?;
    Ok(())
}

/// Waits until the slower projections have everything, too.
pub(super) async fn caught_up(bench: &Bench) -> anyhow::Result<()> {
    bench.say("waiting for the reports to catch up");
    let (api, asked) = (bench.api()?, Instant::now());
    while api.largest_lag().await? > 0 {
        ensure!(asked.elapsed() < CATCH_UP_MAX, "the reports do not catch up");
        tokio::time::sleep(POLL).await;
    }
    Ok(())
}

async fn ask(bench: &mut Bench, name: &'static str, paths: Vec<Uri>, head: u64) -> anyhow::Result<()> {
    let requests = Requests { paths, ..Requests::get("/")? };
    let load = bench.load(requests, bench.plan.reports)?;
    let admin = [bench.people.admin.clone()].into();
    let outcome = bench.run(name, Load { customers: admin, connections: REPORT_CONNECTIONS, ..load }).await;
    let expected = outcome.count(StatusCode::OK);
    let remark = format!("{expected} answers of {} bytes; {head} events in the log", outcome.body_bytes);
    bench.rows.push(Row::of(name, &outcome).bar(Bar::P99AtMost(P99_MS)).remark(remark));
    Ok(())
}

//! What sealing the log costs those who book, and how far it stays behind them.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use anyhow::ensure;

use super::{Bench, Sum};
use crate::api::Api;
use crate::load::{Outcome, Requests};
use crate::row::{Bar, Figure, Row};

const WITH_SEALING: f64 = 0.95;
const LAG_S: f64 = 2.0;
/// How often the two take turns: a machine that wavers should waver for both.
const TURNS: usize = 2;
const SAMPLE: Duration = Duration::from_millis(100);
/// How long after the load everything must be under seal before the bench gives up.
const SEALED_MAX: Duration = Duration::from_secs(20);

pub(super) async fn all(bench: &mut Bench) -> anyhow::Result<()> {
    let (mut with, mut without, mut lag_s) = (Sum::default(), Sum::default(), 0_f64);
    for _ in 0..TURNS {
        bench.stop().await?;
        bench.start_with(&["--sealing", "off"]).await?;
        without.add(&book(bench, "bookings without sealing", false).await?.0);
        bench.stop().await?;
        bench.start().await?;
        let (outcome, behind_s) = book(bench, "bookings with sealing", true).await?;
        with.add(&outcome);
        lag_s = lag_s.max(behind_s);
    }
    let of_without = Bar::OfOther { name: "without", other: without.rate(), bar: WITH_SEALING };
    bench.rows.push(without.row("bookings without sealing"));
    let remark = format!("{TURNS} turns of each, each in a new process");
    bench.rows.push(with.row("bookings with sealing").bar(of_without).remark(remark));
    let row = Row::new("seal behind the log under full load, at most", Figure::Seconds(lag_s));
    bench.rows.push(row.bar(Bar::AtMost(LAG_S)).remark("from an event in the log to the checkpoint that covers it"));
    Ok(())
}

/// A load on a new event, and how long the seal took at most to cover what stood in the log.
async fn book(bench: &mut Bench, what: &str, is_sealed: bool) -> anyhow::Result<(Outcome, f64)> {
    let event = bench.event("Under seal").await?;
    let load = bench.load(Requests::book(&[event]), bench.plan.sealing)?;
    let (api, processes, lasts) = (bench.api()?, bench.processes(), load.warm_up + load.measure);
    bench.say(what);
    let watching = async { if is_sealed { largest_lag_s(&api, lasts).await } else { Ok(0.0) } };
    let (outcome, lag_s) = tokio::join!(load.run(processes), watching);
    bench.note(what, &outcome);
    bench.caught_up().await?;
    Ok((outcome, lag_s?))
}

/// Notes now and then how far the log goes, and when a checkpoint covers it.
async fn largest_lag_s(api: &Api, lasts: Duration) -> anyhow::Result<f64> {
    let (begun, mut open, mut largest_s) = (Instant::now(), VecDeque::new(), 0_f64);
    while begun.elapsed() < lasts || !open.is_empty() {
        if begun.elapsed() < lasts {
            open.push_back((api.head().await?, Instant::now()));
        }
        let sealed = api.metric("evently_sealed_position").await?;
        while let Some((_, noted)) = open.pop_front_if(|(head, _)| *head as f64 <= sealed) {
            largest_s = largest_s.max(noted.elapsed().as_secs_f64());
        }
        ensure!(
            begun.elapsed() < lasts + SEALED_MAX,
            "the log is not sealed {} s after the load",
            SEALED_MAX.as_secs()
        );
        tokio::time::sleep(SAMPLE).await;
    }
    Ok(largest_s)
}

//! What becomes of it when the log is full: memory, speed, and the time to read a large show again.

use std::time::{Duration, Instant};

use hyper::StatusCode;

use super::Bench;
use super::Sum;
use super::bookings::Sold;
use crate::api::Event;
use crate::cpu;
use crate::load::{Load, Outcome, Requests};
use crate::plan::TURNS;
use crate::row::{Bar, Figure, Row};

const RESIDENT_BYTES: f64 = (1_u64 << 30) as f64;
const GROWTH: f64 = 0.9;
const LOADING_S: f64 = 0.5;
const LOADING_MILLION_S: f64 = 1.0;
/// Snapshots are written when a show has been quiet for a while.
const SNAPSHOTS_WRITTEN: Duration = Duration::from_secs(6);

/// Measures it against the rate on a hot event in an empty log.
pub(super) async fn all(bench: &mut Bench, sold: Sold) -> anyhow::Result<()> {
    let Sold { empty_log, hot, of_hot } = sold;
    let (big, much_sold) = fill(bench, &hot, of_hot).await?;
    memory(bench)?;
    turns(bench, &much_sold, empty_log).await?;
    bench.say("waiting for the snapshots of what is quiet now");
    tokio::time::sleep(SNAPSHOTS_WRITTEN).await;
    bench.stop().await?;
    bench.start().await?;
    loading(bench, &big, bench.plan.big_show, LOADING_S).await?;
    loading(bench, &hot, bench.plan.million, LOADING_MILLION_S).await?;
    restarted(bench, empty_log).await
}

/// Fills the log: one big show, some with much sold, the rest for the hot one. Returns the first two.
async fn fill(bench: &mut Bench, hot: &Event, of_hot: u64) -> anyhow::Result<(Event, Vec<Event>)> {
    let (plan, begun) = (bench.plan, Instant::now());
    let big = bench.event("A hundred thousand").await?;
    let mut much_sold = Vec::with_capacity(TURNS);
    for turn in 1..=TURNS {
        much_sold.push(bench.event(&format!("Half sold, evening {turn}")).await?);
    }
    sell(bench, "filling the log: one big event", std::slice::from_ref(&big), plan.big_show, begun).await?;
    let of_all = plan.much_sold * TURNS as u64;
    sell(bench, "filling the log: events with much sold", &much_sold, of_all, begun).await?;
    let missing = plan.million.saturating_sub(of_hot);
    let what = format!("filling the log: {missing} more bookings of the hot event");
    let filled = sell(bench, &what, std::slice::from_ref(hot), missing, begun).await?;
    let lag = bench.caught_up().await?;
    let caught_up = lag.gone_after_s.map_or_else(|| "not gone".into(), |seconds| format!("gone after {seconds:.2} s"));
    let remark = format!("{} bookings in the log; projector lag {caught_up}", bench.bookings);
    if filled.answers > 0 {
        bench.rows.push(Row::of("bookings while the log is filled", &filled).remark(remark));
    }
    let of_hot = of_hot + filled.count(StatusCode::CREATED);
    if of_hot < plan.million {
        let wanted = plan.million;
        bench.trouble.push(format!("the hot event has {of_hot} bookings instead of {wanted}: the time was up"));
    }
    Ok((big, much_sold))
}

/// Sells so many tickets of these events, in the time that filling has left.
async fn sell(
    bench: &mut Bench,
    what: &str,
    events: &[Event],
    bookings: u64,
    begun: Instant,
) -> anyhow::Result<Outcome> {
    let measure = bench.plan.fill_max.saturating_sub(begun.elapsed());
    let load = bench.load(Requests::book(events), measure)?;
    Ok(bench.run(what, Load { warm_up: Duration::ZERO, requests_max: bookings, ..load }).await)
}

fn memory(bench: &mut Bench) -> anyhow::Result<()> {
    let processes = bench.server()?.processes;
    let Some((now, peak)) = processes.server.and_then(cpu::resident) else {
        bench.trouble.push("resident memory is not known without /proc".into());
        return Ok(());
    };
    let postgres = processes.postmaster.map_or(0, cpu::postgres_memory);
    let mib = |bytes: u64| bytes >> 20;
    let row = Row::new("resident memory of the server", Figure::Bytes(now)).bar(Bar::AtMost(RESIDENT_BYTES));
    let (bookings, peak, postgres) = (bench.bookings, mib(peak), mib(postgres));
    bench
        .rows
        .push(row.remark(format!("after {bookings} bookings; peak {peak} MiB; Postgres beside it {postgres} MiB")));
    Ok(())
}

/// A fresh event and one with much sold take turns, so that both see the same machine.
async fn turns(bench: &mut Bench, much_sold: &[Event], empty_log: f64) -> anyhow::Result<()> {
    let (mut fresh_sum, mut sold_sum) = (Sum::default(), Sum::default());
    for (turn, sold) in much_sold.iter().enumerate() {
        let fresh = bench.event(&format!("Fresh, evening {}", turn + 1)).await?;
        for (event, what, sum) in
            [(&fresh, "full log: fresh event", &mut fresh_sum), (sold, "full log: event with much sold", &mut sold_sum)]
        {
            let load = bench.load(Requests::book(std::slice::from_ref(event)), bench.plan.turn)?;
            let outcome = bench.run(what, Load { warm_up: bench.plan.warm_up / 2, ..load }).await;
            sum.add(&outcome);
        }
    }
    bench.caught_up().await?;
    let of_empty = Bar::OfOther { name: "empty log", other: empty_log, bar: GROWTH };
    let of_fresh = Bar::OfOther { name: "fresh event", other: fresh_sum.rate(), bar: GROWTH };
    bench.rows.push(fresh_sum.row("bookings, full log, fresh event").bar(of_empty));
    let sold_before = bench.plan.much_sold;
    let row = sold_sum.row("bookings, full log, event with much sold").bar(of_fresh);
    bench.rows.push(row.remark(format!("{sold_before} sold before; {TURNS} turns of each")));
    Ok(())
}

/// The first booking of a show that has to be read from the log.
async fn loading(bench: &mut Bench, big: &Event, bookings: u64, bar: f64) -> anyhow::Result<()> {
    bench.say("first booking of a big event after the restart");
    let (api, asked) = (bench.api()?, Instant::now());
    api.book(big).await?;
    let took = Figure::Seconds(asked.elapsed().as_secs_f64());
    bench.bookings += 1;
    let name = format!("loading a show of {bookings} bookings");
    bench.rows.push(Row::new(name, took).bar(Bar::AtMost(bar)).remark("its first booking after a restart"));
    Ok(())
}

async fn restarted(bench: &mut Bench, empty_log: f64) -> anyhow::Result<()> {
    let name = "bookings, full log, new event after a restart";
    let event = bench.event("The morning after").await?;
    let load = bench.load(Requests::book(&[event]), bench.plan.restarted)?;
    let outcome = bench.run(name, load).await;
    let of_empty = Bar::OfOther { name: "empty log", other: empty_log, bar: GROWTH };
    bench.rows.push(Row::of(name, &outcome).bar(of_empty));
    bench.caught_up().await?;
    Ok(())
}

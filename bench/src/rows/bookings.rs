//! Bookings and refusals in a log that is empty at first.

use hyper::StatusCode;

use super::{Bench, Lag};
use crate::api::Event;
use crate::load::{Outcome, Requests};
use crate::plan::EVENTS;
use crate::row::{Bar, Figure, Row};

/// The bars of the issue: of the no-op endpoint, and times the row lock.
const BOOKINGS_OF_NOOP: f64 = 0.5;
const BOOKINGS_TIMES_ROW_LOCK: f64 = 15.0;
const REFUSALS_OF_NOOP: f64 = 0.7;
const LAG_S: f64 = 1.0;

/// What the other rows go on with.
pub(super) struct Sold {
    /// The rate on one hot event in an empty log.
    pub(super) empty_log: f64,
    /// That event.
    pub(super) hot: Event,
    /// Its bookings.
    pub(super) of_hot: u64,
}

/// Measures them.
pub(super) async fn all(bench: &mut Bench) -> anyhow::Result<Sold> {
    let hot = bench.event("The one everybody wants").await?;
    let before = bench.bookings;
    let empty_log = sell(bench, "bookings, one hot event", std::slice::from_ref(&hot)).await?;
    let mut of_hot = bench.bookings - before;
    let mut events = Vec::with_capacity(EVENTS);
    for number in 1..=EVENTS {
        events.push(bench.event(&format!("Chamber music, evening {number}")).await?);
    }
    sell(bench, "bookings, 100 events", &events).await?;
    let before = bench.bookings;
    with_keys(bench, &hot).await?;
    of_hot += bench.bookings - before;
    refusals(bench).await?;
    Ok(Sold { empty_log, hot, of_hot })
}

async fn sell(bench: &mut Bench, name: &'static str, events: &[Event]) -> anyhow::Result<f64> {
    let load = bench.load(Requests::book(events), bench.plan.bookings)?;
    let outcome = bench.run(name, load).await;
    let lag = bench.caught_up().await?;
    bench.rows.push(bars(Row::of(name, &outcome)));
    bench.rows.push(lag_row(&lag));
    Ok(outcome.rate())
}

fn bars(row: Row) -> Row {
    row.bar(Bar::OfNoop(BOOKINGS_OF_NOOP)).bar(Bar::TimesRowLock(BOOKINGS_TIMES_ROW_LOCK))
}

fn lag_row(lag: &Lag) -> Row {
    let events = lag.at_end.map_or_else(|| "over 100,000".into(), |events| events.to_string());
    let figure = Figure::Seconds(lag.gone_after_s.unwrap_or(f64::INFINITY));
    Row::new("  projector lag gone after that", figure)
        .bar(Bar::AtMost(LAG_S))
        .remark(format!("{events} events behind when the load ended"))
}

async fn with_keys(bench: &mut Bench, hot: &Event) -> anyhow::Result<()> {
    let name = "bookings with Idempotency-Key, one hot event";
    let requests = Requests { keyed: true, ..Requests::book(std::slice::from_ref(hot)) };
    let load = bench.load(requests, bench.plan.keyed)?;
    let outcome = bench.run(name, load).await;
    bench.rows.push(Row::of(name, &outcome));
    bench.caught_up().await?;
    Ok(())
}

async fn refusals(bench: &mut Bench) -> anyhow::Result<()> {
    let name = "sold-out refusals, one hot event";
    let api = bench.api()?;
    let event = api.event("One seat", 1).await?;
    api.book(&event).await?;
    bench.bookings += 1;
    let requests = Requests { expected: StatusCode::CONFLICT, ..Requests::book(&[event]) };
    let load = bench.load(requests, bench.plan.refusals)?;
    let outcome: Outcome = bench.run(name, load).await;
    bench.rows.push(Row::of(name, &outcome).bar(Bar::OfNoop(REFUSALS_OF_NOOP)));
    Ok(())
}

//! What everything else is held against: an endpoint that does nothing, and a row lock.

use std::time::Duration;

use bytes::Bytes;
use hyper::StatusCode;

use super::Bench;
use crate::baseline;
use crate::load::Requests;
use crate::noop::PATH;
use crate::plan::BASELINE_POOLS;
use crate::row::{Figure, Row};
use crate::server::Server;

/// As large as a booking, which the endpoint does not look at.
const BODY: Bytes = Bytes::from_static(&[b' '; 150]);

/// The rate of the endpoint that does nothing.
pub(super) async fn noop(bench: &mut Bench, name: &'static str, measure: Duration) -> anyhow::Result<f64> {
    bench.server = Some(Server::noop(&bench.place).await?);
    let load = bench.load(Requests::post(PATH, vec![BODY], StatusCode::OK), measure)?;
    let outcome = bench.run(name, load).await;
    if let Some(server) = bench.server.take() {
        server.kill().await?;
    }
    bench.rows.push(Row::of(name, &outcome));
    Ok(outcome.rate())
}

/// The rate of the usual way to sell a seat.
pub(super) async fn row_lock(bench: &mut Bench) -> anyhow::Result<f64> {
    let options = baseline::prepare(&bench.place.postgres()).await?;
    let mut best: Option<baseline::Locked> = None;
    for connections in BASELINE_POOLS {
        bench.say(&format!("row lock through sqlx, {connections} connections"));
        let locked = baseline::sell(&options, connections, bench.plan.baseline, bench.processes()).await?;
        if best.as_ref().is_none_or(|best| best.rate < locked.rate) {
            best = Some(locked);
        }
    }
    let Some(best) = best else { return Ok(0.0) };
    let row =
        Row::new("row lock, one hot row, without HTTP", Figure::PerSecond(best.rate)).cpu(best.used, best.seconds);
    bench.rows.push(row.remark(format!("best of pools of {BASELINE_POOLS:?}: {}", best.connections)));
    Ok(best.rate)
}

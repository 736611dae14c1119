//! The export of a large event's bookings: how fast, and that the server keeps none of it in memory.

use std::time::Duration;

use hyper::StatusCode;

use super::Bench;
use crate::api::Event;
use crate::cpu;
use crate::load::{Load, Requests};
use crate::row::{Bar, Figure, Row};

const GROWTH_BYTES: f64 = (64_u64 << 20) as f64;
/// The longest an export may take.
const EXPORT_MAX: Duration = Duration::from_mins(1);
const SAMPLE: Duration = Duration::from_millis(20);

/// Exports once. `hot` is the event with the most bookings.
pub(super) async fn all(bench: &mut Bench, hot: &Event) -> anyhow::Result<()> {
    let path = format!("/api/v1/admin/events/{}/bookings/export?format=csv", hot.id);
    let admin = [bench.people.admin.clone()].into();
    let load = bench.load(Requests::get(&path)?, EXPORT_MAX)?;
    let load = Load { customers: admin, connections: 1, warm_up: Duration::ZERO, requests_max: 1, ..load };
    let processes = bench.processes();
    let Some((before, _)) = processes.server.and_then(cpu::resident) else { return Ok(()) };
    bench.say("exporting the bookings of the hot event");
    let mut largest = before;
    let exporting = load.run(processes);
    tokio::pin!(exporting);
    let exported = loop {
        tokio::select! {
            exported = &mut exporting => break exported,
            () = tokio::time::sleep(SAMPLE) => {
                let now = processes.server.and_then(cpu::resident).map_or(0, |(now, _)| now);
                largest = largest.max(now);
            }
        }
    };
    bench.note("export", &exported);
    let (bytes, seconds) = (exported.body_bytes, exported.latency.map_or(0.0, |latency| latency.p50 / 1_000.0));
    let name = format!("memory growth while {} bookings are exported", bench.plan.million);
    let remark = format!("{} MiB of CSV in {seconds:.1} s", bytes >> 20);
    bench.rows.push(
        Row::new(name, Figure::Bytes(largest.saturating_sub(before))).bar(Bar::AtMost(GROWTH_BYTES)).remark(remark),
    );
    if exported.count(StatusCode::OK) != 1 {
        bench.trouble.push("the export did not come".into());
    }
    Ok(())
}

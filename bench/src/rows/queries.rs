//! Live availability and the public list, at rest and while bookings go on.

use super::Bench;
use crate::load::{Load, Requests};
use crate::plan::CONNECTIONS;
use crate::row::{Bar, Row};

const QUERIES_OF_NOOP: f64 = 0.6;
/// Connections that book while the others look.
const BOOKING_CONNECTIONS: usize = 64;

pub(super) async fn all(bench: &mut Bench) -> anyhow::Result<()> {
    let event = bench.event("The one everybody looks at").await?;
    bench.api()?.book(&event).await?;
    bench.bookings += 1;
    bench.caught_up().await?;
    let seats = format!("/api/v1/events/{}/seats", event.id);
    look(bench, "GET /events/{id}/seats", &seats).await?;
    look(bench, "GET /events", "/api/v1/events").await?;

    let looking = bench.load(Requests::get(&seats)?, bench.plan.queries_while_booking)?;
    let looking = Load { connections: CONNECTIONS - BOOKING_CONNECTIONS, ..looking };
    let booking = Load {
        requests: Requests::book(std::slice::from_ref(&event)),
        connections: BOOKING_CONNECTIONS,
        ..looking.clone()
    };
    let name = "GET /events/{id}/seats while it sells";
    bench.say(name);
    let processes = bench.processes();
    let (looked, booked) = tokio::join!(looking.run(processes), booking.run(processes));
    bench.note(name, &looked);
    bench.note(name, &booked);
    let remark = format!("while {BOOKING_CONNECTIONS} of the connections made {:.0} bookings/s", booked.rate());
    bench.rows.push(Row::of(name, &looked).remark(remark));
    bench.caught_up().await?;
    Ok(())
}

async fn look(bench: &mut Bench, name: &'static str, path: &str) -> anyhow::Result<()> {
    let load = bench.load(Requests::get(path)?, bench.plan.queries)?;
    let outcome = bench.run(name, load).await;
    let remark = format!("{} bytes an answer", outcome.body_bytes);
    bench.rows.push(Row::of(name, &outcome).bar(Bar::OfNoop(QUERIES_OF_NOOP)).remark(remark));
    Ok(())
}

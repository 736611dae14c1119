//! Holds: the best seats of a house until it is sold out, and holds that nobody confirms.

use std::time::Duration;

use bytes::Bytes;
use hyper::StatusCode;
use serde_json::json;

use super::{Bench, Sum};
use crate::api::{BOOKINGS, Event};
use crate::load::{Load, Requests};
use crate::row::{Bar, Row};

/// The bars of the issue: holds per second, and of the no-op endpoint.
const BEST_AVAILABLE_PER_SECOND: f64 = 5_000.0;
const CHURN_OF_NOOP: f64 = 0.4;
/// The longest a house may take to be sold out.
const HOUSE_MAX: Duration = Duration::from_secs(20);
/// More than all holds that can be open at once.
const CHURN_CAPACITY: u32 = 500_000;

/// How long after the load the last of its holds lapses: these rows would disturb the next ones.
const LAST_LAPSE: Duration = Duration::from_secs(7);

pub(super) async fn all(bench: &mut Bench) -> anyhow::Result<()> {
    best_available(bench).await?;
    churn(bench).await
}

/// One to four seats side by side, as near to the middle of the front as can be, until all are held.
async fn best_available(bench: &mut Bench) -> anyhow::Result<()> {
    let name = "best-available holds of 1 to 4 seats";
    let mut sum = Sum::default();
    for number in 1..=bench.plan.houses {
        let house = bench.api()?.house(&format!("The house, evening {number}"), bench.plan.sections).await?;
        let bodies = (1..=4).map(|quantity| best(&house, quantity)).collect();
        let requests = Requests::post(BOOKINGS, bodies, StatusCode::CREATED);
        let load = bench.load(Requests { until: Some(StatusCode::CONFLICT), ..requests }, HOUSE_MAX)?;
        let outcome = bench.run(name, Load { warm_up: Duration::ZERO, ..load }).await;
        sum.add(&outcome);
        bench.caught_up().await?;
    }
    let seats = bench.plan.sections * 2_000;
    let remark = format!("until sold out; {} houses of {seats} seats; {} holds", bench.plan.houses, sum.answers());
    bench.rows.push(sum.row(name).bar(Bar::AtLeast(BEST_AVAILABLE_PER_SECOND)).remark(remark));
    Ok(())
}

fn best(house: &Event, quantity: u32) -> Bytes {
    let item = json!({ "ticket_type_id": house.ticket_type, "best_available": { "quantity": quantity } });
    Bytes::from(json!({ "event_id": house.id, "items": [item], "hold": true }).to_string())
}

/// Every hold lapses after five seconds, so from then on each new one comes with the lapse of an old one.
async fn churn(bench: &mut Bench) -> anyhow::Result<()> {
    let name = "holds that lapse, one hot event";
    let event = bench.api()?.event_of_short_holds("Undecided", CHURN_CAPACITY).await?;
    let item = json!({ "ticket_type_id": event.ticket_type, "quantity": 1 });
    let body = Bytes::from(json!({ "event_id": event.id, "items": [item], "hold": true }).to_string());
    let load = bench.load(Requests::post(BOOKINGS, vec![body], StatusCode::CREATED), bench.plan.churn)?;
    let outcome = bench.run(name, Load { warm_up: bench.plan.churn_warm_up, ..load }).await;
    bench.rows.push(Row::of(name, &outcome).bar(Bar::OfNoop(CHURN_OF_NOOP)));
    bench.say("waiting for the last holds to lapse");
    tokio::time::sleep(LAST_LAPSE).await;
    bench.caught_up().await?;
    Ok(())
}

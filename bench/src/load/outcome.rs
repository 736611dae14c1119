//! What a load has found out.

use std::collections::BTreeMap;

use hdrhistogram::Histogram;
use hyper::StatusCode;

use super::connection::Tally;
use crate::cpu::Used;

/// Three digits are more than the noise leaves.
const DIGITS: u8 = 3;

/// The sum of all connections.
pub(crate) struct Outcome {
    /// Expected answers in the measured time.
    pub(crate) answers: u64,
    pub(crate) seconds: f64,
    pub(crate) latency: Option<LatencyMs>,
    /// Of all answers, the warm-up's too.
    pub(crate) statuses: BTreeMap<u16, u64>,
    /// The mean body of an answer.
    pub(crate) body_bytes: u64,
    pub(crate) used: Used,
    pub(crate) surprises: Vec<String>,
}

/// Milliseconds between sending and having the whole answer.
#[derive(Clone, Copy)]
pub(crate) struct LatencyMs {
    pub(crate) p50: f64,
    pub(crate) p95: f64,
    pub(crate) p99: f64,
}

impl Outcome {
    pub(super) fn of(tallies: Vec<Tally>, seconds: f64, used: Used) -> Self {
        let mut histogram = Histogram::<u64>::new(DIGITS).ok();
        let (mut statuses, mut surprises) = (BTreeMap::<u16, u64>::new(), Vec::new());
        let (mut answers, mut body_bytes) = (0_u64, 0_u64);
        for tally in tallies {
            answers += tally.latencies_us.len() as u64;
            body_bytes += tally.body_bytes;
            for latency_us in tally.latencies_us {
                // The histogram grows by itself, so nothing is out of its range.
                let _ = histogram.as_mut().map(|histogram| histogram.record(u64::from(latency_us)));
            }
            for (status, count) in tally.statuses {
                *statuses.entry(status).or_default() += count;
            }
            surprises.extend(tally.surprise);
        }
        let latency = histogram.filter(|histogram| !histogram.is_empty()).map(|histogram| {
            let quantile = |quantile: f64| histogram.value_at_quantile(quantile) as f64 / 1_000.0;
            LatencyMs { p50: quantile(0.5), p95: quantile(0.95), p99: quantile(0.99) }
        });
        let body_bytes = body_bytes.checked_div(answers).unwrap_or(0);
        Self { answers, seconds, latency, statuses, body_bytes, used, surprises }
    }

    /// Expected answers per second.
    pub(crate) fn rate(&self) -> f64 {
        if self.seconds > 0.0 { self.answers as f64 / self.seconds } else { 0.0 }
    }

    /// How many answers had this status, the warm-up's too.
    pub(crate) fn count(&self, status: StatusCode) -> u64 {
        self.statuses.get(&status.as_u16()).copied().unwrap_or(0)
    }
}

//! How much a replay takes at once and how long it rests in between, so that those who buy hardly notice.

use std::sync::Arc;
use std::time::{Duration, Instant};

use event_log::{EventLog, Position};

use crate::error::FoldError;

/// Events of a page while the log is quiet. A page is one transaction; larger ones gain nothing more.
const QUIET_PAGE_EVENTS: usize = 50_000;
/// Events of a page while others write: a short burst of work.
const BUSY_PAGE_EVENTS: usize = 5_000;
/// From so many new events a second on the log is not quiet.
const BUSY_EVENTS_PER_S: f64 = 50.0;
/// How long it rests after a page while others write, in times of the page's own duration.
const REST_FACTOR: f64 = 4.0;
/// It must still be this many times as fast as those who write, or it would never catch up. It may take its time.
const LEAD_FACTOR: f64 = 1.25;
/// The longest single rest, in seconds.
const REST_S_MAX: f64 = 5.0;
/// The least span over which the log's growth is measured, in seconds.
const SPAN_S_MIN: f64 = 0.2;

/// Watches how fast the log grows.
pub(super) struct Pace {
    log: Arc<dyn EventLog>,
    measured: Option<(Instant, Position)>,
    growth_per_s: Option<f64>,
}

impl Pace {
    pub(super) fn new(log: Arc<dyn EventLog>) -> Self {
        Self { log, measured: None, growth_per_s: None }
    }

    /// How many events to fold next. Nobody knows at first how busy the log is.
    pub(super) fn page_events(&self) -> usize {
        match self.growth_per_s {
            Some(growth) if growth < BUSY_EVENTS_PER_S => QUIET_PAGE_EVENTS,
            _ => BUSY_PAGE_EVENTS,
        }
    }

    /// Rests after a page of so many events that took so long. Tells how far the log goes now.
    pub(super) async fn rest(&mut self, events: usize, worked: Duration) -> Result<Position, FoldError> {
        let head = self.log.head().await?;
        let (since, from) = *self.measured.get_or_insert((Instant::now(), head));
        let seconds = since.elapsed().as_secs_f64();
        if seconds >= SPAN_S_MIN {
            self.growth_per_s = Some(head.saturating_sub(from) as f64 / seconds);
            self.measured = Some((Instant::now(), head));
        }
        let rest = rest_s(self.growth_per_s.unwrap_or(0.0), events as f64, worked.as_secs_f64());
        tokio::time::sleep(Duration::from_secs_f64(rest)).await;
        Ok(head)
    }
}

/// How long to rest, in seconds.
fn rest_s(growth_per_s: f64, events: f64, worked_s: f64) -> f64 {
    if growth_per_s < BUSY_EVENTS_PER_S {
        return 0.0;
    }
    let to_keep_ahead = events / (LEAD_FACTOR * growth_per_s) - worked_s;
    (REST_FACTOR * worked_s).min(to_keep_ahead).clamp(0.0, REST_S_MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rests_only_while_others_write_and_never_falls_behind_them() {
        let rests = |growth, events, worked, expected: f64| {
            assert!((rest_s(growth, events, worked) - expected).abs() < 1e-9, "{growth} {events} {worked}");
        };
        rests(0.0, 5_000.0, 0.1, 0.0);
        rests(1_000.0, 5_000.0, 0.1, 0.4);
        // 5,000 events in 0.4 s is faster than they are, and leaves 0.3 s to rest.
        rests(10_000.0, 5_000.0, 0.1, 0.3);
        rests(100_000.0, 5_000.0, 0.1, 0.0);
    }
}

//! How far a replay is, as its worker knows it from moment to moment.

use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use event_log::Position;

use super::job::Job;

/// The least span over which speed is measured, in seconds.
const SPAN_S_MIN: f64 = 1.0;

/// Told by whoever builds, written down by whoever says that the worker lives.
pub(super) struct Progress(Mutex<Inner>);

struct Inner {
    told: Told,
    /// From when and where on speed is measured.
    since: Instant,
    from: Position,
}

/// What there is to write down.
#[derive(Clone, Copy, Debug)]
pub(super) struct Told {
    pub(super) phase: &'static str,
    pub(super) position: Position,
    pub(super) head: Position,
    pub(super) events_per_s: u64,
}

impl Progress {
    pub(super) fn of(job: &Job) -> Self {
        let phase = if job.phase == "rolling_back" { "rolling_back" } else { "building" };
        let told = Told { phase, position: job.position(), head: job.head(), events_per_s: 0 };
        Self(Mutex::new(Inner { told, since: Instant::now(), from: told.position }))
    }

    /// A new phase begins.
    pub(super) fn enters(&self, phase: &'static str) {
        self.with(|inner| inner.told.phase = phase);
    }

    /// It must come so far.
    pub(super) fn aims_at(&self, head: Position) {
        self.with(|inner| inner.told.head = head);
    }

    /// It begins where an earlier worker left off; that was not this one's speed.
    pub(super) fn begins_at(&self, position: Position) {
        self.with(|inner| {
            (inner.told.position, inner.from, inner.since) = (position, position, Instant::now());
        });
    }

    /// It has come so far.
    pub(super) fn reaches(&self, position: Position) {
        self.with(|inner| {
            inner.told.position = position;
            let seconds = inner.since.elapsed().as_secs_f64();
            if seconds >= SPAN_S_MIN || inner.told.events_per_s == 0 {
                let events = position.saturating_sub(inner.from) as f64;
                inner.told.events_per_s = rounded(events / seconds.max(0.001));
            }
            if seconds >= SPAN_S_MIN {
                (inner.since, inner.from) = (Instant::now(), position);
            }
        });
    }

    pub(super) fn told(&self) -> Told {
        self.with(|inner| inner.told)
    }

    fn with<T>(&self, act: impl FnOnce(&mut Inner) -> T) -> T {
        // Nothing that holds it can panic half way.
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// A speed is never negative and stays far below 2^63.
#[expect(clippy::cast_sign_loss, reason = "a speed is not negative")]
fn rounded(speed: f64) -> u64 {
    speed.round() as u64
}

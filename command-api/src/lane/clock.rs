//! What time it is, for the lanes: an argument of theirs, as it is an argument of every decision.

use std::sync::Arc;

use chrono::{DateTime, SubsecRound, Utc};

/// Tells the time.
pub type Clock = Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>;

/// The machine's clock, as precisely as Postgres keeps times.
pub fn system_clock() -> Clock {
    Arc::new(|| Utc::now().trunc_subsecs(6))
}

/// A clock that never goes back, whatever the one behind it does: what has lapsed stays lapsed.
pub(super) struct Forwards {
    clock: Clock,
    latest: DateTime<Utc>,
}

impl Forwards {
    pub(super) fn new(clock: Clock) -> Self {
        Self { clock, latest: DateTime::<Utc>::MIN_UTC }
    }

    pub(super) fn now(&mut self) -> DateTime<Utc> {
        self.latest = self.latest.max((self.clock)());
        self.latest
    }
}

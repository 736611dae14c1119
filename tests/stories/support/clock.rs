//! A clock that jumps: stories about quarters of an hour and about years wait for neither.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{DateTime, TimeDelta, Utc};
use command_api::lane::{Clock, system_clock};

/// Time as the writing side of a world is told it. It never goes back.
#[derive(Clone, Default)]
pub(crate) struct Time {
    ahead_us: Arc<AtomicI64>,
}

impl Time {
    /// What a platform is given.
    pub(crate) fn clock(&self) -> Clock {
        let (ahead_us, system) = (self.ahead_us.clone(), system_clock());
        Arc::new(move || system() + TimeDelta::microseconds(ahead_us.load(Ordering::SeqCst)))
    }

    /// What time it is.
    pub(crate) fn now(&self) -> DateTime<Utc> {
        (self.clock())()
    }

    /// So much later.
    pub(crate) fn jump(&self, by: TimeDelta) {
        self.ahead_us.fetch_add(by.num_microseconds().unwrap(), Ordering::SeqCst);
    }

    /// To some moment that lies ahead.
    pub(crate) fn jump_to(&self, moment: &str) {
        let by = moment.parse::<DateTime<Utc>>().unwrap() - self.now();
        assert!(by > TimeDelta::zero(), "{moment} is over");
        self.jump(by);
    }
}

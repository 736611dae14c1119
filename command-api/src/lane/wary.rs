//! Remembering for a while that some client sent a key that another stream had spent.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How long, in seconds, keys are looked up before they reach a lane once one was found spent elsewhere.
const WARY_S: u64 = 60;

/// Until when keys are looked up before they reach a lane.
#[derive(Default)]
pub(super) struct Wary(Mutex<Option<Instant>>);

impl Wary {
    pub(super) fn begin(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now() + Duration::from_secs(WARY_S));
    }

    pub(super) fn is_so(&self) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).is_some_and(|until| Instant::now() < until)
    }
}

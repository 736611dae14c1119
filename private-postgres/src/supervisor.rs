//! Keeps one server running: starts it, waits for its end, starts it again, until told to stop.
//! A thread of its own, so that the server depends on no async runtime and outlives each of them.

use std::process::ChildStdin;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::Context;
use tokio::sync::watch;

use crate::cluster::Log;
use crate::guard::Guarded;
use crate::place::Place;
use crate::previous;

const BACKOFF_MIN: Duration = Duration::from_millis(100);
const BACKOFF_MAX: Duration = Duration::from_secs(2);
/// A server that ran this long was well: the next pause is short again.
const WELL_AFTER: Duration = Duration::from_secs(5);

/// The server as it is kept running.
#[derive(Debug)]
pub(crate) struct Supervisor {
    shared: Arc<Shared>,
    ended: watch::Receiver<bool>,
}

#[derive(Debug)]
struct Shared {
    state: Mutex<State>,
    stopped: Condvar,
}

#[derive(Debug, Default)]
struct State {
    stopping: bool,
    lifeline: Option<ChildStdin>,
    pid: Option<u32>,
    failures: Failures,
}

/// Starts that did not last, since the last one that did.
#[derive(Clone, Debug, Default)]
pub(crate) struct Failures {
    pub(crate) count: u32,
    pub(crate) last_reason: String,
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        // Every change is a single assignment, so a panic elsewhere leaves nothing half done.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn set_running(&self, pid: u32, lifeline: ChildStdin) {
        let mut state = self.state();
        if !state.stopping {
            state.lifeline = Some(lifeline);
            state.pid = Some(pid);
        }
    }

    /// Notes the end of a run and waits before the next one; false if there is to be none.
    fn pause(&self, pause: Duration, failures: Failures) -> bool {
        let mut state = self.state();
        state.pid = None;
        state.lifeline = None;
        if state.stopping {
            return false;
        }
        tracing::warn!(reason = failures.last_reason, "PostgreSQL ended by itself; it is started again");
        state.failures = failures;
        let waited = self.stopped.wait_timeout_while(state, pause, |state| !state.stopping);
        let (state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        !state.stopping
    }
}

impl Supervisor {
    /// Starts `program` with `arguments` in `place` and keeps it running.
    pub(crate) fn start(
        place: Arc<Place>,
        program: std::path::PathBuf,
        arguments: Vec<String>,
    ) -> anyhow::Result<Self> {
        let shared = Arc::new(Shared { state: Mutex::default(), stopped: Condvar::new() });
        let (tell, ended) = watch::channel(false);
        let of_thread = Arc::clone(&shared);
        let keep = move || {
            keep_running(&of_thread, &place, &program, &arguments);
            tell.send_replace(true);
        };
        thread::Builder::new().name("private-postgres".to_owned()).spawn(keep).context("no thread for PostgreSQL")?;
        Ok(Self { shared, ended })
    }

    /// Process id of the server, while there is one.
    pub(crate) fn pid(&self) -> Option<u32> {
        self.shared.state().pid
    }

    /// The starts that failed.
    pub(crate) fn failures(&self) -> Failures {
        self.shared.state().failures.clone()
    }

    /// Asks the server to end. Returns at once.
    pub(crate) fn stop(&self) {
        let mut state = self.shared.state();
        state.stopping = true;
        state.lifeline = None;
        self.shared.stopped.notify_all();
    }

    /// Waits until the server has ended, which it does only after [`Supervisor::stop`].
    pub(crate) async fn ended(&self) {
        // An error means that the thread is gone, and then the server's lifeline is gone as well.
        let _ = self.ended.clone().wait_for(|ended| *ended).await;
    }
}

fn keep_running(shared: &Shared, place: &Place, program: &std::path::Path, arguments: &[String]) {
    let mut backoff = BACKOFF_MIN;
    let mut failures = Failures::default();
    loop {
        let started = Instant::now();
        let end = run(shared, place, program, arguments);
        if started.elapsed() > WELL_AFTER {
            backoff = BACKOFF_MIN;
            failures.count = 0;
        }
        failures.count += 1;
        failures.last_reason = end.unwrap_or_else(|error| format!("{error:#}"));
        if !shared.pause(backoff, failures.clone()) {
            return;
        }
        backoff = (backoff * 2).min(BACKOFF_MAX);
    }
}

/// One run of the server from start to end; tells why it ended.
fn run(shared: &Shared, place: &Place, program: &std::path::Path, arguments: &[String]) -> anyhow::Result<String> {
    previous::retire(&place.cluster())?;
    let log = Log::open(place)?;
    let (server, lifeline) = Guarded::start(&place.account, program, arguments, log.file.try_clone()?)?;
    shared.set_running(server.pid, lifeline);
    let status = server.wait()?;
    Ok(log.reason(status))
}

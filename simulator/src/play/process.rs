//! One command-api process: its lanes, its line to the log, its clock.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use command_api::lane::{LaneSettings, Lanes, Snapshots};
use domain::show::{Command, Show};
use event_log::EventLog;
use tokio::task::JoinHandle;
use tokio::time::Instant;

use crate::faulty_log::{Line, SharedLog};
use crate::history::Remembered;
use crate::ids::Of;
use crate::plan::{By, Plan};
use crate::words::{self, BEGINNING_US};

/// A process.
pub(super) struct Process {
    pub(super) lanes: Lanes<Show>,
    tasks: Vec<JoinHandle<()>>,
    pub(super) line: Arc<Line>,
    pub(super) clock: Arc<WallClock>,
}

impl Process {
    pub(super) fn start(plan: &Plan, log: &Arc<SharedLog>, begun: Instant, offset_ms: i64) -> Self {
        let clock = Arc::new(WallClock { begun, offset_ms: offset_ms.into(), latest_us: i64::MIN.into() });
        let line = Line::new(log);
        let as_log: Arc<dyn EventLog> = line.clone();
        let snapshots = match plan.snapshots_every {
            0 => Snapshots::Off,
            events => Snapshots::Every(events.into()),
        };
        let tells = clock.clone();
        let clock_of_lanes = Arc::new(move || words::timestamp(tells.now_us()));
        let settings = LaneSettings { count: plan.lanes.into(), clock: clock_of_lanes, snapshots };
        let (lanes, tasks) = Lanes::start(&as_log, settings);
        Self { lanes, tasks, line, clock }
    }

    pub(super) fn dies(&self) {
        self.tasks.iter().for_each(JoinHandle::abort);
    }

    pub(super) fn is_alive(&self) -> bool {
        self.lanes.alive() && self.tasks.iter().all(|task| !task.is_finished())
    }

    /// What it has in memory of a show, with everything settled that is due.
    pub(super) async fn remembers(&self, show: u8, whose: &str) -> Option<Remembered> {
        let id = Of::Show.id(u64::from(show));
        let by = words::actor(By::Platform);
        let settled = self.lanes.execute(id, Command::Settle, by, Of::Attempt.id(u64::MAX), Show::clone).await;
        let (position, state) = settled.ok().map(|done| (done.committed.position, done.view))?;
        Some(Remembered { show, whose: whose.into(), position, state })
    }
}

/// The clock of a process: it goes with the time of the run, and jumps when it is told to.
pub(super) struct WallClock {
    begun: Instant,
    offset_ms: AtomicI64,
    /// The latest time it showed before it was set back.
    latest_us: AtomicI64,
}

impl WallClock {
    pub(super) fn now_us(&self) -> i64 {
        let elapsed = self.begun.elapsed().as_millis() as i64;
        BEGINNING_US + (elapsed + self.offset()) * 1_000
    }

    /// The latest time it has shown so far. Lanes do not follow it back.
    pub(super) fn latest_us(&self) -> i64 {
        self.latest_us.load(Ordering::Relaxed).max(self.now_us())
    }

    pub(super) fn offset(&self) -> i64 {
        self.offset_ms.load(Ordering::Relaxed)
    }

    pub(super) fn jump(&self, ms: i64) {
        self.latest_us.store(self.latest_us(), Ordering::Relaxed);
        self.offset_ms.fetch_add(ms, Ordering::Relaxed);
    }
}

//! A lane: the task that owns a share of the aggregates and appends their events in batches.
//!
//! One loop. It takes everything that waits, decides each command in order on the state including
//! the events of those before it, appends all new events in one call, then replies. One batch is
//! in flight while the next gathers; there is no timer, so a lone command costs one commit and a
//! crowd makes its own batches. Nobody is answered before the commit.

mod batch;
mod clock;
mod command;
mod commit;
mod fold;
mod load;
mod memory;
mod snapshot;
mod snapshotting;
mod wary;

use std::sync::Arc;

use domain::aggregate::Aggregate;
use event_log::{AppendError, EventLog, StreamId, Version};
use tokio::sync::mpsc;
use uuid::Uuid;

pub use clock::{Clock, system_clock};
pub use command::{Committed, Done, Refused};
pub use snapshotting::{SNAPSHOT_EVERY_EVENTS, SNAPSHOT_QUIET_S, SNAPSHOT_TAIL_EVENTS_MAX, Snapshots};

use batch::Batch;
use clock::Forwards;
use command::Waiting;
use commit::commit;
use fold::Folded;
use load::{Load, Loading};
use memory::Memory;
use snapshotting::Notes;
use wary::Wary;

/// The most commands that wait in front of one lane. More are refused with 503.
pub const MAILBOX_COMMANDS_MAX: usize = 16_384;
/// The most commands decided and appended together.
pub const BATCH_COMMANDS_MAX: usize = 1_024;
/// The most commands that wait for one aggregate to be read from the log.
pub const LOADING_COMMANDS_MAX: usize = 8_192;
/// How often a command is decided before its sender is told to try again later.
pub const ATTEMPTS_MAX: u32 = 8;
/// The most loads that wait to be taken in.
const LOADS_MAX: usize = 1_024;

/// How lanes work.
#[derive(Clone)]
pub struct LaneSettings {
    /// How many lanes share the aggregates; at least one.
    pub count: usize,
    /// Tells them the time.
    pub clock: Clock,
    /// When they let snapshots be written.
    pub snapshots: Snapshots,
}

impl Default for LaneSettings {
    /// One lane with the machine's clock.
    fn default() -> Self {
        Self { count: 1, clock: system_clock(), snapshots: Snapshots::Background }
    }
}

/// The doors of all lanes of one kind of aggregate.
pub struct Lanes<A: Aggregate> {
    mailboxes: Arc<[mpsc::Sender<Waiting<A>>]>,
    wary: Arc<Wary>,
}

impl<A: Aggregate> Clone for Lanes<A> {
    fn clone(&self) -> Self {
        Self { mailboxes: self.mailboxes.clone(), wary: self.wary.clone() }
    }
}

impl<A: Aggregate> Lanes<A> {
    /// Starts lanes on a log. They end once every clone of this door is gone and all that waits is
    /// answered, and with them ends the task that writes snapshots; the handles tell when.
    pub fn start(log: &Arc<dyn EventLog>, settings: LaneSettings) -> (Self, Vec<tokio::task::JoinHandle<()>>) {
        let LaneSettings { count, clock, snapshots } = settings;
        let (notes, snapshotting) = snapshotting::start::<A>(log, snapshots);
        let (mut tasks, wary) = (Vec::from_iter(snapshotting), Arc::new(Wary::default()));
        let open = |_| {
            let (mailbox, commands) = mpsc::channel(MAILBOX_COMMANDS_MAX);
            let lane = Lane {
                log: log.clone(),
                clock: Forwards::new(clock.clone()),
                commands,
                wary: wary.clone(),
                notes: notes.clone(),
                memory: Memory::default(),
                loading: Loading::default(),
                loads: mpsc::channel(LOADS_MAX),
            };
            tasks.push(tokio::spawn(lane.run()));
            mailbox
        };
        let mailboxes = (0..count.max(1)).map(open).collect();
        (Self { mailboxes, wary }, tasks)
    }

    /// How many commands wait in front of all lanes.
    pub fn depth(&self) -> usize {
        self.mailboxes.iter().map(|mailbox| mailbox.max_capacity() - mailbox.capacity()).sum()
    }

    /// Whether some client lately sent a key that another stream had spent. Such a key fails the batch
    /// it comes in, at everybody's cost; for a while it is cheaper to look keys up beforehand.
    pub fn is_wary_of_keys(&self) -> bool {
        self.wary.is_so()
    }

    /// Whether every lane is at work.
    pub fn alive(&self) -> bool {
        self.mailboxes.iter().all(|mailbox| !mailbox.is_closed())
    }

    fn mailbox(&self, id: Uuid) -> &mpsc::Sender<Waiting<A>> {
        let share = id.as_u128() % self.mailboxes.len() as u128;
        &self.mailboxes[share as usize]
    }
}

/// The task behind one mailbox.
struct Lane<A: Aggregate> {
    log: Arc<dyn EventLog>,
    clock: Forwards,
    commands: mpsc::Receiver<Waiting<A>>,
    wary: Arc<Wary>,
    notes: Notes,
    memory: Memory<A>,
    loading: Loading<A>,
    loads: (mpsc::Sender<Load<A>>, mpsc::Receiver<Load<A>>),
}

impl<A: Aggregate> Lane<A> {
    async fn run(mut self) {
        let mut gathered = Vec::new();
        loop {
            // Whoever is ready to ask gets in first. Not a timer: when nobody is, this takes no time; in a
            // crowd it makes batches larger, and each commit serves more of them.
            tokio::task::yield_now().await;
            tokio::select! {
                biased;
                Some(load) = self.loads.1.recv() => self.take_in(load, &mut gathered),
                taken = self.commands.recv_many(&mut gathered, BATCH_COMMANDS_MAX) => {
                    if taken == 0 && self.loading.is_empty() {
                        return;
                    }
                    if taken == 0 {
                        // The doors are closed; only those who wait for a load are left.
                        let Some(load) = self.loads.1.recv().await else { return };
                        self.take_in(load, &mut gathered);
                    }
                }
            }
            let ready = self.route(&mut gathered);
            self.work(ready).await;
            // Between batches nothing refers to what is in memory, so it is safe to drop some.
            self.memory.evict();
            self.loading.start(&self.log, &self.loads.0);
        }
    }

    /// Keeps back commands whose aggregate is not in memory until it has been read.
    fn route(&mut self, gathered: &mut Vec<Waiting<A>>) -> Vec<Waiting<A>> {
        let mut ready = Vec::with_capacity(gathered.len());
        for waiting in gathered.drain(..) {
            if self.memory.contains(waiting.id) {
                ready.push(waiting);
            } else {
                self.loading.wait(waiting);
            }
        }
        ready
    }

    fn take_in(&mut self, load: Load<A>, gathered: &mut Vec<Waiting<A>>) {
        let waiting = self.loading.finish(load.id);
        match load.outcome {
            Ok(Folded { loaded, snapshot, recorded }) => {
                for waiting in waiting {
                    if recorded.contains(&waiting.command_id) {
                        // It was in the log all along: only the reply to the append was lost.
                        let committed = Committed { position: loaded.position, repeated: false };
                        waiting.reply_done(&loaded.state, committed);
                    } else {
                        gathered.push(waiting);
                    }
                }
                self.notes.loaded(load.id, snapshot, loaded.version);
                self.memory.put(load.id, loaded);
            }
            Err(reason) => {
                tracing::warn!(category = A::CATEGORY, id = %load.id, reason, "an aggregate cannot be read");
                waiting.into_iter().for_each(Waiting::reply_unavailable);
            }
        }
    }

    async fn work(&mut self, ready: Vec<Waiting<A>>) {
        if ready.is_empty() {
            return;
        }
        metrics::histogram!("evently_lane_batch_commands").record(ready.len() as f64);
        metrics::gauge!("evently_lane_depth_commands", "aggregate" => A::CATEGORY).set(self.commands.len() as f64);
        let now = self.clock.now();
        let mut batch = Batch::decide(&mut self.memory, ready, now);
        let outcome = commit(&self.log, batch.unproven(&self.memory), batch.appends(), now).await;
        match outcome {
            Ok(first) => {
                for append in batch.appends() {
                    let version = append.expected_version;
                    self.notes.appended(append.stream.id(), version, version + append.events.len() as Version);
                }
                batch.reply(&mut self.memory, first);
            }
            Err(AppendError::Unavailable(reason)) => {
                tracing::warn!(reason, "the log cannot be written");
                batch.forget(&mut self.memory).for_each(Waiting::reply_unavailable);
            }
            Err(AppendError::KeysSpent(keys)) => {
                self.wary.begin();
                let keys = written(&self.log, keys).await;
                let (spent, others) = batch.split_spent(&mut self.memory, &keys);
                let nobody = spent.is_empty();
                for waiting in spent {
                    waiting.reply_rejected(A::key_spent());
                }
                if nobody {
                    return self.again(others);
                }
                // The others are not to blame, and do not come nearer to their last attempt.
                for waiting in others {
                    self.loading.wait(waiting);
                }
            }
            Err(error @ (AppendError::Conflict | AppendError::Unknown(_))) => {
                tracing::debug!(%error, "a batch is decided again");
                if matches!(error, AppendError::Unknown(_)) {
                    batch.doubt();
                }
                let waiting = batch.forget(&mut self.memory).collect();
                self.again(waiting);
            }
        }
    }

    /// Reads the aggregates again and decides again: safe, because commands are idempotent.
    fn again(&mut self, waiting: Vec<Waiting<A>>) {
        for mut waiting in waiting {
            waiting.attempts += 1;
            if waiting.attempts >= ATTEMPTS_MAX {
                waiting.reply_unavailable();
            } else {
                self.loading.wait(waiting);
            }
        }
    }
}

/// Those of these keys that are in the log. Two of one batch may carry the same key; until one of them is
/// written, nobody can be told that it is spent.
async fn written(log: &Arc<dyn EventLog>, keys: Vec<(Uuid, StreamId)>) -> Vec<(Uuid, StreamId)> {
    let mut written = Vec::with_capacity(keys.len());
    for (key, _) in keys {
        if let Ok(Some(stream)) = log.find_key(key).await {
            written.push((key, stream));
        }
    }
    written
}

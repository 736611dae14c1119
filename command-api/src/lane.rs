//! A lane: the task that owns a share of the aggregates and appends their events in batches.
//!
//! One loop. It takes everything that waits, decides each command in order on the state including
//! the events of those before it, appends all new events in one call, then replies. One batch is
//! in flight while the next gathers; there is no timer, so a lone command costs one commit and a
//! crowd makes its own batches. Nobody is answered before the commit.

mod batch;
mod command;
mod load;
mod memory;

use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

use chrono::{DateTime, SubsecRound, Utc};
use domain::aggregate::Aggregate;
use event_log::{AppendError, EventLog, Position, StreamAppend, StreamId, Version};
use tokio::sync::mpsc;
use uuid::Uuid;

pub use command::{Committed, Done, Refused};

use batch::Batch;
use command::Waiting;
use load::{Load, Loading};
use memory::Memory;

/// The most commands that wait in front of one lane. More are refused with 503.
pub const MAILBOX_COMMANDS_MAX: usize = 16_384;
/// The most commands decided and appended together.
pub const BATCH_COMMANDS_MAX: usize = 1_024;
/// The most commands that wait for one aggregate to be read from the log.
pub const LOADING_COMMANDS_MAX: usize = 8_192;
/// How often a command is decided before its sender is told to try again later.
pub const ATTEMPTS_MAX: u32 = 8;
/// How long, in seconds, keys are looked up before they reach a lane once one was found spent elsewhere.
const WARY_S: u64 = 60;
/// The most loads that wait to be taken in.
const LOADS_MAX: usize = 1_024;

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
    /// Starts `count` lanes on a log. They end once every clone of this door is gone and all that
    /// waits is answered; the handles tell when.
    pub fn start(log: &Arc<dyn EventLog>, count: usize) -> (Self, Vec<tokio::task::JoinHandle<()>>) {
        let (mut tasks, wary) = (Vec::new(), Arc::new(Wary::default()));
        let open = |_| {
            let (mailbox, commands) = mpsc::channel(MAILBOX_COMMANDS_MAX);
            tasks.push(tokio::spawn(Lane::new(log.clone(), commands, wary.clone()).run()));
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

/// Until when keys are looked up before they reach a lane.
#[derive(Default)]
struct Wary(std::sync::Mutex<Option<Instant>>);

impl Wary {
    fn begin(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now() + Duration::from_secs(WARY_S));
    }

    fn is_so(&self) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).is_some_and(|until| Instant::now() < until)
    }
}

/// The task behind one mailbox.
struct Lane<A: Aggregate> {
    log: Arc<dyn EventLog>,
    commands: mpsc::Receiver<Waiting<A>>,
    wary: Arc<Wary>,
    memory: Memory<A>,
    loading: Loading<A>,
    loads: (mpsc::Sender<Load<A>>, mpsc::Receiver<Load<A>>),
}

impl<A: Aggregate> Lane<A> {
    fn new(log: Arc<dyn EventLog>, commands: mpsc::Receiver<Waiting<A>>, wary: Arc<Wary>) -> Self {
        Self {
            log,
            commands,
            wary,
            memory: Memory::default(),
            loading: Loading::default(),
            loads: mpsc::channel(LOADS_MAX),
        }
    }

    async fn run(mut self) {
        let mut gathered = Vec::with_capacity(BATCH_COMMANDS_MAX);
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
            Ok(loaded) => {
                for waiting in waiting {
                    if load.recorded.contains(&waiting.command_id) {
                        // It was in the log all along: only the reply to the append was lost.
                        let committed = Committed { position: loaded.position, repeated: false };
                        waiting.reply_done(&loaded.state, committed);
                    } else {
                        gathered.push(waiting);
                    }
                }
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
        let now = now();
        let batch = Batch::decide(&mut self.memory, ready, now);
        let outcome = commit(&*self.log, batch.unproven(&self.memory), batch.appends(), now).await;
        match outcome {
            Ok(last) => batch.reply(&mut self.memory, last),
            Err(AppendError::Unavailable(reason)) => {
                tracing::warn!(reason, "the log cannot be written");
                batch.forget(&mut self.memory).for_each(Waiting::reply_unavailable);
            }
            Err(AppendError::KeysSpent(keys)) => {
                self.wary.begin();
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

/// Appends what was decided. Where a refusal or a repeat rests on memory alone (`unproven`), the
/// stream's version is compared first, because another process may have written since.
async fn commit(
    log: &dyn EventLog,
    unproven: (Vec<StreamId>, Vec<Version>),
    appends: &[StreamAppend],
    now: DateTime<Utc>,
) -> Result<Option<Position>, AppendError> {
    let (streams, expected) = unproven;
    if !streams.is_empty() {
        let versions = log.versions(&streams).await.map_err(|error| AppendError::Unavailable(error.0))?;
        if versions != expected {
            return Err(AppendError::Conflict);
        }
    }
    if appends.is_empty() {
        return Ok(None);
    }
    let begun = Instant::now();
    let appended = log.append(appends, now).await?;
    metrics::histogram!("evently_commit_seconds").record(begun.elapsed().as_secs_f64());
    Ok(Some(appended.first))
}

/// Now, as precisely as Postgres keeps it.
fn now() -> DateTime<Utc> {
    Utc::now().trunc_subsecs(6)
}

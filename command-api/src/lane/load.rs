//! Reading aggregates from the log without stopping the lane: their commands wait, others go on.

use std::collections::HashMap;
use std::sync::Arc;

use domain::aggregate::Aggregate;
use event_log::{EventLog, Version};
use tokio::sync::mpsc;
use uuid::Uuid;

use super::LOADING_COMMANDS_MAX;
use super::command::Waiting;
use super::fold::{self, Folded, Sought};

/// An aggregate that was read, or why it was not.
pub(super) struct Load<A> {
    pub(super) id: Uuid,
    pub(super) outcome: Result<Folded<A>, String>,
}

/// Commands whose aggregates are being read.
pub(super) struct Loading<A: Aggregate> {
    waiting: HashMap<Uuid, Vec<Waiting<A>>>,
    not_started: Vec<Uuid>,
    commands: usize,
}

impl<A: Aggregate> Default for Loading<A> {
    fn default() -> Self {
        Self { waiting: HashMap::new(), not_started: Vec::new(), commands: 0 }
    }
}

impl<A: Aggregate> Loading<A> {
    pub(super) fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// Lets a command wait for its aggregate.
    pub(super) fn wait(&mut self, waiting: Waiting<A>) {
        if self.commands >= LOADING_COMMANDS_MAX {
            // One that was decided before may be in the log; only a new one certainly is not.
            return if waiting.attempts > 0 { waiting.reply_unavailable() } else { waiting.reply_overloaded() };
        }
        self.commands += 1;
        let id = waiting.id;
        let queue = self.waiting.entry(id).or_default();
        if queue.is_empty() {
            self.not_started.push(id);
        }
        queue.push(waiting);
    }

    /// Starts reading every aggregate that is newly waited for.
    pub(super) fn start(&mut self, log: &Arc<dyn EventLog>, loads: &mpsc::Sender<Load<A>>) {
        for id in self.not_started.drain(..) {
            let sought = sought(self.waiting.get(&id).into_iter().flatten());
            let (log, loads) = (log.clone(), loads.clone());
            tokio::spawn(async move {
                let outcome = fold::read(&log, id, &sought).await;
                // The lane is gone only when the process ends.
                let _ = loads.send(Load { id, outcome }).await;
            });
        }
    }

    /// The commands that waited for an aggregate.
    pub(super) fn finish(&mut self, id: Uuid) -> Vec<Waiting<A>> {
        let waiting = self.waiting.remove(&id).unwrap_or_default();
        self.commands -= waiting.len();
        waiting
    }
}

fn sought<'a, A: Aggregate>(waiting: impl Iterator<Item = &'a Waiting<A>>) -> Sought {
    let mut sought = Sought { after: Version::MAX, ..Sought::default() };
    for waiting in waiting {
        if let Some(after) = waiting.may_be_written_after() {
            sought.ids.insert(waiting.command_id);
            sought.after = sought.after.min(after);
        }
    }
    sought
}

//! Reading aggregates from the log without stopping the lane: their commands wait, others go on.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use domain::aggregate::Aggregate;
use domain::event::DomainEvent;
use event_log::{EventLog, PAGE_EVENTS_MAX, StreamId};
use tokio::sync::mpsc;
use uuid::Uuid;

use super::LOADING_COMMANDS_MAX;
use super::command::Waiting;
use super::memory::Loaded;

/// An aggregate that was read, or why it was not.
pub(super) struct Load<A> {
    pub(super) id: Uuid,
    pub(super) outcome: Result<Loaded<A>, String>,
    /// Those of the waiting commands that turned out to be in the log already.
    pub(super) recorded: HashSet<Uuid>,
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
            let retried = self.waiting.get(&id).into_iter().flatten().filter(|waiting| waiting.attempts > 0);
            let sought: HashSet<Uuid> = retried.map(|waiting| waiting.command_id).collect();
            let (log, loads) = (log.clone(), loads.clone());
            tokio::spawn(async move {
                let mut recorded = HashSet::new();
                let outcome = read(&*log, id, &sought, &mut recorded).await;
                // The lane is gone only when the process ends.
                let _ = loads.send(Load { id, outcome, recorded }).await;
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

async fn read<A: Aggregate>(
    log: &dyn EventLog,
    id: Uuid,
    sought: &HashSet<Uuid>,
    recorded: &mut HashSet<Uuid>,
) -> Result<Loaded<A>, String> {
    let begun = std::time::Instant::now();
    let stream = StreamId::new(A::CATEGORY, id);
    let mut loaded = Loaded { state: A::default(), version: 0, position: 0 };
    loop {
        let page = log.read_stream(stream, loaded.version).await.map_err(|error| error.to_string())?;
        for event in &page {
            // An event that this Evently does not know may forbid what it is about to allow, so an
            // aggregate, unlike a projection, cannot pass over it.
            let fact = A::Event::decode(&event.event_type, event.schema_version, &event.payload)
                .map_err(|error| error.to_string())?;
            loaded.state.evolve(&fact);
            loaded.version = event.version;
            loaded.position = event.position;
            if sought.contains(&event.metadata.command_id) {
                recorded.insert(event.metadata.command_id);
            }
        }
        if page.len() < PAGE_EVENTS_MAX {
            metrics::histogram!("evently_load_seconds").record(begun.elapsed().as_secs_f64());
            return Ok(loaded);
        }
    }
}

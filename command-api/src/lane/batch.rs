//! Deciding many commands in a row, and answering them once it is known what the log holds.

use std::collections::{HashMap, HashSet};

use bytes::Bytes;
use chrono::{DateTime, Utc};
use domain::aggregate::{Aggregate, Asked};
use domain::event::DomainEvent;
use event_log::{NewEvent, Position, StreamAppend, StreamId, Version};
use uuid::Uuid;

use super::command::{Committed, Waiting};
use super::memory::Memory;

/// Commands that were decided together, on states that already contain their events.
pub(super) struct Batch<A: Aggregate> {
    decided: Vec<Decided<A>>,
    appends: Vec<StreamAppend>,
    /// Where in `appends` each aggregate's events are; `None` if it decided none.
    touched: HashMap<Uuid, Option<usize>>,
}

struct Decided<A: Aggregate> {
    waiting: Waiting<A>,
    /// How many events its aggregate has in this batch, its own included; 0 if it decided none.
    outcome: Result<usize, A::Rejection>,
}

impl<A: Aggregate> Batch<A> {
    /// Decides each command on the state that includes the events of those before it.
    pub(super) fn decide(memory: &mut Memory<A>, commands: Vec<Waiting<A>>, at: DateTime<Utc>) -> Self {
        let decided = Vec::with_capacity(commands.len());
        let mut batch = Self { decided, appends: Vec::new(), touched: HashMap::new() };
        for waiting in commands {
            let outcome = batch.decide_one(memory, &waiting, at);
            batch.decided.push(Decided { waiting, outcome });
        }
        batch
    }

    fn decide_one(
        &mut self,
        memory: &mut Memory<A>,
        waiting: &Waiting<A>,
        at: DateTime<Utc>,
    ) -> Result<usize, A::Rejection> {
        let place = self.touched.entry(waiting.id).or_insert(None);
        let Some(loaded) = memory.get(waiting.id) else {
            // The lane routes only commands whose aggregate is in memory, and drops none while it decides.
            return Ok(0);
        };
        let events = loaded.state.decide(&waiting.command, &Asked { by: waiting.by, at })?;
        if events.is_empty() {
            return Ok(0);
        }
        let appends = &mut self.appends;
        let index = *place.get_or_insert_with(|| {
            let stream = StreamId::new(A::CATEGORY, waiting.id);
            appends.push(StreamAppend { stream, expected_version: loaded.version, events: Vec::new() });
            appends.len() - 1
        });
        for event in events {
            loaded.state.evolve(&event);
            appends[index].events.push(NewEvent {
                event_id: Uuid::now_v7(),
                event_type: event.event_type(),
                schema_version: event.schema_version(),
                payload: Bytes::from(event.encode()),
                key: event.key(),
                metadata: waiting.metadata(),
            });
        }
        Ok(appends[index].events.len())
    }

    /// What is to be written.
    pub(super) fn appends(&self) -> &[StreamAppend] {
        &self.appends
    }

    /// The streams whose answers rest on memory alone, and the versions memory has. The others are
    /// proven by their append.
    pub(super) fn unproven(&self, memory: &Memory<A>) -> (Vec<StreamId>, Vec<Version>) {
        let unproven = self.touched.iter().filter(|(_, append)| append.is_none());
        unproven.map(|(id, _)| (StreamId::new(A::CATEGORY, *id), memory.version(*id))).unzip()
    }

    /// Answers everybody, now that the events stand in the log from position `first` on.
    pub(super) fn reply(self, memory: &mut Memory<A>, first: Option<Position>) {
        let mut next = first.unwrap_or(0);
        let mut firsts = Vec::with_capacity(self.appends.len());
        for append in &self.appends {
            firsts.push(next);
            next += append.events.len() as Position;
            if let Some(loaded) = memory.get(append.stream.id()) {
                loaded.version += append.events.len() as Version;
                loaded.position = next - 1;
            }
            memory.weigh(append.stream.id());
        }
        for Decided { waiting, outcome } in self.decided {
            let Some(loaded) = memory.get(waiting.id) else {
                waiting.reply_unavailable();
                continue;
            };
            match (outcome, self.touched.get(&waiting.id)) {
                (Err(rejection), _) => waiting.reply_rejected(rejection),
                (Ok(events), Some(Some(append))) if events > 0 => {
                    let position = firsts[*append] + events as Position - 1;
                    waiting.reply_done(&loaded.state, Committed { position, repeated: false });
                }
                (Ok(_), _) => {
                    let committed = Committed { position: loaded.position, repeated: true };
                    waiting.reply_done(&loaded.state, committed);
                }
            }
        }
    }

    /// Throws away every state this batch has touched: none of them agrees with the log for sure.
    /// Gives back the commands.
    pub(super) fn forget(self, memory: &mut Memory<A>) -> impl Iterator<Item = Waiting<A>> + use<A> {
        for id in self.touched.keys() {
            memory.drop(*id);
        }
        self.decided.into_iter().map(|decided| decided.waiting)
    }

    /// Forgets everything, and tells commands whose key another stream has spent from the rest.
    pub(super) fn split_spent(
        self,
        memory: &mut Memory<A>,
        keys: &[(Uuid, StreamId)],
    ) -> (Vec<Waiting<A>>, Vec<Waiting<A>>) {
        let mut spent: HashSet<Uuid> = HashSet::new();
        for append in &self.appends {
            let elsewhere = |event: &&NewEvent| {
                keys.iter().any(|(key, stream)| Some(*key) == event.key && *stream != append.stream)
            };
            spent.extend(append.events.iter().filter(elsewhere).map(|event| event.metadata.command_id));
        }
        self.forget(memory).partition(|waiting| spent.contains(&waiting.command_id))
    }
}

//! Deciding many commands in a row, and answering them once it is known what the log holds.

use std::collections::{HashMap, HashSet};

use bytes::Bytes;
use chrono::{DateTime, Utc};
use domain::access::Actor;
use domain::aggregate::{Aggregate, Asked, settle_all};
use domain::event::DomainEvent;
use domain::planted;
use event_log::{Metadata, NewEvent, Position, StreamAppend, StreamId, Version};
use uuid::Uuid;

use super::command::{Committed, Waiting};
use super::memory::Memory;

/// Commands that were decided together, on states that already contain their events.
pub(super) struct Batch<A: Aggregate> {
    decided: Vec<Decided<A>>,
    appends: Vec<StreamAppend>,
    /// Where in `appends` each aggregate's events are; `None` if it has none.
    touched: HashMap<Uuid, Option<usize>>,
    /// What stands as the command of events that nobody asked for, once there are any.
    housekeeping: Option<Uuid>,
}

struct Decided<A: Aggregate> {
    waiting: Waiting<A>,
    outcome: Result<Obeyed, A::Rejection>,
}

/// A command that was not refused.
struct Obeyed {
    /// How many events its aggregate has in this batch, up to its own and what was settled after them.
    events: usize,
    /// It decided none itself.
    repeated: bool,
}

impl<A: Aggregate> Batch<A> {
    /// Decides each command on the state that includes the events of those before it.
    pub(super) fn decide(memory: &mut Memory<A>, commands: Vec<Waiting<A>>, at: DateTime<Utc>) -> Self {
        let decided = Vec::with_capacity(commands.len());
        let mut batch = Self { decided, appends: Vec::new(), touched: HashMap::new(), housekeeping: None };
        for waiting in commands {
            let outcome = batch.decide_one(memory, &waiting, at);
            batch.decided.push(Decided { waiting, outcome });
        }
        batch
    }

    /// What is due by itself comes first, so that the decision finds nothing overdue; what follows from
    /// the decision comes with it, so that nobody gets in between. All of it is one append.
    fn decide_one(
        &mut self,
        memory: &mut Memory<A>,
        waiting: &Waiting<A>,
        at: DateTime<Utc>,
    ) -> Result<Obeyed, A::Rejection> {
        self.touched.entry(waiting.id).or_insert(None);
        let Some(loaded) = memory.get(waiting.id) else {
            // The lane routes only commands whose aggregate is in memory, and drops none while it decides.
            return Ok(Obeyed { events: 0, repeated: true });
        };
        let version = loaded.version;
        self.settled(waiting, version, None, settle_all(&mut loaded.state, at));
        let decided = loaded.state.decide(&waiting.command, &Asked { by: waiting.by, at })?;
        let repeated = decided.is_empty();
        if !repeated {
            for event in &decided {
                loaded.state.evolve(event);
            }
            let first = self.obeyed(waiting, version, decided);
            self.settled(waiting, version, first, settle_all(&mut loaded.state, at));
        }
        let place = self.touched.get(&waiting.id).copied().flatten();
        Ok(Obeyed { events: place.map_or(0, |place| self.appends[place].events.len()), repeated })
    }

    /// Records what a command decided; tells the first of it. What a person asked for follows from the
    /// command; what the platform or the payment provider said has its consequences in the same decision.
    fn obeyed(&mut self, waiting: &Waiting<A>, version: Version, events: Vec<A::Event>) -> Option<Uuid> {
        let (metadata, nobody) = (waiting.metadata(), waiting.by.account_id.0.is_nil());
        let mut first = None;
        self.record(waiting.id, version, events, metadata, |_, event_id| {
            let cause = first.filter(|_| nobody).or(waiting.causation_id);
            first = first.or(Some(event_id));
            cause
        });
        first
    }

    /// Records what nobody asked for. It has a command id of its own, so that a command's id in the log
    /// always means that the command was obeyed. It follows from `cause`, or from what time alone made
    /// happen just before it.
    fn settled(&mut self, occasion: &Waiting<A>, version: Version, cause: Option<Uuid>, events: Vec<A::Event>) {
        if events.is_empty() {
            return;
        }
        let command_id = *self.housekeeping.get_or_insert_with(Uuid::now_v7);
        let command_id = if planted!("housekeeping-takes-command-id") { occasion.command_id } else { command_id };
        let actor = Actor::PLATFORM.account_id.0;
        let metadata = Metadata { actor, command_id, ..occasion.metadata() };
        let mut latest = cause;
        self.record(occasion.id, version, events, metadata, |event, event_id| {
            if A::is_by_time(event) {
                latest = Some(event_id);
                cause
            } else {
                latest
            }
        });
    }

    /// `cause` tells for each event and its id which one it follows from.
    fn record(
        &mut self,
        id: Uuid,
        version: Version,
        events: Vec<A::Event>,
        metadata: Metadata,
        mut cause: impl FnMut(&A::Event, Uuid) -> Option<Uuid>,
    ) {
        let appends = &mut self.appends;
        let place = *self.touched.entry(id).or_insert(None).get_or_insert_with(|| {
            let stream = StreamId::new(A::CATEGORY, id);
            appends.push(StreamAppend { stream, expected_version: version, events: Vec::new() });
            appends.len() - 1
        });
        appends[place].events.extend(events.into_iter().map(|event| {
            let event_id = Uuid::now_v7();
            NewEvent {
                event_id,
                event_type: event.event_type(),
                schema_version: event.schema_version(),
                payload: Bytes::from(event.encode()),
                key: event.key(),
                metadata: Metadata { causation_id: cause(&event, event_id), ..metadata },
            }
        }));
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
            let place = self.touched.get(&waiting.id).copied().flatten();
            match outcome {
                // An earlier attempt may still be written, unless another event has taken its place.
                Err(_) if waiting.may_yet_be_written_at(loaded.version) => waiting.reply_unavailable(),
                Err(rejection) => waiting.reply_rejected(rejection),
                Ok(Obeyed { events, repeated }) => {
                    let end = place.filter(|_| events > 0).map(|place| firsts[place] + events as Position - 1);
                    let position = end.unwrap_or(loaded.position);
                    waiting.reply_done(&loaded.state, Committed { position, repeated });
                }
            }
        }
    }

    /// Lets every command that decided something remember that it may be in the log.
    pub(super) fn doubt(&mut self) {
        for Decided { waiting, outcome } in &mut self.decided {
            let place = self.touched.get(&waiting.id).copied().flatten();
            let decided = matches!(outcome, Ok(Obeyed { repeated: false, .. }));
            if let Some(place) = place.filter(|_| decided || planted!("housekeeping-takes-command-id")) {
                waiting.doubt(self.appends[place].expected_version);
            }
        }
    }

    /// Throws away every state this batch has touched: none of them agrees with the log for sure.
    /// Gives back the commands.
    pub(super) fn forget(self, memory: &mut Memory<A>) -> impl Iterator<Item = Waiting<A>> + use<A> {
        for id in self.touched.keys().filter(|_| !planted!("keep-state-after-failed-append")) {
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

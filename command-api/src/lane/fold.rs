//! Reading one aggregate from the log: its last snapshot and the events after it, or all events.

use std::collections::HashSet;
use std::sync::Arc;

use domain::aggregate::Aggregate;
use domain::event::DomainEvent;
use domain::planted;
use event_log::{EventLog, PAGE_EVENTS_MAX, RecordedEvent, StreamId, Version};
use uuid::Uuid;

use super::memory::Loaded;
use super::snapshot;

/// Commands whose events may be in the log although nobody said so.
#[derive(Default)]
pub(super) struct Sought {
    /// Their ids.
    pub(super) ids: HashSet<Uuid>,
    /// Where the first of their events can be: after this version.
    pub(super) after: Version,
}

/// An aggregate as the log has it.
pub(super) struct Folded<A> {
    pub(super) loaded: Loaded<A>,
    /// The version of the snapshot it was made from; 0: none.
    pub(super) snapshot: Version,
    /// The sought commands that are in the log.
    pub(super) recorded: HashSet<Uuid>,
}

/// Reads an aggregate, from a snapshot if there is one that can be used.
pub(super) async fn read<A: Aggregate>(
    log: &Arc<dyn EventLog>,
    id: Uuid,
    sought: &Sought,
) -> Result<Folded<A>, String> {
    let begun = std::time::Instant::now();
    let stream = StreamId::new(A::CATEGORY, id);
    let mut folded = None;
    if let Some(loaded) = from_snapshot::<A>(log, stream).await {
        folded = follow(log, stream, loaded, sought).await?;
        if folded.is_none() {
            tracing::warn!(%stream, "a snapshot is not of this log; the stream is read from its start");
        }
    }
    if folded.is_none() {
        folded = follow(log, stream, Loaded::default(), sought).await?;
    }
    metrics::histogram!("evently_load_seconds").record(begun.elapsed().as_secs_f64());
    folded.ok_or_else(|| "the stream became shorter while it was read".into())
}

/// A snapshot is an aid: whatever is wrong with it, the stream itself can still be read.
async fn from_snapshot<A: Aggregate>(log: &Arc<dyn EventLog>, stream: StreamId) -> Option<Loaded<A>> {
    if A::SNAPSHOT_SCHEMA == 0 {
        return None;
    }
    let read = async {
        let Some(found) = log.read_snapshot(stream).await.map_err(|error| error.to_string())? else { return Ok(None) };
        snapshot::read(stream, found).await.map(Some).map_err(|error| error.to_string())
    };
    read.await.unwrap_or_else(|reason: String| {
        tracing::warn!(%stream, reason, "a snapshot is of no use; the stream is read from its start");
        None
    })
}

/// Takes in every event after `loaded`. None if the stream does not contain what `loaded` was made from.
async fn follow<A: Aggregate>(
    log: &Arc<dyn EventLog>,
    stream: StreamId,
    loaded: Loaded<A>,
    sought: &Sought,
) -> Result<Option<Folded<A>>, String> {
    let snapshot = loaded.version;
    let mut folded = Folded { loaded, snapshot, recorded: HashSet::new() };
    // The last event of the snapshot is read again, to see that it is the one the snapshot knows. Events
    // before it only matter to those who seek themselves among them.
    let mut after = snapshot.saturating_sub(1);
    if !sought.ids.is_empty() {
        after = after.min(sought.after);
    }
    let mut page = log.read_stream(stream, after).await.map_err(|error| error.to_string())?;
    loop {
        after = page.last().map_or(after, |last| last.version);
        // While this page is taken in, the next one is already on its way.
        let next = (page.len() >= PAGE_EVENTS_MAX).then(|| {
            let log = log.clone();
            tokio::spawn(async move { log.read_stream(stream, after).await })
        });
        if !folded.take_in(&page, sought)? {
            return Ok(None);
        }
        let Some(next) = next else { break };
        page = next.await.map_err(|error| error.to_string())?.map_err(|error| error.to_string())?;
    }
    Ok((after >= snapshot).then_some(folded))
}

impl<A: Aggregate> Folded<A> {
    /// Whether the page fits what was known before.
    fn take_in(&mut self, page: &[Arc<RecordedEvent>], sought: &Sought) -> Result<bool, String> {
        for event in page {
            if sought.ids.contains(&event.metadata.command_id) {
                self.recorded.insert(event.metadata.command_id);
            }
            if event.version == self.loaded.version && event.position != self.loaded.position {
                return Ok(false);
            }
            if event.version <= self.loaded.version {
                continue;
            }
            // An event that this Evently does not know may forbid what it is about to allow, so an
            // aggregate, unlike a projection, cannot pass over it.
            let fact = A::Event::decode(&event.event_type, event.schema_version, &event.payload)
                .map_err(|error| error.to_string())?;
            let forgotten = planted!("snapshot-version-off-by-one") && event.version == self.snapshot + 1;
            if !forgotten || self.snapshot == 0 {
                self.loaded.state.evolve(&fact);
            }
            self.loaded.version = event.version;
            self.loaded.position = event.position;
        }
        Ok(true)
    }
}

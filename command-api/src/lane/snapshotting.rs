//! Writing snapshots, beside the lanes and never in their way: lanes note how far a stream has come, and
//! one task reads it for itself, from the last snapshot on, and writes the next one.

use std::collections::BTreeMap;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use domain::aggregate::Aggregate;
use event_log::{EventLog, StreamId, Version};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep_until};
use uuid::Uuid;

use super::fold::{self, Sought};
use super::snapshot;

#[cfg(test)]
mod tests;

/// A stream is noted each time it has grown by so many events.
pub const SNAPSHOT_EVERY_EVENTS: u64 = 10_000;
/// How long, in seconds, a stream must not have been noted before a snapshot of it is written: while
/// tickets are sold, the machine has better things to do.
pub const SNAPSHOT_QUIET_S: u64 = 2;
/// A stream that has grown by so many events since its last snapshot gets one however busy it is.
pub const SNAPSHOT_TAIL_EVENTS_MAX: u64 = 200_000;
/// A snapshot is worth writing when the events since the last one are this part of all, one in so many:
/// then all snapshots of a stream together cost no more than a multiple of its last one.
const SNAPSHOT_WORTHY_PART: u64 = 20;
/// The most notes that wait. One that finds no room is lost, and the next one does as well.
const NOTES_MAX: usize = 1_024;
/// The most streams whose notes are remembered.
const NOTED_MAX: usize = 4_096;

/// When snapshots are written. They are read in any case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Snapshots {
    /// Never.
    Off,
    /// Of long streams, when they are quiet or have grown by a lot.
    Background,
    /// As soon as a stream has grown by so many events: for tests and simulation.
    Every(u64),
}

/// How far a stream has come.
struct Note {
    id: Uuid,
    version: Version,
}

/// Where lanes leave their notes.
#[derive(Clone)]
pub(super) struct Notes {
    every: u64,
    door: Option<mpsc::Sender<Note>>,
}

impl Notes {
    /// A stream has grown from one version to another.
    pub(super) fn appended(&self, id: Uuid, before: Version, after: Version) {
        if before / self.every != after / self.every {
            self.leave(id, after);
        }
    }

    /// A stream was read, and much of it was not in its snapshot.
    pub(super) fn loaded(&self, id: Uuid, snapshot: Version, version: Version) {
        if version - snapshot >= self.every {
            self.leave(id, version);
        }
    }

    fn leave(&self, id: Uuid, version: Version) {
        if let Some(door) = &self.door {
            // A full house loses the note; the stream's next one tells as much.
            let _ = door.try_send(Note { id, version });
        }
    }
}

/// When a snapshot is due.
#[derive(Clone, Copy, Debug)]
struct Rhythm {
    every: u64,
    quiet: Duration,
    tail_max: u64,
    worthy_part: u64,
}

impl Rhythm {
    fn of(snapshots: Snapshots) -> Option<Self> {
        match snapshots {
            Snapshots::Off => None,
            Snapshots::Background => Some(Self {
                every: SNAPSHOT_EVERY_EVENTS,
                quiet: Duration::from_secs(SNAPSHOT_QUIET_S),
                tail_max: SNAPSHOT_TAIL_EVENTS_MAX,
                worthy_part: SNAPSHOT_WORTHY_PART,
            }),
            Snapshots::Every(events) => {
                let every = events.max(1);
                Some(Self { every, quiet: Duration::ZERO, tail_max: every, worthy_part: u64::MAX })
            }
        }
    }

    /// Whether a stream's events since its last snapshot are worth another one.
    fn is_worthy(self, snapshot: Version, version: Version) -> bool {
        version.saturating_sub(snapshot) >= self.every.max(version / self.worthy_part).min(self.tail_max)
    }
}

/// What is known of a stream.
struct Noted {
    version: Version,
    at: Instant,
    /// The version of its last snapshot, as far as this process knows.
    snapshot: Version,
}

impl Noted {
    fn due(&self, rhythm: Rhythm) -> Option<Instant> {
        if !rhythm.is_worthy(self.snapshot, self.version) {
            return None;
        }
        let is_long = self.version.saturating_sub(self.snapshot) >= rhythm.tail_max;
        Some(if is_long { self.at } else { self.at + rhythm.quiet })
    }
}

/// Starts the task, if there is anything for it to do. It ends with the last of its notes' doors,
/// whatever it is about.
pub(super) fn start<A: Aggregate>(log: &Arc<dyn EventLog>, snapshots: Snapshots) -> (Notes, Option<JoinHandle<()>>) {
    let rhythm = Rhythm::of(snapshots).filter(|_| A::SNAPSHOT_SCHEMA != 0);
    let Some(rhythm) = rhythm else { return (Notes { every: u64::MAX, door: None }, None) };
    let (door, notes) = mpsc::channel(NOTES_MAX);
    let task = tokio::spawn(run::<A>(log.clone(), notes, rhythm));
    (Notes { every: rhythm.every, door: Some(door) }, Some(task))
}

type Work = Pin<Box<dyn Future<Output = (Uuid, Version)> + Send>>;

async fn run<A: Aggregate>(log: Arc<dyn EventLog>, mut notes: mpsc::Receiver<Note>, rhythm: Rhythm) {
    let mut streams: BTreeMap<Uuid, Noted> = BTreeMap::new();
    let mut work: Option<Work> = None;
    loop {
        let next = streams.iter().filter_map(|(id, stream)| Some((stream.due(rhythm)?, *id))).min();
        tokio::select! {
            biased;
            note = notes.recv() => {
                let Some(note) = note else { return };
                take(&mut streams, &note);
            }
            (id, snapshot) = async { work.as_mut().expect("there is work").await }, if work.is_some() => {
                work = None;
                if let Some(noted) = streams.get_mut(&id) {
                    noted.snapshot = snapshot;
                }
            }
            () = sleep_until(next.map_or_else(Instant::now, |(due, _)| due)), if work.is_none() && next.is_some() => {
                work = next.and_then(|(_, id)| Some((id, streams.get(&id)?.version))).map(|(id, version)| -> Work {
                    let log = log.clone();
                    Box::pin(async move { (id, keep::<A>(&log, id, version, rhythm).await) })
                });
            }
        }
    }
}

fn take(streams: &mut BTreeMap<Uuid, Noted>, note: &Note) {
    if streams.len() >= NOTED_MAX && !streams.contains_key(&note.id) {
        // Rather look at a snapshot once too often than remember every stream there ever was.
        streams.clear();
    }
    let snapshot = streams.get(&note.id).map_or(0, |noted| noted.snapshot);
    streams.insert(note.id, Noted { version: note.version, at: Instant::now(), snapshot });
}

/// Writes a snapshot if the one in the log is not recent enough. Gives the version up to which nothing
/// more is to be done: after a failure the one that was noted, so that the next note tries again.
async fn keep<A: Aggregate>(log: &Arc<dyn EventLog>, id: Uuid, version: Version, rhythm: Rhythm) -> Version {
    let begun = Instant::now();
    match write::<A>(log, id, rhythm).await {
        Ok((version, Some(bytes))) => {
            let elapsed = begun.elapsed();
            metrics::histogram!("evently_snapshot_seconds").record(elapsed.as_secs_f64());
            tracing::debug!(category = A::CATEGORY, %id, version, bytes, ?elapsed, "a snapshot was written");
            version
        }
        Ok((version, None)) => version,
        Err(reason) => {
            tracing::warn!(category = A::CATEGORY, %id, reason, "a snapshot was not written");
            version
        }
    }
}

/// The version of the snapshot that is there afterwards, and its size if it is a new one.
async fn write<A: Aggregate>(
    log: &Arc<dyn EventLog>,
    id: Uuid,
    rhythm: Rhythm,
) -> Result<(Version, Option<usize>), String> {
    let folded = fold::read::<A>(log, id, &Sought::default()).await?;
    let version = folded.loaded.version;
    if !rhythm.is_worthy(folded.snapshot, version) {
        return Ok((folded.snapshot, None));
    }
    let stream = StreamId::new(A::CATEGORY, id);
    let snapshot = snapshot::write(stream, folded.loaded).await.map_err(|error| error.to_string())?;
    log.write_snapshot(stream, &snapshot).await.map_err(|error| error.to_string())?;
    Ok((version, Some(snapshot.state.len())))
}

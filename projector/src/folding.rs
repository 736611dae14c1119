//! One page, one transaction: the rows of all projections and their checkpoints together.
//!
//! If an event cannot be folded, each projection goes alone and narrows the page down to that event.

use std::collections::HashSet;
use std::sync::Arc;

use event_log::{Position, RecordedEvent, StreamId};
use sqlx::PgPool;

use crate::checkpoint::{self, Mark};
use crate::error::FoldError;
use crate::page::{self, Damage, Decoded, Page};
use crate::projection::{Memory, Projection};
use crate::{gauges, parking};

/// A lost tail of derived rows is folded again after a crash, so nobody waits for the disk here.
const BEGIN: &str = "BEGIN; SET LOCAL synchronous_commit = off";

/// Some projections, and how far each has come.
pub(crate) struct Folding {
    pool: PgPool,
    projections: Vec<&'static dyn Projection>,
    tracks: Vec<Track>,
    left_out: Vec<LeftOut>,
}

/// One projection as this process last saw it.
struct Track {
    projection: &'static dyn Projection,
    mark: Mark,
    parked: HashSet<StreamId>,
    memory: Memory,
}

/// A projection whose rows are of another version of its fold. It stands still, and its rows serve as they
/// are until a replay has made others: folding on would mix two truths in one table.
#[derive(Clone, Copy, PartialEq, Eq)]
struct LeftOut {
    name: &'static str,
    checkpoint: Position,
    found: i32,
    known: i32,
}

impl Folding {
    /// Reads where the projections stand.
    pub(crate) async fn load(pool: &PgPool, projections: &[&'static dyn Projection]) -> Result<Self, FoldError> {
        let (pool, projections) = (pool.clone(), projections.to_vec());
        let mut folding = Self { pool, projections, tracks: Vec::new(), left_out: Vec::new() };
        folding.reload().await?;
        Ok(folding)
    }

    /// Reads again where they stand: a crash may have moved them back, another projector forward, and a
    /// replay may have put other tables in place.
    pub(crate) async fn reload(&mut self) -> Result<(), FoldError> {
        let marks = checkpoint::load(&self.pool, &self.projections).await?;
        let parked = parking::load(&self.pool, &self.projections).await?;
        let left_before = std::mem::take(&mut self.left_out);
        let mut tracks_before = std::mem::take(&mut self.tracks);
        for ((projection, mark), parked) in self.projections.iter().copied().zip(marks).zip(parked) {
            let (name, known) = (projection.name(), projection.version());
            if mark.version == known {
                // What it remembers is good for the place where it was left, and for no other.
                let stands = |track: &&mut Track| {
                    (track.projection.name(), track.mark) == (name, mark) && track.parked == parked
                };
                let memory = tracks_before.iter_mut().find(stands).and_then(|track| track.memory.take());
                self.tracks.push(Track { projection, mark, parked, memory });
            } else {
                let left_out = LeftOut { name, checkpoint: mark.position, found: mark.version, known };
                if !left_before.contains(&left_out) {
                    left_out.tell();
                }
                self.left_out.push(left_out);
            }
        }
        Ok(())
    }

    /// Whether some projections stand still until a replay has made them anew.
    pub(crate) fn leaves_some_out(&self) -> bool {
        !self.left_out.is_empty()
    }

    /// The position up to which everything is taken in by the projections that can fold it; `None` if
    /// there are none.
    pub(crate) fn lowest(&self) -> Option<Position> {
        self.tracks.iter().map(|track| track.mark.position).min()
    }

    /// The position that all rows tell of, those that stand still too.
    pub(crate) fn reached(&self) -> Position {
        let standing = self.left_out.iter().map(|left_out| left_out.checkpoint);
        self.lowest().into_iter().chain(standing).min().unwrap_or(0)
    }

    /// Says where the projections stand.
    pub(crate) fn show(&self) {
        for track in &self.tracks {
            gauges::position(track.projection.name(), track.mark.position);
            gauges::parked(track.projection.name(), track.parked.len() as u64);
        }
    }

    /// Folds the events that follow [`Self::lowest`].
    pub(crate) async fn take_in(&mut self, events: &[Arc<RecordedEvent>]) -> Result<(), FoldError> {
        let Some(lowest) = self.lowest() else { return Ok(()) };
        let decoded = page::decode(lowest, events, |stream| self.is_parked_everywhere(stream));
        self.fold(&decoded).await
    }

    /// Whether no projection wants to hear of a stream.
    fn is_parked_everywhere(&self, stream: StreamId) -> bool {
        self.tracks.iter().all(|track| track.parked.contains(&stream))
    }

    /// Whether a projection asks where events come from.
    pub(crate) fn reads_recorded(&self) -> bool {
        self.tracks.iter().any(|track| track.projection.reads_recorded())
    }

    /// The streams that no projection wants to hear of.
    pub(crate) fn parked_everywhere(&self) -> HashSet<StreamId> {
        let first = self.tracks.first().map(|track| track.parked.iter().copied());
        first.into_iter().flatten().filter(|stream| self.is_parked_everywhere(*stream)).collect()
    }

    /// Folds what was decoded, which must begin at or before [`Self::lowest`].
    pub(crate) async fn fold(&mut self, decoded: &Decoded) -> Result<(), FoldError> {
        let behind = self.behind(decoded.up_to);
        match self.commit(&behind, decoded, decoded.up_to).await {
            Err(error) if error.blames_an_event() => {
                tracing::warn!(%error, up_to = decoded.up_to, "a page cannot be folded; looking for the event");
                for track in behind {
                    self.narrow(track, decoded).await?;
                }
            }
            committed => committed?,
        }
        match &decoded.damage {
            Some(damage) => self.park_damaged(damage).await,
            None => Ok(()),
        }
    }

    /// The projections that have not come as far as `position`.
    fn behind(&self, position: Position) -> Vec<usize> {
        (0..self.tracks.len()).filter(|track| self.tracks[*track].mark.position < position).collect()
    }

    /// Writes what some projections make of the events up to a position, and moves their checkpoints, or
    /// nothing.
    async fn commit(&mut self, behind: &[usize], decoded: &Decoded, to: Position) -> Result<(), FoldError> {
        if behind.is_empty() {
            return Ok(());
        }
        let mut transaction = self.pool.begin_with(BEGIN).await?;
        let tracks = behind.iter().map(|track| &self.tracks[*track]);
        let moves: Vec<_> = tracks.map(|track| (track.projection.name(), track.mark)).collect();
        checkpoint::advance(&mut transaction, &moves, to).await?;
        let mut memories = Vec::with_capacity(behind.len());
        for track in behind {
            let track = &mut self.tracks[*track];
            let page = Page::between(track.mark.position, to, decoded, &track.parked);
            // Gone if this fails, or the commit does.
            let mut memory = track.memory.take();
            track.projection.write_on(page, &mut memory, &mut transaction).await?;
            memories.push(memory);
        }
        transaction.commit().await?;
        for (track, memory) in behind.iter().zip(memories) {
            let track = &mut self.tracks[*track];
            (track.mark.position, track.memory) = (to, memory);
        }
        Ok(())
    }

    /// Takes one projection through a page that it cannot fold as a whole: it halves what fails until a
    /// single event is left, parks that event's stream, and goes on with the rest.
    async fn narrow(&mut self, track: usize, decoded: &Decoded) -> Result<(), FoldError> {
        let checkpoint = self.tracks[track].mark.position;
        let mut rest = &decoded.recorded[decoded.recorded.partition_point(|event| event.position <= checkpoint)..];
        let mut length = rest.len();
        while !rest.is_empty() {
            let (part, later) = rest.split_at(length);
            let end = part.last().map_or(decoded.up_to, |event| event.position);
            match self.commit(&[track], decoded, end).await {
                Err(error) if error.blames_an_event() => {
                    if let [event] = part {
                        self.park(track, event.stream, event.position, &error.to_string()).await?;
                    } else {
                        length /= 2;
                        continue;
                    }
                }
                committed => committed?,
            }
            rest = later;
            length = rest.len();
        }
        Ok(())
    }

    /// An event that cannot even be read is lost to every projection alike.
    async fn park_damaged(&mut self, damage: &Damage) -> Result<(), FoldError> {
        for track in self.behind(damage.position) {
            self.park(track, damage.stream, damage.position, &damage.error.to_string()).await?;
        }
        Ok(())
    }

    /// Lets a projection go on without a stream, past the event at `position`.
    async fn park(&mut self, track: usize, stream: StreamId, position: Position, error: &str) -> Result<(), FoldError> {
        let track = &mut self.tracks[track];
        let name = track.projection.name();
        let mut transaction = self.pool.begin().await?;
        checkpoint::advance(&mut transaction, &[(name, track.mark)], position).await?;
        parking::park(&mut transaction, name, stream, position, error).await?;
        transaction.commit().await?;
        (track.mark.position, track.memory) = (position, None);
        track.parked.insert(stream);
        Ok(())
    }
}

impl LeftOut {
    /// Once, when it is first seen.
    fn tell(&self) {
        let Self { name: projection, found, known, checkpoint } = *self;
        if found < known {
            tracing::warn!(projection, found, known, checkpoint, "its rows stand still until they are made anew");
        } else {
            tracing::error!(projection, found, known, checkpoint, "its rows are of a newer program; they stand still");
        }
    }
}

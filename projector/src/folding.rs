//! One page, one transaction: the rows of all projections and their checkpoints together.
//!
//! If an event cannot be folded, each projection goes alone and narrows the page down to that event.

use std::collections::HashSet;
use std::sync::Arc;

use event_log::{Position, RecordedEvent, StreamId};
use sqlx::PgPool;

use crate::error::FoldError;
use crate::page::{self, Damage, Fact, Page};
use crate::projection::{PROJECTIONS, Projection};
use crate::{checkpoint, gauges, parking};

/// A lost tail of derived rows is folded again after a crash, so nobody waits for the disk here.
const BEGIN: &str = "BEGIN; SET LOCAL synchronous_commit = off";

/// All projections, and how far each has come.
pub(crate) struct Folding {
    pool: PgPool,
    tracks: Vec<Track>,
}

/// One projection as this process last saw it.
struct Track {
    projection: &'static dyn Projection,
    checkpoint: Position,
    parked: HashSet<StreamId>,
}

impl Folding {
    /// Reads where the projections stand.
    pub(crate) async fn load(pool: &PgPool) -> Result<Self, FoldError> {
        let checkpoints = checkpoint::load(pool).await?;
        let parked = parking::load(pool).await?;
        let tracks = PROJECTIONS.iter().zip(checkpoints).zip(parked);
        let tracks =
            tracks.map(|((projection, checkpoint), parked)| Track { projection: *projection, checkpoint, parked });
        Ok(Self { pool: pool.clone(), tracks: tracks.collect() })
    }

    /// Reads the checkpoints again: a crash may have moved them back, another projector forward.
    pub(crate) async fn reload(&mut self) -> Result<(), FoldError> {
        for (track, checkpoint) in self.tracks.iter_mut().zip(checkpoint::load(&self.pool).await?) {
            track.checkpoint = checkpoint;
        }
        Ok(())
    }

    /// The position up to which all projections have taken everything in.
    pub(crate) fn lowest(&self) -> Position {
        self.tracks.iter().map(|track| track.checkpoint).min().unwrap_or(0)
    }

    /// Says where the projections stand.
    pub(crate) fn show(&self) {
        for track in &self.tracks {
            gauges::position(track.projection.name(), track.checkpoint);
        }
        gauges::parked(self.tracks.iter().map(|track| track.parked.len() as u64).sum());
    }

    /// Folds the events that follow [`Self::lowest`].
    pub(crate) async fn take_in(&mut self, events: &[Arc<RecordedEvent>]) -> Result<(), FoldError> {
        let parked_everywhere = |stream| self.tracks.iter().all(|track| track.parked.contains(&stream));
        let decoded = page::decode(self.lowest(), events, parked_everywhere);
        let behind = self.behind(decoded.up_to);
        match self.commit(&behind, &decoded.facts, decoded.up_to).await {
            Err(error) if error.blames_an_event() => {
                tracing::warn!(%error, up_to = decoded.up_to, "a page cannot be folded; looking for the event");
                for track in behind {
                    self.narrow(track, &decoded.facts, decoded.up_to).await?;
                }
            }
            committed => committed?,
        }
        match decoded.damage {
            Some(damage) => self.park_damaged(&damage).await,
            None => Ok(()),
        }
    }

    /// The projections that have not come as far as `position`.
    fn behind(&self, position: Position) -> Vec<usize> {
        (0..self.tracks.len()).filter(|track| self.tracks[*track].checkpoint < position).collect()
    }

    /// Writes what some projections make of the facts, and moves their checkpoints, or nothing.
    async fn commit(&mut self, behind: &[usize], facts: &[Fact], to: Position) -> Result<(), FoldError> {
        if behind.is_empty() {
            return Ok(());
        }
        let mut transaction = self.pool.begin_with(BEGIN).await?;
        let tracks = || behind.iter().map(|track| &self.tracks[*track]);
        let moves: Vec<_> = tracks().map(|track| (track.projection.name(), track.checkpoint)).collect();
        checkpoint::advance(&mut transaction, &moves, to).await?;
        for track in tracks() {
            let page = Page::after(track.checkpoint, facts, &track.parked);
            track.projection.write(page, &mut transaction).await?;
        }
        transaction.commit().await?;
        for track in behind {
            self.tracks[*track].checkpoint = to;
        }
        Ok(())
    }

    /// Takes one projection through a page that it cannot fold as a whole: it halves what fails until a
    /// single event is left, parks that event's stream, and goes on with the rest.
    async fn narrow(&mut self, track: usize, facts: &[Fact], to: Position) -> Result<(), FoldError> {
        let mut rest = &facts[facts.partition_point(|fact| fact.position <= self.tracks[track].checkpoint)..];
        let mut length = rest.len();
        while !rest.is_empty() {
            let (part, later) = rest.split_at(length);
            let end = part.last().map_or(to, |fact| fact.position);
            match self.commit(&[track], part, end).await {
                Err(error) if error.blames_an_event() => {
                    if let [fact] = part {
                        self.park(track, fact.stream, fact.position, &error.to_string()).await?;
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
        let unfinished = self.tracks[track].checkpoint < to;
        if unfinished { self.commit(&[track], &[], to).await } else { Ok(()) }
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
        checkpoint::advance(&mut transaction, &[(name, track.checkpoint)], position).await?;
        parking::park(&mut transaction, name, stream, position, error).await?;
        transaction.commit().await?;
        track.checkpoint = position;
        track.parked.insert(stream);
        Ok(())
    }
}

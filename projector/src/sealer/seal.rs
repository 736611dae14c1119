//! The tree of this process: what is sealed, and what is about to be.

use event_log::{EventLog, PAGE_EVENTS_MAX, Position};
use sqlx::PgPool;
use transparency::{
    BadNote, Hash, SealKey, TILE_WIDTH, TileId, Tiles, Tree, hashes, inclusion, inclusion_tiles, leaf_hash,
    proves_inclusion,
};

use super::error::{Refusal, SealError};
use super::store::{self, Head};

/// The most events that one seal takes in. A log that was never sealed is sealed in so many steps.
const SEAL_EVENTS_MAX: u64 = 50_000;
/// How many leaves are hashed before others get their turn on this thread: well under a millisecond.
const HASHES_PER_TURN: usize = 256;
/// How many of the last tiles are compared with the log when a process starts. The whole log is compared by
/// `evently audit verify`.
const COMPARED_TILES: u64 = 2;

/// The tree, and how much of it is sealed.
pub(super) struct Seal {
    tree: Tree,
    head: Head,
}

impl Seal {
    /// Reads the tree as it was left, and makes sure that it is whole, that it is what was signed last, and that
    /// the end of the log is still what was sealed. A tree that another key has signed is signed again.
    pub(super) async fn resume(
        pool: &PgPool,
        log: &dyn EventLog,
        key: &SealKey,
        log_head: Position,
    ) -> Result<Self, SealError> {
        if !log.capabilities().dense_positions {
            return Err(Refusal::NotDense.into());
        }
        let (head, signed) = store::load(pool).await?;
        if log_head < head.size {
            return Err(Refusal::Shorter { sealed: head.size, head: log_head }.into());
        }
        let last = head.size.div_ceil(TILE_WIDTH);
        let compared = last.saturating_sub(COMPARED_TILES)..last;
        let mut wanted: Vec<TileId> = Tree::edge(head.size).into_iter().map(|path| path.tile).collect();
        for number in compared.clone() {
            wanted.push(TileId { level: 0, number });
            wanted.extend(inclusion_tiles(number * TILE_WIDTH, head.size)?);
        }
        let tiles = store::tiles(pool, &wanted).await?;
        let tree = Tree::resume(head.size, |id| tiles.get(&id).cloned())?;
        if tree.root() != head.root {
            return Err(Refusal::OtherRoot.into());
        }
        for number in compared {
            compare(log, &head, &tiles, number).await?;
        }
        let mut seal = Self { tree, head };
        match signed.map(|note| key.verifier().open(&note)) {
            Some(Ok(last)) if (last.size, last.root) == (seal.head.size, seal.head.root) => {}
            None => seal.commit(pool, key).await?,
            Some(Err(BadNote::NotSigned(vkey))) => {
                tracing::warn!(vkey, "the tree was signed by another key; signing it with this one");
                seal.commit(pool, key).await?;
            }
            Some(_) => return Err(Refusal::OtherCheckpoint.into()),
        }
        Ok(seal)
    }

    /// How many events the tree has, sealed or not.
    pub(super) fn size(&self) -> Position {
        self.tree.size()
    }

    /// The last position that is sealed.
    pub(super) fn sealed(&self) -> Position {
        self.head.size
    }

    /// Takes in the events that follow, up to a position, as far as one seal may reach.
    pub(super) async fn take_in(&mut self, log: &dyn EventLog, up_to: Position) -> Result<(), SealError> {
        let up_to = up_to.min(self.tree.size() + SEAL_EVENTS_MAX);
        while self.tree.size() < up_to {
            let page = log.read_all(self.tree.size(), up_to, PAGE_EVENTS_MAX).await?;
            if page.is_empty() {
                return Err(Refusal::Missing(self.tree.size() + 1).into());
            }
            for turn in page.chunks(HASHES_PER_TURN) {
                for event in turn {
                    if event.position != self.tree.size() + 1 {
                        return Err(Refusal::Missing(self.tree.size() + 1).into());
                    }
                    self.tree.append(leaf_hash(event));
                }
                tokio::task::yield_now().await;
            }
        }
        Ok(())
    }

    /// Signs the tree as it is now and writes it down, from where it was left. After an error this is of no
    /// use any more: what is stored counts.
    pub(super) async fn commit(&mut self, pool: &PgPool, key: &SealKey) -> Result<(), SealError> {
        let sealed = Head { size: self.tree.size(), root: self.tree.root() };
        let tiles = self.tree.take_changed();
        let note = key.checkpoint(sealed.size, sealed.root);
        store::advance(pool, self.head, sealed, &tiles, &note, &key.verifier().to_string()).await?;
        self.head = sealed;
        Ok(())
    }
}

/// Compares a tile of leaves with the events it was made of, and the tile with the root.
async fn compare(log: &dyn EventLog, head: &Head, tiles: &Tiles, number: u64) -> Result<(), SealError> {
    let first = number * TILE_WIDTH;
    let up_to = head.size.min(first + TILE_WIDTH);
    let events = log.read_all(first, up_to, TILE_WIDTH as usize).await?;
    let sealed = tiles.get(&TileId { level: 0, number }).map(Vec::as_slice).unwrap_or_default();
    let mut sealed = hashes(sealed);
    for (position, event) in (first + 1..=up_to).zip(events.iter().map(Some).chain(std::iter::repeat(None))) {
        let event = event.filter(|event| event.position == position).ok_or(Refusal::Missing(position))?;
        let leaf: Hash = leaf_hash(event);
        if sealed.next() != Some(leaf) {
            return Err(Refusal::Altered(position).into());
        }
        let is_first = position == first + 1;
        if is_first && !proves_inclusion(&inclusion(first, head.size, tiles)?, first, leaf, head.size, head.root) {
            return Err(Refusal::OtherRoot.into());
        }
    }
    Ok(())
}

//! The aggregates a lane has in memory: bounded, and those not asked for longest go first.

use domain::aggregate::Aggregate;
use event_log::{Position, Version};
use lru::LruCache;
use uuid::Uuid;

/// How much one lane keeps, in entries of roughly 150 bytes: about 300 MiB.
const MEMORY_ENTRIES_MAX: usize = 2_000_000;

/// An aggregate as the log had it at some version.
#[derive(Default)]
pub(super) struct Loaded<A> {
    pub(super) state: A,
    pub(super) version: Version,
    /// Position of its last event.
    pub(super) position: Position,
}

/// What a lane remembers. Everything in it can be dropped at any time and read from the log again.
pub(super) struct Memory<A> {
    kept: LruCache<Uuid, Kept<A>>,
    entries: usize,
}

struct Kept<A> {
    loaded: Loaded<A>,
    /// What `entries` counts for it.
    weight: usize,
}

impl<A> Default for Memory<A> {
    fn default() -> Self {
        Self { kept: LruCache::unbounded(), entries: 0 }
    }
}

impl<A: Aggregate> Memory<A> {
    pub(super) fn contains(&self, id: Uuid) -> bool {
        self.kept.contains(&id)
    }

    pub(super) fn get(&mut self, id: Uuid) -> Option<&mut Loaded<A>> {
        self.kept.get_mut(&id).map(|kept| &mut kept.loaded)
    }

    pub(super) fn version(&self, id: Uuid) -> Version {
        self.kept.peek(&id).map_or(0, |kept| kept.loaded.version)
    }

    pub(super) fn put(&mut self, id: Uuid, loaded: Loaded<A>) {
        self.drop(id);
        self.kept.put(id, Kept { loaded, weight: 0 });
        self.weigh(id);
    }

    pub(super) fn drop(&mut self, id: Uuid) {
        if let Some(dropped) = self.kept.pop(&id) {
            self.entries -= dropped.weight;
        }
    }

    /// Counts anew what an aggregate takes, now that it may have grown.
    pub(super) fn weigh(&mut self, id: Uuid) {
        if let Some(kept) = self.kept.peek_mut(&id) {
            self.entries -= kept.weight;
            kept.weight = kept.loaded.state.weight();
            self.entries += kept.weight;
        }
    }

    /// Drops what was not asked for longest until the rest fits. One aggregate always stays, however
    /// large: it is the one being sold.
    pub(super) fn evict(&mut self) {
        while self.entries > MEMORY_ENTRIES_MAX && self.kept.len() > 1 {
            let Some((_, dropped)) = self.kept.pop_lru() else { return };
            self.entries -= dropped.weight;
        }
    }
}

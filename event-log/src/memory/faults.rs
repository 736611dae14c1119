//! What can go wrong with a store, on demand: each fault is met once, by the next call of its kind.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

/// What goes wrong with the next call of its kind that has no fault waiting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// An append is written, but the reply is lost.
    LoseReply,
    /// An append is not written, and nobody can tell.
    LoseRequest,
    /// Nobody can tell about an append, and it is written this many turns of the runtime later, unless
    /// somebody else has written to one of its streams by then.
    CommitLate(u32),
    /// An append cannot reach the store.
    Refuse,
    /// With an append somebody else seems to have been first.
    Conflict,
    /// A stream, versions or a key cannot be read.
    FailRead,
    /// A stream, versions or a key are read this many turns of the runtime later.
    SlowRead(u32),
    /// A snapshot can be neither read nor written.
    FailSnapshot,
    /// A snapshot is read as it was before it was last replaced.
    StaleSnapshot,
    /// A snapshot is read with one of its bits turned: the number, modulo how many there are.
    DamagedSnapshot(u64),
}

/// The faults that wait, by the kind of call that meets them.
#[derive(Default)]
pub(super) struct Faults(Mutex<Waiting>);

#[derive(Default)]
struct Waiting {
    appends: VecDeque<Fault>,
    reads: VecDeque<Fault>,
    snapshots: VecDeque<Fault>,
}

impl Faults {
    pub(super) fn inject(&self, fault: Fault) {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let queue = match fault {
            Fault::LoseReply | Fault::LoseRequest | Fault::CommitLate(_) | Fault::Refuse | Fault::Conflict => {
                &mut waiting.appends
            }
            Fault::FailRead | Fault::SlowRead(_) => &mut waiting.reads,
            Fault::FailSnapshot | Fault::StaleSnapshot | Fault::DamagedSnapshot(_) => &mut waiting.snapshots,
        };
        queue.push_back(fault);
    }

    pub(super) fn clear(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Waiting::default();
    }

    pub(super) fn of_append(&self) -> Option<Fault> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).appends.pop_front()
    }

    pub(super) fn of_read(&self) -> Option<Fault> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).reads.pop_front()
    }

    pub(super) fn of_snapshot(&self) -> Option<Fault> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).snapshots.pop_front()
    }

    /// Whether the next snapshot cannot be written. The other faults of snapshots wait for a read.
    pub(super) fn forbid_snapshot(&self) -> bool {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.snapshots.pop_front_if(|fault| *fault == Fault::FailSnapshot).is_some()
    }
}

//! The troubles that wait for calls on a line.

use std::collections::VecDeque;

use event_log::Snapshot;

use crate::plan::Trouble;

/// What the next calls of each kind meet.
#[derive(Default)]
pub(super) struct Troubles {
    pub(super) appends: VecDeque<Trouble>,
    pub(super) reads: VecDeque<Trouble>,
    pub(super) versions: VecDeque<Trouble>,
    pub(super) snapshots: VecDeque<Trouble>,
    pub(super) snapshot_writes: VecDeque<Trouble>,
}

impl Troubles {
    pub(super) fn of(&mut self, trouble: Trouble) -> &mut VecDeque<Trouble> {
        match trouble {
            Trouble::ReplyLost
            | Trouble::NeverArrived
            | Trouble::LateCommit(_)
            | Trouble::Unreachable
            | Trouble::Conflict
            | Trouble::SlowAppend(..) => &mut self.appends,
            Trouble::SlowRead(_) | Trouble::ReadFails => &mut self.reads,
            Trouble::VersionsFail | Trouble::SlowVersions(_) => &mut self.versions,
            Trouble::StaleSnapshot | Trouble::BrokenSnapshot | Trouble::ForeignSnapshot | Trouble::SnapshotFails => {
                &mut self.snapshots
            }
            Trouble::SnapshotNotWritten => &mut self.snapshot_writes,
        }
    }
}

/// The second half is lost, or some bit in it is turned.
pub(super) fn broken(snapshot: &Snapshot) -> Snapshot {
    let half = snapshot.state.len() / 2;
    if snapshot.version.is_multiple_of(2) {
        return Snapshot { state: snapshot.state.slice(..half), ..snapshot.clone() };
    }
    let mut bytes = snapshot.state.to_vec();
    if let Some(byte) = bytes.get_mut(half) {
        *byte ^= 1;
    }
    Snapshot { state: bytes.into(), ..snapshot.clone() }
}

//! The best of many groups, of which few change at a time.

use alloc::vec::Vec;

/// A tournament: when a contestant changes, only its own matches are played again.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Ranking {
    /// Who won each match: the second has won everything, the contestants stand at the end, and the
    /// winners of matches `2 * n` and `2 * n + 1` meet in match `n`.
    winners: Vec<u32>,
}

impl Ranking {
    /// A tournament of all of them. `better` gives the better one of two.
    pub(super) fn of(contestants: &[u32], better: impl Fn(u32, u32) -> u32) -> Self {
        let mut winners = [contestants, contestants].concat();
        for at in (1..contestants.len()).rev() {
            winners[at] = better(winners[2 * at], winners[2 * at + 1]);
        }
        Self { winners }
    }

    /// Plays the matches of one contestant again.
    pub(super) fn play(&mut self, contestant: usize, better: impl Fn(u32, u32) -> u32) {
        let mut at = self.winners.len() / 2 + contestant;
        while at > 1 {
            at /= 2;
            self.winners[at] = better(self.winners[2 * at], self.winners[2 * at + 1]);
        }
    }

    /// Who has won everything.
    pub(super) fn winner(&self) -> Option<u32> {
        self.winners.get(1).copied()
    }
}

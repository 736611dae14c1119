//! How many rows one account may fill: whoever is refused a thousand times is recorded often enough.

use std::num::NonZeroUsize;
use std::time::{Duration, Instant};

use lru::LruCache;
use uuid::Uuid;

/// The most rows of one account in a minute; those of nobody known share one allowance.
pub(super) const ROWS_PER_MINUTE_MAX: u32 = 60;
/// The most accounts that are counted; those refused longest ago are forgotten.
const ACCOUNTS_MAX: NonZeroUsize = NonZeroUsize::new(10_000).expect("ten thousand is not zero");
const MINUTE: Duration = Duration::from_mins(1);

/// What each account has filled lately.
pub(super) struct Allowances(LruCache<Option<Uuid>, (Instant, u32)>);

impl Default for Allowances {
    fn default() -> Self {
        Self(LruCache::new(ACCOUNTS_MAX))
    }
}

impl Allowances {
    /// Whether a row of this account is still to be written down at this moment; counts it.
    pub(super) fn allow(&mut self, account: Option<Uuid>, now: Instant) -> bool {
        let (since, rows) = self.0.get_or_insert_mut(account, || (now, 0));
        if now.saturating_duration_since(*since) >= MINUTE {
            (*since, *rows) = (now, 0);
        }
        *rows += 1;
        *rows <= ROWS_PER_MINUTE_MAX
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_account_fills_so_many_rows_a_minute_and_keeps_nobody_else_out() {
        let (mut allowances, start) = (Allowances::default(), Instant::now());
        let (one, other) = (Some(Uuid::from_u128(1)), Some(Uuid::from_u128(2)));
        for _ in 0..ROWS_PER_MINUTE_MAX {
            assert!(allowances.allow(one, start));
        }
        assert!(!allowances.allow(one, start + MINUTE / 2));
        assert!(allowances.allow(other, start) && allowances.allow(None, start));
        assert!(allowances.allow(one, start + MINUTE), "the next minute");
    }
}

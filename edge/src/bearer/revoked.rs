//! Tokens that are good by their signature and void all the same: what happened to their accounts since
//! they were made. Empty on most days, and then it costs one look at a flag.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::RwLock;
use std::sync::atomic::{AtomicBool, Ordering};

use domain::ids::AccountId;

use super::{ACCESS_TOKEN_S, Verified};

/// How long a revocation counts, in seconds: by then every token it speaks of has ended. The minute on top
/// is for clocks that differ and for tokens that were being made.
pub const REVOCATION_KEPT_S: i64 = ACCESS_TOKEN_S + 60;

/// The most revocations that are kept in mind. Beyond it the latest are left out, loudly.
pub const REVOCATIONS_MAX: u32 = 200_000;

/// From here on the tokens of an account are other ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Revocation {
    /// Whose tokens.
    pub account_id: AccountId,
    /// The position of what happened to the account: a token that rests on less of the log is void.
    pub position: u64,
    /// When it happened, in milliseconds since 1970: what counts for tokens that name no position.
    pub at_ms: u64,
}

/// What is void.
#[derive(Default)]
pub(super) struct Revoked {
    /// Whether there is anything in the map: the only thing that is looked at when there is not.
    any: AtomicBool,
    by_account: RwLock<HashMap<AccountId, Kept>>,
}

#[derive(Clone, Copy)]
struct Kept {
    position: u64,
    at_ms: u64,
    /// When it was last heard of here, in seconds since 1970.
    heard_s: i64,
}

impl Revoked {
    /// Whether this token was made before its account was touched.
    #[inline]
    pub(super) fn covers(&self, token: &Verified) -> bool {
        self.any.load(Ordering::Relaxed) && self.finds(token)
    }

    #[cold]
    fn finds(&self, token: &Verified) -> bool {
        let Ok(by_account) = self.by_account.read() else { return true };
        by_account.get(&token.actor.account_id).is_some_and(|kept| match token.position {
            Some(position) => position < kept.position,
            None => token.made_ms <= kept.at_ms,
        })
    }

    /// Takes in revocations, those it knows among them, and lets go of what has not been heard of for so
    /// long that no token is left.
    pub(super) fn take(&self, revocations: impl IntoIterator<Item = Revocation>, now_s: i64) {
        // A lock is poisoned by a panic alone, and nothing panics while one is held.
        let Ok(mut by_account) = self.by_account.write() else { return };
        by_account.retain(|_, kept| kept.heard_s + REVOCATION_KEPT_S > now_s);
        for Revocation { account_id, position, at_ms } in revocations {
            let room = by_account.len() < REVOCATIONS_MAX as usize;
            match by_account.entry(account_id) {
                Entry::Occupied(mut entry) => {
                    let kept = entry.get_mut();
                    kept.position = kept.position.max(position);
                    kept.at_ms = kept.at_ms.max(at_ms);
                    kept.heard_s = now_s;
                }
                Entry::Vacant(entry) if room => {
                    entry.insert(Kept { position, at_ms, heard_s: now_s });
                }
                Entry::Vacant(_) => tracing::error!(%account_id, "too many revocations; these tokens stay good"),
            }
        }
        self.any.store(!by_account.is_empty(), Ordering::Relaxed);
    }
}

//! Hashes passwords (Argon2id, RFC 9106) off the async threads, a few at a time.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use tokio::sync::Semaphore;

/// The most hashes computed at the same time; each takes 19 MiB and a core for some 20 ms.
const HASHES_MAX: usize = 2;
/// The most requests that wait for a hash.
const HASHES_WAITING_MAX: usize = 64;

/// A hash of no password: verified against when nobody has the e-mail address, so that the answer
/// takes the same time.
const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// Computes and verifies password hashes with bounded concurrency.
#[derive(Clone)]
pub(crate) struct Passwords {
    turns: Arc<Semaphore>,
    waiting: Arc<AtomicUsize>,
}

/// Too many people sign in at once, or the hash could not be computed.
#[derive(Debug, thiserror::Error)]
#[error("too many sign-ins at once")]
pub(crate) struct Busy;

impl Passwords {
    pub(crate) fn new() -> Self {
        Self { turns: Arc::new(Semaphore::new(HASHES_MAX)), waiting: Arc::default() }
    }

    /// The hash to keep, in PHC form.
    pub(crate) async fn hash(&self, password: String) -> Result<String, Busy> {
        self.in_turn(move || Argon2::default().hash_password(password.as_bytes()).map(|hash| hash.to_string()))
            .await?
            .map_err(|error| {
                tracing::error!(%error, "a password could not be hashed");
                Busy
            })
    }

    /// Whether the password belongs to the hash. Without a hash the answer is no, after the same work.
    pub(crate) async fn verify(&self, password: String, hash: Option<String>) -> Result<bool, Busy> {
        self.in_turn(move || {
            let known = hash.is_some();
            let hash = hash.unwrap_or_else(|| NOBODY.into());
            let verify = |hash: &PasswordHash| Argon2::default().verify_password(password.as_bytes(), hash).is_ok();
            PasswordHash::new(&hash).is_ok_and(|hash| verify(&hash)) && known
        })
        .await
    }

    async fn in_turn<R: Send + 'static>(&self, work: impl FnOnce() -> R + Send + 'static) -> Result<R, Busy> {
        if self.waiting.fetch_add(1, Ordering::Relaxed) >= HASHES_WAITING_MAX {
            self.waiting.fetch_sub(1, Ordering::Relaxed);
            return Err(Busy);
        }
        let _leaves = LeavesQueue(&self.waiting);
        let turn = self.turns.clone().acquire_owned().await.map_err(|_| Busy)?;
        let result = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            work()
        });
        result.await.map_err(|_| Busy)
    }
}

/// Counts one fewer in the queue when it goes, also when the client hangs up in between.
struct LeavesQueue<'a>(&'a AtomicUsize);

impl Drop for LeavesQueue<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn knows_the_right_password_from_a_wrong_one_and_from_nobody() {
        let passwords = Passwords::new();
        let hash = passwords.hash("correct horse".into()).await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        assert!(passwords.verify("correct horse".into(), Some(hash.clone())).await.unwrap());
        assert!(!passwords.verify("wrong horse".into(), Some(hash)).await.unwrap());
        assert!(!passwords.verify("correct horse".into(), None).await.unwrap());
    }

    #[test]
    fn nobody_has_a_hash_that_costs_as_much_to_verify() {
        let hash = PasswordHash::new(NOBODY).unwrap();
        assert_eq!(hash.params.to_string(), "m=19456,t=2,p=1");
    }
}

//! Finished answers to the two questions that everybody asks at once.
//!
//! An answer is given again only while the read model stands where it stood and the answer is young;
//! whoever finds none builds it, and those who ask meanwhile get the same one.

use std::collections::HashMap;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use bytes::Bytes;
use edge::problem::Problem;
use tokio::sync::Mutex as AsyncMutex;

/// The oldest answer that is given, in milliseconds.
pub(crate) const CACHE_AGE_MAX_MS: u64 = 100;
/// How many answers are kept.
const CACHE_ENTRIES_MAX: u64 = 10_000;
/// How much they may take together, in bytes.
const CACHE_BYTES_MAX: u64 = 64 * 1024 * 1024;

/// An answer that was built.
pub(crate) struct Built {
    /// The body, finished.
    pub(crate) body: Bytes,
    /// Whether everybody may have it.
    pub(crate) public: bool,
}

/// An answer, and what it rests on.
#[derive(Clone)]
struct Answer {
    body: Bytes,
    /// Where the read model stood before the answer was built.
    position: u64,
    started_at: Instant,
}

/// What became of the last attempt to build an answer.
struct Attempt {
    started_at: Instant,
    /// `None`: it failed.
    body: Option<Bytes>,
}

type Flight = Arc<AsyncMutex<Option<Attempt>>>;

/// Answers by path and query, as they were sent.
pub(crate) struct Cache {
    answers: moka::sync::Cache<String, Answer>,
    /// What is being built now; never more entries than requests.
    flights: Mutex<HashMap<Box<str>, Flight>>,
}

impl Default for Cache {
    fn default() -> Self {
        // An entry weighs at least its share, so one number bounds both their count and their bytes.
        let share = CACHE_BYTES_MAX / CACHE_ENTRIES_MAX;
        let weigh = move |key: &String, answer: &Answer| {
            let bytes = (key.len() + answer.body.len()) as u64;
            u32::try_from(bytes.max(share)).unwrap_or(u32::MAX)
        };
        let answers = moka::sync::Cache::builder().max_capacity(CACHE_BYTES_MAX).weigher(weigh).build();
        Self { answers, flights: Mutex::default() }
    }
}

impl Cache {
    /// The answer to `key`, if there is one that still holds. This is the hot path: one look-up, two
    /// comparisons, and a reference counted.
    pub(crate) fn fresh(&self, key: &str, reached: u64) -> Option<Bytes> {
        let answer = self.answers.get(key)?;
        let young = answer.started_at.elapsed() < Duration::from_millis(CACHE_AGE_MAX_MS);
        (young && answer.position == reached).then_some(answer.body)
    }

    /// The answer to `key`, built by `build` unless somebody else begins to build it after this call.
    ///
    /// Boxed, so that the future of a hit does not carry the weight of a miss.
    pub(crate) fn build<'a>(
        &'a self,
        key: &'a str,
        reached: u64,
        build: impl Future<Output = Result<Built, Problem>> + Send + 'a,
    ) -> Pin<Box<dyn Future<Output = Result<Bytes, Problem>> + Send + 'a>> {
        Box::pin(async move {
            let asked_at = Instant::now();
            let landing = self.board(key);
            let mut attempt = landing.flight.lock().await;
            // Begun after this request came: what it found is what this request would find.
            if let Some(attempt) = &*attempt
                && attempt.started_at >= asked_at
            {
                return attempt.body.clone().ok_or_else(|| Problem::unavailable("The answer could not be read."));
            }
            let started_at = Instant::now();
            let outcome = build.await;
            match &outcome {
                Ok(Built { body, public: true }) => {
                    *attempt = Some(Attempt { started_at, body: Some(body.clone()) });
                    self.answers.insert(key.into(), Answer { body: body.clone(), position: reached, started_at });
                }
                // One failed look is enough for all who wait for it.
                Err(problem) if problem.status().is_server_error() => {
                    *attempt = Some(Attempt { started_at, body: None });
                }
                // Not for everybody, so everybody asks for themselves.
                Ok(_) | Err(_) => *attempt = None,
            }
            outcome.map(|built| built.body)
        })
    }

    fn board<'a>(&'a self, key: &'a str) -> Landing<'a> {
        let mut flights = self.flights();
        let flight = match flights.get(key) {
            Some(flight) => Arc::clone(flight),
            None => Arc::clone(flights.entry(key.into()).or_default()),
        };
        Landing { cache: self, key, flight }
    }

    fn flights(&self) -> MutexGuard<'_, HashMap<Box<str>, Flight>> {
        self.flights.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Takes a flight off the list when the last one leaves it, finished or hung up.
struct Landing<'a> {
    cache: &'a Cache,
    key: &'a str,
    flight: Flight,
}

impl Drop for Landing<'_> {
    fn drop(&mut self) {
        let mut flights = self.cache.flights();
        // The list's own and this one.
        if Arc::strong_count(&self.flight) <= 2 {
            flights.remove(self.key);
        }
    }
}

#[cfg(test)]
mod tests;

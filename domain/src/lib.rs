//! The rules and words of ticketing.
//!
//! Pure: no I/O, no async, no clock, no randomness. Time and ids come in as arguments, decisions go
//! out as events, so every rule can be tested as data and replayed for ever. Reading order: the
//! aggregates [`show`] and [`account`], then the words they use.
#![no_std]

extern crate alloc;

pub mod show;

pub mod account;

pub mod analytics;

pub mod access;
pub mod aggregate;
pub mod audit;
pub mod event;
pub mod ids;
pub mod money;
pub mod planted;
pub mod text;

#[cfg(any(test, feature = "testing"))]
pub mod testing;

/// A moment in UTC. Stored and compared in whole microseconds, which is what Postgres keeps.
pub type Timestamp = chrono::DateTime<chrono::Utc>;

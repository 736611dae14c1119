//! Retells the log as tables: it folds events into the read models that query-api shows.
//!
//! Reading order: [`Projector`] in `runner.rs` (waits, reads, repeats), `folding.rs` (one page, one
//! transaction), `projections/` (what each read model makes of an event), `replay.rs` (the same tables made anew beside
//! those that serve). [`Sealer`] in `sealer.rs` keeps the tree that makes the log provable. Nothing here ever writes to
//! the log.

mod checkpoint;
mod error;
mod folding;
mod gauges;
mod page;
mod parking;
mod projection;
mod projections;
pub mod replay;
mod runner;
mod sealer;

pub use checkpoint::{ProjectionStatus, status};
pub use projection::Group;
pub use replay::Replays;
pub use runner::{PAGE_EVENTS_MAX, Projector};
pub use sealer::{Sealer, sealed_position};

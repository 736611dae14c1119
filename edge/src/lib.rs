//! What both APIs show the outside: extractors, bearer tokens, problem documents, limits, API
//! pages, metrics and the server loop.
//!
//! This crate knows the words of `domain` for who somebody is, and no rule of ticketing.

pub mod assemble;
pub mod bearer;
pub mod docs;
pub mod extract;
pub mod limits;
pub mod metrics;
pub mod problem;
pub mod rate;
pub mod refusals;
pub mod secret_file;
pub mod serve;

mod context;

pub use assemble::assemble;
pub use serve::serve;

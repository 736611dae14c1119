//! The writing side: takes commands over REST, lets lanes decide and record them.
//!
//! Start with `http.rs`, the route table, and follow a booking to [`lane`]. Nothing here reads a
//! read model, and nothing but the lanes appends to the log.

mod http;

pub mod lane;

mod accounts;
mod app;
mod passwords;
mod tokens;

pub use app::{CommandApi, FirstAdmin, Settings};
pub use tokens::{ACCESS_TOKEN_S, SigningKeys};

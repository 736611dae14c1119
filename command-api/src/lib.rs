//! The writing side: takes commands over REST, lets lanes decide and record them.
//!
//! Start with `http.rs`, the route table, and follow a booking to [`lane`]. Nothing here decides by a
//! read model (`agenda.rs` and `people/unfinished.rs` look at some, for hints), and nothing but the lanes appends to the log.

mod http;

pub mod lane;

mod accounts;
mod agenda;
mod app;
mod passwords;
mod payments;
mod people;
mod refusals;
mod replays;
mod tokens;

pub use app::{CommandApi, FirstAdmin, Settings};
pub use http::LARGE_BODIES;
pub use payments::PaymentSecret;
pub use tokens::SigningKeys;

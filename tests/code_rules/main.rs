//! Rules about the code, as tests: who may depend on whom, what `domain` must never touch, how long
//! things may be. Each failure says what to do. None of them needs a database.
#![allow(clippy::unwrap_used, reason = "an unwrap here is a test that cannot go on")]

mod dependencies;
mod names;
mod purity;
mod shape;
mod sources;

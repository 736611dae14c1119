//! What Evently promises, told as stories: over HTTP with a real Postgres, and of lanes over a log
//! that fails on demand. One module per story; `support.rs` is what they start from.
#![allow(clippy::unwrap_used, reason = "an unwrap here is a test that cannot go on")]

mod accounts;
mod analytics;
mod as_of;
mod audit;
mod bookings;
mod colleagues;
mod contracts;
mod crowd;
mod door;
mod exports;
mod faults;
mod holds;
mod lanes;
mod payments;
mod people;
mod programme;
mod queries;
mod replays;
mod rules_of_sale;
mod seals;
mod seating;
mod support;
mod waitlist;

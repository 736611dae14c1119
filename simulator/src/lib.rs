//! A simulator that tries to oversell: the real lanes and rules over a log in memory, in one thread, with
//! paused time, driven by a seed.
//!
//! [`plan`] draws from a seed who does what and what goes wrong, [`play`] lets it happen, [`check`] reads the log
//! and the answers and demands that they make sense. Nothing here is part of what ships.

pub mod check;
pub mod cli;
pub mod dice;
pub mod faulty_log;
pub mod history;
pub mod ids;
pub mod plan;
pub mod play;
pub mod run;
pub mod shrink;
pub mod story;
pub mod tally;
pub mod words;

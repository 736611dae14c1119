//! The log can be proven: what outsiders can check by themselves, and what becomes of those who rewrite it.

mod given;
mod proving;
mod publishing;
mod verifying;

//! Lanes over a log that fails on demand: what they answer, and what is in the log afterwards.

mod crowding;
mod failing;
mod gate;
mod given;
mod overtaken;
mod simulation;

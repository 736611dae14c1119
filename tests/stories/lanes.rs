//! Lanes over a log that fails on demand: what they answer, and what is in the log afterwards.

mod causes;
mod crowding;
mod doubting;
mod failing;
mod gate;
mod given;
mod housekeeping;
mod overtaken;
mod simulation;
mod snapshots;

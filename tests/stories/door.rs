//! The door: what gets in, in which shape, how often, and what the door says about itself.

mod bodies;
mod documents;
mod health;
mod rates;
mod requests;
mod tokens;

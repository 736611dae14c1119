//! Numbered seats: the house, who sits where, and what is not sold.

mod blocking;
mod choosing;
mod mapping;
mod naming;

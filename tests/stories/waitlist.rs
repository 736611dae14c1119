//! People wait for tickets, and get what comes free in the order they came.

mod joining;
mod offering;
mod refusing;
mod taking;

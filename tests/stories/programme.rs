//! An event's life, from draft to history, as its organizer lives it.

mod cancelling;
mod creating;
mod revising;
mod selling;

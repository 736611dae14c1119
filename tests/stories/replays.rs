//! Read models made anew while they serve: asked for over HTTP, watched, cancelled, undone.

mod apart;
mod asking;
mod parked;
mod swapping;

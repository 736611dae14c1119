//! Parts that die in the middle of a load: nothing acknowledged is lost, nothing is sold twice.

mod load;
mod log_is_kept;
mod parts;
mod postgres_killed;
mod server_killed;

//! People pay for what they hold, and money goes back: the provider says what became of it, late, twice,
//! and in any order.

mod calling_off;
pub(crate) mod given;
mod giving_back;
mod late;
mod paying;
mod refunding;
mod reporting;

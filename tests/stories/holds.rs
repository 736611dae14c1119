//! Tickets are set aside until a deadline, and then they are bought, given up, or free again.

mod confirming;
mod giving_back;
mod holding;
mod lapsing;

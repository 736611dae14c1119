//! What people can look up: events, seats, their own bookings, and how fresh an answer is.

mod freshness;
mod history;
mod listing;
mod paging;

//! One file per read model.

mod availability;
mod bookings;
mod shows;

pub(crate) use availability::Availability;
pub(crate) use bookings::Bookings;
pub(crate) use shows::Shows;

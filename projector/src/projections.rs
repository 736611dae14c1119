//! One file per read model.

mod availability;
mod bookings;
mod payments;
mod shows;
mod waitlist;

pub(crate) use availability::Availability;
pub(crate) use bookings::Bookings;
pub(crate) use payments::Payments;
pub(crate) use shows::Shows;
pub(crate) use waitlist::Waitlist;

//! One file per read model.

mod analytics;
mod audit_index;
mod availability;
mod bookings;
mod customers;
mod payments;
mod people;
mod shows;
mod waitlist;

pub(crate) use analytics::Analytics;
pub(crate) use audit_index::AuditIndex;
pub(crate) use availability::Availability;
pub(crate) use bookings::Bookings;
pub(crate) use customers::Customers;
pub(crate) use payments::Payments;
pub(crate) use people::People;
pub(crate) use shows::Shows;
pub(crate) use waitlist::Waitlist;

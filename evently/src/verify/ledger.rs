//! Every booking of the log, in the order in which they were made, in as little memory as that takes.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::facts::{Confirmed, digest};

/// What is remembered of a booking.
pub(super) struct Booking {
    pub(super) id: Uuid,
    pub(super) show_id: Uuid,
    pub(super) customer_id: Uuid,
    /// Stands for the items; see [`digest`].
    pub(super) items: u64,
    pub(super) total: i64,
    pub(super) position: i64,
    pub(super) quantity: i32,
    pub(super) booked_at: DateTime<Utc>,
    pub(super) cancelled_at: Option<DateTime<Utc>>,
    /// Whether the read model has a row for it.
    pub(super) found: bool,
}

impl Booking {
    /// The booking an event speaks of, or why its sums make no sense.
    pub(super) fn of(confirmed: &Confirmed, show_id: Uuid, position: i64) -> Result<Self, String> {
        let (mut total, mut quantity) = (Some(0_i64), Some(0_i32));
        for item in &confirmed.items {
            let price = item.unit_price.checked_mul(i64::from(item.quantity));
            total = total.zip(price).and_then(|(sum, price)| sum.checked_add(price));
            quantity = quantity.and_then(|sum| sum.checked_add_unsigned(item.quantity));
        }
        let (Some(total), Some(quantity)) = (total, quantity) else {
            return Err(format!("booking {} is too large to be added up", confirmed.booking_id));
        };
        Ok(Self {
            id: confirmed.booking_id,
            show_id,
            customer_id: confirmed.customer_id,
            items: digest(&confirmed.items),
            total,
            position,
            quantity,
            booked_at: confirmed.booked_at,
            cancelled_at: None,
            found: false,
        })
    }
}

/// All bookings.
#[derive(Default)]
pub(super) struct Ledger {
    bookings: Vec<Booking>,
    places: HashMap<Uuid, u32>,
}

impl Ledger {
    pub(super) fn len(&self) -> usize {
        self.bookings.len()
    }

    pub(super) fn get(&self, booking_id: Uuid) -> Option<&Booking> {
        self.places.get(&booking_id).map(|place| &self.bookings[*place as usize])
    }

    pub(super) fn get_mut(&mut self, booking_id: Uuid) -> Option<&mut Booking> {
        self.places.get(&booking_id).map(|place| &mut self.bookings[*place as usize])
    }

    /// Adds a booking that is not there yet.
    pub(super) fn add(&mut self, booking: Booking) {
        self.places.insert(booking.id, self.bookings.len() as u32);
        self.bookings.push(booking);
    }

    /// The oldest booking that the read model has no row for.
    pub(super) fn first_not_found(&self) -> Option<&Booking> {
        self.bookings.iter().find(|booking| !booking.found)
    }
}

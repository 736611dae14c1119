//! What customers ask of a show.

use alloc::vec::Vec;

use uuid::Uuid;

use crate::ids::{AccountId, BookingId, ShowId, TicketTypeId};
use crate::show::event::SeatLabel;
use crate::show::terms::Code;
use crate::text::Text;

/// Buys tickets.
#[derive(Clone, Debug)]
pub struct BookTickets {
    /// The show. It also names the stream; kept here so that a command tells its whole story.
    pub show_id: ShowId,
    /// The booking's id, chosen before the decision so that a repeat is recognised.
    pub booking_id: BookingId,
    /// For whom.
    pub customer_id: AccountId,
    /// What. Not empty, each ticket type once, each quantity at least 1: the edge has checked.
    pub items: Vec<Item>,
    /// Only hold them for now.
    pub hold: bool,
    /// Makes them cheaper.
    pub promo_code: Option<Code>,
    /// Opens ticket types that are hidden.
    pub access_code: Option<Code>,
}

/// Some tickets of one type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// Which type.
    pub ticket_type_id: TicketTypeId,
    /// How many, or which.
    pub wish: Wish,
}

/// How many tickets, or which.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wish {
    /// So many, of general admission.
    Quantity(u32),
    /// These seats.
    Seats(Vec<SeatLabel>),
    /// The best seats that are left.
    BestAvailable(BestAvailable),
}

impl Wish {
    /// How many tickets it is about.
    pub fn quantity(&self) -> u32 {
        match self {
            Self::Quantity(quantity) => *quantity,
            Self::Seats(seats) => u32::try_from(seats.len()).unwrap_or(u32::MAX),
            Self::BestAvailable(best) => best.quantity,
        }
    }
}

/// The best seats that are left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BestAvailable {
    /// How many.
    pub quantity: u32,
    /// Side by side, or not at all.
    pub together: bool,
    /// How many of them for wheelchairs.
    pub accessible: u32,
}

/// Gives a booking back, or releases a hold.
#[derive(Clone, Debug)]
pub struct CancelBooking {
    /// Which one.
    pub booking_id: BookingId,
    /// Which part of it: quantities or seats; empty: all of it.
    pub items: Vec<Item>,
    /// Only say what would come back.
    pub preview: bool,
    /// The request, by which a repeat is known.
    pub request: Option<Uuid>,
}

/// Buys what is held.
#[derive(Clone, Debug)]
pub struct ConfirmBooking {
    /// Which hold.
    pub booking_id: BookingId,
    /// How it was paid, in the customer's words, or the id of a payment made here.
    pub payment_reference: Option<Text<200>>,
    /// The request, by which a repeat is known.
    pub request: Option<Uuid>,
}

//! What people ask of a show.

use alloc::boxed::Box;
use alloc::vec::Vec;

use crate::ids::{AccountId, BookingId, TicketTypeId};
use crate::show::event::{ShowCreated, ShowDetails, TicketType, Venue};
use crate::text::Text;
use crate::{Timestamp, ids::ShowId};

/// Everything that can be asked of a show.
#[derive(Clone, Debug)]
pub enum Command {
    /// Put it on the programme.
    CreateShow(Box<CreateShow>),
    /// Correct it.
    ReviseShow(Box<ReviseShow>),
    /// Move its sale along.
    Step(Step),
    /// Call it off.
    CancelShow(CancelShow),
    /// Buy.
    BookTickets(BookTickets),
    /// Give back.
    CancelBooking(CancelBooking),
}

/// Puts a show on the programme, as a draft. The organizer is whoever asks.
#[derive(Clone, Debug)]
pub struct CreateShow {
    /// The whole show as it is to be recorded.
    pub show: ShowCreated,
}

/// Corrects a show. Absent parts stay as they are.
#[derive(Clone, Debug, Default)]
pub struct ReviseShow {
    /// The revision that the organizer had before their eyes.
    pub expected_revision: u64,
    /// A new title.
    pub title: Option<Text<{ ShowDetails::TITLE_MAX }>>,
    /// A new description; `Some(None)` removes it.
    pub description: Option<Option<Text<{ ShowDetails::DESCRIPTION_MAX }>>>,
    /// Another place.
    pub venue: Option<Venue>,
    /// Another IANA time zone.
    pub time_zone: Option<Text<{ ShowDetails::NAME_MAX }>>,
    /// Another beginning.
    pub starts_at: Option<Timestamp>,
    /// Another end.
    pub ends_at: Option<Timestamp>,
    /// When the sale opens; `Some(None)`: as soon as the show is published.
    pub sale_opens_at: Option<Option<Timestamp>>,
    /// When the sale closes; `Some(None)`: when the show ends.
    pub sale_closes_at: Option<Option<Timestamp>>,
    /// The most tickets for one customer; `Some(None)` lifts the limit.
    pub max_per_customer: Option<Option<u32>>,
    /// Ticket types to add.
    pub added: Vec<TicketType>,
    /// Ticket types to make larger or smaller.
    pub capacities: Vec<CapacityWish>,
}

/// The capacity a ticket type is to have.
#[derive(Clone, Copy, Debug)]
pub struct CapacityWish {
    /// Which ticket type.
    pub ticket_type_id: TicketTypeId,
    /// How many tickets it is to have in all, sold ones included.
    pub capacity: u32,
}

/// Moves the sale along. Asking for the state it is already in changes nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Show the draft to everybody and sell it.
    Publish,
    /// Stop selling for the moment.
    Pause,
    /// Sell again.
    Resume,
    /// Never sell again.
    Close,
}

/// Calls a show off; all its bookings end with it.
#[derive(Clone, Debug)]
pub struct CancelShow {
    /// What ticket holders are told.
    pub reason: Text<1_000>,
}

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
}

/// Some tickets of one type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Item {
    /// Which type.
    pub ticket_type_id: TicketTypeId,
    /// How many.
    pub quantity: u32,
}

/// Gives a booking back.
#[derive(Clone, Copy, Debug)]
pub struct CancelBooking {
    /// Which one.
    pub booking_id: BookingId,
}

//! What organizers ask of a show.

use alloc::vec::Vec;

use crate::Timestamp;
use crate::ids::TicketTypeId;
use crate::show::event::{ShowCreated, ShowDetails, TicketType, Venue};
use crate::show::terms::{SaleTerms, TicketTerms};
use crate::text::Text;

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
    /// How it is held, paid and given back.
    pub terms: Option<SaleTerms>,
    /// When, to whom and how many at a time ticket types are sold.
    pub ticket_terms: Vec<(TicketTypeId, TicketTerms)>,
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

/// Puts a show off.
#[derive(Clone, Debug)]
pub struct RescheduleShow {
    /// The new beginning.
    pub starts_at: Timestamp,
    /// The new end.
    pub ends_at: Timestamp,
    /// Until when tickets can be given back in full.
    pub refund_until: Timestamp,
}

//! Why a show refuses a command: each one the fact in the way.

use crate::Timestamp;
use crate::ids::TicketTypeId;

/// Why a command is refused. Nothing was recorded.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Rejection {
    /// There is no such show, or none that this person may know of.
    #[error("there is no such event")]
    NoSuchShow,
    /// There is no such booking, or none that this person may know of.
    #[error("there is no such booking")]
    NoSuchBooking,
    /// The person's role does not allow it.
    #[error("your role does not allow this")]
    RoleForbids,
    /// Somebody else runs the show.
    #[error("this event is run by somebody else")]
    NotYourShow,
    /// The key was used for something else before.
    #[error("this idempotency key was used for another request before; use a new key for a new request")]
    IdempotencyKeyReused,
    /// The organizer looked at an older revision.
    #[error("the event has moved on: it is at revision {actual}, you changed revision {expected}; read it again")]
    RevisionStale {
        /// What the organizer had seen.
        expected: u64,
        /// What it is now.
        actual: u64,
    },
    /// The show was called off.
    #[error("the event was cancelled")]
    EventCancelled,
    /// The sale is over for good.
    #[error("the sale is closed")]
    SaleClosed,
    /// The show is over.
    #[error("the event is over")]
    EventOver,
    /// A draft or a paused show.
    #[error("the event is not on sale")]
    NotOnSale,
    /// A paused sale is resumed, not published again.
    #[error("the sale is paused; resume it")]
    SaleIsPaused,
    /// The sale has a later beginning.
    #[error("the sale opens at {opens_at}")]
    SaleNotOpen {
        /// When it opens.
        opens_at: Timestamp,
    },
    /// The show does not sell this type.
    #[error("the event has no ticket type {ticket_type_id}")]
    UnknownTicketType {
        /// What was asked for.
        ticket_type_id: TicketTypeId,
    },
    /// More tickets were asked for than are left.
    #[error("{requested} requested, {available} left")]
    SoldOut {
        /// Of which type.
        ticket_type_id: TicketTypeId,
        /// How many were asked for.
        requested: u32,
        /// How many are left.
        available: u32,
    },
    /// One customer would hold more than allowed.
    #[error("at most {limit} tickets for one customer; you hold {already_held} and asked for {requested}")]
    LimitPerCustomer {
        /// The most allowed.
        limit: u32,
        /// How many they hold.
        already_held: u32,
        /// How many were asked for.
        requested: u32,
    },
    /// A capacity below what is taken.
    #[error("{taken} tickets are taken; the capacity cannot be lowered to {requested}")]
    CapacityBelowTaken {
        /// Of which type.
        ticket_type_id: TicketTypeId,
        /// What was asked for.
        requested: u32,
        /// What is taken.
        taken: u32,
    },
    /// More ticket types than a show can have.
    #[error("an event can have at most {limit} ticket types")]
    TooManyTicketTypes {
        /// The most allowed.
        limit: usize,
    },
    /// Prices in different currencies.
    #[error("all prices of an event must be in one currency")]
    MixedCurrencies,
    /// Ends before it starts, or stops selling before it begins to.
    #[error("the times contradict each other: an event ends after it starts, a sale closes after it opens")]
    ContradictoryTimes,
}

//! Why a show refuses a command: each one the fact in the way.

mod labels;

use alloc::vec::Vec;

use crate::Timestamp;
use crate::ids::{EntryId, TicketTypeId};
use crate::show::event::SeatLabel;
use labels::Labels;

/// Why a command is refused. Nothing was recorded. In all of them `ticket_type_id` is the type it is
/// about, `requested` what was asked for, `available` what is left, and `limit` the most allowed.
#[expect(missing_docs, reason = "what has the same name everywhere is told once, above")]
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
    SoldOut { ticket_type_id: TicketTypeId, requested: u32, available: u32 },
    /// One customer would hold more than allowed.
    #[error("at most {limit} tickets for one customer; you hold {already_held} and asked for {requested}")]
    LimitPerCustomer {
        limit: u32,
        /// How many they hold.
        already_held: u32,
        requested: u32,
    },
    /// A capacity below what is taken.
    #[error("{taken} tickets are taken; the capacity cannot be lowered to {requested}")]
    CapacityBelowTaken {
        ticket_type_id: TicketTypeId,
        /// What was asked for.
        requested: u32,
        /// What is taken.
        taken: u32,
    },
    /// More ticket types than a show can have.
    #[error("an event can have at most {limit} ticket types")]
    TooManyTicketTypes { limit: usize },
    /// Prices in different currencies.
    #[error("all prices of an event must be in one currency")]
    MixedCurrencies,
    /// Ends before it starts, stops selling before it begins to, or sells fewer at most than at least.
    #[error("times or limits contradict each other: an event ends after it starts, a sale closes after it opens")]
    ContradictoryTimes,
    /// A refund policy whose steps are not one after the other.
    #[error("the refund policy's steps overlap: each must end later and give no more than the one before")]
    OverlappingPolicySteps,
    /// A ticket type sold by seats was asked for by number, and not as best available.
    #[error("this ticket type has numbered seats: name them, or ask for the best available")]
    SeatsRequired { ticket_type_id: TicketTypeId },
    /// Seats were asked for of a ticket type that has none.
    #[error("this ticket type has no numbered seats: ask for a quantity")]
    NotReserved { ticket_type_id: TicketTypeId },
    /// There is no such seat of this type.
    #[error("there is no seat {} of this ticket type", seat.as_str())]
    UnknownSeat {
        /// What was asked for.
        seat: SeatLabel,
    },
    /// The same seat was listed twice.
    #[error("seat {} is listed twice", seat.as_str())]
    SeatListedTwice {
        /// Which.
        seat: SeatLabel,
    },
    /// Somebody was first, or the seats are blocked.
    #[error("these seats are taken: {}", Labels(seats))]
    SeatsTaken {
        /// Which of those asked for.
        seats: Vec<SeatLabel>,
    },
    /// There are enough seats, but not side by side.
    #[error("{requested} seats together cannot be had; {largest} can, or {available} apart")]
    NotTogether {
        ticket_type_id: TicketTypeId,
        requested: u32,
        /// The most that can be had side by side.
        largest: u32,
        /// How many can be had apart.
        available: u32,
    },
    /// Not enough seats for wheelchairs.
    #[error("{requested} accessible seats requested, {available} left")]
    NoAccessibleSeats { ticket_type_id: TicketTypeId, requested: u32, available: u32 },
    /// A seat map that gives two seats one name.
    #[error("two seats are called {}", seat.as_str())]
    DuplicateSeatLabel {
        /// The name.
        seat: SeatLabel,
    },
    /// More seats than a show can have.
    #[error("a seat map can have at most {limit} seats")]
    TooManySeats { limit: usize },
    /// A seat map without a seat that somebody has, or that is blocked.
    #[error("seats that are held, sold or blocked must stay where they are: {}", Labels(seats))]
    SeatsInUse {
        /// Which seats are missing from the new map, or are of another ticket type in it.
        seats: Vec<SeatLabel>,
    },
    /// The capacity of a reserved ticket type is the number of its seats.
    #[error("the seat map says how many seats this ticket type has; change the map")]
    CapacityFromSeatMap { ticket_type_id: TicketTypeId },
    /// Fewer or more tickets of a type than one booking may have.
    #[error("{min} to {max} tickets of this type in one booking; {requested} requested")]
    QuantityPerBooking {
        ticket_type_id: TicketTypeId,
        /// The fewest.
        min: u32,
        /// The most.
        max: u32,
        requested: u32,
    },
    /// There is no such promo code, or it is not good now, or not for these tickets.
    #[error("this promo code is not good for these tickets now")]
    PromoCodeInvalid,
    /// It was used as often as it can be.
    #[error("this promo code is used up: {limit} at most")]
    PromoCodeUsedUp {
        /// The most uses, overall or for this customer.
        limit: u32,
    },
    /// A code is there already and does something else.
    #[error("there is such a promo code, and it does something else; remove it first")]
    PromoCodeExists,
    /// There is no such code to remove.
    #[error("there is no such promo code")]
    NoSuchPromoCode,
    /// More promo codes than a show can have.
    #[error("an event can have at most {limit} promo codes")]
    TooManyPromoCodes { limit: usize },
    /// More colleagues than a show can have.
    #[error("an event can have at most {limit} colleagues; take access from somebody first")]
    TooManyColleagues { limit: usize },
    /// Tickets of this show are held and paid before they are confirmed.
    #[error("this event's tickets are held first: send \"hold\": true, then pay")]
    HoldRequired,
    /// The deadline has passed, and the tickets are gone.
    #[error("the hold has lapsed")]
    HoldLapsed,
    /// The deadline cannot be moved any further.
    #[error("the hold cannot be extended any further")]
    HoldNotExtendable {
        /// Its deadline.
        expires_at: Timestamp,
    },
    /// It was confirmed before, by another request.
    #[error("the booking is confirmed already")]
    AlreadyConfirmed,
    /// It was given back, or released, before.
    #[error("the booking was cancelled")]
    AlreadyCancelled,
    /// It is not paid.
    #[error("{due} minor units are to be paid first")]
    PaymentRequired {
        /// How much is missing, in minor units.
        due: i64,
    },
    /// A payment is under way.
    #[error("a payment is being made; wait for its outcome")]
    PaymentPending,
    /// It is paid, or costs nothing.
    #[error("there is nothing to pay")]
    NothingToPay,
    /// The provider speaks of a payment that was never started.
    #[error("there is no such payment")]
    NoSuchPayment,
    /// The provider speaks of another amount than was asked for.
    #[error("the payment is of another amount")]
    PaymentDiffers,
    /// The provider speaks of a refund that was never due.
    #[error("there is no such refund")]
    NoSuchRefund,
    /// More would go back than was paid.
    #[error("{requested} minor units are more than the {refundable} that can still be refunded")]
    RefundExceedsPaid {
        /// How much was asked for.
        requested: i64,
        /// How much can still be refunded.
        refundable: i64,
    },
    /// A part was given back that the booking does not have.
    #[error("the booking does not have these tickets")]
    NotInBooking,
    /// What is waited for can be had now.
    #[error("{available} tickets can be had now: book them")]
    TicketsAvailable {
        ticket_type_id: TicketTypeId,
        /// How many.
        available: u32,
    },
    /// The customer waits for this ticket type already.
    #[error("you wait for this ticket type already")]
    AlreadyWaiting {
        /// Their place.
        entry_id: EntryId,
    },
    /// As many wait as can.
    #[error("the waitlist is full: {limit} people wait")]
    WaitlistFull { limit: usize },
    /// There is no such place, or none that this person may know of.
    #[error("there is no such place on the waitlist")]
    NoSuchEntry,
    /// Nothing was offered yet.
    #[error("nothing is offered to you yet")]
    NotOffered,
    /// The offer's deadline has passed.
    #[error("the offer has lapsed")]
    OfferLapsed,
    /// The offer was declined, or the place left.
    #[error("the offer was declined")]
    OfferDeclined,
    /// The offer was accepted.
    #[error("the offer was accepted; cancel the booking instead")]
    OfferAccepted,
    /// The refund date lies in the past, or times contradict each other.
    #[error("refunds must be possible until some time from now on")]
    RefundDatePast,
}

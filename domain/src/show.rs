//! A show and everything that is sold for it: the one place where its seats are counted.
//!
//! Commands and events are listed in `show/command.rs` and `show/event.rs`; each rule has a file.

mod booking;
mod cancelling;
mod colleagues;
mod command;
mod event;
mod hold;
mod lifecycle;
mod payment;
mod programme;
mod refund;
mod rejection;
mod sale;
mod seating;
mod snapshot;
mod state;
mod terms;
#[cfg(test)]
mod tests;
mod waitlist;

use alloc::boxed::Box;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use crate::Timestamp;
use crate::access::Access;
use crate::aggregate::{Aggregate, Asked};
use crate::ids::{AccountId, BookingId, EntryId, PaymentId};

pub use booking::{Booking, BookingStatus};
pub use cancelling::Cancellation;
pub use colleagues::COLLEAGUES_MAX;
pub use command::{
    BestAvailable, BlockSeats, BookTickets, CancelBooking, CancelShow, CapacityWish, Command, ConfirmBooking,
    CreateShow, Item, JoinWaitlist, Outcome, RefundBooking, ReportPayment, ReportRefund, RescheduleShow, ReviseShow,
    SetSeatMap, StartPayment, Step, Wish,
};
pub use event::*;
pub use hold::LAPSES_PER_EVENT_MAX;
pub use refund::REFUNDS_RETRIED_MAX;
pub use rejection::Rejection;
pub use sale::Promo;
pub use seating::{Counts, Seating, State as SeatState};
pub use state::Offered;
pub use terms::{
    CODE_CHARS_MAX, Code, Discount, HOLD_EXTENSIONS, HOLD_S, HOLD_S_RANGE, OFFER_S, OFFER_S_RANGE, PAYING_S,
    PAYMENT_FAILED_S, PROMO_CODES_MAX, Payment, PromoCode, REFUND_STEPS_MAX, RefundPolicy, RefundStep, SaleTerms,
    TicketTerms, percent_of,
};
pub use waitlist::{Entry, EntryState, WAITLIST_MAX};

/// The most ticket types a show can have.
pub const TICKET_TYPES_MAX: usize = 100;
/// The most seats one ticket type can have.
pub const CAPACITY_MAX: u32 = 10_000_000;
/// The most tickets one booking can hold.
pub const BOOKING_TICKETS_MAX: u32 = 1_000;
/// The highest price of one ticket, in minor units. With the limits above no total can overflow.
pub const PRICE_MAX: i64 = 1_000_000_000_000;

/// What [`Aggregate::weight`] counts in.
const ENTRY_BYTES: usize = 150;

/// Where a show stands between idea and history.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Status {
    /// Only its organizer sees it.
    #[default]
    Draft,
    /// Published; tickets are sold within the sale window.
    OnSale,
    /// Published; not sold for the moment.
    Paused,
    /// Published; never sold again.
    Closed,
    /// Will not happen; every booking of it is cancelled.
    Cancelled,
}

impl Status {
    /// The word used in the API and in the read models.
    pub fn as_str(self) -> &'static str {
        match self {
            Status::Draft => "draft",
            Status::OnSale => "on_sale",
            Status::Paused => "paused",
            Status::Closed => "closed",
            Status::Cancelled => "cancelled",
        }
    }
}

/// The state of one show, as far as decisions need it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Show {
    #[serde(with = "snapshot::as_json")]
    origin: Option<Box<ShowCreated>>,
    details: Option<ShowDetails>,
    schedule: Option<Schedule>,
    max_per_customer: Option<u32>,
    terms: SaleTerms,
    /// Every refund policy there ever was; bookings name theirs by its number, from 1.
    policies: Vec<RefundPolicy>,
    /// The last time it was put off.
    put_off: Option<PutOff>,
    status: Status,
    /// How often the organizer has acted: the show's `ETag`. Bookings do not count.
    revision: u64,
    offered: Vec<Offered>,
    seating: Seating,
    promos: BTreeMap<Code, Promo>,
    /// Whom the organizer has trusted with it.
    colleagues: BTreeMap<AccountId, Access>,
    #[serde(deserialize_with = "snapshot::bookings")]
    bookings: BTreeMap<BookingId, Booking>,
    /// Tickets in live bookings and holds, by customer.
    held: BTreeMap<AccountId, u32>,
    /// What ends by itself, and when.
    deadlines: BTreeSet<(Timestamp, Deadline)>,
    /// What each payment is for.
    payments: BTreeMap<PaymentId, BookingId>,
    failed_refunds: BTreeSet<(BookingId, u32)>,
    waitlist: waitlist::Waitlist,
    /// What the state takes in memory, in bytes, roughly.
    bytes: usize,
}

/// Something that ends by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
enum Deadline {
    Hold(BookingId),
    Offer(EntryId),
}

/// A show was put off: who had booked before may give tickets back in full for a while.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct PutOff {
    decided_at: Timestamp,
    refund_until: Timestamp,
}

impl Aggregate for Show {
    const CATEGORY: &'static str = "show";
    const SNAPSHOT_SCHEMA: u32 = 2;
    type Command = Command;
    type Event = Event;
    type Rejection = Rejection;

    fn decide(&self, command: &Command, asked: &Asked) -> Result<Vec<Event>, Rejection> {
        match command {
            Command::BookTickets(book) => booking::book(self, book, asked),
            Command::CancelBooking(cancel) => cancelling::cancel(self, cancel, asked),
            Command::ExtendHold { booking_id } => hold::extend(self, *booking_id, asked),
            Command::ConfirmBooking(confirm) => hold::confirm(self, confirm, asked),
            Command::StartPayment(start) => payment::start(self, start, asked),
            Command::ReportPayment(report) => payment::report(self, report, asked),
            Command::RefundBooking(refund) => refund::refund(self, refund, asked),
            Command::ReportRefund(report) => refund::report_refund(self, report, asked),
            Command::RetryRefunds => refund::retry_refunds(self, asked),
            Command::JoinWaitlist(join) => waitlist::join(self, join, asked),
            Command::LeaveWaitlist { entry_id } => waitlist::leave(self, *entry_id, asked),
            Command::AcceptOffer { entry_id, booking_id } => waitlist::accept(self, *entry_id, *booking_id, asked),
            Command::DeclineOffer { entry_id } => waitlist::decline(self, *entry_id, asked),
            Command::CreateShow(create) => programme::create(self, create, asked),
            Command::ReviseShow(revise) => programme::revise(self, revise, asked),
            Command::SetSeatMap(set) => programme::set_seat_map(self, set, asked),
            Command::BlockSeats(block) => programme::block_seats(self, block, asked),
            Command::AddPromoCode(promo_code) => sale::add_promo_code(self, promo_code, asked),
            Command::RemovePromoCode { code } => sale::remove_promo_code(self, code, asked),
            Command::Step(step) => lifecycle::step(self, *step, asked),
            Command::RescheduleShow(reschedule) => lifecycle::reschedule(self, reschedule, asked),
            Command::CancelShow(cancel) => lifecycle::cancel(self, cancel, asked),
            Command::AddColleague { account_id, access } => colleagues::add(self, *account_id, *access, asked),
            Command::RemoveColleague { account_id } => colleagues::remove(self, *account_id, asked),
            Command::Settle if self.origin.is_none() => Err(Rejection::NoSuchShow),
            Command::Settle => Ok(Vec::new()),
        }
    }

    fn settle(&self, at: Timestamp) -> Vec<Event> {
        waitlist::settle(self, at)
    }

    fn is_by_time(event: &Event) -> bool {
        matches!(event, Event::HoldsLapsed(_) | Event::OffersLapsed(_))
    }

    fn evolve(&mut self, event: &Event) {
        self.revision += u64::from(event.is_organizers());
        self.bytes += event::bytes(event);
        match event {
            Event::BookingConfirmed(confirmed) => booking::confirmed(self, confirmed),
            Event::BookingReduced(reduced) => cancelling::reduced(self, reduced),
            Event::BookingCancelled(cancelled) => cancelling::cancelled(self, cancelled.booking_id),
            Event::SeatsHeld(held) => booking::held(self, held),
            Event::HoldExtended(extended) => hold::extended(self, extended),
            Event::HoldConfirmed(confirmed) => hold::confirmed(self, confirmed),
            Event::HoldReleased(released) => self.end(released.booking_id, BookingStatus::Released),
            Event::HoldsLapsed(lapsed) => hold::lapsed(self, &lapsed.holds),
            Event::PaymentStarted(started) => payment::started(self, started),
            Event::PaymentSucceeded(succeeded) => payment::succeeded(self, succeeded),
            Event::PaymentFailed(failed) => payment::failed(self, failed),
            Event::RefundDue(due) => refund::refund_became_due(self, due),
            Event::RefundSucceeded(RefundSucceeded { booking_id, refund, .. }) => {
                refund::settle_refund(self, *booking_id, *refund, refund::RefundState::Succeeded);
            }
            Event::RefundFailed(RefundFailed { booking_id, refund, .. }) => {
                refund::settle_refund(self, *booking_id, *refund, refund::RefundState::Failed);
            }
            Event::RefundRetried(RefundRetried { booking_id, refund }) => {
                refund::settle_refund(self, *booking_id, *refund, refund::RefundState::Due);
            }
            Event::WaitlistJoined(joined) => waitlist::joined(self, joined),
            Event::WaitlistLeft(left) => waitlist::left(self, left.entry_id),
            Event::SeatsOffered(offered) => waitlist::offered(self, offered),
            Event::OfferDeclined(declined) => waitlist::declined(self, declined),
            Event::OffersLapsed(lapsed) => waitlist::lapsed(self, &lapsed.offers),
            Event::ColleagueAdded(added) => colleagues::added(self, added),
            Event::ColleagueRemoved(removed) => colleagues::removed(self, removed),
            organizers => programme::evolve(self, organizers),
        }
    }

    fn key_spent() -> Rejection {
        Rejection::IdempotencyKeyReused
    }

    fn weight(&self) -> usize {
        1 + self.bytes / ENTRY_BYTES
    }
}

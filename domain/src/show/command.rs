//! What people ask of a show. What they say with it stands in five files, by who asks and about what.

mod payment;
mod programme;
mod sale;
mod seating;
mod waitlist;

use alloc::boxed::Box;

use crate::access::Access;
use crate::ids::{AccountId, BookingId, EntryId};
use crate::show::terms::{Code, PromoCode};

pub use payment::{Outcome, RefundBooking, ReportPayment, ReportRefund, StartPayment};
pub use programme::{CancelShow, CapacityWish, CreateShow, RescheduleShow, ReviseShow, Step};
pub use sale::{BestAvailable, BookTickets, CancelBooking, ConfirmBooking, Item, Wish};
pub use seating::{BlockSeats, SetSeatMap};
pub use waitlist::JoinWaitlist;

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
    /// Give back, wholly or in part.
    CancelBooking(CancelBooking),
    /// Hold on for longer.
    ExtendHold {
        /// Which hold.
        booking_id: BookingId,
    },
    /// Buy what is held.
    ConfirmBooking(ConfirmBooking),
    /// Go and pay for what is held.
    StartPayment(StartPayment),
    /// Tell what became of a payment.
    ReportPayment(ReportPayment),
    /// Give money back.
    RefundBooking(RefundBooking),
    /// Tell what became of a refund.
    ReportRefund(ReportRefund),
    /// Try every refund that failed again.
    RetryRefunds,
    /// Wait for tickets.
    JoinWaitlist(JoinWaitlist),
    /// Wait no longer.
    LeaveWaitlist {
        /// Whose place.
        entry_id: EntryId,
    },
    /// Take what is offered.
    AcceptOffer {
        /// Whose place.
        entry_id: EntryId,
        /// The id of the booking that it becomes.
        booking_id: BookingId,
    },
    /// Do not take it.
    DeclineOffer {
        /// Whose place.
        entry_id: EntryId,
    },
    /// Set up the seats.
    SetSeatMap(Box<SetSeatMap>),
    /// Do not sell some seats, or sell them again.
    BlockSeats(BlockSeats),
    /// Make tickets cheaper for those who know a code.
    AddPromoCode(Box<PromoCode>),
    /// Do so no longer.
    RemovePromoCode {
        /// The code.
        code: Code,
    },
    /// Put it off.
    RescheduleShow(RescheduleShow),
    /// Trust somebody with it.
    AddColleague {
        /// Whom.
        account_id: AccountId,
        /// With what.
        access: Access,
    },
    /// Trust them no longer.
    RemoveColleague {
        /// Whom.
        account_id: AccountId,
    },
    /// Nothing but what is due by itself: lapses, and offers of what came free.
    Settle,
}

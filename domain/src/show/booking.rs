//! Buying tickets: what a show remembers of a booking, and the two ways one begins, at once or as a hold.

mod fingerprint;

use alloc::boxed::Box;
use alloc::vec;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::Timestamp;
use crate::access::{Action, may};
use crate::aggregate::Asked;
use crate::ids::{AccountId, BookingId, EntryId};
use crate::show::command::BookTickets;
use crate::show::event::{self, BookedItem, BookingConfirmed, Event, SeatsHeld};
use crate::show::hold::{Hold, hold_until};
use crate::show::payment::Payment;
use crate::show::refund::Refund;
use crate::show::terms::{self, Code};
use crate::show::{Deadline, Rejection, Show, sale, waitlist};
use fingerprint::{fingerprint_of_items, is_plain};

pub(super) use fingerprint::fingerprint;

/// What the show remembers of a booking, for ever: a late repeat must find it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Booking {
    /// Who booked.
    pub customer_id: AccountId,
    /// What it has now, or had when it ended, and at which price.
    pub items: Box<[BookedItem]>,
    /// When it was booked or held.
    #[serde(with = "chrono::serde::ts_microseconds")]
    pub booked_at: Timestamp,
    /// What became of it.
    pub status: BookingStatus,
    /// Which of the show's refund policies holds for it; 0 is none.
    pub(super) policy: u16,
    /// Stands for what was asked, so that a repeat is known from another request.
    pub(super) asked: u64,
    /// What most bookings do not have.
    pub(super) more: Option<Box<More>>,
}

/// What became of a booking.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum BookingStatus {
    /// Its tickets are set aside until a deadline.
    Held,
    /// So they are, and its holder is paying.
    Paying,
    /// Its tickets are bought.
    Confirmed,
    /// The deadline came first.
    Lapsed,
    /// Its holder gave it up.
    Released,
    /// It was given back, or the show was called off.
    Cancelled,
}

impl BookingStatus {
    /// The word used in the API and in the read models.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Held => "held",
            Self::Paying => "paying",
            Self::Confirmed => "confirmed",
            Self::Lapsed => "lapsed",
            Self::Released => "released",
            Self::Cancelled => "cancelled",
        }
    }

    /// Whether its tickets are nobody else's.
    pub fn is_live(self) -> bool {
        matches!(self, Self::Held | Self::Paying | Self::Confirmed)
    }
}

/// What most bookings do not have.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct More {
    /// Its items when it was made, if it has other ones now.
    pub(super) first_items: Option<Box<[BookedItem]>>,
    pub(super) hold: Option<Hold>,
    pub(super) promo_code: Option<Code>,
    pub(super) payments: Vec<Payment>,
    pub(super) refunds: Vec<Refund>,
    /// The request that confirmed it.
    pub(super) confirmed_by: Option<Uuid>,
    /// The requests that gave parts of it back.
    pub(super) reduced_by: Vec<Uuid>,
}

impl Booking {
    /// How many tickets.
    pub fn quantity(&self) -> u32 {
        self.items.iter().map(|item| item.quantity).sum()
    }

    /// What it costs in all, in minor units of the show's currency.
    pub fn total(&self) -> i64 {
        event::total(&self.items)
    }

    /// Its items when it was made.
    pub fn first_items(&self) -> &[BookedItem] {
        self.more().and_then(|more| more.first_items.as_deref()).unwrap_or(&self.items)
    }

    /// The code that made it cheaper.
    pub fn promo_code(&self) -> Option<&Code> {
        self.more().and_then(|more| more.promo_code.as_ref())
    }

    /// Its deadline, while it is held.
    pub fn expires_at(&self) -> Option<Timestamp> {
        let open = matches!(self.status, BookingStatus::Held | BookingStatus::Paying);
        self.hold().filter(|_| open).map(|hold| hold.expires_at)
    }

    /// Its first deadline, if it was ever held.
    pub fn first_expires_at(&self) -> Option<Timestamp> {
        self.hold().map(|hold| hold.first_expires_at)
    }

    pub(super) fn hold(&self) -> Option<&Hold> {
        self.more().and_then(|more| more.hold.as_ref())
    }

    pub(super) fn more(&self) -> Option<&More> {
        self.more.as_deref()
    }

    pub(super) fn more_mut(&mut self) -> &mut More {
        self.more.get_or_insert_default()
    }
}

pub(super) fn book(show: &Show, book: &BookTickets, asked: &Asked) -> Result<Vec<Event>, Rejection> {
    let fingerprint = fingerprint(book);
    if let Some(booking) = show.booking(book.booking_id) {
        let repeats = booking.customer_id == book.customer_id && booking.asked == fingerprint;
        return if repeats { Ok(vec![]) } else { Err(Rejection::IdempotencyKeyReused) };
    }
    sale::check_sale(show, asked)?;
    if show.terms.payment == terms::Payment::Required && !book.hold {
        return Err(Rejection::HoldRequired);
    }
    let items = sale::claim(show, book, asked.at)?;
    let taken = Taken {
        booking_id: book.booking_id,
        customer_id: book.customer_id,
        items,
        promo_code: book.promo_code.clone(),
        offer: None,
        asked: if is_plain(book) { 0 } else { fingerprint },
    };
    Ok(vec![taken.into_event(show, book.hold, asked.at)?])
}

/// Tickets that are about to be taken, at once or as a hold.
pub(super) struct Taken {
    pub(super) booking_id: BookingId,
    pub(super) customer_id: AccountId,
    pub(super) items: Box<[BookedItem]>,
    pub(super) promo_code: Option<Code>,
    pub(super) offer: Option<EntryId>,
    pub(super) asked: u64,
}

impl Taken {
    pub(super) fn into_event(self, show: &Show, hold: bool, at: Timestamp) -> Result<Event, Rejection> {
        let Self { booking_id, customer_id, items, promo_code, offer, asked } = self;
        let (currency, policy) = (show.currency().ok_or(Rejection::NotOnSale)?, show.policy_number());
        Ok(if hold {
            let (expires_at, extendable_until) = hold_until(&show.terms, at);
            let held_at = at;
            SeatsHeld {
                booking_id,
                customer_id,
                items,
                currency,
                held_at,
                expires_at,
                extendable_until,
                policy,
                promo_code,
                offer,
                asked,
            }
            .into()
        } else {
            let booked_at = at;
            BookingConfirmed { booking_id, customer_id, items, currency, booked_at, policy, promo_code, offer, asked }
                .into()
        })
    }
}

/// Somebody's own booking. Whether somebody else booked is nobody's business.
pub(super) fn own<'a>(show: &'a Show, booking_id: BookingId, asked: &Asked) -> Result<&'a Booking, Rejection> {
    let booking = show.booking(booking_id).ok_or(Rejection::NoSuchBooking)?;
    if may(&asked.by, Action::KeepBooking { customer: booking.customer_id }) {
        Ok(booking)
    } else {
        Err(Rejection::NoSuchBooking)
    }
}

pub(super) fn confirmed(show: &mut Show, event: &BookingConfirmed) {
    let asked = if event.asked == 0 { fingerprint_of_items(&event.items) } else { event.asked };
    let mut booking = Booking {
        customer_id: event.customer_id,
        items: event.items.clone(),
        booked_at: event.booked_at,
        status: BookingStatus::Confirmed,
        policy: event.policy,
        asked,
        more: None,
    };
    if event.promo_code.is_some() {
        booking.more_mut().promo_code.clone_from(&event.promo_code);
    }
    begin(show, event.booking_id, booking, event.offer);
}

pub(super) fn held(show: &mut Show, event: &SeatsHeld) {
    let mut booking = Booking {
        customer_id: event.customer_id,
        items: event.items.clone(),
        booked_at: event.held_at,
        status: BookingStatus::Held,
        policy: event.policy,
        asked: event.asked,
        more: None,
    };
    let more = booking.more_mut();
    more.promo_code.clone_from(&event.promo_code);
    more.hold = Some(Hold::new(event));
    show.deadlines.insert((event.expires_at, Deadline::Hold(event.booking_id)));
    begin(show, event.booking_id, booking, event.offer);
}

/// A new booking takes its tickets, or takes them over from an offer.
fn begin(show: &mut Show, booking_id: BookingId, booking: Booking, offer: Option<EntryId>) {
    match offer {
        Some(entry_id) => waitlist::accepted(show, entry_id, booking_id),
        None => show.take(&booking.items),
    }
    show.count_in(booking.customer_id, booking.quantity(), booking.promo_code());
    show.bookings.insert(booking_id, booking);
}

//! Every booking of the log, in the order in which they were made, in as little memory as that takes:
//! what most bookings do not have stands apart.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::facts::RefundReason;
use super::tickets::{self, Tickets};

/// What is remembered of a booking.
pub(super) struct Booking {
    pub(super) id: Uuid,
    pub(super) show_id: Uuid,
    pub(super) customer_id: Uuid,
    /// What it has, or had when it ended.
    pub(super) tickets: Box<[Tickets]>,
    /// Of the event that made it.
    pub(super) position: i64,
    pub(super) booked_at: DateTime<Utc>,
    pub(super) cancelled_at: Option<DateTime<Utc>>,
    pub(super) more: Option<Box<More>>,
    /// Which of the show's refund policies holds for it; 0 is none.
    pub(super) policy: u16,
    pub(super) status: Status,
}

/// What most bookings do not have.
#[derive(Default)]
pub(super) struct More {
    pub(super) hold: Option<Hold>,
    pub(super) promo_code: Option<Box<str>>,
    /// The waitlist's entry whose offer was accepted with it.
    pub(super) offer: Option<Uuid>,
    pub(super) payments: Vec<Payment>,
    /// The first is number 1.
    pub(super) refunds: Vec<Refund>,
}

/// What became of a booking. A cancelled show leaves bought ones as they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Status {
    Held,
    Paying,
    Confirmed,
    Lapsed,
    Released,
    Cancelled,
}

/// The deadlines of a hold.
#[derive(Clone, Copy)]
pub(super) struct Hold {
    pub(super) expires_at: DateTime<Utc>,
    /// As it was before its holder went to pay.
    pub(super) expires_unpaid_at: DateTime<Utc>,
    pub(super) extendable_until: DateTime<Utc>,
}

/// An attempt to pay.
pub(super) struct Payment {
    pub(super) id: Uuid,
    pub(super) amount: i64,
    pub(super) method: Box<str>,
    pub(super) state: PaymentState,
    pub(super) started_at: DateTime<Utc>,
    pub(super) settled_at: Option<DateTime<Utc>>,
}

/// What became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PaymentState {
    Started,
    Succeeded,
    Failed,
}

/// Money that must go back, or went.
pub(super) struct Refund {
    pub(super) amount: i64,
    pub(super) reason: RefundReason,
    pub(super) state: RefundState,
    pub(super) failure: Option<Box<str>>,
    pub(super) due_at: DateTime<Utc>,
    pub(super) settled_at: Option<DateTime<Utc>>,
    pub(super) position: i64,
}

/// What became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RefundState {
    Due,
    Succeeded,
    Failed,
}

impl PaymentState {
    /// The word that stands in the read model.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Started => "started",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
        }
    }
}

impl RefundState {
    /// The word that stands in the read model.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Due => "due",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
        }
    }
}

impl Status {
    /// The word that stands in the read model.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Held => "held",
            Self::Paying => "paying",
            Self::Confirmed => "confirmed",
            Self::Lapsed => "lapsed",
            Self::Released => "released",
            Self::Cancelled => "cancelled",
        }
    }
}

impl Booking {
    /// What it costs in all.
    pub(super) fn total(&self) -> i64 {
        tickets::total(&self.tickets).unwrap_or(i64::MAX)
    }

    /// How many tickets it has.
    pub(super) fn quantity(&self) -> i32 {
        tickets::quantity(&self.tickets).unwrap_or(i32::MAX)
    }

    /// Its deadline, while it is held.
    pub(super) fn expires_at(&self) -> Option<DateTime<Utc>> {
        self.open_hold().map(|hold| hold.expires_at)
    }

    /// Its deadlines, while it is held.
    pub(super) fn open_hold(&self) -> Option<Hold> {
        let open = matches!(self.status, Status::Held | Status::Paying);
        self.more.as_ref().filter(|_| open).and_then(|more| more.hold)
    }

    /// The code that made it cheaper.
    pub(super) fn promo_code(&self) -> Option<&str> {
        self.more.as_ref().and_then(|more| more.promo_code.as_deref())
    }

    /// The payments for it.
    pub(super) fn payments(&self) -> &[Payment] {
        self.more.as_ref().map_or(&[], |more| &more.payments)
    }

    /// What went back or is to go back.
    pub(super) fn refunds(&self) -> &[Refund] {
        self.more.as_ref().map_or(&[], |more| &more.refunds)
    }

    /// What came in for it.
    pub(super) fn paid(&self) -> i64 {
        let succeeded = self.payments().iter().filter(|payment| payment.state == PaymentState::Succeeded);
        succeeded.map(|payment| payment.amount).fold(0, i64::saturating_add)
    }

    /// What went back or is to go back, whatever became of that.
    pub(super) fn refunded(&self) -> i64 {
        self.refunds().iter().map(|refund| refund.amount).fold(0, i64::saturating_add)
    }

    pub(super) fn more_mut(&mut self) -> &mut More {
        self.more.get_or_insert_default()
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

    /// All of them, the oldest first.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Booking> {
        self.bookings.iter()
    }
}

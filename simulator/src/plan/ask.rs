//! What can be asked of a show: every command there is, with numbers for ids.

use serde::{Deserialize, Serialize};

use super::{Kind, KindTerms, Ms, Terms, Times};

/// Something that is asked of a show.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Ask {
    /// Put it on the programme.
    Create,
    /// Show it to everybody and sell it.
    Publish,
    /// Stop selling for the moment.
    Pause,
    /// Sell again.
    Resume,
    /// Never sell again.
    Close,
    /// Call it off.
    CallOff,
    /// Correct it, as of the revision last seen, or of the one before.
    Revise {
        /// What is to change.
        change: Change,
        /// Whether the organizer looks at an old revision.
        stale: bool,
    },
    /// Set up one of its seat maps.
    SetMap {
        /// Which.
        map: u8,
    },
    /// Do not sell some seats, or sell them again.
    Block {
        /// Which seats.
        seats: Vec<Place>,
        /// `false`: sell them again.
        block: bool,
    },
    /// Make one of its promo codes.
    AddPromo {
        /// Which of the plan's promo codes.
        promo: u8,
    },
    /// Remove a code.
    RemovePromo {
        /// Its number.
        code: u8,
    },
    /// Put it off.
    PutOff {
        /// The new beginning.
        starts: Ms,
        /// The new end.
        ends: Ms,
        /// Until then tickets can be given back in full.
        refund_until: Ms,
    },
    /// Buy or hold.
    Book {
        /// The booking's number.
        booking: u32,
        /// What.
        wants: Vec<Want>,
        /// Only hold them.
        hold: bool,
        /// By which code.
        promo: Option<u8>,
        /// Whether the asker knows the code of hidden types.
        knows: bool,
    },
    /// Give back, wholly or in part.
    GiveBack {
        /// Which booking.
        booking: u32,
        /// Which part; empty: all.
        part: Vec<Part>,
        /// Only ask what would come back.
        preview: bool,
        /// The request's number.
        request: u32,
    },
    /// Hold on for longer.
    Extend {
        /// Which booking.
        booking: u32,
    },
    /// Buy what is held.
    Confirm {
        /// Which booking.
        booking: u32,
        /// The request's number.
        request: u32,
        /// The payment it refers to.
        payment: Option<u32>,
    },
    /// Go and pay.
    Pay {
        /// Which booking.
        booking: u32,
        /// The payment's number.
        payment: u32,
    },
    /// Tell what became of a payment.
    Report {
        /// Which payment.
        payment: u32,
        /// What became of it.
        said: Said,
    },
    /// Give money back.
    Refund {
        /// Of which booking.
        booking: u32,
        /// How much.
        amount: i64,
        /// The request's number.
        request: u32,
    },
    /// Tell what became of a refund.
    ReportRefund {
        /// Of which booking.
        booking: u32,
        /// Which of its refunds.
        refund: u32,
        /// What became of it.
        said: Said,
    },
    /// Try every refund that failed again.
    RetryRefunds,
    /// Wait for tickets.
    Join {
        /// The place's number.
        entry: u32,
        /// Which type.
        kind: u8,
        /// How many.
        quantity: u32,
        /// Whether the asker knows the code of hidden types.
        knows: bool,
    },
    /// Wait no longer.
    Leave {
        /// Which place.
        entry: u32,
    },
    /// Take what is offered.
    Accept {
        /// Which place.
        entry: u32,
        /// The number of the booking it becomes.
        booking: u32,
    },
    /// Do not take it.
    Decline {
        /// Which place.
        entry: u32,
    },
    /// Nothing but what is due by itself.
    Settle,
}

impl Ask {
    /// The booking that it is about.
    pub fn booking(&self) -> Option<u32> {
        match self {
            Self::Book { booking, .. }
            | Self::GiveBack { booking, .. }
            | Self::Extend { booking }
            | Self::Confirm { booking, .. }
            | Self::Pay { booking, .. }
            | Self::Refund { booking, .. }
            | Self::ReportRefund { booking, .. }
            | Self::Accept { booking, .. } => Some(*booking),
            _ => None,
        }
    }

    /// The place on the waitlist that it is about.
    pub fn entry(&self) -> Option<u32> {
        match self {
            Self::Join { entry, .. } | Self::Leave { entry } | Self::Accept { entry, .. } | Self::Decline { entry } => {
                Some(*entry)
            }
            _ => None,
        }
    }
}

/// What is to change about a show.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Change {
    /// Its title.
    Title(u32),
    /// Its times.
    Times(Times),
    /// The limit for one customer.
    Limit(Option<u32>),
    /// The capacity of a type.
    Capacity {
        /// Which type.
        kind: u8,
        /// How many there are to be.
        capacity: u32,
    },
    /// One more type.
    Added(Kind),
    /// How it is held, paid and given back.
    Terms(Terms),
    /// How a type is sold.
    KindTerms(u8, KindTerms),
}

/// Some tickets of one type.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Want {
    /// So many.
    Some {
        /// Of which type.
        kind: u8,
        /// How many.
        quantity: u32,
    },
    /// These seats.
    Seats {
        /// Of which type.
        kind: u8,
        /// Which.
        seats: Vec<Place>,
    },
    /// The best that are left.
    Best {
        /// Of which type.
        kind: u8,
        /// How many.
        quantity: u32,
        /// Side by side.
        together: bool,
        /// How many of them accessible.
        accessible: u32,
    },
}

impl Want {
    /// Of which type.
    pub fn kind(&self) -> u8 {
        match self {
            Self::Some { kind, .. } | Self::Seats { kind, .. } | Self::Best { kind, .. } => *kind,
        }
    }

    /// How many.
    pub fn quantity(&self) -> u32 {
        match self {
            Self::Some { quantity, .. } | Self::Best { quantity, .. } => *quantity,
            Self::Seats { seats, .. } => seats.len() as u32,
        }
    }
}

/// A part of a booking.
pub type Part = Want;

/// A seat: section, row, and place in the row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Place(pub u8, pub u8, pub u8);

impl Place {
    /// The seat's name.
    pub fn label(self) -> String {
        let Self(section, row, seat) = self;
        let section = char::from(b'A' + section % 26);
        format!("{section}{}-{}", row + 1, seat + 1)
    }
}

/// What the payment provider says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Said {
    /// The money moved.
    Succeeded,
    /// It did not.
    Failed,
    /// Another amount moved.
    Otherwise,
}

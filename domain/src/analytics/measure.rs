//! What is counted. The order is that of the written numbers: a new measure goes to the end.

/// Lists the measures with their names.
macro_rules! measures {
    ($( $(#[$doc:meta])* $measure:ident $kind:ident, )+) => {
        /// Something that is counted. What counts tickets or money is the sum over the ticket types of a show
        /// and over what belongs to none of them; bookings and people are counted for the show alone, because
        /// a booking may be of several types.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Measure { $( $(#[$doc])* $measure, )+ }

        impl Measure {
            /// All of them, in the order in which they are written.
            pub const ALL: &'static [Measure] = &[$( Measure::$measure, )+];

            const KINDS: &'static [Kind] = &[$( Kind::$kind, )+];
        }
    };
}

/// How a measure adds up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// Over the ticket types of a show, and over shows.
    Types,
    /// Over shows.
    Shows,
    /// Not at all.
    Mark,
}

impl Measure {
    /// How many there are.
    pub const COUNT: usize = Self::ALL.len();

    /// Whether a show has as much of it as its ticket types and what belongs to none of them together.
    pub fn adds_up_over_types(self) -> bool {
        Self::KINDS[self as usize] == Kind::Types
    }

    /// Whether all shows together have as much of it as each of them. Otherwise it is a mark of one show or
    /// ticket type, and no number of anything.
    pub fn adds_up_over_shows(self) -> bool {
        Self::KINDS[self as usize] != Kind::Mark
    }
}

measures! {
    /// Tickets there are in all, of any show.
    Capacity Types,
    /// The same of shows that were published and not called off: what could be sold.
    PublicCapacity Types,
    /// Seats that are not sold for now.
    Blocked Types,
    /// Tickets in confirmed bookings.
    Sold Types,
    /// Tickets in open holds.
    Held Types,
    /// Tickets in open offers to the waitlist.
    Offered Types,
    /// Tickets that were ever set aside by a hold.
    TicketsHeld Types,
    /// Tickets of holds that reached their deadlines.
    TicketsLapsed Types,
    /// Held tickets that their holders gave up.
    TicketsReleased Types,
    /// Tickets that were ever bought, at once or by a hold.
    TicketsBooked Types,
    /// Bought tickets that were given back.
    TicketsCancelled Types,
    /// Bought tickets of shows that were called off.
    TicketsCalledOff Types,
    /// Tickets that were ever offered to the waitlist.
    TicketsOffered Types,
    /// Tickets that people joined the waitlist for.
    TicketsWanted Types,
    /// The list prices of what was paid for here, in minor units; and payments that bought nothing (late,
    /// double, not yet enough), which belong to no ticket type.
    Gross Types,
    /// What promo codes took off that. `Gross - Discounts` is what payments brought in.
    Discounts Types,
    /// Money that must go back, or went: counted when it is due. When a show is called off, whatever is left
    /// of each of its ticket types.
    Refunds Types,
    /// What was kept of the prices of bought tickets that were given back for part of the money.
    Fees Types,
    /// What the tickets of confirmed bookings cost when they were bought, wherever the money changed hands.
    BookedValue Types,
    /// What promo codes took off their list prices.
    BookedDiscounts Types,
    /// What tickets that were given back had cost; those of shows that were called off are not in it.
    CancelledValue Types,

    /// Shows that were put on the programme.
    Shows Shows,
    /// Shows that were published.
    ShowsPublished Shows,
    /// Shows that were called off.
    ShowsCancelled Shows,
    /// Confirmed bookings that live.
    Bookings Shows,
    /// Bookings that were made at once.
    BookingsDirect Shows,
    /// Bookings that were wholly given back.
    BookingsCancelled Shows,
    /// Bookings and holds of which a part was given back.
    BookingsReduced Shows,
    /// Bookings of shows that were called off.
    BookingsCalledOff Shows,
    /// Holds that were ever made.
    HoldsStarted Shows,
    /// Holds that became bookings.
    HoldsConfirmed Shows,
    /// Those of them that had lapsed, and whose tickets were still free.
    HoldsRetaken Shows,
    /// Holds that reached their deadlines.
    HoldsLapsed Shows,
    /// Holds that were given up.
    HoldsReleased Shows,
    /// Payments that were started.
    PaymentsStarted Shows,
    /// Payments that brought money.
    PaymentsSucceeded Shows,
    /// Payments that were said to have failed, even if the money came later.
    PaymentsFailed Shows,
    /// Refunds that became due one by one; those of shows that were called off are not in it.
    RefundsDue Shows,
    /// Times that a refund failed.
    RefundsFailed Shows,
    /// Money that did go back, in minor units.
    PaidOut Shows,
    /// Places on waitlists that are open, and have no offer.
    Waiting Shows,
    /// Places on waitlists that were ever taken.
    WaitlistJoined Shows,
    /// Places that were given up before an offer came.
    WaitlistLeft Shows,
    /// Offers that were made.
    OffersMade Shows,
    /// Offers that became a hold or a booking.
    OffersAccepted Shows,
    /// Offers that were not wanted.
    OffersDeclined Shows,
    /// Offers that reached their deadlines.
    OffersLapsed Shows,

    /// The position of the first fact about it.
    Since Mark,
    /// The position of the last fact that changed any number here.
    Touched Mark,
    /// The minute of that fact, counted from the Unix epoch.
    TouchedMinute Mark,
    /// 1: its tickets are seats of the seat map.
    Reserved Mark,
    /// 1: it is published, and not called off.
    Public Mark,
    /// The position of the seat map that is in force.
    SeatMapAt Mark,
    /// The currency of its prices: three letters, as a number.
    Currency Mark,
    /// 1: no ticket can be had.
    SoldOut Mark,
    /// When that was so for the first time, in microseconds since the Unix epoch.
    SoldOutFirstAt Mark,
    /// When it last became so.
    SoldOutLastAt Mark,
}

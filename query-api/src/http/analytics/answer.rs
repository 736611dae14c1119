//! Numbers as they are shown. What each is counts tickets, unless its name says bookings, holds, payments, offers or
//! money; what each means is said in `domain/src/analytics/measure.rs`.

use chrono::{DateTime, Utc};
use domain::analytics::{Measure, Totals};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::analytics::{Numbers, ShowNumbers, currency_of, time_of};

/// Tickets and bookings.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Counts {
    /// Tickets there are in all, of drafts and of events that were called off too.
    #[schema(example = 1_200)]
    capacity: i64,
    /// Tickets of events that are published and not called off.
    public_capacity: i64,
    /// Seats that are not sold for now.
    blocked: i64,
    /// Tickets in confirmed bookings.
    #[schema(example = 830)]
    sold: i64,
    /// Tickets in open holds.
    held: i64,
    /// Tickets in open offers to the waitlist.
    offered: i64,
    /// Confirmed bookings that live.
    bookings: i64,
    /// Tickets that were ever bought.
    tickets_booked: i64,
    /// Bought tickets that were given back.
    tickets_cancelled: i64,
    /// Bought tickets of events that were called off.
    tickets_called_off: i64,
    /// Tickets that were ever set aside by a hold.
    tickets_held: i64,
    /// Tickets of holds that reached their deadlines.
    tickets_lapsed: i64,
    /// Held tickets that were given up.
    tickets_released: i64,
}

impl From<&Totals> for Counts {
    fn from(totals: &Totals) -> Self {
        Self {
            capacity: totals[Measure::Capacity],
            public_capacity: totals[Measure::PublicCapacity],
            blocked: totals[Measure::Blocked],
            sold: totals[Measure::Sold],
            held: totals[Measure::Held],
            offered: totals[Measure::Offered],
            bookings: totals[Measure::Bookings],
            tickets_booked: totals[Measure::TicketsBooked],
            tickets_cancelled: totals[Measure::TicketsCancelled],
            tickets_called_off: totals[Measure::TicketsCalledOff],
            tickets_held: totals[Measure::TicketsHeld],
            tickets_lapsed: totals[Measure::TicketsLapsed],
            tickets_released: totals[Measure::TicketsReleased],
        }
    }
}

/// Money of one currency, in minor units. `gross` - `discounts` is what payments brought in; `net` is that less
/// `refunds`.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Revenue {
    /// ISO 4217; empty where nothing has a price yet.
    #[schema(example = "EUR")]
    pub(crate) currency: String,
    /// The list prices of what was paid for here, and payments that bought nothing.
    #[schema(example = 125_000)]
    pub(crate) gross: i64,
    /// What promo codes took off that.
    pub(crate) discounts: i64,
    /// What must go back or went, counted when it is due.
    pub(crate) refunds: i64,
    /// What was kept of the prices of tickets that were given back for part of the money. It is within `net`.
    pub(crate) fees: i64,
    /// What is left.
    pub(crate) net: i64,
    /// What did go back so far.
    pub(crate) paid_out: i64,
    /// What bought tickets cost, wherever the money changed hands; those given back since are in it.
    pub(crate) booked_value: i64,
    /// What promo codes took off their list prices.
    pub(crate) booked_discounts: i64,
    /// What tickets that were given back had cost.
    pub(crate) cancelled_value: i64,
}

impl Revenue {
    /// The money among some numbers.
    pub(crate) fn of(totals: &Totals) -> Self {
        Self {
            currency: currency_of(totals),
            gross: totals[Measure::Gross],
            discounts: totals[Measure::Discounts],
            refunds: totals[Measure::Refunds],
            fees: totals[Measure::Fees],
            net: totals.net(),
            paid_out: totals[Measure::PaidOut],
            booked_value: totals[Measure::BookedValue],
            booked_discounts: totals[Measure::BookedDiscounts],
            cancelled_value: totals[Measure::CancelledValue],
        }
    }
}

/// A share, exact.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Ratio {
    #[schema(example = 830)]
    numerator: i64,
    #[schema(example = 1_200)]
    denominator: i64,
    /// In thousandths, rounded down; absent where there is nothing to share.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = 691)]
    per_mille: Option<i64>,
}

impl Ratio {
    fn of(numerator: i64, denominator: i64) -> Self {
        let per_mille = (i128::from(numerator) * 1_000).checked_div(i128::from(denominator));
        Self { numerator, denominator, per_mille: per_mille.and_then(|share| i64::try_from(share).ok()) }
    }
}

/// How much of what could be is.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Rates {
    /// Tickets sold, of those that could be.
    utilization: Ratio,
    /// Tickets given back, of those that were ever bought.
    cancellation: Ratio,
    /// Tickets of holds that reached their deadlines, of those that were ever held.
    lapse: Ratio,
}

impl From<&Totals> for Rates {
    fn from(totals: &Totals) -> Self {
        Self {
            utilization: Ratio::of(totals[Measure::Sold], totals[Measure::PublicCapacity]),
            cancellation: Ratio::of(totals[Measure::TicketsCancelled], totals[Measure::TicketsBooked]),
            lapse: Ratio::of(totals[Measure::TicketsLapsed], totals[Measure::TicketsHeld]),
        }
    }
}

/// From hold to paid booking.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Funnel {
    /// Bookings that were made at once, without a hold.
    bookings_direct: i64,
    holds_started: i64,
    payments_started: i64,
    payments_succeeded: i64,
    payments_failed: i64,
    holds_confirmed: i64,
    /// Those of them that had lapsed, and whose tickets were still free.
    holds_retaken: i64,
    holds_lapsed: i64,
    holds_released: i64,
    /// Holds confirmed, of those that were ever made.
    confirmed: Ratio,
    /// Payments that brought money, of those that were started.
    paid: Ratio,
}

impl From<&Totals> for Funnel {
    fn from(totals: &Totals) -> Self {
        Self {
            bookings_direct: totals[Measure::BookingsDirect],
            holds_started: totals[Measure::HoldsStarted],
            payments_started: totals[Measure::PaymentsStarted],
            payments_succeeded: totals[Measure::PaymentsSucceeded],
            payments_failed: totals[Measure::PaymentsFailed],
            holds_confirmed: totals[Measure::HoldsConfirmed],
            holds_retaken: totals[Measure::HoldsRetaken],
            holds_lapsed: totals[Measure::HoldsLapsed],
            holds_released: totals[Measure::HoldsReleased],
            confirmed: Ratio::of(totals[Measure::HoldsConfirmed], totals[Measure::HoldsStarted]),
            paid: Ratio::of(totals[Measure::PaymentsSucceeded], totals[Measure::PaymentsStarted]),
        }
    }
}

/// Who waited, and what came of it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Waitlist {
    /// Places that are open and have no offer.
    waiting: i64,
    /// Places that were ever taken.
    joined: i64,
    /// Tickets that they were taken for.
    tickets_wanted: i64,
    /// Places given up before an offer came.
    left: i64,
    offers_made: i64,
    offers_accepted: i64,
    offers_declined: i64,
    offers_lapsed: i64,
    /// Offers accepted, of those that were made.
    conversion: Ratio,
}

impl From<&Totals> for Waitlist {
    fn from(totals: &Totals) -> Self {
        Self {
            waiting: totals[Measure::Waiting],
            joined: totals[Measure::WaitlistJoined],
            tickets_wanted: totals[Measure::TicketsWanted],
            left: totals[Measure::WaitlistLeft],
            offers_made: totals[Measure::OffersMade],
            offers_accepted: totals[Measure::OffersAccepted],
            offers_declined: totals[Measure::OffersDeclined],
            offers_lapsed: totals[Measure::OffersLapsed],
            conversion: Ratio::of(totals[Measure::OffersAccepted], totals[Measure::OffersMade]),
        }
    }
}

/// When there was no ticket to be had.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SoldOut {
    /// Whether it is so at the moment of the answer.
    now: bool,
    /// When it was so for the first time.
    first_at: DateTime<Utc>,
    /// When it last became so.
    last_at: DateTime<Utc>,
}

impl SoldOut {
    pub(crate) fn of(totals: &Totals) -> Option<Self> {
        let (first_at, last_at) = (time_of(totals, Measure::SoldOutFirstAt)?, time_of(totals, Measure::SoldOutLastAt)?);
        Some(Self { now: totals[Measure::SoldOut] == 1, first_at, last_at })
    }
}

/// One event in short.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EventNumbers {
    pub(crate) event_id: Uuid,
    /// What it was called at the moment of the answer.
    #[schema(example = "An evening with Clara")]
    pub(crate) title: String,
    sold: i64,
    public_capacity: i64,
    utilization: Ratio,
    revenue: Revenue,
    #[serde(skip_serializing_if = "Option::is_none")]
    sold_out: Option<SoldOut>,
}

impl EventNumbers {
    pub(crate) fn of(show: &ShowNumbers, title: Option<String>) -> Self {
        let (sold, public_capacity) = (show.totals[Measure::Sold], show.totals[Measure::PublicCapacity]);
        Self {
            event_id: show.show_id,
            title: title.unwrap_or_default(),
            sold,
            public_capacity,
            utilization: Ratio::of(sold, public_capacity),
            revenue: Revenue::of(&show.totals),
            sold_out: SoldOut::of(&show.totals),
        }
    }
}

impl Revenue {
    /// The same, said to be of the currency that other numbers are of.
    pub(crate) fn in_currency_of(self, totals: &Totals) -> Self {
        Self { currency: currency_of(totals), ..self }
    }

    /// Whether any money moved.
    pub(crate) fn is_something(&self) -> bool {
        let Self { gross, discounts, refunds, fees, paid_out, booked_value, cancelled_value, .. } = self;
        [gross, discounts, refunds, fees, paid_out, booked_value, cancelled_value].iter().any(|amount| **amount != 0)
    }
}

/// The money of everything together, by currency.
pub(crate) fn revenue_of(numbers: &Numbers) -> Vec<Revenue> {
    let mut revenue: Vec<_> = numbers.wholes.iter().map(|whole| Revenue::of(&whole.totals)).collect();
    revenue.retain(|revenue| !revenue.currency.is_empty());
    revenue.sort_by(|one, other| one.currency.cmp(&other.currency));
    revenue
}

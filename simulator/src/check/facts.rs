//! The log's payloads as this checker reads them, from their JSON alone. It shares no types with the rules that
//! wrote them.

mod moment;
mod programme;
mod sale;

use serde::Deserialize;
use serde::de::IgnoredAny;
use uuid::Uuid;

pub(super) use moment::At;
pub(super) use programme::{
    Capacity, Created, Discount, Kind, KindTerms, MapSet, Money, PaymentTerms, Policy, Promo, PutOff, Schedule, Terms,
};
pub(super) use sale::{
    Confirmed, Ended, Extended, Item, Joined, Lapsed, Offered, PaymentFailed, PaymentStarted, PaymentSucceeded,
    RefundDue, RefundSettled, Taken,
};

/// What an event says.
pub(super) enum Fact<'a> {
    Created(Box<Created<'a>>),
    Described,
    Scheduled(Schedule),
    PutOff(PutOff),
    LimitSet(Option<u32>),
    TermsSet(Terms),
    KindAdded(Kind<'a>),
    KindTermsSet(Uuid, KindTerms<'a>),
    Raised(Capacity),
    Lowered(Capacity),
    PromoAdded(Promo<'a>),
    PromoRemoved(&'a str),
    MapSet(MapSet<'a>),
    Blocked(Vec<&'a str>),
    Unblocked(Vec<&'a str>),
    Published,
    Paused,
    Resumed,
    Closed,
    CalledOff,
    Trusted(Uuid),
    Distrusted(Uuid),
    Booked(Taken<'a>),
    Held(Taken<'a>),
    Extended(Extended),
    Confirmed(Confirmed<'a>),
    Released(Ended<'a>),
    HoldsLapsed(Vec<Lapsed<'a>>),
    Reduced(Ended<'a>),
    Cancelled(Ended<'a>),
    PaymentStarted(PaymentStarted),
    PaymentSucceeded(PaymentSucceeded),
    PaymentFailed(PaymentFailed),
    RefundDue(RefundDue<'a>),
    RefundSucceeded(RefundSettled),
    RefundFailed(RefundSettled),
    RefundRetried(RefundSettled),
    Joined(Joined),
    Left(Uuid),
    Offered(Offered<'a>),
    Declined(Ended<'a>),
    OffersLapsed(Vec<Lapsed<'a>>),
}

#[derive(Deserialize)]
struct Limit {
    max_per_customer: Option<u32>,
}

#[derive(Deserialize)]
struct TermsSet {
    terms: Terms,
}

#[derive(Deserialize)]
struct KindAdded<'a> {
    #[serde(borrow)]
    ticket_type: Kind<'a>,
}

#[derive(Deserialize)]
struct KindTermsSet<'a> {
    ticket_type_id: Uuid,
    #[serde(borrow)]
    terms: KindTerms<'a>,
}

#[derive(Deserialize)]
struct PromoAdded<'a> {
    #[serde(borrow)]
    promo_code: Promo<'a>,
}

#[derive(Deserialize)]
struct PromoRemoved<'a> {
    code: &'a str,
}

#[derive(Deserialize)]
struct Seats<'a> {
    #[serde(borrow)]
    seats: Vec<&'a str>,
}

#[derive(Deserialize)]
struct Lapses<'a> {
    #[serde(alias = "holds", alias = "offers", borrow)]
    lapsed: Vec<Lapsed<'a>>,
}

#[derive(Deserialize)]
struct Left {
    entry_id: Uuid,
}

impl<'a> Fact<'a> {
    /// Reads a payload, or says what is wrong with it.
    pub(super) fn read(event_type: &str, payload: &'a [u8]) -> Result<Self, String> {
        let fact = match event_type {
            "ShowCreated" => json(payload).map(|created| Self::Created(Box::new(created))),
            "ShowDescribed" => json(payload).map(|IgnoredAny| Self::Described),
            "ShowScheduled" => json(payload).map(|Scheduled { schedule }| Self::Scheduled(schedule)),
            "ShowRescheduled" => json(payload).map(Self::PutOff),
            "CustomerLimitSet" => json(payload).map(|limit: Limit| Self::LimitSet(limit.max_per_customer)),
            "SaleTermsSet" => json(payload).map(|set: TermsSet| Self::TermsSet(set.terms)),
            "TicketTypeAdded" => json(payload).map(|added: KindAdded| Self::KindAdded(added.ticket_type)),
            "TicketTermsSet" => {
                json(payload).map(|set: KindTermsSet| Self::KindTermsSet(set.ticket_type_id, set.terms))
            }
            "CapacityRaised" => json(payload).map(Self::Raised),
            "CapacityLowered" => json(payload).map(Self::Lowered),
            "PromoCodeAdded" => json(payload).map(|added: PromoAdded| Self::PromoAdded(added.promo_code)),
            "PromoCodeRemoved" => json(payload).map(|removed: PromoRemoved| Self::PromoRemoved(removed.code)),
            "SeatMapSet" => json(payload).map(Self::MapSet),
            "SeatsBlocked" => json(payload).map(|blocked: Seats| Self::Blocked(blocked.seats)),
            "SeatsUnblocked" => json(payload).map(|unblocked: Seats| Self::Unblocked(unblocked.seats)),
            "ShowPublished" => json(payload).map(|IgnoredAny| Self::Published),
            "SalePaused" => json(payload).map(|IgnoredAny| Self::Paused),
            "SaleResumed" => json(payload).map(|IgnoredAny| Self::Resumed),
            "SaleClosed" => json(payload).map(|IgnoredAny| Self::Closed),
            "ShowCancelled" => json(payload).map(|IgnoredAny| Self::CalledOff),
            _ => Self::read_customers(event_type, payload)?,
        };
        fact.map_err(|error| format!("the payload of {event_type} cannot be read: {error}"))
    }

    fn read_customers(event_type: &str, payload: &'a [u8]) -> Result<serde_json::Result<Self>, String> {
        Ok(match event_type {
            "ColleagueAdded" => json(payload).map(|trusted: Colleague| Self::Trusted(trusted.account_id)),
            "ColleagueRemoved" => json(payload).map(|trusted: Colleague| Self::Distrusted(trusted.account_id)),
            "BookingConfirmed" => json(payload).map(Self::Booked),
            "SeatsHeld" => json(payload).map(Self::Held),
            "HoldExtended" => json(payload).map(Self::Extended),
            "HoldConfirmed" => json(payload).map(Self::Confirmed),
            "HoldReleased" => json(payload).map(Self::Released),
            "HoldsLapsed" => json(payload).map(|lapses: Lapses| Self::HoldsLapsed(lapses.lapsed)),
            "BookingReduced" => json(payload).map(Self::Reduced),
            "BookingCancelled" => json(payload).map(Self::Cancelled),
            "PaymentStarted" => json(payload).map(Self::PaymentStarted),
            "PaymentSucceeded" => json(payload).map(Self::PaymentSucceeded),
            "PaymentFailed" => json(payload).map(Self::PaymentFailed),
            "RefundDue" => json(payload).map(Self::RefundDue),
            "RefundSucceeded" => json(payload).map(Self::RefundSucceeded),
            "RefundFailed" => json(payload).map(Self::RefundFailed),
            "RefundRetried" => json(payload).map(Self::RefundRetried),
            "WaitlistJoined" => json(payload).map(Self::Joined),
            "WaitlistLeft" => json(payload).map(|left: Left| Self::Left(left.entry_id)),
            "SeatsOffered" => json(payload).map(Self::Offered),
            "OfferDeclined" => json(payload).map(Self::Declined),
            "OffersLapsed" => json(payload).map(|lapses: Lapses| Self::OffersLapsed(lapses.lapsed)),
            _ => return Err(format!("nobody knows events called {event_type}")),
        })
    }

    /// Whether it happens by itself: nobody asked for it.
    pub(super) fn is_housekeeping(&self) -> bool {
        matches!(self, Self::HoldsLapsed(_) | Self::OffersLapsed(_) | Self::Offered(_))
    }

    /// Whether the organizer said or did it.
    pub(super) fn is_organizers(&self) -> bool {
        matches!(
            self,
            Self::Created(_)
                | Self::Described
                | Self::Scheduled(_)
                | Self::PutOff(_)
                | Self::LimitSet(_)
                | Self::TermsSet(_)
                | Self::KindAdded(_)
                | Self::KindTermsSet(..)
                | Self::Raised(_)
                | Self::Lowered(_)
                | Self::PromoAdded(_)
                | Self::PromoRemoved(_)
                | Self::MapSet(_)
                | Self::Blocked(_)
                | Self::Unblocked(_)
                | Self::Published
                | Self::Paused
                | Self::Resumed
                | Self::Closed
                | Self::CalledOff
        )
    }
}

#[derive(Deserialize)]
struct Colleague {
    account_id: Uuid,
}

#[derive(Deserialize)]
struct Scheduled {
    schedule: Schedule,
}

fn json<'a, T: Deserialize<'a>>(payload: &'a [u8]) -> serde_json::Result<T> {
    serde_json::from_slice(payload)
}

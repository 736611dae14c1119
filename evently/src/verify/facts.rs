//! The payloads of events as their JSON is documented, read without the domain's types. The shapes stand
//! in one file each for people, the programme, the seats, the sale, the money and the waitlist.

mod money;
mod people;
mod programme;
mod sale;
mod seating;
mod waitlist;

use serde::Deserialize;
use serde::de::IgnoredAny;

pub(super) use money::{
    PaymentFailed, PaymentStarted, PaymentSucceeded, RefundDue, RefundFailed, RefundReason, RefundRetried,
    RefundSucceeded,
};
pub(super) use people::{Account, Suspended, Trusted};
pub(super) use programme::{
    Access, Capacity, Colleague, Details, Discount, Payment, Policy, Price, PromoCode, PutOff, Removed, SaleTerms,
    Schedule, ShowCreated, TicketTermsSet, TicketType,
};
pub(super) use sale::{Confirmed, Given, HoldConfirmed, HoldExtended, Item, LapsedHold, Reduced, SetAside};
pub(super) use seating::{SeatMap, SeatMapSet, SeatNames};
pub(super) use waitlist::{Declined, LapsedOffer, Left, NewEntry, Offered};

/// What an event says.
pub(super) enum Fact<'a> {
    AccountRegistered(Trusted<'a>),
    RoleGranted(Trusted<'a>),
    AccountSuspended(Suspended<'a>),
    AccountReinstated(Account),
    SessionsEnded(Account),
    AccountErased(Account),
    ShowCreated(Box<ShowCreated>),
    ShowDescribed(Details),
    ShowScheduled(Schedule),
    ShowRescheduled(Box<PutOff>),
    CustomerLimitSet(Option<i32>),
    SaleTermsSet(SaleTerms),
    TicketTypeAdded(Box<TicketType>),
    TicketTermsSet(TicketTermsSet),
    CapacityRaised(Capacity),
    CapacityLowered(Capacity),
    PromoCodeAdded(PromoCode),
    PromoCodeRemoved(String),
    SeatMapSet(SeatMapSet),
    SeatsBlocked(SeatNames),
    SeatsUnblocked(SeatNames),
    ColleagueAdded(Colleague),
    ColleagueRemoved(Removed),
    ShowPublished,
    SalePaused,
    SaleResumed,
    SaleClosed,
    ShowCancelled(String),
    BookingConfirmed(Confirmed<'a>),
    SeatsHeld(SetAside<'a>),
    HoldExtended(HoldExtended),
    HoldConfirmed(HoldConfirmed),
    HoldReleased(Given),
    HoldsLapsed(Vec<LapsedHold>),
    BookingReduced(Reduced),
    BookingCancelled(Given),
    PaymentStarted(PaymentStarted),
    PaymentSucceeded(PaymentSucceeded),
    PaymentFailed(PaymentFailed),
    RefundDue(RefundDue),
    RefundSucceeded(RefundSucceeded),
    RefundFailed(RefundFailed),
    RefundRetried(RefundRetried),
    WaitlistJoined(NewEntry),
    WaitlistLeft(Left),
    SeatsOffered(Offered<'a>),
    OfferDeclined(Declined),
    OffersLapsed(Vec<LapsedOffer>),
}

impl<'a> Fact<'a> {
    /// Reads a payload, or says what is wrong with it.
    pub(super) fn read(event_type: &str, schema_version: i16, payload: &'a [u8]) -> Result<Self, String> {
        if !(1..=newest_version(event_type)).contains(&schema_version) {
            return Err(format!("{event_type} has version {schema_version}, which this program does not know"));
        }
        let fact = match event_type {
            "AccountRegistered" => json(payload).map(Self::AccountRegistered),
            "RoleGranted" => json(payload).map(Self::RoleGranted),
            "AccountSuspended" => json(payload).map(Self::AccountSuspended),
            "AccountReinstated" => json(payload).map(Self::AccountReinstated),
            "SessionsEnded" => json(payload).map(Self::SessionsEnded),
            "AccountErased" => json(payload).map(Self::AccountErased),
            "BookingConfirmed" => json(payload).map(Self::BookingConfirmed),
            "SeatsHeld" => json(payload).map(Self::SeatsHeld),
            "HoldExtended" => json(payload).map(Self::HoldExtended),
            "HoldConfirmed" => json(payload).map(Self::HoldConfirmed),
            "HoldReleased" => json(payload).map(Self::HoldReleased),
            "HoldsLapsed" => json(payload).map(|sale::HoldsLapsed { holds }| Self::HoldsLapsed(holds)),
            "BookingReduced" => json(payload).map(Self::BookingReduced),
            "BookingCancelled" => json(payload).map(Self::BookingCancelled),
            "PaymentStarted" => json(payload).map(Self::PaymentStarted),
            "PaymentSucceeded" => json(payload).map(Self::PaymentSucceeded),
            "PaymentFailed" => json(payload).map(Self::PaymentFailed),
            "RefundDue" => json(payload).map(Self::RefundDue),
            "RefundSucceeded" => json(payload).map(Self::RefundSucceeded),
            "RefundFailed" => json(payload).map(Self::RefundFailed),
            "RefundRetried" => json(payload).map(Self::RefundRetried),
            "WaitlistJoined" => json(payload).map(Self::WaitlistJoined),
            "WaitlistLeft" => json(payload).map(Self::WaitlistLeft),
            "SeatsOffered" => json(payload).map(Self::SeatsOffered),
            "OfferDeclined" => json(payload).map(Self::OfferDeclined),
            "OffersLapsed" => json(payload).map(|waitlist::OffersLapsed { offers }| Self::OffersLapsed(offers)),
            _ => Self::organizers(event_type, payload)
                .ok_or_else(|| format!("its type {event_type} is one that this program does not know"))?,
        };
        fact.map_err(|error| format!("the payload of {event_type} is damaged: {error}"))
    }

    /// Reads what the organizer said or did; none if it is no such thing.
    fn organizers(event_type: &str, payload: &'a [u8]) -> Option<serde_json::Result<Self>> {
        Some(match event_type {
            "ShowCreated" => json(payload).map(|created| Self::ShowCreated(Box::new(created))),
            "ShowDescribed" => json(payload).map(|programme::Described { details }| Self::ShowDescribed(details)),
            "ShowScheduled" => json(payload).map(|programme::Scheduled { schedule }| Self::ShowScheduled(schedule)),
            "ShowRescheduled" => json(payload).map(|later| Self::ShowRescheduled(Box::new(later))),
            "CustomerLimitSet" => {
                json(payload).map(|programme::LimitSet { max_per_customer }| Self::CustomerLimitSet(max_per_customer))
            }
            "SaleTermsSet" => json(payload).map(|programme::TermsSet { terms }| Self::SaleTermsSet(terms)),
            "TicketTypeAdded" => {
                json(payload).map(|programme::Added { ticket_type }| Self::TicketTypeAdded(Box::new(ticket_type)))
            }
            "TicketTermsSet" => json(payload).map(Self::TicketTermsSet),
            "CapacityRaised" => json(payload).map(Self::CapacityRaised),
            "CapacityLowered" => json(payload).map(Self::CapacityLowered),
            "PromoCodeAdded" => {
                json(payload).map(|programme::PromoAdded { promo_code }| Self::PromoCodeAdded(promo_code))
            }
            "PromoCodeRemoved" => json(payload).map(|programme::PromoRemoved { code }| Self::PromoCodeRemoved(code)),
            "SeatMapSet" => json(payload).map(Self::SeatMapSet),
            "SeatsBlocked" => json(payload).map(Self::SeatsBlocked),
            "SeatsUnblocked" => json(payload).map(Self::SeatsUnblocked),
            "ColleagueAdded" => json(payload).map(Self::ColleagueAdded),
            "ColleagueRemoved" => json(payload).map(Self::ColleagueRemoved),
            "ShowPublished" => json(payload).map(|IgnoredAny| Self::ShowPublished),
            "SalePaused" => json(payload).map(|IgnoredAny| Self::SalePaused),
            "SaleResumed" => json(payload).map(|IgnoredAny| Self::SaleResumed),
            "SaleClosed" => json(payload).map(|IgnoredAny| Self::SaleClosed),
            "ShowCancelled" => json(payload).map(|programme::Reason { reason }| Self::ShowCancelled(reason)),
            _ => return None,
        })
    }
}

/// The newest shape of an event's payload. Older ones say less and are read all the same.
fn newest_version(event_type: &str) -> i16 {
    match event_type {
        "ShowCreated" | "TicketTypeAdded" | "BookingConfirmed" => 2,
        _ => 1,
    }
}

fn json<'a, T: Deserialize<'a>>(payload: &'a [u8]) -> serde_json::Result<T> {
    serde_json::from_slice(payload)
}

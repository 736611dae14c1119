//! The payloads of events as their JSON is documented, read without the domain's types.

use std::borrow::Cow;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde::de::IgnoredAny;
use uuid::Uuid;

/// What an event says.
pub(super) enum Fact<'a> {
    AccountRegistered(Account),
    RoleGranted(Account),
    ShowCreated(Box<ShowCreated>),
    ShowDescribed(Details),
    ShowScheduled(Schedule),
    CustomerLimitSet(Option<i32>),
    TicketTypeAdded(TicketType),
    CapacityRaised(Capacity),
    CapacityLowered(Capacity),
    ShowPublished,
    SalePaused,
    SaleResumed,
    SaleClosed,
    ShowCancelled(String),
    BookingConfirmed(Confirmed<'a>),
    BookingCancelled(Cancelled),
}

#[derive(Deserialize)]
pub(super) struct Account {
    pub(super) account_id: Uuid,
}

#[derive(Deserialize)]
pub(super) struct ShowCreated {
    pub(super) show_id: Uuid,
    pub(super) organizer_id: Uuid,
    pub(super) details: Details,
    pub(super) schedule: Schedule,
    pub(super) max_per_customer: Option<i32>,
    pub(super) ticket_types: Vec<TicketType>,
}

#[derive(Deserialize)]
pub(super) struct Details {
    pub(super) title: String,
    pub(super) description: Option<String>,
    pub(super) venue: Venue,
}

#[derive(Deserialize)]
pub(super) struct Venue {
    pub(super) name: String,
    pub(super) city: String,
    pub(super) country: String,
}

#[derive(Deserialize)]
pub(super) struct Schedule {
    pub(super) time_zone: String,
    pub(super) starts_at: DateTime<Utc>,
    pub(super) ends_at: DateTime<Utc>,
    pub(super) sale_opens_at: Option<DateTime<Utc>>,
    pub(super) sale_closes_at: Option<DateTime<Utc>>,
}

#[derive(Deserialize)]
pub(super) struct TicketType {
    #[serde(rename = "ticket_type_id")]
    pub(super) id: Uuid,
    pub(super) name: String,
    pub(super) price: Price,
    pub(super) capacity: i32,
}

#[derive(Deserialize)]
pub(super) struct Price {
    pub(super) amount: i64,
    pub(super) currency: String,
}

#[derive(Deserialize)]
pub(super) struct Capacity {
    pub(super) ticket_type_id: Uuid,
    pub(super) capacity: i32,
}

#[derive(Deserialize)]
pub(super) struct Confirmed<'a> {
    pub(super) booking_id: Uuid,
    pub(super) customer_id: Uuid,
    pub(super) items: Vec<Item>,
    #[serde(borrow)]
    pub(super) currency: Cow<'a, str>,
    pub(super) booked_at: DateTime<Utc>,
}

#[derive(Deserialize)]
pub(super) struct Cancelled {
    pub(super) booking_id: Uuid,
    pub(super) customer_id: Uuid,
    pub(super) items: Vec<Item>,
}

#[derive(Deserialize, Hash)]
pub(super) struct Item {
    pub(super) ticket_type_id: Uuid,
    pub(super) quantity: u32,
    pub(super) unit_price: i64,
}

/// A few bytes that stand for the items, so that a million bookings fit into memory.
pub(super) fn digest(items: &[Item]) -> u64 {
    let mut hasher = DefaultHasher::new();
    items.hash(&mut hasher);
    hasher.finish()
}

#[derive(Deserialize)]
struct Described {
    details: Details,
}

#[derive(Deserialize)]
struct Scheduled {
    schedule: Schedule,
}

#[derive(Deserialize)]
struct LimitSet {
    max_per_customer: Option<i32>,
}

#[derive(Deserialize)]
struct Added {
    ticket_type: TicketType,
}

#[derive(Deserialize)]
struct Reason {
    reason: String,
}

impl<'a> Fact<'a> {
    /// Reads a payload, or says what is wrong with it.
    pub(super) fn read(event_type: &str, schema_version: i16, payload: &'a [u8]) -> Result<Self, String> {
        if schema_version != 1 {
            return Err(format!("{event_type} has version {schema_version}, which this program does not know"));
        }
        let fact = match event_type {
            "AccountRegistered" => json(payload).map(Self::AccountRegistered),
            "RoleGranted" => json(payload).map(Self::RoleGranted),
            "ShowCreated" => json(payload).map(|created| Self::ShowCreated(Box::new(created))),
            "ShowDescribed" => json(payload).map(|Described { details }| Self::ShowDescribed(details)),
            "ShowScheduled" => json(payload).map(|Scheduled { schedule }| Self::ShowScheduled(schedule)),
            "CustomerLimitSet" => {
                json(payload).map(|LimitSet { max_per_customer }| Self::CustomerLimitSet(max_per_customer))
            }
            "TicketTypeAdded" => json(payload).map(|Added { ticket_type }| Self::TicketTypeAdded(ticket_type)),
            "CapacityRaised" => json(payload).map(Self::CapacityRaised),
            "CapacityLowered" => json(payload).map(Self::CapacityLowered),
            "ShowPublished" => json(payload).map(|IgnoredAny| Self::ShowPublished),
            "SalePaused" => json(payload).map(|IgnoredAny| Self::SalePaused),
            "SaleResumed" => json(payload).map(|IgnoredAny| Self::SaleResumed),
            "SaleClosed" => json(payload).map(|IgnoredAny| Self::SaleClosed),
            "ShowCancelled" => json(payload).map(|Reason { reason }| Self::ShowCancelled(reason)),
            "BookingConfirmed" => json(payload).map(Self::BookingConfirmed),
            "BookingCancelled" => json(payload).map(Self::BookingCancelled),
            _ => return Err(format!("its type {event_type} is one that this program does not know")),
        };
        fact.map_err(|error| format!("the payload of {event_type} is damaged: {error}"))
    }
}

fn json<'a, T: Deserialize<'a>>(payload: &'a [u8]) -> serde_json::Result<T> {
    serde_json::from_slice(payload)
}

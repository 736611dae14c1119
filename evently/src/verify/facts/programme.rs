//! What the organizer said and did, as its JSON is documented; and what the log says of accounts.

use chrono::{DateTime, Utc};
use serde::Deserialize;
use uuid::Uuid;

#[derive(Deserialize)]
pub(in crate::verify) struct ShowCreated {
    pub(in crate::verify) show_id: Uuid,
    pub(in crate::verify) organizer_id: Uuid,
    pub(in crate::verify) details: Details,
    pub(in crate::verify) schedule: Schedule,
    pub(in crate::verify) max_per_customer: Option<i32>,
    pub(in crate::verify) ticket_types: Vec<TicketType>,
    #[serde(default)]
    pub(in crate::verify) terms: SaleTerms,
}

#[derive(Deserialize)]
pub(in crate::verify) struct Details {
    pub(in crate::verify) title: String,
    pub(in crate::verify) description: Option<String>,
    pub(in crate::verify) venue: Venue,
}

#[derive(Deserialize)]
pub(in crate::verify) struct Venue {
    pub(in crate::verify) name: String,
    pub(in crate::verify) city: String,
    pub(in crate::verify) country: String,
}

#[derive(Deserialize)]
pub(in crate::verify) struct Schedule {
    pub(in crate::verify) time_zone: String,
    pub(in crate::verify) starts_at: DateTime<Utc>,
    pub(in crate::verify) ends_at: DateTime<Utc>,
    pub(in crate::verify) sale_opens_at: Option<DateTime<Utc>>,
    pub(in crate::verify) sale_closes_at: Option<DateTime<Utc>>,
}

#[derive(Deserialize)]
pub(in crate::verify) struct PutOff {
    pub(in crate::verify) schedule: Schedule,
    pub(in crate::verify) refund_until: DateTime<Utc>,
    pub(in crate::verify) rescheduled_at: DateTime<Utc>,
}

/// How tickets are held, paid and given back. Before there was a choice, it was like the default.
#[derive(Deserialize)]
pub(in crate::verify) struct SaleTerms {
    pub(in crate::verify) hold_seconds: i32,
    pub(in crate::verify) offer_seconds: i32,
    pub(in crate::verify) payment: Payment,
    pub(in crate::verify) refund_policy: Option<Policy>,
}

impl Default for SaleTerms {
    fn default() -> Self {
        Self { hold_seconds: 600, offer_seconds: 900, payment: Payment::None, refund_policy: None }
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(in crate::verify) enum Payment {
    None,
    Required,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(in crate::verify) struct Policy {
    pub(in crate::verify) steps: Vec<Step>,
    pub(in crate::verify) fee: i64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub(in crate::verify) struct Step {
    pub(in crate::verify) hours_before: u32,
    pub(in crate::verify) percent: u8,
}

#[derive(Deserialize)]
pub(in crate::verify) struct TicketType {
    #[serde(rename = "ticket_type_id")]
    pub(in crate::verify) id: Uuid,
    pub(in crate::verify) name: String,
    pub(in crate::verify) price: Price,
    pub(in crate::verify) capacity: i32,
    #[serde(default)]
    pub(in crate::verify) terms: TicketTerms,
}

#[derive(Deserialize)]
pub(in crate::verify) struct Price {
    pub(in crate::verify) amount: i64,
    pub(in crate::verify) currency: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(in crate::verify) struct TicketTerms {
    pub(in crate::verify) reserved: bool,
    pub(in crate::verify) sale_opens_at: Option<DateTime<Utc>>,
    pub(in crate::verify) sale_closes_at: Option<DateTime<Utc>>,
    pub(in crate::verify) min_per_booking: Option<i32>,
    pub(in crate::verify) max_per_booking: Option<i32>,
    pub(in crate::verify) access_code: Option<String>,
}

#[derive(Deserialize)]
pub(in crate::verify) struct TicketTermsSet {
    pub(in crate::verify) ticket_type_id: Uuid,
    pub(in crate::verify) terms: TicketTerms,
}

#[derive(Deserialize)]
pub(in crate::verify) struct Capacity {
    pub(in crate::verify) ticket_type_id: Uuid,
    pub(in crate::verify) capacity: i32,
}

#[derive(Clone, PartialEq, Eq, Deserialize)]
pub(in crate::verify) struct PromoCode {
    pub(in crate::verify) code: String,
    pub(in crate::verify) discount: Discount,
    #[serde(default)]
    pub(in crate::verify) ticket_type_ids: Vec<Uuid>,
    pub(in crate::verify) uses_max: Option<u32>,
    pub(in crate::verify) uses_per_customer_max: Option<u32>,
    pub(in crate::verify) valid_from: Option<DateTime<Utc>>,
    pub(in crate::verify) valid_until: Option<DateTime<Utc>>,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(in crate::verify) enum Discount {
    Percent(u8),
    Amount(i64),
}

#[derive(Deserialize)]
pub(in crate::verify) struct Colleague {
    pub(in crate::verify) account_id: Uuid,
    pub(in crate::verify) access: Access,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(in crate::verify) enum Access {
    Manager,
    Door,
}

#[derive(Deserialize)]
pub(in crate::verify) struct Removed {
    pub(in crate::verify) account_id: Uuid,
}

#[derive(Deserialize)]
pub(super) struct Described {
    pub(super) details: Details,
}

#[derive(Deserialize)]
pub(super) struct Scheduled {
    pub(super) schedule: Schedule,
}

#[derive(Deserialize)]
pub(super) struct LimitSet {
    pub(super) max_per_customer: Option<i32>,
}

#[derive(Deserialize)]
pub(super) struct TermsSet {
    pub(super) terms: SaleTerms,
}

#[derive(Deserialize)]
pub(super) struct Added {
    pub(super) ticket_type: TicketType,
}

#[derive(Deserialize)]
pub(super) struct PromoAdded {
    pub(super) promo_code: PromoCode,
}

#[derive(Deserialize)]
pub(super) struct PromoRemoved {
    pub(super) code: String,
}

#[derive(Deserialize)]
pub(super) struct Reason {
    pub(super) reason: String,
}

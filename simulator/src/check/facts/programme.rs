//! What the organizer said, in JSON.

use serde::Deserialize;
use uuid::Uuid;

use super::At;

#[derive(Deserialize)]
pub(in crate::check) struct Created<'a> {
    pub(in crate::check) show_id: Uuid,
    pub(in crate::check) organizer_id: Uuid,
    pub(in crate::check) schedule: Schedule,
    pub(in crate::check) max_per_customer: Option<u32>,
    #[serde(borrow)]
    pub(in crate::check) ticket_types: Vec<Kind<'a>>,
    pub(in crate::check) terms: Option<Terms>,
}

#[derive(Deserialize)]
#[expect(clippy::struct_field_names, reason = "these are the names in the log")]
pub(in crate::check) struct Schedule {
    pub(in crate::check) starts_at: At,
    pub(in crate::check) ends_at: At,
    pub(in crate::check) sale_opens_at: Option<At>,
    pub(in crate::check) sale_closes_at: Option<At>,
}

#[derive(Deserialize)]
pub(in crate::check) struct PutOff {
    pub(in crate::check) schedule: Schedule,
    pub(in crate::check) refund_until: At,
    pub(in crate::check) rescheduled_at: At,
}

#[derive(Deserialize)]
pub(in crate::check) struct Terms {
    pub(in crate::check) hold_seconds: u32,
    pub(in crate::check) offer_seconds: u32,
    pub(in crate::check) payment: PaymentTerms,
    pub(in crate::check) refund_policy: Option<Policy>,
}

#[derive(Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub(in crate::check) enum PaymentTerms {
    None,
    Required,
}

#[derive(Clone, Deserialize, PartialEq, Eq)]
pub(in crate::check) struct Policy {
    pub(in crate::check) steps: Vec<Step>,
    pub(in crate::check) fee: i64,
}

#[derive(Clone, Deserialize, PartialEq, Eq)]
pub(in crate::check) struct Step {
    pub(in crate::check) hours_before: u32,
    pub(in crate::check) percent: u8,
}

#[derive(Deserialize)]
pub(in crate::check) struct Kind<'a> {
    pub(in crate::check) ticket_type_id: Uuid,
    pub(in crate::check) price: Money,
    pub(in crate::check) capacity: u32,
    #[serde(borrow)]
    pub(in crate::check) terms: Option<KindTerms<'a>>,
}

#[derive(Deserialize)]
pub(in crate::check) struct KindTerms<'a> {
    pub(in crate::check) reserved: bool,
    pub(in crate::check) sale_opens_at: Option<At>,
    pub(in crate::check) sale_closes_at: Option<At>,
    pub(in crate::check) min_per_booking: Option<u32>,
    pub(in crate::check) max_per_booking: Option<u32>,
    pub(in crate::check) access_code: Option<&'a str>,
}

#[derive(Deserialize)]
pub(in crate::check) struct Money {
    pub(in crate::check) amount: i64,
}

#[derive(Deserialize)]
pub(in crate::check) struct Capacity {
    pub(in crate::check) ticket_type_id: Uuid,
    pub(in crate::check) capacity: u32,
}

#[derive(Deserialize)]
pub(in crate::check) struct Promo<'a> {
    pub(in crate::check) code: &'a str,
    pub(in crate::check) discount: Discount,
    #[serde(default)]
    pub(in crate::check) ticket_type_ids: Vec<Uuid>,
    pub(in crate::check) uses_max: Option<u32>,
    pub(in crate::check) uses_per_customer_max: Option<u32>,
    pub(in crate::check) valid_from: Option<At>,
    pub(in crate::check) valid_until: Option<At>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(in crate::check) enum Discount {
    Percent(u8),
    Amount(i64),
}

#[derive(Deserialize)]
pub(in crate::check) struct MapSet<'a> {
    pub(in crate::check) version: u32,
    #[serde(borrow)]
    pub(in crate::check) map: Map<'a>,
}

#[derive(Deserialize)]
pub(in crate::check) struct Map<'a> {
    #[serde(borrow)]
    pub(in crate::check) sections: Vec<Section<'a>>,
}

#[derive(Deserialize)]
pub(in crate::check) struct Section<'a> {
    #[serde(borrow)]
    pub(in crate::check) rows: Vec<Row<'a>>,
}

#[derive(Deserialize)]
pub(in crate::check) struct Row<'a> {
    #[serde(borrow)]
    pub(in crate::check) seats: Vec<Seat<'a>>,
}

#[derive(Deserialize)]
pub(in crate::check) struct Seat<'a> {
    pub(in crate::check) label: &'a str,
    pub(in crate::check) ticket_type_id: Uuid,
    #[serde(default)]
    pub(in crate::check) accessible: bool,
}

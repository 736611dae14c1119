//! What happened to those who wait, as its JSON is documented.

use std::borrow::Cow;

use chrono::{DateTime, Utc};
use serde::Deserialize;
use uuid::Uuid;

use super::Item;

#[derive(Deserialize)]
pub(in crate::verify) struct NewEntry {
    pub(in crate::verify) entry_id: Uuid,
    pub(in crate::verify) customer_id: Uuid,
    pub(in crate::verify) ticket_type_id: Uuid,
    pub(in crate::verify) quantity: i32,
    pub(in crate::verify) joined_at: DateTime<Utc>,
}

#[derive(Deserialize)]
pub(in crate::verify) struct Left {
    pub(in crate::verify) entry_id: Uuid,
    pub(in crate::verify) customer_id: Uuid,
}

#[derive(Deserialize)]
pub(in crate::verify) struct Offered<'a> {
    pub(in crate::verify) entry_id: Uuid,
    pub(in crate::verify) customer_id: Uuid,
    pub(in crate::verify) items: Vec<Item>,
    #[serde(borrow)]
    pub(in crate::verify) currency: Cow<'a, str>,
    pub(in crate::verify) expires_at: DateTime<Utc>,
}

#[derive(Deserialize)]
pub(in crate::verify) struct Declined {
    pub(in crate::verify) entry_id: Uuid,
    pub(in crate::verify) customer_id: Uuid,
    pub(in crate::verify) items: Vec<Item>,
}

#[derive(Deserialize)]
pub(super) struct OffersLapsed {
    pub(super) offers: Vec<LapsedOffer>,
}

#[derive(Deserialize)]
pub(in crate::verify) struct LapsedOffer {
    pub(in crate::verify) entry_id: Uuid,
    pub(in crate::verify) customer_id: Uuid,
    pub(in crate::verify) items: Vec<Item>,
    pub(in crate::verify) expires_at: DateTime<Utc>,
}

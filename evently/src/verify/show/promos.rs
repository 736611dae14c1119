//! Promo codes: when and for what they are good, and how often.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::policies::percent_of;
use crate::verify::facts::{Discount, PromoCode};

/// The promo codes of a show, removed ones included.
#[derive(Default)]
pub(in crate::verify) struct Promos(HashMap<String, Promo>);

/// A promo code and how often it is used.
pub(in crate::verify) struct Promo {
    pub(in crate::verify) definition: PromoCode,
    pub(in crate::verify) active: bool,
    /// In how many live bookings and holds.
    pub(in crate::verify) uses: u32,
    uses_by: HashMap<Uuid, u32>,
}

impl Promos {
    pub(in crate::verify) fn get(&self, code: &str) -> Option<&Promo> {
        self.0.get(code)
    }

    pub(in crate::verify) fn iter(&self) -> impl Iterator<Item = &Promo> {
        self.0.values()
    }

    /// A code is added, or comes again; its uses are counted on.
    pub(super) fn add(&mut self, promo_code: PromoCode) -> Result<(), String> {
        let code = promo_code.code.clone();
        match self.0.get_mut(&code) {
            Some(known) if known.active => return Err(format!("promo code {code} is added twice")),
            Some(known) => (known.definition, known.active) = (promo_code, true),
            None => {
                let promo = Promo { definition: promo_code, active: true, uses: 0, uses_by: HashMap::new() };
                self.0.insert(code, promo);
            }
        }
        Ok(())
    }

    pub(super) fn remove(&mut self, code: &str) -> Result<(), String> {
        match self.0.get_mut(code).filter(|promo| promo.active) {
            Some(promo) => promo.active = false,
            None => return Err(format!("promo code {code} is removed, but was not there")),
        }
        Ok(())
    }

    /// The code as it is good at this moment.
    pub(super) fn good(&self, code: &str, at: DateTime<Utc>) -> Result<&PromoCode, String> {
        let Some(promo) = self.0.get(code).filter(|promo| promo.active) else {
            return Err(format!("uses promo code {code}, which is not there"));
        };
        let PromoCode { valid_from, valid_until, .. } = &promo.definition;
        if valid_from.is_some_and(|from| at < from) || valid_until.is_some_and(|until| at >= until) {
            return Err(format!("uses promo code {code} at {at}, when it is not good"));
        }
        Ok(&promo.definition)
    }

    /// One more booking of a customer uses a code.
    pub(super) fn count_in(&mut self, code: &str, customer_id: Uuid) -> Result<(), String> {
        let Some(promo) = self.0.get_mut(code) else {
            return Err(format!("uses promo code {code}, which is not there"));
        };
        let by = promo.uses_by.entry(customer_id).or_default();
        *by += 1;
        promo.uses += 1;
        let PromoCode { uses_max, uses_per_customer_max, .. } = promo.definition;
        if let Some(limit) = uses_max.filter(|limit| promo.uses > *limit) {
            return Err(format!("is use {} of promo code {code}, the limit is {limit}", promo.uses));
        }
        if let Some(limit) = uses_per_customer_max.filter(|limit| *by > *limit) {
            return Err(format!("is use {by} of promo code {code} by customer {customer_id}, the limit is {limit}"));
        }
        Ok(())
    }

    /// One booking fewer uses it.
    pub(super) fn count_out(&mut self, code: &str, customer_id: Uuid) {
        let Some(promo) = self.0.get_mut(code) else { return };
        promo.uses -= 1;
        if let Some(by) = promo.uses_by.get_mut(&customer_id) {
            *by -= 1;
            if *by == 0 {
                promo.uses_by.remove(&customer_id);
            }
        }
    }
}

impl PromoCode {
    /// What one ticket of a type costs less.
    pub(super) fn off(&self, ticket_type_id: Uuid, price: i64) -> i64 {
        if !self.covers(ticket_type_id) {
            return 0;
        }
        match self.discount {
            Discount::Percent(percent) => percent_of(price, percent),
            Discount::Amount(amount) => amount.min(price).max(0),
        }
    }

    /// Whether it is for a type.
    pub(super) fn covers(&self, ticket_type_id: Uuid) -> bool {
        self.ticket_type_ids.is_empty() || self.ticket_type_ids.contains(&ticket_type_id)
    }
}

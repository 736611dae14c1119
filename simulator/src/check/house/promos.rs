//! Promo codes and how often they are used.

use uuid::Uuid;

use super::{Checked, House, Ids, Line, demand};
use crate::check::facts;

/// A promo code.
#[derive(Debug)]
pub(in crate::check) struct Promo {
    pub(in crate::check) code: String,
    pub(in crate::check) active: bool,
    discount: facts::Discount,
    /// Places of ticket types; empty: for all.
    kinds: Vec<usize>,
    pub(in crate::check) uses_max: Option<u32>,
    pub(in crate::check) uses_each_max: Option<u32>,
    from: Option<i64>,
    until: Option<i64>,
    pub(in crate::check) uses: u32,
    pub(in crate::check) uses_by: Ids<u32>,
}

impl std::fmt::Debug for facts::Discount {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Percent(percent) => write!(f, "{percent} %"),
            Self::Amount(amount) => write!(f, "{amount}"),
        }
    }
}

impl Promo {
    pub(in crate::check) fn is_good_at(&self, at: i64) -> bool {
        self.active && self.from.is_none_or(|from| from <= at) && self.until.is_none_or(|until| at < until)
    }

    pub(in crate::check) fn is_for(&self, kind: usize) -> bool {
        self.kinds.is_empty() || self.kinds.contains(&kind)
    }

    /// By how much a ticket at this price is cheaper.
    fn off(&self, price: i64) -> i64 {
        match self.discount {
            facts::Discount::Percent(percent) => price * i64::from(percent) / 100,
            facts::Discount::Amount(amount) => amount.min(price),
        }
    }

    pub(in crate::check) fn is_used_up(&self, customer: Uuid) -> bool {
        let by_customer = self.uses_by.get(&customer).copied().unwrap_or(0);
        self.uses_max.is_some_and(|max| self.uses >= max) || self.uses_each_max.is_some_and(|max| by_customer >= max)
    }

    /// Whether this is what it does, in the numbers of a plan.
    pub(in crate::check) fn does(&self, percent: bool, off: u32, uses: Option<u32>, uses_each: Option<u32>) -> bool {
        let same = match self.discount {
            facts::Discount::Percent(share) => percent && u32::from(share) == off,
            facts::Discount::Amount(amount) => !percent && amount == i64::from(off),
        };
        same && self.uses_max == uses && self.uses_each_max == uses_each
    }
}

impl House {
    pub(in crate::check) fn promo(&self, code: &str) -> Option<usize> {
        self.promos.iter().position(|promo| promo.code == code)
    }

    pub(super) fn promo_added(&mut self, added: &facts::Promo) -> Checked {
        let mut kinds = Vec::with_capacity(added.ticket_type_ids.len());
        for id in &added.ticket_type_ids {
            let kind = self.kind(*id);
            demand!(kind.is_some(), Lawful, "code {} is for ticket type {id}, which there is not", added.code);
            kinds.extend(kind);
        }
        let mut promo = Promo {
            code: added.code.into(),
            active: true,
            discount: added.discount,
            kinds,
            uses_max: added.uses_max,
            uses_each_max: added.uses_per_customer_max,
            from: added.valid_from.map(|at| at.0),
            until: added.valid_until.map(|at| at.0),
            uses: 0,
            uses_by: Ids::default(),
        };
        match self.promo(added.code) {
            None => self.promos.push(promo),
            Some(index) => {
                let before = &mut self.promos[index];
                demand!(!before.active, Lawful, "code {} is added although it is there", added.code);
                // Who uses it goes on using it.
                promo.uses = before.uses;
                promo.uses_by = std::mem::take(&mut before.uses_by);
                *before = promo;
            }
        }
        Ok(())
    }

    pub(super) fn promo_removed(&mut self, code: &str) -> Checked {
        let promo = self.promo(code).map(|index| &mut self.promos[index]);
        demand!(promo.as_ref().is_some_and(|promo| promo.active), Lawful, "code {code} is not there to be removed");
        if let Some(promo) = promo {
            promo.active = false;
        }
        Ok(())
    }

    /// The prices of a new booking are those of the moment, less what its code takes off.
    pub(super) fn check_prices(&self, lines: &[Line], code: Option<&str>, at: i64) -> Checked<Option<usize>> {
        let promo = code.and_then(|code| self.promo(code));
        demand!(promo.is_some() == code.is_some(), Lawful, "there is no code {code:?}");
        let promo_of = |line: &Line| promo.map(|index| &self.promos[index]).filter(|promo| promo.is_for(line.kind));
        for line in lines {
            let price = self.kinds[line.kind].price;
            let off = promo_of(line).map_or(0, |promo| promo.off(price));
            let right = line.discount == off && line.price == price - off;
            demand!(right, Lawful, "a ticket for {price} less {off} is sold for {} less {}", line.price, line.discount);
        }
        if let Some(promo) = promo.map(|index| &self.promos[index]) {
            demand!(promo.is_good_at(at), Lawful, "code {} is not good now", promo.code);
            demand!(lines.iter().any(|line| promo.is_for(line.kind)), Lawful, "code {} is for others", promo.code);
        }
        Ok(promo)
    }

    /// One more booking uses a code.
    pub(super) fn use_promo(&mut self, promo: Option<usize>, customer: Uuid) -> Checked {
        let Some(promo) = promo.map(|index| &mut self.promos[index]) else { return Ok(()) };
        let used_up = promo.is_used_up(customer);
        demand!(!used_up, PromoBudget, "code {} is used once more by {customer} than it can be", promo.code);
        promo.uses += 1;
        *promo.uses_by.entry(customer).or_default() += 1;
        Ok(())
    }

    pub(super) fn stop_using(&mut self, promo: Option<usize>, customer: Uuid) {
        let Some(promo) = promo.map(|index| &mut self.promos[index]) else { return };
        promo.uses = promo.uses.saturating_sub(1);
        if let Some(uses) = promo.uses_by.get_mut(&customer) {
            *uses = uses.saturating_sub(1);
        }
    }
}

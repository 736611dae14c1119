//! Whom the organizer has trusted with a show.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::verify::facts::{Access, Colleague, Removed};

/// The most there can be at a time.
const COLLEAGUES_MAX: usize = 100;

/// The colleagues of a show, each with the access they have and since when they have that.
#[derive(Default)]
pub(in crate::verify) struct Colleagues(BTreeMap<Uuid, (Access, DateTime<Utc>)>);

impl Colleagues {
    pub(in crate::verify) fn add(&mut self, added: &Colleague, recorded_at: DateTime<Utc>) -> Result<(), String> {
        let Colleague { account_id, access } = *added;
        let before = self.0.insert(account_id, (access, recorded_at));
        if before.is_some_and(|(known, _)| known == access) {
            return Err(format!("{account_id} gets the access that they have"));
        }
        if self.0.len() > COLLEAGUES_MAX {
            return Err(format!("{account_id} is one colleague too many"));
        }
        Ok(())
    }

    pub(in crate::verify) fn remove(&mut self, removed: &Removed) -> Result<(), String> {
        let known = self.0.remove(&removed.account_id);
        known.map(|_| ()).ok_or_else(|| format!("{} loses access without having it", removed.account_id))
    }

    /// The word for somebody's access, and since when they have it.
    pub(in crate::verify) fn get(&self, account_id: Uuid) -> Option<(&'static str, DateTime<Utc>)> {
        let (access, since) = self.0.get(&account_id)?;
        let word = match access {
            Access::Manager => "manager",
            Access::Door => "door",
        };
        Some((word, *since))
    }

    pub(in crate::verify) fn accounts(&self) -> impl Iterator<Item = Uuid> {
        self.0.keys().copied()
    }
}

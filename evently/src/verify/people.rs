//! What accounts are trusted with and whether they can be used, counted again.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::facts::Fact;
use super::walk::Event;

/// The words that may stand for what an account is trusted with.
const ROLES: [&str; 3] = ["customer", "organizer", "admin"];
/// The words that may say why an account is suspended. Others might say more than a log should keep.
const REASONS: [&str; 6] = ["fraud", "abuse", "payment_dispute", "account_compromised", "own_request", "other"];

/// An account.
pub(super) struct Person {
    pub(super) role: &'static str,
    pub(super) status: &'static str,
    pub(super) reason: Option<&'static str>,
    pub(super) registered_at: DateTime<Utc>,
    pub(super) changed_at: DateTime<Utc>,
    pub(super) position: i64,
}

impl Person {
    /// Counts what happened to an account, or says why it should not have.
    pub(super) fn take(
        people: &mut HashMap<Uuid, Self>,
        event: &Event,
        account_id: Uuid,
        fact: &Fact,
    ) -> Result<(), String> {
        let named = match fact {
            Fact::AccountRegistered(trusted) | Fact::RoleGranted(trusted) => trusted.account_id,
            Fact::AccountSuspended(suspended) => suspended.account_id,
            Fact::AccountReinstated(account) | Fact::SessionsEnded(account) | Fact::AccountErased(account) => {
                account.account_id
            }
            _ => return Err(format!("a {} does not belong in the stream of an account", event.kind)),
        };
        if named != account_id {
            return Err(format!("it speaks of another account, {named}"));
        }
        if let Fact::AccountRegistered(trusted) = fact {
            if event.version != 1 {
                return Err(REGISTERED_ONCE.into());
            }
            let (role, at) = (word(&ROLES, &trusted.role)?, event.recorded_at);
            let position = event.position;
            let person = Self { role, status: "active", reason: None, registered_at: at, changed_at: at, position };
            people.insert(account_id, person);
            return Ok(());
        }
        let person = people.get_mut(&account_id).ok_or(REGISTERED_ONCE)?;
        person.changes(fact)?;
        person.changed_at = event.recorded_at;
        Ok(())
    }

    fn changes(&mut self, fact: &Fact) -> Result<(), String> {
        if self.status == "erased" {
            return Err("something happens to an account that was erased".into());
        }
        match fact {
            Fact::RoleGranted(trusted) if trusted.role == self.role => {
                return Err(format!("the account is granted the role {} that it has", self.role));
            }
            Fact::RoleGranted(trusted) => self.role = word(&ROLES, &trusted.role)?,
            Fact::AccountSuspended(suspended) => {
                self.becomes("suspended", &["active"])?;
                self.reason = Some(word(&REASONS, &suspended.reason)?);
            }
            Fact::AccountReinstated(_) => {
                self.becomes("active", &["suspended"])?;
                self.reason = None;
            }
            Fact::AccountErased(_) => {
                self.becomes("erased", &["active", "suspended"])?;
                self.reason = None;
            }
            Fact::SessionsEnded(_) if self.status != "active" => {
                return Err(format!("sessions end of an account that is {}", self.status));
            }
            _ => {}
        }
        Ok(())
    }

    fn becomes(&mut self, status: &'static str, from: &[&str]) -> Result<(), String> {
        if !from.contains(&self.status) {
            return Err(format!("the account goes from {} to {status}, which no rule allows", self.status));
        }
        self.status = status;
        Ok(())
    }
}

const REGISTERED_ONCE: &str = "an account is registered with the first event of its stream, and only there";

/// The same word out of a list.
fn word(words: &[&'static str], found: &str) -> Result<&'static str, String> {
    let known = words.iter().find(|known| **known == found);
    known.copied().ok_or_else(|| format!("{found:?} is none of the words that may stand here"))
}

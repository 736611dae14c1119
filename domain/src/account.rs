//! An account: that it exists and what it is trusted with.
//!
//! E-mail, name and password hash are plain rows elsewhere, so that erasing a person leaves the
//! log as it is.

use alloc::vec;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use crate::access::{Action, Role, may};
use crate::aggregate::{Aggregate, Asked};
use crate::event::domain_events;
use crate::ids::AccountId;

#[cfg(test)]
mod tests;

/// What can be asked of an account.
#[derive(Clone, Copy, Debug)]
pub enum Command {
    /// Open it.
    RegisterAccount {
        /// The new account.
        account_id: AccountId,
        /// What it is trusted with from the start. Only a set-up gives more than `customer`.
        role: Role,
    },
    /// Trust it with more, or with less.
    GrantRole {
        /// From now on.
        role: Role,
    },
}

domain_events! {
    /// Everything that can have happened to an account, with the version of each shape.
    pub enum Event {
        /// It was opened.
        AccountRegistered = 1..=1,
        /// It is trusted with this from now on.
        RoleGranted = 1..=1,
    }
    key: |_| None;
}

/// It was opened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountRegistered {
    /// The new account.
    pub account_id: AccountId,
    /// What it is trusted with.
    pub role: Role,
}

/// It is trusted with this from now on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoleGranted {
    /// The account.
    pub account_id: AccountId,
    /// What it is trusted with.
    pub role: Role,
}

/// Why a command is refused. Nothing was recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Rejection {
    /// There is no such account.
    #[error("there is no such account")]
    NoSuchAccount,
    /// The person's role does not allow it.
    #[error("your role does not allow this")]
    RoleForbids,
    /// The key was used for something else before.
    #[error("this idempotency key was used for another request before; use a new key for a new request")]
    IdempotencyKeyReused,
}

/// The state of one account.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    opened: Option<(AccountId, Role)>,
}

impl Account {
    /// What it is trusted with; absent if it was never opened.
    pub fn role(&self) -> Option<Role> {
        self.opened.map(|(_, role)| role)
    }
}

impl Aggregate for Account {
    const CATEGORY: &'static str = "account";
    const SNAPSHOT_SCHEMA: u32 = 0;
    type Command = Command;
    type Event = Event;
    type Rejection = Rejection;

    fn decide(&self, command: &Command, asked: &Asked) -> Result<Vec<Event>, Rejection> {
        match (*command, self.opened) {
            (Command::RegisterAccount { account_id, role }, None) => {
                Ok(vec![AccountRegistered { account_id, role }.into()])
            }
            (Command::RegisterAccount { .. }, Some(_)) => Ok(vec![]),
            (Command::GrantRole { .. }, _) if !may(&asked.by, Action::GrantRole) => Err(Rejection::RoleForbids),
            (Command::GrantRole { .. }, None) => Err(Rejection::NoSuchAccount),
            (Command::GrantRole { role }, Some((_, now))) if role == now => Ok(vec![]),
            (Command::GrantRole { role }, Some((account_id, _))) => Ok(vec![RoleGranted { account_id, role }.into()]),
        }
    }

    fn evolve(&mut self, event: &Event) {
        self.opened = Some(match event {
            Event::AccountRegistered(registered) => (registered.account_id, registered.role),
            Event::RoleGranted(granted) => (granted.account_id, granted.role),
        });
    }

    fn key_spent() -> Rejection {
        Rejection::IdempotencyKeyReused
    }

    fn weight(&self) -> usize {
        1
    }
}

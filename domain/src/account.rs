//! An account: that it exists, what it is trusted with, and whether it may be used.
//!
//! E-mail, name and password hash are plain rows elsewhere, so that erasing a person leaves the
//! log as it is.

use alloc::vec;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use crate::access::{Action, Actor, Role, may};
use crate::aggregate::{Aggregate, Asked};
use crate::ids::AccountId;

mod event;
#[cfg(test)]
mod tests;

pub use event::{
    AccountErased, AccountRegistered, AccountReinstated, AccountSuspended, Event, RoleGranted, SessionsEnded,
    SuspensionReason,
};

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
        /// Who else runs everything, should this account be about to stop.
        admins: OtherAdmins,
    },
    /// Let nobody use it until it is reinstated.
    SuspendAccount {
        /// Why.
        reason: SuspensionReason,
        /// Who else runs everything, should this account be about to stop.
        admins: OtherAdmins,
    },
    /// Let it be used again.
    ReinstateAccount,
    /// Sign everybody out who is signed in with it. Each time is a fact of its own: somebody may have
    /// signed in since the last one.
    EndSessions,
    /// Forget the person; the account is of no use to anybody from then on.
    EraseAccount {
        /// Who else runs everything, should this account be about to stop.
        admins: OtherAdmins,
    },
}

/// Whether another account is an administrator's that can be used. One account cannot see another, so
/// whoever commands has to look, and has to see to it that this stays so until the command is recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OtherAdmins {
    /// Nobody has looked, or there are none.
    NoneKnown,
    /// There is at least one.
    Some,
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
    /// The person behind it was erased, which cannot be undone.
    #[error("this account was erased, and nothing can be done with it any more")]
    AccountErased,
    /// It is the only administrator's account that can be used.
    #[error("this is the last administrator; make somebody else one first")]
    LastAdmin,
    /// The key was used for something else before.
    #[error("this idempotency key was used for another request before; use a new key for a new request")]
    IdempotencyKeyReused,
}

/// Whether an account can be used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Standing {
    /// It can.
    #[default]
    Active,
    /// Not until it is reinstated.
    Suspended,
    /// Never again.
    Erased,
}

impl Standing {
    /// All there are.
    pub const ALL: [Self; 3] = [Self::Active, Self::Suspended, Self::Erased];

    /// The word used in the read models and in the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Suspended => "suspended",
            Self::Erased => "erased",
        }
    }
}

/// The state of one account.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    opened: Option<(AccountId, Role)>,
    standing: Standing,
}

impl Account {
    /// What it is trusted with; absent if it was never opened.
    pub fn role(&self) -> Option<Role> {
        self.opened.map(|(_, role)| role)
    }

    /// Whether it can be used, if it was ever opened.
    pub fn standing(&self) -> Standing {
        self.standing
    }

    /// Whether whoever signs in with it runs everything.
    pub fn is_admin(&self) -> bool {
        self.role() == Some(Role::Admin) && self.standing == Standing::Active
    }

    /// The account and its role, if `by` may do this to it and it is not gone.
    fn open_to(&self, by: &Actor, action: impl Fn(AccountId) -> Action) -> Result<(AccountId, Role), Rejection> {
        // Whoever may not do it to any account learns nothing about this one.
        let account_id = self.opened.map_or(AccountId(uuid::Uuid::max()), |(account_id, _)| account_id);
        if !may(by, action(account_id)) {
            return Err(Rejection::RoleForbids);
        }
        let opened = self.opened.ok_or(Rejection::NoSuchAccount)?;
        if self.standing == Standing::Erased { Err(Rejection::AccountErased) } else { Ok(opened) }
    }

    /// Refuses to let the last administrator go.
    fn demand_another(&self, admins: OtherAdmins) -> Result<(), Rejection> {
        if self.is_admin() && admins == OtherAdmins::NoneKnown { Err(Rejection::LastAdmin) } else { Ok(()) }
    }

    fn grant(&self, role: Role, admins: OtherAdmins, by: &Actor) -> Result<Vec<Event>, Rejection> {
        let (account_id, now) = self.open_to(by, |_| Action::GrantRole)?;
        if role == now {
            return Ok(vec![]);
        }
        self.demand_another(admins)?;
        Ok(vec![RoleGranted { account_id, role }.into()])
    }

    fn suspend(&self, reason: SuspensionReason, admins: OtherAdmins, by: &Actor) -> Result<Vec<Event>, Rejection> {
        let (account_id, _) = self.open_to(by, |_| Action::KeepPeople)?;
        if self.standing == Standing::Suspended {
            return Ok(vec![]);
        }
        self.demand_another(admins)?;
        Ok(vec![AccountSuspended { account_id, reason }.into()])
    }

    fn reinstate(&self, by: &Actor) -> Result<Vec<Event>, Rejection> {
        let (account_id, _) = self.open_to(by, |_| Action::KeepPeople)?;
        let again = AccountReinstated { account_id }.into();
        Ok(if self.standing == Standing::Suspended { vec![again] } else { vec![] })
    }

    fn end_sessions(&self, by: &Actor) -> Result<Vec<Event>, Rejection> {
        let (account_id, _) = self.open_to(by, |account| Action::KeepAccount { account })?;
        // Suspending has ended them, and nobody has signed in since.
        Ok(if self.standing == Standing::Suspended { vec![] } else { vec![SessionsEnded { account_id }.into()] })
    }

    fn erase(&self, admins: OtherAdmins, by: &Actor) -> Result<Vec<Event>, Rejection> {
        match self.open_to(by, |account| Action::KeepAccount { account }) {
            // Asked for once more, which must do no harm: it is how a half-done erasure is finished.
            Err(Rejection::AccountErased) => Ok(vec![]),
            Err(rejection) => Err(rejection),
            Ok((account_id, _)) => {
                self.demand_another(admins)?;
                Ok(vec![AccountErased { account_id }.into()])
            }
        }
    }
}

impl Aggregate for Account {
    const CATEGORY: &'static str = "account";
    const SNAPSHOT_SCHEMA: u32 = 0;
    type Command = Command;
    type Event = Event;
    type Rejection = Rejection;

    fn decide(&self, command: &Command, asked: &Asked) -> Result<Vec<Event>, Rejection> {
        let by = &asked.by;
        match *command {
            Command::RegisterAccount { .. } if self.standing == Standing::Erased => Err(Rejection::AccountErased),
            Command::RegisterAccount { .. } if self.opened.is_some() => Ok(vec![]),
            Command::RegisterAccount { account_id, role } => Ok(vec![AccountRegistered { account_id, role }.into()]),
            Command::GrantRole { role, admins } => self.grant(role, admins, by),
            Command::SuspendAccount { reason, admins } => self.suspend(reason, admins, by),
            Command::ReinstateAccount => self.reinstate(by),
            Command::EndSessions => self.end_sessions(by),
            Command::EraseAccount { admins } => self.erase(admins, by),
        }
    }

    fn evolve(&mut self, event: &Event) {
        match event {
            Event::AccountRegistered(registered) => self.opened = Some((registered.account_id, registered.role)),
            Event::RoleGranted(granted) => self.opened = Some((granted.account_id, granted.role)),
            Event::AccountSuspended(_) => self.standing = Standing::Suspended,
            Event::AccountReinstated(_) => self.standing = Standing::Active,
            Event::SessionsEnded(_) => {}
            Event::AccountErased(_) => self.standing = Standing::Erased,
        }
    }

    fn key_spent() -> Rejection {
        Rejection::IdempotencyKeyReused
    }

    fn weight(&self) -> usize {
        1
    }
}

//! Who may do what. One function, [`may`], decides; everybody else asks it.

use serde::{Deserialize, Serialize};

use crate::ids::AccountId;

/// What an account is trusted with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Books and cancels for themselves.
    Customer,
    /// Also runs shows of their own.
    Organizer,
    /// Runs everything.
    Admin,
}

impl Role {
    /// All roles, least trusted first.
    pub const ALL: [Role; 3] = [Role::Customer, Role::Organizer, Role::Admin];

    /// The word used in tokens and in the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Role::Customer => "customer",
            Role::Organizer => "organizer",
            Role::Admin => "admin",
        }
    }
}

/// What an organizer has trusted somebody else with, on one show.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Access {
    /// Sees the show and who booked, and changes nothing.
    Door,
    /// Runs the show, but gives nobody access and does not call it off.
    Manager,
}

impl Access {
    /// Every access, least trusted first.
    pub const ALL: [Access; 2] = [Access::Door, Access::Manager];

    /// The word used in the API and in the read models.
    pub fn as_str(self) -> &'static str {
        match self {
            Access::Door => "door",
            Access::Manager => "manager",
        }
    }
}

/// Somebody who asks for something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Actor {
    /// Whose account it is.
    pub account_id: AccountId,
    /// What the account was trusted with when its token was made.
    pub role: Role,
}

impl Actor {
    /// The platform itself, for what no person asked for.
    pub const PLATFORM: Actor = Actor { account_id: AccountId(uuid::Uuid::nil()), role: Role::Admin };
}

/// Something that not everybody may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Put a new show on the programme.
    CreateShow,
    /// Give colleagues access to a show or take it from them, and call the show off.
    OwnShow {
        /// Who created it.
        organizer: AccountId,
    },
    /// Revise, publish, pause, resume or close a show, and see whatever its organizer sees.
    RunShow {
        /// Who created it.
        organizer: AccountId,
        /// What the actor was trusted with on this show.
        access: Option<Access>,
    },
    /// See a show that is still a draft, and the bookings of a show.
    SeeShow {
        /// Who created it.
        organizer: AccountId,
        /// What the actor was trusted with on this show.
        access: Option<Access>,
    },
    /// See or cancel a booking.
    KeepBooking {
        /// Who booked.
        customer: AccountId,
    },
    /// Change what an account is trusted with.
    GrantRole,
    /// Look people up, suspend and reinstate them.
    KeepPeople,
    /// End the sessions of an account, or erase it.
    KeepAccount {
        /// Whose it is.
        account: AccountId,
    },
    /// Say what became of payments and refunds.
    Operate,
    /// See who did what, and what was refused to whom.
    Audit,
}

/// Whether `actor` may do `action`.
pub fn may(actor: &Actor, action: Action) -> bool {
    let own = |account_id| account_id == actor.account_id;
    match (actor.role, action) {
        (Role::Admin, _)
        | (Role::Organizer, Action::CreateShow)
        | (_, Action::RunShow { access: Some(Access::Manager), .. } | Action::SeeShow { access: Some(_), .. }) => true,
        (
            Role::Organizer,
            Action::OwnShow { organizer } | Action::RunShow { organizer, .. } | Action::SeeShow { organizer, .. },
        ) => own(organizer),
        (_, Action::KeepBooking { customer }) => own(customer),
        (_, Action::KeepAccount { account }) => own(account),
        (
            Role::Customer,
            Action::CreateShow | Action::OwnShow { .. } | Action::RunShow { .. } | Action::SeeShow { .. },
        )
        | (_, Action::GrantRole | Action::KeepPeople | Action::Operate | Action::Audit) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    const ME: AccountId = AccountId(Uuid::from_u128(1));
    const OTHER: AccountId = AccountId(Uuid::from_u128(2));

    #[test]
    fn each_role_may_do_exactly_this() {
        let table = [
            // action, customer, organizer, admin
            (Action::CreateShow, [false, true, true]),
            (Action::OwnShow { organizer: ME }, [false, true, true]),
            (Action::OwnShow { organizer: OTHER }, [false, false, true]),
            (Action::RunShow { organizer: ME, access: None }, [false, true, true]),
            (Action::RunShow { organizer: OTHER, access: None }, [false, false, true]),
            (Action::RunShow { organizer: OTHER, access: Some(Access::Door) }, [false, false, true]),
            (Action::RunShow { organizer: ME, access: Some(Access::Door) }, [false, true, true]),
            (Action::RunShow { organizer: OTHER, access: Some(Access::Manager) }, [true, true, true]),
            (Action::SeeShow { organizer: ME, access: None }, [false, true, true]),
            (Action::SeeShow { organizer: OTHER, access: None }, [false, false, true]),
            (Action::SeeShow { organizer: OTHER, access: Some(Access::Door) }, [true, true, true]),
            (Action::SeeShow { organizer: OTHER, access: Some(Access::Manager) }, [true, true, true]),
            (Action::KeepBooking { customer: ME }, [true, true, true]),
            (Action::KeepBooking { customer: OTHER }, [false, false, true]),
            (Action::GrantRole, [false, false, true]),
            (Action::KeepPeople, [false, false, true]),
            (Action::KeepAccount { account: ME }, [true, true, true]),
            (Action::KeepAccount { account: OTHER }, [false, false, true]),
            (Action::Operate, [false, false, true]),
            (Action::Audit, [false, false, true]),
        ];
        for (action, expected) in table {
            for (role, expected) in Role::ALL.into_iter().zip(expected) {
                assert_eq!(may(&Actor { account_id: ME, role }, action), expected, "{role:?} {action:?}");
            }
        }
    }
}

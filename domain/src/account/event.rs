//! What can have happened to an account. Nothing here can name a person but the account's id.

use serde::{Deserialize, Serialize};

use crate::access::Role;
use crate::event::domain_events;
use crate::ids::AccountId;

domain_events! {
    /// Everything that can have happened to an account, with the version of each shape.
    pub enum Event {
        /// It was opened.
        AccountRegistered = 1..=1,
        /// It is trusted with this from now on.
        RoleGranted = 1..=1,
        /// Nobody signs in with it until it is reinstated.
        AccountSuspended = 1..=1,
        /// It is as good as before it was suspended.
        AccountReinstated = 1..=1,
        /// Everybody who was signed in with it is not any more.
        SessionsEnded = 1..=1,
        /// The person's data are gone; only its id is left.
        AccountErased = 1..=1,
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

/// Nobody signs in with it until it is reinstated.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountSuspended {
    /// The account.
    pub account_id: AccountId,
    /// Why.
    pub reason: SuspensionReason,
}

/// It is as good as before it was suspended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountReinstated {
    /// The account.
    pub account_id: AccountId,
}

/// Everybody who was signed in with it is not any more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionsEnded {
    /// The account.
    pub account_id: AccountId,
}

/// The person's data are gone; only its id is left.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountErased {
    /// The account.
    pub account_id: AccountId,
}

/// Why an account is suspended: one word of a closed list. Free words about a person would be personal
/// data, and what is in the log cannot be taken out again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SuspensionReason {
    /// Tickets or money were got by deceit.
    Fraud,
    /// The platform is used in a way that its rules forbid.
    Abuse,
    /// Payments were called back or are owed.
    PaymentDispute,
    /// Somebody else may have the password.
    AccountCompromised,
    /// The person asked for it.
    OwnRequest,
    /// Whatever the list does not say; it is written down elsewhere.
    Other,
}

impl SuspensionReason {
    /// All reasons there are.
    pub const ALL: [Self; 6] =
        [Self::Fraud, Self::Abuse, Self::PaymentDispute, Self::AccountCompromised, Self::OwnRequest, Self::Other];

    /// The word used in the log, in the read models and in the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Fraud => "fraud",
            Self::Abuse => "abuse",
            Self::PaymentDispute => "payment_dispute",
            Self::AccountCompromised => "account_compromised",
            Self::OwnRequest => "own_request",
            Self::Other => "other",
        }
    }
}

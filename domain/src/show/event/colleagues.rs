//! Whom the organizer trusts with a show.

use serde::{Deserialize, Serialize};

use crate::access::Access;
use crate::ids::AccountId;

/// Somebody has access to the show, or another access than before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ColleagueAdded {
    /// Who.
    pub account_id: AccountId,
    /// Which access.
    pub access: Access,
}

/// Somebody has no access to the show any more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ColleagueRemoved {
    /// Who.
    pub account_id: AccountId,
}

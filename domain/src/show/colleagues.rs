//! Colleagues: whom the organizer has trusted with a show, and with what.

use alloc::vec;
use alloc::vec::Vec;

use crate::access::Access;
use crate::aggregate::Asked;
use crate::ids::AccountId;
use crate::show::event::{ColleagueAdded, ColleagueRemoved, Event};
use crate::show::lifecycle::owned_by;
use crate::show::{Rejection, Show};

/// The most colleagues a show can have at a time.
pub const COLLEAGUES_MAX: usize = 100;

impl Show {
    /// What somebody was trusted with on this show, its organizer and administrators aside.
    pub fn access(&self, account_id: AccountId) -> Option<Access> {
        self.colleagues.get(&account_id).copied()
    }
}

pub(super) fn add(show: &Show, account_id: AccountId, access: Access, asked: &Asked) -> Result<Vec<Event>, Rejection> {
    owned_by(show, asked)?;
    match show.access(account_id) {
        Some(known) if known == access => Ok(vec![]),
        None if show.colleagues.len() >= COLLEAGUES_MAX => Err(Rejection::TooManyColleagues { limit: COLLEAGUES_MAX }),
        _ => Ok(vec![ColleagueAdded { account_id, access }.into()]),
    }
}

pub(super) fn remove(show: &Show, account_id: AccountId, asked: &Asked) -> Result<Vec<Event>, Rejection> {
    owned_by(show, asked)?;
    // Whoever is none already is where they should be.
    Ok(show.access(account_id).map(|_| ColleagueRemoved { account_id }.into()).into_iter().collect())
}

pub(super) fn added(show: &mut Show, event: &ColleagueAdded) {
    show.colleagues.insert(event.account_id, event.access);
}

pub(super) fn removed(show: &mut Show, event: &ColleagueRemoved) {
    show.colleagues.remove(&event.account_id);
}

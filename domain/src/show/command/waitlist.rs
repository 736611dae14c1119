//! What those ask who wait.

use crate::ids::{AccountId, EntryId, TicketTypeId};
use crate::show::terms::Code;

/// Waits for tickets.
#[derive(Clone, Debug)]
pub struct JoinWaitlist {
    /// The place's id, chosen before the decision so that a repeat is recognised.
    pub entry_id: EntryId,
    /// Who waits.
    pub customer_id: AccountId,
    /// For tickets of which type.
    pub ticket_type_id: TicketTypeId,
    /// How many; at least 1.
    pub quantity: u32,
    /// Opens a ticket type that is hidden.
    pub access_code: Option<Code>,
}

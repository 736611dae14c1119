//! What totals are kept of, and where they are in memory.

use domain::analytics::{Sale, Totals};
use domain::ids::TicketTypeId;
use domain::show::Event;
use uuid::Uuid;

/// A show in memory.
pub(super) struct Counted {
    pub(super) show_id: Uuid,
    pub(super) sale: Sale,
    /// None until there is something to say of it.
    pub(super) scope: Option<Numbered>,
    /// Those of its parts, in the same order.
    pub(super) parts: Vec<Numbered>,
}

/// What many shows are part of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Whole {
    /// One organizer's shows, or everybody's.
    pub(super) organizer_id: Option<Uuid>,
    /// The number of the currency they sell in; 0 while they sell nothing.
    pub(super) currency: i64,
}

pub(super) struct WholeCounted {
    pub(super) totals: Totals,
    pub(super) scope: Numbered,
}

/// A scope's number, and in which segment and block it was last noted as changed.
#[derive(Clone, Copy)]
pub(super) struct Numbered {
    pub(super) scope: u32,
    pub(super) segment: u64,
    pub(super) block: u64,
}

/// Where a scope's totals are.
#[derive(Clone, Copy)]
pub(super) enum Spot {
    Whole(usize),
    Show(usize),
    Part(usize, usize),
}

impl Numbered {
    pub(super) fn new(scope: u32) -> Self {
        // No block has this number.
        Self { scope, segment: u64::MAX, block: u64::MAX }
    }
}

/// The name of a ticket type, where it is new.
pub(super) fn name_of(ticket_type_id: TicketTypeId, event: &Event) -> Option<String> {
    let types = match event {
        Event::ShowCreated(created) => &created.ticket_types[..],
        Event::TicketTypeAdded(added) => std::slice::from_ref(&added.ticket_type),
        _ => return None,
    };
    let ticket_type = types.iter().find(|ticket_type| ticket_type.ticket_type_id == ticket_type_id);
    ticket_type.map(|ticket_type| ticket_type.name.as_str().into())
}

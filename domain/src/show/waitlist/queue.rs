//! Who waits, in which order, and what became of each place.

use alloc::boxed::Box;
use alloc::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::Timestamp;
use crate::ids::{AccountId, BookingId, EntryId, TicketTypeId};
use crate::show::event::{BookedItem, WaitlistJoined};

/// The most people that wait for one show.
pub const WAITLIST_MAX: usize = 100_000;

/// A place on the waitlist, remembered for ever.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Who waits.
    pub customer_id: AccountId,
    /// For tickets of which type.
    pub ticket_type_id: TicketTypeId,
    /// How many.
    pub quantity: u32,
    /// Since when.
    #[serde(with = "chrono::serde::ts_microseconds")]
    pub joined_at: Timestamp,
    /// What became of it.
    pub state: EntryState,
    /// Counts the places of the show: who came first is served first.
    number: u64,
}

/// What became of a place on the waitlist.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum EntryState {
    /// Nothing yet.
    Waiting,
    /// Tickets are set aside for it until a deadline.
    Offered {
        /// Which.
        items: Box<[BookedItem]>,
        /// The deadline.
        expires_at: Timestamp,
    },
    /// They were taken.
    Accepted {
        /// The booking they became.
        booking_id: BookingId,
    },
    /// They were not wanted.
    Declined,
    /// The deadline came first, or the show was called off.
    Lapsed,
    /// Nobody waits there any more.
    Left,
}

impl EntryState {
    /// The word used in the API and in the read models.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Offered { .. } => "offered",
            Self::Accepted { .. } => "accepted",
            Self::Declined => "declined",
            Self::Lapsed => "lapsed",
            Self::Left => "left",
        }
    }
}

/// Everybody who waits or waited.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::show) struct Waitlist {
    entries: BTreeMap<EntryId, Entry>,
    queues: BTreeMap<TicketTypeId, Queue>,
    next_number: u64,
}

/// Those who wait for one ticket type.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Queue {
    /// By how many tickets they want, and then by number: first come, first served. So nobody looks at
    /// those who want more than there is, however many they are.
    waiting: BTreeMap<u32, BTreeMap<u64, EntryId>>,
    /// Each of them waits in one place.
    customers: BTreeMap<AccountId, EntryId>,
}

impl Waitlist {
    pub(in crate::show) fn get(&self, entry_id: EntryId) -> Option<&Entry> {
        self.entries.get(&entry_id)
    }

    /// Whether nobody waits.
    pub(super) fn is_idle(&self) -> bool {
        self.queues.is_empty()
    }

    /// How many wait.
    pub(super) fn len(&self) -> usize {
        self.queues.values().map(|queue| queue.customers.len()).sum()
    }

    /// Where a customer waits for tickets of a type.
    pub(super) fn place_of(&self, customer_id: AccountId, ticket_type_id: TicketTypeId) -> Option<EntryId> {
        self.queues.get(&ticket_type_id)?.customers.get(&customer_id).copied()
    }

    /// The first who waits for at most so many tickets of a type and may have them.
    pub(super) fn first(
        &self,
        ticket_type_id: TicketTypeId,
        available: u32,
        may_have: impl Fn(&Entry) -> bool,
    ) -> Option<(EntryId, &Entry)> {
        let fits = |entry_id: &EntryId| self.get(*entry_id).filter(|entry| may_have(entry));
        let of_each_size = self.queues.get(&ticket_type_id)?.waiting.range(..=available);
        let firsts = of_each_size
            .filter_map(|(_, places)| places.values().find_map(|entry_id| Some((*entry_id, fits(entry_id)?))));
        firsts.min_by_key(|(_, entry)| entry.number)
    }

    /// One more waits, behind all others.
    pub(super) fn push(&mut self, joined: &WaitlistJoined) {
        let WaitlistJoined { entry_id, customer_id, ticket_type_id, quantity, joined_at } = *joined;
        let number = self.next_number;
        self.next_number += 1;
        let entry = Entry { customer_id, ticket_type_id, quantity, joined_at, state: EntryState::Waiting, number };
        self.entries.insert(entry_id, entry);
        let queue = self.queues.entry(ticket_type_id).or_default();
        queue.waiting.entry(quantity).or_default().insert(number, entry_id);
        queue.customers.insert(customer_id, entry_id);
    }

    /// Gives a place its next state, and the last one back.
    pub(super) fn turn(&mut self, entry_id: EntryId, state: EntryState) -> Option<EntryState> {
        let entry = self.entries.get_mut(&entry_id)?;
        let before = core::mem::replace(&mut entry.state, state);
        if before == EntryState::Waiting {
            self.unqueue(entry_id);
        }
        Some(before)
    }

    fn unqueue(&mut self, entry_id: EntryId) {
        let Some(entry) = self.entries.get(&entry_id) else { return };
        let Some(queue) = self.queues.get_mut(&entry.ticket_type_id) else { return };
        queue.customers.remove(&entry.customer_id);
        if let Some(places) = queue.waiting.get_mut(&entry.quantity) {
            places.remove(&entry.number);
            if places.is_empty() {
                queue.waiting.remove(&entry.quantity);
            }
        }
        if queue.waiting.is_empty() {
            self.queues.remove(&entry.ticket_type_id);
        }
    }

    /// The show was called off: nobody waits for anything any more.
    pub(in crate::show) fn end(&mut self) {
        self.queues.clear();
        let open = |entry: &&mut Entry| matches!(entry.state, EntryState::Waiting | EntryState::Offered { .. });
        self.entries.values_mut().filter(open).for_each(|entry| entry.state = EntryState::Lapsed);
    }
}

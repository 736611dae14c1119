//! Who waits for what, in which order.

use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::verify::tickets::Tickets;

/// Everybody who waits or waited.
#[derive(Default)]
pub(in crate::verify) struct Waitlist {
    entries: HashMap<Uuid, Entry>,
    /// By the place of the ticket type. Empty ones are not kept.
    queues: BTreeMap<u32, Queue>,
}

/// Those who wait for one ticket type.
#[derive(Default)]
struct Queue {
    /// By how many they want, then by the position at which they joined: whoever wants more than there is
    /// need not be looked at.
    waiting: BTreeMap<i32, BTreeMap<i64, Uuid>>,
    customers: HashSet<Uuid>,
}

/// A place on the waitlist.
pub(in crate::verify) struct Entry {
    pub(in crate::verify) customer_id: Uuid,
    pub(in crate::verify) kind: u32,
    pub(in crate::verify) quantity: i32,
    pub(in crate::verify) state: EntryState,
    pub(in crate::verify) joined_at: DateTime<Utc>,
    /// Of the event with which they joined.
    pub(in crate::verify) position: i64,
    /// What was offered, if anything ever was.
    pub(in crate::verify) offer: Option<Offer>,
    pub(in crate::verify) booking_id: Option<Uuid>,
}

/// Tickets set aside for an entry.
pub(in crate::verify) struct Offer {
    pub(in crate::verify) tickets: Box<[Tickets]>,
    pub(in crate::verify) expires_at: DateTime<Utc>,
}

/// What became of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::verify) enum EntryState {
    Waiting,
    Offered,
    Accepted,
    Declined,
    Lapsed,
    Left,
}

impl EntryState {
    /// The word that stands in the read model.
    pub(in crate::verify) fn word(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Offered => "offered",
            Self::Accepted => "accepted",
            Self::Declined => "declined",
            Self::Lapsed => "lapsed",
            Self::Left => "left",
        }
    }
}

impl Waitlist {
    pub(in crate::verify) fn get(&self, entry_id: Uuid) -> Option<&Entry> {
        self.entries.get(&entry_id)
    }

    pub(in crate::verify) fn iter(&self) -> impl Iterator<Item = (Uuid, &Entry)> {
        self.entries.iter().map(|(id, entry)| (*id, entry))
    }

    /// The ticket types that somebody waits for.
    pub(super) fn kinds(&self) -> impl Iterator<Item = u32> {
        self.queues.keys().copied()
    }

    /// Whether a customer waits for a type.
    pub(in crate::verify) fn waits(&self, kind: u32, customer_id: Uuid) -> bool {
        self.queues.get(&kind).is_some_and(|queue| queue.customers.contains(&customer_id))
    }

    /// Somebody joins.
    pub(in crate::verify) fn join(&mut self, entry_id: Uuid, entry: Entry) {
        let queue = self.queues.entry(entry.kind).or_default();
        queue.waiting.entry(entry.quantity).or_default().insert(entry.position, entry_id);
        queue.customers.insert(entry.customer_id);
        self.entries.insert(entry_id, entry);
    }

    /// The first one who waits for a type, wants at most so many, and may have them.
    pub(super) fn first_fitting(&self, kind: u32, available: i64, may: impl Fn(&Entry) -> bool) -> Option<Uuid> {
        let queue = self.queues.get(&kind)?;
        let affordable = queue.waiting.iter().take_while(|(quantity, _)| i64::from(**quantity) <= available);
        let fits = |id: &Uuid| self.entries.get(id).is_some_and(&may);
        let firsts = affordable.filter_map(|(_, waiting)| waiting.iter().find(|(_, id)| fits(id)));
        firsts.min_by_key(|(position, _)| **position).map(|(_, id)| *id)
    }

    /// An entry of a customer in this state goes to another one.
    pub(in crate::verify) fn step(
        &mut self,
        entry_id: Uuid,
        customer_id: Uuid,
        from: EntryState,
        to: EntryState,
    ) -> Result<&mut Entry, String> {
        let Some(entry) = self.entries.get_mut(&entry_id) else {
            return Err(format!("waitlist entry {entry_id} is {}, but never joined this show", to.word()));
        };
        if entry.customer_id != customer_id {
            return Err(format!(
                "waitlist entry {entry_id} is one of customer {}, not {customer_id}",
                entry.customer_id
            ));
        }
        if entry.state != from {
            let (state, to) = (entry.state.word(), to.word());
            return Err(format!("waitlist entry {entry_id} goes from {state} to {to}, which no rule allows"));
        }
        entry.state = to;
        if from == EntryState::Waiting
            && let Some(queue) = self.queues.get_mut(&entry.kind)
        {
            queue.customers.remove(&customer_id);
            if let Some(waiting) = queue.waiting.get_mut(&entry.quantity) {
                waiting.remove(&entry.position);
                if waiting.is_empty() {
                    queue.waiting.remove(&entry.quantity);
                }
            }
            if queue.waiting.is_empty() {
                self.queues.remove(&entry.kind);
            }
        }
        Ok(entry)
    }

    /// What an entry is offered.
    pub(in crate::verify) fn set_offer(&mut self, entry_id: Uuid, offer: Offer) {
        if let Some(entry) = self.entries.get_mut(&entry_id) {
            entry.offer = Some(offer);
        }
    }

    /// The show is called off: nobody waits any more.
    pub(super) fn end(&mut self) {
        self.queues.clear();
        let open = |entry: &&mut Entry| matches!(entry.state, EntryState::Waiting | EntryState::Offered);
        self.entries.values_mut().filter(open).for_each(|entry| entry.state = EntryState::Lapsed);
    }
}

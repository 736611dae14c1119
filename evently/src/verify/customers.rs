//! What each customer did, and in which order they became buyers.

use std::collections::HashMap;

use uuid::Uuid;

use super::facts::{Fact, Item};

/// The scope of everything; others are an organizer's.
const PLATFORM: Uuid = Uuid::nil();

/// What one customer did.
#[derive(Clone, Copy, Default)]
pub(super) struct Counts {
    pub(super) bookings: i64,
    pub(super) tickets: i64,
    pub(super) cancelled_bookings: i64,
    pub(super) cancelled_tickets: i64,
    pub(super) lapsed_holds: i64,
}

/// Where somebody first bought, and as the how many-th of that scope.
pub(super) struct First {
    pub(super) position: i64,
    pub(super) ordinal: i64,
}

/// What was bought in a scope.
#[derive(Default)]
pub(super) struct Bought {
    pub(super) buyers: i64,
    /// Of the last purchase.
    pub(super) position: i64,
}

/// All customers.
#[derive(Default)]
pub(super) struct Customers {
    pub(super) counts: HashMap<Uuid, Counts>,
    /// By scope and customer.
    pub(super) firsts: HashMap<(Uuid, Uuid), First>,
    pub(super) scopes: HashMap<Uuid, Bought>,
}

impl Customers {
    /// Counts a fact of a show, which is some organizer's unless it is only being created.
    pub(super) fn take(&mut self, position: i64, organizer_id: Option<Uuid>, fact: &Fact) {
        match fact {
            Fact::BookingConfirmed(bought) => self.buy(position, organizer_id, bought.customer_id, &bought.items),
            Fact::HoldConfirmed(bought) => self.buy(position, organizer_id, bought.customer_id, &bought.items),
            Fact::BookingReduced(reduced) if !reduced.held => {
                self.of(reduced.customer_id).cancelled_tickets += tickets(&reduced.items);
            }
            Fact::BookingCancelled(cancelled) => {
                let counts = self.of(cancelled.customer_id);
                counts.cancelled_bookings += 1;
                counts.cancelled_tickets += tickets(&cancelled.items);
            }
            Fact::HoldsLapsed(holds) => holds.iter().for_each(|hold| self.of(hold.customer_id).lapsed_holds += 1),
            _ => {}
        }
    }

    fn of(&mut self, customer_id: Uuid) -> &mut Counts {
        self.counts.entry(customer_id).or_default()
    }

    fn buy(&mut self, position: i64, organizer_id: Option<Uuid>, customer_id: Uuid, items: &[Item]) {
        let counts = self.of(customer_id);
        counts.bookings += 1;
        counts.tickets += tickets(items);
        for scope_id in [Some(PLATFORM), organizer_id].into_iter().flatten() {
            let scope = self.scopes.entry(scope_id).or_default();
            scope.position = position;
            self.firsts.entry((scope_id, customer_id)).or_insert_with(|| {
                scope.buyers += 1;
                First { position, ordinal: scope.buyers }
            });
        }
    }
}

fn tickets(items: &[Item]) -> i64 {
    items.iter().map(|item| i64::from(item.quantity)).sum()
}

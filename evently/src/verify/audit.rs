//! Under which keys the audit trail must find each event.

use std::collections::BTreeSet;

use uuid::Uuid;

use super::facts::Fact;
use super::walk::{Event, Stream};

/// A row of the index: what kind of key, which, and where the event stands.
pub(super) type IndexRow = (i16, Uuid, i64);

const ACTOR: i16 = 1;
const BOOKING: i16 = 2;
const TYPE: i16 = 3;
const EVERY_BOOKING_OF: i16 = 4;

/// All rows there must be.
#[derive(Default)]
pub(super) struct AuditRows(BTreeSet<IndexRow>);

impl AuditRows {
    pub(super) fn take(&mut self, event: &Event, stream: Stream, fact: &Fact) {
        let mut add = |kind: i16, key: Uuid| self.0.insert((kind, key, event.position));
        add(ACTOR, event.actor);
        // A sale makes so many of these that nobody looks one up by its type.
        let is_frequent = matches!(
            fact,
            Fact::BookingConfirmed(_)
                | Fact::SeatsHeld(_)
                | Fact::HoldConfirmed(_)
                | Fact::PaymentStarted(_)
                | Fact::PaymentSucceeded(_)
        );
        if !is_frequent {
            add(TYPE, fnv_1a(event.kind));
        }
        if let (Fact::ShowCancelled(_) | Fact::ShowRescheduled(_), Stream::Show(show_id)) = (fact, stream) {
            add(EVERY_BOOKING_OF, show_id);
        }
        if let Fact::HoldsLapsed(holds) = fact {
            for hold in holds {
                add(BOOKING, hold.booking_id);
            }
        }
        if let Some(booking_id) = booking(fact) {
            add(BOOKING, booking_id);
        }
    }

    pub(super) fn has(&self, row: &IndexRow) -> bool {
        self.0.contains(row)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &IndexRow> {
        self.0.iter()
    }
}

/// The booking that something happened to, unless it began with that.
fn booking(fact: &Fact) -> Option<Uuid> {
    Some(match fact {
        Fact::HoldExtended(fact) => fact.booking_id,
        Fact::HoldConfirmed(fact) => fact.booking_id,
        Fact::HoldReleased(fact) | Fact::BookingCancelled(fact) => fact.booking_id,
        Fact::BookingReduced(fact) => fact.booking_id,
        Fact::PaymentStarted(fact) => fact.booking_id,
        Fact::PaymentSucceeded(fact) => fact.booking_id,
        Fact::PaymentFailed(fact) => fact.booking_id,
        Fact::RefundDue(fact) => fact.booking_id,
        Fact::RefundSucceeded(fact) => fact.booking_id,
        Fact::RefundFailed(fact) => fact.booking_id,
        Fact::RefundRetried(fact) => fact.booking_id,
        _ => return None,
    })
}

/// Types are keyed by this hash of their names, in 128 bits.
fn fnv_1a(name: &str) -> Uuid {
    let mut hash: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
    for byte in name.bytes() {
        hash = (hash ^ u128::from(byte)).wrapping_mul((1 << 88) + 0x13b);
    }
    Uuid::from_u128(hash)
}

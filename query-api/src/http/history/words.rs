//! What a recorded fact means to the customer of one booking.

use chrono::{DateTime, Utc};
use domain::show::{BookedItem, Event};
use uuid::Uuid;

/// What is told of an event. Of facts about many bookings, only what is about this one.
#[derive(Debug, Default)]
pub(super) struct Told<'a> {
    pub(super) what: &'static str,
    pub(super) side: Side,
    pub(super) items: &'a [BookedItem],
    /// Minor units of the booking's currency.
    pub(super) amount: Option<i64>,
    pub(super) expires_at: Option<DateTime<Utc>>,
    pub(super) refund: Option<u32>,
    pub(super) reason: Option<&'a str>,
    pub(super) starts_at: Option<DateTime<Utc>>,
    pub(super) refund_until: Option<DateTime<Utc>>,
}

/// Whose doing such a fact is, where the account does not tell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Side {
    /// The sale's: a stranger who did it acted for the platform.
    #[default]
    Sale,
    /// Of those who run the show: a stranger who did it acted for the organizer.
    Organizer,
    /// The payment provider's: so is what nobody asked for.
    Provider,
}

/// The people of a booking, and who asks about it.
pub(super) struct Who {
    pub(super) customer: Uuid,
    pub(super) organizer: Option<Uuid>,
    pub(super) asks: Uuid,
}

impl Who {
    /// Who did something, in words that name nobody.
    pub(super) fn did(&self, actor: Uuid, side: Side) -> &'static str {
        match side {
            _ if actor == self.customer && actor == self.asks => "you",
            _ if actor == self.customer => "the customer",
            Side::Provider if actor.is_nil() => "the payment provider",
            _ if actor.is_nil() => "the platform",
            _ if Some(actor) == self.organizer => "the organizer",
            Side::Organizer => "the organizer",
            Side::Sale | Side::Provider => "the platform",
        }
    }
}

fn total(items: &[BookedItem]) -> i64 {
    items.iter().map(BookedItem::price).fold(0, i64::saturating_add)
}

impl<'a> Told<'a> {
    /// What an event says about a booking that it is about.
    pub(super) fn of(event: &'a Event, booking_id: Uuid) -> Self {
        let plain = |what| Self { what, ..Self::default() };
        let with = |what, items: &'a [BookedItem]| Self { items, ..plain(what) };
        let costing = |what, items: &'a [BookedItem]| Self { amount: Some(total(items)), ..with(what, items) };
        match event {
            Event::BookingConfirmed(booked) => costing("booked", &booked.items),
            Event::SeatsHeld(held) => Self { expires_at: Some(held.expires_at), ..costing("held", &held.items) },
            Event::HoldExtended(extended) => Self { expires_at: Some(extended.expires_at), ..plain("extended") },
            Event::HoldConfirmed(confirmed) => costing("confirmed", &confirmed.items),
            Event::HoldReleased(released) => with("released", &released.items),
            Event::HoldsLapsed(lapsed) => {
                let hold = lapsed.holds.iter().find(|hold| hold.booking_id.0 == booking_id);
                with("lapsed", hold.map_or(&[], |hold| &hold.items))
            }
            Event::BookingReduced(reduced) => with("reduced", &reduced.items),
            Event::BookingCancelled(cancelled) => with("cancelled", &cancelled.items),
            Event::ShowRescheduled(later) => Self {
                starts_at: Some(later.schedule.starts_at),
                refund_until: Some(later.refund_until),
                side: Side::Organizer,
                ..plain("event_rescheduled")
            },
            Event::ShowCancelled(cancelled) => {
                let reason = Some(cancelled.reason.as_str());
                Self { reason, side: Side::Organizer, ..plain("event_cancelled") }
            }
            money => Self::of_money(money),
        }
    }

    fn of_money(event: &'a Event) -> Self {
        let provider = |what| Self { what, side: Side::Provider, ..Self::default() };
        let organizer = |what| Self { what, side: Side::Organizer, ..Self::default() };
        match event {
            Event::PaymentStarted(started) => Self {
                what: "payment_started",
                amount: Some(started.money.amount),
                expires_at: Some(started.expires_at),
                ..Self::default()
            },
            Event::PaymentSucceeded(paid) => Self { amount: Some(paid.money.amount), ..provider("payment_succeeded") },
            Event::PaymentFailed(failed) => {
                let reason = Some(failed.reason.as_str());
                Self { reason, expires_at: failed.expires_at, ..provider("payment_failed") }
            }
            Event::RefundDue(due) => Self {
                amount: Some(due.money.amount),
                refund: Some(due.refund),
                reason: Some(due.reason.as_str()),
                ..organizer("refund_due")
            },
            Event::RefundSucceeded(gone) => {
                Self { amount: Some(gone.money.amount), refund: Some(gone.refund), ..provider("refund_succeeded") }
            }
            Event::RefundFailed(failed) => {
                let reason = Some(failed.reason.as_str());
                Self { reason, refund: Some(failed.refund), ..provider("refund_failed") }
            }
            Event::RefundRetried(retried) => Self { refund: Some(retried.refund), ..organizer("refund_retried") },
            // Nothing else names a booking, or comes upon all bookings of a show.
            _ => Self { what: "changed", ..Self::default() },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everybody_is_told_by_their_part() {
        let [ada, olga, other] = [1, 2, 3].map(Uuid::from_u128);
        let who = Who { customer: ada, organizer: Some(olga), asks: ada };
        for (actor, side, expected) in [
            (ada, Side::Sale, "you"),
            (olga, Side::Sale, "the organizer"),
            (olga, Side::Organizer, "the organizer"),
            (other, Side::Organizer, "the organizer"),
            (other, Side::Sale, "the platform"),
            (Uuid::nil(), Side::Sale, "the platform"),
            (Uuid::nil(), Side::Organizer, "the platform"),
            (Uuid::nil(), Side::Provider, "the payment provider"),
        ] {
            assert_eq!(who.did(actor, side), expected, "{actor} {side:?}");
        }
        assert_eq!(Who { asks: other, ..who }.did(ada, Side::Sale), "the customer");
    }
}

//! What each event means for the books.

use std::collections::BTreeMap;

use domain::Timestamp;
use domain::ids::{BookingId, EntryId};
use domain::show::{BookedItem, BookingStatus, Event, Status, TicketType};

use super::{Booking, Ledger, Place};

impl Ledger {
    /// Writes an event down, and stops at one that says what cannot be.
    pub(crate) fn enter(&mut self, event: &Event) {
        match event {
            Event::ShowCreated(created) => {
                self.schedule = Some(created.schedule.clone());
                (self.limit, self.terms) = (created.max_per_customer, created.terms.clone());
                self.types.clone_from(&created.ticket_types);
            }
            Event::ShowScheduled(scheduled) => self.schedule = Some(scheduled.schedule.clone()),
            Event::ShowRescheduled(put_off) => self.schedule = Some(put_off.schedule.clone()),
            Event::CustomerLimitSet(set) => self.limit = set.max_per_customer,
            Event::SaleTermsSet(set) => self.terms = set.terms.clone(),
            Event::TicketTypeAdded(added) => self.types.push(added.ticket_type.clone()),
            Event::TicketTermsSet(set) => self.change(set.ticket_type_id, |it| it.terms = set.terms.clone()),
            Event::CapacityRaised(raised) => self.change(raised.ticket_type_id, |it| it.capacity = raised.capacity),
            Event::CapacityLowered(lowered) => self.change(lowered.ticket_type_id, |it| it.capacity = lowered.capacity),
            Event::SeatMapSet(set) => {
                self.seats = set.map.seats().map(|seat| (seat.label.clone(), seat.ticket_type_id)).collect();
            }
            Event::SeatsBlocked(blocked) => self.blocked.extend(blocked.seats.iter().cloned()),
            Event::SeatsUnblocked(unblocked) => unblocked.seats.iter().for_each(|seat| {
                assert!(self.blocked.remove(seat), "{} was not blocked", seat.as_str());
            }),
            Event::PromoCodeAdded(added) => {
                self.codes.insert(added.promo_code.code.clone(), (added.promo_code.clone(), true));
            }
            Event::PromoCodeRemoved(removed) => {
                self.codes.get_mut(&removed.code).expect("only what was added is removed").1 = false;
            }
            Event::ShowPublished(_) | Event::SaleResumed(_) => self.status = Status::OnSale,
            Event::SalePaused(_) => self.status = Status::Paused,
            Event::SaleClosed(_) => self.status = Status::Closed,
            Event::ShowCancelled(_) => self.call_off(),
            Event::ShowDescribed(_) => {}
            others => {
                self.enter_bookings(others);
                self.enter_money(others);
                self.enter_waiting(others);
            }
        }
    }

    fn enter_bookings(&mut self, event: &Event) {
        match event {
            Event::BookingConfirmed(made) => {
                let booking = Booking { promo_code: made.promo_code.clone(), ..booking(made.customer_id, &made.items) };
                self.begin(made.booking_id, booking, made.offer);
            }
            Event::SeatsHeld(held) => {
                let booking = Booking {
                    status: BookingStatus::Held,
                    promo_code: held.promo_code.clone(),
                    expires_at: Some(held.expires_at),
                    extendable_until: Some(held.extendable_until),
                    ..booking(held.customer_id, &held.items)
                };
                self.begin(held.booking_id, booking, held.offer);
            }
            Event::HoldExtended(extended) => self.open(extended.booking_id).expires_at = Some(extended.expires_at),
            Event::HoldConfirmed(confirmed) => {
                let booking = self.booking(confirmed.booking_id);
                assert_eq!(booking.status == BookingStatus::Lapsed, confirmed.retaken, "{event:?}");
                assert_eq!(booking.items, *confirmed.items, "{event:?}");
                (booking.status, booking.expires_at) = (BookingStatus::Confirmed, None);
            }
            Event::HoldReleased(released) => {
                self.open(released.booking_id);
                self.end(released.booking_id, &released.items, BookingStatus::Released);
            }
            Event::HoldsLapsed(lapsed) => lapsed.holds.iter().for_each(|hold| {
                assert_eq!(self.open(hold.booking_id).expires_at, Some(hold.expires_at), "{hold:?}");
                self.end(hold.booking_id, &hold.items, BookingStatus::Lapsed);
            }),
            Event::BookingReduced(reduced) => self.reduce(reduced.booking_id, &reduced.items),
            Event::BookingCancelled(cancelled) => {
                assert_eq!(self.booking(cancelled.booking_id).status, BookingStatus::Confirmed, "{event:?}");
                self.end(cancelled.booking_id, &cancelled.items, BookingStatus::Cancelled);
            }
            _ => {}
        }
    }

    fn enter_money(&mut self, event: &Event) {
        match event {
            Event::PaymentStarted(started) => {
                let known = self.payments.insert(started.payment_id, (started.booking_id, started.money.amount));
                assert_eq!(known, None, "started twice: {event:?}");
                let booking = self.open(started.booking_id);
                (booking.status, booking.expires_at) = (BookingStatus::Paying, Some(started.expires_at));
            }
            Event::PaymentSucceeded(succeeded) => {
                assert_eq!(self.payments[&succeeded.payment_id], (succeeded.booking_id, succeeded.money.amount));
                let paid = &mut self.booking(succeeded.booking_id).paid;
                assert_eq!(paid.insert(succeeded.payment_id, succeeded.money.amount), None, "paid twice: {event:?}");
            }
            Event::PaymentFailed(failed) => {
                if let Some(expires_at) = failed.expires_at {
                    let booking = self.open(failed.booking_id);
                    (booking.status, booking.expires_at) = (BookingStatus::Held, Some(expires_at));
                }
            }
            Event::RefundDue(due) => {
                let refunds = &mut self.booking(due.booking_id).refunds;
                refunds.push(due.money.amount);
                assert_eq!(refunds.len(), due.refund as usize, "{event:?}");
            }
            _ => {}
        }
    }

    fn enter_waiting(&mut self, event: &Event) {
        match event {
            Event::WaitlistJoined(joined) => self.places.push(Place {
                entry_id: joined.entry_id,
                customer_id: joined.customer_id,
                ticket_type_id: joined.ticket_type_id,
                quantity: joined.quantity,
                waits: true,
                offer: None,
            }),
            Event::WaitlistLeft(left) => {
                assert!(std::mem::take(&mut self.place(left.entry_id).waits), "who did not wait has left: {event:?}");
            }
            Event::SeatsOffered(offered) => {
                let place = self.place(offered.entry_id);
                assert!(std::mem::take(&mut place.waits), "offered to nobody who waits: {event:?}");
                place.offer = Some((offered.items.to_vec(), offered.expires_at));
            }
            Event::OfferDeclined(declined) => {
                let (items, _) = self.take_offer(declined.entry_id);
                assert_eq!(items, *declined.items, "{event:?}");
            }
            Event::OffersLapsed(lapsed) => lapsed.offers.iter().for_each(|offer| {
                assert_eq!(self.take_offer(offer.entry_id), (offer.items.to_vec(), offer.expires_at), "{offer:?}");
            }),
            _ => {}
        }
    }

    fn change(&mut self, id: domain::ids::TicketTypeId, change: impl FnOnce(&mut TicketType)) {
        change(self.types.iter_mut().find(|it| it.ticket_type_id == id).expect("only what is sold is changed"));
    }

    fn booking(&mut self, booking_id: BookingId) -> &mut Booking {
        self.bookings.get_mut(&booking_id).expect("only what was booked changes")
    }

    /// A booking that is held.
    fn open(&mut self, booking_id: BookingId) -> &mut Booking {
        let booking = self.booking(booking_id);
        assert!(booking.expires_at.is_some(), "{booking_id} is not held");
        booking
    }

    fn place(&mut self, entry_id: EntryId) -> &mut Place {
        self.places.iter_mut().find(|place| place.entry_id == entry_id).expect("only places that exist change")
    }

    fn take_offer(&mut self, entry_id: EntryId) -> (Vec<BookedItem>, Timestamp) {
        self.place(entry_id).offer.take().expect("only what is offered ends")
    }

    fn begin(&mut self, booking_id: BookingId, booking: Booking, offer: Option<EntryId>) {
        if let Some(entry_id) = offer {
            assert_eq!(self.take_offer(entry_id).0, booking.items, "another thing than was offered");
        }
        assert!(self.bookings.insert(booking_id, booking).is_none(), "{booking_id} was booked twice");
    }

    fn end(&mut self, booking_id: BookingId, items: &[BookedItem], status: BookingStatus) {
        let booking = self.booking(booking_id);
        assert!(booking.is_live(), "{booking_id} ended twice");
        assert_eq!(booking.items, items, "{booking_id}");
        (booking.status, booking.expires_at) = (status, None);
    }

    fn reduce(&mut self, booking_id: BookingId, back: &[BookedItem]) {
        let booking = self.booking(booking_id);
        assert!(booking.is_live(), "{booking_id} has ended");
        for back in back {
            let items = &mut booking.items;
            let item = items.iter_mut().find(|item| item.ticket_type_id == back.ticket_type_id);
            let item = item.expect("only what was booked is given back");
            item.quantity = item.quantity.checked_sub(back.quantity).expect("no more than was booked is given back");
            item.seats = item.seats.iter().filter(|seat| !back.seats.contains(seat)).cloned().collect();
        }
        booking.items.retain(|item| item.quantity > 0);
        assert!(!booking.items.is_empty(), "{booking_id} has nothing left, and lives");
    }

    fn call_off(&mut self) {
        self.status = Status::Cancelled;
        for booking in self.bookings.values_mut() {
            if booking.is_live() {
                (booking.status, booking.expires_at) = (BookingStatus::Cancelled, None);
            }
            let rest = booking.paid() - booking.refunded();
            booking.refunds.extend((rest > 0).then_some(rest));
        }
        for place in &mut self.places {
            (place.waits, place.offer) = (false, None);
        }
    }
}

/// A confirmed booking for these items.
fn booking(customer_id: domain::ids::AccountId, items: &[BookedItem]) -> Booking {
    Booking {
        customer_id,
        items: items.to_vec(),
        status: BookingStatus::Confirmed,
        promo_code: None,
        expires_at: None,
        extendable_until: None,
        paid: BTreeMap::new(),
        refunds: Vec::new(),
    }
}

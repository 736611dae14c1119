//! `ticket_types`, `seat_maps` and `seats`: what is offered for each show, and how much of it is taken.
//! One projection, because one fact sets a seat map and the capacities of its ticket types.

use async_trait::async_trait;
use domain::show::{BookedItem, Event};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::error::FoldError;
use crate::page::Page;
use crate::projection::Projection;

mod seat_map;
mod seats;
mod ticket_types;

use seats::{Seats, State};
use ticket_types::TicketTypes;

/// Seats, counted for showing. The count that decides is in the domain.
pub(crate) struct Availability;

#[async_trait]
impl Projection for Availability {
    fn name(&self) -> &'static str {
        "availability"
    }

    fn tables(&self) -> &'static [&'static str] {
        &["ticket_types", "seat_maps", "seats"]
    }

    async fn write(&self, page: Page<'_>, connection: &mut PgConnection) -> Result<(), FoldError> {
        let mut changes = Changes::default();
        for fact in page.facts() {
            if let Event::SeatMapSet(set) = &fact.event {
                // It changes which seats there are: what came before it is about those before it.
                std::mem::take(&mut changes).write(connection).await?;
                seat_map::write(fact.show_id(), set, connection).await?;
            } else {
                changes.take(fact.show_id(), &fact.event);
            }
        }
        changes.write(connection).await
    }
}

/// What a page changes, or the part of it between two seat maps.
#[derive(Default)]
struct Changes<'a> {
    types: TicketTypes<'a>,
    seats: Seats<'a>,
}

/// How tickets are taken.
#[derive(Clone, Copy)]
enum Taken {
    /// By a hold or an offer.
    Held,
    /// By a booking.
    Sold,
}

impl<'a> Changes<'a> {
    fn take(&mut self, show_id: Uuid, event: &'a Event) {
        match event {
            Event::BookingConfirmed(confirmed) => {
                if confirmed.offer.is_some() {
                    self.types.free(show_id, &confirmed.items, Taken::Held);
                }
                self.occupy(show_id, &confirmed.items, Taken::Sold);
            }
            // What was offered is held already.
            Event::SeatsHeld(held) if held.offer.is_some() => {}
            Event::SeatsHeld(held) => self.occupy(show_id, &held.items, Taken::Held),
            Event::SeatsOffered(offered) => self.occupy(show_id, &offered.items, Taken::Held),
            Event::HoldConfirmed(confirmed) => {
                if !confirmed.retaken {
                    self.types.free(show_id, &confirmed.items, Taken::Held);
                }
                self.occupy(show_id, &confirmed.items, Taken::Sold);
            }
            Event::HoldReleased(released) => self.leave(show_id, &released.items, Taken::Held),
            Event::OfferDeclined(declined) => self.leave(show_id, &declined.items, Taken::Held),
            Event::HoldsLapsed(lapsed) => {
                lapsed.holds.iter().for_each(|hold| self.leave(show_id, &hold.items, Taken::Held));
            }
            Event::OffersLapsed(lapsed) => {
                lapsed.offers.iter().for_each(|offer| self.leave(show_id, &offer.items, Taken::Held));
            }
            Event::BookingReduced(reduced) => {
                let taken = if reduced.held { Taken::Held } else { Taken::Sold };
                self.leave(show_id, &reduced.items, taken);
            }
            Event::BookingCancelled(cancelled) => self.leave(show_id, &cancelled.items, Taken::Sold),
            Event::SeatsBlocked(blocked) => self.seats.block(show_id, &blocked.seats),
            Event::SeatsUnblocked(unblocked) => self.seats.unblock(show_id, &unblocked.seats),
            _ => self.types.take(show_id, event),
        }
    }

    fn occupy(&mut self, show_id: Uuid, items: &'a [BookedItem], taken: Taken) {
        self.types.take_away(show_id, items, taken);
        let state = match taken {
            Taken::Held => State::Held,
            Taken::Sold => State::Sold,
        };
        self.seats.become_of(show_id, items, state);
    }

    fn leave(&mut self, show_id: Uuid, items: &'a [BookedItem], taken: Taken) {
        self.types.free(show_id, items, taken);
        self.seats.become_of(show_id, items, State::Free);
    }

    async fn write(self, connection: &mut PgConnection) -> Result<(), FoldError> {
        self.types.write(connection).await?;
        self.seats.write(connection).await
    }
}

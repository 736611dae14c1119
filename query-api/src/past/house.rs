//! A show at some moment: what was sold, held and left, and what became of each seat.

use std::collections::{HashMap, HashSet};

use domain::aggregate::Aggregate;
use domain::ids::TicketTypeId;
use domain::show::{BookedItem, BookingStatus, Event, Offered, SeatLabel, SeatMapSet, SeatState, Show, Status};
use domain::text::Text;

use crate::shows::{FoundType, FoundTypes, SectionSeats, Viewer};

/// A show as it was.
#[derive(Default)]
pub(crate) struct PastShow {
    show: Show,
    /// Whether it had been shown to everybody by then.
    pub(crate) published: bool,
    map: Option<SeatMapSet>,
}

impl PastShow {
    pub(super) fn evolve(&mut self, event: Event) {
        self.show.evolve(&event);
        match event {
            Event::ShowPublished(_) => self.published = true,
            Event::SeatMapSet(set) => self.map = Some(set),
            _ => {}
        }
    }

    pub(super) fn exists(&self) -> bool {
        self.show.id().is_some()
    }

    /// Where it stood.
    pub(crate) fn status(&self) -> Status {
        self.show.status()
    }

    /// Which of its maps it had.
    pub(crate) fn map_version(&self) -> Option<i32> {
        self.map.as_ref().map(|map| signed(map.version))
    }

    /// What was offered, and how much of it was sold, held and blocked.
    pub(crate) fn types(&self) -> FoundTypes {
        let mut sold: HashMap<TicketTypeId, u32> = HashMap::new();
        for item in self.bought() {
            *sold.entry(item.ticket_type_id).or_default() += item.quantity;
        }
        let found = self.show.offered().iter().map(|offered| {
            let sold = sold.get(&offered.ticket_type.ticket_type_id).copied().unwrap_or(0);
            found_type(offered, sold)
        });
        FoundTypes::from(found.collect::<Vec<_>>())
    }

    /// The seats of each section, in the order of the map; `None` without a map.
    pub(crate) fn sections(&self, viewer: &Viewer) -> Option<Vec<SectionSeats>> {
        let map = &self.map.as_ref()?.map;
        let is_cancelled = self.status() == Status::Cancelled;
        let sold: HashSet<&str> = self.bought().flat_map(|item| &item.seats).map(SeatLabel::as_str).collect();
        let types = self.show.offered().iter().map(|offered| (offered.ticket_type.ticket_type_id, offered));
        let hidden: HashSet<TicketTypeId> =
            types.filter(|(_, offered)| !viewer.sees(&found_type(offered, 0))).map(|(id, _)| id).collect();
        // Both are in the map's order.
        let mut states = self.show.seating().states();
        let sections = map.sections.iter().map(|section| {
            let seats = section.rows.iter().flat_map(|row| &row.seats).zip(&mut states);
            let letters = seats.map(|(seat, state)| match state {
                SeatState::Blocked => 'b',
                _ if hidden.contains(&seat.ticket_type_id) => 'b',
                _ if is_cancelled => 'f',
                SeatState::Free => 'f',
                SeatState::Taken if sold.contains(seat.label.as_str()) => 's',
                SeatState::Taken => 'h',
            });
            SectionSeats { name: section.name.as_str().into(), seats: letters.collect() }
        });
        Some(sections.collect())
    }

    /// What was sold, and not only held.
    fn bought(&self) -> impl Iterator<Item = &BookedItem> {
        let bookings = self.show.bookings().map(|(_, booking)| booking);
        bookings.filter(|booking| booking.status == BookingStatus::Confirmed).flat_map(|booking| &booking.items)
    }
}

fn found_type(offered: &Offered, sold: u32) -> FoundType {
    let (sells, terms) = (&offered.ticket_type, &offered.ticket_type.terms);
    FoundType {
        ticket_type_id: sells.ticket_type_id.0,
        name: sells.name.as_str().into(),
        price_amount: sells.price.amount,
        currency: sells.price.currency.as_str().into(),
        capacity: sells.capacity.into(),
        sold: sold.into(),
        held: i64::from(offered.taken) - i64::from(sold),
        blocked: offered.blocked.into(),
        reserved: terms.reserved,
        sale_opens_at: terms.sale_opens_at,
        sale_closes_at: terms.sale_closes_at,
        min_per_booking: terms.min_per_booking.map(signed),
        max_per_booking: terms.max_per_booking.map(signed),
        access_code: terms.access_code.as_ref().map(Text::as_str).map(Into::into),
    }
}

/// Numbers of seats and tickets stay far below 2^31.
fn signed(number: u32) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

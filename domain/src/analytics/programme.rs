//! What the organizer's facts change: how many tickets there are, and whether there is a show at all.

use alloc::collections::BTreeMap;

use super::{Measure, Moment, Sale, Totals};
use crate::ids::TicketTypeId;
use crate::show::{Event, SeatLabel, SeatMap, TicketType};

pub(super) fn take(sale: &mut Sale, moment: Moment, event: &Event, seats: &BTreeMap<SeatLabel, TicketTypeId>) {
    match event {
        Event::ShowCreated(created) => {
            sale.begin(created.organizer_id);
            sale.count(Measure::Shows, 1);
            created.ticket_types.iter().for_each(|ticket_type| add(sale, ticket_type));
        }
        Event::TicketTypeAdded(added) => add(sale, &added.ticket_type),
        Event::CapacityRaised(raised) => resize(sale, raised.ticket_type_id, raised.capacity),
        Event::CapacityLowered(lowered) => resize(sale, lowered.ticket_type_id, lowered.capacity),
        Event::SeatMapSet(set) => {
            seat(sale, &set.map);
            sale.mark(Measure::SeatMapAt, moment.position.cast_signed());
        }
        Event::SeatsBlocked(blocked) => block(sale, &blocked.seats, seats, 1),
        Event::SeatsUnblocked(unblocked) => block(sale, &unblocked.seats, seats, -1),
        Event::ShowPublished(_) => {
            sale.count(Measure::ShowsPublished, 1);
            sale.mark(Measure::Public, 1);
            for place in 0..sale.parts().len() {
                let part = &sale.parts()[place];
                let (ticket_type_id, capacity) = (part.ticket_type_id, part.totals[Measure::Capacity]);
                sale.count_of(ticket_type_id, Measure::PublicCapacity, capacity);
            }
        }
        Event::ShowCancelled(_) => call_off(sale),
        _ => {}
    }
}

fn add(sale: &mut Sale, ticket_type: &TicketType) {
    let (ticket_type_id, currency) = (ticket_type.ticket_type_id, Totals::number_of(ticket_type.price.currency));
    // All prices of a show are in the currency of the first.
    sale.mark(Measure::Currency, currency);
    sale.mark_of(ticket_type_id, Measure::Currency, currency);
    sale.mark_of(ticket_type_id, Measure::Reserved, ticket_type.terms.reserved.into());
    resize(sale, ticket_type_id, ticket_type.capacity);
}

fn resize(sale: &mut Sale, ticket_type_id: TicketTypeId, capacity: u32) {
    let more = i64::from(capacity) - sale.number_of(ticket_type_id, Measure::Capacity);
    sale.count_of(Some(ticket_type_id), Measure::Capacity, more);
    if sale.total()[Measure::Public] == 1 {
        sale.count_of(Some(ticket_type_id), Measure::PublicCapacity, more);
    }
}

/// The map says how many tickets there are of each reserved type. Blocked seats stay blocked, and of their
/// types: a map that says otherwise is refused.
fn seat(sale: &mut Sale, map: &SeatMap) {
    let mut seats: BTreeMap<TicketTypeId, u32> = BTreeMap::new();
    for part in sale.parts().iter().filter(|part| part.totals[Measure::Reserved] == 1) {
        seats.extend(part.ticket_type_id.map(|ticket_type_id| (ticket_type_id, 0)));
    }
    for seat in map.seats() {
        *seats.entry(seat.ticket_type_id).or_default() += 1;
    }
    for (ticket_type_id, count) in seats {
        resize(sale, ticket_type_id, count);
    }
}

fn block(sale: &mut Sale, labels: &[SeatLabel], seats: &BTreeMap<SeatLabel, TicketTypeId>, by: i64) {
    for label in labels {
        sale.count_of(seats.get(label).copied(), Measure::Blocked, by);
    }
}

/// One fact ends everything, and what is left of the money is due back.
fn call_off(sale: &mut Sale) {
    sale.count(Measure::ShowsCancelled, 1);
    sale.mark(Measure::Public, 0);
    for place in 0..sale.parts().len() {
        let (ticket_type_id, was) = (sale.parts()[place].ticket_type_id, sale.parts()[place].totals.clone());
        sale.count_of(ticket_type_id, Measure::TicketsCalledOff, was[Measure::Sold]);
        sale.count_of(ticket_type_id, Measure::Refunds, was.net());
        for measure in [Measure::Sold, Measure::Held, Measure::Offered, Measure::PublicCapacity] {
            sale.count_of(ticket_type_id, measure, -was[measure]);
        }
    }
    let (bookings, waiting) = (sale.total()[Measure::Bookings], sale.total()[Measure::Waiting]);
    sale.count(Measure::BookingsCalledOff, bookings);
    sale.count(Measure::Bookings, -bookings);
    sale.count(Measure::Waiting, -waiting);
}

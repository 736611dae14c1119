//! The numbers of analytics, compared with the show and with the books.

use std::collections::BTreeMap;

use domain::Timestamp;
use domain::analytics::{Measure, Moment, Sale, Totals, seats_of};
use domain::ids::AccountId;
use domain::show::{Booking, Event, Show};

use super::ledger::Ledger;

/// Takes in a whole history.
pub(crate) fn sale_of<'a>(history: impl IntoIterator<Item = &'a (Timestamp, Event)>) -> Sale {
    let mut sale = Sale::default();
    go_on(&mut sale, 0, history);
    sale
}

/// Takes in what follows after so many facts of a history.
pub(crate) fn go_on<'a>(sale: &mut Sale, after: usize, history: impl IntoIterator<Item = &'a (Timestamp, Event)>) {
    let mut seats = BTreeMap::new();
    for ((at, event), position) in history.into_iter().zip(1..) {
        if let Event::SeatMapSet(set) = event {
            seats = seats_of(&set.map);
        }
        if position > after {
            sale.take(Moment { position: position as u64, at: *at }, event, &seats);
        }
    }
}

/// The numbers are those of the show.
pub(crate) fn same_numbers(sale: &Sale, show: &Show, ledger: &Ledger) {
    for offered in show.offered() {
        let id = Some(offered.ticket_type.ticket_type_id);
        let part = sale.parts().iter().find(|part| part.ticket_type_id == id).unwrap();
        let counted = (part.totals[Measure::Capacity], part.totals.taken(), part.totals[Measure::Blocked]);
        let is = (offered.ticket_type.capacity.into(), offered.taken.into(), offered.blocked.into());
        assert_eq!(counted, is, "miscounted {offered:?}");
    }
    for measure in Measure::ALL.iter().filter(|measure| measure.adds_up_over_types()) {
        let sum: i64 = sale.parts().iter().map(|part| part.totals[*measure]).sum();
        assert_eq!(sum, sale.total()[*measure], "{measure:?} does not add up");
    }
    let bookings = || ledger.bookings.keys().filter_map(|booking_id| show.booking(*booking_id));
    let paid: i64 = bookings().map(Booking::paid).sum();
    let refunded: i64 = bookings().map(Booking::refunded).sum();
    let total = sale.total();
    assert_eq!(total[Measure::Gross] - total[Measure::Discounts], paid);
    assert_eq!(total[Measure::Refunds], refunded);
    let waiting = ledger.places.iter().filter(|place| place.waits).count();
    assert_eq!(total[Measure::Waiting], i64::try_from(waiting).unwrap());
    assert!(total[Measure::Fees] >= 0 && total[Measure::Discounts] >= 0);
}

/// What was written down can be read back.
pub(crate) fn written_and_read(sale: &Sale, position: u64) -> Sale {
    let copy = |totals: &Totals| {
        let mut bytes = Vec::new();
        totals.encode(&mut bytes);
        Totals::decode(&bytes).unwrap()
    };
    let mut parts = sale.parts().to_vec();
    for part in &mut parts {
        part.totals = copy(&part.totals);
    }
    let organizer = sale.organizer().unwrap_or(AccountId(uuid::Uuid::nil()));
    let mut read = Sale::new(organizer, copy(sale.total()), parts);
    read.recall(position, sale.pending().clone());
    read
}

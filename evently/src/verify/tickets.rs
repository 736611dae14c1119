//! Tickets as they are counted: their type and their seats are numbers within the show, so that the items
//! of a million bookings fit into memory.

/// Tickets of one type.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Tickets {
    /// The place of their type among those of the show, from 0.
    pub(super) kind: u32,
    pub(super) quantity: i32,
    pub(super) unit_price: i64,
    pub(super) unit_discount: i64,
    /// The numbers of their seats; see [`super::show::Seats`].
    pub(super) seats: Box<[u32]>,
}

/// How many there are; none if they cannot be added up.
pub(super) fn quantity(tickets: &[Tickets]) -> Option<i32> {
    tickets.iter().try_fold(0_i32, |sum, tickets| sum.checked_add(tickets.quantity))
}

/// What they cost in all; none if that cannot be added up.
pub(super) fn total(tickets: &[Tickets]) -> Option<i64> {
    tickets.iter().try_fold(0_i64, |sum, tickets| {
        let price = tickets.unit_price.checked_mul(i64::from(tickets.quantity))?;
        sum.checked_add(price)
    })
}

/// What is left when a part is given back, which is smaller than the whole; none if it is no such part.
pub(super) fn without(whole: &[Tickets], part: &[Tickets]) -> Option<Box<[Tickets]>> {
    let mut left = whole.to_vec();
    for back in part {
        let from = left.iter_mut().find(|tickets| tickets.kind == back.kind)?;
        let same_price = (from.unit_price, from.unit_discount) == (back.unit_price, back.unit_discount);
        let mut seats = from.seats.to_vec();
        for seat in &back.seats {
            let place = seats.iter().position(|known| known == seat)?;
            seats.remove(place);
        }
        from.quantity = from.quantity.checked_sub(back.quantity).filter(|left| *left >= 0)?;
        let seated = from.seats.is_empty() || seats.len() == usize::try_from(from.quantity).ok()?;
        if !same_price || !seated || back.quantity <= 0 {
            return None;
        }
        from.seats = seats.into();
    }
    left.retain(|tickets| tickets.quantity > 0);
    (!part.is_empty() && !left.is_empty()).then(|| left.into())
}

//! The items of bookings: kept as JSON, and lessened when a part is given back.

use domain::show::BookedItem;

use crate::error::FoldError;

/// The items of many bookings as JSON, in one buffer instead of thousands of small strings.
#[derive(Default)]
pub(super) struct ItemTexts {
    buffer: Vec<u8>,
    ends: Vec<usize>,
}

impl ItemTexts {
    pub(super) fn push(&mut self, items: &[BookedItem]) -> Result<(), FoldError> {
        serde_json::to_writer(&mut self.buffer, items)?;
        self.ends.push(self.buffer.len());
        Ok(())
    }

    pub(super) fn texts(&self) -> Result<Vec<&str>, FoldError> {
        let text = std::str::from_utf8(&self.buffer).map_err(|error| sqlx::Error::Encode(Box::new(error)))?;
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        Ok(starts.zip(&self.ends).map(|(start, end)| &text[start..*end]).collect())
    }
}

/// What is left of a booking's items; `None` if it never had what is given back. A booking has at most one
/// item of each ticket type.
pub(super) fn without(items: &[BookedItem], back: &[BookedItem]) -> Option<Vec<BookedItem>> {
    let mut left = items.to_vec();
    for back in back {
        let item = left.iter_mut().find(|item| item.ticket_type_id == back.ticket_type_id)?;
        item.quantity = item.quantity.checked_sub(back.quantity)?;
        let seats = item.seats.iter().filter(|seat| !back.seats.contains(seat)).cloned();
        let seats: Box<[_]> = seats.collect();
        if seats.len() + back.seats.len() != item.seats.len() {
            return None;
        }
        item.seats = seats;
    }
    left.retain(|item| item.quantity > 0);
    Some(left)
}

/// How many tickets they are.
pub(super) fn quantity(items: &[BookedItem]) -> u32 {
    items.iter().fold(0, |sum, item| sum.saturating_add(item.quantity))
}

/// What they cost together, in minor units.
pub(super) fn total(items: &[BookedItem]) -> i64 {
    items.iter().map(BookedItem::price).fold(0, i64::saturating_add)
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::ids::TicketTypeId;
    use domain::show::SeatLabel;
    use uuid::Uuid;

    fn item(ticket_type: u128, quantity: u32) -> BookedItem {
        let ticket_type_id = TicketTypeId(Uuid::from_u128(ticket_type));
        BookedItem { ticket_type_id, quantity, unit_price: 4250, unit_discount: 0, seats: Box::default() }
    }

    fn seated(ticket_type: u128, seats: &[&str]) -> BookedItem {
        let quantity = u32::try_from(seats.len()).unwrap();
        let seats = seats.iter().map(|seat| SeatLabel::line(seat).unwrap()).collect();
        BookedItem { seats, ..item(ticket_type, quantity) }
    }

    #[test]
    fn keeps_the_items_of_each_booking_apart() {
        let mut texts = ItemTexts::default();
        texts.push(&[item(1, 1)]).unwrap();
        texts.push(&[item(1, 2), item(2, 3)]).unwrap();

        let read: Vec<Vec<BookedItem>> =
            texts.texts().unwrap().into_iter().map(|text| serde_json::from_str(text).unwrap()).collect();
        assert_eq!(read, [vec![item(1, 1)], vec![item(1, 2), item(2, 3)]]);
    }

    #[test]
    fn leaves_what_was_not_given_back() {
        let items = [item(1, 3), seated(2, &["A-1", "A-2"]), item(3, 1)];
        let left = without(&items, &[item(1, 1), seated(2, &["A-1"]), item(3, 1)]);
        assert_eq!(left, Some(vec![item(1, 2), seated(2, &["A-2"])]));
    }

    #[test]
    fn finds_out_what_a_booking_never_had() {
        for back in [item(2, 1), item(1, 4), seated(1, &["A-1"])] {
            assert_eq!(without(&[item(1, 3)], &[back]), None);
        }
        assert_eq!(without(&[seated(1, &["A-1", "A-2"])], &[seated(1, &["A-3"])]), None);
    }
}

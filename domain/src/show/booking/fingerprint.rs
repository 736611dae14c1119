//! A number that stands for what a booking was asked with, so that a repeat is known from another
//! request with the same key.

use uuid::Uuid;

use crate::show::command::{BookTickets, Item, Wish};
use crate::show::event::BookedItem;

/// Whether the items tell all that was asked.
pub(super) fn is_plain(book: &BookTickets) -> bool {
    let counted = |item: &Item| matches!(item.wish, Wish::Quantity(_));
    !book.hold && book.promo_code.is_none() && book.access_code.is_none() && book.items.iter().all(counted)
}

/// Stands for everything that was asked except for whom: the same for a repeat, and different, but for
/// one chance in 2^64, for another request with the same key.
pub(in crate::show) fn fingerprint(book: &BookTickets) -> u64 {
    let mut hash = Fnv::new();
    for item in &book.items {
        hash.item(item.ticket_type_id.0, item.wish.quantity());
        match &item.wish {
            Wish::Quantity(_) => {}
            Wish::Seats(seats) => seats.iter().for_each(|seat| hash.text(1, seat.as_str())),
            Wish::BestAvailable(best) => {
                hash.write(&[2, u8::from(best.together)]);
                hash.write(&best.accessible.to_be_bytes());
            }
        }
    }
    if book.hold {
        hash.write(&[3]);
    }
    book.promo_code.iter().for_each(|code| hash.text(4, code.as_str()));
    book.access_code.iter().for_each(|code| hash.text(5, code.as_str()));
    hash.0
}

/// What [`fingerprint`] gives for a plain request for these items.
pub(super) fn fingerprint_of_items(items: &[BookedItem]) -> u64 {
    let mut hash = Fnv::new();
    for item in items {
        hash.item(item.ticket_type_id.0, item.quantity);
    }
    hash.0
}

/// FNV-1a, 64 bits (Fowler, Noll, Vo): short, and the same on every machine.
struct Fnv(u64);

impl Fnv {
    fn new() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x100_0000_01b3);
        }
    }

    fn item(&mut self, ticket_type_id: Uuid, quantity: u32) {
        self.write(ticket_type_id.as_bytes());
        self.write(&quantity.to_be_bytes());
    }

    fn text(&mut self, tag: u8, text: &str) {
        self.write(&[tag]);
        self.write(text.as_bytes());
        self.write(&[0]);
    }
}

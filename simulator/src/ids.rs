//! Ids that tell what they are of: the first byte says the kind, the rest counts. Every run starts from 1.

use uuid::Uuid;

/// What an id is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Of {
    /// A show.
    Show = 0x50,
    /// A ticket type.
    Kind = 0x77,
    /// A customer.
    Customer = 0xc0,
    /// A booking.
    Booking = 0xb0,
    /// A payment.
    Payment = 0xa0,
    /// A place on a waitlist.
    Entry = 0xe0,
    /// A request that is known again when it is repeated.
    Request = 0xd0,
    /// One try to have a question answered.
    Attempt = 0xf0,
}

/// Who runs all shows.
pub const ORGANIZER: Uuid = Uuid::from_u128(0x0a);

impl Of {
    /// The id with this number.
    pub const fn id(self, number: u64) -> Uuid {
        Uuid::from_u128(((self as u8 as u128) << 120) | number as u128)
    }

    /// The number of an id, if it is of this kind.
    pub fn number(self, id: Uuid) -> Option<u64> {
        let bits = id.as_u128();
        ((bits >> 120) as u8 == self as u8).then_some(bits as u64)
    }

    /// The id of a show's ticket type.
    pub const fn kind(show: u8, kind: u8) -> Uuid {
        Self::Kind.id(((show as u64) << 8) | kind as u64)
    }
}

//! Under which keys an event is found besides its stream: what whoever keeps the audit index and whoever
//! searches it must agree on.

use uuid::Uuid;

/// What kind of key an event is found under. The numbers stand in the index.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(i16)]
pub enum KeyKind {
    /// The account that asked for it; nil: the platform.
    Actor = 1,
    /// A booking that it names. The event that began the booking is found by the log's own key.
    Booking = 2,
    /// Its type ([`key_of_type`]), unless it is among the [`FREQUENT_TYPES`].
    Type = 3,
    /// The show, if it concerns every booking of the show without naming any: it was called off, or put off.
    EveryBookingOf = 4,
}

impl KeyKind {
    /// The number in the index.
    pub const fn number(self) -> i16 {
        self as i16
    }
}

/// Types of which a sale makes so many that one is found soon by going through the log itself.
pub const FREQUENT_TYPES: [&str; 5] =
    ["BookingConfirmed", "SeatsHeld", "HoldConfirmed", "PaymentStarted", "PaymentSucceeded"];

/// The key of an event type: the 128-bit FNV-1a hash of its name.
pub fn key_of_type(event_type: &str) -> Uuid {
    const OFFSET: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
    const PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013b;
    let hash = event_type.bytes().fold(OFFSET, |hash, byte| (hash ^ u128::from(byte)).wrapping_mul(PRIME));
    Uuid::from_u128(hash)
}

/// Whether there is an event type of this name.
pub fn is_event_type(name: &str) -> bool {
    crate::show::Event::TYPES.contains(&name) || crate::account::Event::TYPES.contains(&name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_type_has_a_key_of_its_own() {
        assert_eq!(key_of_type("foobar"), Uuid::from_u128(0x343e_1662_793c_64bf_6f0d_3597_ba44_6f18));
        let types = || crate::show::Event::TYPES.iter().chain(crate::account::Event::TYPES);
        let mut keys: alloc::vec::Vec<Uuid> = types().map(|name| key_of_type(name)).collect();
        keys.sort_unstable();
        keys.dedup();
        assert_eq!(keys.len(), types().count());
    }

    #[test]
    fn the_frequent_ones_are_types() {
        assert!(FREQUENT_TYPES.iter().all(|name| is_event_type(name)));
        assert!(is_event_type("RoleGranted") && !is_event_type("Nothing") && !is_event_type(""));
    }
}

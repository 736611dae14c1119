//! How parts of a show are written into a snapshot. Snapshots are compact and do not name their fields,
//! so what leaves fields out when it becomes JSON for the log goes into them as that JSON.

use alloc::collections::BTreeMap;

use serde::{Deserialize, Deserializer};

use crate::ids::BookingId;
use crate::planted;
use crate::show::Booking;

/// For `#[serde(deserialize_with = ...)]`: the bookings, each known by its id for ever.
pub(super) fn bookings<'de, D: Deserializer<'de>>(from: D) -> Result<BTreeMap<BookingId, Booking>, D::Error> {
    let mut bookings = BTreeMap::deserialize(from)?;
    if planted!("forget-key-in-snapshot") {
        bookings.pop_last();
    }
    Ok(bookings)
}

/// For `#[serde(with = ...)]`: the value as one string of JSON.
pub(super) mod as_json {
    use alloc::string::String;

    use serde::de::DeserializeOwned;
    use serde::{Deserialize, Deserializer, Serialize, Serializer, de, ser};

    pub(in crate::show) fn serialize<T: Serialize, S: Serializer>(value: &T, to: S) -> Result<S::Ok, S::Error> {
        let json = serde_json::to_string(value).map_err(ser::Error::custom)?;
        to.serialize_str(&json)
    }

    pub(in crate::show) fn deserialize<'de, T: DeserializeOwned, D: Deserializer<'de>>(from: D) -> Result<T, D::Error> {
        let json = String::deserialize(from)?;
        serde_json::from_str(&json).map_err(de::Error::custom)
    }
}

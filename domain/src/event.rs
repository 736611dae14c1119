//! How events are written down: a type's name, the version of its shape, and JSON bytes.
//!
//! The bytes are what later hashes cover, so encoding is deterministic. Every shape that was ever
//! written must stay readable; `tests/goldens` holds one file for each.

use alloc::string::String;
use alloc::vec::Vec;

use uuid::Uuid;

/// A recorded fact that can be written to the log and read back.
pub trait DomainEvent: Sized + Clone + Send + Sync + 'static {
    /// Its name in the log, for example `BookingConfirmed`.
    fn event_type(&self) -> &'static str;

    /// The version of its shape, from 1.
    fn schema_version(&self) -> u16;

    /// Its payload as JSON.
    fn encode(&self) -> Vec<u8>;

    /// Reads a payload back, from any version that was ever written.
    fn decode(event_type: &str, schema_version: u16, payload: &[u8]) -> Result<Self, DecodeError>;

    /// A key that at most one event of the whole log may carry: how a client's repeated command
    /// is recognised even when it reaches another aggregate.
    fn key(&self) -> Option<Uuid>;
}

/// Why an event could not be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// Written by a newer Evently. A projection passes over it; an aggregate must not.
    #[error("unknown event type {event_type} version {schema_version}")]
    Unknown {
        /// The type's name as found.
        event_type: String,
        /// The version as found.
        schema_version: u16,
    },
    /// The payload does not have the shape its type and version promise.
    #[error("payload of {event_type} version {schema_version} is damaged: {reason}")]
    Damaged {
        /// The type's name.
        event_type: String,
        /// The version of the shape.
        schema_version: u16,
        /// What the JSON reader said.
        reason: String,
    },
}

/// Declares an aggregate's events as one enum of structs, with their names and versions in the log.
/// `1..=2` means: written in shape 2, and shape 1 is still read. A shape may only grow by fields that
/// older payloads can do without; whatever else changes gets another name.
macro_rules! domain_events {
    (
        $(#[$doc:meta])*
        pub enum $name:ident {
            $( $(#[$variant_doc:meta])* $variant:ident = $oldest:literal ..= $version:literal, )+
        }
        key: $key:expr;
    ) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub enum $name {
            $( $(#[$variant_doc])* $variant($variant), )+
        }

        impl $name {
            /// The names of all types in the log.
            pub const TYPES: &'static [&'static str] = &[ $( stringify!($variant), )+ ];
        }

        $( impl From<$variant> for $name {
            fn from(event: $variant) -> Self {
                Self::$variant(event)
            }
        } )+

        impl $crate::event::DomainEvent for $name {
            fn event_type(&self) -> &'static str {
                match self { $( Self::$variant(_) => stringify!($variant), )+ }
            }

            fn schema_version(&self) -> u16 {
                match self { $( Self::$variant(_) => $version, )+ }
            }

            fn encode(&self) -> alloc::vec::Vec<u8> {
                let json = match self { $( Self::$variant(event) => serde_json::to_vec(event), )+ };
                json.expect("events hold only strings, numbers, lists and structs, which are always JSON")
            }

            fn decode(event_type: &str, schema_version: u16, payload: &[u8])
                -> Result<Self, $crate::event::DecodeError>
            {
                let decoded = match (event_type, schema_version) {
                    $( (stringify!($variant), $oldest..=$version) => serde_json::from_slice(payload).map(Self::$variant), )+
                    _ => return Err($crate::event::DecodeError::Unknown {
                        event_type: event_type.into(),
                        schema_version,
                    }),
                };
                decoded.map_err(|error| $crate::event::DecodeError::Damaged {
                    event_type: event_type.into(),
                    schema_version,
                    reason: alloc::string::ToString::to_string(&error),
                })
            }

            fn key(&self) -> Option<uuid::Uuid> {
                let key: fn(&Self) -> Option<uuid::Uuid> = $key;
                key(self)
            }
        }
    };
}
pub(crate) use domain_events;

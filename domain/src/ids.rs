//! One type per kind of id, so that a booking can never be asked for as a show.

use core::fmt;
use core::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }

        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self {
                Self(id)
            }
        }
    };
}

id!(
    /// A show: what people attend. The public API calls it an event.
    ShowId
);
id!(
    /// A ticket type of one show.
    TicketTypeId
);
id!(
    /// A booking. It is also the key under which a repeated command is recognised.
    BookingId
);
id!(
    /// A person's account. The only way the log names people.
    AccountId
);
id!(
    /// A payment: one attempt to pay for one booking.
    PaymentId
);
id!(
    /// A place on a show's waitlist.
    EntryId
);

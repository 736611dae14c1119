//! Amounts of money: whole minor units (cents) of one ISO 4217 currency. Never a fraction.

use core::fmt;

use serde::{Deserialize, Serialize};

/// An ISO 4217 code: three upper-case letters. Whether the currency exists is checked at the edge.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(try_from = "&str")]
pub struct Currency([u8; 3]);

impl Currency {
    /// The code as text.
    pub fn as_str(&self) -> &str {
        core::str::from_utf8(&self.0).unwrap_or("XXX")
    }
}

impl TryFrom<&str> for Currency {
    type Error = NotACurrency;

    fn try_from(code: &str) -> Result<Self, Self::Error> {
        let bytes: [u8; 3] = code.as_bytes().try_into().map_err(|_| NotACurrency)?;
        if bytes.iter().all(u8::is_ascii_uppercase) { Ok(Self(bytes)) } else { Err(NotACurrency) }
    }
}

impl Serialize for Currency {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The text is not three upper-case letters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a currency is three upper-case letters (ISO 4217), for example EUR")]
pub struct NotACurrency;

/// An amount in minor units of its currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Money {
    /// Minor units: 4250 is 42.50 in a currency with two digits.
    pub amount: i64,
    /// What the amount is counted in.
    pub currency: Currency,
}

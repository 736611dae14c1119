//! Moments in payloads: `2030-06-01T12:00:00.25Z` as microseconds since 1970.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, Visitor};

/// A moment.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::check) struct At(pub(in crate::check) i64);

impl<'de> Deserialize<'de> for At {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(Moment)
    }
}

struct Moment;

impl Visitor<'_> for Moment {
    type Value = At;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a moment in UTC, to the microsecond")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<At, E> {
        read(text.as_bytes()).map(At).ok_or_else(|| E::custom(format!("not a moment: {text}")))
    }
}

fn read(text: &[u8]) -> Option<i64> {
    let (moment, fraction) = text.strip_suffix(b"Z")?.split_at_checked(19)?;
    let signs = [(4, b'-'), (7, b'-'), (10, b'T'), (13, b':'), (16, b':')];
    if signs.iter().any(|&(at, sign)| moment[at] != sign) {
        return None;
    }
    let seconds = days(number(&moment[..4])?, number(&moment[5..7])?, number(&moment[8..10])?) * 86_400
        + number(&moment[11..13])? * 3_600
        + number(&moment[14..16])? * 60
        + number(&moment[17..19])?;
    Some(seconds * 1_000_000 + micros(fraction)?)
}

fn micros(fraction: &[u8]) -> Option<i64> {
    let Some(digits) = fraction.strip_prefix(b".") else { return fraction.is_empty().then_some(0) };
    let missing = 6_usize.checked_sub(digits.len())?;
    Some(number(digits)? * 10_i64.pow(missing as u32))
}

fn number(digits: &[u8]) -> Option<i64> {
    let read = |number: i64, digit: &u8| digit.is_ascii_digit().then(|| number * 10 + i64::from(digit - b'0'));
    digits.iter().try_fold(0, read)
}

/// Days since 1970 of a date in the Gregorian calendar. Years begin in March here, so that the leap day
/// is the last one.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let (era, month) = (year.div_euclid(400), (month + 9) % 12);
    let of_era = year.rem_euclid(400);
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + (month * 153 + 2) / 5 + day - 1 - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_read_as_they_were_written() {
        for us in [0, 951_782_399_000_000, 1_709_164_800_000_001, crate::words::BEGINNING_US + 250_000] {
            let written = crate::words::timestamp(us);
            let text = serde_json::to_string(&written).unwrap();
            assert_eq!(read(text.trim_matches('"').as_bytes()), Some(us), "{text}");
        }
        for nonsense in ["2030-06-01T12:00:00", "2030-06-01 12:00:00Z", "yesterday", "2030-06-01T12:00:00.1234567Z"] {
            assert_eq!(read(nonsense.as_bytes()), None, "{nonsense}");
        }
    }
}

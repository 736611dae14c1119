//! Turns what clients sent into the domain's words, and tells all faults at once.

use std::collections::BTreeSet;

use axum::http::StatusCode;
use chrono::{DateTime, Datelike as _, Utc};
use domain::money::{Currency, Money};
use domain::show::{CAPACITY_MAX, CODE_CHARS_MAX, Code, PRICE_MAX, Rejection, SeatLabel};
use domain::text::{NotAText, Text};
use edge::problem::{FieldError, Problem};

use super::problem::show_refused;
use crate::lane::Refused;

/// Years that Postgres, chrono and people agree on.
const YEARS: std::ops::RangeInclusive<i32> = 1970..=9999;

/// The most faults that are told at once.
const FAULTS_MAX: usize = 100;

/// Faults found so far, each with the place of its field (RFC 6901).
#[derive(Default)]
pub(super) struct Faults {
    fields: Vec<FieldError>,
    /// A fault that has a name of its own; it is told instead of the others.
    named: Option<Problem>,
}

impl Faults {
    /// Notes a fault.
    pub(super) fn add(&mut self, pointer: impl Into<String>, code: &'static str, detail: impl Into<String>) {
        if self.fields.len() < FAULTS_MAX {
            self.fields.push(FieldError { pointer: pointer.into(), code, detail: detail.into() });
        }
    }

    /// Notes a fault that has a name of its own.
    pub(super) fn add_named(&mut self, problem: Problem) {
        self.named.get_or_insert(problem);
    }

    /// A number within bounds, or none.
    pub(super) fn range(&mut self, pointer: &str, number: Option<u32>, range: std::ops::RangeInclusive<u32>) {
        if number.is_some_and(|number| !range.contains(&number)) {
            self.add(pointer, "out-of-range", format!("must be {} to {}", range.start(), range.end()));
        }
    }

    /// A promo code or an access code. In upper case, because nobody should have to care.
    pub(super) fn code(&mut self, pointer: &str, raw: &str) -> Option<Code> {
        let code = Text::line(&raw.trim().to_uppercase());
        if matches!(code, Err(NotAText::TooLong { .. })) {
            self.add_named(code_too_long());
            return None;
        }
        self.text(pointer, code)
    }

    /// Names of seats: 1 to `most` of them.
    pub(super) fn seats(&mut self, pointer: &str, raw: &[String], most: usize) -> Option<Vec<SeatLabel>> {
        if raw.is_empty() || raw.len() > most {
            self.add(pointer, "out-of-range", format!("must be 1 to {most} seats"));
            return None;
        }
        let named = raw.iter().enumerate().map(|(index, label)| match Text::line(label) {
            Ok(label) => Some(label),
            Err(error) => {
                self.add(format!("{pointer}/{index}"), "invalid-text", error.to_string());
                None
            }
        });
        named.collect()
    }

    /// Each seat once in the whole request.
    pub(super) fn seats_once(&mut self, seats: &[SeatLabel], seen: &mut BTreeSet<SeatLabel>) {
        for seat in seats {
            if !seen.insert(seat.clone()) {
                self.add_named(show_refused(Refused::Rejected(Rejection::SeatListedTwice { seat: seat.clone() })));
            }
        }
    }

    /// One line of text.
    pub(super) fn line<const MAX: usize>(&mut self, pointer: &str, raw: &str) -> Option<Text<MAX>> {
        self.text(pointer, Text::line(raw))
    }

    /// Text that may have several lines.
    pub(super) fn page<const MAX: usize>(&mut self, pointer: &str, raw: &str) -> Option<Text<MAX>> {
        self.text(pointer, Text::page(raw))
    }

    fn text<const MAX: usize>(&mut self, pointer: &str, text: Result<Text<MAX>, NotAText>) -> Option<Text<MAX>> {
        text.map_err(|error| self.add(pointer, "invalid-text", error.to_string())).ok()
    }

    /// A price: not negative, within [`PRICE_MAX`], in a currency of ISO 4217.
    pub(super) fn price(&mut self, pointer: &str, amount: i64, currency: &str) -> Option<Money> {
        if !(0..=PRICE_MAX).contains(&amount) {
            self.add(format!("{pointer}/amount"), "out-of-range", format!("must be 0 to {PRICE_MAX} minor units"));
        }
        let known = iso_currency::Currency::from_code(currency).is_some();
        match Currency::try_from(currency) {
            Ok(currency) if known => Some(Money { amount, currency }),
            _ => {
                let detail = "must be a currency code of ISO 4217 in upper case, for example EUR";
                self.add(format!("{pointer}/currency"), "unknown-currency", detail);
                None
            }
        }
    }

    /// A number of tickets: 1 to [`CAPACITY_MAX`].
    pub(super) fn capacity(&mut self, pointer: &str, capacity: u32, least: u32) {
        if !(least..=CAPACITY_MAX).contains(&capacity) {
            self.add(pointer, "out-of-range", format!("must be {least} to {CAPACITY_MAX}"));
        }
    }

    /// A moment, cut to the microseconds that are kept. A leap second is the second after it, because
    /// Postgres knows no others.
    pub(super) fn moment(&mut self, pointer: &str, moment: DateTime<Utc>) -> DateTime<Utc> {
        let moment = DateTime::from_timestamp_micros(moment.timestamp_micros()).unwrap_or(moment);
        if !YEARS.contains(&moment.year()) {
            self.add(pointer, "out-of-range", format!("must be in the years {} to {}", YEARS.start(), YEARS.end()));
        }
        moment
    }

    /// An IANA time zone that exists.
    pub(super) fn time_zone<const MAX: usize>(&mut self, pointer: &str, name: &str) -> Option<Text<MAX>> {
        if name.parse::<chrono_tz::Tz>().is_err() {
            self.add(pointer, "unknown-time-zone", "must be an IANA time zone, for example Europe/Berlin");
        }
        Text::line(name).ok()
    }

    /// A country: two upper-case letters (ISO 3166-1 alpha-2).
    pub(super) fn country(&mut self, pointer: &str, code: &str) -> Option<Text<2>> {
        if code.len() == 2 && code.bytes().all(|byte| byte.is_ascii_uppercase()) {
            Text::line(code).ok()
        } else {
            self.add(pointer, "unknown-country", "must be two upper-case letters (ISO 3166-1), for example DE");
            None
        }
    }

    /// The finished value, unless anything was wrong with it.
    pub(super) fn finish<T>(self, value: Option<T>) -> Result<T, Problem> {
        match value {
            Some(value) if self.fields.is_empty() && self.named.is_none() => Ok(value),
            _ => Err(self.named.unwrap_or_else(|| Problem::invalid(self.fields))),
        }
    }
}

/// A code that cannot be one.
pub(super) fn code_too_long() -> Problem {
    let detail = format!("a code has at most {CODE_CHARS_MAX} characters");
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "code-too-long", detail).with("limit", CODE_CHARS_MAX)
}

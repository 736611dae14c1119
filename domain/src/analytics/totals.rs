//! Numbers that run from the beginning of the log, and how they are written down: only what is not 0.

use alloc::vec::Vec;
use core::fmt;
use core::ops::{Index, IndexMut};

use super::{Measure, Moment, minute_of};
use crate::money::Currency;

/// What all facts so far came to, one number for each [`Measure`].
#[derive(Clone, PartialEq, Eq)]
pub struct Totals([i64; Measure::COUNT]);

impl Default for Totals {
    fn default() -> Self {
        Self([0; Measure::COUNT])
    }
}

impl Index<Measure> for Totals {
    type Output = i64;

    fn index(&self, measure: Measure) -> &i64 {
        &self.0[measure as usize]
    }
}

impl IndexMut<Measure> for Totals {
    fn index_mut(&mut self, measure: Measure) -> &mut i64 {
        &mut self.0[measure as usize]
    }
}

/// Only what is not 0, so that a failed test can be read.
impl fmt::Debug for Totals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.numbers()).finish()
    }
}

impl Totals {
    /// What is not 0.
    pub fn numbers(&self) -> impl Iterator<Item = (Measure, i64)> {
        Measure::ALL.iter().copied().map(|measure| (measure, self[measure])).filter(|(_, number)| *number != 0)
    }

    /// Adds what a fact changed of a show that is part of this.
    pub fn take(&mut self, changes: &[(Measure, i64)], moment: Moment) {
        for (measure, by) in changes {
            self[*measure] = self[*measure].saturating_add(*by);
        }
        if !changes.is_empty() {
            self.stamp(moment);
        }
    }

    /// Says when it last changed.
    pub(super) fn stamp(&mut self, moment: Moment) {
        let position = moment.position.cast_signed();
        if self[Measure::Since] == 0 {
            self[Measure::Since] = position;
        }
        self[Measure::Touched] = position;
        self[Measure::TouchedMinute] = minute_of(moment.at);
    }

    /// Adds what adds up over shows.
    pub fn add(&mut self, other: &Self) {
        self.combine(other, i64::saturating_add);
    }

    /// What came between an earlier moment and this one. Marks stay as they are now.
    #[must_use]
    pub fn since(&self, earlier: &Self) -> Self {
        let mut between = self.clone();
        between.combine(earlier, i64::saturating_sub);
        between
    }

    fn combine(&mut self, other: &Self, with: fn(i64, i64) -> i64) {
        for measure in Measure::ALL.iter().copied().filter(|measure| measure.adds_up_over_shows()) {
            self[measure] = with(self[measure], other[measure]);
        }
    }

    /// Tickets that can still be had.
    pub fn available(&self) -> i64 {
        self[Measure::Capacity] - self[Measure::Blocked] - self.taken()
    }

    /// Tickets that are somebody's for now or for good.
    pub fn taken(&self) -> i64 {
        self[Measure::Sold] + self[Measure::Held] + self[Measure::Offered]
    }

    /// What payments brought in and is not to go back, in minor units.
    pub fn net(&self) -> i64 {
        self[Measure::Gross] - self[Measure::Discounts] - self[Measure::Refunds]
    }

    /// The currency of its prices, if it has any.
    pub fn currency(&self) -> Option<Currency> {
        let letters = self[Measure::Currency].to_be_bytes();
        core::str::from_utf8(&letters[5..]).ok().and_then(|code| Currency::try_from(code).ok())
    }

    /// The number that stands for a currency.
    pub fn number_of(currency: Currency) -> i64 {
        currency.as_str().bytes().fold(0, |number, letter| number << 8 | i64::from(letter))
    }

    /// Writes the numbers down.
    pub fn encode(&self, into: &mut Vec<u8>) {
        for (at, number) in self.0.iter().enumerate().filter(|(_, number)| **number != 0) {
            write_varint(at as u64, into);
            write_varint((number << 1 ^ number >> 63).cast_unsigned(), into);
        }
    }

    /// Reads numbers that [`Self::encode`] wrote. A measure that this program does not know is passed over;
    /// `None`: the bytes are something else.
    pub fn decode(mut bytes: &[u8]) -> Option<Self> {
        let mut totals = Self::default();
        while !bytes.is_empty() {
            let at = usize::try_from(read_varint(&mut bytes)?).ok()?;
            let written = read_varint(&mut bytes)?;
            let number = (written >> 1).cast_signed() ^ -(written & 1).cast_signed();
            if let Some(total) = totals.0.get_mut(at) {
                *total = number;
            }
        }
        Some(totals)
    }
}

/// Seven bits to a byte, the lowest first; all but the last byte have the eighth set.
pub(super) fn write_varint(mut number: u64, into: &mut Vec<u8>) {
    while number >= 0x80 {
        into.push(number as u8 | 0x80);
        number >>= 7;
    }
    into.push(number as u8);
}

pub(super) fn read_varint(bytes: &mut &[u8]) -> Option<u64> {
    let mut number = 0;
    for shift in (0..u64::BITS).step_by(7) {
        let (byte, rest) = bytes.split_first()?;
        *bytes = rest;
        number |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(number);
        }
    }
    None
}

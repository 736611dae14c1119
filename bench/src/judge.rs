//! Holds figures against their bars. The no-op endpoint is measured first and last, so this comes at
//! the very end.

use crate::row::{Bar, Row};

/// The share of the processors that others may take before a figure is not the platform's own.
const OTHERS_MAX: f64 = 0.1;

/// What rates are divided by.
#[derive(Clone, Copy)]
pub(crate) struct Yardsticks {
    /// Mean of the two measurements of the no-op endpoint.
    pub(crate) noop: f64,
    pub(crate) row_lock: f64,
}

/// Everything that is printed.
pub(crate) struct Report {
    pub(crate) quick: bool,
    pub(crate) yardsticks: Yardsticks,
    pub(crate) rows: Vec<Row>,
    /// What `evently verify` said.
    pub(crate) verified: String,
    pub(crate) trouble: Vec<String>,
    pub(crate) seconds: f64,
}

impl Report {
    /// The row that other programs disturbed most, if that was more than a little, and their share.
    pub(crate) fn disturbed(&self) -> Option<(&Row, f64)> {
        let shares = self.rows.iter().filter_map(|row| Some((row, row.cpu?.others)));
        shares.filter(|(_, others)| *others > OTHERS_MAX).max_by(|(_, one), (_, other)| one.total_cmp(other))
    }
}

/// How a figure stands to one bar.
pub(crate) struct Verdict {
    /// `None`: the figure itself is what the bar bounds. With `at_most` it is the value's own name.
    pub(crate) of: Option<&'static str>,
    /// Whether the bar bounds it from above.
    pub(crate) at_most: bool,
    pub(crate) value: f64,
    pub(crate) bar: f64,
    pub(crate) met: bool,
}

impl Yardsticks {
    /// How a row stands to its bars.
    pub(crate) fn judge(self, row: &Row) -> Vec<Verdict> {
        row.bars.iter().map(|bar| self.verdict(row, *bar)).collect()
    }

    fn verdict(self, row: &Row, bar: Bar) -> Verdict {
        let figure = row.figure.value();
        let (of, other, bar) = match bar {
            Bar::OfNoop(bar) => ("no-op", self.noop, bar),
            Bar::TimesRowLock(bar) => ("row lock", self.row_lock, bar),
            Bar::OfOther { name, other, bar } => (name, other, bar),
            Bar::AtMost(bar) => return Verdict { of: None, at_most: true, value: figure, bar, met: figure <= bar },
            Bar::AtLeast(bar) => return Verdict { of: None, at_most: false, value: figure, bar, met: figure >= bar },
            Bar::P99AtMost(bar) => {
                // No answers at all are too slow as well.
                let value = row.latency.map_or(f64::INFINITY, |latency| latency.p99);
                return Verdict { of: Some("p99 ms"), at_most: true, value, bar, met: value <= bar };
            }
        };
        let value = figure / other;
        Verdict { of: Some(of), at_most: false, value, bar, met: value >= bar }
    }
}

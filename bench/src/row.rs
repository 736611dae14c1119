//! One line of the table: a figure, what it took, and what it is held against.

use crate::cpu::Used;
use crate::load::{LatencyMs, Outcome};

/// A line of the table.
pub(crate) struct Row {
    pub(crate) name: String,
    pub(crate) figure: Figure,
    pub(crate) latency: Option<LatencyMs>,
    /// Share of all processors, from 0 to 1.
    pub(crate) cpu: Option<Used>,
    pub(crate) bars: Vec<Bar>,
    pub(crate) remark: Option<String>,
}

/// What was measured.
#[derive(Clone, Copy)]
pub(crate) enum Figure {
    PerSecond(f64),
    Seconds(f64),
    Bytes(u64),
}

/// What a figure is held against.
#[derive(Clone, Copy)]
pub(crate) enum Bar {
    /// At least this part of the no-op endpoint's rate.
    OfNoop(f64),
    /// At least this many times the row lock's rate.
    TimesRowLock(f64),
    /// At least `bar` of another figure.
    OfOther { name: &'static str, other: f64, bar: f64 },
    /// At most so much, in the figure's own unit.
    AtMost(f64),
    /// At least so much, in the figure's own unit.
    AtLeast(f64),
    /// Of a hundred answers 99 come within so many milliseconds.
    P99AtMost(f64),
}

impl Row {
    pub(crate) fn new(name: impl Into<String>, figure: Figure) -> Self {
        Self { name: name.into(), figure, latency: None, cpu: None, bars: Vec::new(), remark: None }
    }

    /// The rate of a load.
    pub(crate) fn of(name: impl Into<String>, outcome: &Outcome) -> Self {
        Self { latency: outcome.latency, ..Self::new(name, Figure::PerSecond(outcome.rate())) }
            .cpu(outcome.used, outcome.seconds)
    }

    pub(crate) fn cpu(mut self, used: Used, seconds: f64) -> Self {
        let all = seconds * crate::cpu::count() as f64;
        let known = used.load > 0.0 && all > 0.0;
        self.cpu = known.then(|| Used {
            load: used.load / all,
            server: used.server / all,
            postgres: used.postgres / all,
            others: used.others.max(0.0) / all,
        });
        self
    }

    pub(crate) fn bar(mut self, bar: Bar) -> Self {
        self.bars.push(bar);
        self
    }

    pub(crate) fn remark(mut self, remark: impl Into<String>) -> Self {
        self.remark = Some(remark.into());
        self
    }
}

impl Figure {
    pub(crate) fn value(self) -> f64 {
        match self {
            Figure::PerSecond(value) | Figure::Seconds(value) => value,
            Figure::Bytes(bytes) => bytes as f64,
        }
    }

    /// Its unit in JSON.
    pub(crate) fn unit(self) -> &'static str {
        match self {
            Figure::PerSecond(_) => "per_second",
            Figure::Seconds(_) => "seconds",
            Figure::Bytes(_) => "bytes",
        }
    }
}

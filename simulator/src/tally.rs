//! What happened in many runs, counted: so that whoever reads the summary sees what was tried, and a test can
//! demand that everything was.

mod codes;

use std::collections::BTreeMap;
use std::fmt;

use crate::history::{Answer, Attempt};
use crate::plan::{Ask, Change, Plan, Trouble};

pub use codes::code;

/// How often each of some things was seen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts(BTreeMap<&'static str, u64>);

impl Counts {
    /// One more.
    pub fn count(&mut self, name: &'static str) {
        *self.0.entry(name).or_default() += 1;
    }

    /// How often it was seen.
    pub fn of(&self, name: &str) -> u64 {
        self.0.get(name).copied().unwrap_or(0)
    }

    /// All of them together.
    pub fn sum(&self) -> u64 {
        self.0.values().sum()
    }

    /// As many more.
    pub fn add(&mut self, others: &Self) {
        for (name, count) in &others.0 {
            *self.0.entry(name).or_default() += count;
        }
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut by_count: Vec<_> = self.0.iter().collect();
        by_count.sort_by_key(|(name, count)| (std::cmp::Reverse(**count), **name));
        for (index, (name, count)) in by_count.into_iter().enumerate() {
            write!(f, "{}{name} {count}", if index > 0 { ", " } else { "" })?;
        }
        Ok(())
    }
}

/// What happened in some runs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Runs.
    pub seeds: u64,
    /// Events in their logs.
    pub events: u64,
    /// Snapshots that were written.
    pub snapshots: u64,
    /// Commands that were obeyed and recorded, by kind.
    pub obeyed: Counts,
    /// Commands that had been obeyed before.
    pub repeated: u64,
    /// Commands that were refused, by the code of the refusal.
    pub refused: Counts,
    /// Commands that got no answer.
    pub unanswered: u64,
    /// Troubles that were met, by kind.
    pub troubles: Counts,
}

impl Tally {
    /// How many commands were given.
    pub fn commands(&self) -> u64 {
        self.obeyed.sum() + self.repeated + self.refused.sum() + self.unanswered
    }

    /// Counts the answers of a run.
    pub fn count_answers(&mut self, plan: &Plan, attempts: &[Attempt]) {
        for attempt in attempts {
            match &attempt.answer {
                Answer::None | Answer::Overloaded => self.unanswered += 1,
                Answer::Refused(rejection) => self.refused.count(code(rejection)),
                Answer::Obeyed { repeated, .. } => match plan.question(attempt.act).map(|question| &question.ask) {
                    // Some never write anything of their own.
                    Some(ask @ (Ask::Settle | Ask::GiveBack { preview: true, .. })) => self.obeyed.count(ask.name()),
                    Some(ask) if !repeated => self.obeyed.count(ask.name()),
                    _ => self.repeated += 1,
                },
            }
        }
    }

    /// Adds what happened in other runs.
    pub fn add(&mut self, others: &Self) {
        self.seeds += others.seeds;
        self.events += others.events;
        self.snapshots += others.snapshots;
        self.obeyed.add(&others.obeyed);
        self.repeated += others.repeated;
        self.refused.add(&others.refused);
        self.unanswered += others.unanswered;
        self.troubles.add(&others.troubles);
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { seeds, events, snapshots, obeyed, repeated, refused, unanswered, troubles } = self;
        writeln!(f, "{seeds} seeds, {} commands, {events} events, {snapshots} snapshots", self.commands())?;
        writeln!(f, "  obeyed {}: {obeyed}", obeyed.sum())?;
        writeln!(f, "  repeated {repeated}, without an answer {unanswered}")?;
        writeln!(f, "  refused {}: {refused}", refused.sum())?;
        write!(f, "  troubles {}: {troubles}", troubles.sum())
    }
}

/// Gives each variant of an enum the name it is counted by, and lists all names.
macro_rules! names {
    ($what:ident of $enum:ty: $( $pattern:pat => $name:literal, )+) => {
        impl $enum {
            /// What it is counted as.
            pub fn name(&self) -> &'static str {
                match self { $( $pattern => $name, )+ }
            }
        }
        /// Every name that can be counted.
        pub const $what: &[&str] = &[$($name),+];
    };
}

names! { ASKS of Ask:
    Ask::Create => "create",
    Ask::Publish => "publish",
    Ask::Pause => "pause",
    Ask::Resume => "resume",
    Ask::Close => "close",
    Ask::CallOff => "call-off",
    Ask::Revise { change: Change::Title(_), .. } => "revise-title",
    Ask::Revise { change: Change::Times(_), .. } => "revise-times",
    Ask::Revise { change: Change::Limit(_), .. } => "revise-limit",
    Ask::Revise { change: Change::Capacity { .. }, .. } => "revise-capacity",
    Ask::Revise { change: Change::Added(_), .. } => "revise-added",
    Ask::Revise { change: Change::Terms(_), .. } => "revise-terms",
    Ask::Revise { change: Change::KindTerms(..), .. } => "revise-kind-terms",
    Ask::SetMap { .. } => "set-map",
    Ask::Block { block: true, .. } => "block",
    Ask::Block { block: false, .. } => "unblock",
    Ask::AddPromo { .. } => "add-promo",
    Ask::RemovePromo { .. } => "remove-promo",
    Ask::PutOff { .. } => "put-off",
    Ask::Book { hold: false, .. } => "book",
    Ask::Book { hold: true, .. } => "hold",
    Ask::GiveBack { preview: false, .. } => "give-back",
    Ask::GiveBack { preview: true, .. } => "preview",
    Ask::Extend { .. } => "extend",
    Ask::Confirm { .. } => "confirm",
    Ask::Pay { .. } => "pay",
    Ask::Report { .. } => "report",
    Ask::Refund { .. } => "refund",
    Ask::ReportRefund { .. } => "report-refund",
    Ask::RetryRefunds => "retry-refunds",
    Ask::Join { .. } => "join",
    Ask::Leave { .. } => "leave",
    Ask::Accept { .. } => "accept",
    Ask::Decline { .. } => "decline",
    Ask::Settle => "settle",
}

names! { TROUBLES of Trouble:
    Trouble::ReplyLost => "reply-lost",
    Trouble::NeverArrived => "never-arrived",
    Trouble::LateCommit(_) => "late-commit",
    Trouble::Unreachable => "unreachable",
    Trouble::Conflict => "conflict",
    Trouble::SlowAppend(..) => "slow-append",
    Trouble::SlowRead(_) => "slow-read",
    Trouble::ReadFails => "read-fails",
    Trouble::VersionsFail => "versions-fail",
    Trouble::SlowVersions(_) => "slow-versions",
    Trouble::StaleSnapshot => "stale-snapshot",
    Trouble::BrokenSnapshot => "broken-snapshot",
    Trouble::ForeignSnapshot => "foreign-snapshot",
    Trouble::SnapshotFails => "snapshot-fails",
    Trouble::SnapshotNotWritten => "snapshot-not-written",
}

/// What a crash is counted as.
pub const CRASH: &str = "crash";
/// What a clock that is set forward is counted as.
pub const CLOCK_FORWARD: &str = "clock-forward";
/// What a clock that is set back is counted as.
pub const CLOCK_BACK: &str = "clock-back";

//! Makes a plan whose run violates a demand as short as can be found: leaves out what can be left out while the
//! same demand is still violated.

use crate::check::Demand;
use crate::plan::{Act, Deed, Plan};
use crate::run;

/// The most runs that are tried.
const RUNS_MAX: usize = 3_000;

/// A shorter plan that violates the same demand.
pub fn shrink(plan: &Plan, demand: Demand) -> Plan {
    let mut shrinking = Shrinking { shortest: plan.clone(), demand, runs: 0 };
    // What breaks things comes last in every plan's importance: without it the rest is easier to read.
    while shrinking.runs < RUNS_MAX && shrinking.round() {}
    shrinking.shortest
}

struct Shrinking {
    shortest: Plan,
    demand: Demand,
    runs: usize,
}

impl Shrinking {
    /// One round over everything that may be left out; whether anything was.
    fn round(&mut self) -> bool {
        let before = self.shortest.acts.len();
        let mut simpler = false;
        let mut size = before.div_ceil(2).max(1);
        loop {
            self.without_parts_of(size);
            if size == 1 {
                break;
            }
            size = size.div_ceil(2);
        }
        simpler |= self.tries(|plan| plan.snapshots_every = 0);
        simpler |= self.tries(|plan| plan.lanes = 1);
        simpler |= self.tries(|plan| plan.processes = plan.processes.saturating_sub(1).max(1));
        simpler |= self.tries(|plan| plan.acts.iter_mut().for_each(without_patience));
        simpler || self.shortest.acts.len() < before
    }

    /// Leaves out so many acts at a time, from the end to the beginning.
    fn without_parts_of(&mut self, size: usize) {
        let mut end = self.shortest.acts.len();
        while end > 0 && self.runs < RUNS_MAX {
            let start = end.saturating_sub(size);
            self.tries(|plan| drop(plan.acts.drain(start..end)));
            end = start.min(self.shortest.acts.len());
        }
    }

    /// Whether a simpler plan still violates the demand; then it is the shortest one.
    fn tries(&mut self, simplify: impl FnOnce(&mut Plan)) -> bool {
        let mut simpler = self.shortest.clone();
        simplify(&mut simpler);
        if same(&simpler, &self.shortest) {
            return false;
        }
        self.runs += 1;
        let still = run::one(&simpler).violation.is_some_and(|violation| violation.demand == self.demand);
        if still {
            self.shortest = simpler;
        }
        still
    }
}

fn without_patience(act: &mut Act) {
    if let Deed::Ask(question) = &mut act.deed {
        question.patience = 0;
    }
}

fn same(one: &Plan, other: &Plan) -> bool {
    let settings = |plan: &Plan| (plan.snapshots_every, plan.lanes, plan.processes, plan.acts.len());
    let patience = |plan: &Plan| {
        let of = |act: &Act| if let Deed::Ask(question) = &act.deed { u32::from(question.patience) } else { 0 };
        plan.acts.iter().map(of).sum::<u32>()
    };
    settings(one) == settings(other) && patience(one) == patience(other)
}

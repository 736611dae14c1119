//! What comes back for tickets that are given back: by the policy that was in force when they were
//! booked, and in full for a while after the show was put off.

use chrono::{DateTime, TimeDelta, Utc};

use crate::verify::facts::Policy;
use crate::verify::ledger::Booking;
use crate::verify::tickets::Tickets;

/// How much earlier than it was recorded something may have been decided, in seconds. Both are the same
/// moment unless the clocks of two processes differ.
const CLOCKS_APART_MAX_S: i64 = 60;

/// The refund policies of a show, by number, and the last time it was put off.
#[derive(Default)]
pub(super) struct Policies {
    /// Every policy that ever came into force; the first is number 1.
    all: Vec<Policy>,
    in_force: bool,
    put_off: Option<PutOff>,
}

/// The show was put off.
pub(super) struct PutOff {
    /// Whoever had booked before this ...
    pub(super) decided_at: DateTime<Utc>,
    /// ... gets everything back before this.
    pub(super) refund_until: DateTime<Utc>,
}

impl Policies {
    /// Terms come that have this policy. It gets a number unless it is the one in force.
    pub(super) fn set(&mut self, policy: Option<&Policy>) {
        if let Some(policy) = policy
            && (!self.in_force || self.all.last() != Some(policy))
        {
            self.all.push(policy.clone());
        }
        self.in_force = policy.is_some();
    }

    /// The number that bookings made now carry; 0: none.
    pub(super) fn number(&self) -> usize {
        if self.in_force { self.all.len() } else { 0 }
    }

    /// The policy in force.
    pub(super) fn current(&self) -> Option<&Policy> {
        self.all.last().filter(|_| self.in_force)
    }

    /// The show is put off.
    pub(super) fn put_off(&mut self, put_off: PutOff) {
        self.put_off = Some(put_off);
    }

    /// What may come back by the policy for tickets that were given back with an event recorded at this
    /// moment. More than one amount if a deadline has only just passed.
    pub(super) fn back(
        &self,
        booking: &Booking,
        tickets: &[Tickets],
        starts_at: DateTime<Utc>,
        recorded_at: DateTime<Utc>,
    ) -> Vec<i64> {
        let earliest = recorded_at - TimeDelta::seconds(CLOCKS_APART_MAX_S);
        let policy = usize::from(booking.policy).checked_sub(1).and_then(|index| self.all.get(index));
        let put_off = self.put_off.as_ref().filter(|put_off| booking.booked_at < put_off.decided_at);
        let mut moments = vec![earliest, recorded_at];
        // The last moments of each share, if they lie between.
        moments.extend(
            policy.into_iter().flat_map(|policy| &policy.steps).map(|step| until(starts_at, step.hours_before)),
        );
        moments.extend(put_off.map(|put_off| put_off.refund_until - TimeDelta::microseconds(1)));
        let possible = moments.into_iter().filter(|at| (earliest..=recorded_at).contains(at));
        let mut amounts: Vec<i64> = possible
            .map(|at| {
                let in_full = policy.is_none() || put_off.is_some_and(|put_off| at < put_off.refund_until);
                let policy = policy.filter(|_| !in_full);
                let each = |price: i64| policy.map_or(price, |policy| share(policy, price, starts_at, at));
                let sums = tickets.iter().map(|tickets| each(tickets.unit_price) * i64::from(tickets.quantity));
                sums.fold(0, i64::saturating_add)
            })
            .collect();
        amounts.sort_unstable();
        amounts.dedup();
        amounts
    }
}

/// The last moment of a step.
fn until(starts_at: DateTime<Utc>, hours_before: u32) -> DateTime<Utc> {
    starts_at - TimeDelta::hours(i64::from(hours_before))
}

/// What comes back for one ticket.
fn share(policy: &Policy, price: i64, starts_at: DateTime<Utc>, at: DateTime<Utc>) -> i64 {
    let step = policy.steps.iter().find(|step| at <= until(starts_at, step.hours_before));
    step.map_or(0, |step| (percent_of(price, step.percent) - policy.fee).max(0))
}

/// A share of an amount, rounded down to whole minor units.
pub(super) fn percent_of(amount: i64, percent: u8) -> i64 {
    // Divided first, so that nothing is too large.
    let percent = i64::from(percent.min(100));
    amount / 100 * percent + amount % 100 * percent / 100
}

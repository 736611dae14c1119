//! How long each phase lasts and how much is booked.

use std::time::Duration;

/// Keep-alive connections of a load.
pub(crate) const CONNECTIONS: usize = 256;
/// Customers, each with an account id and a token of their own.
pub(crate) const CUSTOMERS: usize = 10_000;
/// Events of the row that spreads bookings.
pub(crate) const EVENTS: usize = 100;
/// Pool sizes of the row-lock baseline; the better one counts.
pub(crate) const BASELINE_POOLS: [u32; 2] = [8, 32];
/// Whatever hangs, the bench does not.
pub(crate) const RUN_MAX: Duration = Duration::from_mins(16);
/// How often a fresh event and one with much sold take turns.
pub(crate) const TURNS: usize = 3;

/// Durations and amounts of one run.
#[derive(Clone, Copy)]
pub(crate) struct Plan {
    pub(crate) quick: bool,
    /// Before each measured phase, under the same load: connections open, tokens get known.
    pub(crate) warm_up: Duration,
    pub(crate) noop: Duration,
    pub(crate) noop_again: Duration,
    /// Of each pool size.
    pub(crate) baseline: Duration,
    pub(crate) bookings: Duration,
    pub(crate) keyed: Duration,
    pub(crate) refusals: Duration,
    pub(crate) queries: Duration,
    pub(crate) queries_while_booking: Duration,
    /// Of each turn.
    pub(crate) turn: Duration,
    pub(crate) restarted: Duration,
    /// The longest time for filling the log.
    pub(crate) fill_max: Duration,
    /// Bookings of the hot event before the restart.
    pub(crate) million: u64,
    /// Of holds that lapse under load; a hold lasts 5 s, so the load has to go on for longer before.
    pub(crate) churn: Duration,
    pub(crate) churn_warm_up: Duration,
    /// Houses that are sold out one after the other, and how many sections of 2,000 seats each has.
    pub(crate) houses: usize,
    pub(crate) sections: usize,
    /// Bookings of the show that is loaded after the restart.
    pub(crate) big_show: u64,
    /// Bookings of each show with much sold.
    pub(crate) much_sold: u64,
    /// Events on the programme that reports look at, and how many bookings are spread over them at least.
    pub(crate) shows: usize,
    pub(crate) of_programme: u64,
    /// How long the log is before reports and replays are measured.
    pub(crate) log_events: u64,
    /// Of each report.
    pub(crate) reports: Duration,
    pub(crate) while_replaying: Duration,
    /// Of each turn.
    pub(crate) sealing: Duration,
}

impl Plan {
    pub(crate) fn of(quick: bool) -> Self {
        if quick { Self::quick() } else { Self::full() }
    }

    fn full() -> Self {
        Self {
            quick: false,
            warm_up: Duration::from_secs(1),
            noop: Duration::from_secs(6),
            noop_again: Duration::from_secs(4),
            baseline: Duration::from_millis(2_500),
            bookings: Duration::from_secs(8),
            keyed: Duration::from_secs(4),
            refusals: Duration::from_secs(5),
            queries: Duration::from_secs(4),
            queries_while_booking: Duration::from_secs(3),
            turn: Duration::from_secs(2),
            restarted: Duration::from_secs(5),
            fill_max: Duration::from_secs(100),
            million: 1_000_000,
            churn: Duration::from_secs(6),
            churn_warm_up: Duration::from_secs(6),
            houses: 3,
            sections: 10,
            big_show: 100_000,
            much_sold: 50_000,
            shows: 1_000,
            of_programme: 200_000,
            log_events: 2_000_000,
            reports: Duration::from_secs(4),
            while_replaying: Duration::from_secs(6),
            sealing: Duration::from_secs(4),
        }
    }

    fn quick() -> Self {
        Self {
            quick: true,
            warm_up: Duration::from_millis(500),
            noop: Duration::from_secs(2),
            noop_again: Duration::from_secs(1),
            baseline: Duration::from_secs(1),
            bookings: Duration::from_secs(2),
            keyed: Duration::from_secs(1),
            refusals: Duration::from_secs(1),
            queries: Duration::from_secs(1),
            queries_while_booking: Duration::from_secs(1),
            turn: Duration::from_secs(1),
            restarted: Duration::from_secs(1),
            fill_max: Duration::from_secs(20),
            million: 50_000,
            churn: Duration::from_secs(1),
            churn_warm_up: Duration::from_secs(6),
            houses: 1,
            sections: 2,
            big_show: 10_000,
            much_sold: 5_000,
            shows: 50,
            of_programme: 5_000,
            log_events: 100_000,
            reports: Duration::from_secs(1),
            while_replaying: Duration::from_secs(1),
            sealing: Duration::from_secs(1),
        }
    }
}

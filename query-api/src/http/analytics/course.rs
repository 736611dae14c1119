//! How sales went over time, as it is shown.

use chrono::{DateTime, SecondsFormat, Utc};
use domain::analytics::{Measure, Totals};
use serde::Serialize;
use utoipa::ToSchema;

use super::answer::Revenue;
use crate::analytics::buckets::Buckets;

/// How sales went over time.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Course {
    /// `minute`, `hour` or `day`.
    #[schema(example = "day")]
    bucket: &'static str,
    #[schema(example = "Europe/Berlin")]
    time_zone: &'static str,
    pub(super) data: Vec<Slot>,
}

/// What happened within a bucket.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Slot {
    pub(super) start: DateTime<Utc>,
    /// The same as the clocks of the time zone show it.
    #[schema(example = "2027-03-01T00:00:00+01:00")]
    pub(super) local_start: String,
    pub(super) tickets_held: i64,
    pub(super) tickets_booked: i64,
    pub(super) tickets_cancelled: i64,
    pub(super) tickets_lapsed: i64,
    pub(super) tickets_called_off: i64,
    /// Tickets in confirmed bookings at its end.
    pub(super) sold: i64,
    /// Money of each currency, as far as it moved.
    pub(super) revenue: Vec<Revenue>,
}

impl Course {
    /// What lies between the edges of buckets. `courses` has the totals at each of them, for each currency.
    pub(crate) fn of(buckets: &Buckets, courses: &[Vec<Totals>]) -> Self {
        let starts = buckets.edges.iter().take(buckets.edges.len().saturating_sub(1));
        let data = starts.enumerate().map(|(at, start)| {
            let between: Vec<Totals> = courses.iter().map(|course| course[at + 1].since(&course[at])).collect();
            let (mut sum, mut end) = (Totals::default(), Totals::default());
            for (between, course) in between.iter().zip(courses) {
                sum.add(between);
                end.add(&course[at + 1]);
            }
            let of_currency = |(between, course): (&Totals, &Vec<Totals>)| {
                course.last().map(|last| Revenue::of(between).in_currency_of(last))
            };
            let revenue = between.iter().zip(courses).filter_map(of_currency);
            let moved = revenue.filter(Revenue::is_something);
            let local = start.with_timezone(&buckets.zone);
            Slot {
                start: *start,
                local_start: local.to_rfc3339_opts(SecondsFormat::Secs, false),
                tickets_held: sum[Measure::TicketsHeld],
                tickets_booked: sum[Measure::TicketsBooked],
                tickets_cancelled: sum[Measure::TicketsCancelled],
                tickets_lapsed: sum[Measure::TicketsLapsed],
                tickets_called_off: sum[Measure::TicketsCalledOff],
                sold: end[Measure::Sold],
                revenue: moved.collect(),
            }
        });
        Self { bucket: buckets.bucket.as_str(), time_zone: buckets.zone.name(), data: data.collect() }
    }
}

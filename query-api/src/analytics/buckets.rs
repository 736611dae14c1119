//! Stretches of time, cut into minutes, hours or days as the clocks of a place show them.

use axum::http::StatusCode;
use chrono::{DateTime, Days, LocalResult, NaiveDate, TimeDelta, TimeZone, Timelike, Utc};
use chrono_tz::Tz;
use edge::problem::Problem;

/// The most buckets of one answer.
pub(crate) const BUCKETS_MAX: i64 = 2_000;
/// How many buckets there are if nobody says from when.
const MINUTES_DEFAULT: i64 = 60;
const HOURS_DEFAULT: i64 = 48;
const DAYS_DEFAULT: i64 = 30;
/// Clocks are put forward by less than this, where they are at all, save for a day that a place skips.
const GAP_STEPS_MAX: i64 = 26 * 4;

/// How long a bucket is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Bucket {
    Minute,
    Hour,
    Day,
}

impl Bucket {
    /// The bucket of a name.
    pub(crate) fn named(name: &str) -> Result<Self, Problem> {
        match name {
            "minute" => Ok(Self::Minute),
            "hour" => Ok(Self::Hour),
            "day" => Ok(Self::Day),
            _ => Err(refused("unknown-bucket", "A bucket is a minute, an hour or a day.", "bucket")),
        }
    }

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Minute => "minute",
            Self::Hour => "hour",
            Self::Day => "day",
        }
    }

    fn length(self) -> TimeDelta {
        match self {
            Self::Minute => TimeDelta::minutes(1),
            Self::Hour => TimeDelta::hours(1),
            Self::Day => TimeDelta::days(1),
        }
    }

    fn default_range(self) -> TimeDelta {
        match self {
            Self::Minute => TimeDelta::minutes(MINUTES_DEFAULT),
            Self::Hour => TimeDelta::hours(HOURS_DEFAULT),
            Self::Day => TimeDelta::days(DAYS_DEFAULT),
        }
    }

    /// Where the bucket that a moment is in begins.
    fn start(self, at: DateTime<Utc>, zone: Tz) -> DateTime<Utc> {
        let local = at.with_timezone(&zone);
        let into_hour = TimeDelta::minutes(local.minute().into());
        let into_minute = TimeDelta::seconds(local.second().into()) + TimeDelta::nanoseconds(local.nanosecond().into());
        match self {
            Self::Minute => at - into_minute,
            Self::Hour => at - into_minute - into_hour,
            Self::Day => midnight(local.date_naive(), zone).unwrap_or(at - into_minute - into_hour),
        }
    }

    /// Where the one after it begins.
    fn next(self, start: DateTime<Utc>, zone: Tz) -> Option<DateTime<Utc>> {
        let next = match self {
            Self::Minute | Self::Hour => self.start(start.checked_add_signed(self.length())?, zone),
            Self::Day => {
                let today = start.with_timezone(&zone).date_naive();
                // A place may skip a day.
                let days = (1..=2).filter_map(|days| midnight(today.checked_add_days(Days::new(days))?, zone));
                days.into_iter().find(|midnight| *midnight > start)?
            }
        };
        (next > start).then_some(next)
    }
}

/// The first moment of a day.
fn midnight(day: NaiveDate, zone: Tz) -> Option<DateTime<Utc>> {
    let midnight = day.and_hms_opt(0, 0, 0)?;
    // The clocks may be put forward over midnight: the day then begins later.
    (0..GAP_STEPS_MAX).find_map(|step| {
        let local = midnight.checked_add_signed(TimeDelta::minutes(15 * step))?;
        match zone.from_local_datetime(&local) {
            LocalResult::Single(at) | LocalResult::Ambiguous(at, _) => Some(at.with_timezone(&Utc)),
            LocalResult::None => None,
        }
    })
}

/// The time zone of a name.
pub(crate) fn zone_named(name: &str) -> Result<Tz, Problem> {
    let detail = "There is no such time zone. Names are those of the IANA, for example Europe/Berlin.";
    name.parse().map_err(|_| refused("unknown-time-zone", detail, "time_zone"))
}

/// What is asked for, as it was written.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Asked<'a> {
    pub(crate) bucket: Option<&'a str>,
    pub(crate) time_zone: Option<&'a str>,
    pub(crate) from: Option<DateTime<Utc>>,
    pub(crate) to: Option<DateTime<Utc>>,
}

/// A stretch of time, cut into buckets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Buckets {
    pub(crate) bucket: Bucket,
    pub(crate) zone: Tz,
    /// Where each begins, and where the last one ends. Empty if they would all lie in the future, or before
    /// 1970.
    pub(crate) edges: Vec<DateTime<Utc>>,
}

impl Buckets {
    /// Cuts what is asked for. Nothing is known after `now`, the moment that the answer is about, and all defaults
    /// follow from it.
    pub(crate) fn cut(asked: Asked<'_>, now: DateTime<Utc>) -> Result<Self, Problem> {
        let bucket = asked.bucket.map_or(Ok(Bucket::Day), Bucket::named)?;
        let zone = asked.time_zone.map_or(Ok(Tz::UTC), zone_named)?;
        let Asked { from, to, .. } = asked;
        check_range(from, to)?;
        // What was recorded at this very moment counts, where nobody wants less.
        let up_to_now = to.is_none_or(|to| to > now);
        let to = to.unwrap_or(now).min(now);
        // Nothing was sold before 1970, and the first years that can be written have no time in every zone.
        if to < DateTime::UNIX_EPOCH {
            return Ok(Self { bucket, zone, edges: Vec::new() });
        }
        let from = from.map(|from| from.max(DateTime::UNIX_EPOCH));
        let from = from.or_else(|| to.checked_sub_signed(bucket.default_range())).unwrap_or(to);
        if from > to {
            return Ok(Self { bucket, zone, edges: Vec::new() });
        }
        let wanted = (to - from).num_seconds() / bucket.length().num_seconds();
        if wanted > BUCKETS_MAX {
            return Err(too_many(wanted));
        }
        let mut edges = vec![bucket.start(from, zone)];
        while let Some(last) = edges.last().copied().filter(|last| *last < to || up_to_now && *last == to) {
            let Some(next) = bucket.next(last, zone) else { break };
            edges.push(next);
        }
        Ok(Self { bucket, zone, edges })
    }
}

/// Refuses a stretch of time that is none.
pub(crate) fn check_range(from: Option<DateTime<Utc>>, to: Option<DateTime<Utc>>) -> Result<(), Problem> {
    if from.zip(to).is_some_and(|(from, to)| to <= from) {
        return Err(refused("empty-range", "to must be later than from.", "to"));
    }
    Ok(())
}

fn too_many(wanted: i64) -> Problem {
    let detail = format!("That would be {wanted} buckets, and an answer has {BUCKETS_MAX} at most: ask for less time.");
    refused("too-many-buckets", detail, "bucket").with("requested", wanted).with("limit", BUCKETS_MAX)
}

fn refused(code: &'static str, detail: impl Into<String>, parameter: &'static str) -> Problem {
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, code, detail).with("parameter", parameter)
}

#[cfg(test)]
mod tests;

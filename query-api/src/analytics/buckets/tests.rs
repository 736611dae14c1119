//! Buckets follow the clocks of a place, whatever these do.

use super::*;

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn cut(bucket: &str, zone: &str, from: &str, to: &str) -> Result<Vec<String>, &'static str> {
    let (from, to) = (Some(at(from)), Some(at(to)));
    let asked = Asked { bucket: Some(bucket), time_zone: Some(zone), from, to };
    let buckets = Buckets::cut(asked, at("2040-01-01T00:00:00Z")).map_err(|problem| problem.code())?;
    let zone = buckets.zone;
    Ok(buckets.edges.iter().map(|edge| edge.with_timezone(&zone).format("%d %H:%M%:z").to_string()).collect())
}

#[test]
fn a_day_has_23_or_25_hours_where_the_clocks_change() {
    let spring = cut("day", "Europe/Berlin", "2030-03-30T12:00:00Z", "2030-04-01T00:00:00Z").unwrap();
    assert_eq!(spring, ["30 00:00+01:00", "31 00:00+01:00", "01 00:00+02:00", "02 00:00+02:00"]);
    let hours = cut("hour", "Europe/Berlin", "2030-03-31T00:10:00Z", "2030-03-31T02:00:00Z").unwrap();
    assert_eq!(hours, ["31 01:00+01:00", "31 03:00+02:00", "31 04:00+02:00"]);
    let autumn = cut("hour", "Europe/Berlin", "2030-10-27T00:00:00Z", "2030-10-27T02:00:00Z").unwrap();
    assert_eq!(autumn, ["27 02:00+02:00", "27 02:00+01:00", "27 03:00+01:00"]);
}

#[test]
fn clocks_may_change_at_midnight_or_by_half_an_hour_and_a_place_may_skip_a_day() {
    // Midnight of 2018-11-04 was 01:00 at once.
    let brazil = cut("day", "America/Sao_Paulo", "2018-11-03T12:00:00Z", "2018-11-05T00:00:00Z").unwrap();
    assert_eq!(brazil, ["03 00:00-03:00", "04 01:00-02:00", "05 00:00-02:00"]);
    let samoa = cut("day", "Pacific/Apia", "2011-12-29T12:00:00Z", "2011-12-31T12:00:00Z").unwrap();
    assert_eq!(samoa, ["29 00:00-10:00", "31 00:00+14:00", "01 00:00+14:00", "02 00:00+14:00"]);
    let howe = cut("hour", "Australia/Lord_Howe", "2030-04-06T13:30:00Z", "2030-04-06T16:30:00Z").unwrap();
    assert!(howe.is_sorted_by(|one, next| one != next), "{howe:?}");
    let nepal = cut("hour", "Asia/Kathmandu", "2030-01-01T00:00:00Z", "2030-01-01T01:00:00Z").unwrap();
    assert_eq!(nepal, ["01 05:00+05:45", "01 06:00+05:45", "01 07:00+05:45"]);
}

#[test]
fn defaults_follow_from_the_moment_of_the_answer() {
    let nothing = Asked { bucket: None, time_zone: None, from: None, to: None };
    let now = at("2030-06-30T10:00:00Z");
    let days = Buckets::cut(nothing, now).unwrap();
    assert_eq!((days.edges[0], days.edges.len()), (at("2030-05-31T00:00:00Z"), 32));
    let later = Asked { to: Some(at("2031-01-01T00:00:00Z")), ..nothing };
    assert_eq!(Buckets::cut(later, now).unwrap(), days);
}

#[test]
fn refuses_what_cannot_be_cut() {
    let day = ("2030-01-01T00:00:00Z", "2030-01-02T00:00:00Z");
    assert_eq!(cut("week", "UTC", day.0, day.1), Err("unknown-bucket"));
    assert_eq!(cut("day", "Europe/Atlantis", day.0, day.1), Err("unknown-time-zone"));
    assert_eq!(cut("day", "UTC", day.1, day.0), Err("empty-range"));
    assert_eq!(cut("day", "UTC", day.0, day.0), Err("empty-range"));
    assert_eq!(cut("minute", "UTC", "2011-01-01T00:00:00Z", day.0), Err("too-many-buckets"));
    assert_eq!(cut("minute", "UTC", "0001-01-01T00:00:00Z", day.0), Err("too-many-buckets"));
    assert_eq!(cut("minute", "UTC", day.0, day.1).unwrap().len(), 24 * 60 + 1);
    let ends = Asked { bucket: None, time_zone: None, from: Some(DateTime::<Utc>::MIN_UTC), to: None };
    assert_eq!(Buckets::cut(ends, at(day.0)).unwrap_err().code(), "too-many-buckets");
    let ends = Asked { bucket: None, time_zone: None, from: Some(DateTime::<Utc>::MAX_UTC), to: None };
    assert!(Buckets::cut(ends, at(day.0)).is_ok_and(|buckets| buckets.edges.is_empty()));
}

#[test]
fn there_are_no_buckets_at_the_ends_of_time() {
    let now = at("2030-01-01T00:00:00Z");
    for zone in ["America/New_York", "Pacific/Kiritimati", "UTC"] {
        for bucket in ["minute", "hour", "day"] {
            let nothing = Asked { bucket: Some(bucket), time_zone: Some(zone), from: None, to: None };
            let early = Asked { to: Some(DateTime::<Utc>::MIN_UTC), ..nothing };
            assert!(Buckets::cut(early, now).unwrap().edges.is_empty());
            let before = Asked { to: Some(at("1969-12-31T23:59:59Z")), ..nothing };
            assert!(Buckets::cut(before, now).unwrap().edges.is_empty());
            let late = Asked { to: Some(DateTime::<Utc>::MAX_UTC), ..nothing };
            assert_eq!(Buckets::cut(late, now).unwrap(), Buckets::cut(nothing, now).unwrap());
        }
    }
}

//! Filters say no to what Postgres would choke on, and cursors fit one list alone.

use super::*;
use crate::shows::Venue;
use domain::access::Role;

fn parameters(query: &str) -> EventParameters {
    let uri = format!("/api/v1/events?{query}").parse().unwrap();
    axum::extract::Query::try_from_uri(&uri).unwrap().0
}

fn filter(query: &str) -> Result<EventFilter, &'static str> {
    EventFilter::new(&parameters(query), None).map_err(|problem| problem.code())
}

fn entry(title_key: &str, starts_at: &str) -> EventSummary {
    let starts_at = starts_at.parse().unwrap();
    EventSummary {
        event_id: Uuid::from_u128(7),
        title: title_key.to_uppercase(),
        venue: Venue { name: "Hall".into(), city: "Leipzig".into(), country: "DE".into() },
        time_zone: "Europe/Berlin".into(),
        starts_at,
        ends_at: starts_at,
        sale_opens_at: None,
        sale_closes_at: None,
        status: "on_sale".into(),
        organizer_id: Uuid::from_u128(8),
        title_key: title_key.into(),
    }
}

#[test]
fn a_blank_text_is_no_filter() {
    let filter = filter("q=%20&city=").unwrap();
    assert_eq!((filter.q, filter.city), (None, None));
}

#[test]
fn refuses_what_postgres_would_refuse() {
    assert_eq!(filter("q=a%00b").unwrap_err(), "malformed-query");
    assert_eq!(filter("city=%00").unwrap_err(), "malformed-query");
    assert_eq!(filter(&format!("q={}", "ä".repeat(201))).unwrap_err(), "invalid");
    assert_eq!(filter("starts_after=%2B262142-01-01T00:00:00Z").unwrap_err(), "malformed-query");
    assert_eq!(filter("starts_before=0000-01-01T00:00:00Z").unwrap_err(), "malformed-query");
    let odd = filter(&format!("q={}", "%F0%9F%8E%AD%E2%80%AE".repeat(10))).unwrap();
    assert_eq!(odd.q.unwrap().chars().count(), 20);
}

#[test]
fn drafts_are_for_those_who_run_them() {
    let drafts = parameters("status=draft");
    assert_eq!(EventFilter::new(&drafts, None).unwrap_err().code(), "missing-token");
    let me = AccountId(Uuid::from_u128(9));
    for (role, organizer) in [(Role::Customer, Some(me.0)), (Role::Organizer, Some(me.0)), (Role::Admin, None)] {
        let filter = EventFilter::new(&drafts, Some(Actor { account_id: me, role })).unwrap();
        assert_eq!(filter.organizer, organizer, "{role:?}");
        assert!(!filter.is_public());
    }
    assert!(filter("status=cancelled").unwrap().is_public());
}

#[test]
fn a_cursor_names_the_entry_it_follows() {
    for (sort, key) in [("starts_at", "2027-01-01T19:30:00.000000Z"), ("-title", "an evening, ünd more")] {
        let filter = filter(&format!("sort={sort}&city=Leipzig")).unwrap();
        let cursor = filter.cursor_after(&entry("an evening, ünd more", "2027-01-01T19:30:00Z"));
        assert_eq!(filter.place(&cursor).unwrap(), Place { show_id: Uuid::from_u128(7), key: key.into() });
    }
}

#[test]
fn a_cursor_fits_no_other_list() {
    let cursor = filter("city=Leipzig").unwrap().cursor_after(&entry("a", "2027-01-01T19:30:00Z"));
    for other in ["", "city=Halle", "q=Leipzig", "city=Leipzig&sort=title", "city=Leipzig&status=on_sale"] {
        assert_eq!(filter(other).unwrap().place(&cursor).unwrap_err().code(), "invalid-cursor", "{other}");
    }
}

#[test]
fn a_place_that_no_list_gave_is_refused() {
    let by_start = filter("").unwrap();
    for place in [&b"short"[..], b"0123456789abcdefnot a time", &[0xFF; 20]] {
        let cursor = by_start.scope().seal(place);
        assert_eq!(by_start.place(&cursor).unwrap_err().code(), "invalid-cursor");
    }
    let by_title = filter("sort=title").unwrap();
    assert!(by_title.place(&by_title.scope().seal(b"0123456789abcdefnul \0")).is_err());
}

//! What was ever written to the log must stay readable, byte for byte: one file in `goldens/` for
//! each event type and version. `UPDATE_GOLDENS=1` writes the current shapes; look at the difference
//! before it is committed, for a changed file means logs that can no longer be read. A new shape is a
//! new version, and the older version's file stays.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop loudly")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use domain::access::Role;
use domain::event::{DecodeError, DomainEvent};
use domain::ids::{AccountId, BookingId, ShowId, TicketTypeId};
use domain::money::{Currency, Money};
use domain::text::Text;
use domain::{Timestamp, account, show};
use uuid::Uuid;

/// One sample of every event. The match without a wildcard is what makes a new event, which has no
/// sample yet, fail to compile here.
macro_rules! samples {
    ($name:ident: $domain:ident { $($variant:ident => $sample:expr,)+ }) => {
        fn $name() -> Vec<Golden> {
            fn known(event: &$domain::Event) {
                match event { $($domain::Event::$variant(_) => {})+ }
            }
            let samples = [$($domain::Event::from($sample)),+];
            samples.iter().inspect(|event| known(event)).map(Golden::of).collect()
        }
    };
}

samples! { shows: show {
    ShowCreated => show::ShowCreated {
        show_id: ShowId(id(1)),
        organizer_id: AccountId(id(2)),
        details: details(),
        schedule: schedule(),
        max_per_customer: Some(6),
        ticket_types: vec![ticket_type(3, 500), ticket_type(4, 0)],
    },
    ShowDescribed => show::ShowDescribed { details: show::ShowDetails { description: None, ..details() } },
    ShowScheduled => show::ShowScheduled { schedule: show::Schedule { sale_opens_at: None, ..schedule() } },
    CustomerLimitSet => show::CustomerLimitSet { max_per_customer: None },
    TicketTypeAdded => show::TicketTypeAdded { ticket_type: ticket_type(5, 10_000_000) },
    CapacityRaised => show::CapacityRaised { ticket_type_id: TicketTypeId(id(3)), capacity: 501 },
    CapacityLowered => show::CapacityLowered { ticket_type_id: TicketTypeId(id(3)), capacity: 0 },
    ShowPublished => show::ShowPublished {},
    SalePaused => show::SalePaused {},
    SaleResumed => show::SaleResumed {},
    SaleClosed => show::SaleClosed {},
    ShowCancelled => show::ShowCancelled { reason: text("The singer is ill.\nWe are sorry.") },
    BookingConfirmed => show::BookingConfirmed {
        booking_id: BookingId(id(6)),
        customer_id: AccountId(id(7)),
        items: items(),
        currency: money(0).currency,
        booked_at: time("2026-03-01T09:00:00.000001Z"),
    },
    BookingCancelled => show::BookingCancelled {
        booking_id: BookingId(id(6)),
        customer_id: AccountId(id(7)),
        items: items(),
    },
} }

samples! { accounts: account {
    AccountRegistered => account::AccountRegistered { account_id: AccountId(id(7)), role: Role::Customer },
    RoleGranted => account::RoleGranted { account_id: AccountId(id(7)), role: Role::Organizer },
} }

fn id(n: u128) -> Uuid {
    Uuid::from_u128(0x0195_0000_0000_7000_8000_0000_0000_0000 + n)
}

fn text<const MAX: usize>(words: &str) -> Text<MAX> {
    Text::page(words).unwrap()
}

fn time(rfc3339: &str) -> Timestamp {
    rfc3339.parse().unwrap()
}

fn money(amount: i64) -> Money {
    Money { amount, currency: Currency::try_from("EUR").unwrap() }
}

fn details() -> show::ShowDetails {
    show::ShowDetails {
        title: text("Die \"Größte\" Nacht / Ночь \u{1F3B7}"),
        description: Some(text("First line\r\n\tsecond \\ line")),
        venue: show::Venue { name: text("Kulturhaus"), city: text("Ulm"), country: text("DE") },
    }
}

fn schedule() -> show::Schedule {
    show::Schedule {
        time_zone: text("Europe/Berlin"),
        starts_at: time("2026-06-20T18:00:00Z"),
        ends_at: time("2026-06-20T21:30:00.123456Z"),
        sale_opens_at: Some(time("2026-03-01T09:00:00.5Z")),
        sale_closes_at: None,
    }
}

fn ticket_type(n: u128, capacity: u32) -> show::TicketType {
    show::TicketType { ticket_type_id: TicketTypeId(id(n)), name: text("Balcony"), price: money(4_250), capacity }
}

fn items() -> Box<[show::BookedItem]> {
    let item = |n, quantity, unit_price| show::BookedItem { ticket_type_id: TicketTypeId(id(n)), quantity, unit_price };
    Box::new([item(3, 2, 4_250), item(4, 1_000, show::PRICE_MAX)])
}

/// What stands in the log: a name, a version, bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Golden {
    event_type: String,
    schema_version: u16,
    payload: Vec<u8>,
}

impl Golden {
    fn of<E: DomainEvent>(event: &E) -> Self {
        Self { event_type: event.event_type().into(), schema_version: event.schema_version(), payload: event.encode() }
    }

    fn file(&self) -> PathBuf {
        folder().join(format!("{}.v{}.json", self.event_type, self.schema_version))
    }

    /// Reads it as an event of `E` and writes that down again; none if `E` has no such event.
    fn rewritten<E: DomainEvent>(&self) -> Option<Golden> {
        match E::decode(&self.event_type, self.schema_version, &self.payload) {
            Ok(event) => Some(Golden::of(&event)),
            Err(DecodeError::Unknown { .. }) => None,
            Err(error) => panic!("{} can no longer be read: {error}", self.file().display()),
        }
    }
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/goldens")
}

fn samples() -> Vec<Golden> {
    let samples = shows().into_iter().chain(accounts()).collect::<Vec<_>>();
    if std::env::var_os("UPDATE_GOLDENS").is_some_and(|update| update == "1") {
        for sample in &samples {
            std::fs::write(sample.file(), &sample.payload).expect("the goldens' folder can be written");
        }
    }
    samples
}

fn goldens() -> Vec<Golden> {
    let files = std::fs::read_dir(folder()).expect("the goldens' folder can be read");
    let golden = |path: PathBuf| {
        let name = path.file_name().and_then(|name| name.to_str()).and_then(|name| name.strip_suffix(".json"));
        let (event_type, version) = name.and_then(|name| name.split_once(".v")).expect("named <Type>.v<N>.json");
        let schema_version = version.parse().expect("named <Type>.v<N>.json");
        Golden { event_type: event_type.into(), schema_version, payload: std::fs::read(&path).unwrap() }
    };
    files.map(|file| golden(file.unwrap().path())).collect()
}

#[test]
fn every_event_type_is_written_as_its_golden_says() {
    for sample in samples() {
        let file = sample.file();
        let golden = std::fs::read_to_string(&file).unwrap_or_else(|error| {
            panic!("{}: {error}; a new event needs a golden, UPDATE_GOLDENS=1 writes it", file.display())
        });
        assert_eq!(String::from_utf8_lossy(&sample.payload), golden, "{} has changed its shape", file.display());
    }
}

#[test]
fn every_golden_reads_back_to_exactly_the_same_bytes() {
    let samples: BTreeMap<_, _> =
        samples().into_iter().map(|sample| (sample.event_type, sample.schema_version)).collect();
    let goldens = goldens();
    assert!(goldens.len() >= samples.len());
    for golden in goldens {
        let rewritten = golden.rewritten::<show::Event>().or_else(|| golden.rewritten::<account::Event>());
        let rewritten = rewritten.unwrap_or_else(|| panic!("nobody reads {} any more", golden.file().display()));
        let current = samples[&rewritten.event_type];
        assert_eq!((rewritten.schema_version, current >= golden.schema_version), (current, true));
        // An older version comes back in today's shape; today's shape comes back as it is.
        if golden.schema_version == current {
            assert_eq!(rewritten, golden);
        }
    }
}

#[test]
fn the_names_of_shows_and_accounts_events_do_not_clash() {
    for sample in shows() {
        assert_eq!(sample.rewritten::<account::Event>(), None, "{}", sample.event_type);
    }
    for sample in accounts() {
        assert_eq!(sample.rewritten::<show::Event>(), None, "{}", sample.event_type);
    }
}

//! What was ever written to the log must stay readable, byte for byte: one file in `goldens/` for
//! each event type and version. `UPDATE_GOLDENS=1` writes the current shapes; look at the difference
//! before it is committed, for a changed file means logs that can no longer be read. A new shape is a
//! new version, and the older version's file stays.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop loudly")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use domain::access::{Access, Role};
use domain::event::{DecodeError, DomainEvent};
use domain::ids::{AccountId, BookingId, EntryId, PaymentId, ShowId, TicketTypeId};
use domain::money::{Currency, Money};
use domain::show::{Discount, Payment, PromoCode, RefundPolicy, RefundReason, RefundStep, SaleTerms, TicketTerms};
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
        ticket_types: vec![ticket_type(3, 500), show::TicketType { terms: ticket_terms(), ..ticket_type(4, 0) }],
        terms: terms(),
    },
    ShowDescribed => show::ShowDescribed { details: show::ShowDetails { description: None, ..details() } },
    ShowScheduled => show::ShowScheduled { schedule: show::Schedule { sale_opens_at: None, ..schedule() } },
    ShowRescheduled => show::ShowRescheduled {
        schedule: schedule(),
        refund_until: time("2026-05-01T00:00:00Z"),
        rescheduled_at: time("2026-04-01T12:00:00.25Z"),
    },
    CustomerLimitSet => show::CustomerLimitSet { max_per_customer: None },
    SaleTermsSet => show::SaleTermsSet {
        terms: SaleTerms { refund_policy: None, payment: Payment::None, ..terms() },
    },
    TicketTypeAdded => show::TicketTypeAdded {
        ticket_type: show::TicketType { terms: ticket_terms(), ..ticket_type(5, 10_000_000) },
    },
    TicketTermsSet => show::TicketTermsSet { ticket_type_id: TicketTypeId(id(3)), terms: TicketTerms::default() },
    CapacityRaised => show::CapacityRaised { ticket_type_id: TicketTypeId(id(3)), capacity: 501 },
    CapacityLowered => show::CapacityLowered { ticket_type_id: TicketTypeId(id(3)), capacity: 0 },
    PromoCodeAdded => show::PromoCodeAdded {
        promo_code: PromoCode {
            code: text("EARLY"),
            discount: Discount::Percent(15),
            ticket_type_ids: Box::new([TicketTypeId(id(3))]),
            uses_max: Some(100),
            uses_per_customer_max: Some(1),
            valid_from: Some(time("2026-03-01T09:00:00Z")),
            valid_until: None,
        },
    },
    PromoCodeRemoved => show::PromoCodeRemoved { code: text("EARLY") },
    SeatMapSet => show::SeatMapSet { version: 1, map: seat_map() },
    SeatsBlocked => show::SeatsBlocked { seats: seats(), reason: text("A camera stands there.") },
    SeatsUnblocked => show::SeatsUnblocked { seats: seats(), reason: text("The camera is gone.") },
    ColleagueAdded => show::ColleagueAdded { account_id: AccountId(id(13)), access: Access::Manager },
    ColleagueRemoved => show::ColleagueRemoved { account_id: AccountId(id(13)) },
    ShowPublished => show::ShowPublished {},
    SalePaused => show::SalePaused {},
    SaleResumed => show::SaleResumed {},
    SaleClosed => show::SaleClosed {},
    ShowCancelled => show::ShowCancelled { reason: text("The singer is ill.\nWe are sorry.") },
    BookingConfirmed => show::BookingConfirmed {
        booking_id: BookingId(id(6)),
        customer_id: AccountId(id(7)),
        items: seated(),
        currency: money(0).currency,
        booked_at: time("2026-03-01T09:00:00.000001Z"),
        policy: 2,
        promo_code: Some(text("EARLY")),
        offer: Some(EntryId(id(9))),
        asked: u64::MAX,
    },
    SeatsHeld => show::SeatsHeld {
        booking_id: BookingId(id(8)),
        customer_id: AccountId(id(7)),
        items: seated(),
        currency: money(0).currency,
        held_at: time("2026-03-01T09:00:00Z"),
        expires_at: time("2026-03-01T09:10:00Z"),
        extendable_until: time("2026-03-01T09:30:00Z"),
        policy: 1,
        promo_code: Some(text("EARLY")),
        offer: Some(EntryId(id(9))),
        asked: 7,
    },
    HoldExtended => show::HoldExtended { booking_id: BookingId(id(8)), expires_at: time("2026-03-01T09:15:00Z") },
    HoldConfirmed => show::HoldConfirmed {
        booking_id: BookingId(id(8)),
        customer_id: AccountId(id(7)),
        items: seated(),
        confirmed_at: time("2026-03-01T09:20:00Z"),
        retaken: true,
        payment_reference: Some(text("Cash, receipt 12")),
        request: Some(id(12)),
    },
    HoldReleased => show::HoldReleased {
        booking_id: BookingId(id(8)),
        customer_id: AccountId(id(7)),
        items: seated(),
    },
    HoldsLapsed => show::HoldsLapsed {
        holds: Box::new([show::LapsedHold {
            booking_id: BookingId(id(8)),
            customer_id: AccountId(id(7)),
            items: seated(),
            expires_at: time("2026-03-01T09:10:00Z"),
        }]),
    },
    BookingReduced => show::BookingReduced {
        booking_id: BookingId(id(6)),
        customer_id: AccountId(id(7)),
        items: items(),
        held: true,
        request: Some(id(13)),
    },
    BookingCancelled => show::BookingCancelled {
        booking_id: BookingId(id(6)),
        customer_id: AccountId(id(7)),
        items: items(),
    },
    PaymentStarted => show::PaymentStarted {
        payment_id: PaymentId(id(10)),
        booking_id: BookingId(id(8)),
        customer_id: AccountId(id(7)),
        money: money(7_226),
        method: text("sandbox:succeed"),
        expires_at: time("2026-03-01T09:25:00Z"),
    },
    PaymentSucceeded => show::PaymentSucceeded {
        payment_id: PaymentId(id(10)),
        booking_id: BookingId(id(8)),
        customer_id: AccountId(id(7)),
        money: money(7_226),
    },
    PaymentFailed => show::PaymentFailed {
        payment_id: PaymentId(id(11)),
        booking_id: BookingId(id(8)),
        reason: text("The card was declined."),
        expires_at: Some(time("2026-03-01T09:12:00Z")),
    },
    RefundDue => show::RefundDue {
        booking_id: BookingId(id(8)),
        refund: 1,
        customer_id: AccountId(id(7)),
        money: money(3_613),
        reason: RefundReason::GivenBack,
        request: Some(id(13)),
    },
    RefundSucceeded => show::RefundSucceeded { booking_id: BookingId(id(8)), refund: 1, money: money(3_613) },
    RefundFailed => show::RefundFailed {
        booking_id: BookingId(id(8)),
        refund: 1,
        reason: text("The account is closed."),
    },
    RefundRetried => show::RefundRetried { booking_id: BookingId(id(8)), refund: 1 },
    WaitlistJoined => show::WaitlistJoined {
        entry_id: EntryId(id(9)),
        customer_id: AccountId(id(7)),
        ticket_type_id: TicketTypeId(id(3)),
        quantity: 2,
        joined_at: time("2026-03-01T09:00:00.75Z"),
    },
    WaitlistLeft => show::WaitlistLeft { entry_id: EntryId(id(9)), customer_id: AccountId(id(7)) },
    SeatsOffered => show::SeatsOffered {
        entry_id: EntryId(id(9)),
        customer_id: AccountId(id(7)),
        items: seated(),
        currency: money(0).currency,
        expires_at: time("2026-03-01T09:15:00Z"),
    },
    OfferDeclined => show::OfferDeclined { entry_id: EntryId(id(9)), customer_id: AccountId(id(7)), items: seated() },
    OffersLapsed => show::OffersLapsed {
        offers: Box::new([show::LapsedOffer {
            entry_id: EntryId(id(9)),
            customer_id: AccountId(id(7)),
            items: items(),
            expires_at: time("2026-03-01T09:15:00Z"),
        }]),
    },
} }

samples! { accounts: account {
    AccountRegistered => account::AccountRegistered { account_id: AccountId(id(7)), role: Role::Customer },
    RoleGranted => account::RoleGranted { account_id: AccountId(id(7)), role: Role::Organizer },
    AccountSuspended => account::AccountSuspended {
        account_id: AccountId(id(7)),
        reason: account::SuspensionReason::PaymentDispute,
    },
    AccountReinstated => account::AccountReinstated { account_id: AccountId(id(7)) },
    SessionsEnded => account::SessionsEnded { account_id: AccountId(id(7)) },
    AccountErased => account::AccountErased { account_id: AccountId(id(7)) },
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

fn terms() -> SaleTerms {
    let steps = [(168, 100), (24, 50)].map(|(hours_before, percent)| RefundStep { hours_before, percent });
    SaleTerms {
        hold_seconds: 300,
        offer_seconds: 3_600,
        payment: Payment::Required,
        refund_policy: Some(RefundPolicy { steps: Box::new(steps), fee: 150 }),
    }
}

fn ticket_terms() -> TicketTerms {
    TicketTerms {
        reserved: true,
        sale_opens_at: Some(time("2026-03-02T09:00:00Z")),
        sale_closes_at: Some(time("2026-06-19T18:00:00Z")),
        min_per_booking: Some(2),
        max_per_booking: Some(4),
        access_code: Some(text("FRIENDS")),
    }
}

fn ticket_type(n: u128, capacity: u32) -> show::TicketType {
    let terms = TicketTerms::default();
    show::TicketType {
        ticket_type_id: TicketTypeId(id(n)),
        name: text("Balcony"),
        price: money(4_250),
        capacity,
        terms,
    }
}

fn items() -> Box<[show::BookedItem]> {
    let item = |n, quantity, unit_price| show::BookedItem {
        ticket_type_id: TicketTypeId(id(n)),
        quantity,
        unit_price,
        unit_discount: 0,
        seats: Box::new([]),
    };
    Box::new([item(3, 2, 4_250), item(4, 1_000, show::PRICE_MAX)])
}

/// Two seats, and made cheaper.
fn seated() -> Box<[show::BookedItem]> {
    let ticket_type_id = TicketTypeId(id(3));
    Box::new([show::BookedItem { ticket_type_id, quantity: 2, unit_price: 3_613, unit_discount: 637, seats: seats() }])
}

fn seats() -> Box<[show::SeatLabel]> {
    Box::new([text("A-11"), text("Ä \"12\"")])
}

fn seat_map() -> show::SeatMap {
    let seat = |label, x| show::Seat {
        label: text(label),
        x,
        y: -2,
        ticket_type_id: TicketTypeId(id(3)),
        accessible: x < 0,
        restricted_view: x > 0,
    };
    let rows = Box::new([
        show::Row { label: text("A"), seats: Box::new([seat("A-10", -1), seat("A-11", 0), seat("Ä \"12\"", 1)]) },
        show::Row { label: text("B"), seats: Box::new([]) },
    ]);
    let focal_point = show::Point { x: 0, y: i32::MIN };
    show::SeatMap { sections: Box::new([show::Section { name: text("Balcony"), focal_point, rows }]) }
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
        // Today's shape comes back as it is. So does the payload of an older one, because what it did
        // not say is then as it was before it could be said, and that is not written down.
        assert_eq!(rewritten, Golden { schema_version: current, ..golden });
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

#[test]
fn an_event_names_every_booking_whose_id_stands_in_it_and_no_other() {
    for golden in goldens() {
        let Ok(event) = show::Event::decode(&golden.event_type, golden.schema_version, &golden.payload) else {
            continue;
        };
        let json = String::from_utf8(golden.payload).unwrap();
        let written = json.split("\"booking_id\":\"").skip(1).map(|rest| rest[..36].parse().unwrap());
        let mut named = Vec::new();
        event.each_booking(|booking_id| named.push(booking_id));
        assert_eq!(named, written.collect::<Vec<BookingId>>(), "{}", golden.event_type);
        assert!(named.iter().all(|booking_id| event.names_booking(*booking_id)), "{}", golden.event_type);
        assert!(!event.names_booking(BookingId(id(0xBAD))), "{}", golden.event_type);
    }
}

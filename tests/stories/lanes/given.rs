//! A show behind lanes, and commands for it.

use std::sync::{Arc, Mutex};

use chrono::{DateTime, TimeDelta, Utc};
use command_api::lane::{Done, LaneSettings, Lanes, Refused, Snapshots, system_clock};
use domain::access::{Actor, Role};
use domain::ids::{AccountId, BookingId, EntryId, ShowId, TicketTypeId};
use domain::money::{Currency, Money};
use domain::show::{
    BookTickets, CancelBooking, Command, CreateShow, Item, JoinWaitlist, Rejection, SaleTerms, Schedule, Show,
    ShowCreated, ShowDetails, Step, TicketTerms, TicketType, Venue, Wish,
};
use domain::text::Text;
use event_log::EventLog;
use event_log::memory::MemoryLog;
use uuid::Uuid;

use crate::support::log::Fact;

pub(super) type Outcome = Result<Done<u32>, Refused<Rejection>>;

pub(super) const OLGA: Actor = Actor { account_id: AccountId(Uuid::from_u128(0x01)), role: Role::Organizer };
pub(super) const ADA: Actor = somebody(0xADA);
pub(super) const BEN: Actor = somebody(0xBE);

const fn somebody(id: u128) -> Actor {
    Actor { account_id: AccountId(Uuid::from_u128(id)), role: Role::Customer }
}

/// One process: its lanes on a log that others may share.
#[derive(Clone)]
pub(super) struct Counter {
    pub(super) lanes: Lanes<Show>,
}

/// A clock that stands still until somebody moves its hands.
#[derive(Clone)]
pub(super) struct Hands(Arc<Mutex<DateTime<Utc>>>);

impl Hands {
    pub(super) fn at_noon() -> Self {
        Self(Arc::new(Mutex::new("2039-11-22T12:00:00Z".parse().unwrap())))
    }

    /// Forwards, or back.
    pub(super) fn turn(&self, seconds: i64) {
        *self.0.lock().unwrap() += TimeDelta::seconds(seconds);
    }
}

/// A log that fails on demand, and a counter that sells from it.
pub(super) fn a_counter() -> (Arc<MemoryLog>, Counter) {
    let log = Arc::new(MemoryLog::default());
    let counter = Counter::on(&log);
    (log, counter)
}

/// The same with a clock in the story's hands.
pub(super) fn a_counter_with_a_clock() -> (Arc<MemoryLog>, Counter, Hands) {
    let (log, hands) = (Arc::new(MemoryLog::default()), Hands::at_noon());
    let counter = Counter::with_a_clock(&log, &hands);
    (log, counter, hands)
}

impl Counter {
    pub(super) fn on<L: EventLog>(log: &Arc<L>) -> Self {
        Self::with(log, LaneSettings::default())
    }

    pub(super) fn with_a_clock<L: EventLog>(log: &Arc<L>, hands: &Hands) -> Self {
        let hands = hands.clone();
        let clock = Arc::new(move || *hands.0.lock().unwrap());
        Self::with(log, LaneSettings { clock, ..LaneSettings::default() })
    }

    /// A counter whose shows get a snapshot every so many events.
    pub(super) fn with_snapshots<L: EventLog>(log: &Arc<L>, every: u64) -> Self {
        Self::with(log, LaneSettings { count: 1, clock: system_clock(), snapshots: Snapshots::Every(every) })
    }

    fn with<L: EventLog>(log: &Arc<L>, settings: LaneSettings) -> Self {
        let log: Arc<dyn EventLog> = log.clone();
        let (lanes, _) = Lanes::start(&log, settings);
        Self { lanes }
    }

    /// What became of a command; the view is how many tickets are left.
    pub(super) async fn execute(&self, show: Uuid, command: Command, by: Actor) -> Outcome {
        let left = |show: &Show| show.offered().iter().map(domain::show::Offered::available).sum();
        self.lanes.execute(show, command, by, Uuid::now_v7(), left).await
    }

    /// A published show with this many seats.
    pub(super) async fn sells(&self, seats: u32) -> Uuid {
        let show_id = Uuid::now_v7();
        let show = show_created(show_id, seats);
        self.execute(show_id, Command::CreateShow(Box::new(CreateShow { show })), OLGA).await.unwrap();
        self.execute(show_id, Command::Step(Step::Publish), OLGA).await.unwrap();
        show_id
    }

    pub(super) async fn books(&self, show: Uuid, booking: Uuid, quantity: u32) -> Outcome {
        self.execute(show, book(show, booking, quantity), ADA).await
    }

    /// Holds tickets for ten minutes.
    pub(super) async fn holds(&self, show: Uuid, booking: Uuid, quantity: u32) -> Outcome {
        let hold = Command::BookTickets(BookTickets { hold: true, ..wanted(show, booking, quantity) });
        self.execute(show, hold, ADA).await
    }

    pub(super) async fn gives_back(&self, show: Uuid, booking: Uuid) -> Outcome {
        self.execute(show, give_back(booking), ADA).await
    }

    /// Ben waits for tickets.
    pub(super) async fn waits(&self, show: Uuid, quantity: u32) -> Outcome {
        let join = JoinWaitlist {
            entry_id: EntryId(Uuid::now_v7()),
            customer_id: BEN.account_id,
            ticket_type_id: ticket_type(show),
            quantity,
            access_code: None,
        };
        self.execute(show, Command::JoinWaitlist(join), BEN).await
    }

    /// Nothing but what is due.
    pub(super) async fn settles(&self, show: Uuid) -> Outcome {
        self.execute(show, Command::Settle, OLGA).await
    }
}

pub(super) fn book(show: Uuid, booking: Uuid, quantity: u32) -> Command {
    Command::BookTickets(wanted(show, booking, quantity))
}

fn wanted(show: Uuid, booking: Uuid, quantity: u32) -> BookTickets {
    BookTickets {
        show_id: ShowId(show),
        booking_id: BookingId(booking),
        customer_id: ADA.account_id,
        items: vec![Item { ticket_type_id: ticket_type(show), wish: Wish::Quantity(quantity) }],
        hold: false,
        promo_code: None,
        access_code: None,
    }
}

pub(super) fn give_back(booking: Uuid) -> Command {
    let booking_id = BookingId(booking);
    Command::CancelBooking(CancelBooking { booking_id, items: vec![], preview: false, request: None })
}

/// The one ticket type of a show.
pub(super) fn ticket_type(show: Uuid) -> TicketTypeId {
    TicketTypeId(Uuid::new_v5(&show, b"stalls"))
}

fn show_created(show_id: Uuid, capacity: u32) -> ShowCreated {
    let text = |words| Text::line(words).unwrap();
    let moment = |at: &str| at.parse::<DateTime<Utc>>().unwrap();
    let venue = Venue { name: text("Philharmonie"), city: text("Berlin"), country: Text::line("DE").unwrap() };
    let price = Money { amount: 4250, currency: Currency::try_from("EUR").unwrap() };
    ShowCreated {
        show_id: ShowId(show_id),
        organizer_id: OLGA.account_id,
        details: ShowDetails { title: text("An evening"), description: None, venue },
        schedule: Schedule {
            time_zone: text("Europe/Berlin"),
            starts_at: moment("2040-01-18T19:00:00Z"),
            ends_at: moment("2040-01-18T21:00:00Z"),
            sale_opens_at: None,
            sale_closes_at: None,
        },
        max_per_customer: None,
        ticket_types: vec![TicketType {
            ticket_type_id: ticket_type(show_id),
            name: text("Stalls"),
            price,
            capacity,
            terms: TicketTerms::default(),
        }],
        terms: SaleTerms::default(),
    }
}

/// Everything in a log, as an outsider reads it.
pub(super) async fn facts(log: &dyn EventLog) -> Vec<Fact> {
    let (mut facts, mut after) = (Vec::new(), 0);
    loop {
        let page = log.read_all(after, u64::MAX, usize::MAX).await.unwrap();
        let Some(last) = page.last() else { return facts };
        after = last.position;
        facts.extend(page.iter().map(|event| Fact {
            kind: event.event_type.to_string(),
            stream: event.stream.to_string(),
            version: event.version,
            payload: serde_json::from_slice(&event.payload).unwrap(),
        }));
    }
}

/// How often a booking was confirmed, by the log alone.
pub(super) async fn times_confirmed(log: &dyn EventLog, booking: Uuid) -> usize {
    let is_it = |fact: &&Fact| fact.kind == "BookingConfirmed" && fact.payload["booking_id"] == booking.to_string();
    facts(log).await.iter().filter(is_it).count()
}

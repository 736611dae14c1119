//! A show behind lanes, and commands for it.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use command_api::lane::{Done, Lanes, Refused};
use domain::access::{Actor, Role};
use domain::ids::{AccountId, BookingId, ShowId, TicketTypeId};
use domain::money::{Currency, Money};
use domain::show::{
    BookTickets, CancelBooking, Command, CreateShow, Item, Rejection, Schedule, Show, ShowCreated, ShowDetails, Step,
    TicketType, Venue,
};
use domain::text::Text;
use event_log::EventLog;
use event_log::memory::MemoryLog;
use uuid::Uuid;

use crate::support::log::Fact;

pub(super) type Outcome = Result<Done<u32>, Refused<Rejection>>;

pub(super) const OLGA: Actor = Actor { account_id: AccountId(Uuid::from_u128(0x01)), role: Role::Organizer };
pub(super) const ADA: Actor = Actor { account_id: AccountId(Uuid::from_u128(0xADA)), role: Role::Customer };

/// One process: its lanes on a log that others may share.
#[derive(Clone)]
pub(super) struct Counter {
    pub(super) lanes: Lanes<Show>,
}

/// A log that fails on demand, and a counter that sells from it.
pub(super) fn a_counter() -> (Arc<MemoryLog>, Counter) {
    let log = Arc::new(MemoryLog::default());
    let counter = Counter::on(&log);
    (log, counter)
}

impl Counter {
    pub(super) fn on<L: EventLog>(log: &Arc<L>) -> Self {
        let log: Arc<dyn EventLog> = log.clone();
        let (lanes, _) = Lanes::start(&log, 1);
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

    pub(super) async fn gives_back(&self, show: Uuid, booking: Uuid) -> Outcome {
        self.execute(show, Command::CancelBooking(CancelBooking { booking_id: BookingId(booking) }), ADA).await
    }
}

pub(super) fn book(show: Uuid, booking: Uuid, quantity: u32) -> Command {
    let items = vec![Item { ticket_type_id: ticket_type(show), quantity }];
    let (show_id, booking_id) = (ShowId(show), BookingId(booking));
    Command::BookTickets(BookTickets { show_id, booking_id, customer_id: ADA.account_id, items })
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
        ticket_types: vec![TicketType { ticket_type_id: ticket_type(show_id), name: text("Stalls"), price, capacity }],
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

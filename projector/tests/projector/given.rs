//! The world of a projector's test: events in a memory log, read models in a database of its own.
//! Every `unwrap` here is a test that cannot go on.
#![allow(clippy::unwrap_used)]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;
use chrono::{DateTime, TimeZone, Utc};
use domain::event::DomainEvent;
use domain::ids::{AccountId, BookingId, ShowId, TicketTypeId};
use domain::money::{Currency, Money};
use domain::show::{
    BookedItem, BookingCancelled, BookingConfirmed, Event, SaleTerms, Schedule, ShowCancelled, ShowCreated,
    ShowDetails, TicketTerms, TicketType, Venue,
};
use domain::text::Text;
use event_log::memory::MemoryLog;
use event_log::postgres::PostgresLog;
use event_log::{EventLog, Metadata, NewEvent, Position, StreamAppend, StreamId};
use private_postgres::{PrivatePostgres, Settings};
use projector::{Group, ProjectionStatus, Projector, status};
use sqlx::postgres::PgPoolOptions;
use sqlx::{AssertSqlSafe, PgPool};
use tokio::sync::{Mutex, OnceCell, watch};
use tokio::task::JoinHandle;
use tokio_util::sync::{CancellationToken, DropGuard};
use uuid::Uuid;

/// One server for all tests of this program; it ends with the program.
static SERVER: OnceCell<PrivatePostgres> = OnceCell::const_new();
/// Roles belong to the whole server, so its databases are set up one after the other.
static SETTING_UP: Mutex<()> = Mutex::const_new(());

pub(crate) struct World {
    log: Arc<dyn EventLog>,
    pool: PgPool,
}

/// A projector at work; it stops when this is dropped.
pub(crate) struct Running {
    progress: watch::Receiver<Position>,
    task: JoinHandle<()>,
    stop: DropGuard,
}

impl Running {
    /// Waits until everything up to a position is folded.
    pub(crate) async fn reaches(&mut self, position: Position) {
        self.progress.wait_for(|reached| *reached >= position).await.unwrap();
    }

    /// Waits until everything up to a position is folded, then stops.
    pub(crate) async fn until(mut self, position: Position) {
        self.reaches(position).await;
        self.stop.disarm().cancel();
        self.task.await.unwrap();
    }
}

impl World {
    pub(crate) async fn new() -> Self {
        static DATABASES: AtomicUsize = AtomicUsize::new(0);
        let server =
            SERVER.get_or_init(|| async { private_postgres::start(Settings::throwaway()).await.unwrap() }).await;
        let name = format!("world_{}", DATABASES.fetch_add(1, Ordering::Relaxed));
        let admin = PgPool::connect_with(server.options()).await.unwrap();
        sqlx::query(AssertSqlSafe(format!("CREATE DATABASE {name}"))).execute(&admin).await.unwrap();
        admin.close().await;
        let pool =
            PgPoolOptions::new().max_connections(8).connect_with(server.options().database(&name)).await.unwrap();
        let alone = SETTING_UP.lock().await;
        sqlx::migrate!("../migrations").run(&pool).await.unwrap();
        drop(alone);
        Self { log: Arc::new(MemoryLog::default()), pool }
    }

    /// A world whose log is in the same database, as it is in earnest.
    pub(crate) async fn on_postgres() -> Self {
        let world = Self::new().await;
        Self { log: Arc::new(PostgresLog::new(world.pool.clone())), ..world }
    }

    pub(crate) fn log(&self) -> Arc<dyn EventLog> {
        self.log.clone()
    }

    pub(crate) fn pool(&self) -> &PgPool {
        &self.pool
    }

    /// Records what happened to a show; tells the position of the last event.
    pub(crate) async fn append(&self, show: Uuid, events: &[Event]) -> Position {
        let events = events.iter().map(|event| recorded(event.event_type(), event.encode().into()));
        self.write(StreamId::new("show", show), events.collect(), noon()).await
    }

    /// Records what happened to a show at some time.
    pub(crate) async fn append_at(&self, at: DateTime<Utc>, show: Uuid, events: &[Event]) -> Position {
        let events = events.iter().map(|event| recorded(event.event_type(), event.encode().into()));
        self.write(StreamId::new("show", show), events.collect(), at).await
    }

    /// Records what happened to an account; tells the position of the last event.
    pub(crate) async fn append_to(&self, account: Uuid, events: &[domain::account::Event]) -> Position {
        let events = events.iter().map(|event| recorded(event.event_type(), event.encode().into()));
        self.write(StreamId::new("account", account), events.collect(), noon()).await
    }

    /// Records an event that no command would make.
    pub(crate) async fn append_raw(&self, show: Uuid, event_type: &'static str, payload: Bytes) -> Position {
        self.write(StreamId::new("show", show), vec![recorded(event_type, payload)], noon()).await
    }

    /// Records what somebody did to a show.
    pub(crate) async fn append_by(&self, actor: Uuid, show: Uuid, events: &[Event]) -> Position {
        let events = events.iter().map(|event| {
            let plain = recorded(event.event_type(), event.encode().into());
            NewEvent { metadata: Metadata { actor, ..plain.metadata }, ..plain }
        });
        self.write(StreamId::new("show", show), events.collect(), noon()).await
    }

    async fn write(&self, stream: StreamId, events: Vec<NewEvent>, at: DateTime<Utc>) -> Position {
        let expected_version = self.log.versions(&[stream]).await.unwrap()[0];
        let append = StreamAppend { stream, expected_version, events };
        self.log.append(&[append], at).await.unwrap().last
    }

    pub(crate) fn start(&self) -> Running {
        self.start_group(Group::Core)
    }

    /// Waits until the reports have taken in everything up to a position.
    pub(crate) async fn report_until(&self, position: Position) {
        self.start_group(Group::Reports).until(position).await;
    }

    pub(crate) fn start_group(&self, group: Group) -> Running {
        let projector = Projector::new(self.log.clone(), self.pool.clone(), group);
        let progress = projector.progress();
        let stop = CancellationToken::new();
        let task = tokio::spawn(projector.run(stop.clone()));
        Running { progress, task, stop: stop.drop_guard() }
    }

    pub(crate) async fn project_until(&self, position: Position) {
        self.start().until(position).await;
    }

    /// What a statement tells as JSON; null of nothing.
    pub(crate) async fn row(&self, sql: &'static str) -> serde_json::Value {
        let json: Option<String> = sqlx::query_scalar(sql).fetch_one(&self.pool).await.unwrap();
        json.map_or(serde_json::Value::Null, |json| serde_json::from_str(&json).unwrap())
    }

    /// Where the projections stand that most of these tests run.
    pub(crate) async fn core_status(&self) -> Vec<ProjectionStatus> {
        let all = status(&self.pool).await.unwrap();
        all.into_iter().filter(|one| one.group == Group::Core).collect()
    }

    pub(crate) async fn number(&self, sql: &'static str) -> i64 {
        sqlx::query_scalar(sql).fetch_one(&self.pool).await.unwrap()
    }
}

fn recorded(event_type: &'static str, payload: Bytes) -> NewEvent {
    let nobody = Uuid::nil();
    let metadata = Metadata { actor: nobody, command_id: nobody, correlation_id: nobody, causation_id: None };
    NewEvent { event_id: nobody, event_type, schema_version: 1, payload, key: None, metadata }
}

pub(crate) fn noon() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2030, 6, 1, 12, 0, 0).unwrap()
}

pub(crate) fn euro() -> Currency {
    Currency::try_from("EUR").unwrap()
}

pub(crate) fn created(show: Uuid, ticket_type: Uuid) -> Event {
    let details = ShowDetails {
        title: Text::line("An evening").unwrap(),
        description: None,
        venue: Venue {
            name: Text::line("The Hall").unwrap(),
            city: Text::line("Leipzig").unwrap(),
            country: Text::line("DE").unwrap(),
        },
    };
    let schedule = Schedule {
        time_zone: Text::line("Europe/Berlin").unwrap(),
        starts_at: noon() + chrono::TimeDelta::hours(8),
        ends_at: noon() + chrono::TimeDelta::hours(10),
        sale_opens_at: None,
        sale_closes_at: None,
    };
    let ticket_type = TicketType {
        ticket_type_id: TicketTypeId(ticket_type),
        name: Text::line("Stalls").unwrap(),
        price: Money { amount: 4250, currency: euro() },
        capacity: 100,
        terms: TicketTerms::default(),
    };
    let organizer_id = AccountId(Uuid::from_u128(0xD));
    let (show_id, ticket_types, terms) = (ShowId(show), vec![ticket_type], SaleTerms::default());
    ShowCreated { show_id, organizer_id, details, schedule, max_per_customer: None, ticket_types, terms }.into()
}

pub(crate) fn confirmed(booking: Uuid, customer: Uuid, ticket_type: Uuid, quantity: u32) -> Event {
    let (booking_id, customer_id) = (BookingId(booking), AccountId(customer));
    BookingConfirmed {
        booking_id,
        customer_id,
        items: items(ticket_type, quantity),
        currency: euro(),
        booked_at: noon(),
        policy: 0,
        promo_code: None,
        offer: None,
        asked: 0,
    }
    .into()
}

pub(crate) fn cancelled(booking: Uuid, customer: Uuid, ticket_type: Uuid, quantity: u32) -> Event {
    let (booking_id, customer_id) = (BookingId(booking), AccountId(customer));
    BookingCancelled { booking_id, customer_id, items: items(ticket_type, quantity) }.into()
}

pub(crate) fn show_cancelled() -> Event {
    ShowCancelled { reason: Text::line("The singer is ill.").unwrap() }.into()
}

/// Tickets of one type, at the usual price.
pub(crate) fn items(ticket_type: Uuid, quantity: u32) -> Box<[BookedItem]> {
    let ticket_type_id = TicketTypeId(ticket_type);
    Box::new([BookedItem { ticket_type_id, quantity, unit_price: 4250, unit_discount: 0, seats: Box::default() }])
}

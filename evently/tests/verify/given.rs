//! A database of its own for each test, a small log in it, and ways to spoil both.

#![allow(clippy::unwrap_used, reason = "what a test cannot do fails it")]

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use domain::event::DomainEvent as _;
use event_log::postgres::PostgresLog;
use event_log::{EventLog, Metadata, NewEvent, Position, StreamAppend, StreamId};
use evently::verify::{Report, verify_database};
use private_postgres::{PrivatePostgres, Settings};
use projector::{Group, Projector};
use serde_json::{Value, json};
use sqlx::postgres::PgPoolOptions;
use sqlx::{AssertSqlSafe, PgPool};
use tokio::sync::OnceCell;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// One server for all tests of this program; it ends with the program.
static SERVER: OnceCell<PrivatePostgres> = OnceCell::const_new();

/// The longest wait for the projector.
const PROJECT_MAX: Duration = Duration::from_secs(30);

pub(crate) const ADA: Uuid = id(1);
pub(crate) const BOB: Uuid = id(2);
pub(crate) const SHOW: Uuid = id(10);
pub(crate) const OTHER_SHOW: Uuid = id(11);
pub(crate) const STALLS: Uuid = id(20);
pub(crate) const BALCONY: Uuid = id(21);
/// A live booking of Ada's: two in the stalls.
pub(crate) const BOOKING: Uuid = id(100);

pub(crate) const fn id(number: u128) -> Uuid {
    Uuid::from_u128(number)
}

pub(crate) fn item(ticket_type_id: Uuid, quantity: u32) -> Value {
    json!({ "ticket_type_id": ticket_type_id, "quantity": quantity, "unit_price": 4250 })
}

pub(crate) fn booked(booking_id: Uuid, customer_id: Uuid, items: &[Value]) -> Value {
    let booked_at = "2029-06-01T12:00:00.000001Z";
    json!({ "booking_id": booking_id, "customer_id": customer_id, "items": items, "currency": "EUR",
            "booked_at": booked_at })
}

pub(crate) fn cancelled(booking_id: Uuid, customer_id: Uuid, items: &[Value]) -> Value {
    json!({ "booking_id": booking_id, "customer_id": customer_id, "items": items })
}

fn show(show_id: Uuid, ticket_types: &[(Uuid, &str, u32)]) -> Value {
    let ticket_types = ticket_types.iter().map(|(ticket_type_id, name, capacity)| {
        let price = json!({ "amount": 4250, "currency": "EUR" });
        json!({ "ticket_type_id": ticket_type_id, "name": name, "price": price, "capacity": capacity })
    });
    let venue = json!({ "name": "Kulturhaus", "city": "Ulm", "country": "DE" });
    let schedule = json!({ "time_zone": "Europe/Berlin", "starts_at": "2030-06-20T18:00:00Z",
                           "ends_at": "2030-06-20T21:30:00Z", "sale_opens_at": null, "sale_closes_at": null });
    json!({ "show_id": show_id, "organizer_id": BOB, "schedule": schedule, "max_per_customer": null,
            "details": { "title": "A night", "description": "With \"words\"", "venue": venue },
            "ticket_types": ticket_types.collect::<Vec<_>>() })
}

fn metadata() -> Metadata {
    Metadata { actor: ADA, command_id: Uuid::now_v7(), correlation_id: Uuid::now_v7(), causation_id: None }
}

/// Nothing here outlives the test, so nothing waits for the disk.
async fn start() -> PrivatePostgres {
    private_postgres::start(Settings { fsync: false, ..Settings::throwaway() }).await.unwrap()
}

/// The moment so many seconds after noon of the day on which all of this happens.
pub(crate) fn time(seconds: i64) -> DateTime<Utc> {
    let noon: DateTime<Utc> = "2029-06-01T12:00:00Z".parse().unwrap();
    noon + TimeDelta::seconds(seconds)
}

pub(crate) struct World {
    log: Arc<dyn EventLog>,
    pool: PgPool,
    /// When the next event is recorded; see [`time`].
    seconds: AtomicI64,
}

impl World {
    pub(crate) async fn new() -> Self {
        static DATABASES: AtomicUsize = AtomicUsize::new(0);
        let server = SERVER.get_or_init(start).await;
        let name = format!("world_{}", DATABASES.fetch_add(1, Ordering::Relaxed));
        let admin = PgPool::connect_with(server.options()).await.unwrap();
        sqlx::query(AssertSqlSafe(format!("CREATE DATABASE {name}"))).execute(&admin).await.unwrap();
        admin.close().await;
        let pool =
            PgPoolOptions::new().max_connections(4).connect_with(server.options().database(&name)).await.unwrap();
        sqlx::migrate!("../migrations").run(&pool).await.unwrap();
        Self { log: Arc::new(PostgresLog::new(pool.clone())), pool, seconds: AtomicI64::new(1) }
    }

    /// What is written from now on is recorded at this moment; see [`time`].
    pub(crate) fn at(&self, seconds: i64) {
        self.seconds.store(seconds, Ordering::Relaxed);
    }

    /// 18 events: two accounts, a show on sale (12 events) and one that was cancelled (4).
    pub(crate) async fn small_log(&self) -> Position {
        let account = |account_id| json!({ "account_id": account_id, "role": "customer" });
        self.write(StreamId::new("account", ADA), "AccountRegistered", &account(ADA), None).await;
        self.write(StreamId::new("account", BOB), "AccountRegistered", &account(BOB), None).await;
        self.event(SHOW, "ShowCreated", show(SHOW, &[(STALLS, "Stalls", 100)])).await;
        let balcony = &show(SHOW, &[(BALCONY, "Balcony", 3)])["ticket_types"][0];
        self.event(SHOW, "TicketTypeAdded", json!({ "ticket_type": balcony })).await;
        self.event(SHOW, "ShowPublished", json!({})).await;
        self.event(SHOW, "BookingConfirmed", booked(BOOKING, ADA, &[item(STALLS, 2)])).await;
        self.event(SHOW, "BookingConfirmed", booked(id(101), BOB, &[item(STALLS, 1), item(BALCONY, 2)])).await;
        self.event(SHOW, "CustomerLimitSet", json!({ "max_per_customer": 4 })).await;
        self.event(SHOW, "BookingConfirmed", booked(id(102), ADA, &[item(STALLS, 1)])).await;
        self.event(SHOW, "BookingConfirmed", booked(id(103), id(3), &[item(BALCONY, 1)])).await;
        self.event(SHOW, "BookingCancelled", cancelled(id(103), id(3), &[item(BALCONY, 1)])).await;
        self.event(SHOW, "CapacityRaised", json!({ "ticket_type_id": BALCONY, "capacity": 5 })).await;
        self.event(SHOW, "SalePaused", json!({})).await;
        self.event(SHOW, "SaleResumed", json!({})).await;
        self.event(OTHER_SHOW, "ShowCreated", show(OTHER_SHOW, &[(id(30), "Door", 10)])).await;
        self.event(OTHER_SHOW, "ShowPublished", json!({})).await;
        self.event(OTHER_SHOW, "BookingConfirmed", booked(id(104), ADA, &[item(id(30), 10)])).await;
        self.event(OTHER_SHOW, "ShowCancelled", json!({ "reason": "Rain." })).await
    }

    /// Records something about a show, whatever the rules say; tells its position.
    pub(crate) async fn event(&self, show: Uuid, event_type: &'static str, payload: Value) -> Position {
        let id = match event_type {
            "BookingConfirmed" | "SeatsHeld" => Some("booking_id"),
            "PaymentStarted" => Some("payment_id"),
            "WaitlistJoined" => Some("entry_id"),
            _ => None,
        };
        let key = id.and_then(|id| payload[id].as_str()).map(|key| key.parse().unwrap());
        self.event_with_key(show, event_type, payload, key).await
    }

    pub(crate) async fn event_with_key(
        &self,
        show: Uuid,
        event_type: &'static str,
        payload: Value,
        key: Option<Uuid>,
    ) -> Position {
        self.write(StreamId::new("show", show), event_type, &payload, key).await
    }

    /// Records something about an account, whatever the rules say.
    pub(crate) async fn to_account(&self, account: Uuid, event_type: &'static str, payload: Value) {
        self.write(StreamId::new("account", account), event_type, &payload, None).await;
    }

    async fn write(&self, stream: StreamId, event_type: &'static str, payload: &Value, key: Option<Uuid>) -> Position {
        let payload = payload.to_string().into_bytes().into();
        let event =
            NewEvent { event_id: Uuid::now_v7(), event_type, schema_version: 1, payload, key, metadata: metadata() };
        let expected_version = self.log.versions(&[stream]).await.unwrap()[0];
        let append = StreamAppend { stream, expected_version, events: vec![event] };
        self.log.append(&[append], time(self.seconds.load(Ordering::Relaxed))).await.unwrap().last
    }

    /// Records what was decided about a show at a moment, all of it or nothing.
    pub(crate) async fn record(&self, show: Uuid, events: &[domain::show::Event], at: DateTime<Utc>) {
        if events.is_empty() {
            return;
        }
        let new = |event: &domain::show::Event| NewEvent {
            event_id: Uuid::now_v7(),
            event_type: event.event_type(),
            schema_version: event.schema_version(),
            payload: event.encode().into(),
            key: event.key(),
            metadata: metadata(),
        };
        let stream = StreamId::new("show", show);
        let expected_version = self.log.versions(&[stream]).await.unwrap()[0];
        let append = StreamAppend { stream, expected_version, events: events.iter().map(new).collect() };
        self.log.append(&[append], at).await.unwrap();
    }

    /// Puts an event where no append would, and the head behind it.
    pub(crate) async fn insert(&self, position: Position, stream: &str, version: u64, event_type: &str, at: &str) {
        let id = Uuid::now_v7();
        self.sql(&format!(
            "INSERT INTO events (position, event_id, stream, version, type, schema_version, payload, actor, command_id,
                                 correlation_id, recorded_at)
             VALUES ({position}, '{id}', '{stream}', {version}, '{event_type}', 1, '{{}}', '{id}', '{id}', '{id}', {at})"
        ))
        .await;
        self.sql(&format!(
            "UPDATE log_head SET (position, recorded_at) =
                (SELECT position, recorded_at FROM events WHERE position = {position})"
        ))
        .await;
    }

    pub(crate) async fn sql(&self, statement: &str) {
        sqlx::query(AssertSqlSafe(statement)).execute(&self.pool).await.unwrap();
    }

    /// Lets the projectors fold what is in the log.
    pub(crate) async fn project(&self) {
        self.project_group(Group::Core).await;
        self.project_group(Group::Reports).await;
    }

    async fn project_group(&self, group: Group) {
        let head = self.log.head().await.unwrap();
        let projector = Projector::new(self.log.clone(), self.pool.clone(), group);
        let (mut progress, stop) = (projector.progress(), CancellationToken::new());
        let running = tokio::spawn(projector.run(stop.clone()));
        let reached = progress.wait_for(|reached| *reached >= head);
        tokio::time::timeout(PROJECT_MAX, reached).await.unwrap().unwrap();
        stop.cancel();
        running.await.unwrap();
    }

    /// Throws the read models away and makes them again.
    pub(crate) async fn project_anew(&self) {
        self.sql(
            "TRUNCATE shows, show_colleagues, ticket_types, seat_maps, seats, bookings, promo_codes, waitlist_entries,
                      payments, refunds, audit_index, people, sales_scopes, sales_totals, sales_blocks, sales_titles,
                      sales_seats, customer_counts, customer_firsts, customer_scopes, customer_shows",
        )
        .await;
        self.sql("UPDATE projection_checkpoints SET position = 0").await;
        self.project().await;
    }

    pub(crate) async fn verify(&self) -> Report {
        verify_database(&self.pool).await.unwrap()
    }

    /// Expects a difference that is told with these words.
    pub(crate) async fn finds(&self, words: &str) {
        let difference = self.verify().await.difference;
        let told = difference.as_deref().unwrap_or("no difference at all");
        assert!(told.contains(words), "expected: {words}\n    told: {told}");
    }
}

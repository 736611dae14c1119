//! Any position of a long log: what is told is what a fold of everything up to there comes to.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, TimeDelta, Utc};
use domain::analytics::{Measure, Moment, Sale, Totals};
use domain::event::DomainEvent;
use domain::ids::{AccountId, BookingId, ShowId, TicketTypeId};
use domain::show::{BookedItem, BookingCancelled, BookingConfirmed, Event, ShowCreated};
use event_log::postgres::PostgresLog;
use event_log::{EventLog, Metadata, NewEvent, StreamAppend, StreamId};
use sqlx::PgPool;
use uuid::Uuid;

use super::{number, sum};
use crate::support::{World, a_show, in_time};

/// How many shows sell, and how many bookings there are: more events than a stretch of the log.
const SHOWS: u128 = 8;
const BOOKINGS: u128 = 52_000;
const BATCH: u128 = 500;

/// Tells the log what happened, as lanes would.
struct Writer {
    log: PostgresLog,
    versions: HashMap<Uuid, u64>,
}

impl Writer {
    async fn write(&mut self, at: DateTime<Utc>, show_id: Uuid, events: &[Event]) {
        let nobody = Uuid::nil();
        let metadata = Metadata { actor: nobody, command_id: nobody, correlation_id: nobody, causation_id: None };
        let new = |event: &Event| NewEvent {
            event_id: Uuid::now_v7(),
            event_type: event.event_type(),
            schema_version: event.schema_version(),
            payload: event.encode().into(),
            key: event.key(),
            metadata,
        };
        let version = self.versions.entry(show_id).or_default();
        let (stream, expected_version) = (StreamId::new("show", show_id), *version);
        *version += events.len() as u64;
        let events = events.iter().map(new).collect();
        self.log.append(&[StreamAppend { stream, expected_version, events }], at).await.unwrap();
    }
}

/// A booking, and for every third its cancellation.
fn events_of(number: u128, ticket_type_id: TicketTypeId, template: &ShowCreated) -> Vec<Event> {
    let (booking_id, customer_id) = (BookingId(Uuid::from_u128(number + 1)), AccountId(Uuid::from_u128(7)));
    let price = template.ticket_types[0].price;
    let quantity = u32::try_from(number % 3 + 1).unwrap();
    let item = BookedItem { ticket_type_id, quantity, unit_price: price.amount, unit_discount: 0, seats: [].into() };
    let (items, booked_at) = (Box::new([item]), template.schedule.starts_at);
    let confirmed = BookingConfirmed {
        booking_id,
        customer_id,
        items: items.clone(),
        currency: price.currency,
        booked_at,
        policy: 0,
        promo_code: None,
        offer: None,
        asked: 0,
    };
    let mut events = vec![confirmed.into()];
    if number.is_multiple_of(3) {
        events.push(BookingCancelled { booking_id, customer_id, items }.into());
    }
    events
}

/// What everything up to a position comes to.
async fn fold_to(log: &PostgresLog, position: u64) -> Totals {
    let (mut sales, mut reached): (HashMap<Uuid, Sale>, u64) = (HashMap::new(), 0);
    while reached < position {
        for event in log.read_all(reached, position, 5_000).await.unwrap() {
            reached = event.position;
            if event.stream.category() != "show" {
                continue;
            }
            let fact = Event::decode(&event.event_type, event.schema_version, &event.payload).unwrap();
            let moment = Moment { position: event.position, at: event.recorded_at };
            sales.entry(event.stream.id()).or_default().take(moment, &fact, &BTreeMap::new());
        }
    }
    let mut all = Totals::default();
    for sale in sales.values() {
        all.add(sale.total());
    }
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn any_position_is_told_as_it_was() {
    let world = World::start().await;
    let admin = world.admin();
    let show = a_show().with_seats(1_000_000).on_sale(&world.organizer()).await;
    let pool = PgPool::connect_with(world.database.options()).await.unwrap();
    let log = PostgresLog::new(pool.clone());
    let created = log.read_stream(StreamId::new("show", show.id), 0).await.unwrap().remove(0);
    let Ok(Event::ShowCreated(template)) = Event::decode(&created.event_type, created.schema_version, &created.payload)
    else {
        panic!("a show begins with its creation")
    };
    let mut writer = Writer { log, versions: HashMap::new() };
    let begun = Utc::now();
    for number in 0..SHOWS {
        let mut copy = template.clone();
        copy.show_id = ShowId(Uuid::from_u128(0xA00 + number));
        copy.ticket_types[0].ticket_type_id = TicketTypeId(Uuid::from_u128(0xB00 + number));
        writer.write(begun, copy.show_id.0, &[copy.into(), domain::show::ShowPublished {}.into()]).await;
    }
    for batch in 0..BOOKINGS / BATCH {
        let (of, at) = (batch % SHOWS, begun + TimeDelta::seconds(i64::try_from(batch).unwrap() * 7));
        let ticket_type_id = TicketTypeId(Uuid::from_u128(0xB00 + of));
        let events: Vec<Event> =
            (0..BATCH).flat_map(|number| events_of(batch * BATCH + number, ticket_type_id, &template)).collect();
        writer.write(at, Uuid::from_u128(0xA00 + of), &events).await;
    }
    let head = writer.log.head().await.unwrap();
    admin.waits_for(head).await;
    let reached = async || admin.get("/api/v1/admin/revenue").await.status == 200;
    in_time("counting", async { while !reached().await {} }).await;

    let positions =
        [3, 5, 20, 700, 4_095, 4_096, 4_097, 9_999, 20_479, 30_000, 65_534, 65_535, 65_536, 66_000, head - 1, head];
    for position in positions {
        let path = format!("/api/v1/admin/analytics/dashboard?bucket=minute&as_of_position={position}");
        let told = admin.get(&path).await.ok();
        let all = fold_to(&writer.log, position).await;
        let expected = [
            ("/totals/sold", Measure::Sold),
            ("/totals/tickets_booked", Measure::TicketsBooked),
            ("/totals/tickets_cancelled", Measure::TicketsCancelled),
            ("/totals/bookings", Measure::Bookings),
            ("/totals/capacity", Measure::Capacity),
            ("/totals/public_capacity", Measure::PublicCapacity),
            ("/events/created", Measure::Shows),
        ];
        for (pointer, measure) in expected {
            assert_eq!(number(&told, pointer), all[measure], "{pointer} as of {position}");
        }
        assert_eq!(sum(&told["sales_over_time"]["data"], "tickets_booked"), all[Measure::TicketsBooked], "{position}");
        let by_event = format!("/api/v1/admin/revenue?by=ticket_type&as_of_position={position}");
        let by_event = admin.get(&by_event).await.ok();
        assert_eq!(sum(&by_event["data"], "booked_value"), all[Measure::BookedValue], "{position}");
    }
    drop(writer);
    pool.close().await;
}

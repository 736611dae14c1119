//! The whole life of bookings, told twice: in one page, and one event a page. The rows are the same.
//! Every `unwrap` here is a test that cannot go on.
#![allow(clippy::unwrap_used)]

use chrono::{DateTime, TimeDelta, Utc};
use domain::access::Access;
use domain::ids::{AccountId, BookingId, EntryId, PaymentId, TicketTypeId};
use domain::money::Money;
use domain::show::{
    BookedItem, BookingConfirmed, BookingReduced, ColleagueAdded, ColleagueRemoved, Discount, Event, HoldConfirmed,
    HoldExtended, HoldReleased, HoldsLapsed, LapsedHold, LapsedOffer, OfferDeclined, OffersLapsed, Payment,
    PaymentFailed, PaymentStarted, PaymentSucceeded, Point, PromoCode, PromoCodeAdded, PromoCodeRemoved, RefundDue,
    RefundFailed, RefundPolicy, RefundReason, RefundRetried, RefundStep, RefundSucceeded, Row, SaleTerms, SaleTermsSet,
    Schedule, Seat, SeatLabel, SeatMap, SeatMapSet, SeatsBlocked, SeatsHeld, SeatsOffered, SeatsUnblocked, Section,
    ShowPublished, ShowRescheduled, TicketTerms, TicketTermsSet, TicketType, TicketTypeAdded, WaitlistJoined,
    WaitlistLeft,
};
use domain::text::Text;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::given::{World, cancelled, confirmed, created, euro, items, noon, show_cancelled};

const SHOW: Uuid = Uuid::from_u128(0xA);
const TICKET: Uuid = Uuid::from_u128(0x7);
const SEATED: Uuid = Uuid::from_u128(0x8);
const ANNA: AccountId = AccountId(Uuid::from_u128(0xC));
const BERT: AccountId = AccountId(Uuid::from_u128(0xD));

fn booking(number: u128) -> BookingId {
    BookingId(Uuid::from_u128(0xB00 + number))
}

fn entry(number: u128) -> EntryId {
    EntryId(Uuid::from_u128(0xE00 + number))
}

fn at(minutes: i64) -> DateTime<Utc> {
    noon() + TimeDelta::minutes(minutes)
}

fn money(amount: i64) -> Money {
    Money { amount, currency: euro() }
}

fn labels(names: &[&str]) -> Box<[SeatLabel]> {
    names.iter().map(|name| Text::line(name).unwrap()).collect()
}

fn seated(names: &[&str]) -> Box<[BookedItem]> {
    let quantity = u32::try_from(names.len()).unwrap();
    let item = |item| BookedItem { seats: labels(names), ..item };
    items(SEATED, quantity).into_iter().map(item).collect()
}

fn map(version: u32, sections: &[(&str, &[&str])]) -> Event {
    let seat = |label: &&str| Seat {
        label: Text::line(label).unwrap(),
        x: 0,
        y: 0,
        ticket_type_id: TicketTypeId(SEATED),
        accessible: false,
        restricted_view: false,
    };
    let section = |(name, seats): &(&str, &[&str])| Section {
        name: Text::line(name).unwrap(),
        focal_point: Point { x: 0, y: 0 },
        rows: Box::new([Row { label: Text::line("A").unwrap(), seats: seats.iter().map(seat).collect() }]),
    };
    SeatMapSet { version, map: SeatMap { sections: sections.iter().map(section).collect() } }.into()
}

fn held(number: u128, items: Box<[BookedItem]>, promo_code: Option<&str>, offer: Option<EntryId>) -> Event {
    SeatsHeld {
        booking_id: booking(number),
        customer_id: ANNA,
        items,
        currency: euro(),
        held_at: noon(),
        expires_at: at(10),
        extendable_until: at(30),
        policy: 0,
        promo_code: promo_code.map(|code| Text::line(code).unwrap()),
        offer,
        asked: 0,
    }
    .into()
}

fn bought(number: u128, items: Box<[BookedItem]>, retaken: bool) -> Event {
    let (payment_reference, request) = (None, None);
    let booking_id = booking(number);
    HoldConfirmed { booking_id, customer_id: ANNA, items, confirmed_at: at(5), retaken, payment_reference, request }
        .into()
}

fn reduced(number: u128, items: Box<[BookedItem]>, held: bool) -> Event {
    BookingReduced { booking_id: booking(number), customer_id: ANNA, items, held, request: None }.into()
}

fn lapsed(number: u128, items: Box<[BookedItem]>) -> Event {
    let hold = LapsedHold { booking_id: booking(number), customer_id: ANNA, items, expires_at: at(10) };
    HoldsLapsed { holds: Box::new([hold]) }.into()
}

fn payment(number: u128) -> PaymentId {
    PaymentId(Uuid::from_u128(0xF00 + number))
}

fn paying(number: u128, of: u128, amount: i64) -> Event {
    PaymentStarted {
        payment_id: payment(number),
        booking_id: booking(of),
        customer_id: ANNA,
        money: money(amount),
        method: Text::line("sandbox:succeed").unwrap(),
        expires_at: at(20),
    }
    .into()
}

fn paid(number: u128, of: u128, amount: i64) -> Event {
    let (payment_id, booking_id) = (payment(number), booking(of));
    PaymentSucceeded { payment_id, booking_id, customer_id: ANNA, money: money(amount) }.into()
}

fn refund_due(of: u128, refund: u32, amount: i64, reason: RefundReason) -> Event {
    let booking_id = booking(of);
    RefundDue { booking_id, refund, customer_id: ANNA, money: money(amount), reason, request: None }.into()
}

fn joined(number: u128) -> Event {
    let (entry_id, ticket_type_id) = (entry(number), TicketTypeId(TICKET));
    WaitlistJoined { entry_id, customer_id: ANNA, ticket_type_id, quantity: 2, joined_at: noon() }.into()
}

fn offered(number: u128) -> Event {
    let (entry_id, items, currency) = (entry(number), items(TICKET, 2), euro());
    SeatsOffered { entry_id, customer_id: ANNA, items, currency, expires_at: at(15) }.into()
}

/// A house with a map, a code, and a second ticket type.
fn programme() -> Vec<Event> {
    let seated = TicketType {
        ticket_type_id: TicketTypeId(SEATED),
        name: Text::line("Seats").unwrap(),
        price: money(4250),
        capacity: 0,
        terms: TicketTerms { reserved: true, ..TicketTerms::default() },
    };
    let promo_code = PromoCode {
        code: Text::line("SPRING").unwrap(),
        discount: Discount::Percent(10),
        ticket_type_ids: Box::default(),
        uses_max: None,
        uses_per_customer_max: None,
        valid_from: None,
        valid_until: None,
    };
    vec![
        created(SHOW, TICKET),
        TicketTypeAdded { ticket_type: seated }.into(),
        map(1, &[("Stalls", &["A-1", "A-2", "A-3", "A-4"])]),
        ShowPublished {}.into(),
        PromoCodeAdded { promo_code }.into(),
    ]
}

/// What comes of holds 1 to 4: released, paid and bought and partly given back, lapsed and retaken, cancelled.
fn holds() -> Vec<Event> {
    let coded = |number: u128| match confirmed(booking(number).0, ANNA.0, TICKET, 1) {
        Event::BookingConfirmed(plain) => {
            Event::from(BookingConfirmed { promo_code: Some(Text::line("SPRING").unwrap()), ..plain })
        }
        other => other,
    };
    vec![
        held(1, items(TICKET, 3), Some("SPRING"), None),
        HoldExtended { booking_id: booking(1), expires_at: at(12) }.into(),
        HoldReleased { booking_id: booking(1), customer_id: ANNA, items: items(TICKET, 3) }.into(),
        held(2, seated(&["A-1", "A-2"]), None, None),
        paying(1, 2, 8500),
        PaymentFailed {
            payment_id: payment(1),
            booking_id: booking(2),
            reason: Text::line("declined").unwrap(),
            expires_at: Some(at(11)),
        }
        .into(),
        paying(2, 2, 8500),
        paid(2, 2, 8500),
        bought(2, seated(&["A-1", "A-2"]), false),
        reduced(2, seated(&["A-2"]), false),
        refund_due(2, 1, 4000, RefundReason::GivenBack),
        RefundFailed { booking_id: booking(2), refund: 1, reason: Text::line("no such account").unwrap() }.into(),
        RefundRetried { booking_id: booking(2), refund: 1 }.into(),
        RefundSucceeded { booking_id: booking(2), refund: 1, money: money(4000) }.into(),
        held(3, items(TICKET, 5), Some("SPRING"), None),
        reduced(3, items(TICKET, 1), true),
        lapsed(3, items(TICKET, 4)),
        bought(3, items(TICKET, 4), true),
        coded(4),
        cancelled(booking(4).0, ANNA.0, TICKET, 1),
    ]
}

/// What the organizer does to the house meanwhile.
fn rearranged() -> Vec<Event> {
    let reason = Text::line("A pillar").unwrap();
    let terms = TicketTerms { min_per_booking: Some(2), ..TicketTerms::default() };
    let steps = Box::new([RefundStep { hours_before: 24, percent: 50 }]);
    let refund_policy = Some(RefundPolicy { steps, fee: 100 });
    let sale = SaleTerms { hold_seconds: 60, payment: Payment::Required, refund_policy, ..SaleTerms::default() };
    let schedule = Schedule {
        time_zone: Text::line("Europe/Berlin").unwrap(),
        starts_at: at(600),
        ends_at: at(700),
        sale_opens_at: None,
        sale_closes_at: None,
    };
    vec![
        SeatsBlocked { seats: labels(&["A-3", "A-4"]), reason: reason.clone() }.into(),
        SeatsUnblocked { seats: labels(&["A-4"]), reason }.into(),
        map(2, &[("Box", &["A-3", "C-1"]), ("Stalls", &["A-2", "A-1"])]),
        TicketTermsSet { ticket_type_id: TicketTypeId(TICKET), terms }.into(),
        SaleTermsSet { terms: sale }.into(),
        ShowRescheduled { schedule, refund_until: at(60), rescheduled_at: noon() }.into(),
        PromoCodeRemoved { code: Text::line("SPRING").unwrap() }.into(),
        ColleagueAdded { account_id: ANNA, access: Access::Door }.into(),
        ColleagueAdded { account_id: ANNA, access: Access::Manager }.into(),
        ColleagueAdded { account_id: BERT, access: Access::Door }.into(),
        ColleagueRemoved { account_id: BERT }.into(),
    ]
}

/// One entry for everything that can become of an entry; the sixth and seventh are open at the end.
fn waitlist() -> Vec<Event> {
    let customer_id = ANNA;
    let gone = LapsedOffer { entry_id: entry(2), customer_id, items: items(TICKET, 2), expires_at: at(15) };
    let mut events: Vec<Event> = (1..=7).map(joined).collect();
    events.extend([1, 2, 3, 4, 7].map(offered));
    let accepted = match confirmed(booking(5).0, ANNA.0, TICKET, 2) {
        Event::BookingConfirmed(plain) => Event::from(BookingConfirmed { offer: Some(entry(3)), ..plain }),
        other => other,
    };
    events.extend([
        OfferDeclined { entry_id: entry(1), customer_id, items: items(TICKET, 2) }.into(),
        OffersLapsed { offers: Box::new([gone]) }.into(),
        accepted,
        held(6, items(TICKET, 2), None, Some(entry(4))),
        WaitlistLeft { entry_id: entry(5), customer_id }.into(),
    ]);
    events
}

/// Called off while a hold is half paid and another is being paid; what comes after it.
fn called_off() -> Vec<Event> {
    vec![
        held(7, items(TICKET, 1), None, None),
        paying(7, 7, 4250),
        paying(6, 6, 4000),
        paid(6, 6, 4000),
        show_cancelled(),
        RefundSucceeded { booking_id: booking(2), refund: 2, money: money(4500) }.into(),
        paid(7, 7, 4250),
        refund_due(7, 1, 4250, RefundReason::EventCancelled),
    ]
}

/// All of it, of one show.
pub(crate) fn whole_life() -> Vec<Event> {
    [programme(), holds(), rearranged(), waitlist(), called_off()].concat()
}

async fn rows(world: &World, sql: &'static str) -> Value {
    world.row(sql).await
}

pub(crate) async fn everything(world: &World) -> Vec<Value> {
    let mut all = Vec::new();
    for sql in [
        "SELECT json_agg(t ORDER BY show_id)::text FROM shows t",
        "SELECT coalesce(json_agg(to_jsonb(t) - 'since'), '[]')::text FROM show_colleagues t",
        "SELECT json_agg(t ORDER BY ticket_type_id)::text FROM ticket_types t",
        "SELECT json_agg(t ORDER BY booking_id)::text FROM bookings t",
        "SELECT json_agg(t ORDER BY code)::text FROM promo_codes t",
        "SELECT json_agg(t ORDER BY show_id)::text FROM seat_maps t",
        "SELECT json_agg(t ORDER BY label)::text FROM seats t",
        "SELECT json_agg(t ORDER BY entry_id)::text FROM waitlist_entries t",
        "SELECT json_agg(t ORDER BY payment_id)::text FROM payments t",
        "SELECT json_agg(t ORDER BY booking_id, refund)::text FROM refunds t",
    ] {
        all.push(rows(world, sql).await);
    }
    assert_eq!(world.number("SELECT count(*) FROM parked_streams").await, 0);
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn one_page_or_one_event_a_page_give_the_same_rows() {
    let life = [programme(), holds(), rearranged(), waitlist(), called_off()].concat();
    let (at_once, by_and_by) = (World::new().await, World::new().await);
    let last = at_once.append(SHOW, &life).await;
    at_once.project_until(last).await;
    let mut running = by_and_by.start();
    for event in life {
        let position = by_and_by.append(SHOW, &[event]).await;
        running.reaches(position).await;
    }
    assert_eq!(everything(&at_once).await, everything(&by_and_by).await);
    let colleagues = colleagues_of(&at_once).await;
    assert_eq!(colleagues, json!([{ "account_id": ANNA.0, "access": "manager" }]));
}

async fn colleagues_of(world: &World) -> Value {
    rows(
        world,
        "SELECT json_agg(json_build_object('account_id', account_id, 'access', access))::text FROM show_colleagues",
    )
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn retells_what_became_of_holds_and_their_money() {
    let world = World::new().await;
    let last = world.append(SHOW, &[programme(), holds()].concat()).await;
    world.project_until(last).await;

    let bookings = "SELECT json_agg(json_build_array(status, quantity, total_amount, paid_amount, refunded_amount,
                           expires_at IS NULL) ORDER BY booking_id)::text FROM bookings";
    let expected = json!([
        ["released", 3, 3 * 4250, 0, 0, true],
        ["confirmed", 1, 4250, 8500, 4000, true],
        ["confirmed", 4, 4 * 4250, 0, 0, true],
        ["cancelled", 1, 4250, 0, 0, true],
    ]);
    assert_eq!(rows(&world, bookings).await, expected);
    let payments = "SELECT json_agg(json_build_array(state, amount) ORDER BY payment_id)::text FROM payments";
    assert_eq!(rows(&world, payments).await, json!([["failed", 8500], ["succeeded", 8500]]));
    let refunds = "SELECT json_agg(json_build_array(state, amount, failure, reason))::text FROM refunds";
    assert_eq!(rows(&world, refunds).await, json!([["succeeded", 4000, null, "given_back"]]));
    assert_eq!(world.number("SELECT uses FROM promo_codes").await, 1, "by the booking that was retaken");
    let types =
        "SELECT json_agg(json_build_array(name, capacity, sold, held) ORDER BY ordinal)::text FROM ticket_types";
    assert_eq!(rows(&world, types).await, json!([["Stalls", 100, 4, 0], ["Seats", 4, 1, 0]]));
    let seats = "SELECT json_object_agg(label, state)::text FROM seats";
    assert_eq!(rows(&world, seats).await, json!({"A-1": 2, "A-2": 0, "A-3": 0, "A-4": 0}));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_map_keeps_the_states_of_the_seats_that_stay() {
    let world = World::new().await;
    let last = world.append(SHOW, &[programme(), holds(), rearranged()].concat()).await;
    world.project_until(last).await;

    let seats =
        "SELECT json_agg(json_build_array(section, place, label, state) ORDER BY section, place)::text FROM seats";
    assert_eq!(
        rows(&world, seats).await,
        json!([[0, 0, "A-3", 3], [0, 1, "C-1", 0], [1, 0, "A-2", 0], [1, 1, "A-1", 2]])
    );
    let map = "SELECT json_build_array(m.version, m.sections, seat_map_version)::text FROM seat_maps m JOIN shows USING (show_id)";
    assert_eq!(rows(&world, map).await, json!([2, ["Box", "Stalls"], 2]));
    let types =
        "SELECT json_agg(json_build_array(name, capacity, sold, blocked, min_per_booking) ORDER BY ordinal)::text
                 FROM ticket_types";
    assert_eq!(rows(&world, types).await, json!([["Stalls", 100, 4, 0, 2], ["Seats", 4, 1, 1, null]]));
    let terms = "SELECT json_build_array(hold_seconds, offer_seconds, payment, refund_policy::json)::text FROM shows";
    let policy = json!({"steps": [{"hours_before": 24, "percent": 50}], "fee": 100});
    assert_eq!(rows(&world, terms).await, json!([60, 900, "required", policy]));
}

#[tokio::test(flavor = "multi_thread")]
async fn retells_the_waitlist() {
    let world = World::new().await;
    let last = world.append(SHOW, &[programme(), waitlist()].concat()).await;
    world.project_until(last).await;

    let entries = "SELECT json_agg(json_build_array(state, booking_id) ORDER BY position)::text FROM waitlist_entries";
    let expected = json!([
        ["declined", null],
        ["lapsed", null],
        ["accepted", booking(5)],
        ["accepted", booking(6)],
        ["left", null],
        ["waiting", null],
        ["offered", null],
    ]);
    assert_eq!(rows(&world, entries).await, expected);
    let types = "SELECT json_build_array(sold, held)::text FROM ticket_types WHERE ordinal = 1";
    assert_eq!(rows(&world, types).await, json!([2, 4]), "two were bought; two are held, and two offered");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_show_that_is_called_off_owes_what_was_paid() {
    let world = World::new().await;
    let life = [programme(), holds(), waitlist(), called_off()].concat();
    let last = world.append(SHOW, &life).await;
    world.project_until(last).await;

    let refunds =
        "SELECT json_agg(json_build_array(booking_id, refund, amount, reason, state) ORDER BY booking_id, refund)::text
                   FROM refunds";
    let expected = json!([
        [booking(2), 1, 4000, "given_back", "succeeded"],
        [booking(2), 2, 4500, "event_cancelled", "succeeded"],
        [booking(6), 1, 4000, "event_cancelled", "due"],
        [booking(7), 1, 4250, "event_cancelled", "due"],
    ]);
    assert_eq!(rows(&world, refunds).await, expected);
    assert_eq!(world.number("SELECT count(*) FROM bookings WHERE paid_amount <> refunded_amount").await, 0);
    let statuses = "SELECT json_agg(status ORDER BY booking_id)::text FROM bookings";
    let expected = ["released", "confirmed", "confirmed", "cancelled", "confirmed", "cancelled", "cancelled"];
    assert_eq!(rows(&world, statuses).await, json!(expected), "holds end, bookings are left alone");
    let entries = "SELECT json_agg(state ORDER BY position)::text FROM waitlist_entries";
    let expected = ["declined", "lapsed", "accepted", "accepted", "left", "lapsed", "lapsed"];
    assert_eq!(rows(&world, entries).await, json!(expected));
    assert_eq!(world.number("SELECT sum(sold + held)::bigint FROM ticket_types").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_projection_that_starts_anew_catches_up_with_the_others() {
    let world = World::new().await;
    let last = world.append(SHOW, &[programme(), holds(), waitlist()].concat()).await;
    world.project_until(last).await;
    let before = everything(&world).await;

    sqlx::raw_sql(
        "UPDATE projection_checkpoints SET position = 0 WHERE name IN ('waitlist', 'payments');
         TRUNCATE waitlist_entries, payments, refunds",
    )
    .execute(world.pool())
    .await
    .unwrap();
    world.project_until(last).await;

    assert_eq!(everything(&world).await, before);
}

//! The rules of shows, as given/when/then. Here are the people, the moments and the show that the
//! rooms beside this file tell their stories with.

mod booking;
mod cancelling;
mod colleagues;
mod confirming;
mod holding;
mod lapsing;
mod lifecycle;
mod offering;
mod paying;
mod policies;
mod programme;
mod promo_codes;
mod refunding;
mod rescheduling;
mod revising;
mod rules_of_sale;
mod state;
mod waiting;

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use chrono::TimeDelta;
use uuid::Uuid;

use crate::Timestamp;
use crate::access::{Actor, Role};
use crate::ids::{AccountId, BookingId, EntryId, PaymentId, ShowId, TicketTypeId};
use crate::money::{Currency, Money};
use crate::show::booking::fingerprint;
use crate::show::{
    BookTickets, BookedItem, BookingCancelled, BookingConfirmed, BookingReduced, CancelBooking, CancelShow,
    CapacityRaised, Command, ConfirmBooking, CreateShow, Event, HoldConfirmed, HoldReleased, HoldsLapsed, Item,
    JoinWaitlist, LapsedHold, LapsedOffer, OffersLapsed, Outcome, Payment, PaymentFailed, PaymentStarted,
    PaymentSucceeded, RefundBooking, RefundDue, RefundReason, ReportPayment, ReviseShow, SaleClosed, SalePaused,
    SaleTerms, Schedule, SeatsHeld, SeatsOffered, Show, ShowCancelled, ShowCreated, ShowDetails, ShowPublished,
    StartPayment, Step, TicketTerms, TicketType, Venue, WaitlistJoined, Wish,
};
use crate::testing::{Given, given};
use crate::text::Text;

const SHOW: ShowId = ShowId(Uuid::from_u128(0x5));
const SEATS: TicketTypeId = TicketTypeId(Uuid::from_u128(0x71));
const STANDING: TicketTypeId = TicketTypeId(Uuid::from_u128(0x72));
const UNHEARD_OF: TicketTypeId = TicketTypeId(Uuid::from_u128(0x7F));
const FIRST: BookingId = BookingId(Uuid::from_u128(0xB1));
const SECOND: BookingId = BookingId(Uuid::from_u128(0xB2));
const THIRD: BookingId = BookingId(Uuid::from_u128(0xB3));
const PAYMENT: PaymentId = PaymentId(Uuid::from_u128(0xCA));
const RETRY: PaymentId = PaymentId(Uuid::from_u128(0xCB));
const PLACE: EntryId = EntryId(Uuid::from_u128(0xE1));
const NEXT: EntryId = EntryId(Uuid::from_u128(0xE2));
const LAST: EntryId = EntryId(Uuid::from_u128(0xE3));
const REQUEST: Uuid = Uuid::from_u128(0xF1);
const OTHER_REQUEST: Uuid = Uuid::from_u128(0xF2);

const ORGANIZER: Actor = somebody(0x01, Role::Organizer);
const RIVAL: Actor = somebody(0x02, Role::Organizer);
const ADMIN: Actor = somebody(0xAD, Role::Admin);
const ANNA: Actor = somebody(0xA1, Role::Customer);
const BORIS: Actor = somebody(0xA2, Role::Customer);
const CARLA: Actor = somebody(0xA3, Role::Customer);
/// Whoever speaks for the payment provider.
const PROVIDER: Actor = Actor::PLATFORM;

const fn somebody(id: u128, role: Role) -> Actor {
    Actor { account_id: AccountId(Uuid::from_u128(id)), role }
}

// The show begins four hours after noon and takes two; its sale opens an hour before noon.
const NOON: Timestamp = Timestamp::UNIX_EPOCH;
const OPENS: Timestamp = hours(-1);
const STARTS: Timestamp = hours(4);
const ENDS: Timestamp = hours(6);

// What is held at noon lapses then, and can be extended to that moment; what is offered, or being paid,
// lapses later.
const DEADLINE: Timestamp = minutes(10);
const HELD_UNTIL_MAX: Timestamp = minutes(30);
const OFFERED_UNTIL: Timestamp = minutes(15);
const PAYING_UNTIL: Timestamp = minutes(15);

const fn hours(after_noon: i64) -> Timestamp {
    minutes(60 * after_noon)
}

const fn minutes(after_noon: i64) -> Timestamp {
    match Timestamp::from_timestamp(after_noon * 60, 0) {
        Some(at) => at,
        None => NOON,
    }
}

const A_MOMENT: TimeDelta = TimeDelta::microseconds(1);

fn line<const MAX: usize>(text: &str) -> Text<MAX> {
    Text::line(text).unwrap()
}

fn money(amount: i64, currency: &str) -> Money {
    Money { amount, currency: Currency::try_from(currency).unwrap() }
}

fn ticket_type(ticket_type_id: TicketTypeId, capacity: u32) -> TicketType {
    TicketType {
        ticket_type_id,
        name: line("Ticket"),
        price: money(4_250, "EUR"),
        capacity,
        terms: TicketTerms::default(),
    }
}

fn details() -> ShowDetails {
    let venue = Venue { name: line("Kulturhaus"), city: line("Ulm"), country: line("DE") };
    ShowDetails { title: line("An Evening"), description: None, venue }
}

fn schedule() -> Schedule {
    Schedule {
        time_zone: line("Europe/Berlin"),
        starts_at: STARTS,
        ends_at: ENDS,
        sale_opens_at: Some(OPENS),
        sale_closes_at: None,
    }
}

/// Ten seats, three standing places, no limit for one customer.
fn evening() -> ShowCreated {
    ShowCreated {
        show_id: SHOW,
        organizer_id: ORGANIZER.account_id,
        details: details(),
        schedule: schedule(),
        max_per_customer: None,
        ticket_types: vec![ticket_type(SEATS, 10), ticket_type(STANDING, 3)],
        terms: SaleTerms::default(),
    }
}

fn create(show: ShowCreated) -> Command {
    Command::CreateShow(Box::new(CreateShow { show }))
}

fn call_off() -> Command {
    Command::CancelShow(CancelShow { reason: line("The singer is ill") })
}

fn revise(revise: ReviseShow) -> Command {
    Command::ReviseShow(Box::new(revise))
}

fn book(booking_id: BookingId, customer: Actor, items: &[(TicketTypeId, u32)]) -> Command {
    Command::BookTickets(wanted(booking_id, customer, items))
}

/// A plain booking, to be made special.
fn wanted(booking_id: BookingId, customer: Actor, items: &[(TicketTypeId, u32)]) -> BookTickets {
    let item = |&(ticket_type_id, quantity)| Item { ticket_type_id, wish: Wish::Quantity(quantity) };
    BookTickets {
        show_id: SHOW,
        booking_id,
        customer_id: customer.account_id,
        items: items.iter().map(item).collect(),
        hold: false,
        promo_code: None,
        access_code: None,
    }
}

fn give_back(booking_id: BookingId) -> Command {
    Command::CancelBooking(CancelBooking { booking_id, items: vec![], preview: false, request: None })
}

fn booked_items(items: &[(TicketTypeId, u32)]) -> Box<[BookedItem]> {
    items.iter().map(|&(ticket_type_id, quantity)| booked_item(ticket_type_id, quantity, 4_250)).collect()
}

fn booked_item(ticket_type_id: TicketTypeId, quantity: u32, unit_price: i64) -> BookedItem {
    BookedItem { ticket_type_id, quantity, unit_price, unit_discount: 0, seats: Box::default() }
}

fn booked(booking_id: BookingId, customer: Actor, items: &[(TicketTypeId, u32)]) -> Event {
    let (customer_id, items, currency) = (customer.account_id, booked_items(items), money(0, "EUR").currency);
    confirmed(booking_id, customer_id, items, currency).into()
}

fn confirmed(
    booking_id: BookingId,
    customer_id: AccountId,
    items: Box<[BookedItem]>,
    currency: Currency,
) -> BookingConfirmed {
    let (policy, asked) = (0, 0);
    BookingConfirmed {
        booking_id,
        customer_id,
        items,
        currency,
        booked_at: NOON,
        policy,
        promo_code: None,
        offer: None,
        asked,
    }
}

fn given_back(booking_id: BookingId, customer: Actor, items: &[(TicketTypeId, u32)]) -> Event {
    BookingCancelled { booking_id, customer_id: customer.account_id, items: booked_items(items) }.into()
}

fn published() -> Event {
    ShowPublished {}.into()
}

fn paused() -> Event {
    SalePaused {}.into()
}

fn closed() -> Event {
    SaleClosed {}.into()
}

fn called_off() -> Event {
    ShowCancelled { reason: line("The singer is ill") }.into()
}

fn nothing() -> Given<Show> {
    given([])
}

/// The evening as a draft, and what happened since.
fn draft(since: impl IntoIterator<Item = Event>) -> Given<Show> {
    given([Event::from(evening())].into_iter().chain(since))
}

/// The evening on sale, and what happened since.
fn on_sale(since: impl IntoIterator<Item = Event>) -> Given<Show> {
    draft([published()].into_iter().chain(since))
}

/// The evening on sale with other rules, and what happened since.
fn on_sale_as(change: impl FnOnce(&mut ShowCreated), since: impl IntoIterator<Item = Event>) -> Given<Show> {
    let mut show = evening();
    change(&mut show);
    given([show.into(), published()].into_iter().chain(since))
}

/// The evening on sale, where tickets are paid before they are confirmed, and what happened since.
fn on_paid_sale(since: impl IntoIterator<Item = Event>) -> Given<Show> {
    on_sale_as(|show| show.terms.payment = Payment::Required, since)
}

const STEPS: [Step; 4] = [Step::Publish, Step::Pause, Step::Resume, Step::Close];

fn hold(booking_id: BookingId, customer: Actor, items: &[(TicketTypeId, u32)]) -> Command {
    Command::BookTickets(BookTickets { hold: true, ..wanted(booking_id, customer, items) })
}

/// Held at noon.
fn held(booking_id: BookingId, customer: Actor, items: &[(TicketTypeId, u32)]) -> Event {
    seats_held(booking_id, customer, items).into()
}

/// Held at noon, to be made special.
fn seats_held(booking_id: BookingId, customer: Actor, items: &[(TicketTypeId, u32)]) -> SeatsHeld {
    SeatsHeld {
        booking_id,
        customer_id: customer.account_id,
        items: booked_items(items),
        currency: money(0, "EUR").currency,
        held_at: NOON,
        expires_at: DEADLINE,
        extendable_until: HELD_UNTIL_MAX,
        policy: 0,
        promo_code: None,
        offer: None,
        asked: fingerprint(&BookTickets { hold: true, ..wanted(booking_id, customer, items) }),
    }
}

fn lapsed(booking_id: BookingId, customer: Actor, items: &[(TicketTypeId, u32)], expires_at: Timestamp) -> Event {
    let (customer_id, items) = (customer.account_id, booked_items(items));
    HoldsLapsed { holds: [LapsedHold { booking_id, customer_id, items, expires_at }].into() }.into()
}

fn released(booking_id: BookingId, customer: Actor, items: &[(TicketTypeId, u32)]) -> Event {
    HoldReleased { booking_id, customer_id: customer.account_id, items: booked_items(items) }.into()
}

fn confirm(booking_id: BookingId, request: Option<Uuid>) -> Command {
    Command::ConfirmBooking(ConfirmBooking { booking_id, payment_reference: None, request })
}

/// Confirmed at noon, by nobody's request.
fn hold_confirmed(booking_id: BookingId, customer: Actor, items: &[(TicketTypeId, u32)]) -> HoldConfirmed {
    HoldConfirmed {
        booking_id,
        customer_id: customer.account_id,
        items: booked_items(items),
        confirmed_at: NOON,
        retaken: false,
        payment_reference: None,
        request: None,
    }
}

fn part_of(booking_id: BookingId, items: &[(TicketTypeId, u32)], request: Option<Uuid>) -> Command {
    let items = items.iter().map(|&(ticket_type_id, quantity)| Item { ticket_type_id, wish: Wish::Quantity(quantity) });
    Command::CancelBooking(CancelBooking { booking_id, items: items.collect(), preview: false, request })
}

fn reduced(
    booking_id: BookingId,
    customer: Actor,
    items: &[(TicketTypeId, u32)],
    request: Option<Uuid>,
) -> BookingReduced {
    let (customer_id, items) = (customer.account_id, booked_items(items));
    BookingReduced { booking_id, customer_id, items, held: false, request }
}

fn pay(payment_id: PaymentId, booking_id: BookingId) -> Command {
    Command::StartPayment(StartPayment { booking_id, payment_id, method: line("card") })
}

/// The payment was started at noon.
fn paying(payment_id: PaymentId, booking_id: BookingId, customer: Actor, amount: i64) -> Event {
    payment_started(payment_id, booking_id, customer, amount).into()
}

fn payment_started(payment_id: PaymentId, booking_id: BookingId, customer: Actor, amount: i64) -> PaymentStarted {
    let (customer_id, money) = (customer.account_id, money(amount, "EUR"));
    PaymentStarted { payment_id, booking_id, customer_id, money, method: line("card"), expires_at: PAYING_UNTIL }
}

fn it_succeeded(payment_id: PaymentId, amount: i64) -> Command {
    Command::ReportPayment(ReportPayment { payment_id, outcome: Outcome::Succeeded(money(amount, "EUR")) })
}

fn it_failed(payment_id: PaymentId) -> Command {
    Command::ReportPayment(ReportPayment { payment_id, outcome: Outcome::Failed(line("No money left")) })
}

fn paid(payment_id: PaymentId, booking_id: BookingId, customer: Actor, amount: i64) -> Event {
    let (customer_id, money) = (customer.account_id, money(amount, "EUR"));
    PaymentSucceeded { payment_id, booking_id, customer_id, money }.into()
}

fn not_paid(payment_id: PaymentId, booking_id: BookingId, expires_at: Option<Timestamp>) -> Event {
    PaymentFailed { payment_id, booking_id, reason: line("No money left"), expires_at }.into()
}

/// A booking for two seats that was held, paid and confirmed at noon.
fn bought(booking_id: BookingId, customer: Actor) -> [Event; 4] {
    [
        held(booking_id, customer, &[(SEATS, 2)]),
        paying(PAYMENT, booking_id, customer, 8_500),
        paid(PAYMENT, booking_id, customer, 8_500),
        hold_confirmed(booking_id, customer, &[(SEATS, 2)]).into(),
    ]
}

fn refund(booking_id: BookingId, amount: i64, request: Uuid) -> Command {
    Command::RefundBooking(RefundBooking { booking_id, amount, request })
}

/// So much is due back to somebody, by nobody's request.
fn refund_due(booking_id: BookingId, refund: u32, customer: Actor, amount: i64, reason: RefundReason) -> Event {
    let (customer_id, money) = (customer.account_id, money(amount, "EUR"));
    RefundDue { booking_id, refund, customer_id, money, reason, request: None }.into()
}

/// Waits for seats.
fn join(entry_id: EntryId, customer: Actor, quantity: u32) -> Command {
    Command::JoinWaitlist(waiting(entry_id, customer, quantity))
}

/// Waiting for seats, to be made special.
fn waiting(entry_id: EntryId, customer: Actor, quantity: u32) -> JoinWaitlist {
    let customer_id = customer.account_id;
    JoinWaitlist { entry_id, customer_id, ticket_type_id: SEATS, quantity, access_code: None }
}

/// Waits for seats since noon.
fn joined(entry_id: EntryId, customer: Actor, quantity: u32) -> Event {
    let customer_id = customer.account_id;
    WaitlistJoined { entry_id, customer_id, ticket_type_id: SEATS, quantity, joined_at: NOON }.into()
}

/// Seats were offered at noon.
fn offered(entry_id: EntryId, customer: Actor, quantity: u32) -> Event {
    offered_until(entry_id, customer, quantity, OFFERED_UNTIL)
}

fn offered_until(entry_id: EntryId, customer: Actor, quantity: u32, expires_at: Timestamp) -> Event {
    let (customer_id, items) = (customer.account_id, booked_items(&[(SEATS, quantity)]));
    SeatsOffered { entry_id, customer_id, items, currency: money(0, "EUR").currency, expires_at }.into()
}

fn offer_lapsed(entry_id: EntryId, customer: Actor, quantity: u32, expires_at: Timestamp) -> Event {
    let (customer_id, items) = (customer.account_id, booked_items(&[(SEATS, quantity)]));
    OffersLapsed { offers: [LapsedOffer { entry_id, customer_id, items, expires_at }].into() }.into()
}

fn more_seats(capacity: u32) -> Event {
    CapacityRaised { ticket_type_id: SEATS, capacity }.into()
}

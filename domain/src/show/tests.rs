//! The rules of shows, as given/when/then. Here are the people, the moments and the show that the
//! rooms beside this file tell their stories with.

mod booking;
mod cancelling;
mod lifecycle;
mod programme;
mod revising;
mod state;

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use chrono::TimeDelta;
use uuid::Uuid;

use crate::Timestamp;
use crate::access::{Actor, Role};
use crate::ids::{AccountId, BookingId, ShowId, TicketTypeId};
use crate::money::{Currency, Money};
use crate::show::{
    BookTickets, BookedItem, BookingCancelled, BookingConfirmed, CancelBooking, CancelShow, Command, CreateShow, Event,
    Item, ReviseShow, SaleClosed, SalePaused, Schedule, Show, ShowCancelled, ShowCreated, ShowDetails, ShowPublished,
    Step, TicketType, Venue,
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

const ORGANIZER: Actor = somebody(0x01, Role::Organizer);
const RIVAL: Actor = somebody(0x02, Role::Organizer);
const ADMIN: Actor = somebody(0xAD, Role::Admin);
const ANNA: Actor = somebody(0xA1, Role::Customer);
const BORIS: Actor = somebody(0xA2, Role::Customer);

const fn somebody(id: u128, role: Role) -> Actor {
    Actor { account_id: AccountId(Uuid::from_u128(id)), role }
}

// The show begins four hours after noon and takes two; its sale opens an hour before noon.
const NOON: Timestamp = Timestamp::UNIX_EPOCH;
const OPENS: Timestamp = hours(-1);
const STARTS: Timestamp = hours(4);
const ENDS: Timestamp = hours(6);

const fn hours(after_noon: i64) -> Timestamp {
    match Timestamp::from_timestamp(after_noon * 3_600, 0) {
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
    TicketType { ticket_type_id, name: line("Ticket"), price: money(4_250, "EUR"), capacity }
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
    let items = items.iter().map(|&(ticket_type_id, quantity)| Item { ticket_type_id, quantity }).collect();
    Command::BookTickets(BookTickets { show_id: SHOW, booking_id, customer_id: customer.account_id, items })
}

fn give_back(booking_id: BookingId) -> Command {
    Command::CancelBooking(CancelBooking { booking_id })
}

fn booked_items(items: &[(TicketTypeId, u32)]) -> Box<[BookedItem]> {
    let booked = |&(ticket_type_id, quantity)| BookedItem { ticket_type_id, quantity, unit_price: 4_250 };
    items.iter().map(booked).collect()
}

fn booked(booking_id: BookingId, customer: Actor, items: &[(TicketTypeId, u32)]) -> Event {
    let (customer_id, items, currency) = (customer.account_id, booked_items(items), money(0, "EUR").currency);
    BookingConfirmed { booking_id, customer_id, items, currency, booked_at: NOON }.into()
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

const STEPS: [Step; 4] = [Step::Publish, Step::Pause, Step::Resume, Step::Close];

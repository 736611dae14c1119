//! A crowd does whatever the domain lets it do. What it leaves behind is right: the recount, which knows
//! nothing of the domain, must find no difference in it, nor in the read models.

#![allow(clippy::unwrap_used, reason = "what a test cannot do fails it")]

use chrono::{DateTime, TimeDelta, Utc};
use domain::access::{Actor, Role};
use domain::aggregate::{Aggregate as _, Asked, settle_all};
use domain::event::DomainEvent as _;
use domain::ids::{AccountId, BookingId, EntryId, PaymentId, ShowId, TicketTypeId};
use domain::money::{Currency, Money};
use domain::show::{
    BestAvailable, BlockSeats, BookTickets, Booking, CancelBooking, CancelShow, CapacityWish, Command, ConfirmBooking,
    CreateShow, Discount, Event, Item, JoinWaitlist, Outcome, Payment, Point, PromoCode, RefundBooking, RefundPolicy,
    RefundStep, ReportPayment, ReportRefund, RescheduleShow, ReviseShow, Row, SaleTerms, Schedule, Seat, SeatMap,
    Section, SetSeatMap, Show, ShowCreated, ShowDetails, StartPayment, Step, TicketTerms, TicketType, Venue, Wish,
};
use domain::text::Text;
use uuid::Uuid;

use crate::given::{World, id, time};

const SHOW: ShowId = ShowId(id(0x5000));
const ORGANIZER: Actor = Actor { account_id: AccountId(id(0x5001)), role: Role::Organizer };
const COMMANDS: usize = 3_000;
/// Long enough for a few holds and offers to lapse between two commands, now and then.
const SECONDS_BETWEEN_MAX: u64 = 12;

/// A small generator (`SplitMix64`): the same crowd for the same seed.
struct Dice(u64);

impl Dice {
    fn below(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % sides
    }

    fn one_in(&mut self, sides: u64) -> bool {
        self.below(sides) == 0
    }

    fn of<T: Clone>(&mut self, things: &[T]) -> Option<T> {
        (!things.is_empty()).then(|| things[self.below(things.len() as u64) as usize].clone())
    }

    /// One of the last few, which are the ones that something can still happen to.
    fn recent<T: Clone>(&mut self, things: &[T]) -> Option<T> {
        let few = things.len().saturating_sub(12);
        self.of(&things[few..])
    }
}

/// What the crowd remembers of what it did.
struct Crowd {
    dice: Dice,
    next: u128,
    bookings: Vec<BookingId>,
    payments: Vec<(PaymentId, i64)>,
    refunds: Vec<(BookingId, u32, i64)>,
    entries: Vec<EntryId>,
}

fn text<const MAX: usize>(words: &str) -> Text<MAX> {
    Text::line(words).unwrap()
}

fn money(amount: i64) -> Money {
    Money { amount, currency: Currency::try_from("EUR").unwrap() }
}

const fn kind(number: u128) -> TicketTypeId {
    TicketTypeId(id(0x5100 + number))
}

fn after(seconds: u64) -> DateTime<Utc> {
    time(i64::try_from(seconds).unwrap())
}

fn terms(policy: u64, required: bool) -> SaleTerms {
    let steps = [(3, 100), (2, 67), (1, 33)].map(|(hours_before, percent)| RefundStep { hours_before, percent });
    let steps = if policy == 1 { steps[..].into() } else { steps[1..].into() };
    let fee = if policy == 1 { 35 } else { 1_000 };
    SaleTerms {
        hold_seconds: 60,
        offer_seconds: 90,
        payment: if required { Payment::Required } else { Payment::None },
        refund_policy: (policy > 0).then_some(RefundPolicy { steps, fee }),
    }
}

/// Standing room, a balcony that is sold for a while, and a row with seats.
fn created() -> ShowCreated {
    let ticket_type = |number, price, capacity, terms| TicketType {
        ticket_type_id: kind(number),
        name: text("Ticket"),
        price: money(price),
        capacity,
        terms,
    };
    let reserved = TicketTerms { reserved: true, max_per_booking: Some(4), ..TicketTerms::default() };
    let balcony = TicketTerms {
        sale_opens_at: Some(after(600)),
        sale_closes_at: Some(after(10_000)),
        min_per_booking: Some(2),
        ..TicketTerms::default()
    };
    ShowCreated {
        show_id: SHOW,
        organizer_id: ORGANIZER.account_id,
        details: ShowDetails {
            title: text("Crowd"),
            description: None,
            venue: Venue { name: text("Hall"), city: text("Ulm"), country: text("DE") },
        },
        schedule: Schedule {
            time_zone: text("Europe/Berlin"),
            starts_at: after(4 * 3_600),
            ends_at: after(6 * 3_600),
            sale_opens_at: Some(after(10)),
            sale_closes_at: None,
        },
        max_per_customer: Some(8),
        ticket_types: vec![
            ticket_type(1, 3_333, 9, TicketTerms::default()),
            ticket_type(2, 1, 6, balcony),
            ticket_type(3, 4_999, 0, reserved),
        ],
        terms: terms(1, false),
    }
}

fn seat_map(rows: u64) -> SeatMap {
    let seat = |row: u64, x: i32| Seat {
        label: text(&format!("{row}-{x}")),
        x,
        y: i32::try_from(row).unwrap(),
        ticket_type_id: kind(3),
        accessible: x == 0,
        restricted_view: false,
    };
    let row = |row: u64| Row { label: text(&format!("{row}")), seats: (0..5).map(|x| seat(row, x)).collect() };
    let focal_point = Point { x: 2, y: 0 };
    let section = Section { name: text("Parkett"), focal_point, rows: (0..rows).map(row).collect() };
    SeatMap { sections: Box::new([section]) }
}

/// One ticket of a booking.
fn part_of(booking: &Booking) -> Option<Item> {
    let item = booking.items.last()?;
    let wish = item.seats.first().map_or(Wish::Quantity(1), |seat| Wish::Seats(vec![seat.clone()]));
    Some(Item { ticket_type_id: item.ticket_type_id, wish })
}

impl Crowd {
    fn id(&mut self) -> Uuid {
        self.next += 1;
        id(0x10_0000 + self.next)
    }

    fn customer(&mut self) -> Actor {
        Actor { account_id: AccountId(id(0x5200 + u128::from(self.dice.below(6)))), role: Role::Customer }
    }

    /// A seat; some are not there.
    fn seat(&mut self) -> Text<32> {
        text(&format!("{}-{}", self.dice.below(5), self.dice.below(5)))
    }

    fn item(&mut self, number: u128) -> Item {
        let quantity = u32::try_from(1 + self.dice.below(4)).unwrap();
        let wish = match number {
            3 if self.dice.one_in(2) => Wish::Seats(vec![self.seat(); 1]),
            3 => Wish::BestAvailable(BestAvailable { quantity, together: self.dice.one_in(2), accessible: 0 }),
            _ => Wish::Quantity(quantity),
        };
        Item { ticket_type_id: kind(number), wish }
    }

    fn items(&mut self) -> Vec<Item> {
        let first = u128::from(1 + self.dice.below(3));
        let mut items = vec![self.item(first)];
        if self.dice.one_in(4) {
            items.push(self.item(first % 3 + 1));
        }
        items
    }

    fn code(&mut self) -> Text<64> {
        text(["HALF", "TEN"][self.dice.below(2) as usize])
    }

    /// What somebody asks next, on behalf of whoever may.
    fn ask(&mut self, show: &Show, at: DateTime<Utc>) -> Option<(Command, Actor)> {
        let roll = self.dice.below(100);
        if roll < 82 { self.ask_as_customer(show, roll) } else { self.ask_as_organizer(show, roll, at) }
    }

    fn ask_as_customer(&mut self, show: &Show, roll: u64) -> Option<(Command, Actor)> {
        let booking = self.dice.recent(&self.bookings);
        let owner = |customer| Actor { account_id: customer, role: Role::Customer };
        let by_owner_of = |id: BookingId| show.booking(id).map(|booking| owner(booking.customer_id));
        let request = Some(self.id());
        Some(match roll {
            0..30 => {
                let by = self.customer();
                let promo_code = self.dice.one_in(3).then(|| self.code());
                let booking_id = BookingId(self.id());
                let (hold, customer_id) = (!self.dice.one_in(4), by.account_id);
                let (items, access_code) = (self.items(), None);
                let show_id = SHOW;
                let book = BookTickets { show_id, booking_id, customer_id, items, hold, promo_code, access_code };
                self.bookings.push(booking_id);
                (Command::BookTickets(book), by)
            }
            30..38 => {
                let (booking_id, whole) = (booking?, self.dice.one_in(2));
                let items = if whole { vec![] } else { vec![part_of(show.booking(booking_id)?)?] };
                (
                    Command::CancelBooking(CancelBooking { booking_id, items, preview: false, request }),
                    by_owner_of(booking_id)?,
                )
            }
            38..42 => (Command::ExtendHold { booking_id: booking? }, by_owner_of(booking?)?),
            42..47 => {
                let confirm = ConfirmBooking { booking_id: booking?, payment_reference: None, request };
                (Command::ConfirmBooking(confirm), by_owner_of(booking?)?)
            }
            47..56 => {
                let (booking_id, payment_id) = (booking?, PaymentId(self.id()));
                let method = text("sandbox:succeed");
                (Command::StartPayment(StartPayment { booking_id, payment_id, method }), by_owner_of(booking_id)?)
            }
            56..63 => {
                let (payment_id, amount) = self.dice.recent(&self.payments)?;
                let failed = self.dice.one_in(3);
                let outcome = if failed { Outcome::Failed(text("No.")) } else { Outcome::Succeeded(money(amount)) };
                (Command::ReportPayment(ReportPayment { payment_id, outcome }), Actor::PLATFORM)
            }
            63..66 => {
                let (booking_id, refund, amount) = self.dice.recent(&self.refunds)?;
                let failed = self.dice.one_in(2);
                let outcome = if failed { Outcome::Failed(text("No.")) } else { Outcome::Succeeded(money(amount)) };
                (Command::ReportRefund(ReportRefund { booking_id, refund, outcome }), Actor::PLATFORM)
            }
            66..74 => {
                let (by, entry_id) = (self.customer(), EntryId(self.id()));
                let ticket_type_id = kind(u128::from(1 + self.dice.below(3)));
                let quantity = u32::try_from(1 + self.dice.below(4)).unwrap();
                let (customer_id, access_code) = (by.account_id, None);
                let join = JoinWaitlist { entry_id, customer_id, ticket_type_id, quantity, access_code };
                self.entries.push(entry_id);
                (Command::JoinWaitlist(join), by)
            }
            _ => self.answer_offer(show)?,
        })
    }

    fn answer_offer(&mut self, show: &Show) -> Option<(Command, Actor)> {
        let (entry_id, booking_id) = (self.dice.recent(&self.entries)?, BookingId(self.id()));
        let by = Actor { account_id: show.entry(entry_id)?.customer_id, role: Role::Customer };
        let command = match self.dice.below(5) {
            0 => Command::LeaveWaitlist { entry_id },
            1 => Command::DeclineOffer { entry_id },
            _ => {
                self.bookings.push(booking_id);
                Command::AcceptOffer { entry_id, booking_id }
            }
        };
        Some((command, by))
    }

    fn ask_as_organizer(&mut self, show: &Show, roll: u64, at: DateTime<Utc>) -> Option<(Command, Actor)> {
        let expected_revision = show.revision();
        let command = match roll {
            82..85 => {
                let number = u128::from(1 + self.dice.below(2));
                let capacity = u32::try_from(4 + self.dice.below(9)).unwrap();
                let capacities = vec![CapacityWish { ticket_type_id: kind(number), capacity }];
                Command::ReviseShow(Box::new(ReviseShow { expected_revision, capacities, ..ReviseShow::default() }))
            }
            85..87 => {
                let terms = Some(terms(self.dice.below(3), self.dice.one_in(2)));
                Command::ReviseShow(Box::new(ReviseShow { expected_revision, terms, ..ReviseShow::default() }))
            }
            87 => {
                let limit = Some(Some(u32::try_from(3 + self.dice.below(5)).unwrap()));
                let max_per_customer = limit;
                Command::ReviseShow(Box::new(ReviseShow {
                    expected_revision,
                    max_per_customer,
                    ..ReviseShow::default()
                }))
            }
            88 => {
                Command::SetSeatMap(Box::new(SetSeatMap { expected_revision, map: seat_map(2 + self.dice.below(3)) }))
            }
            89..92 => {
                let (seats, block) = (vec![self.seat()], self.dice.one_in(2));
                Command::BlockSeats(BlockSeats { seats, block, reason: text("So.") })
            }
            92..94 => Command::AddPromoCode(Box::new(PromoCode {
                code: self.code(),
                discount: if self.dice.one_in(2) { Discount::Percent(33) } else { Discount::Amount(1_000) },
                ticket_type_ids: if self.dice.one_in(2) { Box::default() } else { Box::new([kind(1)]) },
                uses_max: Some(3),
                uses_per_customer_max: Some(1),
                valid_from: None,
                valid_until: Some(at + TimeDelta::seconds(900)),
            })),
            94 => Command::RemovePromoCode { code: self.code() },
            95 => Command::Step(if self.dice.one_in(5) { Step::Pause } else { Step::Resume }),
            96 => Command::RetryRefunds,
            97 => {
                let (booking_id, request) = (self.dice.recent(&self.bookings)?, self.id());
                let amount = 1 + i64::try_from(self.dice.below(3_000)).unwrap();
                Command::RefundBooking(RefundBooking { booking_id, amount, request })
            }
            98 if self.dice.one_in(4) => Command::RescheduleShow(RescheduleShow {
                starts_at: after(4 * 3_600 + self.dice.below(3_600)),
                ends_at: after(6 * 3_600),
                refund_until: at + TimeDelta::seconds(300),
            }),
            _ => Command::Settle,
        };
        Some((command, ORGANIZER))
    }

    /// Remembers what can be spoken of later.
    fn remember(&mut self, event: &Event) {
        match event {
            Event::PaymentStarted(started) => self.payments.push((started.payment_id, started.money.amount)),
            Event::RefundDue(due) => self.refunds.push((due.booking_id, due.refund, due.money.amount)),
            _ => {}
        }
    }
}

/// Lets a crowd go on for some time, and records what happens; tells how often each thing did.
async fn go_on(world: &World, seed: u64) -> Vec<&'static str> {
    let (dice, next) = (Dice(seed), 0);
    let (bookings, payments, refunds, entries) = (vec![], vec![], vec![], vec![]);
    let mut crowd = Crowd { dice, next, bookings, payments, refunds, entries };
    let mut show = Show::default();
    let (mut seconds, mut happened) = (0, Vec::new());
    let map = Command::SetSeatMap(Box::new(SetSeatMap { expected_revision: 1, map: seat_map(3) }));
    let create = Command::CreateShow(Box::new(CreateShow { show: created() }));
    let mut opening = vec![Command::Step(Step::Publish), map, create];
    for left in (0..COMMANDS).rev() {
        seconds += crowd.dice.below(SECONDS_BETWEEN_MAX);
        let at = after(seconds);
        let asked = match opening.pop() {
            Some(command) => Some((command, ORGANIZER)),
            None if left == 20 => Some((Command::CancelShow(CancelShow { reason: text("Rain.") }), ORGANIZER)),
            None => crowd.ask(&show, at),
        };
        let Some((command, by)) = asked else { continue };
        let mut events = settle_all(&mut show, at);
        if let Ok(decided) = show.decide(&command, &Asked { by, at }) {
            for event in &decided {
                show.evolve(event);
            }
            events.extend(decided);
            events.extend(settle_all(&mut show, at));
        }
        for event in &events {
            crowd.remember(event);
        }
        happened.extend(events.iter().map(Event::event_type));
        world.record(SHOW.0, &events, at).await;
    }
    happened
}

#[tokio::test]
async fn passes_over_whatever_a_crowd_was_allowed_to_do() {
    let mut happened = Vec::new();
    for seed in 1..=3 {
        let world = World::new().await;
        happened.extend(go_on(&world, seed).await);
        world.project().await;
        assert_eq!(world.verify().await.difference, None, "seed {seed}");
    }
    for event_type in [
        "ShowRescheduled",
        "SaleTermsSet",
        "CapacityLowered",
        "PromoCodeRemoved",
        "SeatMapSet",
        "SeatsUnblocked",
        "BookingConfirmed",
        "SeatsHeld",
        "HoldExtended",
        "HoldConfirmed",
        "HoldReleased",
        "HoldsLapsed",
        "BookingReduced",
        "BookingCancelled",
        "PaymentSucceeded",
        "PaymentFailed",
        "RefundDue",
        "RefundSucceeded",
        "RefundFailed",
        "RefundRetried",
        "WaitlistLeft",
        "SeatsOffered",
        "OfferDeclined",
        "OffersLapsed",
    ] {
        assert!(happened.contains(&event_type), "no {event_type} ever happened");
    }
}

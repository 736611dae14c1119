//! People who want things of one small show: few tickets, few keys, few moments, so that they
//! constantly get in each other's way.

use chrono::TimeDelta;
use domain::access::{Actor, Role};
use domain::ids::{AccountId, BookingId, EntryId, PaymentId, TicketTypeId};
use domain::show::{
    BestAvailable, BookTickets, Command, Item, ReviseShow, Show, Step, TICKET_TYPES_MAX, Wish as Tickets,
};
use proptest::prelude::*;
use uuid::Uuid;

use super::house::{self, EVENINGS, FRIENDS, HIDDEN, MAPS, SEATED, TYPES, UNHEARD_OF, moment, type_id};

/// The organizer comes first; the last three are customers.
pub(crate) const ANYBODY: [Actor; 6] = [
    somebody(1, Role::Organizer),
    somebody(2, Role::Organizer),
    somebody(3, Role::Admin),
    somebody(4, Role::Customer),
    somebody(5, Role::Customer),
    somebody(6, Role::Customer),
];

const fn somebody(id: u128, role: Role) -> Actor {
    Actor { account_id: AccountId(Uuid::from_u128(id)), role }
}

/// What somebody wants, and how long after the last wish. What it says exactly depends on the show it is
/// said to.
#[derive(Clone, Debug)]
pub(crate) struct Wish {
    /// Who, unless it is the one whose business it is.
    pub(super) by: Option<usize>,
    /// In minutes; clocks also go back.
    pub(crate) later: i64,
    pub(super) what: What,
}

/// Something that a wish is about: by its key, or one of those that it can be about now.
#[derive(Clone, Copy, Debug)]
pub(super) struct About {
    pub(super) key: u128,
    pub(super) apt: bool,
}

#[derive(Clone, Debug)]
pub(super) enum What {
    Create { variant: u8 },
    Revise { stale: bool, part: Part },
    SetMap { stale: bool, variant: u8 },
    Block { places: Vec<usize>, block: bool },
    AddCode { code: usize, variant: u8 },
    RemoveCode { code: usize },
    Step(Step),
    PutOff { hours: i64, refund_until: i64 },
    CallOff,
    Book { key: u128, customer: usize, items: Vec<Order>, hold: bool, promo: Option<usize>, friend: bool },
    GiveBack { about: About, part: Share, preview: bool, request: Option<u128> },
    Extend { about: About },
    Confirm { about: About, request: Option<u128>, payment: Option<u128> },
    Pay { about: About, payment: u128, by_card: bool },
    Report { about: About, said: Said },
    Refund { about: About, amount: i64, request: u128 },
    ReportRefund { about: About, refund: usize, said: Said },
    Retry,
    Join { key: u128, customer: usize, id: u128, quantity: u32, modest: bool, friend: bool },
    Leave { about: About },
    Accept { about: About, key: u128 },
    Decline { about: About },
    Settle,
}

/// Some tickets of one type.
#[derive(Clone, Copy, Debug)]
pub(super) struct Order {
    pub(super) id: u128,
    pub(super) count: u32,
    pub(super) place: usize,
    pub(super) how: How,
}

/// Which part of a booking.
#[derive(Clone, Debug)]
pub(super) enum Share {
    Whole,
    /// So many of one of its items.
    Some(usize, u32),
    /// These, which it may not have.
    Odd(Vec<Order>),
}

#[derive(Clone, Copy, Debug)]
pub(super) enum How {
    /// By number, or the best seats that are left.
    Any,
    /// The best seats side by side.
    Together,
    /// These seats, from one on.
    Named,
    /// Mostly wrong: seats of a type that has none, a number of one that has; the same seat twice.
    Odd,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Said {
    Done,
    Wrong,
    Failed,
}

/// What a correction says; its revision is filled in when it is spoken.
#[derive(Clone, Debug)]
pub(super) enum Part {
    Plain(Box<ReviseShow>),
    Add { count: usize, currency: &'static str, reserved: bool },
}

/// Any wishes by anybody at any time, after a show was created and, mostly, published.
pub(crate) fn histories(wishes_max: usize) -> impl Strategy<Value = Vec<Wish>> {
    let on_sale = |variant| {
        let set_up = [
            What::Create { variant },
            What::SetMap { stale: false, variant: 0 },
            What::AddCode { code: 0, variant: 0 },
            What::Step(Step::Publish),
        ];
        Just(set_up.to_vec())
    };
    let opening = prop_oneof![
        9 => on_sale(0),
        9 => on_sale(1),
        9 => on_sale(2),
        1 => Just(vec![What::Create { variant: 0 }]),
        1 => Just(vec![]),
    ];
    let spoken = |(at, what): (usize, What)| Wish { by: None, later: if at == 0 { 30 } else { 0 }, what };
    let opening = opening.prop_map(move |whats| whats.into_iter().enumerate().map(spoken).collect());
    (opening, prop::collection::vec(wish(), 0..wishes_max))
        .prop_map(|(opening, wishes): (Vec<_>, _)| opening.into_iter().chain(wishes).collect())
}

fn wish() -> impl Strategy<Value = Wish> {
    let by = prop_oneof![9 => Just(None), 1 => (0..ANYBODY.len()).prop_map(Some)];
    let later =
        prop_oneof![60 => Just(0), 60 => 0_i64..3, 18 => 3_i64..8, 3 => 30_i64..70, 3 => -10_i64..0, 1 => Just(300)];
    (by, later, what()).prop_map(|(by, later, what)| Wish { by, later, what })
}

fn what() -> impl Strategy<Value = What> {
    prop_oneof![8 => organizers(), 24 => buyers(), 16 => payers(), 16 => waiters(), 1 => Just(What::Settle)]
}

fn organizers() -> impl Strategy<Value = What> {
    let step = prop::sample::select(vec![Step::Pause, Step::Pause, Step::Resume, Step::Publish]);
    let places = prop_oneof![9 => 0_usize..10, 1 => Just(10)];
    let places = prop::collection::vec(places, 1..4);
    prop_oneof![
        40 => (prop::bool::weighted(0.1), part()).prop_map(|(stale, part)| What::Revise { stale, part }),
        6 => (prop::bool::weighted(0.1), 0..MAPS).prop_map(|(stale, variant)| What::SetMap { stale, variant }),
        12 => (places, any::<bool>()).prop_map(|(places, block)| What::Block { places, block }),
        12 => (0_usize..3, 0_u8..6).prop_map(|(code, variant)| What::AddCode { code, variant }),
        4 => (0_usize..3).prop_map(|code| What::RemoveCode { code }),
        10 => step.prop_map(What::Step),
        1 => Just(What::Step(Step::Close)),
        4 => (-4_i64..4, -1_i64..5).prop_map(|(hours, refund_until)| What::PutOff { hours, refund_until }),
        4 => (0..EVENINGS).prop_map(|variant| What::Create { variant }),
        1 => Just(What::CallOff),
    ]
}

fn part() -> impl Strategy<Value = Part> {
    let wish = ReviseShow::default;
    let titles =
        (0_u8..3).prop_map(move |n| ReviseShow { title: Some(house::line(&format!("Evening {n}"))), ..wish() });
    let perhaps = |hours| prop::option::of(prop::option::of(hours));
    let hours = (prop::option::of(4_i64..9), prop::option::of(4_i64..12), perhaps(-2_i64..3), perhaps(2_i64..8));
    let hours = hours.prop_map(move |(starts, ends, opens, closes)| ReviseShow {
        starts_at: starts.map(moment),
        ends_at: ends.map(moment),
        sale_opens_at: opens.map(|hour| hour.map(moment)),
        sale_closes_at: closes.map(|hour| hour.map(moment)),
        ..wish()
    });
    let limits = prop::option::of(1_u32..8);
    let limits = limits.prop_map(move |limit| ReviseShow { max_per_customer: Some(limit), ..wish() });
    let capacities = (any_type(), 0_u32..16).prop_map(move |(id, capacity)| {
        let wished = domain::show::CapacityWish { ticket_type_id: type_id(id), capacity };
        ReviseShow { capacities: vec![wished], ..wish() }
    });
    let terms = (0..EVENINGS).prop_map(move |variant| ReviseShow { terms: Some(house::sale_terms(variant)), ..wish() });
    let ticket_terms = (any_type(), 0_u8..6).prop_map(move |(id, variant)| ReviseShow {
        ticket_terms: vec![(type_id(id), house::ticket_terms(variant))],
        ..wish()
    });
    let plain = prop_oneof![1 => titles, 1 => hours, 2 => limits, 6 => capacities, 2 => terms, 3 => ticket_terms];
    let few = (1_usize..3, prop::sample::select(vec!["EUR", "EUR", "CHF"]), any::<bool>());
    prop_oneof![
        11 => plain.prop_map(|wish| Part::Plain(Box::new(wish))),
        2 => few.prop_map(|(count, currency, reserved)| Part::Add { count, currency, reserved }),
        1 => Just(Part::Add { count: TICKET_TYPES_MAX, currency: "EUR", reserved: false }),
    ]
}

fn any_type() -> impl Strategy<Value = u128> {
    prop_oneof![30 => Just(1), 30 => Just(2), 10 => Just(3), 40 => Just(SEATED), 4 => Just(HIDDEN), 1 => Just(UNHEARD_OF)]
}

fn buyers() -> impl Strategy<Value = What> {
    let items = || prop::collection::btree_map(any_type(), order(), 1..=2);
    let items = || items().prop_map(|items| items.into_iter().map(|(id, order)| Order { id, ..order }).collect());
    let book =
        (0_u128..40, 3..ANYBODY.len(), items(), prop::bool::weighted(0.6), prop::option::weighted(0.3, 0_usize..3));
    let some = (0_usize..2, 0_u32..4).prop_map(|(item, count)| Share::Some(item, count));
    let part = prop_oneof![4 => Just(Share::Whole), 4 => some, 1 => items().prop_map(Share::Odd)];
    let give_back = (about(16), part, prop::bool::weighted(0.1), request());
    prop_oneof![
        3 => (book, prop::bool::weighted(0.2)).prop_map(|((key, customer, items, hold, promo), friend)| {
            What::Book { key, customer, items, hold, promo, friend }
        }),
        1 => give_back.prop_map(|(about, part, preview, request)| What::GiveBack { about, part, preview, request }),
    ]
}

fn order() -> impl Strategy<Value = Order> {
    let how = prop_oneof![3 => Just(How::Any), 3 => Just(How::Together), 3 => Just(How::Named), 1 => Just(How::Odd)];
    let count = prop_oneof![12 => 1_u32..4, 1 => 4_u32..9];
    (count, 0_usize..10, how).prop_map(|(count, place, how)| Order { id: 0, count, place, how })
}

fn about(keys: u128) -> impl Strategy<Value = About> {
    (0..keys, prop::bool::weighted(0.95)).prop_map(|(key, apt)| About { key, apt })
}

fn request() -> impl Strategy<Value = Option<u128>> {
    prop::option::weighted(0.7, 0_u128..8)
}

fn payers() -> impl Strategy<Value = What> {
    let said = || prop_oneof![6 => Just(Said::Done), 1 => Just(Said::Wrong), 3 => Just(Said::Failed)];
    let amount = prop_oneof![4 => 1_i64..5_000, 1 => Just(0), 1 => Just(100_000)];
    prop_oneof![
        4 => about(16).prop_map(|about| What::Extend { about }),
        3 => (about(16), request(), prop::option::weighted(0.2, 0_u128..8))
            .prop_map(|(about, request, payment)| What::Confirm { about, request, payment }),
        6 => (about(16), 0_u128..16, prop::bool::weighted(0.9))
            .prop_map(|(about, payment, by_card)| What::Pay { about, payment, by_card }),
        6 => (about(16), said()).prop_map(|(about, said)| What::Report { about, said }),
        2 => (about(16), amount, 0_u128..8).prop_map(|(about, amount, request)| What::Refund { about, amount, request }),
        3 => (about(16), 0_usize..4, said())
            .prop_map(|(about, refund, said)| What::ReportRefund { about, refund, said }),
        1 => Just(What::Retry),
    ]
}

fn waiters() -> impl Strategy<Value = What> {
    let who = (0_u128..30, 3..ANYBODY.len());
    let join = (who, any_type(), 1_u32..4, prop::bool::weighted(0.2), prop::bool::weighted(0.2));
    prop_oneof![
        5 => join.prop_map(|((key, customer), id, quantity, modest, friend)| {
            What::Join { key, customer, id, quantity, modest, friend }
        }),
        1 => about(16).prop_map(|about| What::Leave { about }),
        4 => (about(16), 0_u128..60).prop_map(|(about, key)| What::Accept { about, key }),
        2 => about(16).prop_map(|about| What::Decline { about }),
    ]
}

impl Part {
    pub(super) fn spoken_to(&self, show: &Show) -> ReviseShow {
        match self {
            Part::Plain(wish) => (**wish).clone(),
            Part::Add { count, currency, reserved } => {
                // Ids are made up by the edge and never repeat.
                let fresh = 100 + (show.offered().len() - TYPES.len().min(show.offered().len())) as u128;
                let add = |id| {
                    let mut added = house::ticket_type(id, if *reserved { 0 } else { 4 }, currency);
                    added.terms.reserved = *reserved;
                    added
                };
                ReviseShow { added: (fresh..).take(*count).map(add).collect(), ..ReviseShow::default() }
            }
        }
    }
}

impl Order {
    pub(super) fn item(&self, show: &Show) -> Item {
        let ticket_type_id = type_id(self.id);
        let offered = show.offered().iter().find(|offered| offered.ticket_type.ticket_type_id == ticket_type_id);
        let reserved = offered.is_some_and(|offered| offered.ticket_type.terms.reserved);
        let seats = |step: usize| (0..self.count as usize).map(|n| house::seat((self.place + step * n) % 11)).collect();
        let best = |together| {
            let accessible = u32::from(self.place == 0) * self.count;
            Tickets::BestAvailable(BestAvailable { quantity: self.count, together, accessible })
        };
        let wish = match (self.how, reserved) {
            (How::Any | How::Together | How::Named, false) | (How::Odd, true) if self.place < 9 => {
                Tickets::Quantity(self.count)
            }
            (How::Any, _) => best(false),
            (How::Together, _) => best(true),
            (How::Named, _) => Tickets::Seats(seats(1)),
            (How::Odd, _) => Tickets::Seats(seats(0)),
        };
        Item { ticket_type_id, wish }
    }
}

/// One booking of everything that is left, under a key nobody has used.
pub(crate) fn all_of(left: &[(TicketTypeId, u32)], show: &Show) -> (Command, Actor) {
    let items = left.iter().map(|(id, count)| {
        let order = Order { id: id.0.as_u128(), count: *count, place: 1, how: How::Any };
        order.item(show)
    });
    (Command::BookTickets(book(1_000, ANYBODY[3], items.collect(), true, None, true)), ANYBODY[3])
}

pub(super) fn book(
    key: u128,
    customer: Actor,
    items: Vec<Item>,
    hold: bool,
    promo: Option<usize>,
    friend: bool,
) -> BookTickets {
    BookTickets {
        show_id: domain::ids::ShowId(Uuid::from_u128(77)),
        booking_id: booking(key),
        customer_id: customer.account_id,
        items,
        hold,
        promo_code: promo.map(house::code_of),
        access_code: friend.then(|| house::line(FRIENDS)),
    }
}

// Keys of different kinds never meet: the edge makes them so.
pub(super) fn booking(key: u128) -> BookingId {
    BookingId(Uuid::from_u128(0x1_0000 + key))
}

pub(super) fn payment(key: u128) -> PaymentId {
    PaymentId(Uuid::from_u128(0x2_0000 + key))
}

pub(super) fn entry(key: u128) -> EntryId {
    EntryId(Uuid::from_u128(0x3_0000 + key))
}

pub(super) fn request_of(key: u128) -> Uuid {
    Uuid::from_u128(0x4_0000 + key)
}

/// So much later.
pub(crate) fn minutes(later: i64) -> TimeDelta {
    TimeDelta::minutes(later)
}

//! People who want things of one small show: few tickets, few keys, few moments, so that they
//! constantly get in each other's way.

use chrono::TimeDelta;
use domain::Timestamp;
use domain::access::{Actor, Role};
use domain::aggregate::Asked;
use domain::ids::{AccountId, BookingId, ShowId, TicketTypeId};
use domain::money::{Currency, Money};
use domain::show::{
    BookTickets, CancelBooking, CancelShow, CapacityWish, Command, CreateShow, Item, ReviseShow, Schedule, Show,
    ShowCreated, ShowDetails, Step, TICKET_TYPES_MAX, TicketType, Venue,
};
use domain::text::Text;
use proptest::prelude::*;
use uuid::Uuid;

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

/// A number of hours after the first moment a sale may open.
pub(crate) fn moment(hour: i64) -> Timestamp {
    Timestamp::UNIX_EPOCH + TimeDelta::hours(hour)
}

/// What somebody wants, and when. What it says exactly depends on the show it is said to.
#[derive(Clone, Debug)]
pub(crate) struct Wish {
    by: usize,
    hour: i64,
    what: What,
}

#[derive(Clone, Debug)]
enum What {
    Create { variant: u8 },
    Revise { stale: bool, part: Part },
    Step(Step),
    CallOff,
    Book { key: u128, customer: usize, items: Vec<(u128, u32)> },
    GiveBack { key: u128 },
}

/// What a correction says; its revision is filled in when it is spoken.
#[derive(Clone, Debug)]
enum Part {
    Plain(Box<ReviseShow>),
    Add { count: usize, currency: &'static str },
}

/// Any wishes by anybody at any time, after a show was created and, mostly, published.
pub(crate) fn histories(wishes_max: usize) -> impl Strategy<Value = Vec<Wish>> {
    let opening = prop_oneof![
        4 => Just(vec![What::Create { variant: 0 }, What::Step(Step::Publish)]),
        4 => Just(vec![What::Create { variant: 1 }, What::Step(Step::Publish)]),
        1 => Just(vec![What::Create { variant: 0 }]),
        1 => Just(vec![]),
    ];
    let opening = opening.prop_map(|whats| whats.into_iter().map(|what| Wish { by: 0, hour: 0, what }).collect());
    (opening, prop::collection::vec(wish(), 0..wishes_max))
        .prop_map(|(opening, wishes): (Vec<_>, _)| opening.into_iter().chain(wishes).collect())
}

fn wish() -> impl Strategy<Value = Wish> {
    let by = prop_oneof![2 => Just(0), 4 => 0..ANYBODY.len()];
    let hour = prop_oneof![6 => 1_i64..5, 1 => -2_i64..12];
    (by, hour, what()).prop_map(|(by, hour, what)| Wish { by, hour, what })
}

fn what() -> impl Strategy<Value = What> {
    let step = prop::sample::select(vec![Step::Publish, Step::Pause, Step::Resume, Step::Resume, Step::Publish]);
    let items = prop::sample::subsequence(vec![1_u128, 2, 3, 9], 1..=2);
    let items = (items, prop::collection::vec(1_u32..6, 2)).prop_map(|(ids, counts)| ids.into_iter().zip(counts));
    prop_oneof![
        40 => (0_u128..24, 3..ANYBODY.len(), items)
            .prop_map(|(key, customer, items)| What::Book { key, customer, items: items.collect() }),
        16 => (0_u128..24).prop_map(|key| What::GiveBack { key }),
        16 => (prop::bool::weighted(0.1), part()).prop_map(|(stale, part)| What::Revise { stale, part }),
        6 => step.prop_map(What::Step),
        2 => Just(What::Step(Step::Close)),
        2 => (0_u8..5).prop_map(|variant| What::Create { variant }),
        1 => Just(What::CallOff),
    ]
}

fn part() -> impl Strategy<Value = Part> {
    let wish = ReviseShow::default;
    let titles = (0_u8..3).prop_map(move |n| ReviseShow { title: Some(line(&format!("Evening {n}"))), ..wish() });
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
    let capacities = (prop::sample::select(vec![1_u128, 2, 3, 9]), 0_u32..16);
    let capacities = capacities.prop_map(move |(id, capacity)| {
        let ticket_type_id = TicketTypeId(Uuid::from_u128(id));
        ReviseShow { capacities: vec![CapacityWish { ticket_type_id, capacity }], ..wish() }
    });
    let plain = prop_oneof![1 => titles, 2 => hours, 2 => limits, 6 => capacities];
    let few = (1_usize..3, prop::sample::select(vec!["EUR", "EUR", "CHF"]));
    prop_oneof![
        11 => plain.prop_map(|wish| Part::Plain(Box::new(wish))),
        1 => few.prop_map(|(count, currency)| Part::Add { count, currency }),
        1 => Just(Part::Add { count: TICKET_TYPES_MAX, currency: "EUR" }),
    ]
}

impl Wish {
    /// The command in the words this show understands.
    pub(crate) fn spoken_to(&self, show: &Show) -> (Command, Asked) {
        let command = match &self.what {
            What::Create { variant } => Command::CreateShow(Box::new(CreateShow { show: evening(*variant) })),
            What::Revise { stale, part } => {
                let expected_revision = show.revision().saturating_sub(u64::from(*stale));
                Command::ReviseShow(Box::new(ReviseShow { expected_revision, ..part.spoken_to(show) }))
            }
            What::Step(step) => Command::Step(*step),
            What::CallOff => Command::CancelShow(CancelShow { reason: line("It rains") }),
            What::Book { key, customer, items } => book(*key, ANYBODY[*customer], items),
            What::GiveBack { key } => Command::CancelBooking(CancelBooking { booking_id: booking(*key) }),
        };
        (command, Asked { by: ANYBODY[self.by], at: moment(self.hour) })
    }

    /// One booking of everything that is left, under a key nobody has used.
    pub(crate) fn for_all_of(left: &[(TicketTypeId, u32)]) -> (Command, Actor) {
        let items: Vec<_> = left.iter().map(|(id, count)| (id.0.as_u128(), *count)).collect();
        (book(1_000, ANYBODY[3], &items), ANYBODY[3])
    }
}

impl Part {
    fn spoken_to(&self, show: &Show) -> ReviseShow {
        match self {
            Part::Plain(wish) => (**wish).clone(),
            Part::Add { count, currency } => {
                // Ids are made up by the edge and never repeat.
                let fresh = 100 + show.offered().len() as u128;
                let added = (fresh..).take(*count).map(|id| ticket_type(id, 4, currency)).collect();
                ReviseShow { added, ..ReviseShow::default() }
            }
        }
    }
}

/// The show everybody talks about, without (0) and with (1) a limit for one customer; the others
/// cannot be or, coming second, are not the same.
fn evening(variant: u8) -> ShowCreated {
    let venue = Venue { name: line("Kulturhaus"), city: line("Ulm"), country: line("DE") };
    let schedule = Schedule {
        time_zone: line("Europe/Berlin"),
        starts_at: moment(6),
        ends_at: moment(if variant == 2 { 6 } else { 8 }),
        sale_opens_at: Some(moment(0)),
        sale_closes_at: None,
    };
    let third = ticket_type(3, 0, if variant == 3 { "CHF" } else { "EUR" });
    ShowCreated {
        show_id: ShowId(Uuid::from_u128(77)),
        organizer_id: ANYBODY[0].account_id,
        details: ShowDetails { title: line("Evening"), description: None, venue },
        schedule,
        max_per_customer: (variant == 1).then_some(6),
        ticket_types: vec![ticket_type(1, 10, "EUR"), ticket_type(2, 5, "EUR"), third],
    }
}

fn ticket_type(id: u128, capacity: u32, currency: &str) -> TicketType {
    let price = Money { amount: 4_250, currency: Currency::try_from(currency).unwrap() };
    TicketType { ticket_type_id: TicketTypeId(Uuid::from_u128(id)), name: line("Ticket"), price, capacity }
}

fn book(key: u128, customer: Actor, items: &[(u128, u32)]) -> Command {
    let item = |&(id, quantity)| Item { ticket_type_id: TicketTypeId(Uuid::from_u128(id)), quantity };
    Command::BookTickets(BookTickets {
        show_id: ShowId(Uuid::from_u128(77)),
        booking_id: booking(key),
        customer_id: customer.account_id,
        items: items.iter().map(item).collect(),
    })
}

fn booking(key: u128) -> BookingId {
    BookingId(Uuid::from_u128(key))
}

fn line<const MAX: usize>(text: &str) -> Text<MAX> {
    Text::line(text).unwrap()
}

//! What the sample data is: people here, events in `events.json`.

use anyhow::Context as _;
use serde::Deserialize;
use serde_json::Value;

/// The password of every sample account. Anybody can read it here: none of them is for production.
pub(super) const PASSWORD: &str = "evently-sample";

/// Somebody with a sample account.
pub(super) struct Person {
    pub(super) email: &'static str,
    pub(super) name: &'static str,
}

/// Who runs the sample events.
pub(super) const ORGANIZER: Person = Person { email: "organizer@evently.local", name: "Olga Organizer" };

/// Who books.
pub(super) const CUSTOMERS: [Person; 5] = [
    Person { email: "customer1@evently.local", name: "Ada Lovelace" },
    Person { email: "customer2@evently.local", name: "Chinua Achebe" },
    Person { email: "customer3@evently.local", name: "Marie Curie" },
    Person { email: "customer4@evently.local", name: "Rabindranath Tagore" },
    Person { email: "customer5@evently.local", name: "Frida Kahlo" },
];

/// An event, who books it, and how it ends up.
#[derive(Deserialize)]
pub(super) struct Sample {
    /// Names it in idempotency keys, for ever.
    pub(super) key: String,
    /// As a client sends it.
    pub(super) event: Value,
    /// What each customer books once it is published.
    #[serde(default)]
    pub(super) bookings: Vec<Booked>,
    /// How many of each customer's bookings are given back.
    #[serde(default)]
    pub(super) given_back: usize,
    /// What happens to it in the end.
    #[serde(default)]
    pub(super) fate: Fate,
}

/// Bookings of one ticket type, the same for each customer.
#[derive(Deserialize)]
pub(super) struct Booked {
    /// Which of the event's ticket types, from 0.
    pub(super) ticket_type: usize,
    /// How many tickets at once.
    pub(super) quantity: u32,
    /// How many such bookings.
    pub(super) times: usize,
}

/// Where an event ends up.
#[derive(Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Fate {
    Draft,
    #[default]
    OnSale,
    Paused,
    Cancelled,
}

impl Sample {
    /// How many bookings each customer makes.
    pub(super) fn bookings_per_customer(&self) -> usize {
        self.bookings.iter().map(|booked| booked.times).sum()
    }

    /// How many requests it takes to put it in.
    pub(super) fn requests(&self) -> usize {
        let steps = match self.fate {
            Fate::Draft => 0,
            Fate::OnSale => 1,
            Fate::Paused | Fate::Cancelled => 2,
        };
        1 + steps + CUSTOMERS.len() * (self.bookings_per_customer() + self.given_back)
    }
}

/// The sample events.
pub(super) fn samples() -> anyhow::Result<Vec<Sample>> {
    serde_json::from_str(include_str!("events.json")).context("the sample events cannot be read")
}

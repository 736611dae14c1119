//! What every story starts from: a world of its own (database, platform, people), verbs, builders.
//!
//! Stories wait for a position, never for a time: a person's reads carry `Evently-Min-Position`.

pub(crate) mod answer;
pub(crate) mod builders;
pub(crate) mod clock;
pub(crate) mod database;
pub(crate) mod log;
pub(crate) mod person;
pub(crate) mod process;
pub(crate) mod replays;
pub(crate) mod seats;
pub(crate) mod verbs;
pub(crate) mod world;

pub(crate) use answer::Answer;
pub(crate) use builders::{Show, ShowPlan, a_show};
pub(crate) use person::Person;
pub(crate) use seats::{a_house, seat, seats_in};
pub(crate) use world::World;

/// The longest that anything in these stories may take; only what never ends takes as long.
const STORY_MAX_S: u64 = 120;

/// Waits for something that ends by itself, or fails with what it was.
pub(crate) async fn in_time<T>(what: &str, ends: impl Future<Output = T>) -> T {
    let limit = std::time::Duration::from_secs(STORY_MAX_S);
    tokio::time::timeout(limit, ends).await.unwrap_or_else(|_| panic!("{what} does not end"))
}

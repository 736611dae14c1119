//! Settling, shown on the smallest aggregate that has something to settle: an egg timer.

use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Aggregate, Asked, SETTLE_CALLS_MAX, settle_all};
use crate::Timestamp;
use crate::access::{Actor, Role};
use crate::event::{DecodeError, DomainEvent};
use crate::ids::AccountId;
use crate::testing::given;

const COOK: Actor = Actor { account_id: AccountId(Uuid::from_u128(1)), role: Role::Customer };

/// Eggs that are done at their seconds, in order. Each says so by itself.
#[derive(Default, Serialize, Deserialize)]
struct Pot {
    boiling: Vec<i64>,
}

#[derive(Clone, Debug, PartialEq)]
enum Event {
    PutIn(i64),
    Done,
}

#[derive(Debug, PartialEq, thiserror::Error)]
#[error("the pot is full")]
struct Full;

impl DomainEvent for Event {
    fn event_type(&self) -> &'static str {
        "Egg"
    }

    fn schema_version(&self) -> u16 {
        1
    }

    fn encode(&self) -> Vec<u8> {
        vec![]
    }

    fn decode(event_type: &str, schema_version: u16, _: &[u8]) -> Result<Self, DecodeError> {
        Err(DecodeError::Unknown { event_type: String::from(event_type), schema_version })
    }

    fn key(&self) -> Option<Uuid> {
        None
    }
}

impl Aggregate for Pot {
    const CATEGORY: &'static str = "pot";
    const SNAPSHOT_SCHEMA: u32 = 0;
    type Command = i64;
    type Event = Event;
    type Rejection = Full;

    /// Puts an egg in, as long as fewer than two are boiling; no egg if it is a negative one.
    fn decide(&self, done_at: &i64, _: &Asked) -> Result<Vec<Event>, Full> {
        match done_at {
            ..0 => Ok(vec![]),
            _ if self.boiling.len() >= 2 => Err(Full),
            _ => Ok(vec![Event::PutIn(*done_at)]),
        }
    }

    fn settle(&self, at: Timestamp) -> Vec<Event> {
        self.boiling.first().filter(|done_at| **done_at <= at.timestamp()).map(|_| Event::Done).into_iter().collect()
    }

    fn evolve(&mut self, event: &Event) {
        match event {
            Event::PutIn(done_at) => self.boiling.push(*done_at),
            Event::Done => drop(self.boiling.remove(0)),
        }
    }

    fn key_spent() -> Full {
        Full
    }

    fn weight(&self) -> usize {
        1
    }
}

fn second(second: i64) -> Timestamp {
    Timestamp::from_timestamp(second, 0).unwrap()
}

#[test]
fn what_is_due_happens_before_the_decision() {
    let full = [Event::PutIn(60), Event::PutIn(90)];
    given::<Pot>(full.clone()).at(COOK, second(59)).when(&200).then_rejected_after([], Full);
    given::<Pot>(full).at(COOK, second(60)).when(&200).then([Event::Done, Event::PutIn(200)]);
}

#[test]
fn what_follows_from_the_decision_happens_with_it() {
    given::<Pot>([]).at(COOK, second(60)).when(&30).then([Event::PutIn(30), Event::Done]);
}

#[test]
fn what_is_due_happens_whatever_becomes_of_the_command() {
    let crowded = [Event::PutIn(60), Event::PutIn(90), Event::PutIn(90)];
    given::<Pot>(crowded.clone()).at(COOK, second(60)).when(&200).then_rejected_after([Event::Done], Full);
    given::<Pot>(crowded).at(COOK, second(90)).when(&-1).then([Event::Done, Event::Done, Event::Done]);
}

#[test]
fn what_is_due_in_great_numbers_is_settled_bit_by_bit() {
    let mut pot = Pot { boiling: vec![0; SETTLE_CALLS_MAX + 2] };
    assert_eq!(settle_all(&mut pot, second(1)).len(), SETTLE_CALLS_MAX);
    assert_eq!(settle_all(&mut pot, second(1)).len(), 2);
    assert_eq!(settle_all(&mut pot, second(1)).capacity(), 0, "nothing due costs nothing");
}

//! The checker: it reads the log and the answers of a run, with eyes of its own, and demands that they make
//! sense. It shares no code with the rules; only `check/again.rs`, which asks the rules whether they agree with
//! themselves, does.

mod again;
mod answers;
mod demand;
mod facts;
mod house;

use event_log::Position;

pub use demand::{Demand, Violation};

use crate::history::{Answer, Append, Attempt, History, Written};
use crate::ids::Of;
use crate::plan::Plan;
use answers::Told;
use demand::{Checked, Wrong, demand};
use facts::Fact;
use house::{House, Ids};

/// Checks a run. The first violation is given.
pub fn check(plan: &Plan, history: &History) -> Result<(), Violation> {
    let mut checker = Checker::new(plan, history);
    checker.read()?;
    checker.ends()?;
    again::check(plan, history)
}

/// The events that one question made.
#[derive(Clone, Copy)]
struct Made {
    append: Append,
    last: Position,
}

/// A question that is under way.
struct Open {
    attempt: u32,
    show: u8,
    /// What was asked was done.
    done: bool,
    explained: bool,
}

impl Open {
    fn look(&mut self, told: &Told, house: &House, made: Option<Made>, position: Position) {
        self.done = self.done
            || match told.attempt.answer {
                Answer::Obeyed { repeated: true, .. } => told.was_obeyed(house),
                _ => made.is_some_and(|made| made.last <= position),
            };
        self.explained = told.is_explained_by(house, self.done);
    }
}

struct Checker<'a> {
    plan: &'a Plan,
    history: &'a History,
    houses: Vec<House>,
    versions: Vec<u64>,
    open: Vec<Open>,
    /// How many attempts are or were open.
    opened: usize,
    made: Vec<Option<Made>>,
    /// Which act made each booking, payment and place on a waitlist.
    keys: Ids<u32>,
}

impl<'a> Checker<'a> {
    fn new(plan: &'a Plan, history: &'a History) -> Self {
        Self {
            plan,
            history,
            houses: plan.shows.iter().map(|_| House::default()).collect(),
            versions: vec![0; plan.shows.len()],
            open: Vec::new(),
            opened: 0,
            made: vec![None; history.attempts.len()],
            keys: Ids::default(),
        }
    }

    /// Reads the log, and at each moment the questions that were open then.
    fn read(&mut self) -> Result<(), Violation> {
        let log = &self.history.log;
        self.at_head(0)?;
        let mut recorded_before = i64::MIN;
        for (index, written) in log.iter().enumerate() {
            let position = written.event.position;
            let next = log.get(index + 1);
            let at = |wrong| violation(wrong, Some(position), None);
            let recorded_at = written.event.recorded_at.timestamp_micros();
            let in_order = || {
                demand!(position == index as Position + 1, Dense, "position {position} is at place {}", index + 1);
                let now = recorded_before.max(written.append.decided_at);
                demand!(recorded_at == now, TimeGoesOn, "recorded at {recorded_at}, it was {now}");
                Ok(())
            };
            in_order().map_err(at)?;
            recorded_before = recorded_at;
            let show = self.take_in(written).map_err(at)?;
            let goes_on = |next: &Written| {
                let (one, other) = (&written.event, &next.event);
                written.append == next.append
                    && one.stream == other.stream
                    && one.metadata.correlation_id == other.metadata.correlation_id
            };
            if !next.is_some_and(goes_on) {
                self.houses[show].decided(written.append.decided_at).map_err(at)?;
                self.explain(show, position);
            }
            if next.is_none_or(|next| next.append != written.append) {
                self.at_head(position)?;
            }
        }
        Ok(())
    }

    fn take_in(&mut self, written: &Written) -> Checked<usize> {
        let event = &written.event;
        let show = Of::Show.number(event.stream.id()).map_or(usize::MAX, |show| show as usize);
        demand!(show < self.houses.len(), Lawful, "there is no show {}", event.stream);
        self.versions[show] += 1;
        demand!(event.version == self.versions[show], Dense, "version {} of {}", event.version, event.stream);
        let fact =
            Fact::read(&event.event_type, &event.payload).map_err(|what| Wrong { demand: Demand::Readable, what })?;
        let key = match &fact {
            Fact::Booked(taken) | Fact::Held(taken) => Some(taken.booking_id),
            Fact::PaymentStarted(started) => Some(started.payment_id),
            Fact::Joined(joined) => Some(joined.entry_id),
            _ => None,
        };
        demand!(key == event.key, Lawful, "an event with key {:?} is about {key:?}", event.key);
        if let Some(key) = key {
            demand!(!self.keys.contains_key(&key), OnceOnly, "key {key} is spent a second time");
        }
        self.houses[show].take_in(&fact, written.append.decided_at)?;
        let attempt = Of::Attempt.number(event.metadata.correlation_id).map_or(usize::MAX, |number| number as usize);
        if fact.is_housekeeping() {
            demand!(event.metadata.actor.is_nil(), Lawful, "somebody is named for what nobody asked for");
            return Ok(show);
        }
        let asked = self.history.attempts.get(attempt).and_then(|asked| Some((asked, self.plan.question(asked.act)?)));
        let Some((asked, question)) = asked else {
            demand!(false, Lawful, "nobody asked for {}", event.event_type);
            return Ok(show);
        };
        let right = usize::from(question.show) == show
            && event.metadata.actor == answers::asker(question.by)
            && answers::fits(question, asked, &fact, &self.houses[show]);
        demand!(right, Lawful, "{} is not what was asked for: {:?}", event.event_type, question.ask);
        if let Some(key) = key {
            self.keys.insert(key, asked.act);
        }
        let made = self.made[attempt].get_or_insert(Made { append: written.append, last: event.position });
        demand!(made.append == written.append, OnceOnly, "one question makes events in two appends");
        made.last = event.position;
        Ok(show)
    }

    /// Looks whether open questions about a show are explained by its state now.
    fn explain(&mut self, show: usize, position: Position) {
        let house = &self.houses[show];
        for open in self.open.iter_mut().filter(|open| usize::from(open.show) == show && !open.explained) {
            let attempt = &self.history.attempts[open.attempt as usize];
            let Some(question) = self.plan.question(attempt.act) else { continue };
            let told = Told { plan: self.plan, question, attempt };
            open.look(&told, house, self.made[open.attempt as usize], position);
        }
    }

    /// The log ended here for a while: some got their answers then, and some asked.
    fn at_head(&mut self, head: Position) -> Result<(), Violation> {
        self.answered_by(head)?;
        let attempts = &self.history.attempts;
        while let Some(attempt) = attempts.get(self.opened).filter(|attempt| attempt.asked_head <= head) {
            let number = self.opened as u32;
            self.opened += 1;
            let Some(question) = self.plan.question(attempt.act) else { continue };
            let (told, house) = (Told { plan: self.plan, question, attempt }, &self.houses[usize::from(question.show)]);
            let mut open = Open { attempt: number, show: question.show, done: false, explained: false };
            open.look(&told, house, None, head);
            self.open.push(open);
        }
        self.answered_by(head)
    }

    fn answered_by(&mut self, head: Position) -> Result<(), Violation> {
        let mut open = std::mem::take(&mut self.open);
        let mut wrong = Ok(());
        open.retain(|open| {
            let attempt = &self.history.attempts[open.attempt as usize];
            let answered = attempt.answered_head <= head;
            if answered && wrong.is_ok() {
                let judged = self.judge(attempt, open.attempt as usize, open.explained);
                wrong = judged.map_err(|wrong| violation(wrong, Some(head), Some(open.attempt)));
            }
            !answered
        });
        self.open = open;
        wrong
    }

    /// Whether an answer holds, now that everything is known that was there when it was given.
    fn judge(&self, attempt: &Attempt, number: usize, explained: bool) -> Checked {
        match &attempt.answer {
            Answer::Refused(domain::show::Rejection::IdempotencyKeyReused) => {
                let (asked, spent) = (self.plan.question(attempt.act), self.spent_by(attempt));
                let honest = spent.and_then(|act| self.plan.question(act)).zip(asked).is_some_and(|(first, again)| {
                    (first.show, first.by) == (again.show, again.by) && first.ask == again.ask
                });
                demand!(spent.is_some(), Explained, "a key is said to be spent that nobody used");
                demand!(!honest, Explained, "whoever asks again is told that somebody else asked");
            }
            Answer::Obeyed { repeated: false, position, .. } => {
                let made = self.made[number];
                let range = attempt.asked_head + 1..=attempt.answered_head;
                let is_there = made.is_some_and(|made| {
                    range.contains(&made.append.first) && made.last <= *position && range.contains(position)
                });
                demand!(is_there, ObeyedIsWritten, "an answer says what is not in the log");
                demand!(explained, Explained, "what was seen with the answer never was so");
            }
            Answer::Obeyed { .. } => demand!(explained, Explained, "what was never done is said to be done"),
            Answer::Refused(rejection) => demand!(explained, Explained, "it was never so: {rejection}"),
            Answer::None | Answer::Overloaded => {}
        }
        Ok(())
    }

    /// The act that spent the key which an attempt brought.
    fn spent_by(&self, attempt: &Attempt) -> Option<u32> {
        use crate::plan::Ask;
        let spent = |key| self.keys.get(&key).copied();
        match &self.plan.question(attempt.act)?.ask {
            Ask::Book { booking, .. } | Ask::Accept { booking, .. } => spent(Of::Booking.id((*booking).into())),
            Ask::Pay { payment, .. } => spent(Of::Payment.id((*payment).into())),
            Ask::Join { entry, .. } => spent(Of::Entry.id((*entry).into())),
            _ => None,
        }
    }

    /// After the last event: nothing was written for those who were refused, and everybody got an answer.
    fn ends(&self) -> Result<(), Violation> {
        for (number, (attempt, made)) in self.history.attempts.iter().zip(&self.made).enumerate() {
            let Some(made) = made else { continue };
            let wrong = match &attempt.answer {
                Answer::Refused(_) | Answer::Overloaded => Demand::RefusedIsUnwritten,
                Answer::Obeyed { repeated: true, .. } => Demand::OnceOnly,
                _ => continue,
            };
            let wrong = Wrong { demand: wrong, what: format!("events were written for {:?}", attempt.answer) };
            return Err(violation(wrong, Some(made.last), Some(number as u32)));
        }
        let trouble = self.history.trouble.clone().map(|what| Wrong { demand: Demand::LanesLive, what });
        let unanswered = self.history.unanswered.first().map(|act| Wrong {
            demand: Demand::Answered,
            what: format!("act {act} got no answer although nothing was wrong any more"),
        });
        trouble.or(unanswered).map_or(Ok(()), |wrong| Err(violation(wrong, None, None)))
    }
}

fn violation(wrong: Wrong, position: Option<Position>, attempt: Option<u32>) -> Violation {
    Violation { demand: wrong.demand, position, attempt, what: wrong.what }
}

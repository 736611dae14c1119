//! Lets a plan happen: real lanes and rules over one log, each process with its own line to it and its own clock,
//! in one thread whose time stands still unless everybody waits. The same plan gives the same history.

mod client;
mod process;
mod provider;
mod seen;

use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

use crate::faulty_log::SharedLog;
use crate::history::{Answer, Attempt, History, Remembered};
use crate::ids::Of;
use crate::plan::{Ask, Deed, Plan, Question, Trouble};
use crate::tally::{CLOCK_BACK, CLOCK_FORWARD, CRASH, Counts, Tally};
use crate::words;
use client::{Clients, InFlight};
use process::Process;
use provider::Provider;

/// How long, in milliseconds, the run goes on after the last act, so that everything that is under way ends.
const AFTERWARDS_MS: u64 = 10_000;

/// Runs a plan, and counts what happened.
///
/// # Panics
/// If the machine cannot give this thread a runtime.
pub fn play(plan: &Plan) -> (History, Tally) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
    let runtime = runtime.expect("a runtime of one thread needs nothing but memory");
    runtime.block_on(async {
        let mut stage = Stage::new(plan);
        stage.run().await;
        stage.ends().await
    })
}

struct Stage<'a> {
    plan: &'a Plan,
    log: Arc<SharedLog>,
    begun: Instant,
    processes: Vec<Process>,
    in_flight: Vec<InFlight>,
    clients: Clients,
    provider: Provider,
    attempts: Vec<Attempt>,
    /// The revision of each show that was seen last.
    revisions: Vec<i64>,
    troubles: Counts,
    trouble: Option<String>,
    unanswered: Vec<u32>,
}

impl<'a> Stage<'a> {
    fn new(plan: &'a Plan) -> Self {
        let (log, begun) = (Arc::new(SharedLog::default()), Instant::now());
        let processes = (0..plan.processes.max(1)).map(|_| Process::start(plan, &log, begun, 0)).collect();
        Self {
            plan,
            log,
            begun,
            processes,
            in_flight: Vec::new(),
            clients: Clients::default(),
            provider: Provider::default(),
            attempts: Vec::with_capacity(plan.acts.len()),
            revisions: vec![0; plan.shows.len()],
            troubles: Counts::default(),
            trouble: None,
            unanswered: Vec::new(),
        }
    }

    fn now_ms(&self) -> u64 {
        self.begun.elapsed().as_millis() as u64
    }

    async fn run(&mut self) {
        for (number, act) in (0..).zip(&self.plan.acts) {
            self.until(act.at.into()).await;
            match &act.deed {
                Deed::Ask(question) => self.asks(number, question).await,
                Deed::Trouble { process, trouble } => {
                    if let Some(process) = self.processes.get(usize::from(*process)) {
                        process.line.trouble(*trouble);
                    }
                }
                Deed::Crash { process } => self.crash(*process),
                Deed::Jump { process, ms } => {
                    self.troubles.count(if *ms < 0 { CLOCK_BACK } else { CLOCK_FORWARD });
                    if let Some(process) = self.processes.get(usize::from(*process)) {
                        process.clock.jump(i64::from(*ms));
                    }
                }
            }
        }
        let end = self.now_ms() + AFTERWARDS_MS;
        self.processes.iter().for_each(|process| process.line.heal());
        self.until(end).await;
    }

    /// Lets time pass, takes answers and repeats questions that got none.
    async fn until(&mut self, target: u64) {
        loop {
            let now = self.now_ms();
            if let Some(due) = self.clients.due(now) {
                if let Some(question) = self.plan.question(due.act) {
                    self.send(due.act, question, due.found, due.tries);
                }
                continue;
            }
            if now >= target {
                return;
            }
            let next = self.clients.next_at().map_or(target, |at| at.min(target));
            self.log.time_goes_on();
            self.wait(next).await;
        }
    }

    /// Waits until some question is answered, or until a moment.
    async fn wait(&mut self, until: u64) {
        let mut alarm = pin!(sleep_until(self.begun + Duration::from_millis(until)));
        let in_flight = &mut self.in_flight;
        let answered = poll_fn(|context| {
            let mut answered = Vec::new();
            for flight in in_flight.iter_mut() {
                if let Poll::Ready(answer) = flight.answer.as_mut().poll(context) {
                    answered.push((flight.attempt, answer));
                    flight.answered = true;
                }
            }
            if answered.is_empty() { alarm.as_mut().poll(context).map(|()| answered) } else { Poll::Ready(answered) }
        });
        let answered = answered.await;
        self.in_flight.retain(|flight| !flight.answered);
        for (attempt, answer) in answered {
            self.answered(attempt, client::answer(answer));
        }
    }

    async fn asks(&mut self, number: u32, question: &Question) {
        if matches!(question.ask, Ask::Report { .. } | Ask::ReportRefund { .. }) {
            self.provider.read(&self.log).await;
        }
        let revision = self.revisions.get(usize::from(question.show)).copied().unwrap_or(0);
        let found = self.provider.finds(&question.ask, revision);
        if self.clients.would_ask(number, question, found.is_some()) {
            self.send(number, question, found.unwrap_or(revision), 0);
        }
    }

    fn send(&mut self, act: u32, question: &Question, found: i64, tries: u8) {
        let (Some(show), count) = (self.plan.shows.get(usize::from(question.show)), self.processes.len()) else {
            return;
        };
        let index = (usize::from(question.process) + usize::from(tries)) % count;
        let (process, head) = (&self.processes[index], self.log.head());
        let (number, now) = (self.attempts.len() as u32, process.clock.now_us());
        let command = words::command(question, show, found);
        let id = Of::Show.id(u64::from(question.show));
        let correlation = Of::Attempt.id(u64::from(number));
        let answer = client::execute(&process.lanes, id, command, question, correlation);
        self.attempts.push(Attempt {
            act,
            process: index as u8,
            found,
            tries,
            asked_head: head,
            answered_head: head,
            clock: (now, process.clock.latest_us()),
            answer: Answer::None,
        });
        self.in_flight.push(InFlight { attempt: number, answer, answered: false });
    }

    fn answered(&mut self, number: u32, answer: Answer) {
        let (head, now) = (self.log.head(), self.now_ms());
        let attempt = &mut self.attempts[number as usize];
        let clock = &self.processes[usize::from(attempt.process)].clock;
        attempt.answered_head = head;
        attempt.clock = (attempt.clock.0.min(clock.now_us()), attempt.clock.1.max(clock.latest_us()));
        attempt.answer = answer;
        let Some(question) = self.plan.question(attempt.act) else { return };
        if let Answer::Obeyed { view, .. } = &attempt.answer {
            let seen = &mut self.revisions[usize::from(question.show)];
            *seen = (*seen).max(view.revision.cast_signed());
        }
        self.clients.told(now, attempt, question);
    }

    /// The process dies with everything it had in mind. Whoever waited for an answer gets none.
    fn crash(&mut self, process: u8) {
        let Some(dead) = self.processes.get(usize::from(process)) else { return };
        self.troubles.count(CRASH);
        dead.dies();
        let offset = dead.clock.offset();
        let theirs = |flight: &InFlight| self.attempts[flight.attempt as usize].process == process;
        let lost: Vec<u32> =
            self.in_flight.iter().filter(|flight| theirs(flight)).map(|flight| flight.attempt).collect();
        self.in_flight.retain(|flight| self.attempts[flight.attempt as usize].process != process);
        for attempt in lost {
            self.answered(attempt, Answer::None);
        }
        self.processes[usize::from(process)] = Process::start(self.plan, &self.log, self.begun, offset);
    }

    /// Nothing is wrong any more: everybody gets an answer now. Then looks at what the processes remember.
    async fn ends(mut self) -> (History, Tally) {
        for (act, found) in self.clients.gave_up() {
            let Some(question) = self.plan.question(act) else { continue };
            let attempt = self.attempts.len();
            self.send(act, question, found, u8::MAX);
            self.until(self.now_ms() + 1_000).await;
            if matches!(self.attempts[attempt].answer, Answer::None) {
                self.unanswered.push(act);
            }
        }
        if self.processes.iter().any(|process| !process.is_alive()) {
            self.trouble = Some("a lane has ended by itself".into());
        }
        if self.log.spun() {
            self.trouble = Some("a process asks the log without end".into());
        }
        let remembered = if self.trouble.is_none() { self.remember().await } else { Vec::new() };
        let mut tally = self.log.tally();
        tally.troubles.add(&self.troubles);
        tally.seeds = 1;
        let log = self.log.written().await;
        tally.events = log.len() as u64;
        tally.count_answers(self.plan, &self.attempts);
        let Self { attempts, trouble, unanswered, .. } = self;
        (History { log, attempts, remembered, trouble, unanswered }, tally)
    }

    /// The state of every show in the process that was mostly asked; and, one of these for each seed, in another
    /// one, or in one that has just started and finds the last snapshot, or the oldest there ever was.
    async fn remember(&mut self) -> Vec<Remembered> {
        let mut remembered = Vec::new();
        for show in 0..self.plan.shows.len() as u8 {
            let home = usize::from(show) % self.processes.len();
            let other = (home + 1) % self.processes.len();
            remembered.extend(self.processes[home].remembers(show, "a process").await);
            match self.plan.seed % 4 {
                0 if other != home => remembered.extend(self.processes[other].remembers(show, "another one").await),
                1 | 2 => {
                    let fresh = Process::start(self.plan, &self.log, self.begun, 0);
                    let stale = self.plan.seed % 4 == 1;
                    if stale {
                        fresh.line.trouble(Trouble::StaleSnapshot);
                    }
                    let whose = if stale { "a new process with an old snapshot" } else { "a new process" };
                    remembered.extend(fresh.remembers(show, whose).await);
                }
                _ => {}
            }
        }
        remembered
    }
}

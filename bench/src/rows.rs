//! The rows in the order they are measured, and what they share: the running server and its load.

mod bookings;
mod exports;
mod growth;
mod holds;
mod queries;
mod replays;
mod reports;
mod sealing;
mod yardsticks;

use std::time::{Duration, Instant};

use anyhow::Context as _;
use bytes::Bytes;
use hyper::{Method, StatusCode, Uri};

use crate::api::{Api, BOOKINGS, Event};
use crate::cpu::{Processes, Used};
use crate::judge::{Report, Yardsticks};
use crate::load::{Load, Outcome, Requests};
use crate::people::People;
use crate::place::Place;
use crate::plan::{CONNECTIONS, Plan};
use crate::row::{Figure, Row};
use crate::server::{self, Server};

/// How long the projector may take to catch up before the bench goes on.
const CATCH_UP_MAX: Duration = Duration::from_mins(1);
const LAG_POLL: Duration = Duration::from_millis(5);
/// More than any event of the bench can sell.
const PLENTY: u32 = 10_000_000;

/// A run under way. The server is dropped, and so killed, before its files go.
struct Bench {
    plan: Plan,
    people: People,
    server: Option<Server>,
    place: Place,
    rows: Vec<Row>,
    /// Whatever should not have happened.
    trouble: Vec<String>,
    /// Bookings in the log.
    bookings: u64,
    started: Instant,
}

/// How the projector followed a load.
struct Lag {
    /// Events behind when the load ended; `None`: more than the server calls ready.
    at_end: Option<u64>,
    /// Until it was zero; `None`: longer than the bench waits.
    gone_after_s: Option<f64>,
}

/// Measures everything.
pub(crate) async fn all(quick: bool) -> anyhow::Result<Report> {
    let plan = Plan::of(quick);
    let place = Place::claim()?;
    let people = People::invite(place.data_dir())?;
    let (rows, trouble) = (Vec::new(), Vec::new());
    let mut bench = Bench { plan, people, server: None, place, rows, trouble, bookings: 0, started: Instant::now() };
    let noop = yardsticks::noop(&mut bench, "no-op endpoint with token check, before", plan.noop).await?;
    bench.start().await?;
    let row_lock = yardsticks::row_lock(&mut bench).await?;
    let sold = bookings::all(&mut bench).await?;
    holds::all(&mut bench).await?;
    queries::all(&mut bench).await?;
    let hot = sold.hot.clone();
    growth::all(&mut bench, sold).await?;
    exports::all(&mut bench, &hot).await?;
    reports::all(&mut bench).await?;
    replays::all(&mut bench).await?;
    sealing::all(&mut bench).await?;
    bench.stop().await?;
    let again = yardsticks::noop(&mut bench, "no-op endpoint with token check, after", plan.noop_again).await?;
    bench.say("evently verify");
    let (passed, verified) = server::verify(&bench.place).await?;
    if !passed {
        bench.trouble.push("evently verify found a difference".into());
    }
    let said = server::last_lines(&bench.place);
    if !said.is_empty() {
        bench.trouble.push(format!("the servers had something to say:\n{said}"));
    }
    let yardsticks = Yardsticks { noop: f64::midpoint(noop, again), row_lock };
    let (quick, seconds) = (plan.quick, bench.started.elapsed().as_secs_f64());
    Ok(Report { quick, yardsticks, rows: bench.rows, verified, trouble: bench.trouble, seconds })
}

impl Bench {
    async fn start(&mut self) -> anyhow::Result<()> {
        self.start_with(&[]).await
    }

    async fn start_with(&mut self, more: &[&str]) -> anyhow::Result<()> {
        self.say("starting Evently with a Postgres of its own");
        self.server = Some(Server::evently(&self.place, more).await?);
        Ok(())
    }

    async fn stop(&mut self) -> anyhow::Result<()> {
        self.say("stopping Evently");
        self.server.take().context("there is no server")?.stop().await
    }

    fn server(&self) -> anyhow::Result<&Server> {
        self.server.as_ref().context("there is no server")
    }

    fn api(&self) -> anyhow::Result<Api> {
        Ok(Api { address: self.server()?.address, admin: self.people.admin.clone() })
    }

    fn processes(&self) -> Processes {
        self.server.as_ref().map_or_else(Processes::default, |server| server.processes)
    }

    /// An event that does not sell out.
    async fn event(&self, title: &str) -> anyhow::Result<Event> {
        self.api()?.event(title, PLENTY).await
    }

    /// A load of the usual size on the server.
    fn load(&self, requests: Requests, measure: Duration) -> anyhow::Result<Load> {
        Ok(Load {
            address: self.server()?.address,
            customers: self.people.customers.clone(),
            requests,
            connections: CONNECTIONS,
            warm_up: self.plan.warm_up,
            measure,
            requests_max: u64::MAX,
        })
    }

    /// Runs a load and notes what was not as expected.
    async fn run(&mut self, what: &str, load: Load) -> Outcome {
        self.say(what);
        let outcome = load.run(self.processes()).await;
        self.note(what, &outcome);
        outcome
    }

    /// Counts bookings and notes what was not as expected.
    fn note(&mut self, what: &str, outcome: &Outcome) {
        self.bookings += outcome.count(StatusCode::CREATED);
        if let Some(first) = outcome.surprises.first() {
            let (connections, statuses) = (outcome.surprises.len(), &outcome.statuses);
            self.trouble.push(format!("{what}: on {connections} connections; {first}; all answers: {statuses:?}"));
        }
    }

    /// Waits until the read models have everything.
    async fn caught_up(&self) -> anyhow::Result<Lag> {
        let (api, asked) = (self.api()?, Instant::now());
        let at_end = api.lag().await?;
        let mut lag = at_end;
        while lag != Some(0) {
            if asked.elapsed() > CATCH_UP_MAX {
                return Ok(Lag { at_end, gone_after_s: None });
            }
            tokio::time::sleep(LAG_POLL).await;
            lag = api.lag().await?;
        }
        Ok(Lag { at_end, gone_after_s: Some(asked.elapsed().as_secs_f64()) })
    }

    /// Tells the person at the terminal what is going on.
    fn say(&self, what: &str) {
        eprintln!("[{:5.1} s] {what}", self.started.elapsed().as_secs_f64());
    }
}

impl Requests {
    /// One ticket after another, for these events in turn.
    fn book(events: &[Event]) -> Self {
        let bodies = events.iter().map(|event| event.booking.clone()).collect();
        Self::post(BOOKINGS, bodies, StatusCode::CREATED)
    }

    fn post(path: &'static str, bodies: Vec<Bytes>, expected: StatusCode) -> Self {
        Self { method: Method::POST, paths: vec![Uri::from_static(path)], bodies, keyed: false, expected, until: None }
    }

    fn get(path: &str) -> anyhow::Result<Self> {
        let (method, paths) = (Method::GET, vec![path.parse()?]);
        Ok(Self { method, paths, bodies: Vec::new(), keyed: false, expected: StatusCode::OK, until: None })
    }
}

/// Several loads taken together.
#[derive(Default)]
struct Sum {
    answers: u64,
    seconds: f64,
    used: Used,
}

impl Sum {
    fn add(&mut self, outcome: &Outcome) {
        self.answers += outcome.answers;
        self.seconds += outcome.seconds;
        self.used = self.used + outcome.used;
    }

    fn rate(&self) -> f64 {
        if self.seconds > 0.0 { self.answers as f64 / self.seconds } else { 0.0 }
    }

    fn answers(&self) -> u64 {
        self.answers
    }

    fn row(&self, name: &'static str) -> Row {
        Row::new(name, Figure::PerSecond(self.rate())).cpu(self.used, self.seconds)
    }
}

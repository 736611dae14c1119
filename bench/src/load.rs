//! The load: keep-alive connections, each sending one request after another for a bounded time.

mod connection;
mod outcome;

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use hyper::header::HeaderValue;
use hyper::{Method, StatusCode, Uri};

use crate::cpu::Processes;
use connection::Tally;
pub(crate) use outcome::{LatencyMs, Outcome};

/// What is asked, over and over; paths and bodies in turns.
#[derive(Clone)]
pub(crate) struct Requests {
    pub(crate) method: Method,
    pub(crate) paths: Vec<Uri>,
    /// None: requests without a body.
    pub(crate) bodies: Vec<Bytes>,
    /// Whether each request carries an `Idempotency-Key` of its own.
    pub(crate) keyed: bool,
    /// What the answer should be.
    pub(crate) expected: StatusCode,
    /// Until everything is sold: an answer that is no surprise either. A connection ends when it has had
    /// it for each of its bodies in a row.
    pub(crate) until: Option<StatusCode>,
}

/// One load.
#[derive(Clone)]
pub(crate) struct Load {
    pub(crate) address: SocketAddr,
    pub(crate) customers: Arc<[HeaderValue]>,
    pub(crate) requests: Requests,
    pub(crate) connections: usize,
    /// Same requests, not counted.
    pub(crate) warm_up: Duration,
    pub(crate) measure: Duration,
    /// Ends after this many requests if that is sooner.
    pub(crate) requests_max: u64,
}

/// What all connections of a running load share.
struct Run {
    load: Load,
    /// Answers count between these two.
    begin: Instant,
    end: Instant,
    left: AtomicU64,
}

impl Run {
    /// Whether another request may be sent.
    fn goes_on(&self) -> bool {
        let one_less = |left: u64| left.checked_sub(1);
        Instant::now() < self.end && self.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, one_less).is_ok()
    }
}

impl Load {
    /// From one request of a connection to its next: one more where that lets each connection have all
    /// bodies in turn.
    fn step(&self) -> usize {
        self.connections
            + usize::from(self.requests.bodies.len() > 1 && self.connections.is_multiple_of(self.requests.bodies.len()))
    }

    /// Runs to its end. Processor time is that of the measured part.
    pub(crate) async fn run(self, processes: Processes) -> Outcome {
        let begin = Instant::now() + self.warm_up;
        let (connections, left) = (self.connections, AtomicU64::new(self.requests_max));
        let run = Arc::new(Run { begin, end: begin + self.measure, left, load: self });
        let tasks: Vec<_> =
            (0..connections).map(|number| tokio::spawn(connection::converse(run.clone(), number))).collect();
        let (mut tasks, mut tallies) = (tasks.into_iter(), Vec::with_capacity(connections));
        tokio::time::sleep_until(begin.into()).await;
        let before = processes.used();
        for task in tasks.by_ref() {
            tallies.push(task.await.unwrap_or_else(|error| Tally::lost(&error)));
        }
        let used = processes.used() - before;
        let seconds = (run.end.min(Instant::now()) - run.begin).as_secs_f64();
        Outcome::of(tallies, seconds, used)
    }
}

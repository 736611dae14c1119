//! One connection: sends, waits for the whole answer, notes how long it took, and sends again.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::client::conn::http1::{self, SendRequest};
use hyper::header::{AUTHORIZATION, CONTENT_TYPE, HOST, HeaderName, HeaderValue};
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::time::timeout_at;
use uuid::Uuid;

use super::{Load, Run};

const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
const HOST_VALUE: HeaderValue = HeaderValue::from_static("bench");
const JSON: HeaderValue = HeaderValue::from_static("application/json");
/// How long after the end of the load an answer may come before its connection is given up.
const LAST_ANSWER: Duration = Duration::from_secs(15);

/// What one connection has seen.
#[derive(Default)]
pub(super) struct Tally {
    /// Of the measured answers; a plain list is the cheapest thing to write to.
    pub(super) latencies_us: Vec<u32>,
    /// Of all answers, the warm-up's too.
    pub(super) statuses: BTreeMap<u16, u64>,
    pub(super) body_bytes: u64,
    /// The first thing that was not as expected.
    pub(super) surprise: Option<String>,
}

impl Tally {
    /// Of a connection whose task failed.
    pub(super) fn lost(error: &tokio::task::JoinError) -> Self {
        Self { surprise: Some(format!("a connection of the load failed: {error}")), ..Self::default() }
    }
}

pub(super) async fn converse(run: Arc<Run>, number: usize) -> Tally {
    let mut tally = Tally::default();
    let patience = (run.end + LAST_ANSWER).into();
    let ended = timeout_at(patience, connected(&run, number, &mut tally)).await;
    if let Err(error) = ended.context("an answer did not come").flatten() {
        tally.surprise.get_or_insert(format!("a connection of the load ended: {error:#}"));
    }
    tally
}

async fn connected(run: &Run, number: usize, tally: &mut Tally) -> anyhow::Result<()> {
    let stream = TcpStream::connect(run.load.address).await?;
    stream.set_nodelay(true)?;
    let (sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    // In one task: a second one would double the load generator's wake-ups.
    tokio::select! {
        talked = talk(run, number, sender, tally) => talked,
        ended = connection => {
            ended?;
            anyhow::bail!("the server closed it")
        }
    }
}

async fn talk(run: &Run, number: usize, mut sender: SendRequest<Full<Bytes>>, tally: &mut Tally) -> anyhow::Result<()> {
    let (mut turn, mut refused_in_a_row) = (number, 0);
    while run.goes_on() {
        let request = request(&run.load, turn)?;
        turn += run.load.step();
        let sent = Instant::now();
        sender.ready().await?;
        let response = sender.send_request(request).await?;
        let refused = Some(response.status()) == run.load.requests.until;
        receive(run, response, sent, tally).await?;
        refused_in_a_row = if refused { refused_in_a_row + 1 } else { 0 };
        if refused_in_a_row > 0 && refused_in_a_row >= run.load.requests.bodies.len() {
            return Ok(());
        }
    }
    Ok(())
}

fn request(load: &Load, turn: usize) -> anyhow::Result<Request<Full<Bytes>>> {
    let requests = &load.requests;
    let body = if requests.bodies.is_empty() { Bytes::new() } else { in_turn(&requests.bodies, turn) };
    let typed = !body.is_empty();
    let mut request = Request::new(Full::new(body));
    *request.method_mut() = requests.method.clone();
    *request.uri_mut() = in_turn(&requests.paths, turn);
    let headers = request.headers_mut();
    headers.insert(HOST, HOST_VALUE);
    headers.insert(AUTHORIZATION, in_turn(&load.customers, turn));
    if typed {
        headers.insert(CONTENT_TYPE, JSON);
    }
    if requests.keyed {
        headers.insert(IDEMPOTENCY_KEY, HeaderValue::from_str(&Uuid::now_v7().to_string())?);
    }
    Ok(request)
}

fn in_turn<T: Clone>(all: &[T], turn: usize) -> T {
    all[turn % all.len()].clone()
}

async fn receive(run: &Run, response: Response<Incoming>, sent: Instant, tally: &mut Tally) -> anyhow::Result<()> {
    let status = response.status();
    *tally.statuses.entry(status.as_u16()).or_default() += 1;
    if status != run.load.requests.expected && Some(status) != run.load.requests.until {
        return surprised(status, response, tally).await;
    }
    let mut body = response.into_body();
    let mut bytes = 0;
    while let Some(frame) = body.frame().await {
        bytes += frame?.data_ref().map_or(0, Bytes::len) as u64;
    }
    let now = Instant::now();
    if now >= run.begin && now < run.end && status == run.load.requests.expected {
        tally.latencies_us.push(u32::try_from((now - sent).as_micros()).unwrap_or(u32::MAX));
        tally.body_bytes += bytes;
    }
    Ok(())
}

async fn surprised(status: StatusCode, response: Response<Incoming>, tally: &mut Tally) -> anyhow::Result<()> {
    let body = response.into_body().collect().await?.to_bytes();
    tally.surprise.get_or_insert_with(|| format!("an answer was {status}: {}", String::from_utf8_lossy(&body)));
    Ok(())
}

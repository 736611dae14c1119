//! Single requests to a server: preparing events and asking how it goes. The load has its own way.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Context as _, ensure};
use bytes::Bytes;
use chrono::{Days, SecondsFormat, Utc};
use http_body_util::{BodyExt as _, Full};
use hyper::client::conn::http1;
use hyper::header::{AUTHORIZATION, CONTENT_TYPE, HOST, HeaderValue, IF_MATCH};
use hyper::{Method, Request, StatusCode};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// Where bookings are made.
pub(crate) const BOOKINGS: &str = "/api/v1/bookings";
/// The longest wait for one answer.
const ANSWER: Duration = Duration::from_secs(15);

/// An event on sale.
#[derive(Clone)]
pub(crate) struct Event {
    pub(crate) id: String,
    /// Its only ticket type.
    pub(crate) ticket_type: String,
    /// A request for one ticket of it.
    pub(crate) booking: Bytes,
}

/// A server's API, as its administrator.
#[derive(Clone)]
pub(crate) struct Api {
    pub(crate) address: SocketAddr,
    pub(crate) admin: HeaderValue,
}

impl Api {
    /// Creates and publishes an event with one ticket type.
    pub(crate) async fn event(&self, title: &str, capacity: u32) -> anyhow::Result<Event> {
        let ticket_type = json!({ "name": "Stalls", "capacity": capacity, "price": price() });
        let event = self.draft(title, &ticket_type, &json!({})).await?;
        self.publish(&event).await?;
        Ok(event)
    }

    /// Creates and publishes an event whose holds last as short as holds can.
    pub(crate) async fn event_of_short_holds(&self, title: &str, capacity: u32) -> anyhow::Result<Event> {
        let ticket_type = json!({ "name": "Stalls", "capacity": capacity, "price": price() });
        let event = self.draft(title, &ticket_type, &json!({ "hold_seconds": 5 })).await?;
        self.publish(&event).await?;
        Ok(event)
    }

    /// Creates and publishes an event with numbered seats: sections of 40 rows of 50.
    pub(crate) async fn house(&self, title: &str, sections: usize) -> anyhow::Result<Event> {
        let ticket_type = json!({ "name": "Seats", "seating": "reserved", "price": price() });
        let event = self.draft(title, &ticket_type, &json!({})).await?;
        let seat = |section: usize, row: usize, seat: usize| json!({ "label": format!("{section}-{row}-{seat}") });
        let row = |section: usize, row: usize| {
            let seats: Vec<Value> = (1..=50).map(|number| seat(section, row, number)).collect();
            json!({ "label": row.to_string(), "seats": seats })
        };
        let section = |section: usize| {
            let rows: Vec<Value> = (1..=40).map(|number| row(section, number)).collect();
            json!({ "name": format!("Block {section}"), "ticket_type_id": event.ticket_type, "rows": rows })
        };
        let map = json!({ "sections": (1..=sections).map(section).collect::<Vec<_>>() });
        let path = format!("/api/v1/admin/events/{}/seat-map", event.id);
        let asked = Asked { if_match: Some(HeaderValue::from_static("\"1\"")), ..Asked::by(&self.admin) };
        let (status, answer) = call(self.address, Method::PUT, &path, asked, map.to_string().into()).await?;
        ensure!(status == StatusCode::OK, "PUT {path} got {status}: {}", String::from_utf8_lossy(&answer));
        self.publish(&event).await?;
        Ok(event)
    }

    async fn draft(&self, title: &str, ticket_type: &Value, terms: &Value) -> anyhow::Result<Event> {
        let day = |days: u64| {
            let at = Utc::now().checked_add_days(Days::new(days)).context("the calendar has an end")?;
            anyhow::Ok(at.to_rfc3339_opts(SecondsFormat::Secs, true))
        };
        let body = json!({
            "title": title,
            "venue": { "name": "Philharmonie", "city": "Berlin", "country": "DE" },
            "time_zone": "Europe/Berlin",
            "starts_at": day(30)?,
            "ends_at": day(31)?,
            "terms": terms,
            "ticket_types": [ticket_type],
        });
        let created = self.post("/api/v1/admin/events", body.to_string(), StatusCode::CREATED).await?;
        let id = created["event_id"].as_str().context("no event_id")?.to_owned();
        let ticket_type = created["ticket_types"][0]["ticket_type_id"].as_str().context("no ticket_type_id")?;
        let booking = json!({ "event_id": id, "items": [{ "ticket_type_id": ticket_type, "quantity": 1 }] });
        Ok(Event { booking: Bytes::from(booking.to_string()), ticket_type: ticket_type.to_owned(), id })
    }

    async fn publish(&self, event: &Event) -> anyhow::Result<()> {
        let path = format!("/api/v1/admin/events/{}/publish", event.id);
        self.post(&path, String::new(), StatusCode::OK).await.map(drop)
    }

    /// Books one ticket for the administrator.
    pub(crate) async fn book(&self, event: &Event) -> anyhow::Result<()> {
        let body = event.booking.clone();
        let (status, answer) = call(self.address, Method::POST, BOOKINGS, Asked::by(&self.admin), body).await?;
        ensure!(status == StatusCode::CREATED, "a booking got {status}: {}", String::from_utf8_lossy(&answer));
        Ok(())
    }

    /// How many events the read models are behind; `None`: more than the server calls ready.
    pub(crate) async fn lag(&self) -> anyhow::Result<Option<u64>> {
        let (status, answer) = get(self.address, "/readyz").await?;
        let answer: Value = serde_json::from_slice(&answer)?;
        if status == StatusCode::SERVICE_UNAVAILABLE && answer["code"] == "read-model-behind" {
            return Ok(None);
        }
        ensure!(status == StatusCode::OK, "/readyz answered {status}: {answer}");
        let lag = answer["read_models"]["lag_events"].as_u64();
        Ok(Some(lag.context("/readyz names no read_models.lag_events")?))
    }

    /// The position of the last event in the log.
    pub(crate) async fn head(&self) -> anyhow::Result<u64> {
        let (_, answer) = get(self.address, "/readyz").await?;
        let answer: Value = serde_json::from_slice(&answer)?;
        answer["log"]["head"].as_u64().with_context(|| format!("/readyz names no log.head: {answer}"))
    }

    /// How many events the slowest projection of all is behind, those of the reports included.
    pub(crate) async fn largest_lag(&self) -> anyhow::Result<u64> {
        let answer = self.get("/api/v1/admin/projections").await?;
        let projections = answer["data"].as_array().context("no list of projections")?;
        let lags = projections.iter().map(|projection| projection["lag_events"].as_u64().unwrap_or(u64::MAX));
        lags.max().context("there are no projections")
    }

    /// A figure from `/metrics`; 0 before it was ever said.
    pub(crate) async fn metric(&self, name: &str) -> anyhow::Result<f64> {
        let (status, answer) = get(self.address, "/metrics").await?;
        ensure!(status == StatusCode::OK, "/metrics answered {status}");
        let text = String::from_utf8_lossy(&answer);
        let value = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        Ok(value.map_or(Ok(0.0), |value| value.trim().parse())?)
    }

    /// Asks as the administrator.
    pub(crate) async fn get(&self, path: &str) -> anyhow::Result<Value> {
        let (status, answer) = call(self.address, Method::GET, path, Asked::by(&self.admin), Bytes::new()).await?;
        ensure!(status == StatusCode::OK, "GET {path} got {status}: {}", String::from_utf8_lossy(&answer));
        Ok(serde_json::from_slice(&answer)?)
    }

    /// Commands as the administrator.
    pub(crate) async fn post(&self, path: &str, body: String, expected: StatusCode) -> anyhow::Result<Value> {
        let (status, answer) = call(self.address, Method::POST, path, Asked::by(&self.admin), body.into()).await?;
        ensure!(status == expected, "POST {path} got {status}: {}", String::from_utf8_lossy(&answer));
        Ok(serde_json::from_slice(&answer)?)
    }
}

/// Who asks, and of which revision.
#[derive(Default)]
struct Asked {
    authorization: Option<HeaderValue>,
    if_match: Option<HeaderValue>,
}

impl Asked {
    fn by(person: &HeaderValue) -> Self {
        Self { authorization: Some(person.clone()), if_match: None }
    }
}

fn price() -> Value {
    json!({ "amount": 4250, "currency": "EUR" })
}

/// Asks as a stranger.
pub(crate) async fn get(address: SocketAddr, path: &str) -> anyhow::Result<(StatusCode, Bytes)> {
    call(address, Method::GET, path, Asked::default(), Bytes::new()).await
}

async fn call(
    address: SocketAddr,
    method: Method,
    path: &str,
    asked: Asked,
    body: Bytes,
) -> anyhow::Result<(StatusCode, Bytes)> {
    let mut request = Request::builder().method(method).uri(path).header(HOST, "bench");
    if let Some(authorization) = asked.authorization {
        request = request.header(AUTHORIZATION, authorization);
    }
    if let Some(if_match) = asked.if_match {
        request = request.header(IF_MATCH, if_match);
    }
    if !body.is_empty() {
        request = request.header(CONTENT_TYPE, "application/json");
    }
    let request = request.body(Full::new(body))?;
    let exchange = async {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
        let connection = tokio::spawn(connection);
        let response = sender.send_request(request).await?;
        let answer = (response.status(), response.into_body().collect().await?.to_bytes());
        drop(sender);
        // The answer is here; how the connection ends is of no interest.
        let _ = connection.await;
        Ok(answer)
    };
    timeout(ANSWER, exchange).await.with_context(|| format!("{path}: no answer within {} s", ANSWER.as_secs()))?
}

//! Somebody with a token (or none) and the verbs of a customer and an organizer.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Answer, Show};

/// Where requests go, and how far its answers have come: shared by all people of a world.
#[derive(Clone)]
pub(crate) struct Line {
    pub(crate) http: reqwest::Client,
    pub(crate) base: Arc<str>,
    /// The highest `Evently-Position` any of them was told.
    pub(crate) seen: Arc<AtomicU64>,
}

/// Somebody who asks.
#[derive(Clone)]
pub(crate) struct Person {
    pub(crate) line: Line,
    pub(crate) account_id: Uuid,
    pub(crate) token: Option<Arc<str>>,
}

impl Person {
    /// Any request. Reads are made to contain everything the world has been told was recorded.
    pub(crate) fn ask(&self, method: Method, path: &str) -> Request {
        let asked = format!("{method} {path}");
        let reads = method == Method::GET;
        let mut builder = self.line.http.request(method, format!("{}{path}", self.line.base));
        if let Some(token) = &self.token {
            builder = builder.bearer_auth(token);
        }
        let seen = self.line.seen.load(Ordering::SeqCst);
        if reads && seen > 0 {
            builder = builder.header("Evently-Min-Position", seen);
        }
        Request { asked, builder, seen: self.line.seen.clone() }
    }

    pub(crate) fn get(&self, path: &str) -> Request {
        self.ask(Method::GET, path)
    }

    pub(crate) fn post(&self, path: &str) -> Request {
        self.ask(Method::POST, path)
    }

    pub(crate) fn patch(&self, path: &str) -> Request {
        self.ask(Method::PATCH, path)
    }

    pub(crate) fn put(&self, path: &str) -> Request {
        self.ask(Method::PUT, path)
    }

    pub(crate) fn delete(&self, path: &str) -> Request {
        self.ask(Method::DELETE, path)
    }

    /// Books tickets of the show's first type.
    pub(crate) fn books(&self, show: &Show, quantity: u32) -> Request {
        self.books_items(show.id, &json!([{ "ticket_type_id": show.ticket_type(), "quantity": quantity }]))
    }

    /// Books whatever the story says.
    pub(crate) fn books_items(&self, event_id: Uuid, items: &Value) -> Request {
        self.post("/api/v1/bookings").json(&json!({ "event_id": event_id, "items": items }))
    }

    pub(crate) fn cancels(&self, booking_id: Uuid) -> Request {
        self.delete(&format!("/api/v1/bookings/{booking_id}"))
    }

    /// How many tickets of the first type are left, as everybody can see.
    pub(crate) async fn sees_available(&self, show: &Show) -> u64 {
        let seats = self.get(&format!("/api/v1/events/{}/seats", show.id)).await.ok();
        seats["ticket_types"][0]["available"].as_u64().unwrap()
    }

    /// Publishes, pauses, resumes or closes.
    pub(crate) fn moves(&self, show: &Show, step: &str) -> Request {
        self.post(&format!("/api/v1/admin/events/{}/{step}", show.id))
    }

    /// Calls a show off.
    pub(crate) fn calls_off(&self, show: &Show, reason: &str) -> Request {
        self.post(&format!("/api/v1/admin/events/{}/cancel", show.id)).json(&json!({ "reason": reason }))
    }

    /// Changes a show, having seen it as `etag`.
    pub(crate) fn revises(&self, show: &Show, etag: &str, change: &Value) -> Request {
        self.patch(&format!("/api/v1/admin/events/{}", show.id)).header("If-Match", etag).json(change)
    }

    /// The same person with another token.
    pub(crate) fn with_token(&self, token: &str) -> Self {
        Self { token: Some(token.into()), ..self.clone() }
    }
}

/// A request that is sent when it is awaited.
pub(crate) struct Request {
    asked: String,
    builder: reqwest::RequestBuilder,
    seen: Arc<AtomicU64>,
}

impl Request {
    pub(crate) fn header(mut self, name: &str, value: impl AsRef<[u8]>) -> Self {
        self.builder = self.builder.header(name, value.as_ref());
        self
    }

    pub(crate) fn key(self, key: &str) -> Self {
        self.header("Idempotency-Key", key)
    }

    pub(crate) fn json(mut self, body: &Value) -> Self {
        self.builder = self.builder.json(body);
        self
    }

    /// Bytes that say they are JSON.
    pub(crate) fn raw_json(mut self, body: impl Into<reqwest::Body>) -> Self {
        self.builder = self.builder.header("content-type", "application/json").body(body);
        self
    }

    /// Bytes that say nothing about themselves.
    pub(crate) fn raw_body(mut self, body: impl Into<reqwest::Body>) -> Self {
        self.builder = self.builder.body(body);
        self
    }

    /// Sends it; an error if there was no answer at all.
    pub(crate) async fn attempt(self) -> Result<Answer, reqwest::Error> {
        let answer = Answer::take(self.asked, self.builder.send().await?).await;
        if let Some(position) = answer.header("evently-position").and_then(|text| text.parse().ok()) {
            self.seen.fetch_max(position, Ordering::SeqCst);
        }
        Ok(answer)
    }
}

impl IntoFuture for Request {
    type Output = Answer;
    type IntoFuture = Pin<Box<dyn Future<Output = Answer> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async { self.attempt().await.unwrap() })
    }
}

//! An answer, and what a story may expect of it. Every answer is checked for what all must have.

use std::panic::Location;

use reqwest::header::HeaderMap;
use serde_json::Value;
use uuid::Uuid;

/// What the server said.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
    /// The request, for messages.
    asked: String,
}

impl Answer {
    /// Takes in an answer and checks what holds for every one of them.
    pub(crate) async fn take(asked: String, response: reqwest::Response) -> Self {
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let body = response.bytes().await.unwrap().to_vec();
        let answer = Self { status, headers, body, asked };
        answer.has_what_every_answer_has();
        answer
    }

    fn has_what_every_answer_has(&self) {
        assert!(self.headers.contains_key("x-request-id"), "no request id: {self:?}");
        assert_ne!(self.status, 500, "nothing a client sends may end in a 500: {}", self.tell());
        if self.status < 400 || self.asked.starts_with("HEAD") {
            return;
        }
        assert_eq!(self.header("content-type"), Some("application/problem+json"), "{}", self.tell());
        let problem = self.json();
        assert_eq!(problem["status"], self.status, "{}", self.tell());
        for member in ["type", "title", "code", "detail"] {
            assert!(problem[member].as_str().is_some_and(|text| !text.is_empty()), "no {member}: {}", self.tell());
        }
        if [429, 503].contains(&self.status) {
            let seconds = self.header("retry-after").and_then(|text| text.parse::<u64>().ok());
            assert!(seconds.is_some_and(|seconds| (1..=120).contains(&seconds)), "no Retry-After: {}", self.tell());
        }
    }

    /// 201, with its body.
    #[track_caller]
    pub(crate) fn created(&self) -> Value {
        self.expect(201)
    }

    /// 200, with its body.
    #[track_caller]
    pub(crate) fn ok(&self) -> Value {
        self.expect(200)
    }

    /// Some status, with its JSON.
    #[track_caller]
    pub(crate) fn expect(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.tell());
        self.json()
    }

    /// Refused by a rule (409) with this code.
    #[track_caller]
    pub(crate) fn refused(&self, code: &str) -> Value {
        self.problem(409, code)
    }

    /// A problem with this status and code.
    #[track_caller]
    pub(crate) fn problem(&self, status: u16, code: &str) -> Value {
        assert_eq!((self.status, self.code().as_str()), (status, code), "{}", self.tell());
        self.json()
    }

    /// 422 `invalid`, with a fault at this JSON pointer.
    #[track_caller]
    pub(crate) fn invalid_at(&self, pointer: &str) -> Value {
        let problem = self.problem(422, "invalid");
        let faults = problem["errors"].as_array().unwrap();
        let found = faults.iter().any(|fault| fault["pointer"] == pointer && fault["detail"].is_string());
        assert!(found, "no fault at {pointer}: {}", self.tell());
        problem
    }

    /// The problem's code; empty if it is none.
    pub(crate) fn code(&self) -> String {
        serde_json::from_slice(&self.body)
            .ok()
            .and_then(|problem: Value| problem["code"].as_str().map(str::to_owned))
            .unwrap_or_default()
    }

    /// The body as JSON.
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        let place = Location::caller();
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{place}: {error}: {}", self.tell()))
    }

    /// The body as text.
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// A header, if it is there and text.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// `ETag`, as it came.
    #[track_caller]
    pub(crate) fn etag(&self) -> String {
        self.header("etag").unwrap_or_else(|| panic!("no ETag: {}", self.tell())).to_owned()
    }

    /// `Evently-Position`.
    #[track_caller]
    pub(crate) fn position(&self) -> u64 {
        self.header("evently-position").unwrap_or_else(|| panic!("no position: {}", self.tell())).parse().unwrap()
    }

    /// Whether it is the first answer over again.
    pub(crate) fn is_replay(&self) -> bool {
        self.header("idempotent-replayed") == Some("true")
    }

    /// An id in the body.
    #[track_caller]
    pub(crate) fn id(&self, member: &str) -> Uuid {
        id(&self.json(), member)
    }

    fn tell(&self) -> String {
        format!("{} was answered {}: {}", self.asked, self.status, self.text())
    }
}

/// An id in some JSON.
#[track_caller]
pub(crate) fn id(json: &Value, member: &str) -> Uuid {
    let text = json[member].as_str().unwrap_or_else(|| panic!("no {member} in {json}"));
    text.parse().unwrap()
}

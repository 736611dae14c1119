//! JSON bodies: one fast parse for good ones, a second and slower one that explains bad ones.

use axum::extract::{FromRequest, OptionalFromRequest, Request};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, StatusCode};
use bytes::Bytes;
use serde::de::DeserializeOwned;
use serde_json::error::Category;
use serde_path_to_error::{Path, Segment};

use super::body;
use crate::problem::{FieldError, Problem};

/// A JSON body.
#[derive(Clone, Copy, Debug)]
pub struct Json<T>(pub T);

impl<S: Sync, T: DeserializeOwned> FromRequest<S> for Json<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        JsonBytes::of(request).await?.parse().map(Self)
    }
}

/// `Option<Json<T>>`: for requests that may come without a body.
impl<S: Sync, T: DeserializeOwned> OptionalFromRequest<S> for Json<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Option<Self>, Problem> {
        if !body::is_announced(request.headers()) {
            return Ok(None);
        }
        <Self as FromRequest<S>>::from_request(request, state).await.map(Some)
    }
}

/// A body that says it is JSON, as it came: for those so large that reading them is work of its own.
#[derive(Clone, Debug)]
pub struct JsonBytes(Bytes);

impl JsonBytes {
    /// The whole body of a request.
    pub async fn of(request: Request) -> Result<Self, Problem> {
        if !is_json(request.headers()) {
            return Err(Problem::new(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "unsupported-media-type",
                "Send the body as application/json.",
            ));
        }
        body::read(request).await.map(Self)
    }

    /// As they came: what a signature covers.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// How many bytes there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What it says.
    pub fn parse<T: DeserializeOwned>(&self) -> Result<T, Problem> {
        serde_json::from_slice(&self.0).map_err(|error| explain::<T>(&self.0, &error))
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let Some(value) = headers.get(CONTENT_TYPE) else { return false };
    if value == "application/json" {
        return true;
    }
    let Ok(text) = value.to_str() else { return false };
    let media_type = text.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    media_type == "application/json" || (media_type.starts_with("application/") && media_type.ends_with("+json"))
}

fn explain<T: DeserializeOwned>(body: &[u8], error: &serde_json::Error) -> Problem {
    // A field may be at fault before the text turns out not to be JSON at all, which weighs more.
    let text = serde_json::from_slice::<serde::de::IgnoredAny>(body);
    let error = text.as_ref().err().unwrap_or(error);
    if error.classify() != Category::Data {
        return Problem::bad_request("malformed-json", format!("The body is not JSON: {error}."))
            .with("line", error.line())
            .with("column", error.column());
    }
    let mut deserializer = serde_json::Deserializer::from_slice(body);
    match serde_path_to_error::deserialize::<_, T>(&mut deserializer) {
        Err(explained) => Problem::invalid(vec![field_error(explained.path(), explained.inner())]),
        // The first parse has failed on what follows the value.
        Ok(_) => Problem::bad_request("malformed-json", format!("The body is not JSON: {error}.")),
    }
}

fn field_error(path: &Path, error: &serde_json::Error) -> FieldError {
    let text = error.to_string();
    let detail = text.split(" at line ").next().unwrap_or(&text).to_owned();
    let named = detail.split('`').nth(1);
    let (code, member) = if detail.starts_with("missing field") {
        ("missing", named)
    } else if detail.starts_with("unknown field") {
        ("unknown", named)
    } else if detail.starts_with("duplicate field") {
        ("duplicate", named)
    } else if detail.starts_with("invalid type") {
        ("wrong-type", None)
    } else {
        ("invalid-value", None)
    };
    let mut pointer = String::new();
    let mut last = None;
    for segment in path {
        let name = match segment {
            Segment::Seq { index } => index.to_string(),
            Segment::Map { key } => key.clone(),
            // Variants are values, not members; what is unknown cannot be pointed at.
            Segment::Enum { .. } | Segment::Unknown => continue,
        };
        push(&mut pointer, &name);
        last = Some(name);
    }
    if let Some(member) = member
        && last.as_deref() != Some(member)
    {
        push(&mut pointer, member);
    }
    FieldError { pointer, code, detail }
}

fn push(pointer: &mut String, name: &str) {
    pointer.push('/');
    pointer.push_str(&name.replace('~', "~0").replace('/', "~1"));
}

//! Every refusal that leaves the platform: one problem document (RFC 9457).
//!
//! `code` is the contract that programs read, `detail` is prose for people and may change.

use std::fmt;

use axum::http::header::{CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use serde_json::Value;

/// The media type of a problem document.
pub const PROBLEM_JSON: &str = "application/problem+json";

/// What a body usually takes, so that writing one grows no buffer.
const BODY_BYTES_USUAL: usize = 320;

/// A refusal, with the numbers that matter.
#[derive(Debug)]
pub struct Problem(Box<Parts>);

/// Boxed so that a `Result` with a [`Problem`] stays as small as its good side.
#[derive(Debug)]
struct Parts {
    status: StatusCode,
    code: &'static str,
    detail: String,
    instance: Option<String>,
    extra: Vec<(&'static str, Value)>,
    errors: Vec<FieldError>,
    headers: Vec<(HeaderName, HeaderValue)>,
}

/// One thing that is wrong with a body.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct FieldError {
    /// Where in the body (JSON pointer, RFC 6901).
    #[schema(example = "/items/0/quantity")]
    pub pointer: String,
    /// What is wrong, for programs.
    #[schema(example = "wrong-type")]
    pub code: &'static str,
    /// What is wrong, for people.
    pub detail: String,
}

impl Problem {
    /// A refusal. The title comes from the code: `sold-out` is called "Sold out".
    pub fn new(status: StatusCode, code: &'static str, detail: impl Into<String>) -> Self {
        Self(Box::new(Parts {
            status,
            code,
            detail: detail.into(),
            instance: None,
            extra: Vec::new(),
            errors: Vec::new(),
            headers: Vec::new(),
        }))
    }

    /// 400: the request could not be read.
    pub fn bad_request(code: &'static str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code, detail)
    }

    /// 401, with the challenge that HTTP demands.
    pub fn unauthorized(code: &'static str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, code, detail).header(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"))
    }

    /// 403: known, but not allowed.
    pub fn forbidden(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, "forbidden", detail)
    }

    /// 404: not there, or not for the caller to know.
    pub fn not_found(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, "not-found", detail)
    }

    /// 409: a rule stands in the way.
    pub fn conflict(code: &'static str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, code, detail)
    }

    /// 422: well-formed, but not acceptable as it stands.
    pub fn invalid(errors: Vec<FieldError>) -> Self {
        let detail = match errors.as_slice() {
            [only] => format!("{}: {}", only.pointer, only.detail),
            many => format!("{} fields of the body are not acceptable; see errors.", many.len()),
        };
        let mut problem = Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", detail);
        problem.0.errors = errors;
        problem
    }

    /// 503: not now; the same request may work in a second.
    pub fn unavailable(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", detail).retry_after(1)
    }

    /// 500: our fault. Says nothing about the inside.
    pub fn internal() -> Self {
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "internal-error",
            "Something went wrong on our side; it has been recorded under the request id.",
        )
    }

    /// Adds a member: one of the numbers that matter.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        self.0.extra.push((name, value.into()));
        self
    }

    /// Names this very occurrence (a URI reference).
    #[must_use]
    pub fn instance(mut self, uri: impl Into<String>) -> Self {
        self.0.instance = Some(uri.into());
        self
    }

    /// Says when to try again.
    #[must_use]
    pub fn retry_after(self, seconds: u64) -> Self {
        self.header(RETRY_AFTER, HeaderValue::from(seconds))
    }

    /// Adds a response header; a later one of the same name wins.
    #[must_use]
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.0.headers.push((name, value));
        self
    }

    /// The word for programs.
    pub fn code(&self) -> &'static str {
        self.0.code
    }

    /// The HTTP status.
    pub fn status(&self) -> StatusCode {
        self.0.status
    }
}

impl Serialize for Problem {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Parts { status, code, detail, instance, extra, errors, .. } = &*self.0;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("type", &TypeUri(code))?;
        map.serialize_entry("title", &Title(code))?;
        map.serialize_entry("status", &status.as_u16())?;
        map.serialize_entry("code", code)?;
        map.serialize_entry("detail", detail)?;
        if let Some(instance) = instance {
            map.serialize_entry("instance", instance)?;
        }
        for (name, value) in extra {
            map.serialize_entry(name, value)?;
        }
        if !errors.is_empty() {
            map.serialize_entry("errors", errors)?;
        }
        map.end()
    }
}

/// The code of a problem, in the extensions of its response, for who looks at answers on their way out.
#[derive(Clone, Copy)]
pub(crate) struct ProblemCode(pub(crate) &'static str);

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut body = Vec::with_capacity(BODY_BYTES_USUAL);
        serde_json::to_writer(&mut body, &self).expect("strings and numbers always serialize into memory");
        let mut response = Response::new(body.into());
        *response.status_mut() = self.0.status;
        response.extensions_mut().insert(ProblemCode(self.0.code));
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(PROBLEM_JSON));
        for (name, value) in self.0.headers {
            headers.insert(name, value);
        }
        response
    }
}

/// Written as it is serialized, so that a refusal costs no extra strings.
struct TypeUri<'a>(&'a str);

impl fmt::Display for TypeUri<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "https://evently.dev/problems/{}", self.0)
    }
}

impl Serialize for TypeUri<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// The code as a heading: first letter up, hyphens to spaces.
struct Title<'a>(&'a str);

impl fmt::Display for Title<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut words = self.0.split('-');
        if let Some(first) = words.next() {
            let mut letters = first.chars();
            if let Some(letter) = letters.next() {
                write!(f, "{}{}", letter.to_ascii_uppercase(), letters.as_str())?;
            }
        }
        words.try_for_each(|word| write!(f, " {word}"))
    }
}

impl Serialize for Title<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// What the API description says about [`Problem`]; never built.
#[derive(utoipa::ToSchema)]
#[expect(dead_code, reason = "read by the derive alone")]
#[schema(as = Problem, description = "A refusal (RFC 9457). Some carry more members, named in their description.")]
struct Shape {
    /// A URI that names the kind of problem.
    #[schema(example = "https://evently.dev/problems/sold-out")]
    r#type: String,
    /// The code as a heading.
    #[schema(example = "Sold out")]
    title: String,
    /// The HTTP status.
    #[schema(example = 409)]
    status: u16,
    /// The kind of problem, for programs.
    #[schema(example = "sold-out")]
    code: String,
    /// What happened, for people.
    #[schema(example = "2 tickets asked for, 1 left.")]
    detail: String,
    /// What is wrong where (422 only).
    #[schema(required = false)]
    errors: Vec<FieldError>,
}

impl utoipa::PartialSchema for Problem {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        <Shape as utoipa::PartialSchema>::schema()
    }
}

impl utoipa::ToSchema for Problem {
    fn name() -> std::borrow::Cow<'static, str> {
        "Problem".into()
    }

    fn schemas(schemas: &mut Vec<(String, utoipa::openapi::RefOr<utoipa::openapi::schema::Schema>)>) {
        <Shape as utoipa::ToSchema>::schemas(schemas);
    }
}

#[cfg(test)]
mod tests;

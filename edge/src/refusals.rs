//! What was refused to whom: told at the door, to whoever keeps a record of it. Watching costs a command two
//! counted references; only a refusal costs more.

use std::sync::Arc;

use axum::extract::Request;
use axum::http::header::AUTHORIZATION;
use axum::http::uri::PathAndQuery;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::response::Response;
use domain::access::Actor;
use uuid::Uuid;

use crate::bearer::Verifier;
use crate::context::Context;
use crate::extract::as_correlation_id;
use crate::problem::ProblemCode;

/// A command that was not obeyed, for a reason that lies with whoever sent it.
#[derive(Clone, Copy, Debug)]
pub struct Refusal<'a> {
    /// Who asked; nobody without a good token.
    pub actor: Option<Actor>,
    /// `POST`, `PUT`, `PATCH` or `DELETE`.
    pub method: &'static str,
    /// As the router knows it (`/api/v1/bookings/{booking_id}`).
    pub route: &'a str,
    /// The first id in the path.
    pub target: Option<Uuid>,
    /// The answer's status: 400 to 499.
    pub status: StatusCode,
    /// The answer's code.
    pub code: &'static str,
    /// Ties it to the request.
    pub correlation_id: Uuid,
}

/// Whoever is told of refusals. It must not wait: the answer does.
#[derive(Clone)]
pub struct Watch {
    verifier: Verifier,
    tell: Arc<dyn Fn(&Refusal<'_>) + Send + Sync>,
}

impl Watch {
    /// Tells `tell`, with callers as `verifier` knows them.
    pub fn new(verifier: Verifier, tell: impl Fn(&Refusal<'_>) + Send + Sync + 'static) -> Self {
        Self { verifier, tell: Arc::new(tell) }
    }

    fn told(&self, refusal: &Refusal<'_>) {
        (self.tell)(refusal);
    }
}

/// What must be kept of a command until it is answered, in case it is refused.
pub(crate) struct Asked {
    authorization: Option<HeaderValue>,
    path: Option<PathAndQuery>,
    made_here: Option<Uuid>,
}

impl Asked {
    /// Nothing is kept of a request that changes nothing.
    pub(crate) fn of(request: &Request, context: &Context) -> Option<Self> {
        let changes = matches!(*request.method(), Method::POST | Method::PUT | Method::PATCH | Method::DELETE);
        changes.then(|| Self {
            authorization: request.headers().get(AUTHORIZATION).cloned(),
            path: request.uri().path_and_query().cloned(),
            made_here: context.made_here,
        })
    }

    /// Tells of an answer that says it is the caller's fault.
    pub(crate) fn answered(
        &self,
        watch: &Watch,
        response: &Response,
        (method, route): (&'static str, &str),
        request_id: &HeaderValue,
    ) {
        let Some(ProblemCode(code)) = response.extensions().get().copied() else { return };
        let mut headers = HeaderMap::new();
        headers.extend(self.authorization.clone().map(|value| (AUTHORIZATION, value)));
        let actor = watch.verifier.caller(&headers).ok().flatten();
        let path = self.path.as_ref().map_or("", PathAndQuery::path);
        let target = path.split('/').find_map(|segment| Uuid::try_parse(segment).ok());
        let correlation_id = self.made_here.unwrap_or_else(|| as_correlation_id(request_id));
        watch.told(&Refusal { actor, method, route, target, status: response.status(), code, correlation_id });
    }
}

#[cfg(test)]
mod tests;

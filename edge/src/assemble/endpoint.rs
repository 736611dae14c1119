//! The metrics of one route and method. Their handles are looked up by label once and then kept.

use std::sync::{OnceLock, PoisonError, RwLock};
use std::time::Duration;

use axum::extract::MatchedPath;
use axum::http::{Extensions, Method, StatusCode};
use metrics::{Counter, Histogram, counter, histogram};

use crate::limits::Limits;
use crate::metrics::{HTTP_REQUEST_SECONDS, HTTP_REQUESTS};

#[derive(Default)]
pub(super) struct Endpoint {
    /// Told by the first request.
    learned: OnceLock<Learned>,
    /// A handful: the statuses that this endpoint has answered with.
    seen: RwLock<Vec<Handles>>,
}

struct Learned {
    /// As the router knows it (`/api/v1/events/{id}`).
    route: Box<str>,
    body_bytes_max: usize,
}

#[derive(Clone)]
struct Handles {
    method: &'static str,
    status: StatusCode,
    requests: Counter,
    seconds: Histogram,
}

impl Endpoint {
    /// The largest body that this endpoint takes.
    pub(super) fn learn(&self, extensions: &Extensions, limits: &Limits) -> usize {
        let learned = self.learned.get_or_init(|| {
            let route = extensions.get::<MatchedPath>().map_or("unmatched", MatchedPath::as_str);
            Learned { route: route.into(), body_bytes_max: limits.body_bytes_max_at(route) }
        });
        learned.body_bytes_max
    }

    pub(super) fn route(&self) -> &str {
        self.learned.get().map_or("unmatched", |learned| &learned.route)
    }

    pub(super) fn record(&self, method: &'static str, status: StatusCode, took: Duration) {
        let count = |handles: &Handles| {
            handles.requests.increment(1);
            handles.seconds.record(took.as_secs_f64());
        };
        {
            let seen = self.seen.read().unwrap_or_else(PoisonError::into_inner);
            if let Some(handles) = find(&seen, method, status) {
                return count(handles);
            }
        }
        let mut seen = self.seen.write().unwrap_or_else(PoisonError::into_inner);
        if find(&seen, method, status).is_none() {
            seen.push(self.look_up(method, status));
        }
        if let Some(handles) = find(&seen, method, status) {
            count(handles);
        }
    }

    /// Registers with the recorder. The histogram leaves the status out, to keep its series few.
    fn look_up(&self, method: &'static str, status: StatusCode) -> Handles {
        let route = self.route().to_owned();
        Handles {
            method,
            status,
            requests: counter!(HTTP_REQUESTS, "method" => method, "route" => route.clone(), "status" => status.as_str().to_owned()),
            seconds: histogram!(HTTP_REQUEST_SECONDS, "method" => method, "route" => route),
        }
    }
}

fn find<'a>(seen: &'a [Handles], method: &'static str, status: StatusCode) -> Option<&'a Handles> {
    seen.iter().find(|handles| handles.status == status && handles.method == method)
}

/// The method as a label; invented ones share one, so that nobody can grow the series.
pub(super) fn method_label(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::HEAD => "HEAD",
        Method::OPTIONS => "OPTIONS",
        _ => "OTHER",
    }
}

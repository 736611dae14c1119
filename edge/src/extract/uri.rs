//! Ids in the path, parameters in the query.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use serde::de::DeserializeOwned;

use crate::problem::Problem;

/// The parameters of the path; all of Evently's are ids.
#[derive(Clone, Copy, Debug)]
pub struct Path<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for Path<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        match axum::extract::Path::from_request_parts(parts, state).await {
            Ok(axum::extract::Path(value)) => Ok(Self(value)),
            Err(rejection) if rejection.status().is_server_error() => {
                // The route and the handler disagree about the parameters: a mistake of ours.
                tracing::error!(error = %rejection, "path parameters do not fit the handler");
                Err(Problem::internal())
            }
            Err(_) => Err(Problem::bad_request("malformed-id", "An id in the path is not a UUID.")),
        }
    }
}

/// The parameters of the query.
#[derive(Clone, Copy, Debug)]
pub struct Query<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        match axum::extract::Query::try_from_uri(&parts.uri) {
            Ok(axum::extract::Query(value)) => Ok(Self(value)),
            Err(rejection) => Err(malformed_query(&rejection.body_text())),
        }
    }
}

/// The rejection reads `Failed to deserialize query string: limit: invalid digit found in string`.
fn malformed_query(text: &str) -> Problem {
    let reason = text.split_once("query string: ").map_or(text, |(_, reason)| reason);
    let problem = Problem::bad_request("malformed-query", format!("Query parameters: {reason}."));
    let parameter = match reason.split_once(": ") {
        Some((parameter, _)) => Some(parameter),
        // `missing field `x`` and `unknown field `x`, expected ...` name it in the reason alone.
        None => reason.split('`').nth(1),
    };
    match parameter {
        Some(parameter) => problem.with("parameter", parameter),
        None => problem,
    }
}

//! What goes back to the customers of an event, for those who run it.

use axum::extract::State;
use axum::response::Response;
use chrono::{DateTime, Utc};
use edge::bearer::Caller;
use edge::extract::{MinPosition, Path, Query};
use edge::problem::Problem;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::app::App;
use crate::cursor::{self, Scope};
use crate::http::access::demand_organizer;
use crate::http::{Money, bytes_of, json};
use crate::list::{List, Page, PageParameters, checked_limit};
use crate::refunds::{self, FoundRefund, Place};

/// A page of refunds, and how many there are of each kind in all.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Refunds {
    data: Vec<Refund>,
    page: Page,
    totals: RefundTotals,
    /// The position of the log that this answer tells of.
    #[schema(example = 48_213)]
    as_of_position: u64,
}

/// How many refunds of the event are in each state.
#[derive(Debug, Serialize, ToSchema)]
struct RefundTotals {
    #[schema(example = 3)]
    due: i64,
    #[schema(example = 120)]
    succeeded: i64,
    #[schema(example = 0)]
    failed: i64,
}

/// Money that must go back, or went.
#[derive(Debug, Serialize, ToSchema)]
struct Refund {
    #[serde(rename = "refund_id")]
    #[schema(example = "0197c2b4-6f0e-7d51-9a43-5f1b8c7e2d90.1")]
    id: String,
    booking_id: Uuid,
    customer_id: Uuid,
    money: Money,
    /// `given_back`, `not_needed`, `event_cancelled` or `goodwill`.
    #[schema(example = "event_cancelled")]
    reason: String,
    /// `due`, `succeeded` or `failed`.
    #[schema(example = "due")]
    state: String,
    /// Why it failed, in the words of the payment provider.
    #[serde(skip_serializing_if = "Option::is_none")]
    failure: Option<String>,
    due_at: DateTime<Utc>,
    #[serde(skip_serializing_if = "Option::is_none")]
    settled_at: Option<DateTime<Utc>>,
    /// Its place in the list; part of the next cursor.
    #[serde(skip)]
    place: Place,
}

impl From<FoundRefund> for Refund {
    fn from(found: FoundRefund) -> Self {
        let FoundRefund { booking_id, refund, position, .. } = found;
        Self {
            id: format!("{booking_id}.{refund}"),
            booking_id,
            customer_id: found.customer_id,
            money: Money { amount: found.amount, currency: found.currency },
            reason: found.reason,
            state: found.state,
            failure: found.failure,
            due_at: found.due_at,
            settled_at: found.settled_at,
            place: Place { position, booking_id, refund },
        }
    }
}

/// Lists the refunds of your event
///
/// The first one first; `totals` counts all of them. An admin sees those of any event.
#[utoipa::path(
    get, path = "/api/v1/admin/events/{event_id}/refunds", tag = "admin",
    params(
        ("event_id" = Uuid, Path, description = "Which event", example = "0197c2b4-5d2a-7c10-8f3e-2b9a6d4c1e77"),
        PageParameters,
        ("Evently-Min-Position" = Option<u64>, Header, description = "Wait until the answer tells of this position")
    ),
    responses(
        (status = 200, body = Refunds, description = "A page of refunds"),
        (status = 400, body = Problem,
         description = "`malformed-id`, `malformed-query`, `invalid-cursor`, `malformed-position`"),
        (status = 401, body = Problem, description = "`missing-token`, `invalid-token`, `token-expired`, `token-revoked`"),
        (status = 403, body = Problem, description = "`forbidden`, `not-your-event`"),
        (status = 404, body = Problem, description = "`not-found`"),
        (status = 422, body = Problem, description = "`invalid`: the limit is out of range"),
        (status = 503, body = Problem, description = "`read-model-behind`, `unavailable`"),
    ),
    security(("bearer" = []))
)]
pub(crate) async fn list_refunds(
    State(app): State<App>,
    Caller(caller): Caller,
    min_position: MinPosition,
    Path(event_id): Path<Uuid>,
    Query(parameters): Query<PageParameters>,
) -> Result<Response, Problem> {
    let limit = checked_limit(parameters.limit)?;
    let scope = Scope::of(&["refunds", &event_id.to_string()]);
    let after = parameters.cursor.as_deref().map(|cursor| place_in(scope, cursor)).transpose()?;
    app.freshness.reach(min_position).await?;
    demand_organizer(&app, event_id, caller).await?;
    let (found, totals) = refunds::list(&app.pool, event_id, after.unwrap_or_default(), limit).await?;
    let rows = found.rows.into_iter().map(Refund::from).collect();
    let list = List::new(rows, limit, found.as_of, |last: &Refund| cursor_after(scope, last.place));
    let refunds = Refunds {
        data: list.data,
        page: list.page,
        totals: RefundTotals { due: totals.due, succeeded: totals.succeeded, failed: totals.failed },
        as_of_position: list.as_of_position,
    };
    Ok(json(bytes_of(&refunds)?))
}

fn cursor_after(scope: Scope, place: Place) -> String {
    let mut bytes = place.position.to_be_bytes().to_vec();
    bytes.extend(place.booking_id.as_bytes());
    bytes.extend(place.refund.to_be_bytes());
    scope.seal(&bytes)
}

fn place_in(scope: Scope, cursor: &str) -> Result<Place, Problem> {
    let read = |bytes: &[u8]| {
        let (position, rest) = bytes.split_first_chunk()?;
        let (booking_id, refund) = rest.split_first_chunk()?;
        Some(Place {
            position: i64::from_be_bytes(*position),
            booking_id: Uuid::from_bytes(*booking_id),
            refund: i32::from_be_bytes(refund.try_into().ok()?),
        })
    };
    read(&scope.open(cursor)?).ok_or_else(cursor::invalid)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_gives_back_the_place() {
        let scope = Scope::of(&["refunds", "here"]);
        let place = Place { position: 77, booking_id: Uuid::from_u128(5), refund: 3 };
        assert_eq!(place_in(scope, &cursor_after(scope, place)).unwrap(), place);
        assert_eq!(place_in(scope, &scope.seal(b"short")).unwrap_err().code(), "invalid-cursor");
        assert_eq!(
            place_in(Scope::of(&["refunds", "there"]), &cursor_after(scope, place)).unwrap_err().code(),
            "invalid-cursor"
        );
    }
}

//! How answers look: the JSON of bookings and events, and the headers that go with them.

use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};
use chrono::{DateTime, Utc};
use domain::ids::{BookingId, ShowId};
use domain::money::{Currency, Money};
use domain::show::{BookedItem, Booking, Show};
use edge::extract::{EVENTLY_POSITION, IDEMPOTENT_REPLAYED};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::lane::Committed;

/// An amount of money.
#[derive(Serialize, ToSchema)]
pub(super) struct Amount {
    /// Minor units: 4250 is 42.50 EUR.
    #[schema(example = 4250)]
    amount: i64,
    /// ISO 4217.
    #[schema(value_type = String, example = "EUR")]
    currency: Currency,
}

impl From<Money> for Amount {
    fn from(money: Money) -> Self {
        Self { amount: money.amount, currency: money.currency }
    }
}

/// Some tickets of one type in a booking.
#[derive(Serialize, ToSchema)]
pub(super) struct BookedItemAnswer {
    ticket_type_id: Uuid,
    #[schema(example = 2)]
    quantity: u32,
    unit_price: Amount,
}

/// A booking.
#[derive(Serialize, ToSchema)]
pub(super) struct BookingAnswer {
    booking_id: Uuid,
    event_id: Uuid,
    /// `confirmed` or `cancelled`.
    #[schema(example = "confirmed")]
    status: &'static str,
    items: Vec<BookedItemAnswer>,
    total: Amount,
    booked_at: DateTime<Utc>,
}

impl BookingAnswer {
    /// The booking as a show remembers it; absent if it does not.
    pub(super) fn of(show: &Show, show_id: ShowId, booking_id: BookingId, status: &'static str) -> Option<Self> {
        let booking = show.booking(booking_id)?;
        let currency = show.currency()?;
        let money = |amount| Amount::from(Money { amount, currency });
        let item = |item: &BookedItem| BookedItemAnswer {
            ticket_type_id: item.ticket_type_id.0,
            quantity: item.quantity,
            unit_price: money(item.unit_price),
        };
        Some(Self {
            booking_id: booking_id.0,
            event_id: show_id.0,
            status,
            items: booking.items.iter().map(item).collect(),
            total: money(Booking::total(booking)),
            booked_at: booking.booked_at,
        })
    }
}

/// A JSON answer to an obeyed command, with its position in the log and whether it is a repeat.
pub(super) fn obeyed(status: StatusCode, body: &impl Serialize, committed: Committed) -> Response {
    let mut response = plain(status, body);
    response.headers_mut().insert(EVENTLY_POSITION, committed.position.into());
    if committed.repeated { replayed(response) } else { response }
}

/// A JSON answer.
pub(super) fn plain(status: StatusCode, body: &impl Serialize) -> Response {
    match serde_json::to_vec(body) {
        Ok(json) => (status, [(CONTENT_TYPE, HeaderValue::from_static("application/json"))], json).into_response(),
        Err(error) => {
            // Answers are structs of strings and numbers; this would be a bug of ours.
            tracing::error!(%error, "an answer could not be written as JSON");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// Marks an answer as the first one over again.
pub(super) fn replayed(mut response: Response) -> Response {
    response.headers_mut().insert(IDEMPOTENT_REPLAYED, HeaderValue::from_static("true"));
    response
}

/// Marks an answer that nobody on the way may keep.
pub(super) fn secret(mut response: Response) -> Response {
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// Adds the show's revision, which the next change must name in `If-Match`.
pub(super) fn with_revision(mut response: Response, revision: u64) -> Response {
    if let Ok(etag) = HeaderValue::from_str(&format!("\"{revision}\"")) {
        response.headers_mut().insert(ETAG, etag);
    }
    response
}

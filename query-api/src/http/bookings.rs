//! Bookings: one's own history, one of them, and those of an event.

pub(super) mod of_event;

use axum::extract::State;
use axum::response::Response;
use chrono::{DateTime, Utc};
use domain::access::{Action, may};
use domain::ids::AccountId;
use domain::show::{BookingStatus, Status};
use edge::bearer::Caller;
use edge::extract::{MinPosition, Path, Query};
use edge::problem::Problem;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::app::App;
use crate::as_of::{self, AsOfParameters};
use crate::bookings::{self, FoundBooking, TicketNames, When};
use crate::cursor::{self, Scope};
use crate::http::{Money, bytes_of, json};
use crate::list::{List, checked_limit};
use crate::past;
use crate::shows::Venue;

/// The query parameters of the list of bookings.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct BookingParameters {
    /// By the end of the event.
    #[serde(default)]
    #[param(inline)]
    when: When,
    /// `page.next` of the page before.
    cursor: Option<String>,
    /// How many at most, from 1 to 200; 50 if not said.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<u32>,
}

/// A booking.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Booking {
    #[serde(rename = "booking_id")]
    id: Uuid,
    event_id: Uuid,
    event: BookedEvent,
    /// `held`, `paying`, `confirmed`, `lapsed`, `released` or `cancelled`; with its event, a booking is
    /// cancelled too.
    #[schema(example = "confirmed")]
    status: &'static str,
    /// What it has now, or had when it ended.
    items: Vec<BookedItem>,
    total: Money,
    booked_at: DateTime<Utc>,
    cancelled_at: Option<DateTime<Utc>>,
    /// While it is held: from then on its tickets are free again.
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<DateTime<Utc>>,
    /// The code that made it cheaper.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "SPRING")]
    promo_code: Option<String>,
    /// What came in for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    paid: Option<Money>,
    /// What went back, or is to go back.
    #[serde(skip_serializing_if = "Option::is_none")]
    refunded: Option<Money>,
    /// Its place in the list; part of the next cursor.
    #[serde(skip)]
    position: i64,
}

/// What was booked.
#[derive(Debug, Serialize, ToSchema)]
struct BookedEvent {
    #[schema(example = "An Evening with Clara")]
    title: String,
    starts_at: DateTime<Utc>,
    ends_at: DateTime<Utc>,
    /// IANA name, for showing the times.
    #[schema(example = "Europe/Berlin")]
    time_zone: String,
    venue: Venue,
    /// `on_sale`, `paused`, `closed` or `cancelled`.
    #[schema(example = "on_sale")]
    status: String,
}

/// Tickets of one type in a booking.
#[derive(Debug, Serialize, ToSchema)]
struct BookedItem {
    ticket_type_id: Uuid,
    #[schema(example = "Stalls")]
    name: Option<String>,
    #[schema(example = 2)]
    quantity: u32,
    /// What one ticket cost.
    unit_price: Money,
    /// By how much a promo code made each of them cheaper.
    #[serde(skip_serializing_if = "Option::is_none")]
    discount: Option<Money>,
    /// Which seats; absent for general admission.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false, example = json!(["A-11", "A-12"]))]
    seats: Vec<String>,
}

/// One booking, and what it rests on.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct BookingDetails {
    #[serde(flatten)]
    booking: Booking,
    /// The position of the log that this answer tells of.
    #[schema(example = 48_213)]
    as_of_position: u64,
}

impl Booking {
    pub(super) fn new(found: FoundBooking, names: &TicketNames) -> Self {
        let currency = || found.currency.clone();
        let items = found.items.iter().map(|item| BookedItem {
            ticket_type_id: item.ticket_type_id.0,
            name: names.get(&item.ticket_type_id.0).cloned(),
            quantity: item.quantity,
            unit_price: Money { amount: item.unit_price, currency: currency() },
            discount: Money::unless_zero(item.unit_discount, currency()),
            seats: item.seats.iter().map(|seat| seat.as_str().into()).collect(),
        });
        let items = items.collect();
        let off = found.show_status == Status::Cancelled.as_str();
        // Cancelling a show is one fact; it is here that it reaches each of its bookings.
        let (live, status) = status(&found.status);
        let ends_here = off && live;
        Self {
            id: found.booking_id,
            event_id: found.show_id,
            status: if ends_here { BookingStatus::Cancelled.as_str() } else { status },
            cancelled_at: found.cancelled_at.or(found.show_cancelled_at.filter(|_| ends_here)),
            items,
            total: Money { amount: found.total_amount, currency: currency() },
            booked_at: found.booked_at,
            expires_at: found.expires_at.filter(|_| !off),
            paid: Money::unless_zero(found.paid_amount, currency()),
            refunded: Money::unless_zero(found.refunded_amount, currency()),
            promo_code: found.promo_code,
            event: BookedEvent {
                title: found.title,
                starts_at: found.starts_at,
                ends_at: found.ends_at,
                time_zone: found.time_zone,
                venue: found.venue,
                status: found.show_status,
            },
            position: found.position,
        }
    }
}

/// Whether a booking's tickets are nobody else's, and the word for what became of it.
fn status(word: &str) -> (bool, &'static str) {
    use BookingStatus::{Cancelled, Confirmed, Held, Lapsed, Paying, Released};
    let all = [Held, Paying, Confirmed, Lapsed, Released, Cancelled];
    // The table holds no other word.
    let status = all.into_iter().find(|status| status.as_str() == word).unwrap_or(Confirmed);
    (status.is_live(), status.as_str())
}

/// Lists your bookings
///
/// The last one first.
#[utoipa::path(
    get, path = "/api/v1/users/bookings", tag = "bookings",
    params(
        BookingParameters,
        ("Evently-Min-Position" = Option<u64>, Header, description = "Wait until the answer tells of this position")
    ),
    responses(
        (status = 200, body = List<Booking>, description = "A page of bookings"),
        (status = 400, body = Problem, description = "`malformed-query`, `invalid-cursor`, `malformed-position`"),
        (status = 401, body = Problem, description = "`missing-token`, `invalid-token`, `token-expired`, `token-revoked`"),
        (status = 422, body = Problem, description = "`invalid`: the limit is out of range"),
        (status = 503, body = Problem, description = "`read-model-behind`, `unavailable`"),
    ),
    security(("bearer" = []))
)]
pub(crate) async fn list_bookings(
    State(app): State<App>,
    Caller(caller): Caller,
    min_position: MinPosition,
    Query(parameters): Query<BookingParameters>,
) -> Result<Response, Problem> {
    let limit = checked_limit(parameters.limit)?;
    let customer_id = caller.account_id.0;
    let scope = Scope::of(&["bookings", parameters.when.as_str(), &customer_id.to_string()]);
    let before = parameters.cursor.as_deref().map(|cursor| position_in(scope, cursor)).transpose()?;
    app.freshness.reach(min_position).await?;
    let found = bookings::list(&app.pool, customer_id, parameters.when, before, limit).await?;
    let names = bookings::ticket_names(&app.pool, &found.rows).await?;
    let rows = found.rows.into_iter().map(|row| Booking::new(row, &names)).collect();
    let list = List::new(rows, limit, found.as_of, |last: &Booking| scope.seal(&last.position.to_be_bytes()));
    Ok(json(bytes_of(&list)?))
}

pub(super) fn position_in(scope: Scope, cursor: &str) -> Result<i64, Problem> {
    let bytes = scope.open(cursor)?.try_into().map_err(|_| cursor::invalid())?;
    Ok(i64::from_be_bytes(bytes))
}

/// Shows one booking
///
/// Your own; an admin sees any. Asked as of a past moment, it and its event are shown as they were then; the
/// same question about the same position has the same answer for ever.
#[utoipa::path(
    get, path = "/api/v1/bookings/{booking_id}", tag = "bookings",
    params(
        ("booking_id" = Uuid, Path, description = "Which booking", example = "0197c2b4-6f0e-7d51-9a43-5f1b8c7e2d90"),
        AsOfParameters,
        ("Evently-Min-Position" = Option<u64>, Header, description = "Wait until the answer tells of this position")
    ),
    responses(
        (status = 200, body = BookingDetails, description = "The booking"),
        (status = 400, body = Problem, description = "`malformed-id`, `malformed-query`, `malformed-position`"),
        (status = 401, body = Problem, description = "`missing-token`, `invalid-token`, `token-expired`, `token-revoked`"),
        (status = 404, body = Problem, description = "`not-found`: there is none, or it is somebody else's"),
        (status = 422, body = Problem, description = "`as-of-twice`, `as-of-in-the-future`, \
            `as-of-before-the-first-event`, `position-beyond-head`, `as-of-too-long-a-story`"),
        (status = 503, body = Problem, description = "`read-model-behind`, `unavailable`"),
    ),
    security(("bearer" = []))
)]
pub(crate) async fn find_booking(
    State(app): State<App>,
    Caller(caller): Caller,
    min_position: MinPosition,
    Path(booking_id): Path<Uuid>,
    Query(moment): Query<AsOfParameters>,
) -> Result<Response, Problem> {
    app.freshness.reach(min_position).await?;
    let own = |found: &FoundBooking| may(&caller, Action::KeepBooking { customer: AccountId(found.customer_id) });
    let (booking, names, as_of_position) = if moment.is_asked() {
        let moment = as_of::resolve(&app, moment).await?;
        let found = past::booking(&app, booking_id, moment.position).await?.filter(|(found, _)| own(found));
        let (booking, names) = found.ok_or_else(no_such_booking)?;
        (booking, names, moment.position)
    } else {
        let mut found = bookings::find(&app.pool, booking_id).await?;
        found.rows.retain(own);
        let names = bookings::ticket_names(&app.pool, &found.rows).await?;
        (found.rows.into_iter().next().ok_or_else(no_such_booking)?, names, found.as_of)
    };
    let answer = BookingDetails { booking: Booking::new(booking, &names), as_of_position };
    Ok(json(bytes_of(&answer)?))
}

fn no_such_booking() -> Problem {
    Problem::not_found("There is no such booking.")
}

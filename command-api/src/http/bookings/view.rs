//! A booking as its customer sees it.

use chrono::{DateTime, Utc};
use domain::ids::{BookingId, ShowId};
use domain::money::Currency;
use domain::show::{BookedItem, Booking, SeatLabel, Show};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::http::answer::Amount;

/// Some tickets of one type in a booking.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct BookedItemAnswer {
    ticket_type_id: Uuid,
    #[schema(example = 2)]
    quantity: u32,
    /// What one ticket costs.
    unit_price: Amount,
    /// By how much a promo code made each of them cheaper.
    #[serde(skip_serializing_if = "Option::is_none")]
    discount: Option<Amount>,
    /// Which seats; absent for general admission.
    #[serde(skip_serializing_if = "<[SeatLabel]>::is_empty")]
    #[schema(value_type = Vec<String>, required = false, example = json!(["A-11", "A-12"]))]
    seats: Box<[SeatLabel]>,
}

/// A booking.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct BookingAnswer {
    booking_id: Uuid,
    event_id: Uuid,
    /// `held`, `paying`, `confirmed`, `lapsed`, `released` or `cancelled`.
    #[schema(example = "confirmed")]
    pub(in crate::http) status: &'static str,
    items: Vec<BookedItemAnswer>,
    total: Amount,
    booked_at: DateTime<Utc>,
    /// While it is held: from then on its tickets are free again.
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<DateTime<Utc>>,
    /// The code that made it cheaper.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "SPRING")]
    promo_code: Option<String>,
    /// What came in for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    paid: Option<Amount>,
    /// What went back, or is to go back.
    #[serde(skip_serializing_if = "Option::is_none")]
    refunded: Option<Amount>,
}

impl BookingAnswer {
    /// The booking as it was when it was made, whatever has become of it since: the first answer.
    pub(in crate::http) fn first(show: &Show, show_id: ShowId, booking_id: BookingId) -> Option<Self> {
        let (booking, currency) = (show.booking(booking_id)?, show.currency()?);
        let expires_at = booking.first_expires_at();
        let status = if expires_at.is_some() { "held" } else { "confirmed" };
        let items = booking.first_items();
        let (paid, refunded) = (None, None);
        Some(Self { status, expires_at, paid, refunded, ..Self::of(booking, items, show_id, booking_id, currency) })
    }

    /// The booking as it is now.
    pub(in crate::http) fn now(show: &Show, show_id: ShowId, booking_id: BookingId) -> Option<Self> {
        let (booking, currency) = (show.booking(booking_id)?, show.currency()?);
        Some(Self::of(booking, &booking.items, show_id, booking_id, currency))
    }

    /// The booking that a hold has become, and nothing of what may have come after.
    pub(in crate::http) fn confirmed(show: &Show, show_id: ShowId, booking_id: BookingId) -> Option<Self> {
        let (status, expires_at, refunded) = ("confirmed", None, None);
        Self::now(show, show_id, booking_id).map(|now| Self { status, expires_at, refunded, ..now })
    }

    fn of(booking: &Booking, items: &[BookedItem], show_id: ShowId, booking_id: BookingId, currency: Currency) -> Self {
        Self {
            booking_id: booking_id.0,
            event_id: show_id.0,
            status: booking.status.as_str(),
            items: booked_items(items, currency),
            total: Amount::new(items.iter().map(BookedItem::price).fold(0, i64::saturating_add), currency),
            booked_at: booking.booked_at,
            expires_at: booking.expires_at(),
            promo_code: booking.promo_code().map(|code| code.as_str().into()),
            paid: Amount::unless_zero(booking.paid(), currency),
            refunded: Amount::unless_zero(booking.refunded(), currency),
        }
    }
}

/// Items as they are shown.
pub(in crate::http) fn booked_items(items: &[BookedItem], currency: Currency) -> Vec<BookedItemAnswer> {
    let item = |item: &BookedItem| BookedItemAnswer {
        ticket_type_id: item.ticket_type_id.0,
        quantity: item.quantity,
        unit_price: Amount::new(item.unit_price, currency),
        discount: Amount::unless_zero(item.unit_discount, currency),
        seats: item.seats.clone(),
    };
    items.iter().map(item).collect()
}

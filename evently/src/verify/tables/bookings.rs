//! `bookings` and `promo_codes`: who has what, and how often each code is used.

use chrono::{DateTime, Utc};
use sqlx::postgres::PgRow;
use sqlx::{FromRow as _, Row as _};
use uuid::Uuid;

use super::{Compared, Found, row};
use crate::verify::facts::{Item, PromoCode};
use crate::verify::recount::Recount;

row! {
    /// A row of `bookings`, its items aside.
    BookingRow<'r> {
        show_id: Uuid,
        customer_id: Uuid,
        quantity: i32,
        total_amount: i64,
        currency: Option<&'r str>,
        status: &'r str,
        booked_at: DateTime<Utc>,
        cancelled_at: Option<DateTime<Utc>>,
        position: i64,
        expires_at: Option<DateTime<Utc>>,
        promo_code: Option<&'r str>,
        paid_amount: i64,
        refunded_amount: i64,
        offer: Option<Uuid>,
    }
}

row! {
    /// A row of `promo_codes`, its definition aside.
    PromoCodeRow {
        uses: i64,
        active: bool,
    }
}

pub(super) fn booking(row: &PgRow, recount: &Recount, found: &mut Found) -> Compared {
    let booking_id: Uuid = row.try_get("booking_id")?;
    found.add(booking_id);
    let booking = recount.bookings.get(booking_id);
    let Some((booking, show)) = booking.and_then(|booking| Some((booking, recount.shows.get(&booking.show_id)?)))
    else {
        return Ok(Err(format!("booking {booking_id} is one that the log does not know")));
    };
    let should_be = BookingRow {
        show_id: booking.show_id,
        customer_id: booking.customer_id,
        quantity: booking.quantity(),
        total_amount: booking.total(),
        currency: show.row.currency.as_deref(),
        status: booking.status.word(),
        booked_at: booking.booked_at,
        cancelled_at: booking.cancelled_at,
        position: booking.position,
        expires_at: booking.expires_at(),
        promo_code: booking.promo_code(),
        paid_amount: booking.paid(),
        refunded_amount: booking.refunded(),
        offer: booking.more.as_ref().and_then(|more| more.offer),
    };
    let items: Option<Vec<Item>> = serde_json::from_str(row.try_get("items")?).ok();
    let mut compared = BookingRow::from_row(row)?.compare(&should_be);
    if compared.is_ok() && !items.is_some_and(|items| show.are(&items, &booking.tickets)) {
        compared = Err("has other items than the log".into());
    }
    let position = booking.position;
    Ok(compared.map_err(|difference| format!("booking {booking_id}, made at position {position}, {difference}")))
}

pub(super) fn missing_booking(recount: &Recount, found: &Found) -> Option<String> {
    let missing = recount.bookings.iter().find(|booking| !found.has(booking.id))?;
    let (booking_id, show_id, position) = (missing.id, missing.show_id, missing.position);
    Some(format!("booking {booking_id} of show {show_id}, made at position {position}"))
}

pub(super) fn promo_code(row: &PgRow, recount: &Recount, found: &mut Found) -> Compared {
    let (show_id, code): (Uuid, &str) = (row.try_get("show_id")?, row.try_get("code")?);
    found.add((show_id, code));
    let Some(promo) = recount.shows.get(&show_id).and_then(|show| show.promos.get(code)) else {
        return Ok(Err(format!("promo code {code} of show {show_id} is one that the log does not know")));
    };
    let should_be = PromoCodeRow { uses: i64::from(promo.uses), active: promo.active };
    let definition = serde_json::from_str::<PromoCode>(row.try_get("definition")?);
    let mut compared = PromoCodeRow::from_row(row)?.compare(&should_be);
    if compared.is_ok() && !definition.is_ok_and(|definition| definition == promo.definition) {
        compared = Err("has another definition than the log".into());
    }
    Ok(compared.map_err(|difference| format!("promo code {code} of show {show_id} {difference}")))
}

pub(super) fn missing_promo_code(recount: &Recount, found: &Found) -> Option<String> {
    recount.shows.iter().find_map(|(show_id, show)| {
        let mut codes = show.promos.iter().map(|promo| promo.definition.code.as_str());
        let missing = codes.find(|code| !found.has((*show_id, *code)))?;
        Some(format!("promo code {missing} of show {show_id}"))
    })
}

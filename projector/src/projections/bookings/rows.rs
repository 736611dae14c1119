//! The new rows of `bookings`, and how they are inserted.

use std::borrow::Cow;

use chrono::{DateTime, Utc};
use domain::show::{BookedItem, BookingConfirmed, BookingStatus, SeatsHeld};
use domain::text::Text;
use sqlx::PgConnection;
use uuid::Uuid;

use super::change::Change;
use super::items::{ItemTexts, quantity, total, without};
use crate::error::FoldError;
use crate::page::Fact;
use crate::projection::{int, signed};

/// A booking that began within a page, as it stands at its end.
pub(super) struct Row<'a> {
    pub(super) booking_id: Uuid,
    pub(super) show_id: Uuid,
    customer_id: Uuid,
    items: Cow<'a, [BookedItem]>,
    currency: &'a str,
    status: BookingStatus,
    booked_at: DateTime<Utc>,
    cancelled_at: Option<DateTime<Utc>>,
    position: i64,
    expires_at: Option<DateTime<Utc>>,
    pub(super) promo_code: Option<&'a str>,
    paid_amount: i64,
    refunded_amount: i64,
    offer: Option<Uuid>,
}

/// Most bookings are bought at once and stay so. A plain insert: an event folded twice must fail loudly,
/// not be forgiven.
const INSERT_PLAIN: &str = "\
INSERT INTO bookings (booking_id, show_id, customer_id, items, quantity, total_amount, currency, status,
                      booked_at, position)
SELECT booking_id, show_id, customer_id, items, quantity, total_amount, currency, 'confirmed', booked_at, position
FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::int[], $6::bigint[], $7::text[],
            $8::timestamptz[], $9::bigint[])
     AS new(booking_id, show_id, customer_id, items, quantity, total_amount, currency, booked_at, position)";

const INSERT: &str = "\
INSERT INTO bookings (booking_id, show_id, customer_id, items, quantity, total_amount, currency,
                      booked_at, position, status, cancelled_at, expires_at, promo_code, paid_amount,
                      refunded_amount, offer)
SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::int[], $6::bigint[], $7::text[],
                     $8::timestamptz[], $9::bigint[], $10::text[], $11::timestamptz[], $12::timestamptz[],
                     $13::text[], $14::bigint[], $15::bigint[], $16::uuid[])";

impl<'a> Row<'a> {
    pub(super) fn confirmed(fact: &Fact, booking: &'a BookingConfirmed) -> Self {
        Self {
            booking_id: booking.booking_id.0,
            show_id: fact.show_id(),
            customer_id: booking.customer_id.0,
            items: Cow::Borrowed(&booking.items),
            currency: booking.currency.as_str(),
            status: BookingStatus::Confirmed,
            booked_at: booking.booked_at,
            cancelled_at: None,
            position: signed(fact.position),
            expires_at: None,
            promo_code: booking.promo_code.as_ref().map(Text::as_str),
            paid_amount: 0,
            refunded_amount: 0,
            offer: booking.offer.map(|entry_id| entry_id.0),
        }
    }

    pub(super) fn held(fact: &Fact, held: &'a SeatsHeld) -> Self {
        Self {
            booking_id: held.booking_id.0,
            show_id: fact.show_id(),
            customer_id: held.customer_id.0,
            items: Cow::Borrowed(&held.items),
            currency: held.currency.as_str(),
            status: BookingStatus::Held,
            booked_at: held.held_at,
            cancelled_at: None,
            position: signed(fact.position),
            expires_at: Some(held.expires_at),
            promo_code: held.promo_code.as_ref().map(Text::as_str),
            paid_amount: 0,
            refunded_amount: 0,
            offer: held.offer.map(|entry_id| entry_id.0),
        }
    }

    /// Takes in what happened to it later in the page. What an `UPDATE` makes of older rows, this makes
    /// of a new one.
    pub(super) fn change(&mut self, change: &Change) -> Result<(), FoldError> {
        self.status = change.status.unwrap_or(self.status);
        let open = matches!(self.status, BookingStatus::Held | BookingStatus::Paying);
        self.expires_at = change.expires_at.or(self.expires_at).filter(|_| open);
        self.cancelled_at = change.cancelled_at.or(self.cancelled_at);
        self.paid_amount += change.paid;
        self.refunded_amount += change.refunded;
        if !change.given_back.is_empty() {
            let left = without(&self.items, &change.given_back);
            self.items = left.ok_or(FoldError::NotInBooking(self.booking_id))?.into();
        }
        Ok(())
    }

    pub(super) fn is_live(&self) -> bool {
        self.status.is_live()
    }

    /// Whether it has nothing that a booking which was simply bought does not have.
    fn is_plain(&self) -> bool {
        let more = (self.promo_code, self.offer, self.paid_amount, self.refunded_amount);
        self.status == BookingStatus::Confirmed && more == (None, None, 0, 0)
    }
}

/// Inserts new rows.
pub(super) async fn insert(rows: &[Row<'_>], connection: &mut PgConnection) -> Result<(), FoldError> {
    let (plain, others): (Vec<&Row>, Vec<&Row>) = rows.iter().partition(|row| row.is_plain());
    if !plain.is_empty() {
        insert_with(INSERT_PLAIN, &plain, false, connection).await?;
    }
    if !others.is_empty() {
        insert_with(INSERT, &others, true, connection).await?;
    }
    Ok(())
}

async fn insert_with(
    statement: &'static str,
    rows: &[&Row<'_>],
    all_columns: bool,
    connection: &mut PgConnection,
) -> Result<(), FoldError> {
    let mut items = ItemTexts::default();
    rows.iter().try_for_each(|row| items.push(&row.items))?;
    let rows = || rows.iter();
    let mut insert = sqlx::query(statement)
        .bind(rows().map(|row| row.booking_id).collect::<Vec<_>>())
        .bind(rows().map(|row| row.show_id).collect::<Vec<_>>())
        .bind(rows().map(|row| row.customer_id).collect::<Vec<_>>())
        .bind(items.texts()?)
        .bind(rows().map(|row| int(quantity(&row.items))).collect::<Vec<_>>())
        .bind(rows().map(|row| total(&row.items)).collect::<Vec<_>>())
        .bind(rows().map(|row| row.currency).collect::<Vec<_>>())
        .bind(rows().map(|row| row.booked_at).collect::<Vec<_>>())
        .bind(rows().map(|row| row.position).collect::<Vec<_>>());
    if all_columns {
        insert = insert
            .bind(rows().map(|row| row.status.as_str()).collect::<Vec<_>>())
            .bind(rows().map(|row| row.cancelled_at).collect::<Vec<_>>())
            .bind(rows().map(|row| row.expires_at).collect::<Vec<_>>())
            .bind(rows().map(|row| row.promo_code).collect::<Vec<_>>())
            .bind(rows().map(|row| row.paid_amount).collect::<Vec<_>>())
            .bind(rows().map(|row| row.refunded_amount).collect::<Vec<_>>())
            .bind(rows().map(|row| row.offer).collect::<Vec<_>>());
    }
    insert.execute(connection).await?;
    Ok(())
}

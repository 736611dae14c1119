//! `bookings`: who holds what. The largest table and the hottest insert.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::show::{BookedItem, BookingConfirmed, Event};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::error::{FoldError, demand_rows};
use crate::page::{Fact, Page};
use crate::projection::{Projection, int, signed};

/// Every booking, live or cancelled. When a whole show is cancelled its bookings are left alone: whoever
/// shows them joins the show, so that one fact stays one write.
pub(crate) struct Bookings;

/// A plain insert: an event folded twice must fail loudly, not be forgiven.
const INSERT: &str = "\
INSERT INTO bookings (booking_id, show_id, customer_id, items, quantity, total_amount, currency, status,
                      booked_at, position)
SELECT booking_id, show_id, customer_id, items, quantity, total_amount, currency, 'confirmed', booked_at, position
FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::int[], $6::bigint[], $7::text[],
            $8::timestamptz[], $9::bigint[])
     AS new(booking_id, show_id, customer_id, items, quantity, total_amount, currency, booked_at, position)";

/// Runs after the insert, so that a booking may come and go within one page.
const CANCEL: &str = "\
UPDATE bookings b SET status = 'cancelled', cancelled_at = gone.cancelled_at
FROM unnest($1::uuid[], $2::timestamptz[]) AS gone(booking_id, cancelled_at)
WHERE b.booking_id = gone.booking_id";

#[async_trait]
impl Projection for Bookings {
    fn name(&self) -> &'static str {
        "bookings"
    }

    async fn write(&self, page: Page<'_>, connection: &mut PgConnection) -> Result<(), FoldError> {
        let mut confirmed = Confirmed::default();
        let mut cancelled: (Vec<Uuid>, Vec<DateTime<Utc>>) = Default::default();
        for fact in page.facts() {
            match &fact.event {
                Event::BookingConfirmed(booking) => confirmed.push(fact, booking)?,
                Event::BookingCancelled(booking) => {
                    cancelled.0.push(booking.booking_id.0);
                    cancelled.1.push(fact.recorded_at);
                }
                _ => {}
            }
        }
        confirmed.insert(connection).await?;
        let (booking_ids, cancelled_at) = cancelled;
        if booking_ids.is_empty() {
            return Ok(());
        }
        let written = sqlx::query(CANCEL).bind(&booking_ids).bind(cancelled_at).execute(connection).await?;
        demand_rows("bookings", written.rows_affected(), booking_ids.len())
    }
}

/// The new rows, one array per column.
#[derive(Default)]
struct Confirmed<'a> {
    booking_ids: Vec<Uuid>,
    show_ids: Vec<Uuid>,
    customer_ids: Vec<Uuid>,
    items: ItemTexts,
    quantities: Vec<i32>,
    totals: Vec<i64>,
    currencies: Vec<&'a str>,
    booked_at: Vec<DateTime<Utc>>,
    positions: Vec<i64>,
}

impl<'a> Confirmed<'a> {
    fn push(&mut self, fact: &Fact, booking: &'a BookingConfirmed) -> Result<(), FoldError> {
        self.items.push(&booking.items)?;
        self.booking_ids.push(booking.booking_id.0);
        self.show_ids.push(fact.show_id());
        self.customer_ids.push(booking.customer_id.0);
        self.quantities.push(int(booking.items.iter().fold(0, |sum, item| sum.saturating_add(item.quantity))));
        self.totals.push(booking.total().amount);
        self.currencies.push(booking.currency.as_str());
        self.booked_at.push(booking.booked_at);
        self.positions.push(signed(fact.position));
        Ok(())
    }

    async fn insert(self, connection: &mut PgConnection) -> Result<(), FoldError> {
        if self.booking_ids.is_empty() {
            return Ok(());
        }
        sqlx::query(INSERT)
            .bind(self.booking_ids)
            .bind(self.show_ids)
            .bind(self.customer_ids)
            .bind(self.items.texts()?)
            .bind(self.quantities)
            .bind(self.totals)
            .bind(self.currencies)
            .bind(self.booked_at)
            .bind(self.positions)
            .execute(connection)
            .await?;
        Ok(())
    }
}

/// The items of many bookings as JSON, in one buffer instead of thousands of small strings.
#[derive(Default)]
struct ItemTexts {
    buffer: Vec<u8>,
    ends: Vec<usize>,
}

impl ItemTexts {
    fn push(&mut self, items: &[BookedItem]) -> Result<(), FoldError> {
        serde_json::to_writer(&mut self.buffer, items)?;
        self.ends.push(self.buffer.len());
        Ok(())
    }

    fn texts(&self) -> Result<Vec<&str>, FoldError> {
        let text = std::str::from_utf8(&self.buffer).map_err(|error| sqlx::Error::Encode(Box::new(error)))?;
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        Ok(starts.zip(&self.ends).map(|(start, end)| &text[start..*end]).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::ids::TicketTypeId;

    #[test]
    fn keeps_the_items_of_each_booking_apart() {
        let item = |quantity| BookedItem { ticket_type_id: TicketTypeId(Uuid::nil()), quantity, unit_price: 4250 };
        let mut texts = ItemTexts::default();
        texts.push(&[item(1)]).unwrap();
        texts.push(&[item(2), item(3)]).unwrap();

        let read: Vec<Vec<BookedItem>> =
            texts.texts().unwrap().into_iter().map(|text| serde_json::from_str(text).unwrap()).collect();
        assert_eq!(read, [vec![item(1)], vec![item(2), item(3)]]);
    }
}

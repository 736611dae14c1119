//! What becomes of bookings that began before the page.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use domain::show::{BookedItem, BookingStatus};
use sqlx::PgConnection;
use uuid::Uuid;

use super::items::{ItemTexts, quantity, total, without};
use crate::error::{FoldError, demand_rows};
use crate::projection::int;

/// What becomes of one booking, by one event or by several of them together.
#[derive(Default)]
pub(super) struct Change {
    pub(super) status: Option<BookingStatus>,
    /// Its new deadline; whatever is neither held nor being paid has none.
    pub(super) expires_at: Option<DateTime<Utc>>,
    pub(super) cancelled_at: Option<DateTime<Utc>>,
    /// What was paid, in minor units.
    pub(super) paid: i64,
    /// What is due back, in minor units.
    pub(super) refunded: i64,
    /// Whether its promo code, if it has one, is used once more (1) or once less (-1).
    pub(super) uses: i64,
    pub(super) given_back: Vec<BookedItem>,
}

impl Change {
    /// It becomes this.
    pub(super) fn to(status: BookingStatus) -> Self {
        Self { status: Some(status), ..Self::default() }
    }

    /// It comes to this end: its code can be used again.
    pub(super) fn end(status: BookingStatus) -> Self {
        Self { uses: -1, ..Self::to(status) }
    }

    /// And then this happened.
    pub(super) fn then(&mut self, next: Self) {
        self.status = next.status.or(self.status);
        self.expires_at = next.expires_at.or(self.expires_at);
        self.cancelled_at = next.cancelled_at.or(self.cancelled_at);
        self.paid += next.paid;
        self.refunded += next.refunded;
        self.uses += next.uses;
        self.given_back.extend(next.given_back);
    }
}

/// Counts the uses of promo codes in the same statement, as only the rows know what code they carry.
const UPDATE: &str = "\
WITH changed AS (
    UPDATE bookings b
    SET status = coalesce(new.status, b.status),
        expires_at = CASE WHEN coalesce(new.status, b.status) IN ('held', 'paying')
                          THEN coalesce(new.expires_at, b.expires_at) END,
        cancelled_at = coalesce(new.cancelled_at, b.cancelled_at),
        paid_amount = b.paid_amount + new.paid,
        refunded_amount = b.refunded_amount + new.refunded
    FROM unnest($1::uuid[], $2::text[], $3::timestamptz[], $4::timestamptz[], $5::bigint[], $6::bigint[], $7::bigint[])
         AS new(booking_id, status, expires_at, cancelled_at, paid, refunded, uses)
    WHERE b.booking_id = new.booking_id
    RETURNING b.show_id, b.promo_code, new.uses
), counted AS (
    UPDATE promo_codes p SET uses = p.uses + used.uses
    FROM (SELECT show_id, promo_code, sum(uses)::bigint AS uses FROM changed
          WHERE promo_code IS NOT NULL AND uses <> 0 GROUP BY show_id, promo_code) AS used
    WHERE p.show_id = used.show_id AND p.code = used.promo_code
)
SELECT count(*) FROM changed";

const FIND_ITEMS: &str = "SELECT booking_id, items FROM bookings WHERE booking_id = ANY($1)";

const SET_ITEMS: &str = "\
UPDATE bookings b SET (items, quantity, total_amount) = (new.items, new.quantity, new.total_amount)
FROM unnest($1::uuid[], $2::text[], $3::int[], $4::bigint[]) AS new(booking_id, items, quantity, total_amount)
WHERE b.booking_id = new.booking_id";

/// Writes what became of bookings.
pub(super) async fn update(changes: &HashMap<Uuid, Change>, connection: &mut PgConnection) -> Result<(), FoldError> {
    if changes.is_empty() {
        return Ok(());
    }
    let all = || changes.values();
    let found: i64 = sqlx::query_scalar(UPDATE)
        .bind(changes.keys().copied().collect::<Vec<_>>())
        .bind(all().map(|change| change.status.map(BookingStatus::as_str)).collect::<Vec<_>>())
        .bind(all().map(|change| change.expires_at).collect::<Vec<_>>())
        .bind(all().map(|change| change.cancelled_at).collect::<Vec<_>>())
        .bind(all().map(|change| change.paid).collect::<Vec<_>>())
        .bind(all().map(|change| change.refunded).collect::<Vec<_>>())
        .bind(all().map(|change| change.uses).collect::<Vec<_>>())
        .fetch_one(&mut *connection)
        .await?;
    demand_rows("bookings", found.unsigned_abs(), changes.len())?;
    lessen(changes, connection).await
}

/// Takes what was given back out of the items.
async fn lessen(changes: &HashMap<Uuid, Change>, connection: &mut PgConnection) -> Result<(), FoldError> {
    let lessened = changes.iter().filter(|(_, change)| !change.given_back.is_empty());
    let booking_ids: Vec<Uuid> = lessened.map(|(booking_id, _)| *booking_id).collect();
    if booking_ids.is_empty() {
        return Ok(());
    }
    let rows: Vec<(Uuid, String)> = sqlx::query_as(FIND_ITEMS).bind(&booking_ids).fetch_all(&mut *connection).await?;
    let (mut texts, mut quantities, mut totals) = (ItemTexts::default(), Vec::new(), Vec::new());
    for (booking_id, items) in &rows {
        let items: Vec<BookedItem> = serde_json::from_str(items)?;
        let back = changes.get(booking_id).map_or(&[][..], |change| &change.given_back);
        let left = without(&items, back).ok_or(FoldError::NotInBooking(*booking_id))?;
        texts.push(&left)?;
        quantities.push(int(quantity(&left)));
        totals.push(total(&left));
    }
    sqlx::query(SET_ITEMS)
        .bind(rows.iter().map(|row| row.0).collect::<Vec<_>>())
        .bind(texts.texts()?)
        .bind(quantities)
        .bind(totals)
        .execute(connection)
        .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn several_changes_are_one() {
        let at = DateTime::UNIX_EPOCH;
        let mut change = Change { expires_at: Some(at), ..Change::to(BookingStatus::Paying) };
        change.then(Change { paid: 500, ..Change::default() });
        change.then(Change::to(BookingStatus::Confirmed));
        change.then(Change { refunded: 200, ..Change::end(BookingStatus::Cancelled) });

        assert_eq!(change.status, Some(BookingStatus::Cancelled));
        assert_eq!((change.expires_at, change.paid, change.refunded, change.uses), (Some(at), 500, 200, -1));
    }
}

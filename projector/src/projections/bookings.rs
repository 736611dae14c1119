//! `bookings` and `promo_codes`: who holds what, and what became of it. The largest table and the hottest
//! insert.

use std::collections::HashMap;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::ids::BookingId;
use domain::show::{BookingStatus, Event};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::error::FoldError;
use crate::page::{Fact, Page};
use crate::projection::Projection;

mod change;
mod items;
mod promo_codes;
mod rows;

use change::Change;
use promo_codes::Wish;
use rows::Row;

/// Every booking, live or not. When a whole show is cancelled its confirmed bookings are left alone: whoever
/// shows them joins the show, so that one fact stays a small write.
pub(crate) struct Bookings;

/// Holds end with the show, so that nobody waits for their deadlines.
const END_HOLDS: &str = "\
UPDATE bookings b SET status = 'cancelled', expires_at = NULL, cancelled_at = off.cancelled_at
FROM unnest($1::uuid[], $2::timestamptz[]) AS off(show_id, cancelled_at)
WHERE b.show_id = off.show_id AND b.status IN ('held', 'paying')";

/// And the rest of what was paid is due back.
const REFUND_THE_REST: &str = "\
UPDATE bookings SET refunded_amount = paid_amount WHERE show_id = ANY($1) AND paid_amount > refunded_amount";

#[async_trait]
impl Projection for Bookings {
    fn name(&self) -> &'static str {
        "bookings"
    }

    fn tables(&self) -> &'static [&'static str] {
        &["bookings", "promo_codes"]
    }

    fn deferred_indexes(&self) -> &'static [&'static str] {
        &["bookings_by_customer", "bookings_by_show"]
    }

    fn born_of(&self) -> &'static [(&'static str, &'static [&'static str])] {
        &[("bookings", &["BookingConfirmed", "SeatsHeld"])]
    }

    async fn write(&self, page: Page<'_>, connection: &mut PgConnection) -> Result<(), FoldError> {
        let mut changes = Changes::default();
        for fact in page.facts() {
            if changes.cancelled.contains_key(&fact.show_id()) {
                // What is due back with a show is counted before what happens to its money later.
                std::mem::take(&mut changes).write(connection).await?;
            }
            changes.take(fact)?;
        }
        changes.write(connection).await
    }
}

/// What a page changes. What happens to a booking within one page is folded here, so that it costs one
/// row of one statement.
#[derive(Default)]
struct Changes<'a> {
    rows: Vec<Row<'a>>,
    /// Where in `rows` a booking is.
    begun: HashMap<Uuid, usize>,
    /// What becomes of bookings that are not among `rows`.
    changed: HashMap<Uuid, Change>,
    promo_codes: promo_codes::Said<'a>,
    /// Shows that were called off, and when.
    cancelled: HashMap<Uuid, DateTime<Utc>>,
}

impl<'a> Changes<'a> {
    fn take(&mut self, fact: &'a Fact) -> Result<(), FoldError> {
        let show_id = fact.show_id();
        match &fact.event {
            Event::BookingConfirmed(booking) => self.begin(Row::confirmed(fact, booking)),
            Event::SeatsHeld(held) => self.begin(Row::held(fact, held)),
            Event::PromoCodeAdded(added) => {
                let code = added.promo_code.code.as_str();
                let wish = Wish { definition: Some(&added.promo_code), active: true };
                self.promo_codes.insert((show_id, code), wish);
            }
            Event::PromoCodeRemoved(removed) => {
                self.promo_codes.entry((show_id, removed.code.as_str())).or_default().active = false;
            }
            Event::ShowCancelled(_) => {
                self.cancelled.insert(show_id, fact.recorded_at);
            }
            Event::HoldsLapsed(lapsed) => {
                for hold in &lapsed.holds {
                    self.change(hold.booking_id, Change::end(BookingStatus::Lapsed))?;
                }
            }
            event => {
                if let Some((booking_id, change)) = change(event, fact.recorded_at) {
                    self.change(booking_id, change)?;
                }
            }
        }
        Ok(())
    }

    fn begin(&mut self, row: Row<'a>) {
        self.begun.insert(row.booking_id, self.rows.len());
        self.rows.push(row);
    }

    fn change(&mut self, BookingId(booking_id): BookingId, change: Change) -> Result<(), FoldError> {
        if let Some(index) = self.begun.get(&booking_id) {
            return self.rows[*index].change(&change);
        }
        self.changed.entry(booking_id).or_default().then(change);
        Ok(())
    }

    async fn write(self, connection: &mut PgConnection) -> Result<(), FoldError> {
        promo_codes::write(&self.promo_codes, connection).await?;
        rows::insert(&self.rows, connection).await?;
        promo_codes::count(&self.rows, connection).await?;
        change::update(&self.changed, connection).await?;
        if self.cancelled.is_empty() {
            return Ok(());
        }
        let (show_ids, cancelled_at): (Vec<Uuid>, Vec<DateTime<Utc>>) = self.cancelled.into_iter().unzip();
        sqlx::query(END_HOLDS).bind(&show_ids).bind(cancelled_at).execute(&mut *connection).await?;
        sqlx::query(REFUND_THE_REST).bind(show_ids).execute(connection).await?;
        Ok(())
    }
}

/// What an event makes of one booking.
fn change(event: &Event, recorded_at: DateTime<Utc>) -> Option<(BookingId, Change)> {
    Some(match event {
        Event::HoldExtended(extended) => {
            (extended.booking_id, Change { expires_at: Some(extended.expires_at), ..Change::default() })
        }
        Event::HoldConfirmed(confirmed) => {
            let uses = i64::from(confirmed.retaken);
            (confirmed.booking_id, Change { uses, ..Change::to(BookingStatus::Confirmed) })
        }
        Event::HoldReleased(released) => (released.booking_id, Change::end(BookingStatus::Released)),
        Event::BookingReduced(reduced) => {
            (reduced.booking_id, Change { given_back: reduced.items.to_vec(), ..Change::default() })
        }
        Event::BookingCancelled(cancelled) => {
            let ended = Change::end(BookingStatus::Cancelled);
            (cancelled.booking_id, Change { cancelled_at: Some(recorded_at), ..ended })
        }
        Event::PaymentStarted(started) => {
            let paying = Change::to(BookingStatus::Paying);
            (started.booking_id, Change { expires_at: Some(started.expires_at), ..paying })
        }
        Event::PaymentSucceeded(succeeded) => {
            (succeeded.booking_id, Change { paid: succeeded.money.amount, ..Change::default() })
        }
        Event::PaymentFailed(failed) => {
            let expires_at = failed.expires_at;
            // Without a deadline it was not waited for.
            let status = expires_at.map(|_| BookingStatus::Held);
            (failed.booking_id, Change { status, expires_at, ..Change::default() })
        }
        Event::RefundDue(due) => (due.booking_id, Change { refunded: due.money.amount, ..Change::default() }),
        _ => return None,
    })
}

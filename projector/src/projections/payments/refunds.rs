//! `refunds`: money that must go back, and whether it went.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use domain::ids::BookingId;
use domain::show::{Event, RefundDue};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::error::{FoldError, demand_rows};
use crate::page::Fact;
use crate::projection::{int, signed};

/// What becomes of refunds, in the order in which it is written.
#[derive(Default)]
pub(super) struct Refunds<'a> {
    due: Vec<(&'a Fact, &'a RefundDue)>,
    /// By booking and number.
    settled: HashMap<(Uuid, u32), Word<'a>>,
    /// Shows that were called off, and the facts that say so.
    cancelled: HashMap<Uuid, &'a Fact>,
}

/// The last word on a refund.
struct Word<'a> {
    state: &'static str,
    failure: Option<&'a str>,
    settled_at: Option<DateTime<Utc>>,
}

const INSERT: &str = "\
INSERT INTO refunds (booking_id, refund, show_id, customer_id, amount, currency, reason, due_at, position, state)
SELECT *, 'due'
FROM unnest($1::uuid[], $2::int[], $3::uuid[], $4::uuid[], $5::bigint[], $6::text[], $7::text[], $8::timestamptz[],
            $9::bigint[])";

/// Runs after the insert, so that a refund may become due and go within one page.
const SETTLE: &str = "\
UPDATE refunds r SET state = new.state, failure = new.failure, settled_at = new.settled_at
FROM unnest($1::uuid[], $2::int[], $3::text[], $4::text[], $5::timestamptz[])
     AS new(booking_id, refund, state, failure, settled_at)
WHERE r.booking_id = new.booking_id AND r.refund = new.refund";

/// A show that is called off makes one more refund of each booking that was paid and not refunded in full.
/// The log says that in one fact; here it is written out.
const REFUND_THE_REST: &str = "\
INSERT INTO refunds (booking_id, refund, show_id, customer_id, amount, currency, reason, due_at, position, state)
SELECT paid.booking_id, coalesce(back.refunds, 0) + 1, off.show_id, paid.customer_id,
       paid.amount - coalesce(back.amount, 0), paid.currency, 'event_cancelled', off.due_at, off.position, 'due'
FROM unnest($1::uuid[], $2::timestamptz[], $3::bigint[]) AS off(show_id, due_at, position)
CROSS JOIN LATERAL (
    SELECT booking_id, customer_id, currency, sum(amount)::bigint AS amount FROM payments
    WHERE show_id = off.show_id AND state = 'succeeded' GROUP BY booking_id, customer_id, currency
) AS paid
CROSS JOIN LATERAL (
    SELECT max(refund) AS refunds, sum(amount)::bigint AS amount FROM refunds WHERE booking_id = paid.booking_id
) AS back
WHERE paid.amount > coalesce(back.amount, 0)";

impl<'a> Refunds<'a> {
    /// Whether what was said of this show must be written before anything else happens to it.
    pub(super) fn waits_for(&self, show_id: Uuid) -> bool {
        self.cancelled.contains_key(&show_id)
    }

    pub(super) fn take(&mut self, fact: &'a Fact) {
        match &fact.event {
            Event::RefundDue(due) => self.due.push((fact, due)),
            Event::RefundSucceeded(succeeded) => {
                let word = Word { state: "succeeded", failure: None, settled_at: Some(fact.recorded_at) };
                self.settle(succeeded.booking_id, succeeded.refund, word);
            }
            Event::RefundFailed(failed) => {
                let failure = Some(failed.reason.as_str());
                let word = Word { state: "failed", failure, settled_at: Some(fact.recorded_at) };
                self.settle(failed.booking_id, failed.refund, word);
            }
            Event::RefundRetried(retried) => {
                let word = Word { state: "due", failure: None, settled_at: None };
                self.settle(retried.booking_id, retried.refund, word);
            }
            Event::ShowCancelled(_) => {
                self.cancelled.insert(fact.show_id(), fact);
            }
            _ => {}
        }
    }

    fn settle(&mut self, booking_id: BookingId, refund: u32, word: Word<'a>) {
        self.settled.insert((booking_id.0, refund), word);
    }

    pub(super) async fn write(self, connection: &mut PgConnection) -> Result<(), FoldError> {
        self.insert(connection).await?;
        self.update(connection).await?;
        if self.cancelled.is_empty() {
            return Ok(());
        }
        let facts = || self.cancelled.values();
        sqlx::query(REFUND_THE_REST)
            .bind(self.cancelled.keys().copied().collect::<Vec<_>>())
            .bind(facts().map(|fact| fact.recorded_at).collect::<Vec<_>>())
            .bind(facts().map(|fact| signed(fact.position)).collect::<Vec<_>>())
            .execute(connection)
            .await?;
        Ok(())
    }

    async fn insert(&self, connection: &mut PgConnection) -> Result<(), FoldError> {
        if self.due.is_empty() {
            return Ok(());
        }
        let due = || self.due.iter().map(|(_, due)| due);
        let facts = || self.due.iter().map(|(fact, _)| fact);
        sqlx::query(INSERT)
            .bind(due().map(|due| due.booking_id.0).collect::<Vec<_>>())
            .bind(due().map(|due| int(due.refund)).collect::<Vec<_>>())
            .bind(facts().map(|fact| fact.show_id()).collect::<Vec<_>>())
            .bind(due().map(|due| due.customer_id.0).collect::<Vec<_>>())
            .bind(due().map(|due| due.money.amount).collect::<Vec<_>>())
            .bind(due().map(|due| due.money.currency.as_str()).collect::<Vec<_>>())
            .bind(due().map(|due| due.reason.as_str()).collect::<Vec<_>>())
            .bind(facts().map(|fact| fact.recorded_at).collect::<Vec<_>>())
            .bind(facts().map(|fact| signed(fact.position)).collect::<Vec<_>>())
            .execute(connection)
            .await?;
        Ok(())
    }

    async fn update(&self, connection: &mut PgConnection) -> Result<(), FoldError> {
        if self.settled.is_empty() {
            return Ok(());
        }
        let (booking_ids, refunds): (Vec<Uuid>, Vec<u32>) = self.settled.keys().copied().unzip();
        let words = || self.settled.values();
        let written = sqlx::query(SETTLE)
            .bind(booking_ids)
            .bind(refunds.into_iter().map(int).collect::<Vec<_>>())
            .bind(words().map(|word| word.state).collect::<Vec<_>>())
            .bind(words().map(|word| word.failure).collect::<Vec<_>>())
            .bind(words().map(|word| word.settled_at).collect::<Vec<_>>())
            .execute(connection)
            .await?;
        demand_rows("refunds", written.rows_affected(), self.settled.len())
    }
}

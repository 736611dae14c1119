//! `payments` and `refunds`: what was asked of the payment provider, and what it said.

use std::collections::HashMap;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::show::{Event, PaymentStarted};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::error::{FoldError, demand_rows};
use crate::page::{Fact, Page};
use crate::projection::Projection;

mod refunds;

use refunds::Refunds;

/// Money on its way in and out.
pub(crate) struct Payments;

const INSERT: &str = "\
INSERT INTO payments (payment_id, booking_id, show_id, customer_id, amount, currency, method, started_at, state)
SELECT *, 'started'
FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::bigint[], $6::text[], $7::text[], $8::timestamptz[])";

/// Runs after the insert, so that a payment may begin and end within one page.
const SETTLE: &str = "\
UPDATE payments p SET state = new.state, settled_at = new.settled_at
FROM unnest($1::uuid[], $2::text[], $3::timestamptz[]) AS new(payment_id, state, settled_at)
WHERE p.payment_id = new.payment_id";

#[async_trait]
impl Projection for Payments {
    fn name(&self) -> &'static str {
        "payments"
    }

    fn tables(&self) -> &'static [&'static str] {
        &["payments", "refunds"]
    }

    fn deferred_indexes(&self) -> &'static [&'static str] {
        &["refunds_by_show", "payments_by_customer"]
    }

    fn born_of(&self) -> &'static [(&'static str, &'static [&'static str])] {
        &[("payments", &["PaymentStarted"])]
    }

    async fn write(&self, page: Page<'_>, connection: &mut PgConnection) -> Result<(), FoldError> {
        let mut changes = Changes::default();
        for fact in page.facts() {
            if changes.refunds.waits_for(fact.show_id()) {
                // The refunds that a cancelled show makes due must be there before what happens to them.
                std::mem::take(&mut changes).write(connection).await?;
            }
            changes.take(fact);
        }
        changes.write(connection).await
    }
}

/// What a page changes.
#[derive(Default)]
struct Changes<'a> {
    started: Vec<(&'a Fact, &'a PaymentStarted)>,
    /// The last word on each payment, and when it was said.
    settled: HashMap<Uuid, (&'static str, DateTime<Utc>)>,
    refunds: Refunds<'a>,
}

impl<'a> Changes<'a> {
    fn take(&mut self, fact: &'a Fact) {
        match &fact.event {
            Event::PaymentStarted(started) => self.started.push((fact, started)),
            Event::PaymentSucceeded(succeeded) => {
                self.settled.insert(succeeded.payment_id.0, ("succeeded", fact.recorded_at));
            }
            Event::PaymentFailed(failed) => {
                self.settled.insert(failed.payment_id.0, ("failed", fact.recorded_at));
            }
            _ => self.refunds.take(fact),
        }
    }

    async fn write(self, connection: &mut PgConnection) -> Result<(), FoldError> {
        self.insert(connection).await?;
        self.settle(connection).await?;
        self.refunds.write(connection).await
    }

    async fn insert(&self, connection: &mut PgConnection) -> Result<(), FoldError> {
        if self.started.is_empty() {
            return Ok(());
        }
        let started = || self.started.iter().map(|(_, started)| started);
        sqlx::query(INSERT)
            .bind(started().map(|started| started.payment_id.0).collect::<Vec<_>>())
            .bind(started().map(|started| started.booking_id.0).collect::<Vec<_>>())
            .bind(self.started.iter().map(|(fact, _)| fact.show_id()).collect::<Vec<_>>())
            .bind(started().map(|started| started.customer_id.0).collect::<Vec<_>>())
            .bind(started().map(|started| started.money.amount).collect::<Vec<_>>())
            .bind(started().map(|started| started.money.currency.as_str()).collect::<Vec<_>>())
            .bind(started().map(|started| started.method.as_str()).collect::<Vec<_>>())
            .bind(self.started.iter().map(|(fact, _)| fact.recorded_at).collect::<Vec<_>>())
            .execute(connection)
            .await?;
        Ok(())
    }

    async fn settle(&self, connection: &mut PgConnection) -> Result<(), FoldError> {
        if self.settled.is_empty() {
            return Ok(());
        }
        let (states, settled_at): (Vec<&str>, Vec<DateTime<Utc>>) = self.settled.values().copied().unzip();
        let written = sqlx::query(SETTLE)
            .bind(self.settled.keys().copied().collect::<Vec<_>>())
            .bind(states)
            .bind(settled_at)
            .execute(connection)
            .await?;
        demand_rows("payments", written.rows_affected(), self.settled.len())
    }
}

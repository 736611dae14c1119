//! What is due, by the read models: one statement for each list, each on an index of its own.

use domain::Timestamp;
use domain::ids::{BookingId, PaymentId, ShowId};
use domain::money::{Currency, Money};
use sqlx::postgres::PgRow;
use sqlx::{PgConnection, Row as _};
use uuid::Uuid;

use crate::payments::{ChargeRequest, RefundId, RefundRequest, Request};

/// The most rows that one page of a list has.
const PAGE_ROWS: u16 = 100;
/// The most overdue holds, and offers, that one look considers.
const OVERDUE_ROWS_MAX: i64 = 10_000;
/// How long, in seconds, a payment is silent before the provider is asked again.
const PAYMENT_SILENT_S: i64 = 20;

/// A show that has to take note of the time.
pub(super) struct Overdue {
    pub(super) show_id: ShowId,
    /// The latest of its deadlines that have passed.
    pub(super) latest: Timestamp,
}

const OVERDUE: &str = "\
SELECT show_id, max(deadline) AS latest FROM (
    (SELECT show_id, expires_at AS deadline FROM bookings
     WHERE status IN ('held', 'paying') AND expires_at <= $1 ORDER BY expires_at LIMIT $2)
    UNION ALL
    (SELECT show_id, offer_expires_at FROM waitlist_entries
     WHERE state = 'offered' AND offer_expires_at <= $1 ORDER BY offer_expires_at LIMIT $2)
) AS overdue GROUP BY show_id";

/// Shows with holds or offers past their deadline.
pub(super) async fn overdue(connection: &mut PgConnection, now: Timestamp) -> Result<Vec<Overdue>, sqlx::Error> {
    let rows = sqlx::query(OVERDUE).bind(now).bind(OVERDUE_ROWS_MAX).fetch_all(connection).await?;
    let overdue =
        |row: &PgRow| Ok(Overdue { show_id: ShowId(row.try_get("show_id")?), latest: row.try_get("latest")? });
    rows.iter().map(overdue).collect()
}

/// Something the provider is to be asked for.
pub(super) struct Due {
    pub(super) place: Place,
    pub(super) show_id: ShowId,
    pub(super) request: Request,
}

/// A place in a list.
#[derive(Clone, Copy)]
pub(super) struct Place {
    at: Timestamp,
    id: Uuid,
    number: i32,
}

impl Place {
    /// Before everything.
    pub(super) const START: Self = Self { at: Timestamp::UNIX_EPOCH, id: Uuid::nil(), number: 0 };
}

/// A part of a list.
pub(super) struct Page {
    pub(super) dues: Vec<Due>,
    /// The list goes on after it.
    pub(super) more: bool,
}

/// What the provider is asked for, the oldest first.
#[derive(Clone, Copy)]
pub(super) enum List {
    /// Refunds that are due.
    Refunds,
    /// Payments of which nothing was heard for long.
    Payments,
}

const REFUNDS: &str = "\
SELECT due_at AS at, booking_id AS id, refund AS number, show_id, amount, currency FROM refunds
WHERE state = 'due' AND due_at <= $1 AND (due_at, booking_id, refund) > ($2, $3, $4)
ORDER BY due_at, booking_id, refund LIMIT $5";

/// A payment whose hold is over has no deadline left to wait for.
const PAYMENTS: &str = "\
SELECT p.started_at AS at, p.payment_id AS id, 0 AS number, p.show_id, p.amount, p.currency, p.booking_id, p.method,
       coalesce(b.expires_at, p.started_at) AS expires_at
FROM payments p LEFT JOIN bookings b ON b.booking_id = p.booking_id
WHERE p.state = 'started' AND p.started_at <= $1 AND (p.started_at, p.payment_id) > ($2, $3) AND $4 = 0
ORDER BY p.started_at, p.payment_id LIMIT $5";

impl List {
    /// The page after a place.
    pub(super) async fn page(
        self,
        connection: &mut PgConnection,
        after: Place,
        now: Timestamp,
    ) -> Result<Page, sqlx::Error> {
        let (statement, until) = match self {
            // Refunds are due from the moment they are written; one of another machine's future is due too.
            Self::Refunds => (REFUNDS, Timestamp::MAX_UTC),
            Self::Payments => (PAYMENTS, now - chrono::TimeDelta::seconds(PAYMENT_SILENT_S)),
        };
        let rows = sqlx::query(statement)
            .bind(until)
            .bind(after.at)
            .bind(after.id)
            .bind(after.number)
            .bind(i64::from(PAGE_ROWS))
            .fetch_all(connection)
            .await?;
        let dues = rows.iter().map(|row| self.due(row)).collect::<Result<Vec<_>, _>>()?;
        Ok(Page { dues, more: rows.len() == usize::from(PAGE_ROWS) })
    }

    fn due(self, row: &PgRow) -> Result<Due, sqlx::Error> {
        let (at, id, number) = (row.try_get("at")?, row.try_get("id")?, row.try_get::<i32, _>("number")?);
        let currency = Currency::try_from(row.try_get::<&str, _>("currency")?);
        let currency = currency.map_err(|error| sqlx::Error::Decode(error.into()))?;
        let money = Money { amount: row.try_get("amount")?, currency };
        let request = match self {
            Self::Refunds => {
                let refund_id =
                    RefundId { booking_id: BookingId(id), refund: u32::try_from(number).unwrap_or_default() };
                Request::Refund(RefundRequest { refund_id, money })
            }
            Self::Payments => Request::Charge(ChargeRequest {
                payment_id: PaymentId(id),
                booking_id: BookingId(row.try_get("booking_id")?),
                money,
                method: row.try_get("method")?,
                expires_at: row.try_get("expires_at")?,
            }),
        };
        Ok(Due { place: Place { at, id, number }, show_id: ShowId(row.try_get("show_id")?), request })
    }
}

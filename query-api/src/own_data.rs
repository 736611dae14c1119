//! What is held about one person beside bookings and the waitlist: sign-ins, payments, refunds, the events they
//! run or work on, and what they were refused or asked for. Columns are named one by one: what is added to a table is not given away before somebody has thought about it.

use chrono::{DateTime, Utc};
use edge::problem::Problem;
use sqlx::{FromRow, PgPool};
use uuid::Uuid;

use crate::store;

/// The most rows of one kind that an export holds; it says so if there are more.
pub(crate) const EXPORT_ROWS_MAX: u32 = 10_000;

/// A refresh token, as far as it may be shown: without its hash.
#[derive(Debug, FromRow)]
pub(crate) struct FoundSignIn {
    pub(crate) family: Uuid,
    pub(crate) expires_at: DateTime<Utc>,
    pub(crate) used_at: Option<DateTime<Utc>>,
}

/// A payment.
#[derive(Debug, FromRow)]
pub(crate) struct FoundPayment {
    pub(crate) payment_id: Uuid,
    pub(crate) booking_id: Uuid,
    pub(crate) show_id: Uuid,
    pub(crate) amount: i64,
    pub(crate) currency: String,
    pub(crate) method: String,
    pub(crate) state: String,
    pub(crate) started_at: DateTime<Utc>,
    pub(crate) settled_at: Option<DateTime<Utc>>,
}

/// A refund.
#[derive(Debug, FromRow)]
pub(crate) struct FoundRefund {
    pub(crate) booking_id: Uuid,
    pub(crate) refund: i32,
    pub(crate) show_id: Uuid,
    pub(crate) amount: i64,
    pub(crate) currency: String,
    pub(crate) reason: String,
    pub(crate) state: String,
    pub(crate) due_at: DateTime<Utc>,
    pub(crate) settled_at: Option<DateTime<Utc>>,
}

/// A show that somebody organizes.
#[derive(Debug, FromRow)]
pub(crate) struct FoundOwnShow {
    pub(crate) show_id: Uuid,
    pub(crate) title: String,
}

/// A show of somebody else's that a person may run or see.
#[derive(Debug, FromRow)]
pub(crate) struct FoundAccess {
    pub(crate) show_id: Uuid,
    pub(crate) access: String,
    pub(crate) since: DateTime<Utc>,
}

/// A command that was refused, or a sign-in that failed.
#[derive(Debug, FromRow)]
pub(crate) struct FoundOwnRefusal {
    pub(crate) at: DateTime<Utc>,
    pub(crate) kind: String,
    pub(crate) endpoint: String,
    pub(crate) code: String,
}

/// A replay that somebody asked for.
#[derive(Debug, FromRow)]
pub(crate) struct FoundOwnReplay {
    pub(crate) replay_id: Uuid,
    pub(crate) projection: String,
    pub(crate) requested_at: DateTime<Utc>,
}

const SIGN_INS: &str = "\
SELECT family, expires_at, used_at FROM refresh_tokens WHERE account_id = $1 ORDER BY expires_at DESC LIMIT $2";

const PAYMENTS: &str = "\
SELECT payment_id, booking_id, show_id, amount, currency, method, state, started_at, settled_at
FROM payments WHERE customer_id = $1 ORDER BY started_at DESC LIMIT $2";

/// By way of the bookings, which are in order by customer.
const REFUNDS: &str = "\
SELECT r.booking_id, r.refund, r.show_id, r.amount, r.currency, r.reason, r.state, r.due_at, r.settled_at
FROM bookings b JOIN refunds r USING (booking_id) WHERE b.customer_id = $1
ORDER BY r.position DESC, r.booking_id, r.refund LIMIT $2";

const SHOWS: &str = "\
SELECT show_id, title FROM shows WHERE organizer_id = $1 ORDER BY show_id DESC LIMIT $2";

const ACCESSES: &str = "\
SELECT show_id, access, since FROM show_colleagues WHERE account_id = $1 ORDER BY since DESC, show_id LIMIT $2";

const REFUSALS: &str = "\
SELECT at, kind, endpoint, code FROM refusals WHERE actor = $1 ORDER BY id DESC LIMIT $2";

const REPLAYS: &str = "\
SELECT replay_id, projection, requested_at FROM replays WHERE requested_by = $1
ORDER BY requested_at DESC, replay_id LIMIT $2";

/// The sign-ins of an account that are not forgotten yet, the last one first; one more than may be shown if
/// there are more.
pub(crate) async fn sign_ins(pool: &PgPool, account_id: Uuid) -> Result<Vec<FoundSignIn>, Problem> {
    rows(pool, SIGN_INS, account_id).await
}

/// The payments of a customer, likewise.
pub(crate) async fn payments(pool: &PgPool, customer_id: Uuid) -> Result<Vec<FoundPayment>, Problem> {
    rows(pool, PAYMENTS, customer_id).await
}

/// The refunds of a customer, likewise.
pub(crate) async fn refunds(pool: &PgPool, customer_id: Uuid) -> Result<Vec<FoundRefund>, Problem> {
    rows(pool, REFUNDS, customer_id).await
}

/// The shows of an organizer, drafts among them; likewise.
pub(crate) async fn shows(pool: &PgPool, organizer_id: Uuid) -> Result<Vec<FoundOwnShow>, Problem> {
    rows(pool, SHOWS, organizer_id).await
}

/// What a colleague may run or see, likewise.
pub(crate) async fn accesses(pool: &PgPool, account_id: Uuid) -> Result<Vec<FoundAccess>, Problem> {
    rows(pool, ACCESSES, account_id).await
}

/// What was refused to an account and is not forgotten yet, likewise.
pub(crate) async fn refusals(pool: &PgPool, account_id: Uuid) -> Result<Vec<FoundOwnRefusal>, Problem> {
    rows(pool, REFUSALS, account_id).await
}

/// The replays that an account asked for, likewise.
pub(crate) async fn replays(pool: &PgPool, account_id: Uuid) -> Result<Vec<FoundOwnReplay>, Problem> {
    rows(pool, REPLAYS, account_id).await
}

async fn rows<T>(pool: &PgPool, statement: &'static str, whose: Uuid) -> Result<Vec<T>, Problem>
where
    T: for<'r> FromRow<'r, sqlx::postgres::PgRow> + Send + Unpin,
{
    let limit = i64::from(EXPORT_ROWS_MAX) + 1;
    sqlx::query_as(statement).bind(whose).bind(limit).fetch_all(pool).await.map_err(store::problem)
}

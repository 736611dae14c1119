//! Customers: how many bought as of any position, and what one of them did.

use edge::problem::Problem;
use sqlx::{FromRow, PgPool};
use uuid::Uuid;

use crate::analytics::Whose;
use crate::freshness;
use crate::store::{self, unsigned};

/// What somebody bought, from the beginning to a position.
#[derive(Debug, FromRow)]
pub(crate) struct FoundPurchases {
    pub(crate) as_of: i64,
    pub(crate) bookings: i64,
    pub(crate) tickets: i64,
    pub(crate) cancelled_bookings: i64,
    pub(crate) cancelled_tickets: i64,
    pub(crate) lapsed_holds: i64,
}

/// What was paid in one currency, in minor units.
#[derive(Debug, FromRow)]
pub(crate) struct PaidMoney {
    pub(crate) currency: String,
    pub(crate) paid: i64,
    pub(crate) refunded: i64,
}

/// Buyers are numbered by scope in the order of the log.
const BUYERS: &str = "\
SELECT position, (SELECT ordinal FROM customer_firsts WHERE scope_id = $1 AND position <= $2
                  ORDER BY position DESC LIMIT 1)
FROM projection_checkpoints WHERE name = 'customers'";

const PURCHASES: &str = "\
SELECT at.position AS as_of, coalesce(bookings, 0) AS bookings, coalesce(tickets, 0) AS tickets,
       coalesce(cancelled_bookings, 0) AS cancelled_bookings, coalesce(cancelled_tickets, 0) AS cancelled_tickets,
       coalesce(lapsed_holds, 0) AS lapsed_holds
FROM projection_checkpoints at LEFT JOIN customer_counts ON customer_id = $1
WHERE at.name = 'customers'";

const MONEY: &str = "\
SELECT currency, sum(paid_amount)::bigint AS paid, sum(refunded_amount)::bigint AS refunded FROM bookings
WHERE customer_id = $1 AND paid_amount > 0 GROUP BY currency ORDER BY currency";

/// How many different people had bought as of a position, from everybody or from one organizer. Of a single show it
/// is not counted.
pub(crate) async fn buyers(pool: &PgPool, whose: Whose, position: u64) -> Result<i64, Problem> {
    let scope_id = match whose {
        Whose::Everybodys => Uuid::nil(),
        Whose::Organizers(id) | Whose::Show(id) => id,
    };
    let asked = i64::try_from(position).unwrap_or(i64::MAX);
    let query = sqlx::query_as(BUYERS).bind(scope_id).bind(asked);
    let found: Option<(i64, Option<i64>)> = query.fetch_optional(pool).await.map_err(store::problem)?;
    let (reached, buyers) = found.unwrap_or_default();
    // They may have been made anew in between.
    if reached < asked {
        return Err(freshness::behind(position, unsigned(reached)));
    }
    Ok(buyers.unwrap_or(0))
}

/// What one customer bought.
pub(crate) async fn purchases(pool: &PgPool, account_id: Uuid) -> Result<FoundPurchases, Problem> {
    sqlx::query_as(PURCHASES).bind(account_id).fetch_one(pool).await.map_err(store::problem)
}

/// What one customer paid, by currency.
pub(crate) async fn money(pool: &PgPool, account_id: Uuid) -> Result<Vec<PaidMoney>, Problem> {
    sqlx::query_as(MONEY).bind(account_id).fetch_all(pool).await.map_err(store::problem)
}

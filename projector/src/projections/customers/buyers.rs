//! Who bought for the first time, of the whole platform and of each organizer.

use std::collections::{BTreeMap, HashMap};

use sqlx::PgConnection;
use uuid::Uuid;

use super::Purchase;
use crate::error::FoldError;

/// The scope of everything.
const PLATFORM: Uuid = Uuid::nil();

/// Whoever may have bought for the first time within a page.
#[derive(Default)]
pub(super) struct Buyers {
    /// By scope and customer: the page's first purchase.
    firsts: BTreeMap<(Uuid, Uuid), i64>,
    /// By scope: the page's last purchase.
    lasts: BTreeMap<Uuid, i64>,
    /// The page's very first purchase.
    since: i64,
}

const REACHED: &str = "SELECT position FROM customer_scopes WHERE scope_id = $1";

/// Each event confirms one booking, so no two firsts of a scope have the same position.
const NUMBER: &str = "\
WITH new AS (
    SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::bigint[]) AS page(scope_id, customer_id, position)
    WHERE NOT EXISTS (SELECT FROM customer_firsts known
                      WHERE known.scope_id = page.scope_id AND known.customer_id = page.customer_id)
), added AS (
    SELECT scope_id, count(*) AS buyers FROM new GROUP BY scope_id
), counted AS (
    INSERT INTO customer_scopes AS s (scope_id, buyers, position)
    SELECT page.scope_id, coalesce(added.buyers, 0), page.position
    FROM unnest($4::uuid[], $5::bigint[]) AS page(scope_id, position) LEFT JOIN added USING (scope_id)
    ON CONFLICT (scope_id) DO UPDATE SET buyers = s.buyers + excluded.buyers, position = excluded.position
    RETURNING s.scope_id, s.buyers
)
INSERT INTO customer_firsts (scope_id, customer_id, position, ordinal)
SELECT scope_id, customer_id, position,
       buyers - count(*) OVER (PARTITION BY scope_id) + row_number() OVER (PARTITION BY scope_id ORDER BY position)
FROM new JOIN counted USING (scope_id)";

impl Buyers {
    /// Sorts out purchases, which are in the order of the log; `organizers` knows each one's show.
    pub(super) fn of(purchases: &[Purchase], organizers: &HashMap<Uuid, Uuid>) -> Self {
        let since = purchases.first().map_or(i64::MAX, |purchase| purchase.position);
        let mut buyers = Self { since, ..Self::default() };
        for Purchase { show_id, customer_id, position } in purchases {
            for scope_id in [Some(PLATFORM), organizers.get(show_id).copied()].into_iter().flatten() {
                buyers.firsts.entry((scope_id, *customer_id)).or_insert(*position);
                buyers.lasts.insert(scope_id, *position);
            }
        }
        buyers
    }

    /// Numbers those who are new. What lies before something that was numbered already cannot be: it would change
    /// what was told of a past position.
    pub(super) async fn write(self, connection: &mut PgConnection) -> Result<(), FoldError> {
        let reached: Option<i64> = sqlx::query_scalar(REACHED).bind(PLATFORM).fetch_optional(&mut *connection).await?;
        if reached.is_some_and(|reached| self.since <= reached) {
            return Err(FoldError::OutOfOrder);
        }
        sqlx::query(NUMBER)
            .bind(self.firsts.keys().map(|key| key.0).collect::<Vec<_>>())
            .bind(self.firsts.keys().map(|key| key.1).collect::<Vec<_>>())
            .bind(self.firsts.values().copied().collect::<Vec<_>>())
            .bind(self.lasts.keys().copied().collect::<Vec<_>>())
            .bind(self.lasts.values().copied().collect::<Vec<_>>())
            .execute(connection)
            .await?;
        Ok(())
    }
}

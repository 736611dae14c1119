//! `promo_codes`: what codes there are, and how often each is used.

use std::collections::HashMap;

use domain::show::PromoCode;
use sqlx::PgConnection;
use uuid::Uuid;

use super::rows::Row;
use crate::error::{FoldError, demand_rows};

/// What the organizer said of codes.
pub(super) type Said<'a> = HashMap<(Uuid, &'a str), Wish<'a>>;

/// What the organizer said of one code.
#[derive(Default)]
pub(super) struct Wish<'a> {
    /// What it does, if that was said; it was there before otherwise.
    pub(super) definition: Option<&'a PromoCode>,
    /// Whether it can be used.
    pub(super) active: bool,
}

/// A code that comes back goes on counting where it was.
const DEFINE: &str = "\
INSERT INTO promo_codes (show_id, code, definition, active)
SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::boolean[])
ON CONFLICT (show_id, code) DO UPDATE SET definition = EXCLUDED.definition, active = EXCLUDED.active";

const REMOVE: &str = "\
UPDATE promo_codes p SET active = false
FROM unnest($1::uuid[], $2::text[]) AS gone(show_id, code)
WHERE p.show_id = gone.show_id AND p.code = gone.code";

const COUNT: &str = "\
UPDATE promo_codes p SET uses = p.uses + used.uses
FROM unnest($1::uuid[], $2::text[], $3::bigint[]) AS used(show_id, code, uses)
WHERE p.show_id = used.show_id AND p.code = used.code";

/// Writes what was said of codes.
pub(super) async fn write(said: &Said<'_>, connection: &mut PgConnection) -> Result<(), FoldError> {
    let (mut show_ids, mut codes, mut definitions, mut active) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let mut gone: (Vec<Uuid>, Vec<&str>) = Default::default();
    for ((show_id, code), wish) in said {
        if let Some(definition) = wish.definition {
            show_ids.push(*show_id);
            codes.push(*code);
            definitions.push(serde_json::to_string(definition)?);
            active.push(wish.active);
        } else {
            gone.0.push(*show_id);
            gone.1.push(code);
        }
    }
    if !codes.is_empty() {
        let define = sqlx::query(DEFINE).bind(show_ids).bind(codes).bind(definitions).bind(active);
        define.execute(&mut *connection).await?;
    }
    let (show_ids, codes) = gone;
    if codes.is_empty() {
        return Ok(());
    }
    let written = sqlx::query(REMOVE).bind(show_ids).bind(&codes).execute(connection).await?;
    demand_rows("promo_codes", written.rows_affected(), codes.len())
}

/// Counts the codes that new bookings use.
pub(super) async fn count(rows: &[Row<'_>], connection: &mut PgConnection) -> Result<(), FoldError> {
    let mut uses: HashMap<(Uuid, &str), i64> = HashMap::new();
    for row in rows.iter().filter(|row| row.is_live()) {
        if let Some(code) = row.promo_code {
            *uses.entry((row.show_id, code)).or_default() += 1;
        }
    }
    if uses.is_empty() {
        return Ok(());
    }
    let (show_ids, codes): (Vec<Uuid>, Vec<&str>) = uses.keys().copied().unzip();
    let counts: Vec<i64> = uses.values().copied().collect();
    let written = sqlx::query(COUNT).bind(show_ids).bind(codes).bind(counts).execute(connection).await?;
    demand_rows("promo_codes", written.rows_affected(), uses.len())
}

//! `show_colleagues`: who may run or see a show with its organizer.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use domain::access::Access;
use domain::show::Event;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::error::FoldError;
use crate::page::Fact;

const UPSERT: &str = "\
INSERT INTO show_colleagues (show_id, account_id, access, since)
SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::timestamptz[])
ON CONFLICT (show_id, account_id) DO UPDATE SET (access, since) = (EXCLUDED.access, EXCLUDED.since)";

const DELETE: &str = "\
DELETE FROM show_colleagues c USING unnest($1::uuid[], $2::uuid[]) AS gone(show_id, account_id)
WHERE c.show_id = gone.show_id AND c.account_id = gone.account_id";

/// The last word on a colleague: which access they have and since when, or that they have none.
type Word = Option<(Access, DateTime<Utc>)>;

/// Writes what the facts come to: the last word on each colleague of a show.
pub(super) async fn write<'a>(
    facts: impl Iterator<Item = &'a Fact>,
    connection: &mut PgConnection,
) -> Result<(), FoldError> {
    let mut last: HashMap<(Uuid, Uuid), Word> = HashMap::new();
    for fact in facts {
        match &fact.event {
            Event::ColleagueAdded(added) => {
                last.insert((fact.show_id(), added.account_id.0), Some((added.access, fact.recorded_at)));
            }
            Event::ColleagueRemoved(removed) => {
                last.insert((fact.show_id(), removed.account_id.0), None);
            }
            _ => {}
        }
    }
    let gone = last.iter().filter(|(_, word)| word.is_none());
    let (show_ids, account_ids): (Vec<Uuid>, Vec<Uuid>) = gone.map(|(key, _)| *key).unzip();
    if !show_ids.is_empty() {
        sqlx::query(DELETE).bind(show_ids).bind(account_ids).execute(&mut *connection).await?;
    }
    let here: Vec<_> = last.iter().filter_map(|(key, word)| word.map(|word| (*key, word))).collect();
    if here.is_empty() {
        return Ok(());
    }
    sqlx::query(UPSERT)
        .bind(here.iter().map(|((show_id, _), _)| *show_id).collect::<Vec<_>>())
        .bind(here.iter().map(|((_, account_id), _)| *account_id).collect::<Vec<_>>())
        .bind(here.iter().map(|(_, (access, _))| access.as_str()).collect::<Vec<_>>())
        .bind(here.iter().map(|(_, (_, since))| *since).collect::<Vec<_>>())
        .execute(connection)
        .await?;
    Ok(())
}

//! People's accounts beside the count.

use chrono::{DateTime, Utc};
use sqlx::postgres::PgRow;
use sqlx::{FromRow as _, Row as _};
use uuid::Uuid;

use super::{Compared, Found, row};
use crate::verify::recount::Recount;

row! {
    /// A row of `people`.
    PersonRow<'r> {
        role: &'r str,
        status: &'r str,
        reason: Option<&'r str>,
        registered_at: DateTime<Utc>,
        changed_at: DateTime<Utc>,
        position: i64,
    }
}

pub(super) fn person(row: &PgRow, recount: &Recount, found: &mut Found) -> Compared {
    let account_id: Uuid = row.try_get("account_id")?;
    found.add(account_id);
    let Some(person) = recount.people.get(&account_id) else {
        return Ok(Err(format!("account {account_id} is one that the log does not know")));
    };
    let should_be = PersonRow {
        role: person.role,
        status: person.status,
        reason: person.reason,
        registered_at: person.registered_at,
        changed_at: person.changed_at,
        position: person.position,
    };
    let compared = PersonRow::from_row(row)?.compare(&should_be);
    Ok(compared.map_err(|difference| format!("account {account_id} {difference}")))
}

pub(super) fn missing_person(recount: &Recount, found: &Found) -> Option<String> {
    let missing = recount.people.keys().find(|account_id| !found.has(**account_id))?;
    Some(format!("account {missing}"))
}

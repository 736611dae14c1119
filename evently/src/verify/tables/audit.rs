//! `audit_index`: under which keys events are found.

use sqlx::Row as _;
use sqlx::postgres::PgRow;

use super::{Compared, Found};
use crate::verify::audit::IndexRow;
use crate::verify::recount::Recount;

pub(super) fn index_row(row: &PgRow, recount: &Recount, found: &mut Found) -> Compared {
    let key: IndexRow = (row.try_get("kind")?, row.try_get("key")?, row.try_get("position")?);
    found.add(key);
    let (kind, id, position) = key;
    let known = recount.audit.has(&key);
    Ok(known.then_some(()).ok_or_else(|| format!("key {id} of kind {kind} does not belong to position {position}")))
}

pub(super) fn missing_index_row(recount: &Recount, found: &Found) -> Option<String> {
    let missing = recount.audit.iter().find(|row| !found.has(*row))?;
    let (kind, id, position) = missing;
    Some(format!("key {id} of kind {kind} at position {position}"))
}

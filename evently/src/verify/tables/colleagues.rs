//! `show_colleagues`: who may run or see a show with its organizer.

use chrono::{DateTime, Utc};
use sqlx::postgres::PgRow;
use sqlx::{FromRow as _, Row as _};
use uuid::Uuid;

use super::{Compared, Found, row};
use crate::verify::recount::Recount;

row! {
    /// A row of `show_colleagues`.
    ColleagueRow<'r> {
        access: &'r str,
        since: DateTime<Utc>,
    }
}

pub(super) fn colleague(row: &PgRow, recount: &Recount, found: &mut Found) -> Compared {
    let (show_id, account_id): (Uuid, Uuid) = (row.try_get("show_id")?, row.try_get("account_id")?);
    found.add((show_id, account_id));
    let known = recount.shows.get(&show_id).and_then(|show| show.colleagues.get(account_id));
    let Some((access, since)) = known else {
        return Ok(Err(format!("colleague {account_id} of show {show_id} is one that the log does not know")));
    };
    let compared = ColleagueRow::from_row(row)?.compare(&ColleagueRow { access, since });
    Ok(compared.map_err(|difference| format!("colleague {account_id} of show {show_id} {difference}")))
}

pub(super) fn missing_colleague(recount: &Recount, found: &Found) -> Option<String> {
    recount.shows.iter().find_map(|(show_id, show)| {
        let account_id = show.colleagues.accounts().find(|account_id| !found.has((*show_id, *account_id)))?;
        Some(format!("colleague {account_id} of show {show_id}"))
    })
}
